"""What a wish does in the classroom, and who is asked in whose name."""

import asyncio
import time
from typing import Any

import pytest
from aiohttp import web

from app.domain.actions import Action, Outcome, OutcomeKind
from app.domain.actions import ActionKind as Kind
from app.domain.errors import Gone, Refused, Transient
from app.domain.people import Participant, Role
from tests.adapters.stand_in import Seen
from tests.adapters.tencent_meeting.cloud import (
    BY_PAGES,
    MEETING,
    TEACHER,
    TEACHER_USERID,
    Cloud,
    Refusal,
    connected,
    row,
)

PUPIL = "bXNvcGVuaWQ+cHVwaWwvMDE="
TARGET = Participant(id=f"{PUPIL}:3", name="访客", address="3")
HOST = Participant(id=f"{TEACHER}:2", address="2", role=Role.HOST)
ASKED = Outcome(kind=OutcomeKind.REQUESTED)


def classroom(**more: Any) -> Cloud:
    usual: dict[str, Any] = {"inside": [row(PUPIL, 3), row(PUPIL, 1)], "waiting": [row("d2FpdGluZw==", 4)]}
    return Cloud(**(usual | {"clock": time.time} | more))


def perform(cloud: Cloud, *actions: Action, key: str = MEETING) -> list[Outcome]:
    """The actions one after the other over one connection."""

    async def run() -> list[Outcome]:
        async with connected(cloud) as adapter:
            return [await adapter.perform(key, action) for action in actions]

    return asyncio.run(run())


def on(kind: Kind, target: Participant | None = TARGET, **more: Any) -> Action:
    usual: dict[str, Any] = {"operator": HOST}
    return Action(kind=kind, target=target, **(usual | more))


# --- the classroom ------------------------------------------------------------------------------------------------


def test_a_muted_person_is_muted_on_that_device_only() -> None:
    cloud = classroom()
    assert perform(cloud, on(Kind.MUTE)) == [ASKED]
    assert [r["audio_state"] for r in cloud.inside] == [False, True]


@pytest.mark.parametrize(
    ("kind", "field"), [(Kind.STOP_VIDEO, "video_state"), (Kind.STOP_SHARE, "screen_shared_state")]
)
def test_a_stream_is_stopped_for_the_one_presence(kind: Kind, field: str) -> None:
    cloud = classroom()
    assert perform(cloud, on(kind)) == [ASKED]
    assert [r[field] for r in cloud.inside] == [False, True]


def test_a_wrong_device_code_is_answered_ok_and_does_nothing_so_nothing_is_ever_confirmed() -> None:
    cloud = classroom()
    kinds = (Kind.MUTE, Kind.KICK, Kind.HOLD, Kind.STOP_VIDEO, Kind.STOP_SHARE)
    wrong = Participant(id=f"{PUPIL}:3", address="8")
    assert perform(cloud, *(on(kind, wrong) for kind in kinds)) == [ASKED] * 5
    assert len(cloud.inside) == 2
    assert all(r["audio_state"] and r["video_state"] for r in cloud.inside)


def test_the_newest_address_wins_over_the_device_in_the_id() -> None:
    cloud = classroom()
    perform(cloud, on(Kind.MUTE, Participant(id=f"{PUPIL}:3", address="1")))
    assert [r["audio_state"] for r in cloud.inside] == [True, False]


def test_put_back_admitted_refused_removed_and_banned() -> None:
    cloud = classroom()
    perform(cloud, on(Kind.HOLD))
    assert [(r["ms_open_id"], r["instanceid"]) for r in cloud.waiting] == [("d2FpdGluZw==", 4), (PUPIL, 3)]
    perform(cloud, on(Kind.ADMIT))
    assert len(cloud.inside) == 2
    perform(cloud, on(Kind.DENY, Participant(id="d2FpdGluZw==:4", address="4")))
    assert cloud.waiting == []
    assert cloud.banned == []  # a pupil who was refused by mistake may ask again
    perform(cloud, on(Kind.KICK))
    assert cloud.banned == []
    perform(cloud, on(Kind.BAN, Participant(id=f"{PUPIL}:1", address="1")))
    assert (cloud.inside, cloud.banned) == ([], [PUPIL])


