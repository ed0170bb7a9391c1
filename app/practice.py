"""The practice school: people, a class with its roster, and a lesson in progress in the practice classroom.

Everything here happens through the same doors as in a real school: the desk for people and courses, the classroom's
own control API for the lesson. Its rows are marked as a drill.
"""

import asyncio
import hmac
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.drill import DrillAdapter, DrillSettings
from adapters.drill.api import call
from adapters.drill.classroom.people import practice_accounts
from adapters.http import Http
from app.domain.errors import Invalid, NotFound, Refused, Transient
from app.domain.people import RosterEntry
from app.settings import Settings
from app.store.desk import Desk, NewCourse, TokenKind, UserRole
from app.web.service import Service

SCHOOL, CONNECTION, COURSE, MEETING = "practice", "practice", "practice-7-3", "practice-7-3"
TITLE = "7-3 数学"
TEACHER, GUARD, IT = "teacher@practice.example", "guard@practice.example", "it@practice.example"
PEOPLE = ((TEACHER, "李老师", UserRole.TEACHER), (GUARD, "周老师", UserRole.CO_GUARD), (IT, "陈工", UserRole.IT))
PUPILS = 24
RATE = 60  # control calls per second that the practice classroom allows
LINK_SECONDS = 12 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Classroom:
    """Where the practice classroom is and what opens it."""

    base_url: str
    token: str = field(repr=False)
    secret: str = field(repr=False)


def classroom_of(settings: Settings, port: int) -> Classroom:
    """The practice classroom on a port; its secrets follow from the service's own, so that a restart keeps them."""

    def made(purpose: bytes) -> str:
        return hmac.new(settings.secret_key.encode(), purpose, "sha256").hexdigest()

    return Classroom(base_url=f"http://127.0.0.1:{port}", token=made(b"classroom token"), secret=made(b"webhooks"))


def furnish(desk: Desk, classroom: Classroom) -> None:
    """Make the practice school on the first start; point its connection at the classroom on every start."""
    opened = {
        "base_url": classroom.base_url, "token": classroom.token, "secret": classroom.secret, "calls_per_second": RATE,
    }  # fmt: skip
    if any(school.id == SCHOOL for school in desk.people.schools()):
        desk.connections.replace(SCHOOL, CONNECTION, opened)
        return
    desk.people.create_school(id=SCHOOL, name="演练学校 · Practice school")
    for mail, name, role in PEOPLE:
        desk.people.create_user(SCHOOL, mail=mail, name=name, role=role)
    desk.connections.create(SCHOOL, platform="drill", name="演练课堂", settings=opened, id=CONNECTION)
    desk.courses.create(SCHOOL, _course(), id=COURSE)


def _course() -> NewCourse:
    people = practice_accounts()[: PUPILS + 1]
    roster = tuple(RosterEntry(id=a.id, name=a.name, accounts=(a.id,), staff=a.staff) for a in people)
    return NewCourse(
        name=TITLE, connection=CONNECTION, meetings=(MEETING,), teachers=(TEACHER,), co_guards=(GUARD,),
        policy={"preset": "lecture"}, roster=roster, drill=True,
    )  # fmt: skip


def welcome(desk: Desk, settings: Settings, classroom: Classroom) -> Iterator[str]:
    """What the terminal says when the practice school is open."""
    yield ""
    yield f"  Menshen 门神 — {settings.base_url}"
    yield ""
    for mail, _, role in PEOPLE:
        user = desk.people.by_mail(SCHOOL, mail)
        secret = desk.tokens.issue(user, TokenKind.LINK, ttl=LINK_SECONDS)
        yield f"  {_WELCOME[role]:<28} {settings.base_url}/signin/{secret}"
    yield f"  {'pupil or stranger':<28} {classroom.base_url}/join/{MEETING}"
    yield ""
    yield "  Each sign-in link works once. Start a raid: the button in the lesson, or `make raid`. Ctrl-C stops all."
    yield ""


_WELCOME = {UserRole.TEACHER: "teacher", UserRole.CO_GUARD: "co-guard", UserRole.IT: "school IT"}


async def begin(service: Service, settings: Settings) -> None:
    """A lesson in progress: the meeting, its start, and a calm class. Raises AdapterError."""
    adapter = service.connections[CONNECTION].adapter
    if not isinstance(adapter, DrillAdapter):
        raise Invalid(problems=(("connection", f"{CONNECTION} is kept for the practice classroom"),))
    await _until_awake(adapter)
    webhook = f"http://127.0.0.1:{settings.port}/hooks/{CONNECTION}"
    await call(adapter.settings, adapter.http, "PUT", "/webhook", {"url": webhook})
    await call(adapter.settings, adapter.http, "POST", "/meetings", {"id": MEETING, "title": TITLE})
    await call(adapter.settings, adapter.http, "POST", f"/meetings/{MEETING}/start", {})
    body = {"pupils": PUPILS, "seconds": 3600}
    await call(adapter.settings, adapter.http, "POST", f"/meetings/{MEETING}/class", body)


async def _until_awake(adapter: DrillAdapter) -> None:
    """Wait until the classroom answers; it is a process that has just been started."""
    for _ in range(200):
        try:
            await call(adapter.settings, adapter.http, "GET", "/me")
        except Transient:
            await asyncio.sleep(0.05)
        else:
            return
    raise Transient("drill", "the practice classroom does not answer")


async def start_raid(adapter: object, meeting: str, *, strangers: int = 6, seconds: float = 30.0) -> None:
    """Start the scripted raid in a practice classroom, unless one runs. Raises NotFound elsewhere, AdapterError."""
    if not isinstance(adapter, DrillAdapter):
        raise NotFound("a raid can be rehearsed in a practice classroom only")
    seed = secrets.randbelow(1_000_000)
    body = {"strangers": strangers, "seconds": seconds, "seed": seed}
    try:
        await call(adapter.settings, adapter.http, "POST", f"/meetings/{meeting}/raid", body)
    except Refused as e:
        if e.code != "playing":
            raise


async def raid_from_outside(settings: Mapping[str, Any], *, strangers: int, seconds: float) -> None:
    """The same from the command line. Raises AdapterError, when no practice school is running for example."""
    http = Http()
    try:
        adapter = DrillAdapter(DrillSettings.model_validate(dict(settings)), http)
        await start_raid(adapter, MEETING, strangers=strangers, seconds=seconds)
    finally:
        await http.close()


@contextmanager
def running_classroom(port: int, classroom: Classroom) -> Iterator[None]:
    """The practice classroom as a process of its own, stopped with us."""
    command = [
        sys.executable,
        "-m",
        "adapters.drill.classroom",
        "--port",
        str(port),
        "--rate",
        str(RATE),
        "--burst",
        str(2 * RATE),
        "--with-parent",
    ]
    secret = {"DRILL_TOKEN": classroom.token, "DRILL_SECRET": classroom.secret}
    env = os.environ | secret
    process = subprocess.Popen(  # noqa: S603  this interpreter with arguments of ours, no shell
        command, env=env, stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield
    finally:
        process.terminate()
        process.stdin.close() if process.stdin else None
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port(wanted: int, within: int = 50) -> int | None:
    """The wanted loopback port, or the next of so many that is free; None when none is."""
    for port in range(wanted, wanted + within):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port left a moment ago is free
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return None
