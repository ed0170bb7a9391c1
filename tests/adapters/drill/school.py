"""A classroom, a receiver of its webhooks and an adapter between them, for one test."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from adapters.drill import DrillAdapter, DrillSettings
from adapters.drill.classroom.running import running_classroom
from adapters.drill.classroom.settings import ClassroomSettings, Hidden
from adapters.http import Http
from app.domain.actions import Action, ActionKind, Outcome
from app.domain.events import Attendance, ParticipantJoined, ParticipantWaiting, Switches
from app.domain.people import Participant
from tests.adapters.drill.receiver import Receiver, receiving

TOKEN, SECRET = "token-of-the-test", "secret-of-the-test"
MEETING = "7-3"
T = TypeVar("T")


@dataclass
class Pupil:
    """Somebody with the join page open."""

    client: httpx.Client
    id: str
    seat: str

    def does(self, what: str, **body: Any) -> httpx.Response:
        return self.client.post(f"/rooms/{MEETING}/{what}", json=body, headers={"x-seat": self.seat})

    def sees(self) -> dict[str, Any]:
        answer = self.client.get(f"/rooms/{MEETING}/me", headers={"x-seat": self.seat})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@dataclass
class School:
    """The three parts and short words for what tests do with them."""

    base_url: str
    hook: str
    settings: DrillSettings
    receiver: Receiver
    host: httpx.Client
    door: httpx.Client
    lesson: str = ""

    def start(self, **switches: bool) -> str:
        """Open the meeting; gives the lesson key."""
        found = self.api("POST", "/api/meetings", {"id": MEETING, "title": "7-3", "switches": switches, "start": True})
        self.lesson = f"{MEETING}:{found['occurrence']}"
        return self.lesson

    def api(self, method: str, path: str, body: Any = None, status: tuple[int, ...] = (200, 201, 202)) -> Any:
        answer = self.host.request(method, path, content=json.dumps(body) if body is not None else None)
        assert answer.status_code in status, f"{answer.status_code} {answer.text}"
        return answer.json()

    def try_join(self, **visitor: Any) -> httpx.Response:
        return self.door.post(f"/rooms/{MEETING}/join", json=visitor)

    def join(self, name: str = "user8812", **visitor: Any) -> Pupil:
        answer = self.try_join(name=name, **visitor)
        assert answer.status_code == 201, answer.text
        return Pupil(client=self.door, id=answer.json()["me"]["id"], seat=answer.json()["seat"])

    def sign_in(self, name: str) -> str:
        """The sign-in token of a practice pupil."""
        pupils = self.door.get(f"/rooms/{MEETING}").json()["pupils"]
        return next(str(p["sign_in"]) for p in pupils if p["name"] == name)

    def seen(self, pupil: Pupil) -> Participant:
        """The snapshot that webhooks gave of this pupil."""
        both = (ParticipantJoined, ParticipantWaiting)
        found: list[Participant] = []

        def arrived() -> bool:
            events = self.receiver.events()
            found.extend(e.participant for e in events if isinstance(e, both) and e.participant.id == pupil.id)
            return bool(found)

        self.receiver.until(arrived)
        return found[-1]

    def perform(self, kind: ActionKind, target: Participant | None = None, **more: Any) -> Outcome:
        action = Action(kind=kind, target=target, **more)
        return self.with_adapter(lambda a: a.perform(self.lesson, action))

    def switches(self) -> Switches:
        """What the classroom says of its own switches."""
        switches = self.attendance().switches
        assert switches is not None
        return switches

    def attendance(self) -> Attendance:
        return self.with_adapter(lambda a: a.participants(self.lesson))

    def with_adapter(self, do: Callable[[DrillAdapter], Coroutine[Any, Any, T]], **http: Any) -> T:
        async def run() -> T:
            client = Http(**http)
            try:
                return await do(DrillAdapter(self.settings, client))
            finally:
                await client.close()

        with ThreadPoolExecutor(1) as aside:  # the browser keeps an event loop in the test's own thread
            return aside.submit(lambda: asyncio.run(run())).result()


@contextmanager
def school(*, hides: frozenset[Hidden] = frozenset(), **more: Any) -> Iterator[School]:
    """A running practice school whose webhooks arrive."""
    blank = DrillSettings.model_validate({"base_url": "http://127.0.0.1:9", "token": TOKEN, "secret": SECRET})
    with receiving(blank) as (receiver, hook):
        given: dict[str, Any] = {"rate": 1000.0, "burst": 1000, "retry_seconds": (0.01, 0.02, 0.05), **more}
        classroom = ClassroomSettings(token=TOKEN, secret=SECRET, webhook=hook, hides=hides, **given)
        with running_classroom(classroom) as base_url:
            settings = blank.model_copy(update={"base_url": base_url, "hides": hides})
            headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
            with httpx.Client(base_url=base_url, headers=headers) as host, httpx.Client(base_url=base_url) as door:
                yield School(base_url, hook, settings, receiver, host, door)
