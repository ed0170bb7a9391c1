"""Courses: a standing class with its policy, its roster and the meetings that belong to it; loaded once per version.

What is in force for a lesson is merged from the documents of district, school, course and lesson. A class that was
raided lately is hardened: which raids count is asked when a lesson opens and once an hour, never for an event.
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Connection, select

from app.domain.errors import StoreError
from app.domain.people import Roster
from app.store import codec, layers
from app.store import tables as t
from app.store.layers import DAY, Kept, Raid
from app.store.vocabulary import Prepare, Vocabulary

KEPT = 600  # courses whose roster may be unpacked in memory; of the others the packed list is kept
AGAIN = 3600.0  # seconds until raids are asked for again
COURSE = "course"


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What moves when a course has to be read again."""

    policy: int
    layers: int
    roster: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course as rules see it. `policy` is what the documents come to, opaque here."""

    school: str
    id: str
    name: str
    connection: str
    policy: Any
    roster: Roster
    versions: Versions
    shrunk: bool
    roster_at: float | None = None
    drill: bool
    layers: tuple[tuple[str, str], ...] = ()  # level and text of every document, from the top to the bottom
    harden_days: int = 0
    raids: tuple[Raid, ...] = ()
    looked_at: float = 0.0  # when raids were asked for
    own: tuple[int, bool] = (0, False)  # version of a lesson's own document, and whether it is hardened

    @property
    def judgement(self) -> tuple[int, int, int, int, int, int]:
        """What changes whenever a lesson is judged by something else than before."""
        v = self.versions
        return (v.policy, v.layers, v.roster, int(self.shrunk), self.own[0], int(self.own[1]))

    @property
    def roster_version(self) -> int:
        """Of the list of those who belong."""
        return self.versions.roster

    def hardened(self, lesson: str, now: float) -> bool:
        """Whether a raid on another lesson of the class was so lately that this one is guarded more strictly."""
        return any(r.lesson != lesson and now < r.at + self.harden_days * DAY for r in self.raids)


class ParsePolicy(Protocol):
    """Turns documents by level into whatever decides, and the days of hardening; given by whoever wires the store."""

    def __call__(self, layers: Sequence[tuple[str, dict[str, Any]]], /, *, hardened: bool) -> tuple[Any, int]: ...


class Courses:
    """Courses by id, read when their versions move, and the terms of their schools. A policy text is parsed once."""

    def __init__(self, parse: ParsePolicy, prepare: Prepare | None = None) -> None:
        self._parse = parse
        self.vocabulary = Vocabulary(prepare) if prepare else Vocabulary()
        self._policies: OrderedDict[tuple[Any, ...], tuple[Any, int]] = OrderedDict()
        self._kept: OrderedDict[tuple[str, str], Course] = OrderedDict()
        self._packed: dict[tuple[str, str], tuple[Course, bytes]] = {}
        self._own: OrderedDict[tuple[str, str], tuple[Course, tuple[int, bool], Course]] = OrderedDict()

    def get(self, db: Connection, school: str, course: str, versions: Versions, now: float) -> Course:
        """The course at these versions."""
        kept = self._kept.get((school, course))
        if kept and kept.versions == versions:
            self._kept.move_to_end((school, course))
            return kept if now < kept.looked_at + AGAIN else self._look(db, kept, now)
        packed = self._packed.get((school, course))
        if packed and packed[0].versions == versions:
            found = self._keep(*packed)
            return found if now < found.looked_at + AGAIN else self._look(db, found, now)
        read = self._read(db, school, course, now)
        if read is None:
            raise StoreError("a lesson refers to a course that is not there")
        return read

    def of_meeting(self, db: Connection, school: str, connection: str, meeting: str, now: float) -> Course | None:
        """The course that a platform's meeting belongs to."""
        m = t.meetings.c
        query = select(m.course_id).where(m.school_id == school, m.connection_id == connection, m.meeting == meeting)
        found = db.execute(query).scalar()
        return self._read(db, school, found, now) if found else None

    def for_lesson(self, db: Connection, course: Course, lesson: str, layer_version: int, now: float) -> Course:
        """The course as this lesson has it: with its own document, and hardened where that is due."""
        hardened = course.hardened(lesson, now) if course.raids else False
        if not (layer_version or hardened):
            return course
        base, stamp, made = self._own.get((course.school, lesson), (None, None, course))
        if base is not course or stamp != (layer_version, hardened):
            told = course.layers
            if layer_version and (text := layers.texts(db, course.school, lesson).get(Kept.LESSON)):
                told = (*told, (Kept.LESSON.value, text))
            made = replace(course, policy=self._policy(told, hardened=hardened)[0], own=(layer_version, hardened))
            self._own[(course.school, lesson)] = (course, (layer_version, hardened), made)
            _bound(self._own)
        return made

    def _read(self, db: Connection, school: str, course: str, now: float) -> Course | None:
        where = (t.courses.c.school_id == school, t.courses.c.id == course)
        row = db.execute(select(t.courses).where(*where)).one_or_none()
        if row is None:
            return None
        roster = codec.packed_roster(row.roster)
        above = layers.texts(db, school)
        uppers = ((k.value, above[k]) for k in (Kept.DISTRICT, Kept.SCHOOL) if k in above)
        told = (*uppers, (COURSE, row.policy))
        policy, days = self._policy(told)
        read = Course(
            school=school, id=row.id, name=row.name, connection=row.connection_id, policy=policy, roster=Roster(),
            versions=Versions(policy=row.policy_version, layers=row.layers_version, roster=row.roster_version),
            shrunk=row.roster_shrunk, roster_at=row.roster_at, drill=row.drill, layers=told, harden_days=days,
            looked_at=now, raids=layers.raids(db, school, row.id, now, days),
        )  # fmt: skip
        self._packed[(school, course)] = (read, roster)
        return self._keep(read, roster)

    def _look(self, db: Connection, course: Course, now: float) -> Course:
        """The same with the raids that count by now."""
        found = layers.raids(db, course.school, course.id, now, course.harden_days)
        key = (course.school, course.id)
        packed, roster = self._packed[key]
        self._packed[key] = (replace(packed, raids=found, looked_at=now), roster)
        self._kept[key] = seen = replace(course, raids=found, looked_at=now)
        return seen

    def _keep(self, course: Course, packed: bytes) -> Course:
        """The course with its roster, which stays unpacked while the course is among the newest."""
        kept = self._kept[(course.school, course.id)] = replace(course, roster=codec.roster_of(packed))
        _bound(self._kept)
        return kept

    def _policy(self, told: tuple[tuple[str, str], ...], *, hardened: bool = False) -> tuple[Any, int]:
        key = (told, hardened)
        if key not in self._policies:
            documents = [(level, json.loads(text)) for level, text in told]
            self._policies[key] = self._parse(documents, hardened=hardened)
            _bound(self._policies)
        self._policies.move_to_end(key)
        return self._policies[key]


def _bound(kept: OrderedDict[Any, Any]) -> None:
    if len(kept) > KEPT:
        kept.popitem(last=False)
