"""The long connection: events without a public address (`lark_oapi/ws/client.py`).

One session: ask for an address with the app's credentials, dial it, acknowledge each event after it is stored, send a
ping every so often. An event goes to one connection of the app, whichever that is, so one stream serves all classes.
"""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from adapters import untrusted
from adapters.base import STREAMED, Delivery, Opened, Take
from adapters.feishu import errors, frames, people
from adapters.feishu.client import Client, checked
from adapters.feishu.frames import Frame
from adapters.feishu.parts import Parts
from adapters.feishu.settings import FeishuSettings
from adapters.http import Http, Socket
from app.domain.errors import AdapterError, MenshenError, Refused, Transient

ENDPOINT = "/callback/ws/endpoint"
PING = 120.0  # seconds, until the platform says otherwise
ALIVE = 20.0  # seconds between two pings of the protocol's own, as the SDK's library sends them: a dead link shows
SHORTEST, LONGEST = 5.0, 600.0  # seconds between two pings that are believed
SILENCE = 2.5  # pings without any answer, after which the connection counts as dead
AT_ONCE = 256  # events that may wait for their storage; then no more are read
BUSY = 120.0  # seconds to wait when all connections of the app are taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where to dial, as whom to ping, and how often."""

    url: str
    service: int
    ping_seconds: float

    def __repr__(self) -> str:
        return "Way(***)"  # the address is a key to all events


class Stream:
    """Holds one connection at a time."""

    def __init__(self, settings: FeishuSettings, client: Client, http: Http) -> None:
        self._settings = settings
        self._client = client
        self._http = http

    async def endpoint(self) -> Way:
        """A fresh address. Raises AdapterError; Refused where the credentials or the app are not right."""
        secret = self._settings.app_secret.get_secret_value()
        answer = await self._client.open(ENDPOINT, {"AppID": self._settings.app_id, "AppSecret": secret}, locale="zh")
        try:
            data = untrusted.members(checked(answer).get("data"))
        except Transient as e:
            if e.code == errors.TOO_MANY_STREAMS:
                raise Transient(errors.PLATFORM, str(e), code=e.code, retry_after=BUSY) from e
            raise
        url = data.get("URL")
        return Way(
            url=self._allowed(url if isinstance(url, str) else ""),
            service=_service(url if isinstance(url, str) else ""),
            ping_seconds=_ping_seconds(data.get("ClientConfig"), PING),
        )

    def _allowed(self, url: str) -> str:
        """Encrypted like the API itself. Raises Refused."""
        wanted = ("wss", "ws") if urlsplit(self._settings.api).scheme == "http" else ("wss",)
        if urlsplit(url).scheme not in wanted or not urlsplit(url).hostname:
            raise Refused(errors.PLATFORM, "the platform gives no usable address for the stream", code="no_stream")
        return url

    async def listen(self, take: Take, opened: Opened) -> None:
        """One session. Returns when the platform ends it; raises AdapterError."""
        way = await self.endpoint()
        async with self._http.dial(errors.PLATFORM, way.url, ping_seconds=ALIVE) as socket:
            opened()
            await Session(socket, way, take, self._client.now).run()


class Session:
    """One open connection."""

    def __init__(self, socket: Socket, way: Way, take: Take, now: Callable[[], float]) -> None:
        self._socket = socket
        self._take = take
        self._now = now
        self._service = way.service
        self._ping_seconds = way.ping_seconds
        self._changed = asyncio.Event()
        self._parts = Parts(time.monotonic)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._heard = False

    async def run(self) -> None:
        """Until the platform closes. Raises Transient for a connection that breaks or is silent."""
        tasks: set[asyncio.Task[None]] = set()
        pinging = asyncio.create_task(self._ping())
        try:
            while True:
                message = await self._receive(pinging)
                if message is None:
                    break
                self._heard = True
                if isinstance(message, bytes):
                    await self._read(message, tasks)
            if tasks:
                await asyncio.wait(tasks)
        finally:
            for task in (pinging, *tasks):
                task.cancel()
            await asyncio.gather(pinging, *tasks, return_exceptions=True)
        if not self._heard:
            raise Transient(errors.PLATFORM, "the platform closes the stream at once", code="closed")

    async def _receive(self, pinging: asyncio.Task[None]) -> str | bytes | None:
        """The next message; a ping that could not be sent means that the connection is broken."""
        if pinging.done() and (error := pinging.exception()):
            raise error
        return await self._socket.receive(max(SHORTEST, SILENCE * self._ping_seconds))

    async def _ping(self) -> None:
        while True:
            await self._socket.send(frames.encoded(frames.ping(self._service)))
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._ping_seconds):
                    await self._changed.wait()

    async def _read(self, message: bytes, tasks: set[asyncio.Task[None]]) -> None:
        try:
            frame = frames.decoded(message)
        except frames.Unreadable:
            return  # the platform's own clients pass over it as well
        if frame.method == frames.CONTROL:
            self._configure(frame)
            return
        payload = self._parts.joined(frame)
        if payload is None or frame.header("type") != "event":
            return
        await self._room.acquire()
        task = asyncio.create_task(self._store(frame, payload))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def _configure(self, frame: Frame) -> None:
        """The answer to a ping may say how often to send one."""
        if frame.header("type") != "pong" or not frame.payload:
            return
        with suppress(ValueError, RecursionError):
            seconds = _ping_seconds(json.loads(frame.payload.decode("utf-8")), self._ping_seconds)
            if seconds != self._ping_seconds:
                self._ping_seconds = seconds
                self._changed.set()

    async def _store(self, frame: Frame, payload: bytes) -> None:
        """Hand an event over, and acknowledge it when it is stored: what is not is sent again."""
        headers = {name: people.text(frame.header(name)) for name in ("message_id", "trace_id")}
        began = time.monotonic()
        try:
            delivery = Delivery(
                method=STREAMED, path="/stream", query="", headers=headers, body=payload, received_at=self._now()
            )
            await self._take(delivery)
            code = 200
        except MenshenError:
            code = 500
        finally:
            self._room.release()
        spent = str(round((time.monotonic() - began) * 1000))
        with suppress(AdapterError):  # the connection broke meanwhile: the platform sends the event again
            await self._socket.send(frames.encoded(acknowledged(frame, code, spent)))


def acknowledged(frame: Frame, code: int, milliseconds: str) -> Frame:
    """The same frame back, with what became of it; the time is told of what went well, as the SDK does."""
    headers = (*frame.headers, ("biz_rt", milliseconds)) if code == 200 else frame.headers
    return replace(frame, headers=headers, payload=json.dumps({"code": code}).encode())


def _service(url: str) -> int:
    found = people.number(parse_qs(urlsplit(url).query).get("service_id", [""])[0])
    return found if found is not None and found < 2**31 else 0


def _ping_seconds(config: object, otherwise: float) -> float:
    found = people.number(untrusted.members(config).get("PingInterval"))
    return otherwise if not found or found < 0 else min(max(float(found), SHORTEST), LONGEST)
