"""A school's own terms: every version with when and by whom; the newest is in force from the next event on."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from app.domain.errors import Conflict, NotFound
from app.domain.terms import Terms
from app.store import tables as t
from app.store.vocabulary import NONE, newest, read


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChange:
    """A version. `at` is seconds since the epoch, `by` the id of a user."""

    version: int
    size: int
    at: float
    by: str


class TermsDesk:
    """Reads and replaces the terms of a school."""

    def __init__(self, reader: Engine, writer: Engine, now: Callable[[], float]) -> None:
        self._reader, self._writer, self._now = reader, writer, now

    def newest(self, school: str) -> Terms:
        """The terms in force."""
        with self._reader.begin() as db:
            return read(db, school, newest(db, school))

    def version(self, school: str, version: int) -> Terms:
        """The terms that were in force as this version. Raises NotFound."""
        with self._reader.begin() as db:
            found = read(db, school, version) if version else NONE
        if found.version != version:
            raise NotFound("no such version of the terms")
        return found

    def changes(self, school: str, limit: int = 20) -> tuple[TermsChange, ...]:
        """The newest versions, newest first."""
        c = t.terms.c
        query = select(c.version, c.size, c.at, c.by).where(c.school_id == school)
        with self._reader.begin() as db:
            rows = db.execute(query.order_by(c.version.desc()).limit(limit)).all()
        return tuple(TermsChange(version=r.version, size=r.size, at=r.at, by=r.by) for r in rows)

    def put(self, school: str, text: str, size: int, *, by: str, seen: int | None = None) -> TermsChange:
        """A new version (validated by the caller). Raises Conflict when the version is not `seen` any more."""
        with self._writer.begin() as db:
            before = newest(db, school)
            if seen is not None and seen != before:
                raise Conflict(f"version {before} is in force, not {seen}: load it again")
            made = TermsChange(version=before + 1, size=size, at=self._now(), by=by)
            row = {"school_id": school, "version": made.version, "text": text, "size": size, "at": made.at, "by": by}
            try:
                with db.begin_nested():
                    db.execute(insert(t.terms).values(row))
            except IntegrityError:  # somebody else was faster between our look and our writing
                raise Conflict("somebody changed the terms just now: load them again") from None
        return made
