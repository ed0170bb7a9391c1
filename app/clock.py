"""The only reader of the clock: ticks where something is due, polls of the platforms' own lists, and blindness.

A live lesson is polled as often as its platform allows. A poll that fails, or that shows people whom no event told of
while no event comes, means that we cannot see: the lesson says so, and says so again when sight is back.
"""

import asyncio
import contextlib
import heapq
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

import structlog

from adapters.base import Adapter
from adapters.http import OUR_BUDGET, spending
from app.connections import Connected, Connections
from app.domain.actions import Lane, OutcomeKind
from app.domain.errors import Gone, MenshenError, NotFound, Refused, StoreError
from app.domain.events import (
    EVENTS,
    OURS,
    Attendance,
    ClockTicked,
    Event,
    LessonEnded,
    RosterPolled,
    SightLost,
    SightRegained,
)
from app.domain.state import LessonState, Status
from app.pipeline import Committed, Pipeline
from app.store.log import Lesson
from policies import wake_at

HOT = 120.0  # seconds after the newest measure in which a lesson is polled as often as its platform bears
PARALLEL = 8  # polls under way at once per connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the clock looks, all in seconds; a test has less time. Blindness shows within 10 s by these numbers."""

    step: float = 0.25  # between two looks at what is due
    sight: float = 6.0  # between two polls of a lesson where the platform's budget is shared by few
    share: float = 2.0  # between two polls, for each live lesson of the connection
    hot: float = 3.0  # the same while an incident runs
    silent: float = 3.0  # in which an event should follow what a poll has shown; also before a failed poll is repeated
    limit: float = 9.5  # since the last answer: from then on a question under way counts as blindness
    answer: float = 8.0  # that one poll may take
    later: float = 1.0  # until the next try of a poll that had to give way


NEVER = float("inf")
DEAR = 60.0  # seconds between two questions that come to nothing, where every call is paid for


def now() -> float:
    """Seconds since the epoch, UTC."""
    return time.time()


def spent() -> float:
    """CPU seconds of the calling thread: what it waited for, and what others did meanwhile, does not count."""
    return time.thread_time()


@dataclass(slots=True)
class Watch:
    """One live lesson as the clock sees it."""

    school: str
    lesson: str
    connection: str
    key: str
    heard: float  # newest event from the platform, by our clock
    wake: float | None = None
    poll_at: float = 0.0  # when the list is read next
    polling: bool = False  # it is being read just now
    gap: bool = False  # events were missed, and we know it: the next list may show what none of them told
    people: int = -1  # inside and waiting, after the newest commit; -1 = not known yet
    answered: float = 0.0  # when the newest answer was asked for
    failures: int = 0
    missing: int = 0  # answers in a row that there is no such meeting
    unheard: float = 0.0  # since when a poll has shown what no event told, 0 = not
    hot_until: float = 0.0
    blind: str = ""


