"""The schools' own terms as lessons get them: read once per version, and made ready before a rule asks for them."""

from collections.abc import Callable

from sqlalchemy import Connection, func, select

from app.domain.terms import Terms
from app.store import tables as t

NONE = Terms()
Prepare = Callable[[Terms], object]


class Vocabulary:
    """The newest terms of each school. `prepare` is called with every version that is read."""

    def __init__(self, prepare: Prepare = lambda terms: None) -> None:
        self._prepare = prepare
        self._kept: dict[str, Terms] = {}

    def at(self, db: Connection, school: str, version: int | None) -> Terms:
        """The terms of this version; none where the school has never written any."""
        if not version:
            return NONE
        kept = self._kept.get(school)
        if kept is None or kept.version != version:
            kept = self._kept[school] = read(db, school, version)
            self._prepare(kept)
        return kept

    def newest(self, db: Connection, school: str) -> Terms:
        """The terms in force."""
        return self.at(db, school, newest(db, school))


def newest(db: Connection, school: str) -> int:
    """The version in force; 0 = there is none."""
    return db.execute(select(func.max(t.terms.c.version)).where(t.terms.c.school_id == school)).scalar() or 0


def read(db: Connection, school: str, version: int) -> Terms:
    """One version; none where it is not there."""
    c = t.terms.c
    text = db.execute(select(c.text).where(c.school_id == school, c.version == version)).scalar()
    return Terms(version, text) if text is not None else NONE
