"""Stream mode: we dial out, DingTalk sends frames, each is answered once stored (develop-stream-mode-push-server).

Frames are JSON texts; `data` is JSON in a string. Several are stored at the same time, in the order in which they came.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from adapters.base import STREAMED, Delivery, Opened, Take
from adapters.dingtalk.client import Client
from adapters.dingtalk.errors import FAULTS, PLATFORM
from adapters.dingtalk.events import BLIND, held_back
from adapters.dingtalk.settings import DingTalkSettings
from adapters.dingtalk.wire import text
from adapters.http import Http, Socket
from adapters.untrusted import loads, members
from adapters.wire import dumps
from app.domain.errors import AdapterError, MenshenError, Refused, Transient

OPEN = "/v1.0/gateway/connections/open"
EVENTS = {"type": "EVENT", "topic": "*"}
AGENT = "menshen/1"
PING = 8.0  # seconds between two pings of ours, as the vendor's Node client does: a dead link shows within twice that
SILENCE = 1800.0  # seconds without a frame after which the link is made anew; a quiet school is no fault
AT_ONCE = 64  # frames being stored; the next one waits on the wire
LAST_ACKS = 5.0  # seconds for what is being stored when the platform ends a session

STORED = '{"status":"SUCCESS","message":"success"}'
LATER = '{"status":"LATER","message":"later"}'  # with 500: send it again (Go SDK)


@dataclass(slots=True)
class Sight:
    """Whether messages come without their content: it outlasts a session, because dialling again mends nothing."""

    lost: bool = False


class Stream:
    """One session after another; each needs a ticket of its own."""

    def __init__(self, settings: DingTalkSettings, http: Http, client: Client, now: Callable[[], float]) -> None:
        self._settings = settings
        self._http = http
        self._client = client
        self._now = now
        self._sight = Sight()

    async def listen(self, take: Take, opened: Opened) -> None:
        """One session. Returns when the platform ends it; raises AdapterError, Refused when the quota is gone."""
        address = await self.address()
        async with self._http.dial(PLATFORM, address, ping_seconds=PING) as socket:
            if not self._sight.lost:
                opened()
            await _Session(socket, take, opened, self._sight, self._now).run()
        if self._sight.lost:
            raise _blindness()  # the platform's goodbye does not give the sight back

    async def address(self) -> str:
        """Where to dial now, ticket included. Raises AdapterError; it counts in no budget, or we might go blind."""
        secret = self._settings.client_secret.get_secret_value()
        asked = {
            "clientId": self._settings.client_id, "clientSecret": secret, "subscriptions": [EVENTS], "ua": AGENT,
            "localIp": "",
        }  # fmt: skip
        granted = await self._client.uncounted(self._settings.base_url + OPEN, asked)
        endpoint, ticket = text(granted.get("endpoint"), 2048), text(granted.get("ticket"), 4096)
        parts = urlsplit(endpoint)
        plain = self._settings.base_url.startswith("http://")
        if not ticket or not parts.hostname or parts.scheme not in (("ws", "wss") if plain else ("wss",)):
            raise Transient(PLATFORM, "the gateway names no address to dial", code="shape")
        return f"{endpoint}{'&' if parts.query else '?'}ticket={quote(ticket, safe='')}"


class _Session:
    """One open socket."""

    def __init__(self, socket: Socket, take: Take, opened: Opened, sight: Sight, now: Callable[[], float]) -> None:
        self._socket = socket
        self._take = take
        self._opened = opened
        self._sight = sight
        self._now = now
        self._storing: set[asyncio.Task[None]] = set()
        self._runner: asyncio.Task[None] | None = None
        self._mistake: BaseException | None = None  # of whoever took a delivery: nothing that another dial would mend
        self._room = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Until the platform ends it, or a frame says that the quota is gone."""
        self._runner = asyncio.current_task()
        try:
            while await self._next():
                pass
            await self._settled()
        except asyncio.CancelledError:
            if self._mistake is None or self._runner is None:
                raise
            self._runner.uncancel()
            raise self._mistake from None
        finally:
            for task in self._storing:
                task.cancel()
            await asyncio.gather(*self._storing, return_exceptions=True)

    async def _next(self) -> bool:
        """Handle one frame; False when the session is over."""
        try:
            message = await self._socket.receive(SILENCE)
        except Transient as e:
            if e.code == "silent":
                return False
            raise
        if message is None:  # without a word before: that is no wish of the platform's
            raise Transient(PLATFORM, "the stream was closed", code="closed")
        frame = members(loads(message))
        kind = frame.get("type")
        if kind == "EVENT":
            content = message if isinstance(message, bytes) else message.encode("utf-8", "replace")
            await self._event(frame, content)
        elif kind == "SYSTEM":
            await self._answer(frame, 200, frame.get("data"))
            return members(frame.get("headers")).get("topic") != "disconnect"
        elif kind == "CALLBACK":
            await self._answer(frame, 404, None)  # nobody asked for robot messages or cards
        return True

    async def _event(self, frame: Mapping[str, Any], content: bytes) -> None:
        if held_back(frame):
            await self._blind(frame, content)
        if self._sight.lost:
            self._sight.lost = False
            self._opened()
        await self._room.acquire()
        task = asyncio.create_task(self._stored(frame, content))
        self._storing.add(task)
        task.add_done_callback(self._done)

    async def _blind(self, frame: Mapping[str, Any], content: bytes) -> None:
        """Say it once as a fact; from then on nothing is open until a message brings its content again."""
        if self._sight.lost:
            await self._answer(frame, 200, STORED)
        else:
            await self._store(frame, content)
        self._sight.lost = True
        raise _blindness()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._storing.discard(task)
        mistake = None if task.cancelled() else task.exception()
        if mistake is not None and self._mistake is None and self._runner is not None:
            self._mistake = mistake
            self._runner.cancel()

    async def _stored(self, frame: Mapping[str, Any], content: bytes) -> None:
        try:
            await self._store(frame, content)
        except AdapterError:
            return  # the answer did not get out: the link is broken, which the next receive says
        finally:
            self._room.release()

    async def _store(self, frame: Mapping[str, Any], content: bytes) -> None:
        """Hand over, then acknowledge; what could not be stored is asked for again."""
        names = members(frame.get("headers"))
        headers = {k.lower(): text(v) for k, v in names.items() if isinstance(v, str)}
        delivery = Delivery(
            method=STREAMED, path="", query="", headers=headers, body=content, received_at=self._now(),
        )  # fmt: skip
        try:
            await self._take(delivery)
        except MenshenError:
            await self._answer(frame, 500, LATER)
        else:
            await self._answer(frame, 200, STORED)

    async def _answer(self, frame: Mapping[str, Any], code: int, data: object) -> None:
        """Raises Transient. The same messageId, or the platform does not know what is answered."""
        message = text(members(frame.get("headers")).get("messageId"))
        told = data if isinstance(data, str) else "" if data is None else dumps(data).decode()
        said = {200: "OK", 404: "not implemented", 500: "later"}[code]
        answer = {
            "code": code, "headers": {"contentType": "application/json", "messageId": message}, "message": said,
            "data": told,
        }  # fmt: skip
        await self._socket.send(dumps(answer).decode())

    async def _settled(self) -> None:
        """Nothing new comes; what is being stored may still be acknowledged."""
        if self._storing:
            await asyncio.wait(self._storing, timeout=LAST_ACKS)


def _blindness() -> Refused:
    return Refused(PLATFORM, f"{BLIND}: {FAULTS[str(BLIND)].detail}", code=str(BLIND))
