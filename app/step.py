"""One step of a lesson in a transaction: fold an event in, ask the rules, write their wishes, see what it proves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.connections import Connections
from app.domain.actions import Action, ActionKind, Decision, Lane, Outcome, OutcomeKind, Support, at_once, plan
from app.domain.events import ClockTicked, Event, OutcomeSettled, RosterPolled
from app.domain.incidents import incident_for
from app.domain.state import LessonState, Standing, apply, proven, satisfied
from app.store.log import Lesson, Queued, Writing
from policies import decide

DEADLINES = {Lane.PANIC: 30.0, Lane.GUARD: 60.0, Lane.ROUTINE: 120.0}  # seconds until an intent must not fire any more


@dataclass(slots=True)
class Steps:
    """The steps of one transaction. `queued` collects what the executor is to perform after the commit."""

    writing: Writing
    connections: Connections
    deadlines: Mapping[Lane, float]
    queued: list[Queued] = field(default_factory=list)

    def take(self, lesson: Lesson, event: Event, press: str = "") -> list[str]:
        """One event and whatever follows from it; the ids of the intents that were written."""
        after = apply(lesson.state, event)
        if isinstance(event, RosterPolled) and not _news(lesson.state, after, event):
            lesson.state = after
            return []
        decisions = decide(lesson.course.policy, after, event)
        if isinstance(event, ClockTicked) and not decisions:
            return []
        self.writing.append(lesson, event, after)
        intents = [intent for decision in decisions for intent in self._intend(lesson, decision, press)]
        for open_one in lesson.state.unproven():
            standing = lesson.state.intents[open_one.id]  # settling another one may have settled this one on the way
            if proven(lesson.state, standing, event):
                intents += self._settle(lesson, standing, Outcome(kind=OutcomeKind.CONFIRMED))
        return intents

    def _intend(self, lesson: Lesson, decision: Decision, press: str) -> list[str]:
        """Write what a wish comes down to on this platform."""
        intents: list[str] = []
        for action, support in plan(self.connections.supports(lesson.connection, lesson.key), decision):
            if action.kind is not decision.action.kind and _under_way(lesson.state, action):
                continue  # two wishes may come down to the same on this platform
            standing = self._standing(lesson, decision, replace(action, operator=lesson.state.operator()))
            queued = self.writing.intend(lesson, standing, decision.params, support, press)
            intents += [queued.id, *self._begin(lesson, standing, support, queued)]
        return intents

    def _begin(self, lesson: Lesson, standing: Standing, support: Support, queued: Queued) -> list[str]:
        """Hand an intent to the executor, or settle at once what no request is sent for."""
        if standing.status is OutcomeKind.SIMULATED:
            return []
        outcome = at_once(support, standing.action.kind)
        if outcome is not None:
            return self._settle(lesson, standing, outcome)
        self.queued.append(queued)
        return []

    def _standing(self, lesson: Lesson, decision: Decision, action: Action) -> Standing:
        number, now = lesson.number + 1, self.writing.now
        observed = decision.observed and not decision.by
        return Standing(
            id=f"{lesson.id}.{number}", action=action, rule=decision.rule, reason=decision.reason,
            severity=decision.severity, lane=decision.lane, at=now, deadline=now + self.deadlines[decision.lane],
            by=decision.by, incident=incident_for(lesson.state, decision.severity, now, number),
            button="calm" if decision.reason == "button_calm" else "", undo_of=decision.undo_of,
            until=None if decision.expires_after is None else now + decision.expires_after,
            status=OutcomeKind.SIMULATED if observed else OutcomeKind.PENDING, met=satisfied(lesson.state, action),
        )  # fmt: skip

    def _settle(self, lesson: Lesson, standing: Standing, outcome: Outcome) -> list[str]:
        event = OutcomeSettled(at=self.writing.now, intent=standing.id, action=standing.action, outcome=outcome)
        return self.take(lesson, event)


def _under_way(state: LessonState, action: Action) -> bool:
    """Whether the same is asked already and not settled."""
    return action.kind is not ActionKind.ALERT and any(s.action.key == action.key for s in state.open_intents())


def _news(before: LessonState, after: LessonState, event: RosterPolled) -> bool:
    """Whether a poll told anything: most do not, and are not written down."""
    told = ("inside", "waiting", "switches", "status", "gone")
    changed = any(getattr(after, name) != getattr(before, name) for name in told)
    return changed or any(proven(before, s, event) for s in before.unproven())
