"""The whole story of a lesson in one place: webhook in, one transaction, answer; and the same path for everything else.

A delivery is verified and parsed at once. Deliveries that wait together are then committed together on one writer
thread (no timer: while one commit runs, the next batch gathers): events, decisions and intents in one transaction.
Only then is the platform answered, the panels told and the executor woken. Buttons, clock ticks, polls and outcomes
take the same path.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from adapters.base import Delivery, Reply
from app.connections import Connected, Connections
from app.domain.actions import Lane, OutcomeKind
from app.domain.errors import Malformed, NotAuthentic, NotFound, StoreError
from app.domain.events import ButtonPressed, Event
from app.filing import Facts, Filed, Filing
from app.step import DEADLINES, Laps, Say, Steps
from app.store.log import Lesson, Log, Queued, Writing
from app.store.runs import Run

BATCH = 400  # deliveries committed together at the most
KEPT_BODY = 65_536  # bytes of a delivery that are kept for a person to look at


class Overloaded(StoreError):
    """Too many deliveries wait for a commit: come again."""


class NotStored(Overloaded):
    """The database did not take it: come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Facts):
    """What is committed together or not at all. `lesson` names one lesson by id, else `items` name theirs by key."""

    lesson: str = ""
    events: tuple[Event, ...] = ()
    body: bytes = b""
    problem: str = ""
    press: str = ""
    learned: str = ""  # `meeting:occurrence` of a run that facts wait for; `:occurrence` = it is nobody's


@dataclass(slots=True)
class Done:
    """What a piece of work led to."""

    intents: list[str] = field(default_factory=list)
    lesson: Lesson | None = None
    filed: Filed = field(default_factory=Filed)


class Sink(Protocol):
    """Somebody who is told after each commit."""

    def __call__(self, committed: "Committed", /) -> None: ...


