"""What follows when a measure did not take effect: the next step, never the same request again and again.

A platform may answer 200 and do nothing (field.md S9). A measure against a presence that is still inside after its
proof failed is followed by the next step here; the last one calls people.
"""

from collections.abc import Iterator

from app.domain.actions import (
    PERSON_ACTIONS,
    UNSEEN,
    Action,
    ActionKind,
    Decision,
    Lane,
    Outcome,
    OutcomeKind,
    Severity,
)
from app.domain.events import OutcomeSettled
from app.domain.state import LessonState, Person, Standing, satisfied
from policies.base import Rule, Settings
from policies.roster_only import identity_facts


class Ladder(Settings):
    """How measures are stepped up."""


_FAILED = frozenset({OutcomeKind.UNCONFIRMED, OutcomeKind.REFUSED, OutcomeKind.FAILED, OutcomeKind.UNSUPPORTED})
# Only these say that the measure itself is no good for this person; a refusal or a busy platform says nothing of him.
_USELESS = frozenset({OutcomeKind.UNCONFIRMED, OutcomeKind.UNSUPPORTED})

_NEXT: dict[ActionKind, tuple[ActionKind, ...]] = {
    ActionKind.HOLD: (ActionKind.KICK,),
    ActionKind.KICK: (ActionKind.LOCK, ActionKind.ALERT),
    ActionKind.BAN: (ActionKind.LOCK, ActionKind.ALERT),
    ActionKind.MUTE: (ActionKind.MUTE_ALL,),
    ActionKind.STOP_SHARE: (ActionKind.HOLD,),
}


def decide(settings: Ladder, state: LessonState, event: OutcomeSettled) -> Iterator[Decision]:
    """The step after a failed one. What a human asked for is never stepped up behind his back: he is told."""
    standing = state.intents.get(event.intent)
    if standing is None or event.outcome.kind not in _FAILED or event.outcome.assumed:
        return
    if satisfied(state, event.action) or event.action.kind is ActionKind.ALERT:
        return
    precaution = standing.severity is Severity.INFO or event.action.kind is ActionKind.DELETE_MESSAGE
    if event.outcome.kind is OutcomeKind.UNSUPPORTED and precaution:
        return  # this platform does not have it, and it was not all: the rule goes another way
    if any(other.undo_of == standing.id for other in state.intents.values()):
        return  # it was taken back on purpose
    target = event.action.target
    person = state.person(target.id) if target else None
    for kind in _steps(state, standing, person, event.outcome):
        lock = kind is ActionKind.LOCK
        yield Decision(
            action=Action(kind=kind, target=person.participant if person and kind in _PERSONAL else None),
            rule="ladder",
            reason="did_not_help",
            params=(("action", event.action.kind.value), ("name", target.name if target else "")),
            severity=Severity.HIGH,
            lane=Lane.PANIC if lock else Lane.GUARD,
            facts=identity_facts(person) if person else 1,
            expires_after=600.0 if lock else None,
        )


_PERSONAL = PERSON_ACTIONS | {ActionKind.ALERT}


def _steps(state: LessonState, standing: Standing, person: Person | None, outcome: Outcome) -> tuple[ActionKind, ...]:
    """The next step against somebody nobody knows; for everybody else, and for a human's press, people are called.

    While we cannot see, nothing shows in time: that is no reason for more against a person.
    """
    if standing.by or person is None or person.trusted or identity_facts(person) < 2:
        return (ActionKind.ALERT,)
    steps = _NEXT.get(standing.action.kind, (ActionKind.ALERT,))
    if outcome.kind not in _USELESS or outcome.code == UNSEEN or state.blind:
        steps = tuple(kind for kind in steps if kind not in PERSON_ACTIONS)
    return steps or (ActionKind.ALERT,)


RULE = Rule(name="ladder", settings=Ladder, decide=decide, on=(OutcomeSettled,))