def test_each_switch_of_the_room_is_set_alone_and_set_back() -> None:
    cloud = classroom()
    there = (Kind.FORBID_UNMUTE, Kind.CLOSE_CHAT, Kind.RESTRICT_SHARE, Kind.LOCK, Kind.OPEN_WAITING_ROOM)
    perform(cloud, *(on(kind, None) for kind in there))
    assert cloud.switches == {
        "mute_all": True, "allow_unmute_by_self": False, "allow_chat": 2, "share_screen": False,
        "meeting_locked": True, "auto_waiting_room": True,
    }  # fmt: skip
    back = (Kind.ALLOW_UNMUTE, Kind.OPEN_CHAT, Kind.ALLOW_SHARE, Kind.UNLOCK, Kind.CLOSE_WAITING_ROOM)
    perform(cloud, *(on(kind, None) for kind in back))
    assert cloud.switches["mute_all"] is False
    assert cloud.switches["allow_chat"] == 0
    assert cloud.switches["share_screen"] is True
    assert cloud.switches["meeting_locked"] is cloud.switches["auto_waiting_room"] is False


def test_mute_all_does_not_loosen_who_may_unmute() -> None:
    cloud = classroom()
    perform(cloud, on(Kind.FORBID_UNMUTE, None), on(Kind.MUTE_ALL, None))
    assert cloud.switches == {"mute_all": True, "allow_unmute_by_self": False}


def test_a_room_is_prepared_with_what_can_still_be_set_live() -> None:
    cloud = classroom()
    assert perform(cloud, on(Kind.PREPARE, None)) == [ASKED]
    assert cloud.switches == {"participant_join_mute": 1, "hide_meeting_code_password": True, "doc": False}


def test_a_class_is_ended_and_keeps_its_number() -> None:
    cloud = classroom()
    assert perform(cloud, on(Kind.END, None), key=f"{MEETING}:sub1") == [ASKED]
    assert cloud.inside == []
    assert cloud.controls[0].members["retrieve_code"] == 0
    assert cloud.controls[0].path == f"/v1/meetings/{MEETING}/dismiss"


def test_a_new_name_is_cut_to_what_the_platform_takes_and_an_empty_one_is_not_sent() -> None:
    cloud = classroom()
    perform(cloud, on(Kind.RENAME, text="一" * 30))
    assert cloud.controls[0].members["users"][0]["nick_name"] == "一" * 20
    with pytest.raises(Refused) as refused:
        perform(classroom(), on(Kind.RENAME, text="  "))
    assert refused.value.code == "no_name"


def test_half_a_surrogate_pair_in_a_new_name_does_not_break_the_signature() -> None:
    cloud = classroom()
    assert perform(cloud, on(Kind.RENAME, text="a\ud800b")) == [ASKED]
    assert cloud.controls[0].members["users"][0]["nick_name"] == "a?b"


@pytest.mark.parametrize(
    "target", [None, Participant(id="x"), Participant(id="@WMold:3", address="3"), Participant(id=f"{PUPIL}:")]
)
@pytest.mark.parametrize("kind", [Kind.MUTE, Kind.KICK, Kind.ADMIT, Kind.RENAME])
def test_a_presence_that_cannot_be_addressed_is_refused_without_a_call(kind: Kind, target: Participant | None) -> None:
    cloud = classroom()
    with pytest.raises(Refused) as refused:
        perform(cloud, on(kind, target, text="x"))
    assert refused.value.code == "no_address"
    assert cloud.seen == []


@pytest.mark.parametrize("empty", [True, False])
def test_success_may_be_empty_or_an_empty_object(empty: bool) -> None:
    assert perform(classroom(empty=empty), on(Kind.LOCK, None)) == [ASKED]


def test_a_wish_twice_is_harmless() -> None:
    cloud = classroom()
    assert perform(cloud, on(Kind.KICK), on(Kind.KICK), on(Kind.LOCK, None), on(Kind.LOCK, None)) == [ASKED] * 4
    assert len(cloud.inside) == 1


