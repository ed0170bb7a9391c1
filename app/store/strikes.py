"""Offences that still count in the next lessons of a course: written with the measure, read when a lesson opens.

No name is kept: a person is the id of a roster entry or an account of the platform. Somebody known by his presence only
is nobody in the next lesson, and is not written down.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select

from app.store import tables as t

LONGEST = 300  # characters of a key; a longer account is remembered for this lesson only
EACH = 8  # newest offences of one person that are read
MOST = 2000  # offences of a course that are read
ENTRY = "entry "

Told = tuple[tuple[str, tuple[float, ...]], ...]  # (lasting key, when each offence was)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence:
    """One offence. `until` is when it is forgotten; times are seconds since the epoch."""

    school: str
    intent: str
    course: str
    lesson: str
    person: str
    rule: str
    at: float
    until: float


class Strikes:
    """The offences of one transaction: what is written here is committed, or not, with everything else."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def keep(self, offence: Offence) -> None:
        """Remember an offence for the next lessons, if its person can be known again."""
        if len(offence.person) > LONGEST or not offence.person.isprintable():  # an account may be anything
            return
        values = {
            "school_id": offence.school, "intent_id": offence.intent, "course_id": offence.course,
            "lesson_id": offence.lesson, "person": offence.person, "rule": offence.rule, "at": offence.at,
            "until": offence.until,
        }  # fmt: skip
        self._db.execute(insert(t.strikes).values(values))

    def of_course(self, school: str, course: str, since: float, now: float) -> Told:
        """By person, when the offences since then were that still count."""
        c = t.strikes.c
        query = (
            select(c.person, c.at)
            .where(c.school_id == school, c.course_id == course, c.until > now, c.at >= since)
            .order_by(c.at.desc())
            .limit(MOST)
        )
        found: dict[str, list[float]] = {}
        for person, at in self._db.execute(query):
            times = found.setdefault(person, [])
            if len(times) < EACH:
                times.append(at)
        return tuple((person, tuple(reversed(times))) for person, times in sorted(found.items()))

    def take_back(self, school: str, intent: str) -> None:
        """A human took the measure back: it was no offence."""
        self._db.execute(delete(t.strikes).where(t.strikes.c.school_id == school, t.strikes.c.intent_id == intent))


def acquit(db: Connection, school: str, incident: str) -> None:
    """The review found no offence in an incident: whatever it put to somebody's account is gone."""
    i = t.intents.c
    answers = select(i.id).where(i.school_id == school, i.incident_id == incident)
    db.execute(delete(t.strikes).where(t.strikes.c.school_id == school, t.strikes.c.intent_id.in_(answers)))


def leave(db: Connection, school: str, course: str, entries: Iterable[str]) -> None:
    """These people are no longer on the list of the course: nothing is kept of them."""
    gone = [ENTRY + entry for entry in entries]
    for start in range(0, len(gone), 500):
        some = gone[start : start + 500]
        c = t.strikes.c
        db.execute(delete(t.strikes).where(c.school_id == school, c.course_id == course, c.person.in_(some)))


def forget(writer: Engine, now: float) -> int:
    """Delete what no longer counts; how many offences that was."""
    with writer.begin() as db:
        return db.execute(delete(t.strikes).where(t.strikes.c.until <= now)).rowcount
