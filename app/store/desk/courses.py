"""Courses: their name, the meetings that belong to them and who guards them."""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.people import RosterEntry
from app.domain.state import Status
from app.store import codec
from app.store import tables as t
from app.store.desk import roster, typed
from app.store.desk.paging import LIMIT, Page, at_most, page, place

MOST_MEETINGS = 100
MOST_GUARDS = 50
MEETING = 255


class Part(StrEnum):
    """As what somebody guards a course."""

    TEACHER = "teacher"
    CO_GUARD = "co_guard"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRecord:
    """A course without its roster and policy, which are read on their own."""

    school: str
    id: str
    name: str
    connection: str
    meetings: tuple[str, ...]
    teachers: tuple[str, ...]
    co_guards: tuple[str, ...]
    policy_version: int
    roster_version: int
    roster_shrunk: bool
    drill: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCourse:
    """What a course is made of. `policy` is a document that the caller has validated."""

    name: str
    connection: str
    meetings: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    co_guards: tuple[str, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=dict)
    roster: tuple[RosterEntry, ...] = ()
    drill: bool = False


class CoursesDesk:
    """Everything about courses that people change."""

    def __init__(self, reader: Engine, writer: Engine, now: Callable[[], float]) -> None:
        self._reader, self._writer, self._now = reader, writer, now

    def create(self, school: str, new: NewCourse, *, id: str = "") -> CourseRecord:
        """A new course, whole or not at all. Raises Invalid, NotFound (connection) and Conflict (meeting)."""
        course = id or secrets.token_hex(6)
        entries = roster.checked(new.roster)
        connection = typed.line("connection", new.connection)
        row = {
            "school_id": school, "id": course, "name": typed.line("name", new.name), "connection_id": connection,
            "policy": json.dumps(new.policy), "policy_version": 1, "roster": codec.roster_text(entries),
            "roster_version": 1, "roster_shrunk": False, "roster_at": self._now(), "drill": new.drill,
            "created_at": self._now(),
        }  # fmt: skip
        meetings = typed.lines("meetings", new.meetings, most=MOST_MEETINGS, at_most=MEETING)
        guards = _guards(new.teachers, new.co_guards)
        with self._writer.begin() as db:
            _connection_exists(db, school, connection)
            db.execute(insert(t.courses).values(row))
            _claim(db, school, connection, course, meetings)
            _set_guards(db, school, course, guards)
            return _get(db, school, course)

    def get(self, school: str, course: str) -> CourseRecord:
        """One course. Raises NotFound."""
        with self._reader.begin() as db:
            return _get(db, school, course)

    def page(self, school: str, *, guard: str | None = None, after: str = "", limit: int = LIMIT) -> Page[CourseRecord]:
        """The courses of a school by id, or only those that `guard` (a mail) looks after."""
        rows, c = at_most(limit), t.courses.c
        query = select(t.courses).where(c.school_id == school).order_by(c.id).limit(rows + 1)
        if guard is not None:
            query = query.where(guarded_by(school, c.id, guard))
        if seen := place(after, str):
            query = query.where(c.id > seen[0])
        with self._reader.begin() as db:
            found = db.execute(query).all()
            about = _about(db, school, [row.id for row in found])
        return page(found, rows, lambda row: _record(row, about), lambda row: (row.id,))

    def update(
        self, school: str, course: str, *, name: str | None = None, meetings: Iterable[str] | None = None,
        teachers: Iterable[str] | None = None, co_guards: Iterable[str] | None = None,
    ) -> CourseRecord:  # fmt: skip
        """Change what is given, all or nothing; lists replace what was. Raises NotFound, Invalid and Conflict."""
        with self._writer.begin() as db:
            old = _get(db, school, course)
            if name is not None:
                change(db, school, course, name=typed.line("name", name))
            if meetings is not None:
                told = typed.lines("meetings", meetings, most=MOST_MEETINGS, at_most=MEETING)
                db.execute(delete(t.meetings).where(t.meetings.c.school_id == school, t.meetings.c.course_id == course))
                _claim(db, school, old.connection, course, told)
            if teachers is not None or co_guards is not None:
                guards = _guards(old.teachers if teachers is None else teachers,
                                 old.co_guards if co_guards is None else co_guards)  # fmt: skip
                db.execute(delete(t.guards).where(t.guards.c.school_id == school, t.guards.c.course_id == course))
                _set_guards(db, school, course, guards)
            return _get(db, school, course)

    def owner(self, school: str, connection: str, meeting: str) -> str:
        """The course that a meeting belongs to; "" when it belongs to none."""
        m = t.meetings.c
        query = select(m.course_id).where(m.school_id == school, m.connection_id == connection, m.meeting == meeting)
        with self._reader.begin() as db:
            return str(db.execute(query).scalar() or "")

    def add_meeting(self, school: str, course: str, meeting: str) -> CourseRecord:
        """One more meeting of a course; the others stay. Raises NotFound, Invalid and Conflict."""
        (told,) = typed.lines("meetings", (meeting,), most=MOST_MEETINGS, at_most=MEETING)
        with self._writer.begin() as db:
            old = _get(db, school, course)
            if len({*old.meetings, told}) > MOST_MEETINGS:
                raise Invalid(problems=(("meetings", f"at most {MOST_MEETINGS}: take old ones out"),))
            _claim(db, school, old.connection, course, (told,))
            return _get(db, school, course)

    def teaches(self, school: str, connection: str, mail: str) -> bool:
        """Whether somebody is a teacher of a course on this connection."""
        c, g = t.courses.c, t.guards.c
        query = (
            select(c.id)
            .join(t.guards, and_(g.school_id == c.school_id, g.course_id == c.id))
            .where(c.school_id == school, c.connection_id == connection, g.mail == mail.lower())
            .where(g.part == Part.TEACHER.value)
            .limit(1)
        )
        with self._reader.begin() as db:
            return db.execute(query).scalar() is not None

    def part(self, school: str, course: str, mail: str) -> Part | None:
        """As what somebody guards a course; None when he does not."""
        g = t.guards.c
        query = select(g.part).where(g.school_id == school, g.course_id == course, g.mail == mail.lower())
        with self._reader.begin() as db:
            found = db.execute(query).scalar()
        return Part(found) if found else None

    def live_lessons(self, school: str, course: str) -> tuple[str, ...]:
        """The ids of the lessons of a course that run just now."""
        c = t.lessons.c
        query = select(c.id).where(c.school_id == school, c.course_id == course, c.status == Status.LIVE.value)
        with self._reader.begin() as db:
            return tuple(db.execute(query.order_by(c.id)).scalars())