def test_a_rooms_device_that_cannot_wait_is_said_to_be_unable_with_its_code() -> None:
    """So that the ladder takes the next step: a refusal would say that nobody may be held."""
    rooms = Participant(id="cm9vbXM=:20", address="20")
    (outcome,) = perform(classroom(inside=[row("cm9vbXM=", 20)]), on(Kind.HOLD, rooms))
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNSUPPORTED, "9103")
    assert "remove" in outcome.detail


# --- in whose name --------------------------------------------------------------------------------------------------


def names(seen: list[Seen]) -> list[tuple[str, int]]:
    return [(s.members["operator_id"], s.members["operator_id_type"]) for s in seen]


def test_the_host_in_the_room_asks_by_ms_open_id_and_device() -> None:
    cloud = classroom()
    perform(cloud, on(Kind.LOCK, None), on(Kind.MUTE))
    assert names(cloud.seen) == [(TEACHER, 4)] * 2
    assert {s.members["instanceid"] for s in cloud.seen} == {2}


def test_without_a_host_in_the_room_the_accounts_own_id_is_asked_for_once() -> None:
    cloud = classroom()
    perform(cloud, on(Kind.LOCK, None, operator=None), on(Kind.MUTE, operator=None), on(Kind.KICK, operator=None))
    assert [s.method for s in cloud.seen] == ["GET", "PUT", "PUT", "PUT"]
    assert "operator_id=teacher%2B01%40school&operator_id_type=1" in cloud.seen[0].target
    assert names(cloud.controls) == [(TEACHER, 4)] * 3


def test_a_wave_of_controls_asks_for_the_operator_once() -> None:
    cloud = classroom()

    async def run() -> None:
        async with connected(cloud) as adapter:
            await asyncio.gather(*(adapter.perform(MEETING, on(Kind.KICK, operator=None)) for _ in range(30)))

    asyncio.run(run())
    assert [s.method for s in cloud.seen].count("GET") == 1
    assert names(cloud.controls) == [(TEACHER, 4)] * 30


def test_refused_for_the_operators_sake_it_is_asked_once_more_by_userid_and_that_is_remembered() -> None:
    cloud = classroom(types=BY_PAGES, hosts={TEACHER_USERID})
    assert perform(cloud, on(Kind.LOCK, None), on(Kind.UNLOCK, None), on(Kind.MUTE)) == [ASKED] * 3
    by_handle, by_userid = (TEACHER, 4), (TEACHER_USERID, 1)
    # the status call is remembered, another call is tried in its own right
    assert names(cloud.controls) == [by_handle, by_userid, by_userid, by_handle, by_userid]


def test_what_was_remembered_is_given_up_when_it_stops_working() -> None:
    cloud = classroom(types=BY_PAGES, hosts={TEACHER_USERID})

    async def run() -> None:
        async with connected(cloud) as adapter:
            await adapter.perform(MEETING, on(Kind.LOCK, None))
            cloud.hosts = {TEACHER}
            await adapter.perform(MEETING, on(Kind.LOCK, None))
            await adapter.perform(MEETING, on(Kind.LOCK, None))

    asyncio.run(run())
    by_handle, by_userid = (TEACHER, 4), (TEACHER_USERID, 1)
    assert names(cloud.controls) == [by_handle, by_userid, by_userid, by_handle, by_handle]


def test_refused_both_ways_the_refusal_is_told_after_two_calls() -> None:
    cloud = classroom(hosts=set())
    with pytest.raises(Refused) as refused:
        perform(cloud, on(Kind.LOCK, None))
    assert refused.value.code == "9042"
    assert len(cloud.controls) == 2


def test_in_a_new_run_the_new_id_is_asked_for() -> None:
    cloud = classroom()

    async def run() -> None:
        async with connected(cloud) as adapter:
            await adapter.perform(MEETING, on(Kind.MUTE, operator=None))
            cloud.teacher, cloud.hosts = "bmV3IHJ1bg==", {"bmV3IHJ1bg=="}
            await adapter.perform(MEETING, on(Kind.KICK, operator=None))

    asyncio.run(run())
    assert names(cloud.controls) == [(TEACHER, 4), (TEACHER, 4), ("bmV3IHJ1bg==", 4)]
    assert len(cloud.inside) == 1


