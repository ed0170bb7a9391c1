"""What proves that something took effect: only what could have shown the opposite."""

from dataclasses import replace

import pytest

from app.domain.actions import ActionKind, OutcomeKind
from app.domain.events import Presence
from app.domain.people import Participant
from app.domain.state import proven
from tests.builders import LATER, lesson, polled, pupil, standing, teacher


@pytest.mark.parametrize("status", [OutcomeKind.REQUESTED, OutcomeKind.MANUAL])
@pytest.mark.parametrize(
    ("kind", "medium", "who"),
    [
        (ActionKind.MUTE_ALL, "audio", None),
        (ActionKind.MUTE, "audio", pupil(1)),
        (ActionKind.STOP_VIDEO, "video", pupil(1)),
        (ActionKind.STOP_SHARE, "share", pupil(1)),
    ],
)
def test_a_list_without_microphones_proves_nothing_about_them(
    status: OutcomeKind, kind: ActionKind, medium: str, who: Participant | None
) -> None:
    state = lesson(inside=[teacher(), pupil(1)])
    asked = replace(standing(kind, who), status=status, met=True)
    blank = [Presence(participant=teacher()), Presence(participant=pupil(1))]
    shown = [Presence(participant=teacher()), Presence(participant=pupil(1), **{medium: False})]
    assert not proven(state, asked, polled(blank, at=LATER + 1))
    assert proven(state, asked, polled(shown, at=LATER + 1))


def test_who_is_not_there_any_more_is_not_heard() -> None:
    asked = replace(standing(ActionKind.MUTE, pupil(1)), status=OutcomeKind.REQUESTED, met=True)
    gone = polled([Presence(participant=teacher())], at=LATER + 1)
    assert proven(lesson(inside=[teacher()]), asked, gone)
