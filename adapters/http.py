"""The one way out: a long-lived HTTP client with short time limits, behind a small surface.

aiohttp was chosen by measuring (`python -m bench.clients`): in a wave of 250 requests a second to a platform that needs
100 ms, the slowest hundredth of requests leaves a single httpx client nine times later.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

import aiohttp
import yarl

from app.domain.actions import Lane
from app.domain.errors import Transient

MAX_ANSWER = 8 * 1024 * 1024  # bytes; a participant list of 1 000 people is far below
MAX_FRAME = 1024 * 1024  # bytes of one message of a stream
LONGEST_WAIT = 86_400.0  # seconds; nobody is believed who asks for more


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP response, read whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def retry_after(self, header: str = "retry-after") -> float | None:
        """Seconds of a Retry-After header in its numeric form, a day at most; None without one."""
        value = self.headers.get(header, "")
        plain = value.isascii() and value.replace(".", "", 1).isdigit()
        return min(float(value), LONGEST_WAIT) if plain else None


OUR_BUDGET = "budget"  # code of a Transient that no platform said: we held a request back


class Meter(Protocol):
    """Who counts the requests of a connection against its budgets."""

    def spend(self, platform: str, lane: Lane) -> None:
        """Count one request. Raises Transient when it must not be sent now."""


@dataclass(slots=True)
class Spending:
    """For what requests are sent just now: `prepaid` of them were counted before."""

    lane: Lane
    prepaid: int = 0


_SPENDING: ContextVar[Spending | None] = ContextVar("spending", default=None)


@contextmanager
def spending(lane: Lane, prepaid: int = 0) -> Iterator[Spending]:
    """Every request of this task in here counts in a lane; the first `prepaid` ones are paid for."""
    now = Spending(lane, prepaid)
    token = _SPENDING.set(now)
    try:
        yield now
    finally:
        _SPENDING.reset(token)


class Socket:
    """A WebSocket that we dialled."""

    def __init__(self, platform: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._platform = platform
        self._socket = socket

    async def receive(self, seconds: float) -> str | bytes | None:
        """The next message; None when the other side closed. Raises Transient, also after `seconds` of silence."""
        try:
            message = await self._socket.receive(seconds)
        except TimeoutError as e:
            raise Transient(self._platform, "the stream is silent", code="silent") from e
        if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            told: str | bytes = message.data
            return told
        if message.type is aiohttp.WSMsgType.ERROR:
            raise Transient(self._platform, f"{type(message.data).__name__} on the stream", code="broken")
        return None

    async def send(self, message: str | bytes) -> None:
        """Send one message. Raises Transient."""
        try:
            if isinstance(message, str):
                await self._socket.send_str(message)
            else:
                await self._socket.send_bytes(message)
        except (aiohttp.ClientError, OSError) as e:
            raise Transient(self._platform, f"{type(e).__name__} on the stream", code="broken") from e


class Http:
    """Requests to platforms. Made inside a running event loop, closed by whoever made it.

    No redirects, no cookies, no proxies from the environment: a signed request goes where it was signed for.
    """

    def __init__(self, *, limit: int = 256, connect_seconds: float = 1.0, total_seconds: float = 5.0) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._limit = limit
        self._timeout = aiohttp.ClientTimeout(total=total_seconds, sock_connect=connect_seconds)
        self.meter: Meter | None = None  # set by whoever keeps the budgets of the connection

    async def request(
        self,
        platform: str,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        counted: bool = True,
    ) -> Answer:
        """Send one request and read the whole answer. Raises Transient for every failure of the network.

        `counted` False: the vendor does not count this kind of request (its tokens, mostly).
        """
        if counted:
            self._count(platform)
        session = self._open()
        try:
            async with session.request(
                method, _exactly(url), headers=headers, data=body or None, allow_redirects=False
            ) as response:
                content = await response.content.read(MAX_ANSWER + 1)
                while not response.content.at_eof() and len(content) <= MAX_ANSWER:
                    content += await response.content.read(MAX_ANSWER + 1 - len(content))
                if len(content) > MAX_ANSWER:
                    raise Transient(platform, f"the answer is longer than {MAX_ANSWER} bytes")
                lower = {k.lower(): v for k, v in response.headers.items()}
                return Answer(status=response.status, headers=lower, body=content)
        except (TimeoutError, aiohttp.ClientError, OSError) as e:
            # Without its cause: aiohttp quotes the whole address, and some platforms carry their token in it.
            raise Transient(platform, f"{type(e).__name__} while asking the platform") from None

    @asynccontextmanager
    async def dial(self, platform: str, url: str, *, ping_seconds: float | None = None) -> AsyncIterator[Socket]:
        """A WebSocket for as long as the block runs. Raises Transient when it cannot be opened.

        `ping_seconds` between two pings of the protocol's own; a link that does not answer them is closed.
        """
        timeout = aiohttp.ClientWSTimeout(ws_close=2.0)
        opening = self._open().ws_connect(
            _exactly(url), max_msg_size=MAX_FRAME, heartbeat=ping_seconds, timeout=timeout, autoping=True
        )
        try:
            socket = await opening
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as e:
            raise Transient(platform, f"{type(e).__name__} while opening the stream", code="no_stream") from None
        try:
            yield Socket(platform, socket)
        finally:
            await socket.close()

    def _count(self, platform: str) -> None:
        if self.meter is None:
            return
        now = _SPENDING.get()
        if now is not None and now.prepaid > 0:
            now.prepaid -= 1
            return
        self.meter.spend(platform, now.lane if now is not None else Lane.ROUTINE)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._limit, limit_per_host=0, ttl_dns_cache=300)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False,
                skip_auto_headers={"User-Agent"}, auto_decompress=True,
            )  # fmt: skip
            # aiohttp sends GET and PUT again by itself when a kept connection turns out to be dead: with the same
            # nonce, which platforms take for a replay. There is no public switch for it.
            self._session._retry_connection = False
        return self._session

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _exactly(url: str) -> yarl.URL:
    """The URL byte for byte as it was signed: percent-encoding is not touched."""
    return yarl.URL(url, encoded=True)