def guarded_by(school: str, course: Any, mail: str) -> Any:
    """The condition that somebody guards the course of a row."""
    g = t.guards.c
    return exists(select(g.mail).where(g.school_id == school, g.course_id == course, g.mail == mail.lower()))


def _guards(teachers: Iterable[str], co_guards: Iterable[str]) -> dict[str, Part]:
    helping = dict.fromkeys(typed.mails("co_guards", co_guards, most=MOST_GUARDS), Part.CO_GUARD)
    return helping | dict.fromkeys(typed.mails("teachers", teachers, most=MOST_GUARDS), Part.TEACHER)


def _set_guards(db: Connection, school: str, course: str, guards: Mapping[str, Part]) -> None:
    rows = [{"school_id": school, "course_id": course, "mail": m, "part": p.value} for m, p in guards.items()]
    if rows:
        db.execute(insert(t.guards), rows)


def _claim(db: Connection, school: str, connection: str, course: str, meetings: Sequence[str]) -> None:
    m = t.meetings.c
    query = (
        select(m.meeting, m.course_id, t.courses.c.name)
        .join(t.courses, and_(t.courses.c.school_id == m.school_id, t.courses.c.id == m.course_id))
        .where(m.school_id == school, m.connection_id == connection, m.meeting.in_(meetings))
    )
    owned = {row.meeting: row for row in db.execute(query)}
    for row in owned.values():
        if row.course_id != course:
            raise Conflict(f"meeting {row.meeting} belongs to the course {row.name} ({row.course_id})")
    rows = [
        {"school_id": school, "connection_id": connection, "meeting": meeting, "course_id": course}
        for meeting in meetings
        if meeting not in owned
    ]
    try:
        for values in rows:
            db.execute(insert(t.meetings).values(values))
    except IntegrityError:
        raise Conflict("another course got one of these meetings just now: load it again") from None


def _connection_exists(db: Connection, school: str, connection: str) -> None:
    c = t.connections.c
    if not db.execute(select(c.id).where(c.school_id == school, c.id == connection)).scalar():
        raise Invalid(problems=(("connection", "the id of a connection of this school"),))


def read(db: Connection, school: str, course: str, *columns: Any, lock: bool = False) -> Any:
    """Columns of a course's row; `lock` keeps others from changing it until the commit. Raises NotFound."""
    query = select(*columns).where(t.courses.c.school_id == school, t.courses.c.id == course)
    row = db.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("no such course")
    return row


def change(db: Connection, school: str, course: str, **values: Any) -> None:
    """Write columns of a course's row. Raises NotFound."""
    where = (t.courses.c.school_id == school, t.courses.c.id == course)
    if db.execute(update(t.courses).where(*where).values(**values)).rowcount == 0:
        raise NotFound("no such course")


def _get(db: Connection, school: str, course: str) -> CourseRecord:
    return _record(read(db, school, course, *t.courses.c), _about(db, school, [course]))


_About = tuple[Mapping[str, list[str]], Mapping[tuple[str, str], list[str]]]


def _about(db: Connection, school: str, courses: Sequence[str]) -> _About:
    """The meetings by course, and the mails by course and part."""
    meetings: dict[str, list[str]] = {}
    guards: dict[tuple[str, str], list[str]] = {}
    m, g = t.meetings.c, t.guards.c
    for row in db.execute(
        select(t.meetings).where(m.school_id == school, m.course_id.in_(courses)).order_by(m.meeting)
    ):
        meetings.setdefault(row.course_id, []).append(row.meeting)
    for row in db.execute(select(t.guards).where(g.school_id == school, g.course_id.in_(courses)).order_by(g.mail)):
        guards.setdefault((row.course_id, row.part), []).append(row.mail)
    return meetings, guards


def _record(row: Any, about: _About) -> CourseRecord:
    meetings, guards = about
    return CourseRecord(
        school=row.school_id, id=row.id, name=row.name, connection=row.connection_id,
        meetings=tuple(meetings.get(row.id, ())), teachers=tuple(guards.get((row.id, Part.TEACHER), ())),
        co_guards=tuple(guards.get((row.id, Part.CO_GUARD), ())), policy_version=row.policy_version,
        roster_version=row.roster_version, roster_shrunk=row.roster_shrunk, drill=row.drill,
    )  # fmt: skip
