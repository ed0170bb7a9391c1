"""A loopback server that remembers what it was asked and answers as it is told, also badly."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it arrived; `target` is path and query byte for byte, header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is answered."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


class Trouble(Enum):
    """What happens instead of an answer."""

    SILENCE = "silence"  # the request is taken and nothing comes
    HANG_UP = "hang up"
    CUT_OFF = "cut off"  # headers promise more than the body brings


Answering = Callable[[Asked], Said | Trouble]


@dataclass(slots=True)
class Loopback:
    """The server: where it is, and what it has been asked so far."""

    base_url: str = ""
    asked: list[Asked] = field(default_factory=list)


@asynccontextmanager
async def loopback(answering: Answering) -> AsyncIterator[Loopback]:
    """Serve on 127.0.0.1 until the block ends. What `answering` raises is raised then."""
    server = Loopback()
    mistakes: list[Exception] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        headers = {k.lower(): v for k, v in request.headers.items()}
        asked = Asked(method=request.method, target=request.raw_path, headers=headers, body=await request.read())
        server.asked.append(asked)
        try:
            said = answering(asked)
        except Exception as e:  # to whoever asks it looks like any other 500
            mistakes.append(e)
            raise
        return await _misbehave(request, said) if isinstance(said, Trouble) else _response(said)

    runner = web.ServerRunner(web.Server(handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        server.base_url = f"http://{host}:{port}"
        yield server
    finally:
        await runner.cleanup()
        if mistakes:
            raise mistakes[0]


def _response(said: Said) -> web.Response:
    return web.Response(status=said.status, body=said.body, headers=said.headers)


async def _misbehave(request: web.BaseRequest, trouble: Trouble) -> web.StreamResponse:
    if trouble is Trouble.SILENCE:
        await asyncio.Event().wait()  # until the server is stopped
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
    if trouble is Trouble.CUT_OFF:
        await response.prepare(request)
        await response.write(b'{"ok":')
    assert request.transport is not None
    request.transport.abort()
    return response
