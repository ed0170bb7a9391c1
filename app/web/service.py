"""What the routes work with: one value made by app/main.py, found at request.app.state.service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from jinja2 import Environment
from starlette.requests import HTTPConnection

from app.connections import Connections, Seal
from app.listening import Listening
from app.live import Live
from app.pipeline import Pipeline
from app.replay.archive import Archive
from app.settings import Settings
from app.store.desk import Desk
from app.store.review import Review
from app.web.turns import Turns
from app.web.words import Catalogues


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The whole house, wired."""

    settings: Settings
    now: Callable[[], float]
    desk: Desk
    review: Review
    archive: Archive
    seal: Seal
    connections: Connections
    pipeline: Pipeline
    live: Live
    listening: Listening
    words: Catalogues
    pages: Environment
    turns: Turns = field(default_factory=Turns)
    start_raid: Callable[[object, str], Awaitable[None]]  # in the practice classroom that an adapter drives


def service_of(request: HTTPConnection) -> Service:
    """The service behind a request."""
    service: Service = request.app.state.service
    return service
