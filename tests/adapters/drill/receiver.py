"""A tiny school: it receives the classroom's webhooks on loopback, checks and reads them with the real adapter."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.base import Delivery, Received
from adapters.drill import DrillAdapter, DrillSettings
from adapters.drill.classroom.running import running_asgi
from adapters.http import Http
from app.domain.errors import NotAuthentic
from app.domain.events import Event

E = TypeVar("E", bound=Event)

DEADLINE = 10.0  # seconds in which anything a test waits for has to happen


class Receiver:
    """What arrived, in order of arrival. `fail_next` answers 500 that many times."""

    def __init__(self, adapter: DrillAdapter) -> None:
        self.adapter = adapter
        self.deliveries: list[Delivery] = []
        self.received: list[Received] = []
        self.forged = 0
        self.fail_next = 0
        self._news = threading.Condition()

    async def hook(self, request: Request) -> Response:
        delivery = Delivery(
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            headers={k.lower(): v for k, v in request.headers.items()},
            body=await request.body(),
            received_at=time.time(),
        )
        with self._news:
            try:
                return self._take(delivery)
            finally:
                self._news.notify_all()

    def _take(self, delivery: Delivery) -> Response:
        try:
            if reply := self.adapter.handshake(delivery):
                return Response(reply.body, status_code=reply.status)
            self.adapter.verify(delivery)
        except NotAuthentic:
            self.forged += 1
            return Response(status_code=401)
        self.deliveries.append(delivery)
        if self.fail_next:
            self.fail_next -= 1
            return Response(status_code=500)
        self.received.extend(self.adapter.parse(delivery))
        return Response(status_code=self.adapter.accepted.status)

    def until(self, wanted: Callable[[], bool]) -> None:
        """Wait until this holds; it is asked again after each delivery."""
        with self._news:
            assert self._news.wait_for(wanted, DEADLINE), f"still waiting after: {[e.kind for e in self.events()]}"

    def events(self) -> list[Event]:
        return [r.event for r in self.received]

    def first(self, kind: type[E], fits: Callable[[E], bool] = lambda _: True) -> E:
        """Wait for an event of this kind that fits, and give it."""
        found: list[E] = []

        def seen() -> bool:
            found.extend(e for e in self.events() if isinstance(e, kind) and fits(e))
            return bool(found)

        self.until(seen)
        return found[0]


@contextmanager
def receiving(settings: DrillSettings) -> Iterator[tuple[Receiver, str]]:
    """A receiver on a free port and the address of its hook."""
    receiver = Receiver(DrillAdapter(settings, Http()))
    app = Starlette(routes=[Route("/hook", receiver.hook, methods=["GET", "POST"])])
    with running_asgi(app) as base_url:
        yield receiver, f"{base_url}/hook"