class Pipeline:
    """Receives, commits, tells. Made by app/main.py; lives on one event loop."""

    def __init__(
        self,
        log: Log,
        connections: Connections,
        now: Callable[[], float],
        *,
        limit: int = 5000,
        deadlines: Mapping[Lane, float] = DEADLINES,
        say: Say = lambda lesson, decision: decision.reason,
        spent: Callable[[], float] | None = None,
    ) -> None:
        self._spent = spent
        self._say = say
        self._deadlines = deadlines
        self._log = log
        self._connections = connections
        self._now = now
        self._limit = limit
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="menshen-writer")
        self._waiting: list[tuple[Work, asyncio.Future[Done]]] = []
        self._draining: asyncio.Task[None] | None = None
        self._closed = False
        self.sinks: list[Sink] = []
        self.counted: dict[str, int] = {}
        self._logger = structlog.get_logger("menshen.pipeline")

    # --- ways in ------------------------------------------------------------------------------------------------

    async def receive(self, connection_id: str, delivery: Delivery) -> Reply:
        """One webhook request, from raw bytes to the answer. Raises NotFound, NotAuthentic and Overloaded."""
        connected = self._connections.get(connection_id)
        if connected is None:
            raise NotFound("no such connection")
        adapter = connected.adapter
        try:
            greeting = adapter.handshake(delivery)
            if greeting is not None:
                return greeting
            adapter.verify(delivery)
        except NotAuthentic:
            self.count("forged")
            raise
        connected.allowance.heard()
        work = self._read(connected, delivery)
        if work.items or work.problem:
            await self.submit(work)
        self.count("accepted")
        return adapter.answer(delivery)

    def _read(self, connected: Connected, delivery: Delivery) -> Work:
        try:
            items = connected.adapter.parse(delivery)
        except Malformed as e:
            self.count("malformed")
            problem = e.detail or "malformed"
            return Work(school=connected.school, connection=connected.id, body=delivery.body, problem=problem)
        now = delivery.received_at
        told = tuple(r if r.event.at <= now else replace(r, event=replace(r.event, at=now)) for r in items)
        return Work(school=connected.school, connection=connected.id, items=told, body=delivery.body)

    async def press(self, school: str, lesson: str, event: ButtonPressed) -> tuple[str, ...]:
        """A button; returns the ids of the intents it led to (the same again for the same idempotency key)."""
        event = replace(event, key=press_key(event))
        done = await self.submit(Work(school=school, lesson=lesson, events=(event,), press=event.key))
        if done.lesson is None:
            raise NotFound("no such lesson")
        return tuple(done.intents)

    async def tell(self, school: str, lesson: str, *events: Event) -> Lesson:
        """Something that we ourselves found out: a tick, a poll, lost sight, an outcome. The lesson after it.

        Raises NotFound.
        """
        done = await self.submit(Work(school=school, lesson=lesson, events=events))
        if done.lesson is None:
            raise NotFound("no such lesson")
        return done.lesson

    async def learn(self, school: str, connection: str, key: str) -> None:
        """Which meeting a run belongs to: what waited for it goes to its lesson; `:occurrence` = to nobody."""
        await self.submit(Work(school=school, connection=connection, learned=key))

    def knows(self, run: Run) -> bool:
        """Whether a run's meeting is known by now."""
        return self._log.knows(run)

    async def look(self, school: str, lesson: str) -> Lesson:
        """The lesson as it is now. Raises NotFound."""
        return await self.tell(school, lesson)

    # --- group commit -------------------------------------------------------------------------------------------

    async def submit(self, work: Work) -> Done:
        """Wait until the work is committed together with whatever else waits."""
        if self._closed:
            raise NotStored("the service stops")
        if len(self._waiting) >= self._limit:
            self.count("overloaded")
            raise Overloaded("too many deliveries wait for a commit")
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                outcome = await loop.run_in_executor(self._writer, self._commit, [work for work, _ in batch])
                self._count_all(outcome)
                self._tell_sinks(outcome)
                for (_, future), done in zip(batch, outcome.results, strict=True):
                    if future.done():
                        continue
                    if isinstance(done, Exception):
                        future.set_exception(done)
                    else:
                        future.set_result(done)
        finally:
            self._draining = None

    def _count_all(self, committed: "Committed") -> None:
        """After the commit, so that what was rolled back and done again counts once."""
        for done in committed.results:
            if isinstance(done, Done):
                self.count("duplicate", done.filed.repeated)
                self.count("unclaimed", done.filed.unclaimed)

    def _tell_sinks(self, committed: "Committed") -> None:
        for sink in self.sinks if committed.lessons or committed.parked else ():
            try:
                sink(committed)
            except Exception:  # logged; it is committed, and the platform gets its answer whatever a reader does
                self.count("stumbled")
                self._logger.exception("a reader stumbled", reader=type(sink).__name__)

    def _commit(self, batch: Sequence[Work], tries: int = 2) -> "Committed":
        """On the writer thread: all in one transaction; if that fails, each alone, so that no neighbour is lost."""
        try:
            return self._together(batch)
        except Exception as e:  # not swallowed: _alone tells the sender, or quarantines, for each delivery
            if len(batch) == 1:
                return self._alone(batch[0], e, tries)
        committed = Committed()
        for work in batch:
            part = self._commit([work])
            for name in ("results", "lessons", "queued", "settled", "parked"):
                getattr(committed, name).extend(getattr(part, name))
        return committed

    def _alone(self, work: Work, error: Exception, tries: int) -> "Committed":
        """A single piece of work failed: the database's fault is told to the sender, our own is quarantined.

        Text that the database refuses (DataError) would be refused for ever: that is the delivery's fault. A row that
        another process wrote first (IntegrityError) is there at the next look.
        """
        if isinstance(error, IntegrityError) and tries > 1:
            return self._commit([work], tries - 1)
        if isinstance(error, SQLAlchemyError) and not (isinstance(error, DataError) and work.connection):
            return self._not_stored(error)
        if not work.connection:
            return Committed(results=[error])
        self.count("poison")
        kept = replace(work, items=(), problem=f"{type(error).__name__} while deciding")
        try:
            return self._together([kept])
        except SQLAlchemyError as e:
            return self._not_stored(e)

    def _not_stored(self, error: SQLAlchemyError) -> "Committed":
        self.count("not_stored")
        self._logger.error("not stored", error=type(error).__name__)
        failed = NotStored("the database did not take it")
        failed.__cause__ = error
        return Committed(results=[failed])

    def _together(self, batch: Sequence[Work]) -> "Committed":
        committed = Committed()
        with self._log.writing(self._now()) as writing:
            laps = Laps(self._spent) if self._spent else None
            steps = Steps(writing, self._connections, self._deadlines, self._say, committed.queued, laps)
            filing = Filing(writing, steps)
            filing.load(batch)
            for work in batch:
                committed.results.append(self._do(writing, work, steps, filing))
        committed.lessons.extend(lesson for lesson in writing.touched() if lesson.rows)
        committed.settled.extend(writing.settled())
        committed.parked.extend(writing.runs.waiting)
        return committed

    # --- one piece of work --------------------------------------------------------------------------------------

    def _do(self, writing: Writing, work: Work, steps: Steps, filing: Filing) -> Done:
        done = Done()
        if work.problem:
            body = work.body[:KEPT_BODY]
            writing.quarantine(work.school, work.connection, work.problem, body, secrets.token_hex(8))
        for item in work.items:
            filing.take(work, item, done.filed)
        if work.learned:
            filing.learn(work, work.learned, done.filed)
        done.intents.extend(done.filed.intents)
        if work.lesson:
            done.lesson = lesson = writing.by_id(work.school, work.lesson)
            if lesson is None:
                return done
            if work.press and work.press in lesson.state.pressed:
                done.intents.extend(writing.pressed(lesson, work.press))
                return done
            for event in work.events:
                done.intents.extend(steps.take(lesson, event, work.press))
        return done

    # --- the rest -----------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """Pieces of work that wait for a commit."""
        return len(self._waiting)

    async def ready(self) -> None:
        """Pass through the writer once. Raises what a delivery would meet."""
        await self.submit(Work(school=""))

    def count(self, what: str, times: int = 1) -> None:
        """Count something for /metrics."""
        if times:
            self.counted[what] = self.counted.get(what, 0) + times

    async def close(self) -> None:
        """Commit what still waits, then stop the writer."""
        while self._draining is not None:
            await asyncio.shield(self._draining)
        self._closed = True  # whoever comes now is told to come again, to the next process
        self._writer.shutdown(wait=True)


@dataclass(slots=True)
class Committed:
    """A batch after its commit, in the order of the batch."""

    results: list[Done | Exception] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)  # those with new rows
    queued: list[Queued] = field(default_factory=list)
    settled: list[tuple[str, str, OutcomeKind]] = field(default_factory=list)  # (lesson, intent, outcome)
    parked: list[Run] = field(default_factory=list)  # runs whose meeting has to be found out


def press_key(event: ButtonPressed) -> str:
    """A sender's key counts for one button on one person: the same key on another button is another press."""
    told = "\0".join((event.by, event.button, event.participant, event.undo_of, event.key))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]
