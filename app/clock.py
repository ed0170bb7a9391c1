"""The only reader of the clock: ticks where something is due, polls of the platforms' own lists, and blindness.

A live lesson is polled as often as its platform allows. A poll that fails, or that shows people whom no event told of
while no event comes, means that we cannot see: the lesson says so, and says so again when sight is back.
"""

import asyncio
import contextlib
import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from app.connections import Connections
from app.domain.errors import Gone, MenshenError, Refused
from app.domain.events import ClockTicked, RosterPolled, SightLost, SightRegained
from app.domain.state import LessonState, Status
from app.pipeline import Committed, Pipeline
from policies import wake_at

STEP = 0.25  # seconds between two looks at what is due
POLL_SECONDS = 8.0  # how long one poll may take
SILENT = 3.0  # seconds in which an event should follow what a poll has shown
SIGHT = 6.0  # seconds between two polls of a lesson where the platform's budget is shared by few: blindness within 10 s
SHARE = 2.0  # seconds that each further live lesson of the connection adds
LATER = 1.0  # seconds until the next try of a poll that had to give way
HOT = 120.0  # seconds after the newest measure in which a lesson is polled as often as its platform bears
HOT_SECONDS = 3.0
PARALLEL = 8  # polls under way at once per connection


def now() -> float:
    """Seconds since the epoch, UTC."""
    return time.time()


