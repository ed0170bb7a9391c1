"""When a lesson that just opens was planned to begin and to be over, as its meeting was prepared."""

import json

from sqlalchemy import Connection, select

from app.store import tables as t

EARLY = 6 * 3600.0  # seconds before its planned start at which a room may open and still be that lesson


def planned(
    db: Connection, school: str, course: str, connection: str, key: str, at: float
) -> tuple[float, float] | None:
    """Start and end of the newest preparation of the meeting that fits a lesson opening at `at`; None without one.

    A meeting that is held every week may have been prepared for the last time: hours that are over are not its own.
    """
    p = t.preparations.c
    names = {key, key.partition(":")[0]}
    query = (
        select(p.starts_at, p.report)
        .where(
            p.school_id == school,
            p.course_id == course,
            p.connection_id == connection,
            p.meeting.in_(sorted(names)),
            p.starts_at <= at + EARLY,
        )
        .order_by(p.at.desc(), p.id)
        .limit(1)
    )
    row = db.execute(query).one_or_none()
    if row is None:
        return None
    ends_at = float(json.loads(row.report)["ends_at"])
    return (row.starts_at, ends_at) if ends_at > at else None
