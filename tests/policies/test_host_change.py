"""host_change: somebody unexpected leads the lesson. Nothing is done to him; people are called."""

from dataclasses import replace

import pytest

from app.domain.actions import ActionKind, Severity
from app.domain.events import Event
from app.domain.people import Participant, Role, Roster, RosterEntry
from app.domain.state import LessonState
from tests.builders import (
    LATER,
    Rehearsal,
    fold,
    in_short,
    joined,
    left,
    lesson,
    named,
    only,
    polled,
    pressed,
    promoted,
    pupil,
    roster,
    stranger,
    teacher,
)

HELPER = RosterEntry(id="h", name="赵老师", accounts=("teacher-2",), staff=True)
COLLEAGUE = Participant(id="t2", name="赵老师", account="teacher-2")
LIST = Roster((*roster(5).entries, HELPER))
ROOM = fold(
    replace(lesson(inside=[teacher(), stranger(1)]), roster=LIST), joined(pupil(1), LATER), joined(named(2), LATER)
)
UNLED = fold(ROOM, left(teacher(), LATER + 1))
CALLED = ("alert x1", "open_waiting_room")


@pytest.mark.parametrize(
    ("settings", "state", "event", "expected"),
    [
        ({}, ROOM, promoted(stranger(1), Role.COHOST, LATER + 5), CALLED),
        ({}, ROOM, promoted(stranger(1), Role.HOST, LATER + 5), CALLED),
        ({}, ROOM, promoted(named(2), Role.COHOST, LATER + 5), ("alert n2", "open_waiting_room")),
        ({}, ROOM, joined(replace(stranger(9), role=Role.HOST), LATER + 5), ("alert x9", "open_waiting_room")),
        ({}, ROOM, joined(replace(COLLEAGUE, account="", role=Role.HOST), LATER + 5), ("alert t2", CALLED[1])),
        ({}, ROOM, polled([teacher(), replace(stranger(1), role=Role.COHOST)], at=LATER + 5), CALLED),
        ({"close": False}, ROOM, promoted(stranger(1), Role.COHOST, LATER + 5), ("alert x1",)),
        # a right that comes while nobody leads is nobody's gift
        ({}, UNLED, promoted(pupil(1), Role.HOST, LATER + 5), ("alert p1", "open_waiting_room")),
        # who may
        ({}, ROOM, joined(teacher("t-phone"), LATER + 5), ()),
        ({}, ROOM, joined(replace(COLLEAGUE, role=Role.COHOST), LATER + 5), ()),
        ({}, fold(ROOM, joined(COLLEAGUE, LATER + 2)), promoted(COLLEAGUE, Role.HOST, LATER + 5), ()),
        ({}, fold(UNLED, joined(COLLEAGUE, LATER + 2)), promoted(COLLEAGUE, Role.HOST, LATER + 5), ()),
        ({}, fold(ROOM, pressed("admit", stranger(1), LATER + 2)), promoted(stranger(1), Role.COHOST, LATER + 5), ()),
        ({}, ROOM, promoted(stranger(1), Role.ATTENDEE, LATER + 5), ()),
        # the first who leads
        ({}, lesson(inside=[pupil(1)]), joined(teacher(), LATER), ()),
        ({}, lesson(inside=[pupil(1)]), joined(replace(stranger(1), role=Role.HOST), LATER), ()),
        # a pupil shows her work: noted, nobody is called
        ({}, ROOM, promoted(pupil(1), Role.COHOST, LATER + 5), ("alert p1",)),
        ({"pupils": False}, ROOM, promoted(pupil(1), Role.COHOST, LATER + 5), ()),
        # without a list a right given while somebody leads is given by him
        ({}, replace(ROOM, roster=Roster()), promoted(stranger(1), Role.COHOST, LATER + 5), ()),
        ({}, replace(UNLED, roster=Roster()), promoted(stranger(1), Role.COHOST, LATER + 5), ("alert x1",)),
    ],
)  # fmt: skip
def test_who_is_unexpected(
    settings: dict[str, object], state: LessonState, event: Event, expected: tuple[str, ...]
) -> None:
    assert in_short(Rehearsal(only("host_change", **settings), state).tell(event)) == expected


def test_it_is_as_grave_as_can_be_and_nobody_is_touched() -> None:
    world = Rehearsal(only("host_change"), ROOM)
    alert, door = world.tell(promoted(stranger(1), Role.COHOST, LATER + 5))
    assert (alert.severity, alert.reason) == (Severity.CRITICAL, "host_unexpected")
    assert (door.only, door.expires_after) == (True, 600.0)
    assert world.against_pupils() == []
    (noted,) = Rehearsal(only("host_change"), ROOM).tell(promoted(pupil(1), Role.COHOST, LATER + 5))
    assert (noted.severity, noted.reason) == (Severity.INFO, "host_pupil")


def test_people_are_called_once_about_one_person() -> None:
    world = Rehearsal(only("host_change"), ROOM)
    world.tell(promoted(stranger(1), Role.COHOST, LATER + 5))
    there = [teacher(), replace(stranger(1), role=Role.COHOST)]
    decided = world.tell(polled(there, at=LATER + 90), promoted(stranger(1), Role.HOST, LATER + 95))
    assert [d for d in decided if d.action.kind is ActionKind.ALERT] == []


def test_a_second_device_of_the_first_host_is_known_without_any_staff_on_the_list() -> None:
    room = lesson(inside=[teacher(), pupil(1)])
    world = Rehearsal(only("host_change"), fold(room, left(teacher(), LATER)))
    assert world.tell(joined(teacher("t-phone"), LATER + 30), promoted(teacher("t-phone"), Role.HOST, LATER + 31)) == ()
