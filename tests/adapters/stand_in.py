"""What the strict stand-ins of vendors' clouds share: a server on loopback, what they were asked, answers to order."""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from aiohttp import web

from adapters.base import Adapter
from adapters.http import Http

A = TypeVar("A", bound=Adapter[Any])


@dataclass(frozen=True)
class Seen:
    """One request as it came over the wire; header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def typed(self) -> bool:
        """Whether the body is said to be JSON."""
        return self.headers.get("content-type", "").split(";")[0] == "application/json"

    @property
    def members(self) -> Any:
        """The JSON of the body, None without a body."""
        return json.loads(self.body or b"null")


@dataclass(kw_only=True)
class StandIn(ABC):
    """The base of a cloud: each one answers in `handle`, by the facts of its vendor."""

    base: str = ""  # its address while it is served
    seen: list[Seen] = field(default_factory=list)
    # what to answer instead, in order: an exception, a ready response or a function that makes one, None = as always
    script: list[Any] = field(default_factory=list)

    @abstractmethod
    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The vendor's answer, by its facts."""

    async def heard(self, request: web.Request) -> Seen:
        """The request, remembered."""
        headers = {k.lower(): v for k, v in request.headers.items()}
        self.seen.append(Seen(request.method, request.raw_path, headers, await request.read()))
        return self.seen[-1]

    async def scripted(self) -> web.StreamResponse | None:
        """The next line of the script; one that is an exception is raised."""
        line = self.script.pop(0) if self.script else None
        if isinstance(line, Exception):
            raise line
        ready: web.StreamResponse | None = await line() if callable(line) else line
        return ready


@asynccontextmanager
async def served(cloud: StandIn) -> AsyncIterator[str]:
    """The cloud on a free port of loopback; gives its base address. Its own mistakes are raised at the end."""
    mistakes: list[Exception] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await cloud.handle(request)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception as e:  # to the adapter it looks like any other 500
            mistakes.append(e)
            raise

    app = web.Application(client_max_size=1 << 20)
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        cloud.base = f"http://{host}:{port}"
        yield cloud.base
    finally:
        await runner.cleanup()
        if mistakes:
            raise mistakes[0]


@asynccontextmanager
async def talking(cloud: StandIn, adapter: Callable[[str, Http], A], seconds: float = 5.0) -> AsyncIterator[A]:
    """An adapter that talks to the cloud over real HTTP."""
    async with served(cloud) as base_url:
        http = Http(total_seconds=seconds)
        made = adapter(base_url, http)
        try:
            yield made
        finally:
            await made.close()
            await http.close()
