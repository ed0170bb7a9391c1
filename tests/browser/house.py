"""The service in practice mode, as somebody starts it on his own machine: `python -m app serve`, and nothing else.

with running_house(folder) as house:
    house.links["teacher"]              # as printed
    room = house.open_class("7-4")      # another class with a lesson of its own, for a test that wants to be alone
"""

import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import practice
from app.clock import now
from app.connections import Seal
from app.domain.people import RosterEntry
from app.settings import load
from app.store.desk import Desk, NewCourse, TokenKind, User, UserRole
from app.store.engine import open_engine
from tests.browser.classroom import ClassRoom, Classroom
from tests.browser.loopback import Caller, until

START_SECONDS = 90.0  # migrations, two processes and a slow machine
PRINTED = ("teacher", "co-guard", "school IT", "pupil or stranger")


class House:
    """A running practice school, what it printed, and the way to further people and classes."""

    def __init__(self, url: str, links: Mapping[str, str], environ: Mapping[str, str]) -> None:
        self.url, self.links = url, links
        settings = load(environ)
        reader, writer = open_engine(settings.database_url), open_engine(settings.database_url, writer=True)
        self._engines = (reader, writer)
        self.desk = Desk(reader, writer, Seal(settings.secret_key), now)
        at = links["pupil or stranger"].partition("/join/")[0]
        token = practice.classroom_of(settings, int(at.rpartition(":")[2])).token
        self.classroom = Classroom(at, token)
        it = self.desk.people.by_mail(practice.SCHOOL, practice.IT)
        self.api = Caller(f"{url}/api/v1", self.desk.tokens.issue(it, TokenKind.API, ttl=3600.0))
        self._open: list[ClassRoom] = []
        self._count = 0

    def lesson_of(self, course: str) -> str:
        """The id of the newest lesson of a course, as soon as there is one."""
        return str(until(lambda: self.api.get(f"/lessons?course={course}")["items"])[0]["id"])

    def practice_lesson(self) -> "OpenClass":
        """The lesson that is in progress when the terminal shows its links."""
        room = self.classroom.room(practice.MEETING)
        return OpenClass(self, room, practice.COURSE, self.lesson_of(practice.COURSE))

    def teacher_link(self) -> str:
        """A fresh link for the practice teacher, as `menshen user link` prints it."""
        return self.link_of(self.desk.people.by_mail(practice.SCHOOL, practice.TEACHER))

    def it_link(self) -> str:
        """The same for school IT."""
        return self.link_of(self.desk.people.by_mail(practice.SCHOOL, practice.IT))

    def guard_link(self) -> str:
        """The same for the co-guard."""
        return self.link_of(self.desk.people.by_mail(practice.SCHOOL, practice.GUARD))

    def person(self, name: str, role: UserRole = UserRole.TEACHER) -> User:
        """Somebody new who may sign in."""
        self._count += 1
        mail = f"person-{self._count}@practice.example"
        return self.desk.people.create_user(practice.SCHOOL, mail=mail, name=name, role=role)

    def link_of(self, user: User) -> str:
        """A fresh one-time link."""
        return f"{self.url}/signin/{self.desk.tokens.issue(user, TokenKind.LINK, ttl=600.0)}"

    def open_class(self, name: str, *, teachers: tuple[str, ...] = (practice.TEACHER,)) -> "OpenClass":
        """A class of its own with the pupils of the practice school, and its lesson, which has begun."""
        self._count += 1
        meeting = f"class-{self._count}"
        people = self.classroom.accounts()[: practice.PUPILS + 1]
        roster = tuple(
            RosterEntry(id=a["id"], name=a["name"], accounts=(a["id"],), staff=bool(a["staff"])) for a in people
        )
        course = self.desk.courses.create(
            practice.SCHOOL,
            NewCourse(
                name=name, connection=practice.CONNECTION, meetings=(meeting,), teachers=teachers,
                co_guards=(practice.GUARD,), policy={"preset": "lecture"}, roster=roster, drill=True,
            ),
        )  # fmt: skip
        room = self.classroom.open(meeting, name)
        self._open.append(room)
        return OpenClass(self, room, course.id, self.lesson_of(course.id))

    def end_classes(self) -> None:
        """End every class that a test has opened: lessons share the platform's budget."""
        for room in self._open:
            room.end()
        self._open.clear()

    def close(self) -> None:
        """Let go of the database."""
        for engine in self._engines:
            engine.dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One intent of the timeline; `account` and `name` of the person it is about, `by` "" = no human."""

    id: str
    kind: str
    reason: str
    by: str
    account: str
    name: str

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "Asked":
        """From a row as the API tells it, which leaves out what is empty."""
        body = row["body"]
        target = body["action"].get("target") or {}
        return cls(
            id=body["id"], kind=body["action"]["kind"], reason=body.get("reason", ""), by=body.get("by", ""),
            account=target.get("account", ""), name=target.get("name", ""),
        )  # fmt: skip


class OpenClass:
    """One class whose lesson runs: the room at the platform, and the lesson as the service keeps it."""

    def __init__(self, house: House, room: ClassRoom, course: str, lesson: str) -> None:
        self.house, self.room, self.course, self.lesson = house, room, course, lesson
        self.url = f"{house.url}/lessons/{lesson}"

    def teacher(self) -> User:
        """Whose class it is."""
        desk = self.house.desk
        return desk.people.by_mail(practice.SCHOOL, desk.courses.get(practice.SCHOOL, self.course).teachers[0])

    def pupil_name(self) -> str:
        """The name of a pupil of this class."""
        return str(next(a["name"] for a in self.house.classroom.accounts() if not a["staff"]))

    def rows(self) -> list[dict[str, Any]]:
        """Every numbered row of the lesson."""
        rows: list[dict[str, Any]] = []
        while page := self.house.api.get(f"/lessons/{self.lesson}/timeline?after={len(rows)}&limit=500")["items"]:
            rows += page
        return rows

    def asked(self, reason: str = "") -> list[Asked]:
        """What was asked of the platform, in order; for that reason."""
        found = [Asked.from_row(row) for row in self.rows() if row["kind"] == "intent"]
        return [asked for asked in found if not reason or asked.reason == reason]

    def is_quiet(self) -> None:
        """Wait until everything that was asked of the platform has an outcome and shows there."""
        until(lambda: {asked.id for asked in self.asked()} == self._settled())

    def _settled(self) -> set[str]:
        """The intents with a last outcome."""
        told = [row["body"] for row in self.rows() if row["kind"] == "outcome.settled"]
        return {body["intent"] for body in told if body["outcome"]["kind"] not in ("pending", "requested")}

    def detail(self) -> dict[str, Any]:
        """The lesson as a program reads it."""
        return dict(self.house.api.get(f"/lessons/{self.lesson}"))


@contextmanager
def running_house(folder: Path) -> Iterator[House]:
    """Start the practice school with its data in a folder; in the end both of its processes are gone."""
    port = free_port()
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MENSHEN_")},
        "MENSHEN_PRACTICE": "1",
        "MENSHEN_PORT": str(port),
        "MENSHEN_DATA": str(folder),
        "MENSHEN_DATABASE_URL": f"sqlite:///{folder}/menshen.db",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "serve"],
        env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        house = House(f"http://127.0.0.1:{port}", _printed(process), environ)
        try:
            yield house
        finally:
            house.close()
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _printed(process: "subprocess.Popen[str]") -> dict[str, str]:
    """The links that the terminal shows, by whom they are for; returns when all of them are there."""
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    said, links, deadline = "", dict[str, str](), time.monotonic() + START_SECONDS
    while len(links) < len(PRINTED):
        try:
            line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise TimeoutError(f"the service did not print its links:\n{said}") from None
        if not line:
            raise RuntimeError(f"the service stopped:\n{said}")
        said += line
        if found := re.fullmatch(rf"\s+({'|'.join(PRINTED)})\s+(http\S+)\s*", line):
            links[found[1]] = found[2]
    return links


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str]") -> None:
    """Every line to the queue, "" at the end; read to the end, so that a full pipe never stops the service."""
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put("")


def free_port() -> int:
    """A free TCP port of loopback."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
