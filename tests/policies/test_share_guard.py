"""share_guard: who may share a screen."""

import pytest

from app.domain.events import Event
from app.domain.state import LessonState
from tests.builders import (
    LATER,
    Rehearsal,
    ended,
    fold,
    in_short,
    lesson,
    named,
    only,
    pressed,
    pupil,
    shares,
    started,
    stranger,
    teacher,
    unshares,
)

ROOM = lesson(inside=[teacher(), pupil(1), named(2), stranger(1)])
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
