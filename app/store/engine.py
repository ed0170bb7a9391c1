"""Opening the database so that what is committed survives a power cut, on SQLite and on PostgreSQL alike."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool


def open_engine(url: str, *, writer: bool = False) -> Engine:
    """An engine for reading, or the one that writes.

    SQLite: WAL with synchronous=FULL, because NORMAL may lose acknowledged commits at a power cut; the writer takes its
    lock at BEGIN, so that it never fails half way.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=4 if not writer else 2, max_overflow=8, pool_pre_ping=True)
    path = url.removeprefix("sqlite:///")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).touch(mode=0o600)  # children's names are in it; SQLite gives its side files the same rights
    engine = create_engine(url, poolclass=QueuePool, pool_size=1 if writer else 4, max_overflow=0 if writer else 8,
                           connect_args={"check_same_thread": False, "timeout": 30})  # fmt: skip
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediate if writer else _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, see below
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-8000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
