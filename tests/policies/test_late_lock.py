"""late_lock: after a while strangers stay out; late pupils still get in where there is a waiting room."""

from dataclasses import replace

import pytest

from adapters.drill.capabilities import without
from adapters.drill.classroom.settings import Hidden
from app.domain.actions import ActionKind, OutcomeKind, plan
from app.domain.events import Event
from app.domain.people import Participant
from app.domain.state import LessonState, note
from policies import wake_at
from policies.late_lock import LateLock, wake
from tests.builders import (
    LATER,
    MINUTE,
    START,
    Rehearsal,
    ended,
    fold,
    in_full,
    in_short,
    joined,
    left,
    lesson,
    named,
    only,
    polled,
    pressed,
    pupil,
    settled,
    standing,
    stranger,
    switched,
    teacher,
    ticked,
    waits,
)

DUE = START + 10 * MINUTE
NOBODY = Participant(id="tmp-1")
BEFORE = lesson(inside=[teacher()], at=START)
CLOSED = lesson(inside=[teacher()], at=START, waiting_room=True)


@pytest.mark.parametrize(
    ("settings", "state", "event", "expected"),
    [
        ({}, BEFORE, ticked(DUE - 0.1), ()),
        ({}, BEFORE, ticked(DUE), ("open_waiting_room",)),
        ({}, BEFORE, joined(stranger(1), DUE - 0.1), ()),
        ({}, BEFORE, joined(stranger(1), DUE), ("open_waiting_room", "hold x1")),
        ({"minutes": 240}, BEFORE, joined(stranger(1), START + 240 * MINUTE - 0.1), ()),
        ({"minutes": 240}, BEFORE, joined(stranger(1), START + 240 * MINUTE), ("open_waiting_room", "hold x1")),
        ({"minutes": 0}, BEFORE, joined(stranger(1), START + 1), ("open_waiting_room", "hold x1")),
        # the planned start counts when the teacher opened early
        ({}, lesson(at=START, scheduled=START + 600), ticked(START + 1199), ()),
        ({}, lesson(at=START, scheduled=START + 600), ticked(START + 1200), ("open_waiting_room",)),
        # behind a closed door
        ({}, CLOSED, waits(pupil(2), DUE), ("admit p2",)),
        ({}, CLOSED, waits(stranger(1), DUE), ()),
        ({}, CLOSED, waits(named(2), DUE), ()),
        ({}, CLOSED, joined(pupil(2), DUE), ()),
        ({}, CLOSED, joined(named(2), DUE), ()),  # roster_only says what a name of the list is worth
        ({}, CLOSED, joined(teacher("t2"), DUE), ()),
        # whose coming tells nothing of him is judged by the list
        ({}, CLOSED, joined(NOBODY, DUE), ()),
        ({}, fold(CLOSED, joined(NOBODY, DUE)), polled([teacher(), NOBODY], at=DUE + 3), ()),
        ({}, fold(CLOSED, joined(NOBODY, DUE)), polled([teacher(), NOBODY], at=DUE + 5), ("hold tmp-1",)),
        ({}, lesson(at=START, locked=True), ticked(DUE), ()),
        # a human opened it, the lesson is over, or it has not begun
        ({}, fold(BEFORE, pressed("unlock", at=START + 9)), joined(stranger(1), DUE), ()),
        ({}, fold(BEFORE, ended(DUE - 1)), ticked(DUE), ()),
        ({}, LessonState(lesson="l1"), ticked(DUE), ()),
        # nobody is judged without a list
        ({}, lesson(pupils=0, at=START, waiting_room=True), joined(stranger(1), DUE), ("alert",)),
        # and no door is closed behind which everybody would wait
        ({}, lesson(pupils=0, inside=[teacher()], at=START), joined(stranger(1), DUE), ("alert",)),
    ],
)  # fmt: skip
def test_when_the_door_closes_and_for_whom(
    settings: dict[str, object], state: LessonState, event: Event, expected: tuple[str, ...]
) -> None:
    assert in_short(Rehearsal(only("late_lock", **settings), state).tell(event)) == expected


