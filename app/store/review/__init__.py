"""What school IT does after class: reads incidents, judges them, proves the record, and lets go of what is old."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, select

from app.domain.actions import Severity
from app.store import layers
from app.store import tables as t
from app.store.desk.paging import LIMIT, Page
from app.store.review import chain, incidents, record, retention
from app.store.review.chain import Head, Proof, Walked, verify
from app.store.review.incidents import Filter, Incident, Judgement
from app.store.review.record import Heads, LogRow, Record, Step
from app.store.review.retention import Erased

__all__ = [
    "Erased",
    "Filter",
    "Head",
    "Heads",
    "Incident",
    "Judgement",
    "LogRow",
    "Proof",
    "Quarantined",
    "Record",
    "Review",
    "Step",
    "Unclaimed",
    "Walked",
    "verify",
]

SHOWN = 200  # quarantined deliveries or unclaimed meetings in a list, the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A delivery that could not be read. Its body stays in the store: it may hold anything."""

    id: str
    connection: str
    received_at: float
    reason: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaimed:
    """A meeting on a connection that belongs to no course: only that it exists."""

    connection: str
    meeting: str
    first_at: float
    last_at: float
    events: int


class Review:
    """Every statement of the review. Synchronous: call it on a worker thread."""

    def __init__(self, reader: Engine, writer: Engine, now: Callable[[], float]) -> None:
        self._reader = reader
        self._writer = writer
        self._now = now

    def incidents(self, school: str, chosen: Filter, *, after: str = "", limit: int = LIMIT) -> Page[Incident]:
        """A page of incidents, newest first. Raises Invalid for a cursor that is not ours."""
        with self._reader.begin() as db:
            return incidents.listed(db, school, chosen, after, limit)

    def incident(self, school: str, incident: str) -> Incident:
        """One incident without its rows. Raises NotFound."""
        with self._reader.begin() as db:
            return incidents.one(db, school, incident)

    def record(self, school: str, incident: str) -> Record:
        """One incident with its evidence. Raises NotFound."""
        with chain.frozen(self._reader) as db:
            return record.read(db, incidents.one(db, school, incident))

    def judge(self, school: str, incident: str, judged: Judgement) -> Incident:
        """Give a verdict. Raises NotFound, Invalid, and Conflict when somebody else judged in between."""
        with self._writer.begin() as db:
            incidents.judge(db, school, incident, judged, self._now())
            found = incidents.one(db, school, incident)
            if found.severity >= Severity.HIGH and not found.drill:
                layers.touch(db, school, found.course)  # whether the class is hardened hangs on the verdict
            return found

    def walk(self, school: str, lesson: str = "") -> Iterator[Walked]:
        """Check the chain of one lesson or of all, streaming. Raises NotFound."""
        return chain.walk(self._reader, school, lesson)

    def head(self, school: str) -> Head:
        """The digest of everything a school has on record."""
        with chain.frozen(self._reader) as db:
            return chain.head(db, school)

    def proof(self, school: str, intent: str) -> Proof:
        """Where an intent stands in its chain. Raises NotFound."""
        with chain.frozen(self._reader) as db:
            return chain.proof(db, school, intent)

    def quarantined(self, school: str) -> tuple[Quarantined, ...]:
        """What could not be read, newest first."""
        q = t.quarantine.c
        query = select(t.quarantine).where(q.school_id == school).order_by(q.received_at.desc(), q.id).limit(SHOWN)
        with self._reader.begin() as db:
            return tuple(
                Quarantined(id=row.id, connection=row.connection_id, received_at=row.received_at, reason=row.reason,
                            size=len(row.body))
                for row in db.execute(query)
            )  # fmt: skip

    def unclaimed(self, school: str) -> tuple[Unclaimed, ...]:
        """Meetings that belong to no course, the most recent first."""
        u = t.unclaimed.c
        query = select(t.unclaimed).where(u.school_id == school).order_by(u.last_at.desc(), u.meeting).limit(SHOWN)
        with self._reader.begin() as db:
            return tuple(
                Unclaimed(connection=row.connection_id, meeting=row.meeting, first_at=row.first_at,
                          last_at=row.last_at, events=row.events)
                for row in db.execute(query)
            )  # fmt: skip

    def erase(self, before: float) -> Erased:
        """Erase names, chat and raw bodies recorded before a moment, except what is held as evidence."""
        return retention.erase(self._writer, before, self._now())
