"""What the newest check of each connection found, so that a page can show it without asking the platform again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.actions import Words
from app.store import tables as t


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding as it was told: its stable code, how it ended (ok, warning, problem, unknown), and what to do."""

    code: str
    finding: str
    detail: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRecord:
    """A whole check. `at` is seconds since the epoch."""

    at: float
    found: tuple[Found, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing needed a person."""
        return all(f.finding != "problem" for f in self.found)


class ChecksDesk:
    """Keeps the newest check of each connection."""

    def __init__(self, reader: Engine, writer: Engine) -> None:
        self._reader, self._writer = reader, writer

    def keep(self, school: str, connection: str, at: float, found: Sequence[Found]) -> CheckRecord:
        """Remember a check instead of the one before."""
        where = and_(t.checks.c.school_id == school, t.checks.c.connection_id == connection)
        values = {"at": at, "report": json.dumps([_told(f) for f in found], ensure_ascii=False)}
        keys = {"school_id": school, "connection_id": connection}
        try:
            with self._writer.begin() as db:
                if db.execute(update(t.checks).where(where).values(**values)).rowcount == 0:
                    db.execute(insert(t.checks).values(**keys, **values))
        except IntegrityError:  # two people checked at once, and the other one was first
            with self._writer.begin() as db:
                db.execute(update(t.checks).where(where).values(**values))
        return CheckRecord(at=at, found=tuple(found))

    def newest(self, school: str) -> dict[str, CheckRecord]:
        """The newest check of every connection that was ever checked, by connection."""
        with self._reader.begin() as db:
            rows = db.execute(select(t.checks).where(t.checks.c.school_id == school)).all()
        return {row.connection_id: _record(row) for row in rows}


def _told(found: Found) -> dict[str, str]:
    words = found.detail
    return {"code": found.code, "finding": found.finding, "zh": words.zh, "vi": words.vi, "en": words.en}


def _record(row: Any) -> CheckRecord:
    told: list[Mapping[str, str]] = json.loads(row.report)
    found = (
        Found(code=f["code"], finding=f["finding"], detail=Words(zh=f["zh"], vi=f["vi"], en=f["en"])) for f in told
    )
    return CheckRecord(at=row.at, found=tuple(found))
