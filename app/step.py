"""One step of a lesson in a transaction: fold an event in, ask the rules, write their wishes, see what it proves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.domain.actions import (
    UNDO,
    Action,
    ActionKind,
    Decision,
    Lane,
    Outcome,
    OutcomeKind,
    Severity,
    Support,
    Supports,
    at_once,
    plan,
)
from app.domain.events import (
    ButtonPressed,
    ClockTicked,
    Event,
    LessonFramed,
    OutcomeSettled,
    RosterPolled,
    RuleFailed,
    SightLost,
    SightRegained,
)
from app.domain.incidents import incident_for
from app.domain.state import LessonState, Standing, apply, proven, satisfied
from app.framing import carry
from app.replay.frame import Frame, frame_of, versions_of
from app.store.log import Lesson, Queued
from app.store.strikes import Offence
from policies import decide
from policies.restraint import in_force


class Book(Protocol):
    """Where events and intents are written down: a transaction of the store, or a replay's memory."""

    now: float

    def frame(self, lesson: Lesson, frame: Frame) -> None:
        """Keep what a lesson is judged by; the same frame is kept once."""

    def append(self, lesson: Lesson, event: Event, state: LessonState) -> None:
        """Write one event and take over the state that holds it."""

    def intend(
        self, lesson: Lesson, standing: Standing, params: tuple[tuple[str, str], ...], support: Support, press: str = ""
    ) -> Queued:
        """Write one intent in its incident."""

    def offend(self, offence: Offence) -> None:
        """Keep an offence that counts in later lessons, too."""

    def forgive(self, school: str, intent: str) -> None:
        """The offence of this intent does not count any more."""


class Able(Protocol):
    """Who knows what a connection can do in a lesson."""

    def supports(self, connection: str, lesson_key: str = "") -> Supports:
        """What it can do, by kind and person."""


Say = Callable[[Lesson, Decision], str]  # the line that people outside the panel get for an alert

STANDS_IN = 600.0  # seconds for which the room is closed in place of a measure that the platform does not have
SLOW = 0.05  # seconds of work after which a rule is told of
LINE_EVERY = 60.0  # seconds between two lines of a lesson in a group: robots that say more are blocked
DEADLINES = {Lane.PANIC: 30.0, Lane.GUARD: 60.0, Lane.ROUTINE: 120.0}  # seconds until an intent must not fire any more


@dataclass(frozen=True, slots=True)
class Planned:
    """A wish and one action that it comes down to."""

    decision: Decision
    action: Action
    support: Support

    @property
    def stands_in(self) -> bool:
        """Whether the platform does something else than what was wished."""
        return self.action.kind is not self.decision.action.kind


class Laps:
    """Which rules took long, by a clock that counts this thread's work only."""

    def __init__(self, spent: Callable[[], float]) -> None:
        self._spent = spent
        self._last = 0.0
        self._slow: list[tuple[str, float]] = []

    def start(self) -> None:
        """The first rule begins."""
        self._last = self._spent()

    def __call__(self, rule: str) -> None:
        """This rule is done."""
        now = self._spent()
        if now - self._last > SLOW:
            self._slow.append((rule, now - self._last))
        self._last = now

    def slow(self) -> list[tuple[str, float]]:
        """The slow ones since this was asked last, with their seconds."""
        slow, self._slow = self._slow, []
        return slow


