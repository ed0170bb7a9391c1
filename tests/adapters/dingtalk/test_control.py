"""What a wish does in the class, and in whose name it is asked."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from adapters.dingtalk import DingTalkAdapter
from adapters.dingtalk.capabilities import FOUND, LIVE_SETTINGS, MISSING, NICK
from adapters.dingtalk.control import AS_HOST, BOOKED, MESSAGES, PLAIN
from adapters.notes import Notes
from app.domain.actions import Action, Level, Outcome, OutcomeKind
from app.domain.actions import ActionKind as Kind
from app.domain.errors import Gone, Refused, Transient
from app.domain.people import Participant, Role
from tests.adapters.dingtalk.cloud import KEY, OTHER, Cloud, Refusal, connected, row, teacher
from tests.adapters.dingtalk.sample import BOOKING, JOINED, PUPIL, RUN, TEACHER

ASKED = Outcome(kind=OutcomeKind.REQUESTED)
TARGET = Participant(id=f"{PUPIL}@{JOINED}", name="小明", account=PUPIL, address=PUPIL)
GUEST = Participant(id=f"~0123456789abcdef@{JOINED}", name="访客")
HOST = Participant(id=f"{TEACHER}@{JOINED}", name="王老师", account=TEACHER, address=TEACHER, role=Role.HOST)
COHOST = Participant(id=f"{OTHER}@{JOINED}", account=OTHER, address=OTHER, role=Role.COHOST)
KNOWN = {NICK: FOUND, LIVE_SETTINGS: FOUND}


def on(kind: Kind, target: Participant | None = TARGET, **more: Any) -> Action:
    usual: dict[str, Any] = {"operator": HOST, "text": "请安静"}
    return Action(kind=kind, target=target, **(usual | more))


def perform(
    cloud: Cloud, *actions: Action, key: str = KEY, notes: Notes | None = None, between: Callable[[], Any] = lambda: 0,
    **more: Any,
) -> list[Outcome]:  # fmt: skip
    """The actions one after the other over one connection."""

    async def run() -> list[Outcome]:
        done = []
        async with connected(cloud, notes=notes or Notes(KNOWN), **more) as adapter:
            for action in actions:
                done.append(await adapter.perform(key, action))
                between()
        return done

    return asyncio.run(run())


def by(cloud: Cloud, who: str) -> dict[str, Any]:
    return next(m for m in cloud.inside if m["unionId"] == who)


# --- people -----------------------------------------------------------------------------------------------------------


def test_one_is_muted_and_nobody_else() -> None:
    cloud = Cloud()
    assert perform(cloud, on(Kind.MUTE)) == [ASKED]
    assert (by(cloud, PUPIL)["_mic"], by(cloud, OTHER)["_mic"]) == (1, 2)


def test_two_devices_of_an_account_are_muted_and_removed_together() -> None:
    cloud = Cloud(inside=[teacher(), row(PUPIL), row(PUPIL, joined=JOINED + 5000)])
    perform(cloud, on(Kind.MUTE))
    assert [m["_mic"] for m in cloud.inside] == [2, 1, 1]
    perform(cloud, on(Kind.KICK))
    assert [m["attendStatus"] for m in cloud.inside] == [3, 5, 5]


def test_removed_with_and_without_the_right_to_come_back() -> None:
    cloud = Cloud()
    assert perform(cloud, on(Kind.KICK)) == [ASKED]
    assert (by(cloud, PUPIL)["attendStatus"], cloud.banned) == (5, [])
    assert perform(cloud, on(Kind.BAN, COHOST)) == [ASKED]
    assert cloud.banned == [OTHER]


def test_somebody_is_rung_up_again() -> None:
    cloud = Cloud()
    assert perform(cloud, on(Kind.UNBAN)) == [ASKED]
    assert cloud.invited == [PUPIL]


def test_somebody_is_renamed_where_the_tenant_has_the_call() -> None:
    cloud = Cloud()
    assert perform(cloud, on(Kind.RENAME, text=" 高一3班 小明 ")) == [ASKED]
    assert by(cloud, PUPIL)["userNick"] == "高一3班 小明"
    with pytest.raises(Refused, match="no_name"):
        perform(cloud, on(Kind.RENAME, text="  "))


@pytest.mark.parametrize("kind", [Kind.MUTE, Kind.KICK, Kind.BAN, Kind.HOLD, Kind.UNBAN, Kind.STOP_VIDEO])
def test_nobody_reaches_people_without_an_account_and_nothing_is_sent(kind: Kind) -> None:
    cloud = Cloud()
    (done,) = perform(cloud, on(kind, GUEST))
    assert done.kind is OutcomeKind.UNSUPPORTED
    assert cloud.asked == []


def test_somebody_who_has_gone_is_gone() -> None:
    with pytest.raises(Gone) as gone:
        perform(Cloud(inside=[teacher()]), on(Kind.KICK))
    assert gone.value.code == "unknownUserError"


# --- the room ---------------------------------------------------------------------------------------------------------


def test_all_are_muted_forbidden_to_unmute_and_allowed_again() -> None:
    cloud = Cloud()
    perform(cloud, on(Kind.MUTE_ALL, None))
    assert ([m["_mic"] for m in cloud.inside], cloud.forced) == ([2, 1, 1], False)
    perform(cloud, on(Kind.FORBID_UNMUTE, None))
    assert cloud.forced
    perform(cloud, on(Kind.ALLOW_UNMUTE, None))
    assert not cloud.forced


def test_the_room_is_locked_and_unlocked() -> None:
    cloud = Cloud()
    perform(cloud, on(Kind.LOCK, None))
    assert cloud.locked
    perform(cloud, on(Kind.UNLOCK, None))
    assert not cloud.locked


def test_sharing_is_restricted_where_the_tenant_has_the_call() -> None:
    cloud = Cloud()
    assert perform(cloud, on(Kind.RESTRICT_SHARE, None)) == [ASKED]
    assert not cloud.sharing
    assert perform(cloud, on(Kind.ALLOW_SHARE, None)) == [ASKED]
    assert cloud.sharing


@pytest.mark.parametrize("kind", [Kind.RESTRICT_SHARE, Kind.ALLOW_SHARE, Kind.RENAME])
def test_what_no_check_has_found_is_shown_to_the_teacher_and_not_tried(kind: Kind) -> None:
    for known in ({}, {NICK: MISSING, LIVE_SETTINGS: MISSING}):
        cloud = Cloud()
        (done,) = perform(cloud, on(kind), notes=Notes(known))
        assert done.kind is OutcomeKind.MANUAL
        assert done.instruction is not None
        assert "「" in done.instruction.zh
        assert cloud.asked == []


@pytest.mark.parametrize(("kind", "note"), [(Kind.RESTRICT_SHARE, LIVE_SETTINGS), (Kind.RENAME, NICK)])
def test_a_call_that_is_not_there_any_more_is_remembered_and_the_same_press_shows_the_button(
    kind: Kind, note: str
) -> None:
    cloud, notes = Cloud(undocumented=False), Notes(KNOWN)
    first, second = perform(cloud, on(kind), on(kind), notes=notes)
    assert first.kind is second.kind is OutcomeKind.MANUAL
    assert first.instruction == second.instruction
    assert (notes.get(note), len(cloud.asked)) == (MISSING, 1)


def test_a_missing_permission_is_no_missing_call() -> None:
    cloud, notes = Cloud(scopes=set()), Notes(KNOWN)
    with pytest.raises(Refused, match=r"VideoConference\.Conference\.Write"):
        perform(cloud, on(Kind.RESTRICT_SHARE), notes=notes)
    assert notes.get(LIVE_SETTINGS) == FOUND


# --- bookings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "chat"), [(Kind.CLOSE_CHAT, 0), (Kind.OPEN_CHAT, 1)])
def test_the_chat_is_changed_in_the_booking_and_the_teacher_is_asked_too(kind: Kind, chat: int) -> None:
    cloud = Cloud()
    before = cloud.bookings[BOOKING]
    (done,) = perform(cloud, on(kind, None))
    assert done.kind is OutcomeKind.MANUAL  # whether the running class follows, nobody knows
    assert done.instruction is not None
    after = cloud.bookings[BOOKING]
    assert after["moziConfVirtualExtraSetting"]["enableChat"] == chat
    assert {k: v for k, v in after.items() if isinstance(v, str | int)} == {
        k: v for k, v in before.items() if isinstance(v, str | int)
    }  # above all: still nobody but the school's own accounts


def test_a_booking_is_prepared_without_losing_what_was_set() -> None:
    cloud = Cloud()
    (done,) = perform(cloud, on(Kind.PREPARE, None))
    assert done.kind is OutcomeKind.REQUESTED
    after = cloud.bookings[BOOKING]
    assert (after["muteOnJoin"], after["screenShareForbidden"], after["confAllowedCorpId"]) == (-1, 1, "dingcorp0001")
    extra = after["moziConfVirtualExtraSetting"]
    assert (extra["enableChat"], extra["joinBeforeHost"], extra["lockNick"], extra["waitingRoom"]) == (0, 0, 1, 0)


def test_a_booking_of_somebody_else_than_who_began_the_run_is_changed_in_its_hosts_name() -> None:
    cloud = Cloud()
    cloud.bookings[BOOKING]["hostUnionId"] = "2iPOsecretary"
    cloud.creator = "2iPOsecretary"

    class Begun(Cloud):
        def _info(self, run: str) -> Any:
            told = super()._info(run)
            return {"confInfo": told["confInfo"] | {"creatorId": TEACHER}}

    begun = Begun(creator="2iPOsecretary", bookings=cloud.bookings)
    perform(begun, on(Kind.PREPARE, None))
    assert begun.bookings[BOOKING]["muteOnJoin"] == -1
    assert [s.members["creatorUnionId"] for s in begun.writes] == [TEACHER, "2iPOsecretary"]


def test_a_booking_is_changed_by_its_key_alone() -> None:
    cloud = Cloud()
    perform(cloud, on(Kind.PREPARE, None), key=BOOKING)
    assert cloud.bookings[BOOKING]["muteOnJoin"] == -1


def test_a_class_that_nobody_booked_has_nothing_to_change() -> None:
    cloud = Cloud(booked=False)
    chat, prepare = perform(cloud, on(Kind.CLOSE_CHAT, None), on(Kind.PREPARE, None), key=f"user~{TEACHER}:{RUN}")
    assert (chat.kind, prepare.kind) == (OutcomeKind.MANUAL, OutcomeKind.UNSUPPORTED)
    assert cloud.asked == []
    (unknown,) = perform(cloud, on(Kind.CLOSE_CHAT, None), key=f":{RUN}")
    assert unknown.kind is OutcomeKind.UNSUPPORTED
    assert cloud.writes == []


# --- in the host's name -----------------------------------------------------------------------------------------------


def names(cloud: Cloud) -> list[str]:
    return [s.query.get("unionId") or s.members["unionId"] for s in cloud.writes]


def test_the_host_who_was_seen_ends_the_class() -> None:
    cloud = Cloud()
    assert perform(cloud, on(Kind.END, None)) == [ASKED]
    assert (cloud.status, names(cloud)) == (1, [TEACHER])


def test_without_a_host_who_was_seen_it_is_the_one_who_made_the_conference() -> None:
    for operator in (None, COHOST):
        cloud = Cloud()
        assert perform(cloud, on(Kind.END, None, operator=operator)) == [ASKED]
        assert names(cloud) == [TEACHER]


@pytest.mark.parametrize("kind", [Kind.END, Kind.START_RECORDING, Kind.STOP_RECORDING])
def test_refused_for_the_wrong_host_the_list_is_asked_who_leads(kind: Kind) -> None:
    cloud = Cloud(creator="2iPOsecretary")
    assert perform(cloud, on(kind, None, operator=None)) == [ASKED]
    assert names(cloud) == ["2iPOsecretary", TEACHER]


def test_when_nobody_leads_that_is_said_after_one_try() -> None:
    cloud = Cloud(inside=[row(PUPIL)], creator="")
    with pytest.raises(Refused, match="no_host"):
        perform(cloud, on(Kind.END, None, operator=None))
    assert cloud.writes == []


def test_a_class_that_is_over_was_ended_as_wished() -> None:
    cloud = Cloud(status=1)
    (done,) = perform(cloud, on(Kind.END, None))
    assert (done.kind, done.code) == (OutcomeKind.REQUESTED, "resourceClose")
    with pytest.raises(Gone):
        perform(cloud, on(Kind.LOCK, None))


def test_a_recording_begins_and_ends() -> None:
    cloud = Cloud()
    perform(cloud, on(Kind.START_RECORDING, None))
    assert cloud.recording == 1
    perform(cloud, on(Kind.STOP_RECORDING, None))
    assert cloud.recording == 3


# --- messages ---------------------------------------------------------------------------------------------------------

ROBOT = {"robot_access_token": "robot-access-token-000001", "robot_secret": "SECmenshenexample0001"}
GROUP = {"open_conversation_id": "cidClass", "robot_code": "dingrobot01"}


@pytest.mark.parametrize(
    ("set_up", "alert", "announcement"),
    [(ROBOT, "robot", "robot"), (GROUP, "group", "group"), (ROBOT | GROUP, "robot", "group")],
)
def test_people_are_called_and_the_class_is_told_by_the_robot_that_is_there(
    set_up: dict[str, Any], alert: str, announcement: str
) -> None:
    cloud = Cloud()
    assert perform(cloud, on(Kind.ALERT, text="有人闯入"), on(Kind.ANNOUNCE, None), **set_up) == [ASKED] * 2
    assert cloud.messages == [(alert, "有人闯入"), (announcement, "请安静")]


def test_without_a_robot_nothing_is_sent() -> None:
    cloud = Cloud()
    done = perform(cloud, on(Kind.ALERT), on(Kind.ANNOUNCE))
    assert {o.kind for o in done} == {OutcomeKind.UNSUPPORTED}
    assert cloud.seen == []


# --- the wire ---------------------------------------------------------------------------------------------------------


def test_nothing_is_ever_confirmed_by_a_yes() -> None:
    cloud = Cloud(deaf=True)
    kinds = [*PLAIN, Kind.END, Kind.START_RECORDING]
    assert perform(cloud, *(on(kind) for kind in kinds)) == [ASKED] * len(kinds)
    assert not cloud.locked
    assert cloud.status == 2


def test_every_action_that_is_promised_has_its_call() -> None:
    promised = {k for k, s in DingTalkAdapter.capabilities.items() if s.level in (Level.NATIVE, Level.PARTIAL)}
    assert promised == PLAIN.keys() | AS_HOST.keys() | BOOKED.keys() | MESSAGES.keys()


def test_a_dead_token_is_replaced_under_way_and_only_one_is_asked_for() -> None:
    cloud = Cloud()
    done = perform(cloud, *(on(Kind.LOCK, None) for _ in range(3)), between=cloud.expire)
    assert done == [ASKED] * 3
    assert cloud.granted == 3


def test_many_wishes_at_once_share_one_token() -> None:
    cloud = Cloud()

    async def run() -> None:
        async with connected(cloud) as adapter:
            await asyncio.gather(*(adapter.perform(KEY, on(Kind.LOCK, None)) for _ in range(40)))
            cloud.expire()
            await asyncio.gather(*(adapter.perform(KEY, on(Kind.LOCK, None)) for _ in range(40)))

    asyncio.run(run())
    assert cloud.granted == 2


def test_a_token_is_renewed_before_it_is_used_up() -> None:
    cloud, clock = Cloud(), [1000.0]

    async def run() -> None:
        async with connected(cloud, now=lambda: clock[0]) as adapter:
            for moment in (1000.0, 1000.0 + 7200 * 0.79, 1000.0 + 7200 * 0.81):
                clock[0] = moment
                await adapter.perform(KEY, on(Kind.LOCK, None))

    asyncio.run(run())
    assert cloud.granted == 2


def test_a_command_that_was_not_carried_out_is_worth_another_try() -> None:
    cloud = Cloud(script=[Refusal("commandError")])
    with pytest.raises(Transient):
        perform(cloud, on(Kind.LOCK, None))
    assert perform(cloud, on(Kind.LOCK, None)) == [ASKED]


@pytest.mark.parametrize(
    "key", ["", ":", "../../x", "a b?c#d", f"{BOOKING}:../1", "user~", "user~a b", "x" * 65, "小:1", ":a/b"]
)
def test_a_lesson_key_never_reaches_another_path(key: str) -> None:
    cloud = Cloud()
    with pytest.raises(Refused) as refused:
        perform(cloud, on(Kind.LOCK, None), key=key)
    assert refused.value.code == "lesson_key"
    assert cloud.seen == []


def test_a_live_stream_has_no_controls() -> None:
    cloud = Cloud()
    done = perform(cloud, *(on(kind) for kind in Kind if kind is not Kind.ALERT), key="live~live-1")
    assert {o.kind for o in done} == {OutcomeKind.UNSUPPORTED}
    assert cloud.seen == []


def test_a_hostile_name_of_half_a_character_does_not_break_the_call() -> None:
    cloud = Cloud()
    perform(cloud, on(Kind.RENAME, text="a\ud800b"), on(Kind.UNBAN, Participant(id="x", name="\ud800", address=PUPIL)))
    assert by(cloud, PUPIL)["userNick"] == "a?b"
