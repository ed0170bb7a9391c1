"""What school IT reviews: how actions gather into incidents, and what a review can conclude. Pure."""

from enum import StrEnum

from app.domain.actions import Severity
from app.domain.state import LessonState

QUIET = 600.0  # seconds without a further action after which the next disturbance is an incident of its own
EVIDENCE = 120.0  # seconds before the first action whose rows are sealed with the incident


class IncidentStatus(StrEnum):
    """Where an incident is in its review."""

    OPEN = "open"
    REVIEWED = "reviewed"


class Verdict(StrEnum):
    """What the review concluded."""

    UNREVIEWED = "unreviewed"
    TRUE_POSITIVE = "true_positive"
    FALSE_POSITIVE = "false_positive"
    BENIGN = "benign"
    TEST = "test"


def incident_for(state: LessonState, severity: Severity, at: float, number: int) -> str:
    """The incident that an action of this severity belongs to: the lesson's open one, or a new one.

    `number` is the log row that the action answers to; it makes the id of a new incident, so that a replay gives
    the same ids.
    """
    if severity is Severity.INFO:
        return state.routine.id if state.routine else f"{state.lesson}.routine"
    if state.incident and at - state.incident.last_at <= QUIET:
        return state.incident.id
    return f"{state.lesson}.{number}"
