"""The one way out: a long-lived HTTP client with short time limits, behind a surface of two types.

aiohttp was chosen by measuring (`python -m bench.clients`): in a wave of 250 requests a second to a platform that needs
100 ms, the slowest hundredth of requests leaves a single httpx client nine times later.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
import yarl

from app.domain.errors import Transient

MAX_ANSWER = 8 * 1024 * 1024  # bytes; a participant list of 1 000 people is far below
LONGEST_WAIT = 86_400.0  # seconds that a platform may ask us to wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP response, read whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def retry_after(self) -> float | None:
        """Seconds of a Retry-After header in its numeric form, a day at the most; None without one."""
        value = self.headers.get("retry-after", "")
        numeric = value.isascii() and value.replace(".", "", 1).isdigit()
        return min(float(value), LONGEST_WAIT) if numeric else None


class Http:
    """Requests to platforms. Made inside a running event loop, closed by whoever made it.

    No redirects, no cookies, no proxies from the environment: a signed request goes where it was signed for.
    """

    def __init__(self, *, limit: int = 256, connect_seconds: float = 1.0, total_seconds: float = 5.0) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._limit = limit
        self._timeout = aiohttp.ClientTimeout(total=total_seconds, sock_connect=connect_seconds)

    async def request(
        self, platform: str, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send one request and read the whole answer. Raises Transient for every failure of the network."""
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
            raise Transient(platform, f"{type(e).__name__} while asking the platform") from e

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
