"""The measured processes: the real service on one core, and the bare application that only verifies and answers.

python -m bench.serve service|bare PORT [DATABASE LESSONS PLATFORM_PORT]
"""

import hashlib
import hmac
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

from bench.school import CONNECTIONS, SECRET, School


def _uvicorn(app: Callable[..., Any], port: int) -> None:
    uvicorn.run(
        app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", ws="websockets-sansio", access_log=False,
        log_level="error", ws_per_message_deflate=False, backlog=4096,
    )  # fmt: skip


def bare(port: int) -> None:
    """What nothing can beat: read, verify, answer."""

    async def app(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        headers = dict(scope["headers"])
        mac = hmac.new(SECRET, headers[b"x-drill-timestamp"] + b"." + message["body"], hashlib.sha256)
        ok = hmac.compare_digest(mac.hexdigest().encode(), headers[b"x-drill-signature"])
        await send(
            {"type": "http.response.start", "status": 200 if ok else 401, "headers": [(b"content-length", b"0")]}
        )
        await send({"type": "http.response.body", "body": b""})

    _uvicorn(app, port)


def service(port: int, database: str, lessons: int, platform_port: int) -> None:
    """The real service; with a number of lessons, only put the school of the bench into its database."""
    from app.main import create_app, spare_the_collector
    from app.settings import load

    settings = load(
        {
            "MENSHEN_DATABASE_URL": database, "MENSHEN_SECRET_KEY": "bench" * 10, "MENSHEN_PUBLIC_URL": "http://127.0.0.1",
            "MENSHEN_LOG": "error", "MENSHEN_PORT": str(port), "MENSHEN_WORKERS_QUEUE": "20000",
        }
    )  # fmt: skip
    if lessons:  # in a process of its own, so that the memory for it is not measured
        furnish(create_app(settings).service.desk, lessons, platform_port)
        return
    app = create_app(settings)
    spare_the_collector()
    _uvicorn(app, port)


def furnish(desk: object, lessons: int, platform_port: int) -> None:
    """School, connections and courses, through the desk like everybody else."""
    from app.domain.people import RosterEntry
    from app.store.desk import Desk, NewCourse

    assert isinstance(desk, Desk)
    desk.people.create_school(name="Bench", id="bench")
    for n in range(CONNECTIONS):
        opened = {
            "base_url": f"http://127.0.0.1:{platform_port}",
            "token": "t",
            "secret": SECRET.decode(),
            "calls_per_second": 1000,
        }
        desk.connections.create("bench", platform="drill", name=f"bench {n}", settings=opened, id=f"bench{n}")
    made = School(lessons)
    for one in made.classes:
        entries = tuple(RosterEntry(id=p.account, name=p.name, accounts=(p.account,)) for p in one.pupils)
        policy = {"preset": "lecture", "restraint": {"per_minute": 600}}
        desk.courses.create(
            "bench",
            NewCourse(name="数学", connection=one.connection, meetings=(one.meeting,), roster=entries, policy=policy),
        )


def main() -> None:
    """Pin to the first core and serve."""
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    kind, port, *rest = sys.argv[1:]
    if kind == "bare":
        bare(int(port))
    else:
        service(int(port), rest[0], int(rest[1]), int(rest[2]))


if __name__ == "__main__":
    main()
