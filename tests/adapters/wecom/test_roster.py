"""The platform's lists: pages, devices, tags of personal links, and when an empty list means an empty room."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from adapters.wecom import people
from app.domain import events as ev
from app.domain.actions import Action, ActionKind
from app.domain.errors import Refused, Transient
from app.domain.events import Attendance
from app.domain.people import Participant, Role
from tests.adapters.wecom.cloud import Cloud, Refusal, connected, row, waiter
from tests.adapters.wecom.sample import MEETING

WRAPPED = "eyJ2ZXIiOiIxLjAiLCJ1c2VyRGF0YSI6Ims3ZjNxMm05In0="


def read(cloud: Cloud, *keys: str, **more: Any) -> list[Attendance]:
    async def run() -> list[Attendance]:
        async with connected(cloud, **more) as adapter:
            return [await adapter.participants(key) for key in keys or (MEETING,)]

    return asyncio.run(run())


def paths(cloud: Cloud) -> list[str]:
    return [s.path.rpartition("/")[2] for s in cloud.calls]


def test_who_is_inside_with_what_he_sends_and_on_which_device() -> None:
    cloud = Cloud(
        inside=[
            row("t1", 1, "teacher01", role=2, audio_state=True, video_state=False, screen_shared_state=False),
            row("p1", 3, audio_state=False, video_state=True, screen_shared_state=True),
        ]
    )
    (seen,) = read(cloud)
    assert [p.participant for p in seen.inside] == [
        Participant(id="t1", account="teacher01", role=Role.HOST, address="inside:1"),
        Participant(id="p1", address="inside:3"),
    ]
    assert [(p.audio, p.video, p.share) for p in seen.inside] == [(True, False, False), (False, True, True)]
    assert (seen.live, seen.waiting, seen.switches) == (True, (), None)


def test_a_list_without_a_published_latency_is_never_called_exact() -> None:
    assert not read(Cloud(inside=[row("p1", 3)]))[0].exact


def test_one_person_on_two_devices_is_one_presence_that_sends_what_any_device_sends() -> None:
    both = [row("p1", 3, audio_state=False, video_state=False), row("p1", 1, audio_state=True, video_state=False)]
    (seen,) = read(Cloud(inside=both))
    (presence,) = seen.inside
    assert presence.participant.address == "inside:3,1"
    assert (presence.audio, presence.video, presence.share) == (True, False, True)


def test_the_highest_of_two_roles_counts() -> None:
    (seen,) = read(Cloud(inside=[row("t1", 3, "teacher01", role=0), row("t1", 1, "teacher01", role=8)]))
    assert seen.inside[0].participant.role is Role.HOST


@pytest.mark.parametrize("size", [0, 1, 49, 50, 51, 100, 137])
def test_every_page_is_read_with_the_same_limit(size: int) -> None:
    cloud = Cloud(inside=[row(f"p{n}", 3) for n in range(size)], waiting=[waiter(f"w{n}", 4) for n in range(size)])
    (seen,) = read(cloud)
    assert len(seen.inside) == size
    assert len(seen.waiting or ()) == size


def test_a_list_that_never_ends_is_not_read_for_ever() -> None:
    def endless() -> web.Response:
        page = {"attendees": [row("p1", 3)], "has_more": True, "next_cursor": "again", "errcode": 0}
        return web.json_response(page)

    cloud = Cloud(script=[None, *(endless() for _ in range(2))])
    (seen,) = read(cloud)
    assert [p.participant.id for p in seen.inside] == ["p1"]
    assert paths(cloud).count("get_realtime_attendee_list") == 2


def test_a_list_that_is_no_list_is_no_answer() -> None:
    with pytest.raises(Transient):
        read(Cloud(script=[None, web.json_response({"errcode": 0, "attendees": {"p1": 1}})]))


# --- personal links ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", [WRAPPED, WRAPPED.rstrip("="), '{"ver":"1.0","userData":"k7f3q2m9"}', "k7f3q2m9"])
def test_the_waiting_room_tells_by_whose_link_somebody_came(tag: str) -> None:
    (seen,) = read(Cloud(waiting=[waiter("w1", 4, tag=tag), waiter("w2", 3)]))
    assert seen.waiting is not None
    assert [(w.id, w.link, w.address) for w in seen.waiting] == [
        ("w1", "k7f3q2m9", "waiting:4"),
        ("w2", "", "waiting:3"),
    ]


def test_the_link_is_remembered_inside_where_no_list_tells_it() -> None:
    cloud = Cloud(waiting=[waiter("w1", 4, tag=WRAPPED)])

    async def run() -> Attendance:
        async with connected(cloud) as adapter:
            await adapter.participants(MEETING)
            cloud.waiting, cloud.inside = [], [row("w1", 4)]
            return await adapter.participants(MEETING)

    assert [p.participant.link for p in asyncio.run(run()).inside] == ["k7f3q2m9"]


def test_the_history_may_tell_the_link_of_a_guest_and_is_asked_now_and_then() -> None:
    now = [1_795_132_800.0]
    history = [{"tmp_openid": "p1", "userid": "", "customer_data": WRAPPED, "join_time": "1795132700"}]
    cloud = Cloud(inside=[row("p1", 3), row("p2", 3)], history=history, clock=lambda: now[0])

    async def run() -> list[Attendance]:
        async with connected(cloud) as adapter:
            seen = []
            for _ in range(4):
                seen.append(await adapter.participants(MEETING))
                now[0] += 10.0
            return seen

    seen = asyncio.run(run())
    assert [p.participant.link for p in seen[0].inside] == ["k7f3q2m9", ""]
    assert paths(cloud).count("get_attendee_list") == 2  # at 0 s and at 30 s, for the guest whom it does not know


def test_for_members_of_the_corp_the_history_is_never_asked() -> None:
    cloud = Cloud(inside=[row("p1", 3, "stu001")])
    read(cloud)
    assert "get_attendee_list" not in paths(cloud)


def test_a_history_that_is_refused_costs_nothing_but_the_help() -> None:
    cloud = Cloud(inside=[row("p1", 3)], forbidden={"/cgi-bin/meeting/get_attendee_list": 48002})
    assert len(read(cloud)[0].inside) == 1


# --- inside and waiting at once ---------------------------------------------------------------------------------------


def test_somebody_inside_who_waits_on_another_device_is_two_presences_so_that_none_hides_the_other() -> None:
    (seen,) = read(Cloud(inside=[row("p1", 3)], waiting=[waiter("p1", 1)]))
    assert [p.participant.id for p in seen.inside] == ["p1"]
    assert seen.waiting is not None
    (twin,) = seen.waiting
    assert twin.id != "p1"
    assert people.reach(twin) == people.Reach(tmp_openid="p1", devices=(1,), waits=True)


def test_somebody_who_is_moved_while_the_lists_are_read_is_where_the_later_list_shows_him() -> None:
    (seen,) = read(Cloud(inside=[row("p1", 3), row("p2", 3)], waiting=[waiter("p1", 3)]))
    assert [p.participant.id for p in seen.inside] == ["p2"]
    assert [w.id for w in seen.waiting or ()] == ["p1"]


# --- when it is over --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "live"), [(1, True), (2, True), (3, False), (4, False), (5, False)])
def test_an_empty_list_means_an_empty_room_only_when_the_plan_says_that_it_is_over(status: int, live: bool) -> None:
    cloud = Cloud()
    cloud.meetings[MEETING]["status"] = status
    (seen,) = read(cloud)
    assert (seen.live, seen.inside) == (live, ())
    assert seen.waiting == (() if status == 2 else None)  # of a meeting that does not run the list tells nothing


def test_people_who_wait_before_the_meeting_runs_are_shown_when_the_list_does() -> None:
    cloud = Cloud()
    cloud.meetings[MEETING]["status"] = 1
    shown = {"errcode": 0, "user_list": [waiter("w1", 4)], "has_more": False}
    cloud.script = [None, None, None, web.json_response(shown)]
    (seen,) = read(cloud)
    assert [w.id for w in seen.waiting or ()] == ["w1"]


def test_while_we_have_switched_the_waiting_room_off_its_empty_list_makes_nobody_leave() -> None:
    cloud = Cloud(inside=[row("t1", 1, "teacher01", role=2)], waiting=[waiter("w1", 4)])

    async def run() -> list[int | None]:
        async with connected(cloud) as adapter:
            sizes = []
            for kind in (None, ActionKind.CLOSE_WAITING_ROOM, ActionKind.OPEN_WAITING_ROOM):
                if kind is not None:
                    await adapter.perform(MEETING, Action(kind=kind))
                seen = await adapter.participants(MEETING)
                sizes.append(None if seen.waiting is None else len(seen.waiting))
            return sizes

    assert asyncio.run(run()) == [1, None, 1]


def test_while_somebody_is_inside_the_plan_is_not_asked_again() -> None:
    cloud = Cloud(inside=[row("p1", 3, "stu001")])
    read(cloud, *[MEETING] * 5)
    assert paths(cloud).count("get_info") == 1


def test_a_meeting_of_nobody_is_refused_with_the_vendors_code() -> None:
    with pytest.raises(Refused) as refused:
        read(Cloud(), "hyNOBODY")
    assert refused.value.code == "400123"


def test_a_refused_plan_does_not_end_a_lesson() -> None:
    cloud = Cloud(forbidden={"/cgi-bin/meeting/get_info": 60011})
    (seen,) = read(cloud)
    assert seen.live


def test_a_refused_waiting_list_is_not_asked_for_again_and_says_nothing() -> None:
    cloud = Cloud(
        inside=[row("p1", 3, "stu001")], forbidden={"/cgi-bin/meeting/waitingroom/get_current_user_list": 48002}
    )
    seen = read(cloud, *[MEETING] * 3)
    assert [s.waiting for s in seen] == [None] * 3
    assert paths(cloud).count("get_current_user_list") == 1


def test_a_recurring_meeting_is_read_by_its_running_date() -> None:
    cloud = Cloud(inside=[row("p1", 3, "stu001")])
    cloud.meetings[MEETING] |= {"meeting_type": 1, "current_sub_meetingid": "sub7"}
    assert [len(s.inside) for s in read(cloud, MEETING, f"{MEETING}:sub7")] == [1, 1]
    lists = [s.members["sub_meetingid"] for s in cloud.calls if s.path.endswith("get_realtime_attendee_list")]
    assert lists == ["sub7", "sub7"]


def test_a_busy_platform_is_no_empty_room() -> None:
    with pytest.raises(Transient) as busy:
        read(Cloud(script=[None, Refusal(45009)]))
    assert busy.value.retry_after == 60.0


# --- rows of any kind -------------------------------------------------------------------------------------------------

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("tmp_openid", "userid", "instance_id", "role", "customer_data", "audio_state")


@given(values=st.tuples(*(st.text(max_size=20) | st.integers() | JUNK for _ in FIELDS)))
def test_a_row_of_any_kind_becomes_a_storable_presence_or_none(values: tuple[Any, ...]) -> None:
    from adapters.wecom.roster import _by_person, _person

    strange = dict(zip(FIELDS, values, strict=True))
    for who, rows in _by_person([strange]).items():
        found = _person(who, rows, link=people.user_data(strange["customer_data"]), waits=True)
        told = "".join((found.id, found.account, found.link, found.address))
        assert "\x00" not in told
        told.encode()


def test_an_event_and_a_list_name_the_same_presence() -> None:
    """Events know no device, so a list of devices must not make another presence of somebody."""
    from app.domain.state import LessonState, apply

    state = apply(LessonState(lesson="l"), ev.ParticipantJoined(at=1.0, participant=Participant(id="p1")))
    (seen,) = read(Cloud(inside=[row("p1", 3), row("p1", 1)]))
    state = apply(state, ev.RosterPolled(at=3.0, attendance=seen, asked_at=2.0))
    assert [(p.participant.id, p.participant.address) for p in state.inside.values()] == [("p1", "inside:3,1")]


def test_whoever_the_list_names_by_his_account_only_is_the_presence_that_events_name() -> None:
    (seen,) = read(Cloud(inside=[row("", 3, "stu001")]))
    assert [(p.participant.id, p.participant.account) for p in seen.inside] == [("@stu001", "stu001")]


def test_a_plan_that_nobody_knows_leaves_it_to_the_list() -> None:
    cloud = Cloud(inside=[row("p1", 3, "stu001")], script=[web.Response(status=404)])
    assert len(read(cloud)[0].inside) == 1
