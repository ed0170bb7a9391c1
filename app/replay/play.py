"""A lesson under a policy, with simulated effects: each measure takes effect a moment after it was decided.

The steps are the service's own; only the platform is simulated. The same attempts and the same policy always give the
same rows.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from app.domain import events as ev
from app.domain.actions import Confirm, Level, Outcome, OutcomeKind
from app.domain.state import LessonState, Status
from app.domain.terms import Terms
from app.replay.card import Card
from app.replay.frame import Judged
from app.replay.tape import Tape
from app.replay.trace import INTENT, Trace
from app.replay.truth import Fact, What
from app.replay.world import World
from app.store.courses import Course
from app.store.log import Logged, Queued
from policies import wake_at

EFFECT = 0.5  # seconds from a decision to its effect in the room: a control call there, its event back
QUIET = 60.0  # seconds for which a lesson goes on after the last thing that anybody tried
SOONEST = 0.05  # seconds between two ticks of the clock
LATER = 1.0  # seconds after which a tick that changed nothing comes again, as in the service


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody tries, and we hear of at a moment, or `after` a measure has moved this presence out, so many
    seconds later. `judged` = from now on by another list, or by other capabilities.
    """

    at: float
    event: ev.Event
    after: str = ""
    judged: Judged | None = None


@dataclass(slots=True, kw_only=True)
class Played:
    """What came of it: the rows as the log would have them, where they are kept, and the room's own truth."""

    rows: list[Logged] = field(default_factory=list)
    trace: Trace = field(default_factory=Trace)
    state: LessonState = field(default_factory=lambda: LessonState(lesson=""))
    end: float = 0.0
    over: bool = False  # the lesson was ended

    @property
    def facts(self) -> list[Fact]:
        """What was true of whom, second by second."""
        return self.trace.facts


def play(
    attempts: Iterable[Attempt],
    course: Course,
    card: Card,
    *,
    terms: Terms | None = None,
    lesson: str = "replayed",
    keep_rows: bool = True,
) -> Played:
    """Play it to its end. `attempts` come in the order of their times; those `after` something may stand anywhere."""
    return _Play(Tape(course, lesson, card, terms=terms), keep_rows).run(iter(attempts))


_TRY, _EFFECT, _TICK = range(3)


class _Play:
    def __init__(self, tape: Tape, keep_rows: bool) -> None:
        self._tape = tape
        self._world = World()
        self._played = Played()
        self._keep = keep_rows
        self._due: list[tuple[float, int, int, object]] = []
        self._order = count()
        self._waiting: dict[str, list[Attempt]] = {}
        self._tick: float | None = None

    def run(self, attempts: Iterator[Attempt]) -> Played:
        following = self._next(attempts)
        last = 0.0
        while following is not None or self._due:
            if following is not None and (not self._due or following.at <= self._due[0][0]):
                last = following.at
                if following.judged:
                    self._tape.judge_by(following.judged)
                self._try(following.event, following.at)
                following = self._next(attempts)
                continue
            at, _, kind, what = heapq.heappop(self._due)
            if following is None and at > last + QUIET:
                break
            last = self._happens(at, kind, what, last)
        return self._result(last)

    def _next(self, attempts: Iterator[Attempt]) -> Attempt | None:
        for attempt in attempts:
            if not attempt.after:
                return attempt
            self._waiting.setdefault(attempt.after, []).append(attempt)
        return None

    def _happens(self, at: float, kind: int, what: object, last: float) -> float:
        if kind == _TRY and isinstance(what, ev.Event):
            self._try(what, at)
            return max(last, at)
        if kind == _EFFECT and isinstance(what, Queued):
            self._effect(what, at)
        elif kind == _TICK and self._tick == at:
            self._tick = None
            if not self._tell(ev.ClockTicked(at=at), at):
                self._wake(at, LATER)
        return last

    def _try(self, event: ev.Event, at: float) -> None:
        for happened in self._world.tries(event):
            self._tell(happened, at)

    def _effect(self, queued: Queued, at: float) -> None:
        support = self._tape.card.supports(queued.action.kind, queued.action.target)
        if support.level in (Level.NONE, Level.MANUAL):
            return
        before = len(self._world.facts)
        for happened in self._world.undergoes(queued.action, at):
            self._tell(happened, at)
        standing = self._tape.lesson.state.intents.get(queued.id)
        if standing is not None and standing.status in (OutcomeKind.PENDING, OutcomeKind.REQUESTED):
            never = support.confirm is Confirm.NEVER
            outcome = Outcome(kind=OutcomeKind.UNCONFIRMED if never else OutcomeKind.CONFIRMED, assumed=never)
            event = ev.OutcomeSettled(at=at, intent=queued.id, action=standing.action, outcome=outcome)
            self._tell(event, at)
        for fact in self._world.facts[before:]:
            if fact.what in (What.OUT, What.WAITS):
                self._come_back(fact.who, at)

    def _come_back(self, who: str, at: float) -> None:
        """What somebody does whom a measure has moved out."""
        for attempt in self._waiting.pop(who, ()):
            when = at + attempt.at
            self._push(when, _TRY, _moved(attempt.event, when))

    def _tell(self, event: ev.Event, at: float) -> bool:
        """What follows from it; whether anything did."""
        rows = self._tape.take(event, max(at, self._tape.now))
        for row in rows:
            self._played.trace.told(row.at, row.kind)
            if row.kind == INTENT:
                self._played.trace.decided(row.body, row.private)
        if self._keep:
            self._played.rows.extend(rows)
        for queued in self._tape.queued:
            self._push(at + EFFECT, _EFFECT, queued)
        self._tape.queued.clear()
        self._wake(at)
        return bool(rows)

    def _wake(self, now: float, soonest: float = SOONEST) -> None:
        state = self._tape.lesson.state
        due = wake_at(self._tape.lesson.course.policy, state) if state.status is Status.LIVE else None
        if due is None:
            self._tick = None
            return
        due = max(due, now + soonest)
        if self._tick is None or due < self._tick or self._tick <= now or soonest > SOONEST:
            self._tick = due
            self._push(due, _TICK, None)

    def _push(self, at: float, kind: int, what: object) -> None:
        heapq.heappush(self._due, (at, next(self._order), kind, what))

    def _result(self, last: float) -> Played:
        done = self._played
        done.state, done.end, done.over = self._tape.lesson.state, last + QUIET, self._world.over
        done.trace.facts = self._world.facts
        done.trace.people = {key: seat.who for key, seat in self._world.seats.items()}
        return done


def _moved(event: ev.Event, at: float) -> ev.Event:
    return replace(event, at=at)