@dataclass(slots=True)
class Steps:
    """The steps of one transaction. `queued` collects what the executor is to perform after the commit."""

    writing: Book
    connections: Able
    deadlines: Mapping[Lane, float]
    say: Say
    queued: list[Queued]
    laps: Laps | None = None  # None = nobody looks how long a rule takes

    def take(self, lesson: Lesson, event: Event, press: str = "") -> list[str]:
        """One event and whatever follows from it; the ids of the intents that were written."""
        intents = self._step(lesson, event, press)
        # Not before: in the midst of what follows from an event, a replay expects nothing that it cannot foresee.
        for rule, seconds in self.laps.slow() if self.laps else ():
            intents += self._too_slow(lesson, rule, seconds)
        return intents

    def _step(self, lesson: Lesson, event: Event, press: str = "") -> list[str]:
        if isinstance(event, LessonFramed):
            event = self._framed(lesson, event)
        elif lesson.state.framed != versions_of(lesson.course, lesson.state.terms):
            self._step(lesson, LessonFramed(at=self.writing.now))
        after = apply(lesson.state, event)
        if isinstance(event, RosterPolled) and not _news(lesson.state, after, event):
            # What is not written down must not show in a later decision: only that the platform answered is kept.
            lesson.state = lesson.state.but(last_heard=after.last_heard)
            return []
        if isinstance(event, SightLost | SightRegained) and after.blind == lesson.state.blind:
            return []  # several may find out at the same moment
        if self.laps:
            self.laps.start()
        planned = self._planned(lesson, after, decide(lesson.course.policy, after, event, self.laps))
        if isinstance(event, ClockTicked) and not planned:
            return []
        self.writing.append(lesson, event, after)
        if isinstance(event, ButtonPressed) and event.undo_of:
            self.writing.forgive(lesson.school, event.undo_of)
        intents = [intent for one in planned for intent in self._intend(lesson, one, press)]
        for open_one in lesson.state.unproven():
            standing = lesson.state.intents[open_one.id]  # settling another one may have settled this one on the way
            if proven(lesson.state, standing, event):
                intents += self._settle(lesson, standing, Outcome(kind=OutcomeKind.CONFIRMED))
        return intents

    def _too_slow(self, lesson: Lesson, rule: str, seconds: float) -> list[str]:
        """Tell of a rule that kept everybody waiting, once a minute."""
        told = (s for s in lesson.state.intents.values() if s.reason == "rule_slow")
        if any(s.at > self.writing.now - LINE_EVERY for s in told):
            return []
        error = f"{seconds * 1000:.0f} ms"
        return self._step(lesson, RuleFailed(at=self.writing.now, rule=rule, error=error))

    def _framed(self, lesson: Lesson, event: LessonFramed) -> LessonFramed:
        """The event with the frame that it tells of. A replay's events name theirs already."""
        if event.frame:
            return event
        course = lesson.course
        terms = lesson.state.terms
        frame = frame_of(course, terms, self.connections.supports(lesson.connection, lesson.key))
        self.writing.frame(lesson, frame)
        return replace(event, frame=frame.id, versions=versions_of(course, terms))

    def _planned(self, lesson: Lesson, state: LessonState, decisions: Sequence[Decision]) -> list[Planned]:
        """What the wishes on one event come down to on this platform.

        Several may come down to the same, and the brakes have seen the wishes only: what stands in for another action
        is not asked beside itself, nor again and again.
        """
        if not decisions:
            return []
        supports = self.connections.supports(lesson.connection, lesson.key)
        planned = [Planned(d, action, support) for d in decisions for action, support in plan(supports, d)]
        itself = {
            one.action.key
            for one in planned
            if not (one.stands_in or one.decision.observed or one.action.kind is ActionKind.ALERT)
        }
        return [one for one in planned if not one.stands_in or not (one.action.key in itself or _braked(state, one))]

    def _intend(self, lesson: Lesson, planned: Planned, press: str) -> list[str]:
        """Write one of them, unless the one before came down to the same."""
        if planned.stands_in and _braked(lesson.state, planned):
            return []
        decision, support = planned.decision, planned.support
        action = replace(planned.action, operator=lesson.state.operator())
        if support.channel and _worth_a_line(lesson.state, decision, self.writing.now):
            action = replace(action, text=self.say(lesson, decision))
        standing = self._standing(lesson, planned, action)
        queued = self.writing.intend(lesson, standing, decision.params, support, press)
        if standing.strike:
            carry(self.writing, lesson, standing)
        return [queued.id, *self._begin(lesson, standing, support, queued)]

    def _begin(self, lesson: Lesson, standing: Standing, support: Support, queued: Queued) -> list[str]:
        """Hand an intent to the executor, or settle at once what no request is sent for."""
        if standing.status is OutcomeKind.SIMULATED:
            return []
        outcome = at_once(support, standing.action)
        if outcome is not None:
            return self._settle(lesson, standing, outcome)
        self.queued.append(queued)
        return []

    def _standing(self, lesson: Lesson, planned: Planned, action: Action) -> Standing:
        decision, number, now = planned.decision, lesson.number + 1, self.writing.now
        observed = decision.observed and not decision.by
        return Standing(
            id=f"{lesson.id}.{number}", action=action, rule=decision.rule, reason=decision.reason,
            severity=decision.severity, lane=decision.lane, at=now, deadline=now + self.deadlines[decision.lane],
            by=decision.by, incident=incident_for(lesson.state, decision.severity, now, number),
            button="calm" if decision.reason == "button_calm" else "", undo_of=decision.undo_of, strike=decision.strike,
            until=_until(planned, now),
            status=OutcomeKind.SIMULATED if observed else OutcomeKind.PENDING, met=satisfied(lesson.state, action),
        )  # fmt: skip

    def _settle(self, lesson: Lesson, standing: Standing, outcome: Outcome) -> list[str]:
        event = OutcomeSettled(at=self.writing.now, intent=standing.id, action=standing.action, outcome=outcome)
        return self._step(lesson, event)


def _worth_a_line(state: LessonState, decision: Decision, now: float) -> bool:
    """Whether people outside the panel are told too: nothing slight, and one line a minute from one lesson."""
    if decision.observed or decision.severity < Severity.MEDIUM:
        return False
    said = (s for s in state.intents.values() if s.action.kind is ActionKind.ALERT and s.action.text)
    return not any(s.at > now - LINE_EVERY for s in said)


def _until(planned: Planned, now: float) -> float | None:
    """When a measure ends by itself. A room that is closed because one person cannot be reached opens again, too."""
    decision, action = planned.decision, planned.action
    if decision.expires_after is not None:
        return now + decision.expires_after
    for_one = planned.stands_in and action.target is None and not decision.by
    return now + STANDS_IN if for_one and action.kind in UNDO else None


def _braked(state: LessonState, planned: Planned) -> bool:
    """Whether what stands in for a wish is asked already; for a rule also whether it was, a moment ago."""
    action = planned.action
    if not planned.decision.by:
        return in_force(state, replace(planned.decision, action=action))
    return action.kind is not ActionKind.ALERT and any(s.action.key == action.key for s in state.open_intents())


def _news(before: LessonState, after: LessonState, event: RosterPolled) -> bool:
    """Whether a poll told anything: most do not, and are not written down."""
    told = ("inside", "waiting", "switches", "status", "gone")
    changed = any(getattr(after, name) != getattr(before, name) for name in told)
    return changed or any(proven(before, s, event) for s in before.unproven())
