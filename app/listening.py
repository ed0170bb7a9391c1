"""The ways in that we hold open ourselves: streams that we dial, polls that we repeat, subscriptions that we renew.

One process listens for one account, whatever the number of workers: a lease in the database says which. What comes in
goes to every connection of the account, because the platform deals each event out once. A delivery is acknowledged
after it is committed. While nothing can be heard, the lessons of these connections say that they cannot see; after a
gap every one of them is read once.
"""

import asyncio
import contextlib
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from adapters.base import Delivery, Reply
from adapters.http import spending
from app.connections import Connected, Connections
from app.domain.actions import Lane
from app.domain.errors import AdapterError, MenshenError, Refused
from app.pipeline import Pipeline

LEASE = 15.0  # seconds; a process that dies is replaced within that
GRACE = 5.0  # seconds without a session until the lessons and the office hear of it
BRIEF = 1.0  # seconds; who says goodbye sooner than that, again and again, is not dialled in a circle
SOLID = 30.0  # seconds; a session that held so long was a good one


@dataclass(frozen=True, slots=True, kw_only=True)
class Haste:
    """How fast it goes, in seconds; a test has less time."""

    step: float = 1.0  # between two looks at what should be running
    grace: float = GRACE  # without a session, until the lessons say that they cannot see
    renewal: float = 60.0  # until a renewal that failed is tried again
    pauses: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)  # before dialling again while sessions fail


class Holding(Protocol):
    """One holder of a name at a time (app/store/usage.py)."""

    def hold(self, school: str, name: str, holder: str, *, now: float, seconds: float) -> bool: ...

    def give_back(self, school: str, name: str, holder: str) -> None: ...


class Watching(Protocol):
    """Who is told what can be heard (app/clock.py)."""

    def deaf(self, connection: str, reason: str) -> None:
        """Nothing comes in any more."""

    def hears(self, connection: str) -> None:
        """It does again; there may have been a gap."""


@dataclass(slots=True)
class Ear:
    """One account as it is listened to. Times are seconds since the epoch, 0 = never."""

    connection: str
    open_since: float = 0.0
    heard_at: float = 0.0
    down_since: float = 0.0
    reason: str = ""  # why nothing is heard, as a stable word; "" = a session is open
    failures: int = 0
    gap: bool = False  # the platform asked for another session: what happened until that opened was told to nobody
    adapter: object = None  # for which it listens: one with other settings begins anew
    task: asyncio.Task[None] | None = None

    @property
    def open(self) -> bool:
        """Whether a session is running."""
        return not self.reason


