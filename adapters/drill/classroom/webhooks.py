"""Delivery of webhooks: at least once, in order per participant, with retries; what fails is kept and listed."""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from adapters.drill.classroom.faults import Fault, FaultRule, Faults, Where
from adapters.http import Http
from app.domain.errors import Transient

KEPT = 1000  # failed deliveries remembered
PLATFORM = "drill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One event on its way. `about` is the participant ("" = the room); a `barrier` overtakes nothing."""

    delivery: str
    meeting: str
    event: str
    about: str
    body: bytes
    barrier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A delivery that was given up, with the last answer."""

    outgoing: Outgoing
    tries: int
    answer: str


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a delivery: HMAC-SHA256 over timestamp, a dot and the raw body, in hex."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Sender:
    """Sends every event to one address. Events about one participant, and about the room, keep their order."""

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        retry_seconds: tuple[float, ...],
        in_flight: int,
        faults: Faults,
        http: Http,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.url = url
        self.verified = False
        self.delivered = 0
        self.failed: deque[Failed] = deque(maxlen=KEPT)
        self._secret = secret
        self._retry_seconds = retry_seconds
        self._slots = asyncio.Semaphore(in_flight)
        self._faults = faults
        self._http = http
        self._now = now
        self._tasks: set[asyncio.Task[None]] = set()
        self._tails: dict[tuple[str, str], asyncio.Task[None]] = {}

    def send(self, outgoing: Outgoing) -> None:
        """Put one event on its way; returns at once."""
        if not self.url:
            return
        facts = {"event": (outgoing.event,), "meeting": (outgoing.meeting,)}
        rule = self._faults.spend(Where.WEBHOOK, facts)
        if rule is not None and rule.fault in {Fault.DROP, Fault.SILENCE}:
            return
        overtaken = rule is not None and rule.fault is Fault.REORDER
        before = () if overtaken else self._before(outgoing)
        task = asyncio.create_task(self._deliver(outgoing, before, rule))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if not overtaken:
            key = (outgoing.meeting, "" if outgoing.barrier else outgoing.about)
            self._tails[key] = task
            task.add_done_callback(lambda done: self._untail(key, done))

    async def handshake(self) -> bool:
        """Ask the address to echo a signed challenge, as proof that it wants these events."""
        challenge, timestamp = secrets.token_urlsafe(24), str(int(self._now()))
        signature = sign(self._secret, timestamp, challenge.encode())
        query = urlencode({"challenge": challenge, "timestamp": timestamp, "signature": signature})
        url = f"{self.url}{'&' if '?' in self.url else '?'}{query}"
        try:
            answer = await self._http.request(PLATFORM, "GET", url)
        except Transient:
            self.verified = False
        else:
            self.verified = answer.status == 200 and answer.body.decode("utf-8", "replace") == challenge
        return self.verified

    def redeliver(self) -> int:
        """Send everything that failed once more; how many."""
        again = [f.outgoing for f in self.failed]
        self.failed.clear()
        for outgoing in again:
            self.send(outgoing)
        return len(again)

    async def close(self) -> None:
        """Give up what is on its way."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _before(self, outgoing: Outgoing) -> tuple[asyncio.Task[None], ...]:
        """What has to arrive first: for a barrier all of the meeting, else the same person's last and the room's."""
        if outgoing.barrier:
            return tuple(t for (meeting, _), t in self._tails.items() if meeting == outgoing.meeting)
        keys = {(outgoing.meeting, outgoing.about), (outgoing.meeting, "")}
        return tuple(t for k in keys if (t := self._tails.get(k)) is not None)

    def _untail(self, key: tuple[str, str], done: asyncio.Task[None]) -> None:
        if self._tails.get(key) is done:
            del self._tails[key]

    async def _deliver(self, outgoing: Outgoing, before: Iterable[asyncio.Task[None]], rule: FaultRule | None) -> None:
        for task in before:
            await asyncio.wait({task})
        fault = rule.fault if rule else None
        if rule is not None and fault in {Fault.DELAY, Fault.REORDER}:
            await asyncio.sleep(1.0 if rule.value is None else rule.value)
        answer = ""
        tries = (0.0, *self._retry_seconds)
        for pause in tries:
            await asyncio.sleep(pause)
            answer = await self._post(outgoing, forged=fault is Fault.FORGE)
            if answer == "ok":
                break
        else:
            self.failed.append(Failed(outgoing=outgoing, tries=len(tries), answer=answer))
            return
        self.delivered += 1
        if fault is Fault.DUPLICATE:
            await self._post(outgoing, forged=False)

    async def _post(self, outgoing: Outgoing, *, forged: bool) -> str:
        timestamp = str(int(self._now()))
        headers = {
            "content-type": "application/json",
            "x-drill-delivery": outgoing.delivery,
            "x-drill-timestamp": timestamp,
            "x-drill-signature": sign("forged" if forged else self._secret, timestamp, outgoing.body),
        }
        async with self._slots:
            try:
                answer = await self._http.request(PLATFORM, "POST", self.url, headers=headers, body=outgoing.body)
            except Transient as e:
                return e.detail
        return "ok" if 200 <= answer.status < 300 else f"status {answer.status}"