@dataclass(slots=True)
class Watch:
    """One live lesson as the clock sees it."""

    school: str
    lesson: str
    connection: str
    key: str
    heard: float  # newest event from the platform, by our clock
    wake: float | None = None
    polled: float = 0.0
    failures: int = 0
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
    ) -> None:
        self._pipeline = pipeline
        self._may_read = may_read
        self._connections = connections
        self._now = now
        self._watches: dict[str, Watch] = {}
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
                if self._watches.pop(lesson.id, None):
                    self._live[lesson.connection] -= 1
                continue
            if state.status is not Status.LIVE:
                continue
            watch = self._watches.get(lesson.id)
            if watch is None:
                watch = self._add(lesson.school, lesson.id, lesson.connection, lesson.key)
            if any(row.kind in _TOLD for row in lesson.rows):
                watch.heard = self._now()
            watch.blind = state.blind
            if state.incident and state.incident.last_at + HOT > watch.hot_until:
                self._heat(watch, state.incident.last_at + HOT)
            self._wake(watch, wake_at(lesson.course.policy, state))

    def _add(self, school: str, lesson: str, connection: str, key: str) -> Watch:
        watch = Watch(school=school, lesson=lesson, connection=connection, key=key, heard=self._now())
        self._watches[lesson] = watch
        self._live[connection] += 1
        connected = self._connections.get(connection)
        if connected is not None:
            heapq.heappush(self._due, (self._now() + self._every(watch, connected.adapter.poll_seconds), lesson))
        return watch

    def _heat(self, watch: Watch, until: float) -> None:
        """A measure was taken: look again soon, and often for a while."""
        was_cold = watch.hot_until <= self._now()
        watch.hot_until = until
        if was_cold:
            heapq.heappush(self._due, (self._now() + HOT_SECONDS, watch.lesson))

    def _every(self, watch: Watch, poll_seconds: float) -> float:
        """Seconds between two polls of this lesson just now."""
        if watch.hot_until > self._now():
            return min(poll_seconds, HOT_SECONDS)
        return min(poll_seconds, max(SIGHT, SHARE * self._live[watch.connection]))

    def _wake(self, watch: Watch, at: float | None) -> None:
        if at is not None and at != watch.wake:
            heapq.heappush(self._due, (at, watch.lesson))
        watch.wake = at

    # --- the loop -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(STEP)
            while self._due and self._due[0][0] <= self._now():
                watch = self._watches.get(heapq.heappop(self._due)[1])
                if watch is not None:
                    await self._look_at(watch)

    async def _look_at(self, watch: Watch) -> None:
        """Tick where a measure or a rule is due; poll where the last poll is old enough."""
        now = self._now()
        if watch.wake is not None and watch.wake <= now:
            watch.wake = None
            await self._tell(watch, ClockTicked(at=now))
        connected = self._connections.get(watch.connection)
        if connected is None:
            return
        every = self._every(watch, connected.adapter.poll_seconds)
        polls = self._polls.setdefault(watch.connection, set())
        if now - watch.polled < every - STEP and not watch.unheard:
            return
        if len(polls) >= PARALLEL or not self._may_read(watch.connection):
            heapq.heappush(self._due, (now + LATER, watch.lesson))
            return
        watch.polled = now
        task = asyncio.create_task(self._poll(watch, every))
        polls.add(task)
        task.add_done_callback(polls.discard)

    async def _poll(self, watch: Watch, every: float) -> None:
        """Ask the platform who is there; next poll sooner when something is wrong."""
        again = every
        try:
            again = await self._asked(watch) or every
        finally:
            if self._watches.get(watch.lesson) is watch:
                heapq.heappush(self._due, (self._now() + again, watch.lesson))

    async def _asked(self, watch: Watch) -> float | None:
        connected = self._connections.get(watch.connection)
        assert connected is not None  # noqa: S101  (it was there when the poll began; connections are never removed)
        asked_at = self._now()
        try:
            async with asyncio.timeout(POLL_SECONDS):
                seen = await connected.adapter.participants(watch.key)
            before = await self._state(watch)
            await self._tell(watch, RosterPolled(at=self._now(), attendance=seen, asked_at=asked_at))
            after = await self._state(watch)
        except Gone:
            return None  # the platform knows no such meeting (any more); its own end event or a later poll settles it
        except Refused:
            self._suspect(watch.connection)
            return await self._failed(watch, "token")
        except (MenshenError, TimeoutError):
            watch.failures += 1
            return await self._failed(watch, "polls_fail") if watch.failures >= 2 else SILENT
        watch.failures = 0
        return await self._compared(watch, before, after, asked_at)

    def _suspect(self, connection: str) -> None:
        """What is refused for one lesson may be refused for all of the connection: ask for each at once."""
        for watch in self._watches.values():
            if watch.connection == connection and not watch.blind:
                watch.polled = 0.0
                heapq.heappush(self._due, (self._now(), watch.lesson))

    async def _failed(self, watch: Watch, reason: str) -> float:
        watch.failures += 1
        await self._lose_sight(watch, reason)
        return SILENT

    async def _compared(self, watch: Watch, before: LessonState, after: LessonState, asked_at: float) -> float | None:
        """Whether the list showed what events should have told, and whether they told it soon after."""
        differs = before.inside.keys() != after.inside.keys() or before.waiting.keys() != after.waiting.keys()
        if watch.unheard and watch.heard >= watch.unheard:
            watch.unheard = 0.0
        if watch.unheard and asked_at - watch.unheard >= SILENT:
            await self._lose_sight(watch, "no_events")
        elif not watch.unheard:
            if differs and watch.heard < asked_at and after.status is Status.LIVE:
                watch.unheard = asked_at
            elif watch.blind:
                await self._tell(watch, SightRegained(at=self._now()))
        return SILENT if watch.unheard else None

    async def _lose_sight(self, watch: Watch, reason: str) -> None:
        if watch.blind != reason:
            watch.blind = reason
            await self._tell(watch, SightLost(at=self._now(), reason=reason))

    async def _state(self, watch: Watch) -> LessonState:
        return (await self._pipeline.look(watch.school, watch.lesson)).state

    async def _tell(self, watch: Watch, event: ClockTicked | RosterPolled | SightLost | SightRegained) -> None:
        try:
            await self._pipeline.tell(watch.school, watch.lesson, event)
        except MenshenError as e:
            self._log.warning("not told", lesson=watch.lesson, event_kind=event.kind, error=type(e).__name__)

    def resume(self, live: Iterable[tuple[str, str, str, str]]) -> None:
        """Watch the lessons that were live when the process stopped: (school, lesson, connection, key)."""
        for school, lesson, connection, key in live:
            watch = self._add(school, lesson, connection, key)
            watch.wake = self._now()
            heapq.heappush(self._due, (self._now(), lesson))

    async def close(self) -> None:
        """Stop watching."""
        tasks = [t for polls in self._polls.values() for t in polls] + ([self._task] if self._task else [])
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


_TOLD = frozenset(
    {
        "lesson.started", "lesson.ended", "participant.waiting", "participant.joined", "participant.left",
        "participant.renamed", "participant.role_changed", "audio.unmuted", "audio.muted", "video.started",
        "video.stopped", "share.started", "share.stopped", "stream.changed", "chat.posted", "settings.changed",
        "risk.reported", "unknown",
    }
)  # fmt: skip
