"""The smallest HTTP/1.1 that measuring needs: a keep-alive client for the load, and a stub of a platform's API."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable
from typing import cast

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Sender(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._buffer = b""
        self._answered: asyncio.Future[int] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = LENGTH.search(head)
        if len(body) < (int(length.group(1)) if length else 0):
            return
        self._buffer = b""
        answered, self._answered = self._answered, None
        if answered is not None and not answered.done():
            answered.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(0)

    async def send(self, request: bytes) -> int:
        """The status of the answer; 0 when the connection broke."""
        self._answered = asyncio.get_running_loop().create_future()
        assert self.transport is not None
        self.transport.write(request)
        return await self._answered


class Pool:
    """Connections in turn; whoever finds none free waits, and the waiting counts."""

    def __init__(self) -> None:
        self._free: deque[Sender] = deque()
        self._wanted: deque[asyncio.Future[Sender]] = deque()

    async def open(self, port: int, number: int) -> None:
        """Connect."""
        loop = asyncio.get_running_loop()
        for _ in range(number):
            _, sender = await loop.create_connection(lambda: Sender(self), "127.0.0.1", port)
            self._free.append(sender)

    async def send(self, request: bytes) -> int:
        """One request on the next free connection."""
        if self._free:
            sender = self._free.popleft()
        else:
            wanted: asyncio.Future[Sender] = asyncio.get_running_loop().create_future()
            self._wanted.append(wanted)
            sender = await wanted
        try:
            return await sender.send(request)
        finally:
            if self._wanted:
                self._wanted.popleft().set_result(sender)
            else:
                self._free.append(sender)

    def close(self) -> None:
        """Disconnect."""
        for sender in self._free:
            if sender.transport:
                sender.transport.close()


class Platform(asyncio.Protocol):
    """A platform's API that does what it is asked after `delay` seconds and remembers when each call arrived.

    `listing` is its participant list, by path; `did` is told of each call, so that the list is true.
    """

    def __init__(
        self,
        calls: dict[bytes, list[float]],
        delay: float,
        listing: Callable[[bytes], bytes],
        did: Callable[[bytes], None],
    ) -> None:
        self._calls = calls
        self._listing = listing
        self._did = did
        self._delay = delay
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            length = LENGTH.search(head)
            needed = int(length.group(1)) if length else 0
            if len(rest) < needed:
                return
            self._buffer = rest[needed:]
            method, path, _ = head.split(b" ", 2)
            if method != b"GET":
                self._calls.setdefault(path, []).append(time.monotonic())
            if self._delay:
                asyncio.get_running_loop().call_later(self._delay, self._answer, method, path)
            else:
                self._answer(method, path)

    def _answer(self, method: bytes, path: bytes) -> None:
        if method == b"GET":
            self._write(_json(self._listing(path)))
        else:
            self._did(path)
            self._write(OK)

    def _write(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def _json(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
    return head + str(len(body)).encode() + b"\r\n\r\n" + body


OK = _json(b'{"ok":true}')
