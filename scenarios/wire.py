"""The network of a scenario: requests go straight into ASGI applications, after as long as a network would take.

What a control call or an event takes on the vendors' real networks is published by none of them; these numbers are our
assumption, the same for all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from adapters.http import Answer, Http
from app.domain.errors import Transient

CALL = 0.1  # seconds from sending a control call to its answer
EVENT = 0.3  # seconds from something that happens to its arrival here
PATIENCE = 5.0  # seconds that a request may take in all, as in adapters/http.py

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass
class Network:
    """Which application answers for which host. A host that is down refuses."""

    hosts: dict[str, ASGI] = field(default_factory=dict)

    def at(self, host: str) -> ASGI:
        """The application of a host. Raises Transient while there is none."""
        app = self.hosts.get(host)
        if app is None:
            raise Transient("network", f"{host} refuses the connection", code="down")
        return app


Overheard = Callable[[str, str, bytes, int], None]  # method, path, body, status


class Wire(Http):
    """An HTTP client on that network. `seconds` is there and back; `overheard` is told of each answered request."""

    def __init__(self, network: Network, seconds: float, overheard: Overheard | None = None) -> None:
        super().__init__()
        self._network = network
        self._seconds = seconds
        self._overheard = overheard

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
        """One request. Raises Transient for what a network does to it."""
        if counted:
            self._count(platform)
        host, path, query = _parts(url)
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.sleep(self._seconds / 2)
                answer = await ask(self._network.at(host), method, path, query, headers or {}, body)
                await asyncio.sleep(self._seconds / 2)
        except TimeoutError as e:
            raise Transient(platform, "TimeoutError while asking the platform") from e
        if self._overheard is not None:
            self._overheard(method, path, body, answer.status)
        return answer


def _parts(url: str) -> tuple[str, str, str]:
    host, _, rest = url.partition("://")[2].partition("/")
    path, _, query = rest.partition("?")
    return host, f"/{path}", query


async def ask(app: ASGI, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """One request into an application, without any network."""
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent: list[MutableMapping[str, Any]] = []
    given = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> MutableMapping[str, Any]:
        return next(given, None) or {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    lower = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in start["headers"]}
    content = b"".join(m.get("body", b"") for m in sent[1:])
    return Answer(status=start["status"], headers=lower, body=content)
