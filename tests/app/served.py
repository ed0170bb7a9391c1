"""The whole service in a process of its own, as `menshen serve` runs it, for tests that kill it."""

import multiprocessing
import multiprocessing.process
import socket
from typing import Any

import uvicorn
from sqlalchemy import insert

from app.connections import Seal
from app.main import create_app
from app.settings import Settings
from app.store import tables as t
from tests.app.guarded import CONNECTION, SCHOOL, SECRET, TOKEN, Guarded

KEY = "only-for-tests-" * 3


def serve(database_url: str, port: int) -> None:
    """Until it is killed."""
    settings = Settings(
        database_url=database_url, secret_key=KEY, public_url=f"http://127.0.0.1:{port}", port=str(port), log="critical"
    )
    uvicorn.run(create_app(settings), host="127.0.0.1", port=port, log_level="critical", access_log=False)


class Service:
    """A service on one database and one port, started again and again.

    Processes are forked from one that has imported everything, so that a start takes a tenth of a second.
    """

    def __init__(self, database_url: str) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._url = database_url
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])

    def start(self) -> multiprocessing.process.BaseProcess:
        process = self._context.Process(target=serve, args=(self._url, self.port), daemon=True)
        process.start()
        return process


def connected(school: Guarded, base_url: str) -> None:
    """The school's connection, as the service itself stores it."""
    settings: dict[str, Any] = {"base_url": base_url, "token": TOKEN, "secret": SECRET, "calls_per_second": 1000}
    with school.engine.begin() as db:
        sealed = Seal(KEY).close(settings)
        db.execute(
            insert(t.connections).values(
                school_id=SCHOOL, id=CONNECTION, platform="drill", name="x", settings=sealed, created_at=0.0
            )
        )