class Listening:
    """Keeps every stream open and every subscription alive. Lives on one event loop."""

    def __init__(
        self,
        pipeline: Pipeline,
        connections: Connections,
        leases: Holding,
        watching: Watching,
        now: Callable[[], float],
        haste: Haste | None = None,
    ) -> None:
        self._pipeline, self._connections, self._leases, self._watching = pipeline, connections, leases, watching
        self._now, self._haste = now, haste or Haste()
        self._holder = secrets.token_hex(8)
        self._closing = asyncio.Event()
        self._ears: dict[tuple[str, str], Ear] = {}
        self._renewing: dict[str, tuple[object, asyncio.Task[None]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("menshen.listening")

    def ear(self, connected: Connected) -> Ear | None:
        """How the account of a connection is listened to; None where nothing is dialled or another process does it."""
        return self._ears.get((connected.school, connected.account))

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while not self._closing.is_set():
            try:
                await self._look()
            except SQLAlchemyError as e:
                self._log.error("no lease", error=type(e).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._haste.step)

    async def _look(self) -> None:
        """Start what should run, stop what should not: connections come, go and change their settings."""
        wanted: dict[tuple[str, str], Connected] = {}
        for connected in self._connections.all():
            if connected.adapter.listens:
                wanted.setdefault((connected.school, connected.account), connected)
            self._renew(connected)
        for place in self._ears.keys() - wanted.keys():
            await self._stop(place)
        for place, connected in wanted.items():
            ear = self._ears.get(place)
            if ear is not None and ear.adapter is not connected.adapter:
                await self._stop(place)
            name = f"listen:{connected.account}"[:160]
            mine = await run_in_threadpool(
                self._leases.hold, connected.school, name, self._holder, now=self._now(), seconds=LEASE
            )
            if not mine:
                await self._stop(place)
            elif place not in self._ears:
                ear = Ear(connected.id, adapter=connected.adapter, down_since=self._now(), reason="stream_down")
                self._ears[place] = ear
                ear.task = asyncio.create_task(self._listen(ear, connected))
            self._tell(self._ears.get(place), connected)

    def _tell(self, ear: Ear | None, connected: Connected) -> None:
        if ear is not None and ear.reason and self._now() - ear.down_since >= self._haste.grace:
            for c in self._connections.sharing(connected.id):
                self._watching.deaf(c.id, ear.reason)

    async def _stop(self, place: tuple[str, str]) -> None:
        ear = self._ears.pop(place, None)
        if ear is not None and ear.task is not None:
            ear.task.cancel()
            await asyncio.gather(ear.task, return_exceptions=True)

    # --- one account ------------------------------------------------------------------------------------------------

    async def _listen(self, ear: Ear, connected: Connected) -> None:
        """Session after session; the pause grows while they fail."""
        while True:
            began = self._now()
            wish = await self._session(ear, connected)
            lasted = self._now() - began
            if wish:  # the platform asked us to dial again: nothing was wrong, but until that opens nothing is told
                ear.gap = True
                if lasted >= BRIEF:
                    ear.failures = 0
                    continue
            ear.failures = 1 if lasted > SOLID else ear.failures + 1
            pauses = self._haste.pauses
            pause = pauses[min(ear.failures, len(pauses)) - 1]
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  spreads dialling; to guess it is no use

    async def _session(self, ear: Ear, connected: Connected) -> bool:
        """One session to its end; True when the platform ended it as it should."""

        async def take(delivery: Delivery) -> Reply:
            self._opens(ear, connected)
            ear.heard_at = self._now()
            replies = [await self._pipeline.receive(c.id, delivery) for c in self._connections.sharing(connected.id)]
            return replies[0]

        try:
            with spending(Lane.ROUTINE):
                await connected.adapter.listen(take, lambda: self._opens(ear, connected))
            return True
        except Refused as e:
            self._closed(ear, connected, "stream_refused", e)
        except MenshenError as e:
            self._closed(ear, connected, "stream_down", e)
        except Exception as e:  # an adapter's own mistake must not end the listening of all others
            self._log.exception("adapter failed", connection=connected.id)
            self._closed(ear, connected, "stream_down", e)
        return False

    def _opens(self, ear: Ear, connected: Connected) -> None:
        if ear.reason or ear.gap:
            ear.open_since, ear.reason, ear.gap = self._now(), "", False
            for c in self._connections.sharing(connected.id):
                self._watching.hears(c.id)

    def _closed(self, ear: Ear, connected: Connected, reason: str, error: Exception) -> None:
        self._log.warning("not listening", connection=connected.id, reason=reason, error=str(error)[:200])
        if not ear.reason:
            ear.down_since = self._now()
        ear.reason = reason

    # --- subscriptions that run out ---------------------------------------------------------------------------------

    def _renew(self, connected: Connected) -> None:
        adapter, task = self._renewing.get(connected.id, (None, None))
        if adapter is connected.adapter:
            return
        if task is not None:
            task.cancel()
        self._renewing[connected.id] = (connected.adapter, asyncio.create_task(self._keep_alive(connected)))

    async def _keep_alive(self, connected: Connected) -> None:
        failed = False
        while True:
            seconds: float | None = self._haste.renewal
            try:
                with spending(Lane.ROUTINE):
                    seconds = await connected.adapter.renew()
                if failed:
                    self._watching.hears(connected.id)
                failed = False
            except AdapterError as e:
                failed = True
                self._log.warning("not renewed", connection=connected.id, error=str(e)[:200])
            except Exception:  # an adapter's own mistake is logged, and does not end the renewing
                failed = True
                self._log.exception("adapter failed", connection=connected.id)
            if failed:
                self._watching.deaf(connected.id, "subscription_failed")
            if seconds is None:
                return
            await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Hang up everywhere and let other processes take over at once."""
        self._closing.set()
        if self._task is not None:
            await self._task  # not cancelled: a lease that it is just renewing must not outlive it
        renewing = [task for _, task in self._renewing.values()]
        for task in renewing:
            task.cancel()
        await asyncio.gather(*renewing, return_exceptions=True)
        for school, account in list(self._ears):
            await self._stop((school, account))
            name = f"listen:{account}"[:160]
            await run_in_threadpool(self._leases.give_back, school, name, self._holder)
