"""What follows when a measure did not take effect: the next step, never the same request again and again.

The settings also say what the n-th offence of a person costs; rungs.py raises the wishes by them.

A platform may answer 200 and do nothing (field.md S9). A measure against a presence that is still inside after its
proof failed is followed by the next step here; the last one calls people.
"""

from collections.abc import Iterable, Iterator

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
from policies.base import Contradiction, Rule, Settings, setting
from policies.wishes import identity_facts


class Ladder(Settings):
    """What the next offence of the same person costs, and what follows when a measure did not take effect."""

    mute_at: int = setting(
        2, "offence from which somebody is muted, or silenced in chat, not only told (1 to 10, 10 = never)",
        stricter="lower", ge=1, le=10,
    )  # fmt: skip
    hold_at: int = setting(
        3, "offence from which somebody who is not verified goes back to the waiting room (1 to 10, 10 = never)",
        stricter="lower", ge=1, le=10,
    )  # fmt: skip
    kick_at: int = setting(
        5, "offence from which a stranger is put out; never a name of the class list (1 to 10, 10 = never)",
        stricter="lower", ge=1, le=10,
    )  # fmt: skip
    ban_at: int = setting(
        7, "offence from which a stranger is put out and kept out (1 to 10, 10 = never)",
        stricter="lower", ge=1, le=10,
    )  # fmt: skip
    apart_seconds: int = setting(
        3, "seconds within which several offences of one person count as one (0 to 120)",
        stricter="lower", ge=0, le=120,
    )  # fmt: skip
    carry_days: int = setting(
        14, "days for which an offence still counts in the next lessons of the course (0 to 90, 0 = never)",
        stricter="higher", ge=0, le=90,
    )  # fmt: skip

    def contradictions(self) -> Iterable[Contradiction]:
        """A harder measure never comes before a milder one."""
        for milder, harder in (("mute_at", "hold_at"), ("hold_at", "kick_at"), ("kick_at", "ban_at")):
            if getattr(self, harder) < getattr(self, milder):
                yield Contradiction((harder, milder), "a milder measure must come before a harder one")


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
