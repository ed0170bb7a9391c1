"""Courses: a standing class with its policy, its roster and the meetings that belong to it; loaded once per version."""

import json
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Connection, select

from app.domain.errors import StoreError
from app.domain.people import Roster
from app.store import codec
from app.store import tables as t

KEPT = 600  # courses whose roster may be unpacked in memory; of the others the packed list is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course as rules see it. `policy` is the parsed document, opaque here."""

    school: str
    id: str
    name: str
    connection: str
    policy: Any
    policy_version: int
    roster: Roster
    roster_version: int
    shrunk: bool
    roster_at: float | None = None
    drill: bool


class ParsePolicy(Protocol):
    """Turns a policy document into whatever decides; given by whoever wires the store."""

    def __call__(self, document: dict[str, Any], /) -> Any: ...


class Courses:
    """Courses by id, read when their versions move. The same policy text is parsed once."""

    def __init__(self, parse: ParsePolicy) -> None:
        self._parse = parse
        self._policies: dict[str, Any] = {}
        self._kept: OrderedDict[tuple[str, str], Course] = OrderedDict()
        self._packed: dict[tuple[str, str], tuple[Course, bytes]] = {}

    def get(self, db: Connection, school: str, course: str, policy_version: int, roster_version: int) -> Course:
        """The course at these versions."""
        kept = self._kept.get((school, course))
        if kept and (kept.policy_version, kept.roster_version) == (policy_version, roster_version):
            self._kept.move_to_end((school, course))
            return kept
        packed = self._packed.get((school, course))
        if packed and (packed[0].policy_version, packed[0].roster_version) == (policy_version, roster_version):
            return self._keep(*packed)
        found = self._read(db, school, course)
        if found is None:
            raise StoreError("a lesson refers to a course that is not there")
        return found

    def of_meeting(self, db: Connection, school: str, connection: str, meeting: str) -> Course | None:
        """The course that a platform's meeting belongs to."""
        m = t.meetings.c
        query = select(m.course_id).where(m.school_id == school, m.connection_id == connection, m.meeting == meeting)
        found = db.execute(query).scalar()
        return self._read(db, school, found) if found else None

    def _read(self, db: Connection, school: str, course: str) -> Course | None:
        where = (t.courses.c.school_id == school, t.courses.c.id == course)
        row = db.execute(select(t.courses).where(*where)).one_or_none()
        if row is None:
            return None
        roster = codec.packed_roster(row.roster)
        read = Course(
            school=school, id=row.id, name=row.name, connection=row.connection_id, policy=self._policy(row.policy),
            policy_version=row.policy_version, roster=Roster(), roster_version=row.roster_version,
            shrunk=row.roster_shrunk, roster_at=row.roster_at, drill=row.drill,
        )  # fmt: skip
        self._packed[(school, course)] = (read, roster)
        return self._keep(read, roster)

    def _keep(self, course: Course, packed: bytes) -> Course:
        """The course with its roster, which stays unpacked while the course is among the newest."""
        kept = self._kept[(course.school, course.id)] = replace(course, roster=codec.roster_of(packed))
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return kept

    def _policy(self, text: str) -> Any:
        if text not in self._policies:
            self._policies[text] = self._parse(json.loads(text))
        return self._policies[text]
