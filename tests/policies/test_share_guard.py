"""share_guard: who may share a screen."""

from dataclasses import replace

import pytest

from app.domain.actions import ActionKind, OutcomeKind
from app.domain.events import Event
from app.domain.people import Participant
from app.domain.state import LessonState, note
from policies import wake_at
from tests.builders import (
    LATER,
    MINUTE,
    START,
    Rehearsal,
    ended,
    fold,
    in_short,
    left,
    lesson,
    named,
    only,
    pressed,
    pupil,
    shares,
    standing,
    started,
    stranger,
    teacher,
    ticked,
    unshares,
)

INSIDE = [teacher(), pupil(1), named(2), stranger(1)]
ROOM = lesson(inside=INSIDE)
RESTRICTED = lesson(inside=[teacher(), pupil(1), stranger(1)], share_restricted=True)
OPENED = fold(ROOM, pressed("allow_share", at=LATER - 5))


@pytest.mark.parametrize(
    ("settings", "state", "event", "expected"),
    [
        ({}, LessonState(lesson="l1"), started(), ("restrict_share",)),
        ({}, RESTRICTED, started(), ()),
        ({"who": "roster"}, LessonState(lesson="l1"), started(), ()),
        ({"who": "everyone"}, LessonState(lesson="l1"), started(), ()),
        ({}, ROOM, shares(teacher()), ()),
        ({}, ROOM, shares(pupil(1)), ("stop_share p1", "restrict_share")),
        ({}, ROOM, shares(stranger(1)), ("stop_share x1", "restrict_share")),
        ({}, RESTRICTED, shares(stranger(1)), ("stop_share x1",)),
        ({"who": "roster"}, ROOM, shares(pupil(1)), ()),
        ({"who": "roster"}, ROOM, shares(named(2)), ("stop_share n2",)),
        ({"who": "roster"}, ROOM, shares(stranger(1)), ("stop_share x1",)),
        ({"who": "everyone"}, ROOM, shares(stranger(1)), ()),
        # the teacher opened it: those who belong may, strangers still may not
        ({}, OPENED, shares(pupil(1)), ()),
        ({}, OPENED, shares(stranger(1)), ("stop_share x1",)),
        ({}, OPENED, started(), ()),
        # nobody there, an old report, a lesson that is over
        ({}, ROOM, shares(pupil(9)), ()),
        ({}, fold(ROOM, unshares(pupil(1), LATER + 1)), shares(pupil(1)), ()),
        ({}, fold(ROOM, ended()), shares(pupil(1)), ()),
    ],
)
def test_who_may_share(
    settings: dict[str, object], state: LessonState, event: Event, expected: tuple[str, ...]
) -> None:
    assert in_short(Rehearsal(only("share_guard", **settings), state).tell(event)) == expected


EMPTY = lesson(pupils=0, inside=[teacher(), pupil(1), stranger(1)])
AHEAD = lesson(inside=INSIDE, scheduled=LATER + 5)
EARLY = lesson(inside=[pupil(1), stranger(1)])
DROPPED = fold(ROOM, left(teacher(), LATER - 5))


def minute(m: float, state: LessonState = ROOM) -> LessonState:
    return replace(state, now=START + m * MINUTE)


@pytest.mark.parametrize(
    ("settings", "state", "who", "expected"),
    [
        # not before somebody in charge has been there; strangers never while nobody is
        ({"who": "roster"}, EARLY, pupil(1), ("stop_share p1",)),
        ({"who": "roster", "host_first": False}, EARLY, pupil(1), ()),
        ({"who": "roster"}, DROPPED, pupil(1), ()),
        ({"who": "everyone"}, DROPPED, pupil(1), ()),
        ({"who": "everyone"}, DROPPED, stranger(1), ("stop_share x1",)),
        ({"who": "everyone", "host_first": False}, DROPPED, stranger(1), ()),
        # from one minute to another
        ({"who": "roster", "from_minute": 10}, minute(9.9), pupil(1), ("stop_share p1",)),
        ({"who": "roster", "from_minute": 10}, minute(10), pupil(1), ()),
        ({"who": "everyone", "to_minute": 40}, minute(39.9), stranger(1), ()),
        ({"who": "everyone", "to_minute": 40}, minute(40), stranger(1), ("stop_share x1",)),
        ({"who": "everyone", "from_minute": 1}, AHEAD, pupil(1), ("stop_share p1",)),
        ({"who": "everyone"}, AHEAD, pupil(1), ()),
        # a human opened it: that is his time
        ({"who": "roster", "from_minute": 240}, OPENED, pupil(1), ()),
        # without a list nobody is a stranger, and only hosts are known to be allowed
        ({"who": "roster"}, EMPTY, pupil(1), ("alert",)),
        ({"who": "hosts"}, EMPTY, pupil(1), ("stop_share p1", "restrict_share")),
    ],
)  # fmt: skip
def test_when_one_may_share(
    settings: dict[str, object], state: LessonState, who: Participant, expected: tuple[str, ...]
) -> None:
    assert in_short(Rehearsal(only("share_guard", **settings), state).tell(shares(who, state.now))) == expected


