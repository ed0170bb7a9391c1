"""The policy documents above and below a course's own, and the raids that harden a class: their statements."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.actions import Severity
from app.domain.errors import Conflict
from app.domain.incidents import Verdict
from app.store import tables as t

DAY = 86_400.0
SERIOUS = 8  # actions from which an incident that nobody has judged yet counts as a raid


class Kept(StrEnum):
    """What the table of layers keeps."""

    DISTRICT = "district"
    SCHOOL = "school"
    LESSON = "lesson"
    RELIEF = "relief"  # somebody ended the hardening of a course; raids before that count no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Raid:
    """A lesson of a course with a serious incident that was real, as far as anybody knows. `at`: when it opened."""

    lesson: str
    at: float


def texts(db: Connection, school: str, lesson: str = "") -> dict[str, str]:
    """The documents of district, school and lesson by level; those that are not there are absent."""
    c = t.layers.c
    school_wide = and_(c.level.in_((Kept.DISTRICT.value, Kept.SCHOOL.value)), c.subject == "")
    own = and_(c.level == Kept.LESSON.value, c.subject == lesson)
    mine = or_(school_wide, own) if lesson else school_wide
    return {row.level: row.document for row in db.execute(select(t.layers).where(c.school_id == school, mine))}


def row(db: Connection, school: str, level: Kept, subject: str = "", *, lock: bool = False) -> Any:
    """One document's row, None where there is none."""
    c = t.layers.c
    query = select(t.layers).where(c.school_id == school, c.level == level.value, c.subject == subject)
    return db.execute(query.with_for_update() if lock else query).one_or_none()


def write(
    db: Connection, school: str, level: Kept, subject: str = "", *, text: str, by: str, at: float, seen: int | None
) -> int:
    """Put a document in the place of the one before; its version. Raises Conflict when that is not `seen` any more."""
    old = row(db, school, level, subject, lock=True)
    version: int = old.version if old else 0
    if seen is not None and seen != version:
        raise Conflict(f"version {version} is in force, not {seen}: load it again")
    values = {"document": text, "version": version + 1, "changed_at": at, "by": by}
    if old:
        c = t.layers.c
        where = (c.school_id == school, c.level == level.value, c.subject == subject)
        db.execute(update(t.layers).where(*where).values(values))
        return version + 1
    try:
        with db.begin_nested():
            key = {"school_id": school, "level": level.value, "subject": subject}
            db.execute(insert(t.layers).values({**key, **values}))
    except IntegrityError:
        raise Conflict("somebody else wrote this just now: load it again") from None
    return version + 1


def touch(db: Connection, school: str, course: str = "") -> None:
    """Let the running lessons of a course, or of the whole school, read again what is in force for them."""
    c = t.courses.c
    where = [c.school_id == school, *([c.id == course] if course else [])]
    db.execute(update(t.courses).where(*where).values(layers_version=c.layers_version + 1))


def raids(db: Connection, school: str, course: str, now: float, days: int) -> tuple[Raid, ...]:
    """The newest raid of this many days, and the newest of another lesson: no lesson is hardened by its own."""
    if days <= 0:
        return ()
    relief = row(db, school, Kept.RELIEF, course)
    since = max(now - days * DAY, relief.changed_at if relief else 0.0)
    i = t.incidents.c
    # One stranger who is held is an everyday thing; a week of `strict` for it would punish the class.
    serious = (i.severity >= int(Severity.CRITICAL)) | (i.actions >= SERIOUS)
    unread = and_(i.verdict == Verdict.UNREVIEWED.value, serious)
    query = (
        select(i.lesson_id, func.max(i.opened_at).label("at"))
        .where(i.school_id == school, i.opened_at > since, i.course_id == course, i.severity >= int(Severity.HIGH))
        .where(i.drill.is_(False), (i.verdict == Verdict.TRUE_POSITIVE.value) | unread)
        .group_by(i.lesson_id)
        .order_by(func.max(i.opened_at).desc(), i.lesson_id)
        .limit(2)
    )
    return tuple(Raid(lesson=found.lesson_id, at=found.at) for found in db.execute(query))
