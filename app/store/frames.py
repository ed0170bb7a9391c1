"""Frames: what lessons are judged by. The lessons of a course share one until its policy or its roster changes."""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import Connection, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.store import tables as t


class Framed(Protocol):
    """`told` is no personal data; `private` is the roster, "" once it is erased."""

    @property
    def id(self) -> str: ...
    @property
    def told(self) -> str: ...
    @property
    def private(self) -> str: ...


def keep(db: Connection, school: str, frame: Framed, now: float) -> None:
    """Keep a frame that a lesson is judged by from now on."""
    mine = and_(t.frames.c.school_id == school, t.frames.c.id == frame.id)
    used = update(t.frames).where(mine).values(used_at=now, private=frame.private)
    if db.execute(used).rowcount:
        return
    row = {"school_id": school, "id": frame.id, "told": frame.told, "private": frame.private, "used_at": now}
    try:
        with db.begin_nested():
            db.execute(insert(t.frames), row)
    except IntegrityError:  # another process was a moment faster with the same
        db.execute(used)


def read(db: Connection, school: str, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(told, private) of these frames by id."""
    f = t.frames.c
    query = select(f.id, f.told, f.private).where(f.school_id == school, f.id.in_(list(ids)))
    return {row.id: (row.told, row.private or "") for row in db.execute(query)}


def erase(db: Connection, before: float) -> int:
    """Let go of the rosters of frames that no lesson has begun with since then."""
    old = and_(t.frames.c.used_at < before, t.frames.c.private.is_not(None))
    return db.execute(update(t.frames).where(old).values(private=None)).rowcount
