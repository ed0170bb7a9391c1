"""Which incident an action belongs to."""

import pytest

from app.domain.actions import ActionKind, Severity
from app.domain.incidents import QUIET, incident_for
from app.domain.state import LessonState, note
from tests.builders import LATER, lesson, standing, stranger

CALM = lesson(inside=[stranger(1)])
DISTURBED = note(CALM, standing(ActionKind.HOLD, stranger(1), at=LATER, incident="l1.7"))
PREPARED = note(CALM, standing(ActionKind.LOCK, at=LATER, incident="l1.routine", severity=Severity.INFO))


@pytest.mark.parametrize(
    ("state", "severity", "after", "expected"),
    [
        (CALM, Severity.LOW, 0.0, "l1.42"),
        (DISTURBED, Severity.LOW, QUIET, "l1.7"),
        (DISTURBED, Severity.LOW, QUIET + 0.1, "l1.42"),
        # what is done in every lesson is no disturbance
        (CALM, Severity.INFO, 0.0, "l1.routine"),
        (DISTURBED, Severity.INFO, 0.0, "l1.routine"),
        (PREPARED, Severity.INFO, 9 * QUIET, "l1.routine"),
        (PREPARED, Severity.LOW, 0.0, "l1.42"),
    ],
)
def test_an_action_joins_the_open_incident_or_opens_one(
    state: LessonState, severity: Severity, after: float, expected: str
) -> None:
    assert incident_for(state, severity, LATER + after, 42) == expected
