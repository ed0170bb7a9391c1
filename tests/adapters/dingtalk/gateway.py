"""The stream's gateway, as the vendor's SDKs meet it: a ticket for each connection, frames out, answers in."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from tests.adapters.dingtalk.sample import CLIENT_ID
from tests.adapters.dingtalk.shapes import OPEN, wrong

Frame = dict[str, Any]


def event(kind: str, payload: Any, *, message: str = "m-1", event_id: str = "evt-0001", **more: Any) -> Frame:
    """A frame as the pages and the SDK show it."""
    headers = {
        "topic": "*", "messageId": message, "contentType": "application/json", "time": "1795132800123", "appId": "a-1",
        "connectionId": "c-1", "eventType": kind, "eventId": event_id, "eventBornTime": "1795132800123",
        "eventCorpId": "dingcorp0001", "eventUnifiedAppId": "u-1",
    }  # fmt: skip
    data = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    return {"specVersion": "1.0", "type": "EVENT", "headers": headers, "data": data, **more}


def system(topic: str, data: str = '{"opaque":"x-1"}', message: str = "s-1") -> Frame:
    """A frame of the platform's own."""
    headers = {"topic": topic, "messageId": message, "contentType": "application/json", "time": "1795132800123"}
    return {"specVersion": "1.0", "type": "SYSTEM", "headers": headers, "data": data}


@dataclass
class Gateway:
    """What is sent on each connection, and what came back on it. A connection ends when its frames are answered."""

    sessions: list[list[Any]] = field(default_factory=list)  # frames (or raw texts) for the 1st, 2nd ... connection
    answers: list[list[Frame]] = field(default_factory=list)  # by connection
    tickets: set[str] = field(default_factory=set)
    asked: list[Any] = field(default_factory=list)
    path: str = "/connect"
    close: bool = True  # hang up when everything is answered
    patience: float = 5.0  # seconds until a missing answer is the test's fault
    feed: "asyncio.Queue[Frame] | None" = None  # what is sent as it happens, on whichever connection is open
    _numbers: Any = field(default_factory=lambda: count(1))
    on_answer: Callable[[Frame], None] = lambda _: None

    def wrong(self, seen: Any) -> str:
        """What does not fit in a request for a ticket."""
        if seen.headers.get("accept") != "application/json":
            return "the gateway would answer XML"
        return wrong(seen.members, OPEN)

    def opened(self, request: web.Request, secret: str) -> Any:
        """An address and a ticket that works once. Tickets hold what must be quoted."""
        from tests.adapters.dingtalk.cloud import Refusal

        told = json.loads(request._read_bytes or b"{}")
        self.asked.append(told)
        if (told["clientId"], told["clientSecret"]) != (CLIENT_ID, secret):
            raise Refusal("authFailed", 401)
        ticket = f"t{next(self._numbers)}+/="
        self.tickets.add(ticket)
        return {"endpoint": f"ws://{request.host}{self.path}", "ticket": ticket}

    async def connected(self, request: web.Request) -> web.StreamResponse:
        """One connection: everything that is to be sent, then whatever is answered."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=401)
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        frames = self.sessions[len(self.answers)] if len(self.answers) < len(self.sessions) else []
        answers: list[Frame] = []
        self.answers.append(answers)
        for frame in frames:
            await socket.send_str(frame if isinstance(frame, str) else json.dumps(frame, ensure_ascii=False))
        if self.feed is not None:
            return await self._live(socket, answers, self.feed)
        expected = sum(isinstance(f, dict) and f.get("type") in ("EVENT", "SYSTEM", "CALLBACK") for f in frames)
        async with asyncio.timeout(self.patience):
            while (not self.close or len(answers) < expected) and not socket.closed:
                message = await socket.receive()
                if message.type is not WSMsgType.TEXT:
                    break
                answers.append(json.loads(message.data))
                self.on_answer(answers[-1])
        await socket.close()
        return socket

    async def _live(
        self, socket: web.WebSocketResponse, answers: list[Frame], feed: "asyncio.Queue[Frame]"
    ) -> web.StreamResponse:
        """Until either side hangs up; a goodbye is the last word on a connection."""

        async def send() -> None:
            while True:
                frame = await feed.get()
                await socket.send_str(json.dumps(frame, ensure_ascii=False))
                if frame["headers"]["topic"] == "disconnect":
                    return

        sending = asyncio.create_task(send())
        try:
            async for message in socket:
                answers.append(json.loads(message.data))
                self.on_answer(answers[-1])
        finally:
            sending.cancel()
        return socket
