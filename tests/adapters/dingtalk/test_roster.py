"""Who is in the class by the platform's own lists, and which conference a key means."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from app.domain.actions import Action
from app.domain.actions import ActionKind as Kind
from app.domain.errors import AdapterError, Gone, Refused, Transient
from app.domain.events import Attendance, RosterPolled
from app.domain.people import Role
from app.domain.state import LessonState, apply
from tests.adapters.conformance import NOW
from tests.adapters.dingtalk.cloud import KEY, OTHER, Cloud, Refusal, connected, row, teacher
from tests.adapters.dingtalk.sample import BOOKING, JOINED, PUPIL, RUN, TEACHER
from tests.adapters.dingtalk.test_events import FIRST, SECOND, folded, member, pushed
from tests.adapters.hostile import anything


def read(cloud: Cloud, key: str = KEY, times: int = 1) -> Attendance:
    async def run() -> Attendance:
        async with connected(cloud) as adapter:
            for _ in range(times - 1):
                await adapter.participants(key)
            return await adapter.participants(key)

    return asyncio.run(run())


def crowd(count: int) -> list[dict[str, Any]]:
    return [row(f"2iPOpupil{n:04d}", f"学生{n}") for n in range(count)]


def test_a_row_is_a_presence_with_everything_that_is_told() -> None:
    pupil = row(PUPIL, _mic=1, _camera=2)
    seen = read(Cloud(inside=[teacher(), pupil, row(OTHER, "小红", coHost=True, _mic=0, _camera=1)]))
    first, second, third = seen.inside
    assert (first.participant.id, first.participant.role) == (f"{TEACHER}@{JOINED}", Role.HOST)
    assert (second.participant.name, second.participant.account) == ("小明", PUPIL)
    assert (second.audio, second.video, second.share) == (False, True, None)
    assert (third.participant.role, third.audio, third.video) == (Role.COHOST, False, False)
    assert (seen.live, seen.exact, seen.waiting) == (True, True, None)
    assert seen.switches is not None
    assert (seen.switches.muted_all, seen.switches.unmute_forbidden, seen.switches.recording) == (False, False, None)


def test_a_quiet_read_costs_two_calls() -> None:
    cloud = Cloud()
    read(cloud, times=3)
    assert len(cloud.asked) == 6


def test_a_presence_has_the_same_id_in_the_list_as_in_the_events() -> None:
    state = folded(member("user_join", 1, {"joinTime": JOINED}))
    seen = read(Cloud(inside=[row(PUPIL)]))
    assert [p.participant.id for p in seen.inside] == list(state.inside)


def test_only_who_is_inside_counts_and_an_earlier_stay_does_not_cancel_a_later_one() -> None:
    stays = [
        row(PUPIL, attendStatus=6), row(PUPIL, joined=JOINED + 9000), row(OTHER, attendStatus=5),
        row("a", attendStatus=2),
    ]  # fmt: skip
    assert [p.participant.id for p in read(Cloud(inside=stays)).inside] == [f"{PUPIL}@{JOINED + 9000}"]


def test_two_devices_of_one_account_are_two_presences_and_either_may_be_heard() -> None:
    seen = read(Cloud(inside=[row(PUPIL, _mic=1), row(PUPIL, joined=JOINED + 1, _mic=2)]))
    assert [p.participant.id for p in seen.inside] == [f"{PUPIL}@{JOINED}", f"{PUPIL}@{JOINED + 1}"]
    assert [p.audio for p in seen.inside] == [True, True]


def test_guests_without_an_account_are_told_apart_by_their_names() -> None:
    guests = [row("", "访客", _mic=2), row("", "家长", _mic=1), row("", "访客2", attendStatus=6)]
    first, second = read(Cloud(inside=guests)).inside
    assert first.participant.id != second.participant.id
    assert (first.audio, second.audio) == (True, False)
    assert first.participant.account == first.participant.address == ""


def test_two_guests_of_one_name_are_not_taken_for_one_another() -> None:
    twins = [row("", "访客", joined=JOINED + n, _mic=n) for n in (1, 2)]
    seen = read(Cloud(inside=twins)).inside
    assert len({p.participant.id for p in seen}) == 2
    assert [p.audio for p in seen] == [None, None]


def test_where_the_query_names_people_by_userid_their_names_tell_who_is_heard() -> None:
    people = [row(PUPIL, "小明"), row(OTHER, "小红"), row("2iPOthird", "小红")]
    users = [{"userId": f"manager{n}", "nick": p["userNick"], "attendStatus": 3, "micStatus": 2} for n, p in
             enumerate(people)]  # fmt: skip
    told = {"infos": [{"conferenceId": RUN, "status": 2, "mediaStatus": 0, "userList": users}]}
    seen = read(answers(shown(*people, totalCount=3), told))
    assert [p.audio for p in seen.inside] == [True, None, None]  # of two who share a name nobody is accused


def test_somebody_whom_the_events_knew_as_a_guest_gets_an_account_by_the_list_and_stays_the_same_presence() -> None:
    """Where the members list tells the unionId of an outsider, he can be removed from then on."""
    told = {"userId": "", "userNick": "访客", "joinTime": JOINED}
    state = folded(member("user_join", 1, told))
    (before,) = state.inside
    seen = read(Cloud(inside=[row("2iPOoutsider", "访客", outerOrgMember=True)]))
    state = apply(state, RosterPolled(at=NOW + 5, attendance=seen, asked_at=NOW + 5))
    assert [(i, p.participant.account) for i, p in state.inside.items()] == [(before, "2iPOoutsider")]
    (left,) = (f.event for f in pushed(member("user_kicked", 2, told)))
    assert apply(state, left).inside == {}


def test_one_read_after_a_gap_puts_everything_right() -> None:
    lost = folded(member("user_join", 1, FIRST), member("user_join", 2, SECOND))
    truth = read(Cloud(inside=[row(PUPIL, joined=int(SECOND["joinTime"])), row(OTHER, "小红")]))
    after = apply(lost, RosterPolled(at=NOW + 9, attendance=truth, asked_at=NOW + 9))
    assert set(after.inside) == {f"{PUPIL}@{SECOND['joinTime']}", f"{OTHER}@{JOINED}"}


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token_on_last_page", [False, True])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_all_pages(count: int, token_on_last_page: bool) -> None:
    cloud = Cloud(inside=crowd(count), token_on_last_page=token_on_last_page)
    seen = read(cloud)
    assert len({p.participant.id for p in seen.inside}) == count
    pages = [s for s in cloud.asked if s.path.endswith("/members")]
    assert len(pages) == max(1, -(-count // 100))
    assert seen.exact is (count <= 100)


def test_a_platform_that_gives_less_than_was_asked_for_is_read_to_the_end() -> None:
    seen = read(Cloud(inside=crowd(55), page=20))
    assert len(seen.inside) == 55
    assert not seen.exact


def answers(*bodies: Any) -> Cloud:
    return Cloud(script=[_ready(b) for b in bodies])


def _ready(body: Any) -> Any:
    async def respond() -> web.Response:
        return web.json_response(body)

    return respond


def shown(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"memberModels": [{k: v for k, v in r.items() if k[0] != "_"} for r in rows], **more}


RUNNING = {"infos": [{"conferenceId": RUN, "status": 2, "mediaStatus": 0}]}


def test_a_token_that_goes_in_a_circle_does_not_read_for_ever() -> None:
    page = shown(row(PUPIL), nextToken="7", totalCount=10**9)
    seen = read(answers(page, page, RUNNING))
    assert len(seen.inside) == 1
    assert not seen.exact


def test_an_empty_page_ends_the_list_whatever_the_total_says() -> None:
    seen = read(answers(shown(row(PUPIL), nextToken="1", totalCount=9), shown(nextToken="2", totalCount=9), RUNNING))
    assert len(seen.inside) == 1
    assert not seen.exact


# --- switches, end ----------------------------------------------------------------------------------------------------


def after(cloud: Cloud, *kinds: Kind) -> Attendance:
    async def run() -> Attendance:
        async with connected(cloud) as adapter:
            operator = (await adapter.participants(KEY)).inside[0].participant
            for kind in kinds:
                await adapter.perform(KEY, Action(kind=kind, operator=operator))
            return await adapter.participants(KEY)

    return asyncio.run(run())


def test_a_forced_mute_can_be_read_back_and_so_can_its_end() -> None:
    forced = after(Cloud(), Kind.FORBID_UNMUTE)
    assert forced.switches is not None
    assert (forced.switches.muted_all, forced.switches.unmute_forbidden) == (True, True)
    assert [p.audio for p in forced.inside] == [True, False, False]
    freed = after(Cloud(), Kind.FORBID_UNMUTE, Kind.ALLOW_UNMUTE)
    assert freed.switches is not None
    assert (freed.switches.muted_all, freed.switches.unmute_forbidden) == (False, False)


def test_a_platform_that_only_says_yes_is_found_out() -> None:
    seen = after(Cloud(deaf=True), Kind.FORBID_UNMUTE, Kind.MUTE_ALL)
    assert seen.switches is not None
    assert seen.switches.unmute_forbidden is False
    assert [p.audio for p in seen.inside] == [True, True, True]


def test_whether_a_recording_runs_is_read_only_when_somebody_waits_for_it() -> None:
    cloud = Cloud()
    seen = after(cloud, Kind.START_RECORDING)
    assert seen.switches is not None
    assert seen.switches.recording is True
    assert len([s for s in cloud.asked if s.method == "GET" and s.path.endswith(RUN)]) == 1
    stopped = after(Cloud(), Kind.START_RECORDING, Kind.STOP_RECORDING)
    assert stopped.switches is not None
    assert stopped.switches.recording is False


def test_a_conference_that_is_over_is_not_an_empty_class() -> None:
    seen = read(Cloud(status=1, inside=[row(PUPIL, attendStatus=6)]))
    assert (seen.live, seen.inside) == (False, ())


def test_a_platform_that_contradicts_itself_is_asked_once_more() -> None:
    there = Cloud(script=[None, _ready({"infos": []})])
    assert read(there).live
    assert len(there.asked) == 3
    over = Cloud(script=[None, Refusal("resourceClose")], status=1)
    assert not read(over).live


def test_a_meeting_that_is_no_more_is_gone() -> None:
    with pytest.raises(Gone):
        read(Cloud(), "b:000000000000000000000000")


# --- keys -------------------------------------------------------------------------------------------------------------


def test_the_run_of_a_booking_is_looked_up_once() -> None:
    cloud = Cloud()
    assert len(read(cloud, BOOKING, times=3).inside) == 3
    assert [s.path.endswith(BOOKING) for s in cloud.asked].count(True) == 1


def test_a_booking_that_is_not_running_is_gone() -> None:
    with pytest.raises(Gone) as gone:
        read(Cloud(status=0), BOOKING)
    assert gone.value.code == "not_running"


def test_the_next_run_of_a_booking_is_found_when_the_remembered_one_is_over() -> None:
    cloud = Cloud()

    async def run() -> None:
        async with connected(cloud) as adapter:
            await adapter.participants(BOOKING)
            cloud.status = 1
            assert not (await adapter.participants(BOOKING)).live
            with pytest.raises(Gone):
                await adapter.participants(BOOKING)

    asyncio.run(run())


def test_a_remembered_run_that_is_gone_is_looked_up_again() -> None:
    cloud = Cloud()

    async def run() -> Attendance:
        async with connected(cloud) as adapter:
            await adapter.participants(BOOKING)
            cloud.script = [Refusal("roomNotFound", 404)]
            with pytest.raises(Gone):
                await adapter.participants(BOOKING)
            return await adapter.participants(BOOKING)

    assert len(asyncio.run(run()).inside) == 3
    assert [s.path.endswith(BOOKING) for s in cloud.asked].count(True) == 2


def test_a_teachers_conference_is_found_by_the_teacher_who_leads_it() -> None:
    assert len(read(Cloud(booked=False), f"user~{TEACHER}").inside) == 3
    assert len(read(Cloud(booked=False), f"user~{TEACHER}:{RUN}").inside) == 3
    with pytest.raises(Gone):
        read(Cloud(inside=[row(PUPIL)]), f"user~{TEACHER}")


def test_of_several_conferences_the_one_that_the_teacher_leads_is_meant() -> None:
    lists = {"onGoingConfIdList": ["other", RUN], "memberModelMap": {"k": {"conferenceId": RUN, "host": True}}}
    assert len(read(answers(lists), f"user~{TEACHER}").inside) == 3
    with pytest.raises(Gone):
        read(answers(lists | {"memberModelMap": {}}), f"user~{TEACHER}")


def resolved(cloud: Cloud, *keys: str) -> list[str]:
    async def run() -> list[str]:
        async with connected(cloud) as adapter:
            return [await adapter.resolve(key) for key in keys]

    return asyncio.run(run())


def test_a_conference_tells_its_booking_else_its_creator_by_one_call() -> None:
    cloud = Cloud()
    assert resolved(cloud, f":{RUN}", f":{RUN}") == [KEY, KEY]
    assert len(cloud.asked) == 1
    assert resolved(Cloud(booked=False), f":{RUN}") == [f"user~{TEACHER}:{RUN}"]
    assert resolved(Cloud(), KEY) == [KEY]


def test_a_conference_of_nobody_is_resolved_to_nothing() -> None:
    with pytest.raises(Gone) as gone:
        resolved(Cloud(booked=False, creator=""), f":{RUN}")
    assert gone.value.code == "no_meeting"
    with pytest.raises(Gone):
        resolved(Cloud(), ":000000000000000000000000")


def test_of_a_live_stream_nobody_is_listed_and_nothing_is_asked() -> None:
    cloud = Cloud()
    seen = read(cloud, "live~live-1")
    assert (seen.inside, seen.live, seen.exact) == ((), True, False)
    assert resolved(cloud, "live~live-1") == ["live~live-1"]
    assert cloud.seen == []


@pytest.mark.parametrize("key", ["live~", ":", "", ":a b", "../1", "live~a b"])
def test_what_is_no_conference_is_not_asked_about(key: str) -> None:
    cloud = Cloud()
    for asking in (lambda: read(cloud, key), lambda: resolved(cloud, key)):
        with pytest.raises(Refused):
            asking()
    assert cloud.seen == []


# --- any answer -------------------------------------------------------------------------------------------------------

members = st.dictionaries(
    st.sampled_from(["unionId", "userNick", "joinTime", "attendStatus", "host", "coHost", "leaveTime", "duration"]),
    anything,
)
infos = st.dictionaries(st.sampled_from(["conferenceId", "status", "mediaStatus", "userList"]), anything)


@given(st.lists(members | anything, max_size=3), anything, st.lists(infos | anything, max_size=2), anything)
def test_any_answer_is_attendance_or_an_adapter_error(rows: list[Any], token: Any, told: list[Any], info: Any) -> None:
    pages = [{"memberModels": rows, "nextToken": token}] * 3
    cloud = answers(*pages, {"infos": told}, {"confInfo": info}, {"infos": told}, {"confInfo": info})
    try:
        seen = read(cloud)
    except AdapterError:
        return
    repr(seen).encode("utf-8")  # storable: no half surrogate pairs
    assert "\\x00" not in repr([p.participant for p in seen.inside])
    apply(LessonState(lesson="1"), RosterPolled(at=NOW, attendance=replace(seen), asked_at=NOW))


def test_a_list_that_is_no_list_is_not_taken_for_an_empty_class() -> None:
    with pytest.raises(Transient):
        read(answers({"memberModels": {"a": 1}}))
