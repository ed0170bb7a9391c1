"""The room before the person: when several offend at once, or single measures become too many, the room is closed.

One after the other they could be muted for minutes while the next one begins (field.md S1). For a while nobody is
heard, read or seen instead. It ends by itself, though not while an offender whom nobody knows is still inside
(expiry.py); one press gives it back.
"""

from collections.abc import Iterator, Sequence

from app.domain.actions import UNDO, Action, ActionKind, Decision, Lane, OutcomeKind, Severity
from app.domain.people import Participant
from app.domain.state import LessonState, Standing
from policies.emergency import CALM
from policies.wishes import out_of_place

ATTACK = 60.0  # seconds for which an attack is still going on
WITHIN = 30.0  # seconds in which several offences are "at once"
HALF = 0.5  # what one of the class counts beside a stranger: pupils quarrel, too

# Whoever is inside is not heard, read or seen. The door is left to the rules that know whom it would shut out ...
QUIET = (ActionKind.MUTE_ALL, ActionKind.FORBID_UNMUTE, ActionKind.CLOSE_CHAT, ActionKind.RESTRICT_SHARE)
EVERYTHING = CALM  # ... or nobody new comes in, either
_SWITCHES = ("muted_all", "unmute_forbidden", "chat_closed", "share_restricted")


def together(people: int, seconds: float, state: LessonState, wishes: Sequence[Decision]) -> Iterator[Decision]:
    """Quiet for so many seconds, when the newest offence makes so many people who offend at once.

    Who cannot be sent out counts each time: he will go on.
    """
    new = [(w.action.target, w.severity) for w in wishes if w.strike and w.action.target and not (w.observed or w.by)]
    if not new:
        return
    since = max(state.now - WITHIN, _opened_at(state))
    total, counted = 0.0, set[str]()
    for who, severity in (*_offences(state, since), *new):
        person = state.person(who.id)
        if who.id not in counted or (person and out_of_place(state, person)):
            total += 1.0 if severity >= Severity.MEDIUM else HALF
        counted.add(who.id)
    if total >= people:
        yield from close_room(QUIET, seconds, Severity.HIGH, reason="together")


def close_room(
    kinds: Sequence[ActionKind], seconds: float, severity: Severity, *, reason: str, rule: str = "restraint"
) -> Iterator[Decision]:
    """The room closed for so many seconds, and people called."""
    for kind in (*kinds, ActionKind.ALERT):
        yield Decision(
            action=Action(kind=kind),
            rule=rule,
            reason=reason,
            severity=severity,
            lane=Lane.PANIC,
            expires_after=seconds if kind in UNDO else None,
        )


def offended(state: LessonState) -> bool:
    """Whether somebody nobody knows has offended within the last minute."""
    return any(severity >= Severity.MEDIUM for _, severity in _offences(state, state.now - ATTACK))


def attacked(state: LessonState) -> bool:
    """Whether strangers are at it just now: one has offended, or several stood out as hostile, within a minute."""
    since = state.now - ATTACK
    hostile = {who.id for s in _lately(state, since) if (who := s.action.target) and s.severity >= Severity.HIGH}
    return len(hostile) > 1 or offended(state)


def _offences(state: LessonState, since: float) -> Iterator[tuple[Participant, Severity]]:
    """Who has offended since then, and how gravely: one of the class slightly, whichever rule tells it."""
    for s in _lately(state, since):
        if s.strike and s.action.target is not None:
            yield s.action.target, s.severity


def _lately(state: LessonState, since: float) -> Iterator[Standing]:
    """What rules did since then, watching aside."""
    return (s for s in state.intents.values() if s.at >= since and not s.by and s.status is not OutcomeKind.SIMULATED)


def _opened_at(state: LessonState) -> float:
    """When what was closed was opened again: what happened before has been answered."""
    opened = (state.changes.get(name) for name in _SWITCHES if getattr(state.switches, name) is False)
    return max((change.at for change in opened if change), default=0.0)
