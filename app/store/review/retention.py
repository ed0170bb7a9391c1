"""Letting go: names, chat and raw bodies are erased when nobody needs them any more; the chain still verifies.

What must stay is the evidence of incidents that are not reviewed, that were found true, or whose review is recent.
Routine (INFO) incidents hold nothing back: nobody reviews them.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, and_, bindparam, delete, exists, select, update

from app.domain.actions import FINAL, Action
from app.domain.people import Participant
from app.domain.state import Status
from app.store import codec, frames, strikes
from app.store import tables as t
from app.store.review.chain import evidence
from app.store.review.incidents import held

LESSON = 86400.0  # seconds; a lesson that began with a frame is over by then
DELIVERIES = 14 * 86400.0  # seconds; longer than any vendor repeats a delivery (Pub/Sub: seven days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much was let go."""

    rows: int = 0
    intents: int = 0
    deliveries: int = 0
    quarantine: int = 0
    strikes: int = 0


def erase(writer: Engine, before: float, now: float) -> Erased:
    """Erase what was recorded before a moment, one short transaction per lesson."""
    done = Erased()
    last = ("", "")
    while True:
        with writer.begin() as db:
            lesson = _next(db, last, before)
            if lesson is None:
                break
            rows, intents = _erase_lesson(db, lesson, before)
        done = replace(done, rows=done.rows + rows, intents=done.intents + intents)
        last = (lesson.school_id, lesson.id)
    with writer.begin() as db:
        deliveries = db.execute(delete(t.deliveries).where(t.deliveries.c.received_at < now - DELIVERIES)).rowcount
        frames.erase(db, before - LESSON)
        unread = db.execute(delete(t.quarantine).where(t.quarantine.c.received_at < before)).rowcount
    return replace(done, deliveries=deliveries, quarantine=unread, strikes=strikes.forget(writer, now))


def _next(db: Connection, last: tuple[str, str], before: float) -> Any:
    """The next lesson that has something to let go."""
    lessons, log = t.lessons.c, t.log.c
    mine = and_(log.school_id == lessons.school_id, log.lesson_id == lessons.id)
    old = exists().where(mine, log.recorded_at < before, log.private.is_not(None))
    later = (lessons.school_id > last[0]) | ((lessons.school_id == last[0]) & (lessons.id > last[1]))
    query = select(lessons.school_id, lessons.id, lessons.status, lessons.snapshot_number).where(later, old)
    return db.execute(query.order_by(lessons.school_id, lessons.id).limit(1)).one_or_none()


def _erase_lesson(db: Connection, lesson: Any, before: float) -> tuple[int, int]:
    log, lessons = t.log.c, t.lessons.c
    over = lesson.status == Status.ENDED.value
    where = [log.school_id == lesson.school_id, log.lesson_id == lesson.id, log.recorded_at < before]
    if not over:  # a lesson that still runs is folded again from its snapshot: what comes after it keeps its names
        where.append(log.number <= lesson.snapshot_number)
    for first, last in evidence(db, lesson.school_id, lesson.id, before):
        where.append(~log.number.between(first, last))
    gone = update(t.log).where(*where, log.private.is_not(None)).values(private=None, salt=None)
    rows = db.execute(gone).rowcount
    if rows and over:  # the snapshot holds names too; what is left of the lesson folds from its rows
        mine = and_(lessons.school_id == lesson.school_id, lessons.id == lesson.id)
        db.execute(update(t.lessons).where(mine).values(snapshot=None, snapshot_number=0))
    return rows, _erase_intents(db, lesson, before)


def _erase_intents(db: Connection, lesson: Any, before: float) -> int:
    """The queue keeps whom an action was for: of what is settled, only the platform's id of the presence stays."""
    i, incidents = t.intents.c, t.incidents.c
    needed = select(incidents.id).where(held(lesson.school_id, lesson.id, before))
    query = select(i.id, i.action).where(
        i.school_id == lesson.school_id, i.lesson_id == lesson.id, i.at < before,
        i.status.in_(sorted(kind.value for kind in FINAL)), i.incident_id.not_in(needed),
    )  # fmt: skip
    bare = [{"b_id": row.id, "action": codec.action_text(_bare(row.action))} for row in db.execute(query)]
    if bare:
        mine = and_(i.school_id == lesson.school_id, i.id == bindparam("b_id"))
        db.execute(update(t.intents).where(mine).values(action=bindparam("action")), bare)
    return len(bare)


def _bare(text: str) -> Action:
    action = codec.action_from(text)
    target = Participant(id=action.target.id, role=action.target.role) if action.target else None
    return Action(kind=action.kind, target=target, reference=action.reference)
