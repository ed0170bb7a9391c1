"""A guarded school on duty: the practice classroom, its webhooks over HTTP, executor and clock, in real time."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeVar

import httpx
import uvicorn
from sqlalchemy import select

from adapters.budget import Budget
from adapters.drill import DrillAdapter, DrillSettings
from adapters.drill.classroom.running import running_classroom
from adapters.drill.classroom.settings import ClassroomSettings
from adapters.http import Http
from adapters.notes import Notes
from app.clock import Clock, Pace
from app.connections import Connections
from app.domain.actions import Action, Lane, Outcome
from app.domain.events import ButtonPressed
from app.domain.state import LessonState
from app.executor import Executor
from app.listening import Haste, Listening
from app.pipeline import Committed, Pipeline
from app.resolving import Resolving
from app.step import DEADLINES
from app.store import tables as t
from app.store.usage import Leases
from app.web.hooks import Hooks
from tests.app.guarded import CONNECTION, MEETING, SCHOOL, SECRET, TOKEN, Guarded, guarded
from tests.builders import pressed

DEADLINE = 15.0  # seconds in which anything a test waits for has to happen
HASTE = Haste(step=0.02, grace=0.2, pauses=(0.01,))
QUICK = Pace(step=0.02, sight=0.2, share=0.02, hot=0.2, silent=0.3, limit=0.6, answer=1.0, later=0.1)
T = TypeVar("T")


class Recording(DrillAdapter):
    """The real adapter; it remembers what it was asked, in order, and proves things in less time."""

    settles_seconds: ClassVar[float] = 0.8
    poll_seconds: ClassVar[float] = 30.0

    def __init__(self, settings: DrillSettings, http: Http, notes: Notes | None = None) -> None:
        super().__init__(settings, http, notes)
        self.asked: list[str] = []
        self.done: list[str] = []

    def limits(self) -> tuple[Budget, ...]:
        return ()  # the platform itself says when it is too much

    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        told = f"{action.kind.value} {action.target.name if action.target else ''}".strip()
        self.asked.append(told)
        outcome = await super().perform(lesson_key, action)
        self.done.append(told)
        return outcome


@dataclass(kw_only=True)
class Service:
    """One process of the service on a school with one connection: what a test can see and do there."""

    school: Guarded
    connections: Connections
    pipeline: Pipeline
    executor: Executor
    clock: Clock
    listening: Listening
    resolving: Resolving
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    presses: int = 0

    @classmethod
    def wired(
        cls,
        school: Guarded,
        platform: str,
        settings: Mapping[str, Any],
        *,
        pace: Pace = QUICK,
        http: Callable[[], Http] = Http,
        deadlines: Mapping[Lane, float] = DEADLINES,
        **more: Any,
    ) -> Self:
        """As app/main.py does it."""
        connections = Connections(school.registry, http, school.now)
        connections.add(school=SCHOOL, connection=CONNECTION, name="x", platform=platform, settings=settings)
        pipeline = Pipeline(school.log, connections, school.now, deadlines=deadlines)
        executor = Executor(pipeline, connections, school.now)
        clock = Clock(pipeline, connections, school.now, executor.may_read, pace)
        listening = Listening(pipeline, connections, Leases(school.engine), clock, school.now, HASTE)
        resolving = Resolving(pipeline, connections, patience=0.05)
        service = cls(
            school=school, connections=connections, pipeline=pipeline, executor=executor, clock=clock,
            listening=listening, resolving=resolving, **more,
        )  # fmt: skip
        pipeline.sinks += [executor, clock, resolving, service._telling()]
        return service

    def _telling(self) -> Callable[[Committed], None]:
        told: set[asyncio.Task[None]] = set()

        async def tell() -> None:
            async with self.news:
                self.news.notify_all()

        def sink(committed: Committed) -> None:
            task = asyncio.create_task(tell())
            told.add(task)
            task.add_done_callback(told.discard)

        return sink

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """From what the last process left to an orderly stop."""
        self.executor.resume(self.school.log.unfinished())
        self.clock.resume(self.school.log.live())
        self.resolving.resume(self.school.log.parked())
        self.clock.start()
        self.listening.start()
        try:
            yield self
        finally:
            await self.listening.close()
            await self.resolving.close()
            await self.clock.close()
            await self.executor.close()
            await self.pipeline.close()
            await self.connections.close()

    @property
    def adapter(self) -> Any:
        connected = self.connections.get(CONNECTION)
        assert connected is not None
        return connected.adapter

    @property
    def lesson(self) -> str:
        (row,) = self.school.rows("lessons", latest=True)
        return str(row.id)

    async def press(self, button: str, person: str = "") -> tuple[str, ...]:
        self.presses += 1
        press = pressed(button, at=self.school.now(), key=f"press-{self.presses}")
        event = ButtonPressed(at=press.at, button=press.button, by="u1", key=press.key, participant=person)
        return await self.pipeline.press(SCHOOL, self.lesson, event)

    async def inside(self) -> set[str]:
        """By name."""
        return {p.participant.name for p in (await self.state()).inside.values()}

    async def state(self) -> LessonState:
        return (await self.pipeline.look(SCHOOL, self.lesson)).state

    def intents(self) -> dict[str, str]:
        """What came out of every wish: {"hold user88": "confirmed"}; of equal ones the newest."""
        found: dict[str, str] = {}
        with self.school.reader.begin() as db:
            for row in db.execute(select(t.intents).order_by(t.intents.c.number)):
                target = self.school.action(row).target
                found[f"{row.kind} {(target.name or target.id) if target else ''}".strip()] = row.status
        return found

    async def until(self, wanted: Callable[[], bool | Awaitable[bool]], seconds: float = DEADLINE) -> None:
        """Wait until this holds; it is asked again after each commit, and now and then."""
        try:
            async with asyncio.timeout(seconds), self.news:
                while True:
                    found = wanted()
                    if found if isinstance(found, bool) else await found:
                        return
                    with contextlib.suppress(TimeoutError):  # what a classroom does stands in no log
                        async with asyncio.timeout(0.1):
                            await self.news.wait()
        except TimeoutError:
            raise AssertionError(f"still waiting; intents: {self.intents()}; log: {self.school.kinds()}") from None

    async def settled(self, expected: dict[str, str], seconds: float = DEADLINE) -> None:
        """Wait until these intents came out like this."""
        await self.until(lambda: expected.items() <= self.intents().items(), seconds)


@dataclass(kw_only=True)
class Duty(Service):
    """A service beside the practice classroom, with its host and its door."""

    base_url: str
    host: httpx.AsyncClient
    door: httpx.AsyncClient
    seats: dict[str, str] = field(default_factory=dict)

    async def api(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.host.request(method, path, json=body)
        assert answer.status_code < 300, f"{answer.status_code} {answer.text}"
        return answer.json()

    async def start(self, **switches: bool) -> None:
        """The classroom opens, and the school has heard of it."""
        await self.api("POST", "/api/meetings", {"id": MEETING, "title": "7-3", "switches": switches, "start": True})
        await self.until(lambda: bool(self.school.rows("lessons")))

    async def joins(self, name: str, **visitor: Any) -> str:
        """Somebody at the classroom's door; gives the id of the presence."""
        answer = await self.door.post(f"/rooms/{MEETING}/join", json={"name": name, **visitor})
        assert answer.status_code == 201, answer.text
        id = str(answer.json()["me"]["id"])
        self.seats[id] = answer.json()["seat"]
        return id

    async def place(self, id: str) -> str:
        answer = await self.door.get(f"/rooms/{MEETING}/me", headers={"x-seat": self.seats[id]})
        return str(answer.json()["me"]["place"])

    async def faults(self, *rules: dict[str, Any]) -> None:
        await self.api("PUT", "/api/faults", {"rules": list(rules)})

    async def switches(self) -> dict[str, bool]:
        found: dict[str, bool] = (await self.api("GET", f"/api/meetings/{MEETING}/participants"))["switches"]
        return found


