"""The guarded school of a scenario: the whole service as `menshen serve` runs it, without a socket.

It can be killed and started again on the same database.
"""

import asyncio
import itertools
from collections.abc import Mapping, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from adapters.base import Adapter
from adapters.http import Answer
from app.domain.incidents import Verdict
from app.domain.people import RosterEntry
from app.domain.state import LessonState
from app.main import App, create_app
from app.pipeline import Committed
from app.settings import Settings
from app.store import codec
from app.store.desk import NewCourse, TokenKind, User, UserRole
from app.store.log import Logged
from app.store.review import Filter, Judgement
from app.web.auth.sessions import session_cookie
from scenarios.hours import START, clock
from scenarios.score import Told
from scenarios.script import Kind, Script
from scenarios.stage import HOST as CLASSROOM
from scenarios.stage import MEETING, SECRET, TOKEN, Stage, link_of
from scenarios.wire import CALL, Network, Wire, ask

HOST, SCHOOL, CONNECTION = "menshen", "school", "connection"
TEACHER, GUARD, IT = "teacher@school.example", "guard@school.example", "it@school.example"
PEOPLE = ((TEACHER, UserRole.TEACHER), (GUARD, UserRole.CO_GUARD), (IT, UserRole.IT))


class House:
    """One school with one class, on duty in the network of its classroom."""

    def __init__(self, folder: Path, kind: type[Adapter[Any]], stage: Stage, network: Network) -> None:
        self.rows: list[Logged] = []
        self.lesson = ""
        self.presses = 0
        self._stage = stage
        self._kind = kind
        self._network = network
        self._settings = Settings(
            database_url=f"sqlite:///{folder}/menshen.db", secret_key="only-for-scenarios-" * 2, log="critical",
            public_url=f"http://{HOST}",
        )  # fmt: skip
        self._tokens: dict[str, str] = {}
        self._keys = itertools.count()
        self._app: App | None = None
        self._running: _Lifespan | None = None

    # --- opening and closing ------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """The service starts; in an empty database the school is made first."""
        app = create_app(
            self._settings, registry={"drill": self._kind}, now=clock().now,
            http=lambda: Wire(self._network, CALL, self._stage.overhear),
        )  # fmt: skip
        if not any(school.id == SCHOOL for school in app.service.desk.people.schools()):
            self._furnish(app)
        self._app = app
        self._running = _Lifespan(app)
        await self._running.start()
        app.service.pipeline.sinks.append(self._heard)
        self._network.hosts[HOST] = app
        self._stage.classroom.sender.url = f"http://{HOST}/hooks/{CONNECTION}"

    async def close(self) -> None:
        """The service stops: what it has under way is cut off."""
        self._network.hosts.pop(HOST, None)
        if self._running is not None:
            await self._running.stop()
        self._app = self._running = None

    def _furnish(self, app: App) -> None:
        desk = app.service.desk
        desk.people.create_school(id=SCHOOL, name="第一中学")
        users: list[tuple[User, UserRole]] = [
            (desk.people.create_user(SCHOOL, mail=mail, name=role.value, role=role), role) for mail, role in PEOPLE
        ]
        for user, role in users:
            self._tokens[user.mail] = desk.tokens.issue(user, TokenKind.API, role=role, name="scenario")
        settings = app.service.connections.validate(
            "drill", {"base_url": f"http://{CLASSROOM}", "token": TOKEN, "secret": SECRET}
        )
        desk.connections.create(SCHOOL, platform="drill", name="x", settings=settings, id=CONNECTION)
        script = self._stage.script
        desk.courses.create(
            SCHOOL,
            NewCourse(
                name=script.title, connection=CONNECTION, meetings=(MEETING,), teachers=(TEACHER,), co_guards=(GUARD,),
                policy=script.policy, roster=roster_of(script),
            ),
        )  # fmt: skip

    # --- what people do with it ---------------------------------------------------------------------------------------

    @property
    def app(self) -> App:
        """The running service. Raises RuntimeError while it is down."""
        if self._app is None:
            raise RuntimeError("the service is down")
        return self._app

    async def api(self, method: str, path: str, body: Any = None, by: str = TEACHER) -> Answer:
        """A request to the API of the service."""
        headers = {"authorization": f"Bearer {self._tokens[by]}", "content-type": "application/json", "host": HOST}
        raw = b"" if body is None else msgspec.json.encode(body)
        path, _, query = path.partition("?")
        return await ask(self.app, method, path, query, headers, raw)

    async def press(self, button: str, participant: str = "", *, by: str = TEACHER, key: str = "") -> Answer:
        """Somebody presses a button."""
        self.presses += 1
        body = {"button": button, "participant": participant, "key": key or f"press-{next(self._keys)}"}
        return await self.api("POST", f"/api/v1/lessons/{self.lesson}/buttons", body, by)

    async def read(self, path: str) -> Answer:
        """A page as school IT sees it in the browser. {lesson} and {incident} stand for the newest."""
        desk, review = self.app.service.desk, self.app.service.review
        newest = next(iter(review.incidents(SCHOOL, Filter()).items), None)
        path = path.replace("{lesson}", self.lesson).replace("{incident}", newest.id if newest else "none")
        session = desk.tokens.issue(desk.people.by_mail(SCHOOL, IT), TokenKind.SESSION, ttl=3600.0)
        path, _, query = path.partition("?")
        headers = {"cookie": f"{session_cookie(self._settings)}={session}", "host": HOST, "accept": "text/html"}
        return await ask(self.app, "GET", path, query, headers, b"")

    def judge(self, verdict: str) -> None:
        """School IT reviews every incident."""
        review = self.app.service.review
        for incident in review.incidents(SCHOOL, Filter()).items:
            review.judge(SCHOOL, incident.id, Judgement(verdict=Verdict(verdict), note="", reviewer=IT))

    def named_rows(self) -> tuple[int, int]:
        """How many rows of the log still hold something personal, and how many let go of it."""
        walked = tuple(self.app.service.review.walk(SCHOOL))
        erased, rows = sum(w.erased for w in walked), sum(w.rows for w in walked)
        return rows - erased, erased

    async def state(self) -> LessonState:
        """The lesson as the service sees it."""
        return (await self.app.service.pipeline.look(SCHOOL, self.lesson)).state

    # --- what it recorded ---------------------------------------------------------------------------------------------

    def _heard(self, committed: Committed) -> None:
        for lesson in committed.lessons:
            self.lesson = lesson.id
            self.rows.extend(lesson.rows)

    def told(self) -> tuple[Told, ...]:
        """Every intent with how it came out, in order."""
        found: dict[str, Told] = {}
        for row in self.rows:
            if row.kind not in ("intent", "outcome.settled"):
                continue
            body = codec.whole(row.body, row.private or None)
            if row.kind == "intent":
                found[body["id"]] = self._intent(row, body)
            elif body["intent"] in found:
                known = found[body["intent"]]
                found[body["intent"]] = _settled(known, row, body)
        return tuple(found.values())

    def _intent(self, row: Logged, body: Mapping[str, Any]) -> Told:
        target = body["action"].get("target") or {}
        return Told(
            at=row.recorded_at - START, kind=body["action"]["kind"], who=self._stage.who(target.get("id", "")),
            rule=body["rule"], reason=body["reason"], outcome="simulated" if body.get("observed") else "pending",
            severity=int(body["severity"]), by=body.get("by", ""),
        )  # fmt: skip


def _settled(known: Told, row: Logged, body: Mapping[str, Any]) -> Told:
    outcome, at = body["outcome"]["kind"], row.recorded_at - START
    requested = at if outcome == "requested" and known.requested_at is None else known.requested_at
    return replace(known, outcome=outcome, requested_at=requested, settled_at=at)


def roster_of(script: Script) -> tuple[RosterEntry, ...]:
    """Everybody who belongs, with the account and the personal link that prove it."""
    return tuple(
        RosterEntry(id=a.key, name=a.name, accounts=(a.key, link_of(a.key)), staff=a.kind is Kind.TEACHER)
        for a in script.roster()
    )


class _Lifespan:
    """The start and the stop of an ASGI application."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._inbox: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._outbox: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(
            self._app({"type": "lifespan", "asgi": {"version": "3.0"}}, self._inbox.get, self._outbox.put)
        )
        await self._say("lifespan.startup")

    async def stop(self) -> None:
        await self._say("lifespan.shutdown")
        if self._task is not None:
            await self._task

    async def _say(self, what: str) -> None:
        await self._inbox.put({"type": what})
        answer = await self._outbox.get()
        if not str(answer["type"]).endswith("complete"):
            raise RuntimeError(str(answer.get("message")))
