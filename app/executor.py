"""Performs intents: the panic lane first, in order for one target, within the platform's budget. Proof: proving.py.

Nothing lives only here: an intent is a row before it is a request, so a stopped process finds its pending rows again,
expires the stale ones and reads back those that were already requested instead of sending them twice.
"""

import asyncio
import heapq
import itertools
import random
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog

from adapters.base import Adapter
from adapters.http import OUR_BUDGET, spending
from app.connections import Connected, Connections
from app.domain.actions import ActionKind, Confirm, Lane, Outcome, OutcomeKind
from app.domain.errors import AdapterError, Gone, Refused, StoreError, Transient
from app.domain.events import OutcomeSettled
from app.pipeline import Committed, Pipeline
from app.proving import ATTEMPT, Proving, confirmed_by
from app.store.log import Queued

TICK = 1.0  # seconds after which a queue that waits looks for what has expired in it
PROBE = 2.0  # seconds between two tries of the panic lane while a platform asks everybody to wait
BACKOFF = (0.25, 0.5, 1.0, 2.0, 4.0)  # seconds before the next try, when the platform does not say
SETTLING = (0.2, 1.0, 3.0, 10.0)  # seconds between tries to write an outcome down that the database did not take

SPENT = "the platform's budget of calls is used up; what is left is kept for the emergency buttons"

_GROUPS: dict[ActionKind, str] = {
    ActionKind.MUTE_ALL: "audio",
    ActionKind.FORBID_UNMUTE: "audio",
    ActionKind.ALLOW_UNMUTE: "audio",
    ActionKind.CLOSE_CHAT: "chat",
    ActionKind.OPEN_CHAT: "chat",
    ActionKind.RESTRICT_SHARE: "share",
    ActionKind.ALLOW_SHARE: "share",
}

Key = tuple[str, str]


def order_key(intent: Queued) -> Key:
    """What must happen one after the other: one person's measures, and one group of the room's switches."""
    target = intent.action.target
    return (intent.lesson, target.id if target else f"room:{_GROUPS.get(intent.action.kind, 'door')}")


@dataclass(slots=True, order=True)
class Turn:
    """An intent in the queue: by lane, then by age. `tries` counts requests that came to nothing."""

    lane: int
    sequence: int
    intent: Queued = field(compare=False)
    tries: int = field(default=0, compare=False)
    hopeless: bool = field(default=False, compare=False)  # the budget comes back only after the deadline
    failure: Exception | None = field(default=None, compare=False)


@dataclass(slots=True)
class Order:
    """What happens one after the other; wishes of one moment side by side where the platform takes them in one call."""

    first: Turn
    going: int = 1
    waiting: list[Turn] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """The queue in front of one connection."""

    connected: Connected
    ready: list[Turn] = field(default_factory=list)
    held: dict[Key, "Order"] = field(default_factory=dict)
    running: int = 0
    window: int = 1 << 16  # requests at once that the platform seems to bear: one after a 429, doubled by each success
    paused_until: float = 0.0
    probe_at: float = 0.0  # from when on the panic lane may try all the same: a press must not wait for a minute to end
    waking: asyncio.TimerHandle | None = None


