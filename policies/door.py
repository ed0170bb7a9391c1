"""How a rule closes the door, and for how long a measure of a whole lesson lasts.

Where there is a waiting room strangers wait in it and pupils of the list are let in. Elsewhere only a lock is left,
which keeps late pupils out, too: a rule says whether it is worth that (`hard`).
"""

from collections.abc import Iterator

from app.domain.actions import Action, ActionKind, Decision, Lane, OutcomeKind, Severity
from app.domain.state import LessonState

LONGEST = 4 * 3600.0  # seconds that a lesson lasts whose end nobody has told
AFTER_END = 1800.0  # seconds after the planned end; many lessons take a little longer
JUST_OPENED = 300.0  # seconds for which a door that somebody opened on purpose is not closed by a wave


def close_door(
    state: LessonState, rule: str, reason: str, minutes: int, *, hard: bool, severity: Severity = Severity.INFO
) -> Iterator[Decision]:
    """The waiting room on for so many minutes; where there is none the room locked, if `hard`."""
    if "door" in state.opened and (not hard or _just_opened(state)):
        return
    none = no_waiting_room(state)
    if none and not hard:
        return
    yield Decision(
        action=Action(kind=ActionKind.LOCK if none else ActionKind.OPEN_WAITING_ROOM),
        rule=rule,
        reason=reason,
        severity=severity,
        lane=Lane.PANIC,
        expires_after=minutes * 60.0,
        only=not hard,
    )


def closed(state: LessonState) -> bool:
    """Whether nobody unknown can walk in just now."""
    return bool(state.switches.waiting_room or state.switches.locked)


def no_waiting_room(state: LessonState) -> bool:
    """Whether this platform has answered that it has none."""
    return any(
        s.action.kind is ActionKind.OPEN_WAITING_ROOM and s.status is OutcomeKind.UNSUPPORTED
        for s in state.intents.values()
    )


def _just_opened(state: LessonState) -> bool:
    changes = (state.changes.get(name) for name in ("waiting_room", "locked"))
    return any(change.at > state.now - JUST_OPENED for change in changes if change)


def in_first_minutes(state: LessonState, minutes: int) -> bool:
    """Whether the class is still coming in: counted from the planned start if that is later than the real one."""
    began = max(state.started_at or 0.0, state.scheduled_at or 0.0)
    return state.now < began + minutes * 60.0


def rest_of_lesson(state: LessonState) -> float:
    """Seconds until a measure for the whole lesson ends by itself; a lesson that nobody ends must not keep it."""
    end = state.ends_at + AFTER_END if state.ends_at else (state.started_at or state.now) + LONGEST
    return max(end - state.now, AFTER_END)
