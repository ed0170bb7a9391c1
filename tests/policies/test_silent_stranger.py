"""silent_stranger: somebody unknown sits there and does nothing."""

from dataclasses import replace

import pytest

from app.domain.actions import Severity
from app.domain.events import Event
from app.domain.people import Participant, Role, Roster
from policies import wake_at
from tests.builders import (
    MINUTE,
    START,
    Rehearsal,
    films,
    fold,
    in_short,
    joined,
    left,
    lesson,
    named,
    only,
    pressed,
    promoted,
    pupil,
    says,
    shares,
    stranger,
    teacher,
    ticked,
    unmuted,
)

IN = START + 60.0
DUE = IN + 5 * MINUTE


def room(who: Participant, *then: Event) -> Rehearsal:
    return Rehearsal(only("silent_stranger"), fold(lesson(inside=[teacher()], at=START), joined(who, IN), *then))


@pytest.mark.parametrize(
    ("who", "then", "at", "expected"),
    [
        (stranger(1), (), DUE - 0.1, ()),
        (stranger(1), (), DUE, ("alert x1",)),
        (named(1), (), DUE, ()),  # where there are no accounts, every pupil who listens is like that
        (pupil(1), (), DUE, ()),
        (stranger(1), (says(stranger(1), "hi", IN + 9),), DUE, ()),
        (stranger(1), (unmuted(stranger(1), IN + 9),), DUE, ()),
        (stranger(1), (films(stranger(1), IN + 9),), DUE, ()),
        (stranger(1), (shares(stranger(1), IN + 9),), DUE, ()),
        (stranger(1), (left(stranger(1), IN + 9),), DUE, ()),
        (stranger(1), (pressed("admit", stranger(1), IN + 9),), DUE, ()),
        (stranger(1), (promoted(stranger(1), Role.COHOST, IN + 9),), DUE, ()),
    ],
)
def test_who_is_told_of(who: Participant, then: tuple[Event, ...], at: float, expected: tuple[str, ...]) -> None:
    assert in_short(room(who, *then).tell(ticked(at))) == expected


def test_in_an_exam_he_waits_outside_and_he_is_told_of_once() -> None:
    world = Rehearsal(only("silent_stranger", then="hold", minutes=2), room(stranger(1)).state)
    assert wake_at(world.policy, world.state) == IN + 2 * MINUTE
    decided = world.tell(ticked(IN + 2 * MINUTE))
    assert in_short(decided) == ("alert x1", "hold x1")
    assert decided[0].severity is Severity.MEDIUM
    assert world.tell(ticked(IN + 9 * MINUTE)) == ()
    assert wake_at(world.policy, world.state) is None


def test_without_a_list_nobody_is_unknown() -> None:
    for changes in ({"roster": Roster()}, {"roster_shrunk": True}, {"roster_stale": True}):
        world = Rehearsal(only("silent_stranger"), replace(room(stranger(1)).state, **changes))
        assert wake_at(world.policy, world.state) is None
        assert world.tell(ticked(DUE + 60)) == ()