def test_the_clock_is_asked_to_close_the_door_in_time() -> None:
    rules = only("late_lock")
    assert wake_at(rules, BEFORE) == DUE
    assert wake_at(rules, CLOSED) is None
    assert wake_at(rules, fold(BEFORE, pressed("unlock", at=START + 9))) is None
    assert wake_at(rules, fold(BEFORE, ended(START + 9))) is None
    assert wake_at(rules, lesson(pupils=0, inside=[teacher()], at=START)) is None


@pytest.mark.parametrize("hidden", [frozenset(), frozenset({Hidden.WAITING_ROOM})])
def test_nothing_harder_stands_in_for_a_waiting_room(hidden: frozenset[Hidden]) -> None:
    """A lock at the start would keep out every pupil who is not there yet."""
    (wish,) = Rehearsal(only("late_lock"), BEFORE).tell(ticked(DUE))
    asked = [action.kind.value for action, _ in plan(lambda kind, _: without(hidden)[kind], wish)]
    assert asked == ["open_waiting_room"]


def test_where_there_is_no_waiting_room_the_room_is_locked_some_minutes_later() -> None:
    rules = only("late_lock", minutes=0)
    world = Rehearsal(rules, BEFORE)
    assert in_short(world.tell(joined(pupil(1), START + 1))) == ("open_waiting_room",)
    world.settle(OutcomeKind.UNSUPPORTED, at=START + 1)
    assert wake_at(rules, world.state) == START + 15 * MINUTE
    assert in_short(world.tell(joined(pupil(2), START + 14 * MINUTE))) == ()
    assert in_short(world.tell(ticked(START + 15 * MINUTE - 0.1))) == ()
    assert in_short(world.tell(ticked(START + 15 * MINUTE))) == ("lock",)


def test_the_lock_is_never_before_the_door() -> None:
    rules = only("late_lock", minutes=40)
    world = Rehearsal(rules, BEFORE)
    world.tell(ticked(START + 40 * MINUTE))
    world.settle(OutcomeKind.UNSUPPORTED, at=START + 40 * MINUTE)
    assert in_short(world.tell(ticked(START + 41 * MINUTE))) == ("lock",)


# --- where a lock is all there is -------------------------------------------------------------------------------------


def locked_by_us() -> LessonState:
    """Our lock has taken effect: there is no waiting room here."""
    state = lesson(inside=[teacher(), pupil(1), pupil(2), stranger(1)])
    lock = standing(ActionKind.LOCK, at=LATER - 600, id="i1", rule="late_lock", reason="late_lock")
    return fold(note(state, lock), settled(lock, OutcomeKind.CONFIRMED, LATER - 599))


def test_a_pupil_whose_line_breaks_finds_the_door_open_for_a_moment() -> None:
    room = Rehearsal(only("late_lock"), locked_by_us())
    assert in_short(room.tell(left(pupil(1), LATER))) == ("unlock",)
    room.settle(at=LATER + 1)
    assert room.state.switches.locked is False
    assert in_short(room.tell(joined(pupil(1, id="p1-again"), LATER + 30))) == ()
    assert wake(LateLock(mode="enforce"), room.state) == LATER + 120


@pytest.mark.parametrize("who", [stranger(1), named(3)])
def test_for_others_it_stays_closed(who: Participant) -> None:
    assert in_short(Rehearsal(only("late_lock"), locked_by_us()).tell(left(who, LATER))) == ()


def test_it_stays_closed_too_behind_a_pupil_who_was_sent_out_and_where_somebody_else_locked() -> None:
    sent = note(locked_by_us(), standing(ActionKind.HOLD, pupil(1), at=LATER - 5, id="i2"))
    assert in_short(Rehearsal(only("late_lock"), sent).tell(left(pupil(1), LATER))) == ()
    theirs = lesson(inside=[teacher(), pupil(1)], locked=True)
    assert in_short(Rehearsal(only("late_lock"), theirs).tell(left(pupil(1), LATER))) == ()


def by_names(pupils: int) -> LessonState:
    """Our lock in a class that is known by nothing but names."""
    state = lesson(inside=[teacher(), *(named(n) for n in range(1, pupils + 1)), stranger(1)])
    lock = standing(ActionKind.LOCK, at=LATER - 600, id="i1", rule="late_lock", reason="late_lock")
    return fold(note(state, lock), settled(lock, OutcomeKind.CONFIRMED, LATER - 599))


