"""Which meeting a run belongs to, where a platform's events name only the run; and what waits until that is known.

DingTalk's member events name a conference, not the booking that a course lists. One event of the run tells both, or
the platform is asked; facts that come before that are parked, in the same transaction as everything else.
"""

import contextlib
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from app.domain.events import Event
from app.store import codec
from app.store import tables as t

Run = tuple[str, str, str]  # school, connection, occurrence


class Runs:
    """The runs of one transaction. `known` is what earlier transactions learned; new knowledge is in `learned`."""

    def __init__(self, db: Connection, known: Mapping[Run, str], now: float) -> None:
        self._db, self._known, self._now = db, known, now
        self.learned: dict[Run, str] = {}
        self.waiting: set[Run] = set()

    def recall(self, runs: Iterable[Run]) -> None:
        """Look up runs that are not at hand."""
        c = t.occurrences.c
        for run in {r for r in runs if self.meeting(r) is None}:
            school, connection, occurrence = run
            where = (c.school_id == school, c.connection_id == connection, c.occurrence == occurrence)
            meeting = self._db.execute(select(c.meeting).where(*where)).scalar()
            if meeting is not None:
                self.learned[run] = meeting

    def meeting(self, run: Run) -> str | None:
        """The meeting of a run, None when nobody has told it."""
        return self.learned.get(run) or self._known.get(run)

    def key(self, school: str, connection: str, key: str) -> str | None:
        """A lesson key with its meeting; None when it has none and nobody has told it."""
        if not key.startswith(":"):
            return key
        meeting = self.meeting((school, connection, key[1:]))
        return None if meeting is None else f"{meeting}{key}"

    def learn(self, school: str, connection: str, key: str) -> bool:
        """Remember the pair in a `meeting:occurrence`; whether that was news."""
        meeting, _, occurrence = key.partition(":")
        run = (school, connection, occurrence)
        if not meeting or not occurrence or self.meeting(run) is not None:
            return False
        self.recall([run])
        if self.meeting(run) is not None:
            return False
        row = {"school_id": school, "connection_id": connection, "occurrence": occurrence, "meeting": meeting}
        with contextlib.suppress(IntegrityError), self._db.begin_nested():  # another process may learn it just now
            self._db.execute(insert(t.occurrences).values(**row, at=self._now))
        self.learned[run] = meeting
        return True

    def take_out(self, run: Run) -> tuple[Event, ...]:
        """What has waited for a run, oldest first; it waits no longer."""
        c = t.parked.c
        mine = (c.school_id == run[0], c.connection_id == run[1], c.occurrence == run[2])
        rows = self._db.execute(select(t.parked).where(*mine).order_by(c.received_at, c.delivery_id)).all()
        if rows:
            self._db.execute(delete(t.parked).where(*mine))
        return tuple(sorted((codec.event_from(r.kind, r.body, r.private or None) for r in rows), key=lambda e: e.at))

    def park(self, run: Run, delivery_id: str, event: Event) -> None:
        """Keep a fact until its meeting is known."""
        body, private = codec.event_row(event)
        row = {
            "school_id": run[0], "connection_id": run[1], "occurrence": run[2], "delivery_id": delivery_id,
            "received_at": self._now, "kind": event.kind, "body": body, "private": private,
        }  # fmt: skip
        self._db.execute(insert(t.parked).values(row))
        self.waiting.add(run)


def waiting(db: Connection) -> tuple[Run, ...]:
    """Every run that something waits for."""
    c = t.parked.c
    query = select(c.school_id, c.connection_id, c.occurrence).distinct()
    return tuple((r[0], r[1], r[2]) for r in db.execute(query))


def forget(db: Connection, before: float) -> None:
    """Take out what nobody came for."""
    db.execute(delete(t.parked).where(t.parked.c.received_at < before))
