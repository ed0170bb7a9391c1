"""create_app(): settings -> store -> adapters -> pipeline -> routes. The only module that knows everything."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, cast

import structlog
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

from adapters import REGISTRY
from adapters.base import Adapter
from adapters.http import Http
from app import clock, practice
from app.connections import Connections, Seal
from app.executor import Executor
from app.live import Live
from app.pipeline import Pipeline
from app.settings import Settings
from app.store.courses import Courses
from app.store.desk import Desk
from app.store.engine import open_engine
from app.store.log import Log
from app.store.migrate import upgrade
from app.store.review import Review
from app.web import api, auth, errors, health, pages, panel, review, words
from app.web.hooks import Hooks
from app.web.service import Service
from policies.documents import policy

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
FORGET_EVERY = 6 * 3600.0  # seconds
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
    connections = Connections(registry, http)
    log = Log(writer, Courses(policy))
    pipeline = Pipeline(log, connections, now, limit=int(settings.workers_queue))
    live = Live()
    service = Service(
        settings=settings, now=now, desk=Desk(reader, writer, seal, now), review=Review(reader, writer, now), seal=seal,
        connections=connections, pipeline=pipeline, live=live, words=words.load(), pages=pages.templates(),
        start_raid=practice.start_raid,
    )  # fmt: skip

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with _running(service, log):
            yield
        reader.dispose()
        writer.dispose()

    return App(service, Hooks(pipeline, now), _comfort(service, lifespan))


@asynccontextmanager
async def _running(service: Service, log: Log) -> AsyncIterator[None]:
    """Executor and clock from what the last process left, to an orderly stop."""
    pipeline, connections = service.pipeline, service.connections
    _connect(service)
    executor = Executor(pipeline, connections, service.now)
    watch = clock.Clock(pipeline, connections, service.now, executor.may_read)
    pipeline.sinks += [executor, service.live, watch]
    executor.resume(log.unfinished())
    watch.resume(log.live())
    watch.start()
    forgetting = asyncio.create_task(_forget(service))
    yield
    forgetting.cancel()
    await watch.close()
    await executor.close()
    await pipeline.close()
    await connections.close()


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


async def _forget(service: Service) -> None:
    """Erase what is older than the retention, now and every few hours."""
    keeps = int(service.settings.retention_days) * 86400.0
    while True:
        try:
            await run_in_threadpool(service.review.erase, service.now() - keeps)
            await run_in_threadpool(service.desk.tokens.forget_ended)
            gc.collect()
        except SQLAlchemyError as e:
            structlog.get_logger("menshen").error("not erased", error=type(e).__name__)
        await asyncio.sleep(FORGET_EVERY)


def _comfort(service: Service, lifespan: Any) -> ASGI:
    """Panel, review, accounts and API."""
    app = FastAPI(
        title="Menshen", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None, lifespan=lifespan, version="1"
    )
    app.state.service = service
    errors.install(app)
    for part in (api, auth, panel, review, health):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=pages.HERE / "static"), name="static")
    return auth.with_headers(cast(ASGI, app), service.settings)
