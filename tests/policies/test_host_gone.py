"""host_gone: nobody in charge is there; the room is closed until somebody is, and given back as it was."""

from dataclasses import replace

import pytest

from app.domain.actions import ActionKind, OutcomeKind, Severity
from app.domain.events import Event, LessonFramed
from app.domain.people import Participant, Role, Roster, RosterEntry
from app.domain.state import LessonState
from policies import wake_at
from tests.builders import (
    LATER,
    MINUTE,
    Rehearsal,
    ended,
    fold,
    in_short,
    joined,
    left,
    lesson,
    named,
    only,
    policy,
    polled,
    pressed,
    promoted,
    pupil,
    roster,
    settled,
    shares,
    stranger,
    switched,
    teacher,
    ticked,
)

ALONE = fold(lesson(inside=[teacher(), pupil(1)]), left(teacher(), LATER))
WITH_STRANGER = fold(lesson(inside=[teacher(), pupil(1), stranger(1)]), left(teacher(), LATER))
DOOR, QUIET = ("open_waiting_room", "restrict_share"), ("mute_all", "forbid_unmute")


@pytest.mark.parametrize(
    ("settings", "state", "event", "expected"),
    [
        ({}, ALONE, ticked(LATER + 19.9), ()),
        ({}, ALONE, ticked(LATER + 20), (*DOOR, "alert")),
        ({"seconds": 60}, ALONE, ticked(LATER + 59.9), ()),
        ({"seconds": 60}, ALONE, ticked(LATER + 60), (*DOOR, "alert")),
        ({}, WITH_STRANGER, ticked(LATER + 20), (*DOOR, *QUIET, "alert")),
        ({"quiet": "never"}, WITH_STRANGER, ticked(LATER + 20), (*DOOR, "alert")),
        ({"quiet": "always"}, ALONE, ticked(LATER + 20), (*DOOR, *QUIET, "alert")),
        ({"chat": True}, WITH_STRANGER, ticked(LATER + 20), (*DOOR, *QUIET, "close_chat", "alert")),
        ({"chat": True}, ALONE, ticked(LATER + 20), (*DOOR, "alert")),
        # whoever comes then waits; nobody unknown shows anything
        ({}, ALONE, joined(stranger(2), LATER + 21), (*DOOR, *QUIET, "alert", "hold x2")),
        ({"hold": False}, ALONE, joined(stranger(2), LATER + 21), (*DOOR, *QUIET, "alert")),
        ({}, ALONE, joined(pupil(2), LATER + 21), (*DOOR, "alert")),
        ({}, WITH_STRANGER, shares(stranger(1), LATER + 21), (*DOOR, *QUIET, "alert", "stop_share x1")),
        ({}, ALONE, shares(pupil(1), LATER + 21), (*DOOR, "alert")),
        # not before anybody led, not after the end
        ({}, lesson(inside=[pupil(1), stranger(1)]), ticked(LATER + 900), ()),
        ({}, fold(ALONE, ended(LATER + 5)), ticked(LATER + 900), ()),
        ({}, fold(ALONE, LessonFramed(at=LATER, ends_at=LATER + 20)), ticked(LATER + 900), ()),
        ({}, fold(ALONE, LessonFramed(at=LATER, ends_at=LATER + 21)), ticked(LATER + 22), (*DOOR, "alert")),
        # what the teacher opened on purpose, while nobody unknown is there
        ({}, fold(ALONE, pressed("allow_share", at=LATER + 1)), ticked(LATER + 20), ("open_waiting_room", "alert")),
        ({}, fold(ALONE, pressed("unlock", at=LATER + 1)), ticked(LATER + 20), ("restrict_share", "alert")),
        # without a list nobody would be let in again
        ({}, replace(WITH_STRANGER, roster=Roster()), ticked(LATER + 20), ("restrict_share", "alert")),
    ],
)  # fmt: skip
def test_what_is_closed_and_when(
    settings: dict[str, object], state: LessonState, event: Event, expected: tuple[str, ...]
) -> None:
    assert in_short(Rehearsal(only("host_gone", **settings), state).tell(event)) == expected


def test_it_is_called_by_the_clock_and_not_over_and_over() -> None:
    world = Rehearsal(only("host_gone"), ALONE)
    assert wake_at(world.policy, world.state) == LATER + 20
    world.tell(ticked(LATER + 20))
    world.settle(at=LATER + 21)
    assert wake_at(world.policy, world.state) == LATER + 20 + 60 * MINUTE  # when it ends by itself
    assert world.tell(ticked(LATER + 40)) == ()
    passed = Rehearsal(only("host_gone"), fold(ALONE, pressed("open_chat", at=LATER + 30)))
    assert wake_at(passed.policy, passed.state) == LATER + 35  # another event passed the moment


def closed(state: LessonState = WITH_STRANGER) -> Rehearsal:
    world = Rehearsal(only("host_gone"), state)
    world.tell(ticked(LATER + 20))
    world.settle(at=LATER + 21)
    return world


@pytest.mark.parametrize(
    "back",
    [
        joined(teacher(), LATER + 60),
        joined(teacher("t-phone"), LATER + 60),
        polled([teacher("t-phone"), pupil(1), stranger(1)], at=LATER + 60),
    ],
)
def test_what_was_closed_is_given_back_at_once_and_nothing_else(back: Event) -> None:
    world = closed()
    undone = world.tell(back)
    assert set(in_short(undone)) == {"close_waiting_room", "allow_share", "allow_unmute"}
    assert {d.reason for d in undone} == {"host_back"}
    assert all(world.state.intents[d.undo_of].rule == "host_gone" for d in undone)
    assert world.tell(joined(pupil(2), LATER + 61), ticked(LATER + 62)) == ()


