"""What connections remember, stored: each note is sealed, because tokens of teachers are among them."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Engine, and_, delete, insert, select, update

from app.store import tables as t


class Sealing(Protocol):
    """Makes a mapping unreadable at rest and readable again."""

    def close(self, settings: Mapping[str, Any]) -> bytes: ...

    def open(self, sealed: bytes) -> dict[str, Any]: ...


class NotesStore:
    """Reads and writes the notes of connections."""

    def __init__(self, reader: Engine, writer: Engine, seal: Sealing, now: Callable[[], float]) -> None:
        self._reader, self._writer, self._seal, self._now = reader, writer, seal, now

    def of(self, school: str, connection: str) -> dict[str, str]:
        """Every note of a connection by name."""
        with self._reader.begin() as db:
            rows = db.execute(select(t.notes.c.name, t.notes.c.text).where(_of(school, connection))).all()
        return {name: str(self._seal.open(bytes(text))["text"]) for name, text in rows}

    def put(self, school: str, connection: str, name: str, text: str) -> None:
        """Write one note down; it is durable when this returns."""
        values = {"text": self._seal.close({"text": text}), "changed_at": self._now()}
        mine = and_(_of(school, connection), t.notes.c.name == name)
        with self._writer.begin() as db:
            if db.execute(update(t.notes).where(mine).values(values)).rowcount == 0:
                keys = {"school_id": school, "connection_id": connection, "name": name}
                db.execute(insert(t.notes).values({**keys, **values}))

    def forget(self, school: str, connection: str, name: str) -> None:
        """Take one note out."""
        with self._writer.begin() as db:
            db.execute(delete(t.notes).where(_of(school, connection), t.notes.c.name == name))


def _of(school: str, connection: str) -> ColumnElement[bool]:
    return and_(t.notes.c.school_id == school, t.notes.c.connection_id == connection)