def test_in_a_class_that_is_known_by_names_a_name_is_let_back_too() -> None:
    assert in_short(Rehearsal(only("late_lock"), by_names(3)).tell(left(named(2), LATER))) == ("unlock",)
    assert in_short(Rehearsal(only("late_lock"), by_names(3)).tell(left(stranger(1), LATER))) == ()
    twin = fold(by_names(3), joined(named(2, id="n2-twin"), LATER - 9))
    assert in_short(Rehearsal(only("late_lock"), twin).tell(left(named(2), LATER))) == ()  # he is still there


def test_the_lock_waits_for_a_pupil_whose_line_has_just_broken_but_not_for_ever() -> None:
    world = Rehearsal(only("late_lock", minutes=0), lesson(inside=[teacher(), pupil(1), pupil(2)], at=START + 1))
    world.tell(ticked(START + 1))
    world.settle(OutcomeKind.UNSUPPORTED, at=START + 1)
    due = START + 15 * MINUTE
    world.tell(left(pupil(1), due - 20))
    assert in_short(world.tell(ticked(due))) == ()
    assert wake_at(world.policy, world.state) == due + 40
    for n in range(8):  # somebody who goes every half minute does not keep it open
        world.tell(left(pupil(2), due + 30 * n), joined(pupil(2), due + 30 * n + 5))
    assert wake_at(world.policy, world.state) == due + 270
    assert in_short(world.tell(left(pupil(2), due + 299))) == ()
    assert in_short(world.tell(ticked(due + 300))) == ("lock",)


def test_how_a_door_that_is_opened_for_a_pupil_is_told() -> None:
    (back,) = Rehearsal(only("late_lock"), locked_by_us()).tell(left(pupil(1), LATER))
    assert in_full([back]) == ("unlock for late_lock/late_reopened: info, guard, undoes i1",)
    assert back.params == (("name", "学生1"),)
    unlocked = fold(locked_by_us(), switched(LATER - 5, locked=False))
    assert in_short(Rehearsal(only("late_lock"), unlocked).tell(left(pupil(1), LATER))) == ()


@pytest.mark.parametrize(
    ("kind", "rule", "until", "expected"),
    [
        # what another rule closes for a while is no reason to wait for it
        (ActionKind.OPEN_WAITING_ROOM, "join_wave", LATER + 600, ("open_waiting_room",)),
        (ActionKind.LOCK, "join_wave", LATER + 600, ("open_waiting_room",)),
        (ActionKind.OPEN_WAITING_ROOM, "join_wave", None, ()),
        (ActionKind.OPEN_WAITING_ROOM, "late_lock", LATER + 600, ()),
        (ActionKind.LOCK, "late_lock", LATER + 600, ()),
    ],
)
def test_a_door_that_is_closed_for_good_is_not_closed_again(
    kind: ActionKind, rule: str, until: float | None, expected: tuple[str, ...]
) -> None:
    state = lesson(inside=[teacher(), pupil(1)])
    asked = standing(kind, at=LATER - 600, rule=rule, until=until)
    state = fold(note(state, asked), settled(asked, OutcomeKind.CONFIRMED, LATER - 599))
    assert in_short(Rehearsal(only("late_lock"), state).tell(ticked(LATER))) == expected
    by_hand = fold(lesson(inside=[teacher()]), switched(LATER - 9, waiting_room=True))
    assert in_short(Rehearsal(only("late_lock"), by_hand).tell(ticked(LATER))) == ()


@pytest.mark.parametrize(("ago", "expected"), [(59.9, ()), (60.0, ("open_waiting_room",))])
def test_a_door_that_did_not_close_is_asked_again_a_minute_later(ago: float, expected: tuple[str, ...]) -> None:
    asked = standing(ActionKind.OPEN_WAITING_ROOM, at=LATER - ago, rule="late_lock", status=OutcomeKind.UNCONFIRMED)
    state = note(lesson(inside=[teacher()]), asked)
    assert in_short(Rehearsal(only("late_lock"), state).tell(ticked(LATER))) == expected
    by_hand = note(lesson(inside=[teacher()]), replace(asked, status=OutcomeKind.MANUAL))
    assert in_short(Rehearsal(only("late_lock"), by_hand).tell(ticked(LATER))) == ()
