"""create_app(): settings -> store -> adapters -> pipeline -> routes. The only module that knows everything."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, cast

import structlog
from fastapi import FastAPI
from pydantic import ValidationError
from starlette.staticfiles import StaticFiles

from adapters import REGISTRY
from adapters.base import Adapter
from adapters.http import Http
from app import chores, clock, practice
from app.connections import Connections, Seal
from app.executor import Executor
from app.listening import Listening
from app.live import Live
from app.memory import ConnectionMemory
from app.pipeline import Pipeline
from app.replay.archive import Archive
from app.resolving import Resolving
from app.settings import Settings
from app.store.courses import Courses
from app.store.desk import Desk
from app.store.engine import open_engine
from app.store.log import Log
from app.store.migrate import upgrade
from app.store.notes import NotesStore
from app.store.review import Review
from app.store.usage import Leases, UsageStore
from app.web import api, auth, errors, health, pages, panel, review, words
from app.web.hooks import Hooks
from app.web.office import routes as office
from app.web.saying import Saying
from app.web.service import Service
from policies.documents import layered
from policies.terms.search import searcher

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
DAY = 86_400.0
PARKED_DAYS = 1.0  # facts of a run that nobody could name
USAGE_DAYS = 70.0  # a month, and the one before
ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]


class App:
    """The ASGI application: /hooks/ goes straight to the webhook routes, everything else to the comfortable side."""

    def __init__(self, service: Service, hooks: Hooks, comfort: ASGI) -> None:
        self.service = service
        self._hooks = hooks
        self._comfort = comfort

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route one connection."""
        if scope["type"] == "http" and scope["path"].startswith("/hooks/"):
            await self._hooks(scope, receive, send)
        else:
            await self._comfort(scope, receive, send)


def create_app(
    settings: Settings,
    *,
    registry: Mapping[str, type[Adapter[Any]]] = REGISTRY,
    now: Callable[[], float] = clock.now,
    http: Callable[[], Http] = Http,
) -> App:
    """Wire the whole service. The database is brought to this version's tables; nothing listens yet."""
    writer = open_engine(settings.database_url, writer=True)
    upgrade(writer)
    reader = open_engine(settings.database_url)
    seal = Seal(settings.secret_key)
    memory = ConnectionMemory(NotesStore(reader, writer, seal, now), UsageStore(reader, writer))
    connections = Connections(registry, http, now, memory)
    log = Log(writer, Courses(layered, searcher))
    desk, catalogues = Desk(reader, writer, seal, now), words.load()
    say = Saying(catalogues, desk, settings.base_url)
    pipeline = Pipeline(log, connections, now, limit=int(settings.workers_queue), say=say, spent=clock.spent)
    live = Live()
    executor = Executor(pipeline, connections, now)
    watch = clock.Clock(pipeline, connections, now, executor.may_read)
    listening = Listening(pipeline, connections, Leases(writer), watch, now)
    service = Service(
        settings=settings, now=now, desk=desk, review=Review(reader, writer, now), seal=seal,
        archive=Archive(reader),
        connections=connections, pipeline=pipeline, live=live, words=catalogues, pages=pages.templates(),
        start_raid=practice.start_raid, listening=listening,
    )  # fmt: skip

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with _running(service, log, memory, executor, watch):
            yield
        reader.dispose()
        writer.dispose()

    return App(service, Hooks(pipeline, now), _comfort(service, lifespan))


@asynccontextmanager
async def _running(
    service: Service, log: Log, memory: ConnectionMemory, executor: Executor, watch: clock.Clock
) -> AsyncIterator[None]:
    """Everything that acts by itself: from what the last process left, to an orderly stop."""
    pipeline, connections = service.pipeline, service.connections
    _connect(service)
    resolving = Resolving(pipeline, connections)
    pipeline.sinks += [executor, service.live, watch, resolving]
    executor.resume(log.unfinished())
    watch.resume(log.live())
    resolving.resume(log.parked())
    watch.start()
    service.listening.start()
    running = [
        asyncio.create_task(chores.forget(_forgetting(service, log, memory))),
        asyncio.create_task(chores.remember(connections, memory)),
        asyncio.create_task(chores.warn(connections, service.listening, service.desk, chores.Warnings(service.now))),
    ]
    yield
    for chore in running:
        chore.cancel()
    await service.listening.close()
    await resolving.close()
    await watch.close()
    await executor.close()
    await pipeline.close()
    chores.write_down(connections, memory, exact=True)
    await connections.close()


def _forgetting(service: Service, log: Log, memory: ConnectionMemory) -> tuple[Callable[[], object], ...]:
    """What is erased, and when it is too old."""
    keeps = int(service.settings.retention_days) * DAY
    return (
        lambda: service.review.erase(service.now() - keeps),
        service.desk.tokens.forget_ended,
        lambda: service.desk.preparations.forget(service.now() - keeps),
        lambda: log.forget_parked(service.now() - PARKED_DAYS * DAY),
        lambda: memory.forget_used(service.now() - USAGE_DAYS * DAY),
    )


def spare_the_collector() -> None:
    """For a process that serves: what was made at the start stays for good, and full collections are rare.

    With the interpreter's own numbers a full collection of a busy service stops everything for 60 to 100 ms, again and
    again; measured, the slowest hundredth of presses waits five times as long (`make bench`, wave).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _connect(service: Service) -> None:
    """Make every stored connection usable; one that no longer validates must not stop the others."""
    for record, opened in service.desk.connections.opened():
        try:
            service.connections.add(
                school=record.school, connection=record.id, name=record.name, platform=record.platform, settings=opened
            )
        except (ValidationError, KeyError) as e:
            structlog.get_logger("menshen").error("connection unusable", connection=record.id, error=type(e).__name__)


def _comfort(service: Service, lifespan: Any) -> ASGI:
    """Panel, review, accounts and API."""
    app = FastAPI(
        title="Menshen", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None, lifespan=lifespan, version="1"
    )
    app.state.service = service
    errors.install(app)
    for part in (api, auth, panel, review, office, health):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=pages.HERE / "static"), name="static")
    return auth.with_headers(cast(ASGI, app), service.settings)
