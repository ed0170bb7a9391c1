"""The full record of one incident: its numbered rows, what led to each action and what became of it, who was there.

Pure but for the one function that reads; what it builds is what pages, exports and replays show.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.actions import OutcomeKind
from app.domain.people import Roster
from app.domain.state import LessonState
from app.store import codec, ledger
from app.store import tables as t
from app.store.log import refold
from app.store.review.incidents import Incident

INTENT = "intent"
OUTCOME = "outcome.settled"
STEPPED_UP = "did_not_help"  # the one reason that answers to an outcome
# What moves people in and out; the fold of these alone gives the same heads as the fold of everything.
_MOVES = (
    "lesson.started", "lesson.ended", "participant.waiting", "participant.joined", "participant.left", "roster.polled"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One numbered row. `incident` is set where it belongs to one; `erased` = names and texts are gone for good.

    `told`, `commitment` and `hash` are what the chain covers: anyone can recompute it without a name.
    """

    number: int
    at: float
    recorded_at: float
    kind: str
    incident: str | None
    body: Mapping[str, Any]
    erased: bool
    told: str
    commitment: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One action from its cause to its end. `cause` is the row it answers to, None when that is before the evidence.

    `requested_after` and `confirmed_after` are seconds from when we heard of the cause; None when it did not happen.
    """

    intent: str
    number: int
    cause: int | None
    rule: str
    reason: str
    by: str
    observed: bool
    action: Mapping[str, Any]
    outcome: OutcomeKind
    outcomes: tuple[int, ...]
    requested_after: float | None
    confirmed_after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """How many people were there from a row on."""

    number: int
    at: float
    inside: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An incident with its evidence. `previous` is the hash of the row before the first one."""

    incident: Incident
    rows: tuple[LogRow, ...]
    steps: tuple[Step, ...]
    heads: tuple[Heads, ...]
    previous: bytes


def read(db: Connection, incident: Incident) -> Record:
    """The rows from the sealed 120 s on up to the last that belongs to the incident, and what they mean."""
    log = t.log.c
    mine = (log.school_id == incident.school, log.lesson_id == incident.lesson)
    last = db.execute(select(func.max(log.number)).where(*mine, log.incident_id == incident.id)).scalar() or 0
    query = select(t.log).where(*mine, log.number <= last).order_by(log.number)
    found = db.execute(query.where(log.number >= incident.evidence_from)).all()
    before = select(log.hash).where(*mine, log.number == incident.evidence_from - 1)
    rows = tuple(_log_row(row) for row in found)
    return Record(
        incident=incident,
        rows=rows,
        steps=steps(rows, incident.id),
        heads=heads(incident, db.execute(query.where(log.kind.in_(_MOVES)))),
        previous=bytes(db.execute(before).scalar() or ledger.START),
    )


def sealed(row: Any) -> ledger.Row:
    """A stored row as the chain sees it."""
    return ledger.Row(
        lesson=row.lesson_id, number=row.number, at=row.at, recorded_at=row.recorded_at, kind=row.kind,
        incident=row.incident_id, body=row.body, private=row.private,
        salt=None if row.salt is None else bytes(row.salt), commitment=bytes(row.commitment), hash=bytes(row.hash),
    )  # fmt: skip


def _log_row(row: Any) -> LogRow:
    chained = sealed(row)
    return LogRow(
        number=row.number, at=row.at, recorded_at=row.recorded_at, kind=row.kind, incident=row.incident_id,
        body=codec.whole(row.body, row.private), erased=row.private is None, told=ledger.told(chained).decode(),
        commitment=chained.commitment, hash=chained.hash,
    )  # fmt: skip


def steps(rows: Sequence[LogRow], incident: str) -> tuple[Step, ...]:
    """Every intent of an incident with the row that caused it and its outcomes."""
    outcomes: dict[str, list[LogRow]] = {}
    for row in rows:
        if row.kind == OUTCOME:
            outcomes.setdefault(row.body["intent"], []).append(row)
    return tuple(
        _step(row, cause, outcomes.get(row.body["id"], ())) for row, cause in _caused(rows) if row.incident == incident
    )


def _caused(rows: Sequence[LogRow]) -> Iterator[tuple[LogRow, LogRow | None]]:
    """Each intent with the row it answers to: intents are written right behind their cause.

    An outcome that was known at once stands between the intents of one cause; it is a cause itself only for what
    steps up after it.
    """
    event: LogRow | None = None
    settled: LogRow | None = None
    written: dict[str, float] = {}
    for row in rows:
        if row.kind == INTENT:
            written[row.body["id"]] = row.recorded_at
            yield row, settled if row.body["reason"] == STEPPED_UP else event
        else:
            settled = row if row.kind == OUTCOME else settled
            at_once = row.kind == OUTCOME and written.get(row.body["intent"]) == row.recorded_at
            event = event if at_once else row


def _step(row: LogRow, cause: LogRow | None, outcomes: Sequence[LogRow]) -> Step:
    body = row.body
    heard = cause.recorded_at if cause else row.recorded_at
    reached = [(OutcomeKind(o.body["outcome"]["kind"]), o.recorded_at - heard) for o in outcomes]
    unsettled = OutcomeKind.SIMULATED if body.get("observed") else OutcomeKind.PENDING
    return Step(
        intent=body["id"], number=row.number, cause=cause.number if cause else None, rule=body["rule"],
        reason=body["reason"], by=body.get("by", ""), observed=bool(body.get("observed")), action=body["action"],
        outcome=reached[-1][0] if reached else unsettled, outcomes=tuple(o.number for o in outcomes),
        requested_after=_first(reached, OutcomeKind.REQUESTED), confirmed_after=_first(reached, OutcomeKind.CONFIRMED),
    )  # fmt: skip


def _first(reached: Iterable[tuple[OutcomeKind, float]], kind: OutcomeKind) -> float | None:
    return next((seconds for reached_kind, seconds in reached if reached_kind is kind), None)


def heads(incident: Incident, moves: Iterable[Any]) -> tuple[Heads, ...]:
    """People inside and waiting over the lesson, one entry per change."""
    state, found = LessonState(lesson=incident.lesson, roster=Roster()), list[Heads]()
    for row in moves:
        state = refold(state, row.kind, row.body, row.private)
        inside, waiting = len(state.inside), len(state.waiting)
        if not found or (found[-1].inside, found[-1].waiting) != (inside, waiting):
            found.append(Heads(number=row.number, at=row.at, inside=inside, waiting=waiting))
    return tuple(found)
