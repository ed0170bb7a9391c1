"""The receiving end of a lab server: keeps every post as the Delivery that the service would have made of it."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, TypeVar

from adapters.base import Delivery

T = TypeVar("T")


class Inbox:
    """A loopback HTTP server in a thread of its own, so that it answers while Janus is being stopped."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._deliveries: list[Delivery] = []
        self._server = Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hooks/lab"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Everything that was posted so far."""
        with self._changed:
            return tuple(self._deliveries)

    def first(self, find: Callable[[Delivery], T | None], *, since: int = 0, seconds: float = 5.0) -> T:
        """Wait for the first delivery from number `since` on in which `find` finds something."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for delivery in self._deliveries[since:]:
                    if (found := find(delivery)) is not None:
                        return found
                since = len(self._deliveries)
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TimeoutError("no such delivery")

    def take(self, delivery: Delivery) -> None:
        """Keep one more."""
        with self._changed:
            self._deliveries.append(delivery)
            self._changed.notify_all()


class Server(ThreadingHTTPServer):
    """A receiver that hands every post to its inbox."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__(("127.0.0.1", 0), Post)
        self.inbox = inbox


class Post(BaseHTTPRequestHandler):
    """One connection of Janus."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        assert isinstance(self.server, Server)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.inbox.take(
            Delivery(method="POST", path=path, query=query, headers=headers, body=body, received_at=time.time())
        )
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