def test_the_end_of_a_run_forgets_its_ids() -> None:
    cloud = classroom()

    async def run() -> None:
        async with connected(cloud) as adapter:
            await adapter.perform(MEETING, on(Kind.LOCK, None, operator=None))
            cloud.status = "MEETING_STATE_INIT"
            await adapter.participants(MEETING)
            cloud.teacher, cloud.hosts = "bmV3IHJ1bg==", {"bmV3IHJ1bg=="}
            await adapter.perform(MEETING, on(Kind.LOCK, None, operator=None))

    asyncio.run(run())
    assert names(cloud.controls) == [(TEACHER, 4), ("bmV3IHJ1bg==", 4)]


def test_ending_a_class_forgets_its_ids() -> None:
    cloud = classroom()
    perform(cloud, *(on(kind, None, operator=None) for kind in (Kind.LOCK, Kind.END, Kind.LOCK)))
    assert [s.method for s in cloud.seen] == ["GET", "PUT", "POST", "GET", "PUT"]


def test_where_the_accounts_id_is_refused_the_userid_asks() -> None:
    cloud = classroom(script=[Refusal(9042)])
    assert perform(cloud, on(Kind.LOCK, None, operator=None)) == [ASKED]
    assert names(cloud.controls) == [(TEACHER_USERID, 1)]


# --- replays ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [190300, 190301, 200002])
def test_a_replay_complaint_is_answered_once_with_a_new_nonce(code: int) -> None:
    cloud = classroom(script=[Refusal(code)])
    assert perform(cloud, on(Kind.LOCK, None)) == [ASKED]
    assert len(cloud.pairs) == len(cloud.seen) == 2
    stubborn = classroom(script=[Refusal(code)] * 9)
    with pytest.raises(Transient) as busy:
        perform(stubborn, on(Kind.LOCK, None))
    assert busy.value.code == str(code)
    assert len(stubborn.seen) == 2


def test_our_clock_being_off_is_said_and_not_tried_for_ever() -> None:
    async def run(cloud: Cloud) -> None:
        async with connected(cloud) as adapter:
            cloud.clock = lambda: time.time() + 1000
            await adapter.perform(MEETING, on(Kind.LOCK, None))

    cloud = classroom()
    with pytest.raises(Transient, match="clock") as off:
        asyncio.run(run(cloud))
    assert off.value.code == "190300"
    assert len(cloud.seen) == 2


def test_a_connection_that_dies_under_a_request_is_made_good_or_transient() -> None:
    """The platform has read the request. Where the HTTP layer repeats the same bytes, that is a replay (190301)."""
    cloud = classroom()
    dying: list[web.Request] = []

    async def run() -> Outcome:
        async with connected(cloud) as adapter:
            await adapter.perform(MEETING, on(Kind.LOCK, None))  # a connection to be used again
            cloud.script = [die]
            try:
                return await adapter.perform(MEETING, on(Kind.MUTE))
            except Transient:
                return await adapter.perform(MEETING, on(Kind.MUTE))

    async def die() -> web.Response:
        request = cloud.requests[-1]
        dying.append(request)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    assert asyncio.run(run()) == ASKED
    assert len(dying) == 1
    assert [r["audio_state"] for r in cloud.inside] == [False, True]


def test_many_controls_at_once_carry_no_nonce_twice() -> None:
    cloud = classroom()

    async def run() -> None:
        async with connected(cloud) as adapter:
            await asyncio.gather(*(adapter.perform(MEETING, on(Kind.LOCK, None)) for _ in range(60)))

    asyncio.run(run())
    assert len(cloud.pairs) == len(cloud.seen) == 60


@pytest.mark.parametrize("key", ["445999969", "../../x", "a b?c#d", "", ":", "7567173273889276131/../1"])
def test_a_lesson_key_never_reaches_another_path(key: str) -> None:
    cloud = classroom()
    with pytest.raises((Gone, Refused)):
        perform(cloud, on(Kind.LOCK, None), key=key)
    assert all(s.path.count("/") == 5 and s.path.startswith("/v1/real-control/meetings/") for s in cloud.seen)