def test_a_share_ends_after_its_time_and_a_hosts_does_not() -> None:
    world = Rehearsal(only("share_guard", who="roster", max_minutes=10), ROOM)
    world.tell(shares(teacher(), LATER), shares(pupil(1), LATER + 60))
    due = LATER + 60 + 10 * MINUTE
    assert wake_at(world.policy, world.state) == due
    assert world.tell(ticked(due - 0.1)) == ()
    assert in_short(world.tell(ticked(due))) == ("stop_share p1", "alert p1")
    assert wake_at(world.policy, world.state) is None  # once; what comes of it is the ladder's
    assert world.tell(ticked(due + 200)) == ()


@pytest.mark.parametrize("settings", [{"max_minutes": 240}, {}])
def test_without_a_limit_nothing_is_due(settings: dict[str, object]) -> None:
    world = Rehearsal(only("share_guard", who="roster", **settings), ROOM)
    world.tell(shares(pupil(1), LATER))
    assert wake_at(world.policy, world.state) is None
    assert world.tell(ticked(LATER + 600 * MINUTE)) == ()


def test_a_share_that_a_human_allowed_has_no_limit() -> None:
    world = Rehearsal(only("share_guard", who="roster", max_minutes=1), OPENED)
    world.tell(shares(pupil(1), LATER))
    assert wake_at(world.policy, world.state) is None


def test_what_a_human_opened_is_open_for_names_of_the_list_too() -> None:
    room = Rehearsal(only("share_guard"), fold(ROOM, pressed("allow_share", at=LATER - 5)))
    assert in_short(room.tell(shares(named(2), LATER))) == ()
    assert in_short(room.tell(shares(stranger(1), LATER))) == ("stop_share x1",)


@pytest.mark.parametrize(("who", "strike"), [(stranger(1), True), (named(2), True), (pupil(1), False)])
def test_a_share_that_is_not_allowed_is_an_offence_of_somebody_unknown(who: Participant, strike: bool) -> None:
    stop, _ = Rehearsal(only("share_guard"), ROOM).tell(shares(who))
    assert (stop.action.kind, stop.strike) == (ActionKind.STOP_SHARE, strike)


@pytest.mark.parametrize(
    ("kind", "who", "after", "expected"),
    [
        (ActionKind.STOP_SHARE, pupil(1), 5.0, ()),
        (ActionKind.STOP_SHARE, pupil(1), 0.0, ()),
        (ActionKind.STOP_SHARE, pupil(1), -0.1, ("stop_share p1", "alert p1")),  # about a share before this one
        (ActionKind.STOP_SHARE, stranger(1), 5.0, ("stop_share p1", "alert p1")),
        (ActionKind.MUTE, pupil(1), 5.0, ("stop_share p1", "alert p1")),
        (ActionKind.RESTRICT_SHARE, None, 5.0, ("stop_share p1", "alert p1")),
    ],
)
def test_a_share_that_was_to_be_stopped_already_is_the_ladders(
    kind: ActionKind, who: Participant | None, after: float, expected: tuple[str, ...]
) -> None:
    state = fold(ROOM, shares(pupil(1), LATER))
    state = note(state, standing(kind, who, at=LATER + after, status=OutcomeKind.CONFIRMED))
    world = Rehearsal(only("share_guard", who="roster", max_minutes=10), state)
    assert in_short(world.tell(ticked(LATER + 10 * MINUTE))) == expected
