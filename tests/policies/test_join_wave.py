"""join_wave: many strangers at once close the door; a class that comes in never does."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.domain.actions import ActionKind, OutcomeKind, Severity
from app.domain.events import Event
from app.domain.people import Participant, Roster, RosterEntry
from app.domain.state import LessonState
from policies.base import Policy
from policies.roster_only import RosterOnly
from tests.builders import (
    LATER,
    MINUTE,
    START,
    Rehearsal,
    ended,
    fold,
    in_short,
    joined,
    left,
    lesson,
    named,
    only,
    polled,
    pressed,
    pupil,
    roster,
    settled,
    started,
    stranger,
    teacher,
    ticked,
    waits,
)

CLOSED = ("open_waiting_room", "alert")


def crowd(size: int) -> list[Participant]:
    return [stranger(n) for n in range(1, size + 1)]


def come(people: Sequence[Participant], at: float = LATER, every: float = 1.0) -> list[Event]:
    return [joined(p, at + n * every) for n, p in enumerate(people)]


def bad_line() -> list[Event]:
    """One stranger who comes and goes five times."""
    same = [stranger(1, f"x1-{n}") for n in range(5)]
    return [e for n, p in enumerate(same) for e in (joined(p, LATER + n), left(p, LATER + n + 0.5))]


ROOM = lesson(pupils=200, inside=[teacher(), pupil(1)])


@pytest.mark.parametrize(
    ("settings", "events", "expected"),
    [
        ({}, come(crowd(2)), ()),
        ({}, come(crowd(3)), CLOSED),
        ({}, [waits(p, LATER) for p in crowd(3)], CLOSED),
        ({"strangers": 4}, come(crowd(3)), ()),
        ({"strangers": 4}, come(crowd(4)), CLOSED),
        # a minute
        ({}, come(crowd(3), every=29.9), CLOSED),
        ({}, come(crowd(3), every=30.1), ()),
        # the first minutes: a clear multiple
        ({}, come(crowd(11), START + 4 * MINUTE), ()),
        ({}, come(crowd(12), START + 4 * MINUTE), CLOSED),
        ({}, come(crowd(3), START + 5 * MINUTE - 3), ()),
        ({}, come(crowd(3), START + 5 * MINUTE), CLOSED),
        ({"times": 1}, come(crowd(3), START + 9), CLOSED),
        ({"first_minutes": 0}, come(crowd(3), START + 9), CLOSED),
        # who is no stranger
        ({}, come([pupil(n) for n in range(2, 60)], every=0.2), ()),
        ({}, come([named(n) for n in range(2, 60)], every=0.2), ()),
        ({}, come([stranger(1), stranger(2), named(3)]), ()),
        ({}, come([stranger(1), stranger(2), named(1)]), CLOSED),  # pupil 1 is inside
        ({}, [*come(crowd(2)), pressed("admit", stranger(1)), joined(stranger(3))], ("admit x1",)),
        # one bad line is one person
        ({}, bad_line(), ()),
        ({}, [*come(crowd(2)), ended(LATER + 3), joined(stranger(3), LATER + 4)], ()),
    ],
)  # fmt: skip
def test_when_the_door_closes(settings: dict[str, object], events: list[Event], expected: tuple[str, ...]) -> None:
    world = Rehearsal(only("join_wave", **settings), replace(ROOM, now=START + 3))
    world.tell(*events)
    assert in_short(world.made) == expected


def test_it_ends_by_itself_and_is_told_as_what_it_is() -> None:
    world = Rehearsal(only("join_wave", minutes=7), ROOM)
    door, alert = world.tell(*come(crowd(3)))
    assert (door.expires_after, door.only, door.severity) == (7 * MINUTE, False, Severity.HIGH)
    assert (alert.severity, dict(alert.params)) == (Severity.HIGH, {"count": "3"})


def test_at_a_door_that_is_closed_already_people_are_only_told_and_not_at_every_knock() -> None:
    world = Rehearsal(only("join_wave"), lesson(pupils=5, inside=[teacher()], waiting_room=True))
    decided = world.tell(*(waits(p, LATER + n) for n, p in enumerate(crowd(20))))
    assert in_short(decided) == ("alert",)
    assert decided[0].severity is Severity.MEDIUM


def test_whoever_was_sent_out_at_once_counts_all_the_same() -> None:
    both = {**only("join_wave").rules, "roster_only": RosterOnly(mode="enforce")}
    world = Rehearsal(Policy(preset="", rules=both), ROOM)
    for n, p in enumerate(crowd(3)):
        world.tell(joined(p, LATER + n))
        world.settle(at=LATER + n + 0.2)
        world.tell(left(p, LATER + n + 0.3))
    assert "open_waiting_room" in in_short(world.made)


def test_where_there_is_no_waiting_room_the_room_is_locked() -> None:
    world = Rehearsal(only("join_wave"), ROOM)
    world.tell(*come(crowd(3)))
    (asked,) = [s for s in world.state.open_intents() if s.action.kind is ActionKind.OPEN_WAITING_ROOM]
    world.tell(settled(asked, OutcomeKind.UNSUPPORTED, LATER + 3))
    assert in_short(world.tell(*(joined(stranger(9 + n), LATER + 70 + n) for n in range(3)))) == ("lock",)


@pytest.mark.parametrize("state", [replace(ROOM, roster=Roster()), replace(ROOM, roster_shrunk=True)])
def test_without_a_list_nobody_is_a_stranger(state: LessonState) -> None:
    world = Rehearsal(only("join_wave"), state)
    assert world.tell(*come(crowd(9))) == ()


def test_a_door_that_the_teacher_has_just_opened_stays_open_for_a_while() -> None:
    world = Rehearsal(only("join_wave"), lesson(inside=[teacher()], locked=True))
    world.tell(pressed("unlock", at=LATER))
    world.settle(at=LATER + 1)
    assert in_short(world.tell(*come(crowd(3), LATER + 60))) == ("alert",)
    later = world.tell(*(joined(stranger(20 + n), LATER + 420 + n) for n in range(3)))
    assert "open_waiting_room" in in_short(later)


def test_a_pupil_or_a_tick_long_after_the_last_stranger_makes_no_wave() -> None:
    full = fold(ROOM, *come(crowd(3), LATER))
    for event, expected in ((joined(pupil(2), LATER + 3), ()), (joined(stranger(9), LATER + 3), CLOSED)):
        assert in_short(Rehearsal(only("join_wave"), full).tell(event)) == expected
    assert in_short(Rehearsal(only("join_wave"), full).tell(ticked(LATER + 59.9))) == CLOSED
    assert in_short(Rehearsal(only("join_wave"), full).tell(ticked(LATER + 60))) == ()  # the first is a minute ago
    assert in_short(Rehearsal(only("join_wave", strangers=2), full).tell(ticked(LATER + 999))) == ()


# --- the bell ---------------------------------------------------------------------------------------------------------


def test_a_hundred_and_eighty_pupils_with_the_bell_are_no_wave_whatever_the_list_knows_of_them() -> None:
    by_account = roster(180)
    by_name = Roster(tuple(RosterEntry(id=e.id, name=e.name) for e in by_account.entries))
    everybody = [replace(pupil(n), name=f"iPhone {n}" if n <= 6 else f"学生{n}") for n in range(1, 181)]
    guests = [replace(p, account="") for p in everybody]
    for listed, people in ((by_account, everybody), (by_name, guests), (by_name, everybody)):
        world = Rehearsal(only("join_wave"), LessonState(lesson="l1", roster=listed))
        world.tell(started(), joined(teacher(), START), *come(people, START + 1, 0.25))
        world.tell(ticked(START + 46), polled([teacher(), *people], at=START + 50))
        assert in_short(world.made) == ()
        assert len(world.state.inside) == 181
