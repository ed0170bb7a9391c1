"""The statements of the hot path, made once. `b_` marks parameters that find a row, apart from its new values."""

from functools import cache

from sqlalchemy import Dialect, Insert, Update, and_, bindparam, func, insert, select, update

from app.store import tables as t

INSERTS = {
    table.name: insert(table) for table in (t.log, t.deliveries, t.intents, t.incidents, t.lessons, t.quarantine)
}
MOVE_LESSON = (
    update(t.lessons)
    .where(t.lessons.c.school_id == bindparam("b_school"), t.lessons.c.id == bindparam("b_id"))
    .values({c: bindparam(c) for c in ("title", "status", "scheduled_at", "started_at", "ended_at", "number", "head")})
)
KEEP_SNAPSHOT = (
    update(t.lessons)
    .where(t.lessons.c.school_id == bindparam("b_school"), t.lessons.c.id == bindparam("b_id"))
    .values(snapshot=bindparam("snapshot"), snapshot_number=bindparam("snapshot_number"))
)
SETTLE = (
    update(t.intents)
    .where(t.intents.c.school_id == bindparam("b_school"), t.intents.c.id == bindparam("b_id"))
    .values(status=bindparam("status"), settled_at=bindparam("settled_at"))
)
GROW_INCIDENT = (
    update(t.incidents)
    .where(t.incidents.c.school_id == bindparam("b_school"), t.incidents.c.id == bindparam("b_id"))
    .values({c: bindparam(c) for c in ("last_at", "severity", "rules", "actions", "pupil")})
)
_TERMS = select(func.max(t.terms.c.version)).where(t.terms.c.school_id == t.lessons.c.school_id).scalar_subquery()
FIND = (
    select(
        t.lessons.c.id, t.lessons.c.key, t.lessons.c.run, t.lessons.c.course_id, t.lessons.c.number, t.lessons.c.head,
        t.lessons.c.snapshot_number, t.lessons.c.school_id, t.lessons.c.connection_id,
        t.courses.c.policy_version, t.courses.c.layers_version, t.courses.c.roster_version, t.lessons.c.layer_version,
        _TERMS.label("terms_version"),
    )
    .join(t.courses, and_(t.courses.c.school_id == t.lessons.c.school_id, t.courses.c.id == t.lessons.c.course_id))
    .with_for_update(of=t.lessons)
)  # fmt: skip
BY_KEY = FIND.where(
    t.lessons.c.school_id == bindparam("school"),
    t.lessons.c.connection_id.in_(bindparam("connections", expanding=True)),
    t.lessons.c.key.in_(bindparam("keys", expanding=True)),
    t.lessons.c.latest.is_(True),
).order_by(t.lessons.c.id)
BY_ID = FIND.where(t.lessons.c.school_id == bindparam("school"), t.lessons.c.id == bindparam("id"))
SEEN = select(t.deliveries.c.delivery_id).where(
    t.deliveries.c.school_id == bindparam("school"),
    t.deliveries.c.connection_id == bindparam("connection"),
    t.deliveries.c.delivery_id.in_(bindparam("ids", expanding=True)),
)
TAIL = (
    select(t.log.c.kind, t.log.c.body, t.log.c.private)
    .where(
        t.log.c.school_id == bindparam("school"),
        t.log.c.lesson_id == bindparam("id"),
        t.log.c.number > bindparam("after"),
        t.log.c.number <= bindparam("upto"),
    )
    .order_by(t.log.c.number)
)


@cache
def compiled(statement: Insert | Update, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """The statement's text, and the order of its parameters where the driver wants them by place."""
    compiled = statement.compile(dialect=dialect)
    return str(compiled), tuple(compiled.positiontup or ())
