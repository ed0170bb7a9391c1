"""The whole service on a new database, asked over HTTP, with a clock that tests set and a lesson they can fill."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from adapters import REGISTRY
from adapters.base import Adapter
from adapters.drill.classroom.webhooks import sign
from app.main import create_app
from app.settings import Settings
from app.store.desk import Desk, School, TokenKind, User, UserRole
from app.web.auth.door import Passwords
from app.web.service import Service
from tests.app.desks import KEY, Clock

PASSWORD = "correct horse battery"
SECRET = "drill-secret-of-tests"
NOWHERE = {"base_url": "http://127.0.0.1:9", "token": "drill-token-of-tests", "secret": SECRET}


@dataclass(slots=True, kw_only=True)
class House:
    """A running service and its school."""

    service: Service
    client: httpx.Client
    school: School
    clock: Clock
    address: str
    sent: int = 0
    users: dict[str, User] = field(default_factory=dict)

    @property
    def desk(self) -> Desk:
        return self.service.desk

    def user(self, role: UserRole = UserRole.TEACHER, name: str = "", password: str = "") -> User:
        name = name or role.value
        if name not in self.users:
            hashed = Passwords().hash(password) if password else ""
            self.users[name] = self.desk.people.create_user(
                self.school.id, mail=f"{name}@school.example", name=name.title(), role=role, password=hashed
            )
        return self.users[name]

    def token(self, role: UserRole = UserRole.IT, name: str = "") -> dict[str, str]:
        """The header of a program with the rights of a user of that role."""
        secret = self.desk.tokens.issue(self.user(role, name), TokenKind.API)
        return {"authorization": f"Bearer {secret}"}

    def connect(self) -> str:
        """A practice classroom where nobody answers."""
        body = {"platform": "drill", "name": "Room", "settings": NOWHERE}
        made = self.client.post("/api/v1/connections", json=body, headers=self.token())
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def course(self, **more: Any) -> dict[str, Any]:
        """A course of the teacher and the co-guard with the meeting m-1."""
        body: dict[str, Any] = {
            "name": "7-3 数学", "connection": more.pop("connection", "") or self.connect(), "meetings": ["m-1"],
            "teachers": [self.user(UserRole.TEACHER).mail], "co_guards": [self.user(UserRole.CO_GUARD).mail],
            "policy": {"preset": "lecture"}, **more,
        }  # fmt: skip
        made = self.client.post("/api/v1/courses", json=body, headers=self.token())
        assert made.status_code == 201, made.text
        return dict(made.json())

    def happens(self, connection: str, event: str, who: str = "", **more: Any) -> None:
        """The classroom tells what happened in m-1."""
        self.sent += 1
        self.clock.pass_by(1)
        meeting = {"id": "m-1", "occurrence": "o-1", "title": "数学"}
        body: dict[str, Any] = {"delivery": f"d-{self.sent}", "event": event, "at": int(self.clock.at * 1000),
                                "meeting": meeting, **more}  # fmt: skip
        if who:
            body["participant"] = {"id": who, "name": f"name of {who}", "account": "", "device": f"dev-{who}",
                                   "role": "attendee", "ip": "192.0.2.7"} | more.pop("person", {})  # fmt: skip
        raw, stamp = json.dumps(body).encode(), str(int(self.clock.at))
        headers = {"x-drill-delivery": f"d-{self.sent}", "x-drill-timestamp": stamp,
                   "x-drill-signature": sign(SECRET, stamp, raw)}  # fmt: skip
        answer = self.client.post(f"/hooks/{connection}", content=raw, headers=headers)
        assert answer.status_code == 200, answer.text

    def lesson(self, course: dict[str, Any], *people: str) -> str:
        """A live lesson with these people inside."""
        self.happens(course["connection"], "lesson.started")
        for person in people:
            self.happens(course["connection"], "participant.joined", person)
        found = self.client.get("/api/v1/lessons?status=live", headers=self.token()).json()["items"]
        return str(found[0]["id"])

    # --- as a person --------------------------------------------------------------------------------------------

    def form(self, path: str) -> str:
        """The token in the forms of a page."""
        page = self.client.get(path)
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
        assert found, page.text
        return found[1]

    def sign_in(self, mail: str, password: str = PASSWORD, **more: str) -> Any:
        data = {"mail": mail, "password": password, "csrf": self.form("/signin"), **more}
        return self.client.post("/signin", data=data)


class Server(uvicorn.Server):
    """A server that says when it listens, and where."""

    def __init__(self, app: Any) -> None:
        super().__init__(uvicorn.Config(app, port=0, log_config=None, ws="websockets-sansio"))
        self.listens = threading.Event()

    async def startup(self, *args: Any, **more: Any) -> None:
        await super().startup(*args, **more)
        self.listens.set()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}"


@contextmanager
def house(folder: Path, registry: Mapping[str, type[Adapter[Any]]] = REGISTRY, **settings: str) -> Iterator[House]:
    """The service with an empty school, listening on loopback."""
    clock = Clock()
    chosen = {"database_url": f"sqlite:///{folder}/menshen.db", "secret_key": KEY, "public_url": "http://menshen.test"}
    app = create_app(Settings(**{**chosen, **settings}), registry=registry, now=clock)
    server = Server(app)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.listens.wait(20)
        headers = {"accept": "text/html,*/*", "accept-language": "en"}
        with httpx.Client(base_url=f"http://{server.address}", timeout=20, headers=headers) as client:
            school = app.service.desk.people.create_school(name="第一中学", language="en")
            yield House(service=app.service, client=client, school=school, clock=clock, address=server.address)
    finally:
        server.should_exit = True
        thread.join(20)
