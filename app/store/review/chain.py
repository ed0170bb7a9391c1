"""Proof that the record is whole: walks the hash chains lesson by lesson, and what a school can keep as a receipt."""

import hashlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, and_, exists, func, or_, select

from app.domain.errors import NotFound
from app.store import ledger
from app.store import tables as t
from app.store.desk import typed
from app.store.review.incidents import held
from app.store.review.record import INTENT, sealed

AT_A_TIME = 500  # rows in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """One lesson's chain after a walk. `broken` is the first place where it does not hold.

    `erased` rows have let go of their names; `bare` are those of them that stand in the evidence of an incident that
    is not reviewed or was found true, which no retention takes.
    """

    lesson: str
    rows: int
    erased: int
    bare: int
    broken: ledger.Break | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One digest for everything a school has on record.

    SHA-256 over the JSON array of [lesson, rows, hash in hex] of each lesson, in the order of their ids. Whoever keeps
    it elsewhere can tell later whether something recorded until then was rewritten.
    """

    school: str
    digest: str
    lessons: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One intent in the chain: SHA-256(0x01 || previous || told || commitment) is `hash`. Hashes are hex.

    `following` is the hash of the next row, "" when there is none yet; `newest` and `head` are the lesson's last row.
    """

    intent: str
    incident: str
    lesson: str
    number: int
    told: str
    previous: str
    commitment: str
    hash: str
    following: str
    newest: int
    head: str


@contextmanager
def frozen(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one moment, while others go on writing. SQLite's readers always do."""
    with engine.connect() as db:
        if db.dialect.name == "postgresql":
            db = db.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with db.begin():
            yield db


def walk(engine: Engine, school: str, lesson: str = "") -> Iterator[Walked]:
    """Check the chain of one lesson, or of all, one row at a time. Raises NotFound for a lesson that is not there."""
    last = ""
    while True:
        with frozen(engine) as db:
            lessons = t.lessons.c
            where = lessons.id == lesson if lesson else lessons.id > last
            query = select(t.lessons).where(lessons.school_id == school, where).order_by(lessons.id).limit(1)
            row = db.execute(query).one_or_none()
            walked = _walked(db, row) if row is not None else None
        if walked is None and lesson:
            raise NotFound("no such lesson")
        if walked is None:
            return
        yield walked
        if lesson:
            return
        last = walked.lesson


def _walked(db: Connection, lesson: Any) -> Walked:
    log = t.log.c
    counted = [0, 0]

    def rows() -> Generator[ledger.Row, None, None]:
        query = select(t.log).where(log.school_id == lesson.school_id, log.lesson_id == lesson.id)
        with db.execute(query.order_by(log.number).execution_options(yield_per=AT_A_TIME)) as found:
            for row in found:
                counted[0] += 1
                counted[1] += row.private is None
                yield sealed(row)

    with closing(rows()) as told:  # the check stops at the first break
        broken = ledger.check(lesson.id, told, number=lesson.number, head=bytes(lesson.head))
    broken = broken or _orphan(db, lesson)
    return Walked(lesson=lesson.id, rows=counted[0], erased=counted[1], bare=_bare(db, lesson), broken=broken)


def _orphan(db: Connection, lesson: Any) -> ledger.Break | None:
    """What the chain cannot see: an action without its incident, or actions behind the end that the lesson claims."""
    log, i, queue = t.log.c, t.incidents.c, t.intents.c
    kept = exists().where(i.school_id == log.school_id, i.id == log.incident_id)
    mine = and_(log.school_id == lesson.school_id, log.lesson_id == lesson.id, log.kind == INTENT)
    number = db.execute(select(func.min(log.number)).where(mine, ~kept)).scalar()
    if number is not None:
        return ledger.Break(lesson=lesson.id, number=number, problem="the incident of this action is missing")
    cut = and_(queue.school_id == lesson.school_id, queue.lesson_id == lesson.id, queue.number > lesson.number)
    number = db.execute(select(func.min(queue.number)).where(cut)).scalar()
    if number is not None:
        return ledger.Break(lesson=lesson.id, number=number, problem="the row of an action behind the end is missing")
    return None