class Clock:
    """Keeps watch over every live lesson. Fed by the pipeline after each commit; lives on one event loop."""

    def __init__(
        self,
        pipeline: Pipeline,
        connections: Connections,
        now: Callable[[], float],
        may_read: Callable[[str], bool] = lambda _connection: True,
        pace: Pace | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._may_read = may_read
        self._pace = pace or Pace()
        self._connections = connections
        self._now = now
        self._watches: dict[str, Watch] = {}
        self._deaf: dict[str, str] = {}  # why nothing is heard of a connection's stream
        self._telling: set[asyncio.Task[Lesson | None]] = set()
        self._live: Counter[str] = Counter()  # watched lessons by connection
        self._due: list[tuple[float, str]] = []
        self._task: asyncio.Task[None] | None = None
        self._polls: dict[str, set[asyncio.Task[None]]] = {}
        self._log = structlog.get_logger("menshen.clock")

    def __call__(self, committed: Committed) -> None:
        """A batch was committed: watch what is live, forget what has ended."""
        for lesson in committed.lessons:
            state = lesson.state
            if state.status is Status.ENDED:
                self._forget(lesson.id)
                continue
            if state.status is not Status.LIVE:
                continue
            watch = self._watches.get(lesson.id)
            if watch is None:
                watch = self._add(lesson.school, lesson.id, lesson.connection, lesson.key)
            if any(outcome is OutcomeKind.GONE for place, _, outcome in committed.settled if place == lesson.id):
                self._poll_soon(watch, self._pace.later)  # perhaps it is not the person but the meeting that is gone
            self._hear(watch, lesson)
            watch.blind = state.blind
            if state.incident and state.incident.last_at + HOT > watch.hot_until:
                self._heat(watch, state.incident.last_at + HOT)
            at = wake_at(lesson.course.policy, state)
            self._wake(watch, None if at is None else max(at, self._now() + self._pace.step))

    def _hear(self, watch: Watch, lesson: Lesson) -> None:
        """Who told of it: an event, or only a list (the executor reads it too) that showed more or fewer people?"""
        people = len(lesson.state.inside) + len(lesson.state.waiting)
        kinds = {row.kind for row in lesson.rows}
        if kinds & _TOLD:
            watch.heard = self._now()
        elif -1 != watch.people != people and RosterPolled.kind in kinds and not (watch.unheard or watch.gap):
            watch.unheard = self._now()
            self._poll_soon(watch, self._pace.silent)
        watch.people = people

    def _add(self, school: str, lesson: str, connection: str, key: str) -> Watch:
        now = self._now()
        watch = Watch(school=school, lesson=lesson, connection=connection, key=key, heard=now, answered=now)
        self._watches[lesson] = watch
        self._live[connection] += 1
        connected = self._connections.get(connection)
        if connected is not None:
            # A class's group has members whose coming nobody announced today: its first list is no contradiction.
            watch.gap = connected.adapter.listens
            self._poll_after(watch, self._every(watch, connected.adapter))
        return watch

    def _forget(self, lesson: str) -> None:
        """Nothing is due any more in a lesson that is over."""
        if watch := self._watches.pop(lesson, None):
            self._live[watch.connection] -= 1

    def _poll_after(self, watch: Watch, seconds: float) -> None:
        watch.poll_at = self._now() + seconds
        if watch.poll_at < NEVER:
            heapq.heappush(self._due, (watch.poll_at, watch.lesson))

    def _poll_soon(self, watch: Watch, seconds: float) -> None:
        """Sooner than planned; a poll that is under way is soon enough."""
        if self._now() + seconds < watch.poll_at and not watch.polling:
            self._poll_after(watch, seconds)

    def _heat(self, watch: Watch, until: float) -> None:
        """A measure was taken: look again soon, and often for a while."""
        watch.hot_until = until
        self._poll_soon(watch, self._pace.hot)

    def _every(self, watch: Watch, adapter: Adapter[Any]) -> float:
        """Seconds between two polls of this lesson just now."""
        hot, poll_seconds = watch.hot_until > self._now(), adapter.poll_seconds
        told = adapter.every(hot=hot or watch.connection in self._deaf)
        if told is not None:
            return told
        if hot:
            return min(poll_seconds, self._pace.hot)
        return min(poll_seconds, max(self._pace.sight, self._pace.share * self._live[watch.connection]))

    def _wake(self, watch: Watch, at: float | None) -> None:
        if at is None or (watch.wake is not None and watch.wake <= at):
            return  # a tick too many is harmless; one that is pushed ahead by every event never comes
        heapq.heappush(self._due, (at, watch.lesson))
        watch.wake = at

    # --- streams --------------------------------------------------------------------------------------------------

    def deaf(self, connection: str, reason: str) -> None:
        """Nothing comes in any more on this connection: its lessons say so, and are read instead."""
        if self._deaf.get(connection) == reason:
            return
        self._deaf[connection] = reason
        for watch in self._of(connection):
            self._say(watch, SightLost(at=self._now(), reason=reason))
            self._poll_soon(watch, self._pace.silent)

    def hears(self, connection: str) -> None:
        """Events come in again, or for the first time; what was missed is read once."""
        self._deaf.pop(connection, None)
        for watch in self._of(connection):
            watch.gap, watch.unheard = True, 0.0
            if watch.blind.startswith(("stream", "subscription")):
                self._say(watch, SightRegained(at=self._now()))
            self._poll_soon(watch, 0.0)

    def _of(self, connection: str) -> list[Watch]:
        return [watch for watch in self._watches.values() if watch.connection == connection]

    def _say(self, watch: Watch, event: Event) -> None:
        task = asyncio.create_task(self._tell(watch, event))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    # --- the loop -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._pace.step)
            while self._due and self._due[0][0] <= self._now():
                watch = self._watches.get(heapq.heappop(self._due)[1])
                if watch is None:
                    continue
                try:
                    await self._look_at(watch)
                except Exception:  # logged; what is wrong with one lesson must not stop the clock of all the others
                    self._log.exception("clock stumbled", lesson=watch.lesson)
                    self._wake(watch, self._now() + self._pace.later)

    async def _look_at(self, watch: Watch) -> None:
        """Tick where a measure or a rule is due; poll where it is time."""
        now = self._now()
        if watch.wake is not None and watch.wake <= now:
            watch.wake = None
            self._again(watch, await self._tell(watch, ClockTicked(at=now)))
        connected = self._connections.get(watch.connection)
        if connected is None or now < watch.poll_at or watch.polling:
            return
        polls = self._polls.setdefault(watch.connection, set())
        if len(polls) >= PARALLEL or not self._may_read(watch.connection):
            self._poll_after(watch, self._pace.later)
            return
        watch.polling = True
        task = asyncio.create_task(self._poll(watch, connected))
        polls.add(task)
        task.add_done_callback(polls.discard)

    def _again(self, watch: Watch, told: Lesson | None) -> None:
        """What is still due after a tick comes again, a moment later; so does a tick that was not stored."""
        later = self._now() + self._pace.later
        at = later if told is None else wake_at(told.course.policy, told.state)
        self._wake(watch, None if at is None else max(at, later))

    async def _poll(self, watch: Watch, connected: Connected) -> None:
        """Ask the platform who is there; next poll sooner when something is wrong."""
        again = None
        try:
            again = await self._asked(watch, connected)
        finally:
            watch.polling = False
            if self._watches.get(watch.lesson) is watch:
                self._poll_after(watch, again or self._every(watch, connected.adapter))

    async def _asked(self, watch: Watch, connected: Connected) -> float | None:
        asked_at = self._now()
        try:
            seen = await self._answer(watch, connected.adapter.participants(watch.key))
            before = await self._state(watch)
            told = await self._tell(watch, RosterPolled(at=self._now(), attendance=seen, asked_at=asked_at))
        except Gone:
            return await self._over(watch, asked_at)
        except Refused:
            self._suspect(watch.connection)
            return await self._failed(watch, "refused")
        except StoreError:
            return self._pace.later  # a fault of our own says nothing of the platform
        except (MenshenError, TimeoutError) as e:
            if getattr(e, "code", "") == OUR_BUDGET:
                return None  # we did not ask: that says nothing of the platform
            return await self._unanswered(watch)
        except Exception:  # an adapter's own mistake is logged; with it we see as little as without an answer
            self._log.exception("adapter failed", lesson=watch.lesson)
            return await self._unanswered(watch)
        watch.failures, watch.missing, watch.answered = 0, 0, asked_at
        if told is None:
            return self._pace.later
        return await self._compared(watch, before, told.state, asked_at)

    async def _answer(self, watch: Watch, asking: Coroutine[Any, Any, Attendance]) -> Attendance:
        """The platform's list. While it takes too long we cannot see, even if it comes in the end."""
        with spending(Lane.ROUTINE, prepaid=1):
            question = asyncio.create_task(asking)
        patience = max(self._pace.silent, watch.answered + self._pace.limit - self._now())
        try:
            async with asyncio.timeout(self._pace.answer):
                await asyncio.wait({question}, timeout=patience)
                if not question.done():
                    await self._lose_sight(watch, "no_answer")
                return await question
        finally:
            question.cancel()

    async def _over(self, watch: Watch, asked_at: float) -> float:
        """The platform knows no such meeting. Asked again and told so again, the lesson is over: nothing acts in it."""
        watch.missing += 1
        if watch.missing >= 2:
            await self._tell(watch, LessonEnded(at=asked_at))
        return self._pace.silent

    def _suspect(self, connection: str) -> None:
        """What is refused for one lesson may be refused for all of the connection: ask for each at once."""
        for watch in self._watches.values():
            if watch.connection == connection and not watch.blind:
                self._poll_soon(watch, 0.0)

    async def _unanswered(self, watch: Watch) -> float:
        """Once is an accident; twice in a row means that we cannot see."""
        watch.failures += 1
        return await self._failed(watch, "no_answer") if watch.failures >= 2 else self._pace.silent

    async def _failed(self, watch: Watch, reason: str) -> float:
        await self._lose_sight(watch, reason)
        return self._later(watch)

    def _later(self, watch: Watch) -> float:
        """Until a question that came to nothing is asked again: where calls are paid for, not so soon."""
        connected = self._connections.get(watch.connection)
        paid = connected.adapter.every(hot=True) if connected is not None else None
        return self._pace.silent if paid is None else min(max(paid, self._pace.silent), DEAR)

    async def _compared(self, watch: Watch, before: LessonState, after: LessonState, asked_at: float) -> float | None:
        """Whether the list showed what events should have told, and whether they told it soon after."""
        differs = before.inside.keys() != after.inside.keys() or before.waiting.keys() != after.waiting.keys()
        if watch.unheard and watch.heard >= watch.unheard:
            watch.unheard = 0.0
        if watch.unheard and asked_at - watch.unheard >= self._pace.silent:
            await self._lose_sight(watch, "events_stopped")
        elif not watch.unheard:
            missed, watch.gap = watch.gap, False
            if differs and not missed and watch.heard < asked_at and after.status is Status.LIVE:
                watch.unheard = asked_at
            elif after.blind and watch.connection not in self._deaf:
                await self._tell(watch, SightRegained(at=self._now()))
        return self._later(watch) if watch.unheard else None

    async def _lose_sight(self, watch: Watch, reason: str) -> None:
        """Say so once. Only a commit changes `watch.blind`: what was not stored is said again."""
        if watch.blind != reason:
            await self._tell(watch, SightLost(at=self._now(), reason=reason))

    async def _state(self, watch: Watch) -> LessonState:
        return (await self._pipeline.look(watch.school, watch.lesson)).state

    async def _tell(self, watch: Watch, event: Event) -> Lesson | None:
        """The lesson after our event; None when it was not stored."""
        try:
            return await self._pipeline.tell(watch.school, watch.lesson, event)
        except MenshenError as e:
            self._log.warning("not told", lesson=watch.lesson, event_kind=event.kind, error=type(e).__name__)
            if isinstance(e, NotFound):
                self._forget(watch.lesson)
            return None

    def resume(self, live: Iterable[tuple[str, str, str, str]]) -> None:
        """Watch the lessons that were live when the process stopped: (school, lesson, connection, key)."""
        for school, lesson, connection, key in live:
            watch = self._add(school, lesson, connection, key)
            watch.wake = self._now()
            self._poll_after(watch, 0.0)

    async def close(self) -> None:
        """Stop watching."""
        tasks: list[asyncio.Task[Any]] = [*self._telling, *(t for polls in self._polls.values() for t in polls)]
        tasks += [self._task] if self._task else []
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


_TOLD = EVENTS.keys() - {kind.kind for kind in OURS}
