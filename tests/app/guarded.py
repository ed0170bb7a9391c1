"""A guarded school without its web pages: a database, the pipeline, and deliveries signed like the classroom's.

The clock is a number that the test moves.
"""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Engine, insert, select, update

from adapters import REGISTRY
from adapters.base import Adapter, Delivery
from adapters.drill.classroom.webhooks import sign
from adapters.http import Http
from app.connections import Connections
from app.domain.actions import Action
from app.domain.people import Participant, Roster
from app.domain.state import LessonState
from app.pipeline import Pipeline
from app.store import codec, ledger
from app.store import tables as t
from app.store.courses import Courses
from app.store.engine import open_engine
from app.store.log import Lesson, Log
from policies.documents import layered
from tests.builders import START, roster

TOKEN, SECRET = "token-of-the-test", "secret-of-the-test"
SCHOOL, CONNECTION, MEETING = "s1", "k1", "m1"
T = TypeVar("T")


@dataclass
class Guarded:
    """One process of the service on a database; `again` is another on the same one, as after a restart."""

    url: str
    at: float = START
    base_url: str = "http://127.0.0.1:9"
    registry: dict[str, type[Adapter[Any]]] = field(default_factory=lambda: dict(REGISTRY))
    limit: int = 5000
    clock: Callable[[], float] | None = None
    numbers: Iterator[int] = field(default_factory=itertools.count)
    processes: list["Guarded"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine: Engine = open_engine(self.url, writer=True)
        self.reader: Engine = open_engine(self.url)
        self.log = Log(self.engine, Courses(layered))

    def create(self) -> "Guarded":
        """The tables, in an empty database."""
        t.metadata.create_all(self.engine)
        return self

    def again(self) -> "Guarded":
        """Another process."""
        started = Guarded(self.url, self.at, self.base_url, self.registry, self.limit, self.clock, self.numbers)
        self.processes.append(started)
        return started

    def close(self) -> None:
        for process in self.processes:
            process.close()
        self.engine.dispose()
        self.reader.dispose()

    def course(
        self,
        id: str = "c1",
        *,
        meeting: str = MEETING,
        document: dict[str, Any] | str | None = None,
        listed: Roster | None = None,
        drill: bool = False,
    ) -> None:
        """A class of pupils 1 to 5 under "seminar" unless said otherwise."""
        text = document if isinstance(document, str) else json.dumps(document or {"preset": "seminar"})
        entries = (listed if listed is not None else roster(5)).entries
        with self.engine.begin() as db:
            db.execute(
                insert(t.courses).values(
                    school_id=SCHOOL, id=id, name="7-3", connection_id=CONNECTION, policy=text, policy_version=1,
                    roster=codec.roster_text(entries), roster_version=1, roster_shrunk=False, drill=drill,
                    created_at=0.0,
                )
            )  # fmt: skip
            meetings = {"school_id": SCHOOL, "connection_id": CONNECTION, "meeting": meeting, "course_id": id}
            db.execute(insert(t.meetings).values(meetings))

    def rules(self, document: dict[str, Any]) -> None:
        """Another policy for every class."""
        with self.engine.begin() as db:
            c = t.courses.c
            db.execute(update(t.courses).values(policy=json.dumps(document), policy_version=c.policy_version + 1))

    # --- running ------------------------------------------------------------------------------------------------------

    def now(self) -> float:
        return self.clock() if self.clock else self.at

    def run(self, story: Callable[[Pipeline], Awaitable[T]], spent: Callable[[], float] | None = None) -> T:
        """The story, with a pipeline that is closed at its end. `spent` is the clock of the rules' work."""

        async def told() -> T:
            connections = self.connect()
            pipeline = Pipeline(self.log, connections, self.now, limit=self.limit, spent=spent)
            try:
                return await story(pipeline)
            finally:
                await pipeline.close()
                await connections.close()

        return asyncio.run(told())

    def connect(self) -> Connections:
        connections = Connections(self.registry, Http, self.now)
        settings = {"base_url": self.base_url, "token": TOKEN, "secret": SECRET}
        connections.add(school=SCHOOL, connection=CONNECTION, name="x", platform="drill", settings=settings)
        return connections

    # --- deliveries ---------------------------------------------------------------------------------------------------

    def post(
        self,
        event: str,
        who: Participant | None = None,
        *,
        at: float | None = None,
        id: str = "",
        meeting: str = MEETING,
        title: str = "7-3",
        **more: Any,
    ) -> Delivery:
        """A signed delivery; `at` is when it happened, and it is received now."""
        body: dict[str, Any] = {
            "delivery": id or f"d{next(self.numbers)}",
            "event": event,
            "at": round((self.at if at is None else at) * 1000),
            "meeting": {"id": meeting, "title": title},
            **more,
        }
        if who is not None:
            body["participant"] = {"id": who.id, "name": who.name, "account": who.account, "role": who.role.value}
        return self.signed(json.dumps(body).encode())

    def signed(self, body: bytes, secret: str = SECRET) -> Delivery:
        stamp = str(int(self.at))
        headers = {"x-drill-timestamp": stamp, "x-drill-signature": sign(secret, stamp, body)}
        return Delivery(
            method="POST", path=f"/hooks/{CONNECTION}", query="", headers=headers, body=body, received_at=self.at
        )

    # --- what is in the database --------------------------------------------------------------------------------------

    def rows(self, table: str, **where: Any) -> list[Any]:
        """The rows of a table, in the order of its key."""
        found = t.metadata.tables[table]
        query = select(found).filter_by(**where).order_by(*found.primary_key.columns)
        with self.reader.begin() as db:
            return list(db.execute(query).all())

    def action(self, row: Any) -> Action:
        """What an intent's row asks for."""
        return codec.action_from(row.action)

    def expire(self, intent: str) -> None:
        """Its time is over."""
        with self.engine.begin() as db:
            db.execute(update(t.intents).where(t.intents.c.id == intent).values(deadline=self.now() - 1))

    def kinds(self, lesson: str = "") -> list[str]:
        """What the log says, in order."""
        where = {"lesson_id": lesson} if lesson else {}
        return [row.kind for row in self.rows("log", **where)]

    def lesson(self, meeting: str = MEETING) -> str:
        """The id of the newest lesson of a meeting."""
        (row,) = self.rows("lessons", key=meeting, latest=True)
        return str(row.id)

    def loaded(self, lesson: str) -> Lesson:
        """The lesson as this process sees it."""
        with self.log.writing(self.at) as writing:
            found = writing.by_id(SCHOOL, lesson)
            assert found is not None
            return found

    def folded(self, lesson: str) -> LessonState:
        """The lesson as a process sees it that has just started: folded from the log."""
        return self.again().loaded(lesson).state

    def chain_holds(self) -> int:
        """Walk every lesson's chain; gives how many rows were checked."""
        checked = 0
        for lesson in self.rows("lessons"):
            rows = [
                ledger.Row(
                    lesson=r.lesson_id, number=r.number, at=r.at, recorded_at=r.recorded_at, kind=r.kind,
                    incident=r.incident_id, body=r.body, private=r.private, salt=r.salt and bytes(r.salt),
                    commitment=bytes(r.commitment), hash=bytes(r.hash),
                )
                for r in self.rows("log", lesson_id=lesson.id)
            ]  # fmt: skip
            assert ledger.check(lesson.id, rows, number=lesson.number, head=bytes(lesson.head)) is None
            checked += len(rows)
        return checked


@contextmanager
def guarded(url: str, **more: Any) -> Iterator[Guarded]:
    """A school with one class."""
    school = Guarded(url, **more).create()
    school.course()
    try:
        yield school
    finally:
        school.close()