@dataclass
class Offset:
    """The school's clock: the real one, moved forward."""

    seconds: float = 0.0

    def now(self) -> float:
        return time.time() + self.seconds


@asynccontextmanager
async def on_duty(
    school: Guarded,
    base_url: str,
    pace: Pace = QUICK,
    http: Callable[[], Http] = Http,
    deadlines: Mapping[Lane, float] = DEADLINES,
) -> AsyncIterator[Duty]:
    """One process of the service beside a running classroom, which sends its events here."""
    settings = {"base_url": base_url, "token": TOKEN, "secret": SECRET}
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with (
        httpx.AsyncClient(base_url=base_url, headers=headers) as host,
        httpx.AsyncClient(base_url=base_url) as door,
    ):
        duty = Duty.wired(
            school,
            "drill",
            settings,
            pace=pace,
            http=http,
            deadlines=deadlines,
            base_url=base_url,
            host=host,
            door=door,
        )
        async with serving(Hooks(duty.pipeline, school.now)) as hooks, duty.running():
            await duty.api("PUT", "/api/webhook", {"url": f"{hooks}/hooks/{CONNECTION}"})
            yield duty


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """An ASGI application on a free port of this loop."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await task


def on_a_school_day(
    url: str,
    story: Callable[[Duty], Awaitable[None]],
    *,
    document: dict[str, Any] | None = None,
    http: Callable[[], Http] = Http,
    pace: Pace = QUICK,
    adapter: type[DrillAdapter] = Recording,
    moved: Offset | None = None,
    deadlines: Mapping[Lane, float] = DEADLINES,
    **classroom: Any,
) -> Guarded:
    """The story, on a school with one class beside a classroom of its own."""
    given = {"rate": 1000.0, "burst": 1000, "retry_seconds": (0.05, 0.1, 0.2, 0.5), **classroom}
    moved = moved or Offset()
    with guarded(url, registry={"drill": adapter}, clock=moved.now) as school:
        school.rules(document or {"preset": "seminar"})
        with running_classroom(ClassroomSettings(token=TOKEN, secret=SECRET, **given)) as base_url:

            async def told() -> None:
                async with on_duty(school, base_url, pace, http, deadlines) as duty:
                    await story(duty)

            asyncio.run(told())
        return school
