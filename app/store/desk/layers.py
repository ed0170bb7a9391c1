"""The policy documents beside those of courses: the district's, the school's and one for a single lesson.

All schools of one installation are one district; its document is kept with each of them, so that a school never has to
ask another's tables what is in force for it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from app.domain.errors import Conflict, NotFound
from app.domain.state import Status
from app.store import layers
from app.store import tables as t
from app.store.desk.courses import read
from app.store.layers import Kept, Raid

Stack = tuple[tuple[str, dict[str, Any]], ...]


class LayersDesk:
    """Reads and replaces them (validated by the caller); running lessons follow with their next event."""

    def __init__(self, reader: Engine, writer: Engine, now: Callable[[], float]) -> None:
        self._reader, self._writer, self._now = reader, writer, now

    def get(self, school: str, level: Kept, subject: str = "") -> tuple[dict[str, Any], int]:
        """A document and its version; an empty one of version 0 where nobody has said anything."""
        with self._reader.begin() as db:
            row = layers.row(db, school, level, subject)
        return (json.loads(row.document), row.version) if row else ({}, 0)

    def stack(self, school: str, course: str = "", lesson: str = "") -> Stack:
        """Every document that counts for a school, one of its courses or lessons, from the top. Raises NotFound."""
        with self._reader.begin() as db:
            found = layers.texts(db, school, lesson)
            if course:
                found["course"] = read(db, school, course, t.courses.c.policy).policy
        order = (Kept.DISTRICT, Kept.SCHOOL, "course", Kept.LESSON)
        return tuple((str(level), json.loads(found[level])) for level in order if level in found)

    def put(
        self, school: str, level: Kept, document: Mapping[str, Any], *, by: str, seen: int | None = None,
        lesson: str = "",
    ) -> int:  # fmt: skip
        """Replace a document; its new version. Raises Conflict when it moved since `seen`, NotFound for no lesson."""
        with self._writer.begin() as db:
            if lesson:
                _running(db, school, lesson)
            version = layers.write(
                db, school, level, lesson, text=json.dumps(document), by=by, at=self._now(), seen=seen
            )
            if lesson:
                c = t.lessons.c
                db.execute(update(t.lessons).where(c.school_id == school, c.id == lesson).values(layer_version=version))
            else:
                layers.touch(db, school)
        return version

    def put_district(
        self, schools: Sequence[str], document: Mapping[str, Any], *, by: str, seen: Mapping[str, int] | None = None
    ) -> dict[str, int]:
        """Replace the district's document in all these schools or in none; the new versions by school.

        Raises Conflict when one moved since `seen`.
        """
        made, text = {}, json.dumps(document)
        with self._writer.begin() as db:
            for school in sorted(schools):
                version = (seen or {}).get(school)
                made[school] = layers.write(
                    db, school, Kept.DISTRICT, text=text, by=by, at=self._now(), seen=version
                )  # fmt: skip
                layers.touch(db, school)
        return made

    # --- hardening ------------------------------------------------------------------------------------------------

    def raids(self, school: str, course: str, days: int) -> tuple[Raid, ...]:
        """The raids for which a class is hardened, the newest first."""
        with self._reader.begin() as db:
            return layers.raids(db, school, course, self._now(), days)

    def relieve(self, school: str, course: str, *, by: str) -> None:
        """End the hardening of a class: what happened until now counts no more. Raises NotFound."""
        with self._writer.begin() as db:
            read(db, school, course, t.courses.c.id)
            layers.write(db, school, Kept.RELIEF, course, text="{}", by=by, at=self._now(), seen=None)
            layers.touch(db, school, course)


def _running(db: Connection, school: str, lesson: str) -> None:
    c = t.lessons.c
    query = select(c.status).where(c.school_id == school, c.id == lesson).with_for_update()
    status = db.execute(query).scalar()
    if status is None:
        raise NotFound("no such lesson")
    if status == Status.ENDED.value:
        raise Conflict("this lesson is over")