def test_what_somebody_changed_since_is_theirs() -> None:
    world = closed()
    world.tell(switched(LATER + 30, share_restricted=False), switched(LATER + 31, share_restricted=True))
    assert set(in_short(world.tell(joined(teacher(), LATER + 60)))) == {"close_waiting_room", "allow_unmute"}


def test_what_was_closed_before_stays_closed() -> None:
    world = Rehearsal(only("host_gone"), fold(WITH_STRANGER, switched(LATER + 1, waiting_room=True)))
    world.tell(ticked(LATER + 20))
    world.settle(at=LATER + 21)
    assert "close_waiting_room" not in in_short(world.tell(joined(teacher(), LATER + 60)))


def test_where_the_room_was_locked_instead_it_is_unlocked() -> None:
    """The platform has no waiting room, so that the wish came down to a lock: app/step.py writes it as one."""
    world = Rehearsal(only("host_gone"), WITH_STRANGER)
    door = world.tell(ticked(LATER + 20))[0]
    assert not door.only
    undone = Rehearsal(only("host_gone"), ALONE)
    assert undone.tell(ticked(LATER + 20))[0].only  # nobody unknown there: pupils who drop out must come in again


def test_a_right_grabbed_meanwhile_opens_nothing() -> None:
    world = closed()
    assert "close_waiting_room" not in in_short(world.tell(promoted(stranger(1), Role.COHOST, LATER + 40)))
    assert "close_waiting_room" in in_short(world.tell(joined(teacher(), LATER + 60)))


def test_a_colleague_of_the_list_is_somebody_in_charge() -> None:
    helper = RosterEntry(id="h", name="赵老师", accounts=("teacher-2",), staff=True)
    state = replace(WITH_STRANGER, roster=Roster((*roster(5).entries, helper)))
    colleague = Participant(id="t2", name="赵老师", account="teacher-2", role=Role.HOST)
    assert "close_waiting_room" in in_short(closed(state).tell(joined(colleague, LATER + 60)))


def test_two_absences_are_two_times() -> None:
    world = closed()
    world.tell(joined(teacher(), LATER + 60))
    world.settle(at=LATER + 61)
    world.tell(left(teacher(), LATER + 100))
    assert wake_at(world.policy, world.state) == LATER + 120
    again = world.tell(ticked(LATER + 120))
    assert "open_waiting_room" in in_short(again)
    assert [d.severity for d in again if d.action.kind is ActionKind.ALERT] == [Severity.HIGH]


def test_it_ends_by_itself_if_nobody_comes() -> None:
    world = closed(ALONE)
    undone = world.tell(ticked(LATER + 20 + 60 * MINUTE))
    assert set(in_short(undone)) == {"close_waiting_room", "allow_share"}


def test_the_teacher_who_is_back_after_ten_seconds_notices_nothing() -> None:
    world = Rehearsal(policy("lecture"), ALONE)
    world.tell(joined(teacher("t-again"), LATER + 10), ticked(LATER + 30))
    assert [d for d in world.made if d.rule == "host_gone"] == []


def test_what_the_platform_does_not_take_is_not_taken_back() -> None:
    world = Rehearsal(only("host_gone"), ALONE)
    world.tell(ticked(LATER + 20))
    for open_one in world.state.open_intents():
        world.tell(settled(open_one, OutcomeKind.REFUSED, LATER + 21))
    assert world.tell(joined(teacher(), LATER + 60)) == ()


BY_NAME = [teacher(), *(named(n) for n in range(1, 4))]


@pytest.mark.parametrize(
    ("inside", "event", "touched"),
    [
        (BY_NAME, joined(named(4), LATER + 21), ()),  # as well known as anybody of this class
        (BY_NAME, joined(named(2, id="n2-again"), LATER + 21), ("hold n2-again",)),  # somebody is here by that name
        (BY_NAME, joined(stranger(1), LATER + 21), ("hold x1",)),
        ([teacher(), pupil(1), pupil(2), pupil(3)], joined(named(4), LATER + 21), ("hold n4",)),
        # who was here with the teacher may show what he was about to; a newcomer may not
        (BY_NAME, shares(named(1), LATER + 21), ()),
        ([*BY_NAME, stranger(1)], shares(stranger(1), LATER + 21), ("stop_share x1",)),
    ],
)  # fmt: skip
def test_where_the_class_is_known_by_names_a_name_that_fits_is_enough(
    inside: list[Participant], event: Event, touched: tuple[str, ...]
) -> None:
    world = Rehearsal(only("host_gone"), fold(lesson(inside=inside), left(teacher(), LATER)))
    world.tell(ticked(LATER + 20))
    assert tuple(d for d in in_short(world.tell(event)) if " " in d) == touched


def test_a_newcomer_by_name_who_shares_while_nobody_leads_waits() -> None:
    world = Rehearsal(only("host_gone"), fold(lesson(inside=BY_NAME), left(teacher(), LATER)))
    world.tell(ticked(LATER + 20), joined(named(4), LATER + 25))
    assert "hold n4" in in_short(world.tell(shares(named(4), LATER + 30)))


def test_a_newcomer_of_whom_nothing_was_told_yet_is_given_a_moment() -> None:
    """The platform announces him without a name; its list brings that (WeCom)."""
    world = Rehearsal(only("host_gone"), ALONE)
    world.tell(ticked(LATER + 20))
    assert "hold u1" not in in_short(world.tell(joined(Participant(id="u1"), LATER + 21)))
    assert "hold u1" in in_short(world.tell(ticked(LATER + 26)))