def _bare(db: Connection, lesson: Any) -> int:
    log = t.log.c
    spans = [log.number.between(*span) for span in evidence(db, lesson.school_id, lesson.id, float("inf"))]
    if not spans:
        return 0
    mine = and_(log.school_id == lesson.school_id, log.lesson_id == lesson.id, log.private.is_(None))
    return db.execute(select(func.count()).where(mine, or_(*spans))).scalar_one()


def evidence(db: Connection, school: str, lesson: str, before: float) -> list[tuple[int, int]]:
    """The (first, last) rows of every incident of a lesson whose evidence must stay whole."""
    i, log = t.incidents.c, t.log.c
    last = (
        select(func.max(log.number))
        .where(log.school_id == school, log.lesson_id == lesson, log.incident_id == i.id)
        .scalar_subquery()
    )
    found = db.execute(select(i.evidence_from, last).where(held(school, lesson, before)))
    return [(first, upto or first) for first, upto in found]


def head(db: Connection, school: str) -> Head:
    """The digest over all lessons as they are now."""
    lessons = t.lessons.c
    query = select(lessons.id, lessons.number, lessons.head).where(lessons.school_id == school).order_by(lessons.id)
    digest, count, rows = hashlib.sha256(b"["), 0, 0
    for row in db.execute(query.execution_options(yield_per=AT_A_TIME)):
        digest.update((b"," if count else b"") + msgspec.json.encode([row.id, row.number, bytes(row.head).hex()]))
        count, rows = count + 1, rows + row.number
    digest.update(b"]")
    return Head(school=school, digest=digest.hexdigest(), lessons=count, rows=rows)


def proof(db: Connection, school: str, intent: str) -> Proof:
    """Where one intent stands in its lesson's chain. Raises NotFound."""
    i, log, lessons = t.intents.c, t.log.c, t.lessons.c
    known = not typed.problem(intent)
    found = db.execute(select(t.intents).where(i.school_id == school, i.id == intent)).one_or_none() if known else None
    if found is None:
        raise NotFound("no such intent")
    mine = (log.school_id == school, log.lesson_id == found.lesson_id)
    near = select(t.log).where(*mine, log.number.between(found.number - 1, found.number + 1))
    rows = {row.number: sealed(row) for row in db.execute(near)}
    row = rows.get(found.number)
    if row is None:
        raise NotFound("the row of this intent is missing: check the ledger")
    lesson = db.execute(select(t.lessons).where(lessons.school_id == school, lessons.id == found.lesson_id)).one()
    before, behind = rows.get(row.number - 1), rows.get(row.number + 1)
    return Proof(
        intent=intent, incident=found.incident_id, lesson=found.lesson_id, number=row.number,
        told=ledger.told(row).decode(), previous=(before.hash if before else ledger.START).hex(),
        commitment=row.commitment.hex(), hash=row.hash.hex(), following=behind.hash.hex() if behind else "",
        newest=lesson.number, head=bytes(lesson.head).hex(),
    )  # fmt: skip


def verify(engine: Engine, printed: Callable[[str], None]) -> bool:
    """Walk every chain of every school and say what was found, line by line; True when all of it holds."""
    with frozen(engine) as db:
        schools = db.execute(select(t.schools.c.school_id, t.schools.c.name).order_by(t.schools.c.school_id)).all()
    whole = [_verified(engine, school, name, printed) for school, name in schools]  # every school is told, always
    return all(whole)


def _verified(engine: Engine, school: str, name: str, printed: Callable[[str], None]) -> bool:
    lessons = rows = erased = broken = 0
    for walked in walk(engine, school):
        lessons, rows, erased = lessons + 1, rows + walked.rows, erased + walked.erased
        if walked.broken:
            broken += 1
            printed(f"BROKEN  {school} lesson {walked.lesson}, row {walked.broken.number}: {walked.broken.problem}")
        if walked.bare:
            printed(f"NOTE    {school} lesson {walked.lesson}: names erased in {walked.bare} rows of held evidence")
    with frozen(engine) as db:
        digest = head(db, school).digest
    told = f"{lessons} lessons, {rows} rows, names erased in {erased}"
    printed(f"{'BROKEN' if broken else 'OK':7} {school} ({name}): {told}; head {digest}")
    return not broken
