"""How a measure for a time ends: when its time is up, whether it is still ours to take back, and what takes it back."""

from collections.abc import Iterator
from dataclasses import replace

from app.domain.actions import UNDO, ActionKind, Decision, Lane, OutcomeKind, Severity
from app.domain.state import SETS, LessonState, Standing

WAITS = 900.0  # seconds for which somebody unknown at the door keeps the waiting room from being taken back
LOOK = 30.0  # seconds between two looks at whether he still waits


def taken_back(standing: Standing, rule: str, reason: str) -> Decision:
    """The way back of a measure."""
    target = standing.action.target
    return Decision(
        action=replace(standing.action, kind=UNDO[standing.action.kind]),
        rule=rule,
        reason=reason,
        params=(("action", standing.action.kind.value), *((("name", target.name),) if target else ())),
        severity=Severity.INFO,
        lane=Lane.ROUTINE,
        undo_of=standing.id,
    )


def ends_at(state: LessonState, standing: Standing) -> float:
    """When a measure is taken back; infinity = not while the room is calmed, but for a lock.

    A waiting room stays while somebody unknown waits, for he might walk in by that; quiet stays while an offender whom
    nobody knows is inside, for he would go on.
    """
    until = standing.until or 0.0
    if standing.reason == "together" and any(map(state.strikes_of, state.doubted())):
        until = max(until, state.now + LOOK)
    if state.calmed and standing.button != "calm" and standing.action.target is None:
        return max(until, _calm_lock(state)) if standing.action.kind is ActionKind.LOCK else float("inf")
    if until > state.now or standing.action.kind is not ActionKind.OPEN_WAITING_ROOM:
        return until
    late = max((p.since for p in state.waiting.values() if not p.trusted), default=0.0) + WAITS
    return until if late <= state.now else min(late, state.now + LOOK)


def _calm_lock(state: LessonState) -> float:
    """When the lock that calm asked for ends."""
    locks = (s.until for s in state.intents.values() if s.button == "calm" and s.action.kind is ActionKind.LOCK)
    return max((until for until in locks if until is not None), default=0.0)


def temporary(state: LessonState) -> Iterator[Standing]:
    """Measures that are in force for a time and still are ours to take back."""
    for standing in state.intents.values():
        if standing.until is None or standing.action.kind not in UNDO:
            continue
        sets = SETS.get(standing.action.kind)
        latest = state.changes.get(sets[0]) if sets else None
        if (latest is not None and latest.intent == standing.id) if sets else _still_ours(state, standing):
            yield standing


def _still_ours(state: LessonState, standing: Standing) -> bool:
    """Whether a measure against a person is there to be taken back, by us, and by this intent.

    Somebody else may have let him in, a human may have sent him out since, a later measure may last longer; and who
    has left is neither silenced nor waiting. Whoever is banned is not here by that very measure.
    """
    target, kind = standing.action.target, standing.action.kind
    if target is None or standing.status in (OutcomeKind.PENDING, OutcomeKind.SIMULATED):
        return False
    person = (state.waiting if kind is ActionKind.HOLD else state.inside).get(target.id)
    if kind is not ActionKind.BAN and person is None:
        return False
    if kind is ActionKind.HOLD and person and state.is_barred(person):
        return False
    same = (s for s in state.intents.values() if s.action.key == standing.action.key and s.id != standing.id)
    return not any(s.at >= standing.at and (s.by or (s.until or 0.0) > (standing.until or 0.0)) for s in same)
