"""How a measure for a time ends: when, whether it still is ours to take back, and what takes it back."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.actions import ActionKind, OutcomeKind
from app.domain.events import Event
from app.domain.state import LessonState, Standing, note
from policies.expiry import LOOK, WAITS, ends_at, taken_back, temporary
from tests.builders import (
    LATER,
    fold,
    in_full,
    joined,
    left,
    lesson,
    pressed,
    settled,
    standing,
    stranger,
    switched,
    teacher,
    waits,
)

ROOM = lesson(inside=[teacher(), stranger(1)])
CALMED = fold(ROOM, pressed("calm", at=LATER - 60))
SOON, PAST = LATER + 600, LATER - 1
NEVER = float("inf")


def ours(kind: ActionKind, until: float = SOON, **more: Any) -> Standing:
    return standing(kind, at=LATER - 99, until=until, status=OutcomeKind.CONFIRMED, rule="flood", **more)


CALM_LOCK = standing(ActionKind.LOCK, at=LATER - 60, id="c", until=LATER + 900, button="calm")
CALM_CHAT = standing(ActionKind.CLOSE_CHAT, at=LATER - 60, id="c", until=LATER + 900, button="calm")


@pytest.mark.parametrize(
    ("state", "measure", "expected"),
    [
        (ROOM, ours(ActionKind.CLOSE_CHAT), SOON),
        (ROOM, ours(ActionKind.CLOSE_CHAT, PAST), PAST),
        # while the room is calmed a rule opens nothing, but a lock ends with the one that calm asked for
        (CALMED, ours(ActionKind.CLOSE_CHAT), NEVER),
        (CALMED, ours(ActionKind.CLOSE_CHAT, button="calm"), SOON),
        (CALMED, ours(ActionKind.LOCK), SOON),
        (note(CALMED, CALM_LOCK), ours(ActionKind.LOCK), LATER + 900),
        (note(CALMED, CALM_LOCK), ours(ActionKind.LOCK, LATER + 999), LATER + 999),
        (note(CALMED, CALM_CHAT), ours(ActionKind.LOCK), SOON),
        (note(CALMED, replace(CALM_LOCK, button="")), ours(ActionKind.LOCK), SOON),
        (note(CALMED, replace(CALM_LOCK, until=None)), ours(ActionKind.LOCK), SOON),
        (CALMED, ours(ActionKind.SILENCE, who=stranger(1)), SOON),  # about a person: that goes on
        # a waiting room is not taken back while somebody unknown waits in it, for a while
        (ROOM, ours(ActionKind.OPEN_WAITING_ROOM, PAST), PAST),
        (fold(ROOM, waits(stranger(2), LATER - 9)), ours(ActionKind.OPEN_WAITING_ROOM), SOON),
        (fold(ROOM, waits(stranger(2), LATER - 9)), ours(ActionKind.OPEN_WAITING_ROOM, PAST), LATER + LOOK),
        (fold(ROOM, waits(stranger(2), LATER - 9)), ours(ActionKind.CLOSE_CHAT, PAST), PAST),
        (fold(ROOM, waits(stranger(2), LATER + 9 - WAITS)), ours(ActionKind.OPEN_WAITING_ROOM, PAST), LATER + 9),
        (fold(ROOM, waits(stranger(2), LATER - WAITS)), ours(ActionKind.OPEN_WAITING_ROOM, PAST), PAST),
        (fold(ROOM, waits(teacher("t2"), LATER - 9)), ours(ActionKind.OPEN_WAITING_ROOM, PAST), PAST),
    ],
)
def test_when_a_measure_ends(state: LessonState, measure: Standing, expected: float) -> None:
    assert ends_at(replace(state, now=LATER), measure) == expected


def test_what_takes_a_measure_back_says_what_it_was_and_whom_it_hit() -> None:
    back = taken_back(ours(ActionKind.HOLD, who=stranger(1)), "restraint", "time_is_up")
    assert in_full([back]) == ("admit x1 for restraint/time_is_up: info, routine, undoes i1",)
    assert back.params == (("action", "hold"), ("name", "user8801"))
    room = taken_back(ours(ActionKind.LOCK), "restraint", "time_is_up")
    assert in_full([room]) == ("unlock for restraint/time_is_up: info, routine, undoes i1",)
    assert room.params == (("action", "lock"),)


HELD = ours(ActionKind.HOLD, who=stranger(1))
SILENCED, BANNED = ours(ActionKind.SILENCE, who=stranger(1)), ours(ActionKind.BAN, who=stranger(1))
HE_WAITS = (left(stranger(1), LATER - 98), waits(stranger(1), LATER - 97))


@pytest.mark.parametrize(
    ("measure", "then", "expected"),
    [
        (SILENCED, (), True),
        (SILENCED, (left(stranger(1)),), False),
        (HELD, HE_WAITS, True),
        (HELD, (), False),  # somebody let him in
        (HELD, (left(stranger(1)),), False),
        (HELD, (*HE_WAITS, pressed("hold", stranger(1))), False),  # a human wants him out
        (SILENCED, (pressed("hold", stranger(1)),), True),  # and that is another thing
        (BANNED, (left(stranger(1)),), True),
        (BANNED, (), True),
        (replace(SILENCED, until=None), (), False),
        (replace(SILENCED, status=OutcomeKind.PENDING), (), False),
        (replace(SILENCED, status=OutcomeKind.SIMULATED), (), False),
        (ours(ActionKind.MUTE, who=stranger(1)), (), False),  # which nobody takes back
    ],
)
def test_a_measure_against_a_person_is_ours_while_he_is_under_it(
    measure: Standing, then: tuple[Event, ...], expected: bool
) -> None:
    state = fold(note(ROOM, measure), *then)
    assert (measure.id in [s.id for s in temporary(state)]) is expected


@pytest.mark.parametrize(
    ("newer", "expected"),
    [
        ({"until": SOON + 1}, False),
        ({"until": SOON}, True),
        ({"until": SOON - 1}, True),
        ({"until": None}, True),
        ({"until": None, "by": "u1"}, False),
        ({"until": None, "by": "u1", "at": LATER - 99}, False),
        ({"until": None, "by": "u1", "at": LATER - 99.1}, True),
        ({"until": SOON + 1, "who": stranger(2)}, True),
        ({"until": SOON + 1, "kind": ActionKind.WARN}, True),
    ],
)
def test_the_same_that_lasts_longer_or_that_a_human_asked_for_counts(newer: dict[str, Any], expected: bool) -> None:
    other: dict[str, Any] = {"kind": ActionKind.SILENCE, "who": stranger(1), "at": LATER - 9, "id": "i2", **newer}
    state = note(note(ROOM, SILENCED), standing(**other))
    assert ("i1" in [s.id for s in temporary(state)]) is expected


def test_a_switch_is_ours_while_nobody_else_touched_it() -> None:
    lock = standing(ActionKind.LOCK, at=LATER, until=SOON)
    state = fold(note(ROOM, lock), settled(lock, OutcomeKind.CONFIRMED, LATER + 1))
    assert [s.id for s in temporary(state)] == ["i1"]
    assert list(temporary(fold(state, switched(LATER + 2, locked=False)))) == []
    assert [s.id for s in temporary(fold(state, joined(stranger(3), LATER + 2)))] == ["i1"]