class Executor:
    """Drives the platforms. Fed by the pipeline after each commit; lives on one event loop."""

    def __init__(
        self, pipeline: Pipeline, connections: Connections, now: Callable[[], float], parallel: int = 64
    ) -> None:
        self._pipeline = pipeline
        self._connections = connections
        self._now = now
        self._parallel = parallel
        self._lines: dict[str, Line] = {}
        self._sequence = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._proving = Proving(pipeline, now, self._settle)
        self._closing = False
        self._log = structlog.get_logger("menshen.executor")

    # --- taking in ------------------------------------------------------------------------------------------------

    def __call__(self, committed: Committed) -> None:
        """A batch was committed: start what it wished for, forget what it settled."""
        for lesson, settled, outcome in committed.settled:
            if outcome is not OutcomeKind.REQUESTED:
                self._proving.forget(lesson, settled)
        for intent in committed.queued:
            self._enqueue(intent)

    def resume(self, unfinished: Iterable[Queued]) -> None:
        """What a stopped process left: perform what was only pending, look for proof of what was requested."""
        for intent in unfinished:
            if self._connections.get(intent.connection) is None:
                continue
            if intent.status is OutcomeKind.REQUESTED:
                self._proving.expect(self._line(intent.connection).connected, intent)
            else:
                self._enqueue(intent)

    def _enqueue(self, intent: Queued) -> None:
        line = self._line(intent.connection)
        turn = Turn(lane=int(intent.lane), sequence=next(self._sequence), intent=intent)
        key = order_key(intent)
        order = line.held.get(key)
        if order is None:
            line.held[key] = Order(first=turn)
            heapq.heappush(line.ready, turn)
        elif not order.waiting and self._together(line, order, turn):
            order.going += 1
            heapq.heappush(line.ready, turn)
        else:
            heapq.heappush(order.waiting, turn)
        self._pump(line)

    def _together(self, line: Line, order: Order, turn: Turn) -> bool:
        """Whether a wish goes side by side with those that are going: of the same moment, and one call for all."""
        kinds = {order.first.intent.action.kind, turn.intent.action.kind}
        return order.first.intent.at == turn.intent.at and kinds <= line.connected.adapter.together

    def _line(self, connection: str) -> Line:
        connected = self._connections[connection]
        line = self._lines.get(connection)
        if line is not None and line.connected is not connected:
            line.connected = connected  # other credentials since: what waits goes out with the new ones
        if line is None:
            line = self._lines[connection] = Line(connected=connected)
        return line

    def may_read(self, connection: str) -> bool:
        """Whether a routine read may be sent now; counts it. Controls go first, and the reserve is theirs."""
        line = self._line(connection)
        allowance = line.connected.allowance
        if line.ready or line.paused_until > self._now() or allowance.wait(Lane.ROUTINE) > 0:
            return False
        allowance.take()
        return True

    # --- performing -------------------------------------------------------------------------------------------------

    def _pump(self, line: Line) -> None:
        """Start as many as parallelism, budget and a pause that the platform asked for allow; most urgent first."""
        while line.ready and not self._closing:
            now = self._now()
            lane = Lane(line.ready[0].lane)
            if line.running >= (2 * self._parallel if lane is Lane.PANIC else min(self._parallel, line.window)):
                return  # slow answers to everything else do not keep the panic lane waiting
            if line.paused_until > now and line.running:
                return  # through a pause goes one at a time
            turn = heapq.heappop(line.ready)
            pause = (line.probe_at if lane is Lane.PANIC else line.paused_until) - now
            in_time = now < turn.intent.deadline
            spent = line.connected.allowance.wait(lane)
            turn.hopeless = now + spent > turn.intent.deadline
            wait = max(pause, spent)
            if wait > 0 and in_time and not turn.hopeless:
                heapq.heappush(line.ready, turn)
                self._wake_later(line, wait)
                return
            if (
                in_time and not turn.hopeless
            ):  # what is too late sends nothing, and must not use up what others wait for
                line.connected.allowance.take()
            line.running += 1
            self._spawn(self._run(line, turn))

    def _wake_later(self, line: Line, wait: float) -> None:
        if line.waking is not None:
            line.waking.cancel()

        def wake() -> None:
            line.waking = None
            self._pump(line)

        line.waking = asyncio.get_running_loop().call_later(min(wait, TICK) + 0.001, wake)

    async def _run(self, line: Line, turn: Turn) -> None:
        """One request. With its outcome the next of the same key may go; without one it takes its turn again."""
        intent = turn.intent
        again: float | None = None
        try:
            try:
                found = await self._tried(line, turn)
            finally:
                line.running -= 1
            if isinstance(found, float):
                again = found
                return
            if found.kind is OutcomeKind.REQUESTED:
                self._proving.expect(line.connected, intent)
            await self._settle(intent, found)
        finally:
            if again is None:
                self._next_of_key(line, order_key(intent))
            else:
                asyncio.get_running_loop().call_later(again, self._put_back, line, turn)
            self._pump(line)

    def _put_back(self, line: Line, turn: Turn) -> None:
        """Waiting for another try takes nobody's place: whoever is more urgent by then goes first."""
        heapq.heappush(line.ready, turn)
        self._pump(line)

    def _next_of_key(self, line: Line, key: Key) -> None:
        order = line.held[key]
        order.going -= 1
        while order.waiting and (order.going == 0 or self._together(line, order, order.waiting[0])):
            turn = heapq.heappop(order.waiting)
            order.first = turn if order.going == 0 else order.first
            order.going += 1
            heapq.heappush(line.ready, turn)
        if order.going == 0:
            del line.held[key]

    async def _tried(self, line: Line, turn: Turn) -> Outcome | float:
        """Ask once: what became of it, or the seconds after which it is worth another try before the deadline."""
        adapter, intent = line.connected.adapter, turn.intent
        if turn.hopeless and self._now() < intent.deadline:
            return Outcome(kind=OutcomeKind.REFUSED, code=OUR_BUDGET, detail=SPENT)
        if self._now() >= intent.deadline:
            if turn.failure is None:
                return Outcome(kind=OutcomeKind.EXPIRED, detail="deadline passed")
            code = getattr(turn.failure, "code", "")
            return Outcome(kind=OutcomeKind.FAILED, code=code, detail=_short(turn.failure))
        try:
            async with asyncio.timeout(ATTEMPT):
                with spending(intent.lane, prepaid=1) as spent:
                    outcome = await adapter.perform(intent.lesson_key, intent.action)
                line.connected.allowance.give_back(spent.prepaid)  # it left together with others, or needed no call
            line.window = min(2 * line.window, 1 << 16)
            line.paused_until = 0.0  # it answers again, perhaps to a press that went through the pause
            return _as_assumed(adapter, intent, outcome)
        except (Transient, TimeoutError) as e:
            turn.tries += 1
            turn.failure = e
            return self._pause(line, e, turn.tries - 1)
        except Refused as e:
            return Outcome(kind=OutcomeKind.REFUSED, code=e.code, detail=_short(e))
        except Gone as e:
            return Outcome(kind=OutcomeKind.GONE, code=e.code, detail=_short(e))
        except AdapterError as e:
            return Outcome(kind=OutcomeKind.FAILED, code=e.code, detail=_short(e))
        except Exception as e:  # an adapter's own mistake is logged and is its intent's outcome; the queue goes on
            self._log.exception("adapter failed", intent=intent.id)
            return Outcome(kind=OutcomeKind.FAILED, detail=type(e).__name__)

    def _pause(self, line: Line, error: Exception, attempt: int) -> float:
        """How long to wait; a Retry-After stops the whole connection, which then begins again one by one."""
        asked = getattr(error, "retry_after", None)
        if asked is not None:
            line.window = 1
            if line.paused_until <= self._now():  # a try in the middle of a pause does not make it longer
                line.paused_until = self._now() + asked
            line.probe_at = self._now() + min(asked, PROBE)
            return 0.0  # the pause itself holds it back, and ends earlier for who is urgent
        return BACKOFF[min(attempt, len(BACKOFF) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311  spreads retries; to guess it is no use

    # --- what became of it --------------------------------------------------------------------------------------------

    async def _settle(self, intent: Queued, outcome: Outcome) -> None:
        """Write an outcome down. Where the database does not take it, the row stays and is found at the next start."""
        event = OutcomeSettled(at=self._now(), intent=intent.id, action=intent.action, outcome=outcome)
        for pause in (*SETTLING, None):
            try:
                await self._pipeline.tell(intent.school, intent.lesson, event)
                return
            except StoreError as e:
                self._log.error("not settled", intent=intent.id, error=type(e).__name__)
            if pause is not None:
                await asyncio.sleep(pause)

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop starting; what runs is cut off and found again at the next start."""
        self._closing = True
        await self._proving.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _as_assumed(adapter: Adapter[Any], intent: Queued, outcome: Outcome) -> Outcome:
    """Accepted, and this platform can never show whether it took effect: said so, and taken as done."""
    never = confirmed_by(adapter, intent) is Confirm.NEVER
    if outcome.kind is OutcomeKind.REQUESTED and never:
        return Outcome(kind=OutcomeKind.UNCONFIRMED, assumed=True, code=outcome.code, detail=outcome.detail)
    return outcome


def _short(error: Exception) -> str:
    return str(error)[:300]
