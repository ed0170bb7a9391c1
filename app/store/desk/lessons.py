"""Lessons as people look them up: lists, and the numbered rows of one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, and_, func, select

from app.domain.errors import NotFound
from app.domain.state import Status
from app.store import tables as t
from app.store.desk.courses import guarded_by
from app.store.desk.paging import LIMIT, Page, at_most, page, place
from app.store.log import Logged

ROWS = 500  # of a timeline at once


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRecord:
    """A lesson without what happened in it. Times are seconds since the epoch, None = not yet."""

    school: str
    id: str
    connection: str
    key: str
    course: str
    course_name: str
    title: str
    status: Status
    scheduled_at: float | None
    started_at: float | None
    ended_at: float | None
    number: int
    drill: bool


class LessonsDesk:
    """Reads lessons; only the log writes them."""

    def __init__(self, reader: Engine) -> None:
        self._reader = reader

    def get(self, school: str, lesson: str) -> LessonRecord:
        """One lesson. Raises NotFound."""
        with self._reader.begin() as db:
            row = db.execute(_LESSONS.where(t.lessons.c.school_id == school, t.lessons.c.id == lesson)).one_or_none()
        if row is None:
            raise NotFound("no such lesson")
        return _record(row)

    def page(
        self, school: str, *, status: Status | None = None, course: str = "", guard: str | None = None,
        after: str = "", limit: int = LIMIT,
    ) -> Page[LessonRecord]:  # fmt: skip
        """The lessons of a school, newest first; only those in courses that `guard` (a mail) looks after."""
        rows, c = at_most(limit), t.lessons.c
        query = _LESSONS.where(c.school_id == school).order_by(_BEGAN.desc(), c.id).limit(rows + 1)
        if status is not None:
            query = query.where(c.status == status.value)
        if course:
            query = query.where(c.course_id == course)
        if guard is not None:
            query = query.where(guarded_by(school, c.course_id, guard))
        if seen := place(after, float, str):
            query = query.where((_BEGAN < seen[0]) | ((_BEGAN == seen[0]) & (c.id > seen[1])))
        with self._reader.begin() as db:
            return page(db.execute(query).all(), rows, _record, lambda row: (float(row.began), row.id))

    def rows(self, school: str, lesson: str, *, after: int = 0, limit: int = ROWS) -> tuple[Logged, ...]:
        """The numbered rows of a lesson after a number, oldest first; what was erased comes back without names."""
        c = t.log.c
        query = (
            select(t.log)
            .where(c.school_id == school, c.lesson_id == lesson, c.number > after)
            .order_by(c.number)
            .limit(max(1, min(limit, ROWS)))
        )
        with self._reader.begin() as db:
            return tuple(_logged(row) for row in db.execute(query))


_BEGAN = func.coalesce(t.lessons.c.started_at, t.lessons.c.scheduled_at, 0.0)
_LESSONS = select(t.lessons, t.courses.c.name.label("course_name"), _BEGAN.label("began")).join(
    t.courses, and_(t.courses.c.school_id == t.lessons.c.school_id, t.courses.c.id == t.lessons.c.course_id)
)


def _record(row: Any) -> LessonRecord:
    return LessonRecord(
        school=row.school_id, id=row.id, connection=row.connection_id, key=row.key, course=row.course_id,
        course_name=row.course_name, title=row.title, status=Status(row.status), scheduled_at=row.scheduled_at,
        started_at=row.started_at, ended_at=row.ended_at, number=row.number, drill=row.drill,
    )  # fmt: skip


def _logged(row: Any) -> Logged:
    return Logged(
        lesson=row.lesson_id, number=row.number, at=row.at, recorded_at=row.recorded_at, kind=row.kind,
        incident=row.incident_id, body=row.body, private=row.private or "",
    )  # fmt: skip
