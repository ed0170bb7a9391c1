"""What was set before a class. Personal links are sealed: whoever has a pupil's link comes in as that pupil."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Engine, Select, delete, insert, select

from app.domain.actions import Words
from app.domain.errors import NotFound
from app.store import tables as t


class Sealing(Protocol):
    """Makes a mapping unreadable at rest and readable again."""

    def close(self, settings: Mapping[str, Any]) -> bytes: ...

    def open(self, sealed: bytes) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """What became of one precaution; `detail` is for whoever has to do the rest."""

    precaution: str
    result: str
    detail: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparationRecord:
    """One preparation. Times are seconds since the epoch; `links` counts the personal ones, which are read apart."""

    id: str
    course: str
    connection: str
    meeting: str
    at: float
    starts_at: float
    ends_at: float
    host: str
    by: str
    url: str = ""
    steps: tuple[StepRecord, ...] = ()
    notes: tuple[Words, ...] = ()
    links: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPreparation:
    """What is to be remembered. `links` are the personal ones by roster entry id, `key` its idempotency key."""

    connection: str
    meeting: str
    starts_at: float
    ends_at: float
    host: str
    by: str
    key: str = ""
    url: str = ""
    steps: tuple[StepRecord, ...] = ()
    notes: tuple[Words, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict, repr=False)


class PreparationsDesk:
    """Keeps and reads preparations."""

    def __init__(self, reader: Engine, writer: Engine, seal: Sealing, now: Callable[[], float]) -> None:
        self._reader, self._writer, self._seal, self._now = reader, writer, seal, now

    def keep(self, school: str, course: str, new: NewPreparation) -> PreparationRecord:
        """Remember a preparation; those before stay."""
        report = {
            "ends_at": new.ends_at, "host": new.host, "url": new.url, "links": len(new.links), "key": new.key,
            "steps": [{"precaution": s.precaution, "result": s.result, "detail": _told(s.detail)} for s in new.steps],
            "notes": [_told(n) for n in new.notes],
        }  # fmt: skip
        row = {
            "school_id": school, "id": secrets.token_hex(8), "course_id": course, "connection_id": new.connection,
            "meeting": new.meeting, "at": self._now(), "starts_at": new.starts_at, "by": new.by,
            "report": json.dumps(report, ensure_ascii=False), "links": self._seal.close({"links": dict(new.links)}),
        }  # fmt: skip
        with self._writer.begin() as db:
            db.execute(insert(t.preparations).values(row))
            c = t.preparations.c
            mine = (c.school_id == school, c.id == row["id"])
            return _record(db.execute(select(t.preparations).where(*mine)).one())

    def newest(self, school: str, course: str) -> PreparationRecord:
        """The newest preparation of a course. Raises NotFound when there was none."""
        return _record(self._row(school, course))

    def of_key(self, school: str, course: str, key: str) -> PreparationRecord | None:
        """The newest preparation, if that key asked for it."""
        query = self._newest(school, course)
        with self._reader.begin() as db:
            row = db.execute(query).one_or_none()
        return _record(row) if row is not None and json.loads(row.report)["key"] == key else None

    def links(self, school: str, course: str) -> dict[str, str]:
        """The personal links of the newest preparation by roster entry id. Raises NotFound when there was none."""
        opened = self._seal.open(bytes(self._row(school, course).links))
        return {str(entry): str(link) for entry, link in opened["links"].items()}

    def of_courses(self, school: str, courses: list[str]) -> dict[str, PreparationRecord]:
        """The newest preparation of each of these courses that had one."""
        c = t.preparations.c
        query = select(t.preparations).where(c.school_id == school, c.course_id.in_(courses)).order_by(c.at)
        with self._reader.begin() as db:
            return {row.course_id: _record(row) for row in db.execute(query)}

    def forget(self, before: float) -> int:
        """Delete what was prepared for lessons that began before then, links and all; how many rows that was."""
        with self._writer.begin() as db:
            return db.execute(delete(t.preparations).where(t.preparations.c.starts_at < before)).rowcount

    def _row(self, school: str, course: str) -> Any:
        with self._reader.begin() as db:
            row = db.execute(self._newest(school, course)).one_or_none()
        if row is None:
            raise NotFound("this course was not prepared yet")
        return row

    def _newest(self, school: str, course: str) -> Select[Any]:
        c = t.preparations.c
        mine = (c.school_id == school, c.course_id == course)
        return select(t.preparations).where(*mine).order_by(c.at.desc(), c.id).limit(1)


def _told(words: Words | None) -> dict[str, str] | None:
    return None if words is None else {"zh": words.zh, "vi": words.vi, "en": words.en}


def _record(row: Any) -> PreparationRecord:
    told: dict[str, Any] = json.loads(row.report)
    steps = (
        StepRecord(precaution=s["precaution"], result=s["result"], detail=Words(**s["detail"]) if s["detail"] else None)
        for s in told["steps"]
    )
    return PreparationRecord(
        id=row.id, course=row.course_id, connection=row.connection_id, meeting=row.meeting, at=row.at,
        starts_at=row.starts_at, ends_at=told["ends_at"], host=told["host"], by=row.by, url=told["url"],
        steps=tuple(steps), notes=tuple(Words(**n) for n in told["notes"]), links=told["links"],
    )  # fmt: skip
