"""quiet_start: a lesson begins quiet, until the teacher opens it or time ends."""

from dataclasses import replace

import pytest

from app.domain.events import Event
from app.domain.state import LessonState
from tests.builders import (
    MINUTE,
    START,
    Rehearsal,
    ended,
    fold,
    in_short,
    joined,
    lesson,
    only,
    pressed,
    pupil,
    started,
    teacher,
    unmuted,
)

NEW = LessonState(lesson="l1")
RUNNING = lesson(inside=[teacher(), pupil(1)], at=START + 2)
END = START + 5 * MINUTE


@pytest.mark.parametrize(
    ("settings", "state", "event", "expected"),
    [
        ({}, NEW, started(), ("mute_all", "close_chat", "restrict_share")),
        ({}, NEW, joined(teacher(), START), ("mute_all", "close_chat", "restrict_share")),  # who is first begins it
        ({"mute": False}, NEW, started(), ("close_chat", "restrict_share")),
        ({"chat": False, "share": False}, NEW, started(), ("mute_all",)),
        ({}, lesson(at=START, chat_closed=True), joined(teacher(), START + 3), ("mute_all", "restrict_share")),
        ({}, RUNNING, joined(pupil(2), START + 3), ()),
        # a microphone in the quiet time
        ({}, RUNNING, unmuted(pupil(1), END - 0.1), ("mute p1",)),
        ({}, RUNNING, unmuted(pupil(1), END), ()),
        ({"minutes": 240}, RUNNING, unmuted(pupil(1), START + 240 * MINUTE - 0.1), ("mute p1",)),
        ({"minutes": 240}, RUNNING, unmuted(pupil(1), START + 240 * MINUTE), ()),
        ({"mute": False}, RUNNING, unmuted(pupil(1), START + 9), ()),
        ({}, RUNNING, unmuted(teacher(), START + 9), ()),
        ({}, RUNNING, unmuted(pupil(2), START + 9), ()),  # nobody of that id is inside
        ({}, fold(RUNNING, pressed("allow_unmute", at=START + 8)), unmuted(pupil(1), START + 9), ()),
        ({}, fold(RUNNING, ended(START + 8)), unmuted(pupil(1), START + 9), ()),
    ],
)  # fmt: skip
def test_a_lesson_begins_quiet(
    settings: dict[str, object], state: LessonState, event: Event, expected: tuple[str, ...]
) -> None:
    assert in_short(Rehearsal(only("quiet_start", **settings), state).tell(event)) == expected


def test_what_the_teacher_opened_stays_open() -> None:
    opened = fold(RUNNING, pressed("open_chat", at=START + 3), pressed("allow_share", at=START + 3))
    alone = replace(opened, inside={})
    assert in_short(Rehearsal(only("quiet_start"), alone).tell(joined(teacher(), START + 4))) == ("mute_all",)


def test_quiet_ends_by_itself_when_its_time_is_up() -> None:
    world = Rehearsal(only("quiet_start"), NEW)
    assert [d.expires_after for d in world.tell(started())] == [300.0, 300.0, 300.0]
    late = Rehearsal(only("quiet_start"), fold(NEW, started()))
    assert [d.expires_after for d in late.tell(joined(teacher(), START + 100))] == [200.0, 200.0, 200.0]
