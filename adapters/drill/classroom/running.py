"""The practice platform on a loopback port, for tests, measurements and the demonstration."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from adapters.drill.classroom.server import create_classroom
from adapters.drill.classroom.settings import ClassroomSettings

START_SECONDS = 20.0


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@contextmanager
def running_asgi(app: ASGIApp, *, port: int = 0) -> Iterator[str]:
    """Any ASGI application on 127.0.0.1 in a thread of its own; gives its base address. Port 0 = any free one."""
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, ws="websockets-sansio", ws_max_size=65536, lifespan="on",
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = _Server(config)
    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            if not server.listening.wait(START_SECONDS):
                raise TimeoutError("the server does not listen")
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)


@contextmanager
def running_classroom(settings: ClassroomSettings, *, port: int = 0) -> Iterator[str]:
    """The practice platform on loopback; gives its base address."""
    with running_asgi(create_classroom(settings), port=port) as base_url:
        yield base_url
