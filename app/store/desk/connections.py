"""The platforms that a school has connected. Settings with their secrets are stored sealed."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Engine, insert, select, update

from app.domain.errors import NotFound
from app.store import tables as t
from app.store.desk import typed
from app.store.desk.paging import LIMIT, Page, at_most, page, place


class Sealing(Protocol):
    """Makes settings unreadable at rest and readable again."""

    def close(self, settings: Mapping[str, Any]) -> bytes: ...

    def open(self, sealed: bytes) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRecord:
    """A connection without its secrets."""

    school: str
    id: str
    platform: str
    name: str
    created_at: float


class ConnectionsDesk:
    """Creates, lists and opens connections."""

    def __init__(self, reader: Engine, writer: Engine, seal: Sealing, now: Callable[[], float]) -> None:
        self._reader, self._writer, self._seal, self._now = reader, writer, seal, now

    def create(
        self, school: str, *, platform: str, name: str, settings: Mapping[str, Any], id: str = ""
    ) -> ConnectionRecord:
        """A new connection with validated settings. The id is part of its webhook address, so it is not guessable."""
        record = ConnectionRecord(
            school=school, id=id or secrets.token_hex(8), platform=platform, name=typed.line("name", name),
            created_at=self._now(),
        )  # fmt: skip
        row = {
            "school_id": school, "id": record.id, "platform": platform, "name": record.name,
            "settings": self._seal.close(settings), "created_at": record.created_at,
        }  # fmt: skip
        with self._writer.begin() as db:
            db.execute(insert(t.connections).values(row))
        return record

    def replace(self, school: str, connection: str, settings: Mapping[str, Any]) -> None:
        """Other credentials for a connection; its address stays. Raises NotFound."""
        c = t.connections.c
        changed = update(t.connections).where(c.school_id == school, c.id == connection)
        with self._writer.begin() as db:
            if db.execute(changed.values(settings=self._seal.close(settings))).rowcount == 0:
                raise NotFound("no such connection")

    def get(self, school: str, connection: str) -> ConnectionRecord:
        """One connection. Raises NotFound."""
        query = select(t.connections).where(t.connections.c.school_id == school, t.connections.c.id == connection)
        with self._reader.begin() as db:
            row = db.execute(query).one_or_none()
        if row is None:
            raise NotFound("no such connection")
        return _record(row)

    def page(self, school: str, *, after: str = "", limit: int = LIMIT) -> Page[ConnectionRecord]:
        """The connections of a school, oldest first."""
        rows, c = at_most(limit), t.connections.c
        query = select(t.connections).where(c.school_id == school).order_by(c.created_at, c.id).limit(rows + 1)
        if seen := place(after, float, str):
            query = query.where((c.created_at > seen[0]) | ((c.created_at == seen[0]) & (c.id > seen[1])))
        with self._reader.begin() as db:
            return page(db.execute(query).all(), rows, _record, lambda row: (float(row.created_at), row.id))

    def opened(self) -> tuple[tuple[ConnectionRecord, dict[str, Any]], ...]:
        """Every connection of every school with its settings, for making the adapters at start."""
        with self._reader.begin() as db:
            rows = db.execute(select(t.connections).order_by(t.connections.c.created_at, t.connections.c.id)).all()
        return tuple((_record(row), self._seal.open(bytes(row.settings))) for row in rows)


def _record(row: Any) -> ConnectionRecord:
    return ConnectionRecord(
        school=row.school_id, id=row.id, platform=row.platform, name=row.name, created_at=row.created_at
    )
