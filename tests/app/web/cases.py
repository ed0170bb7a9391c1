"""Incidents and lesson lists to look at, made from the lessons in rooms.py."""

from dataclasses import replace

from app.domain.actions import Severity
from app.domain.incidents import IncidentStatus, Verdict
from app.domain.state import LessonState, Status
from app.store.desk.lessons import LessonRecord
from app.store.review.incidents import Incident
from app.store.review.record import Heads, LogRow, Record, steps
from tests.app.web.rooms import PUPILS, START, Room

CASE = Incident(
    school="s", id="L1.43", lesson="L1", title="7-3 数学", connection="c", course="k1", course_name="7-3 数学",
    opened_at=START + 700, last_at=START + 780, severity=Severity.HIGH,
    rules=("roster_only", "share_guard", "emergency"),
    reason="stranger", actions=14, evidence_from=1, status=IncidentStatus.OPEN, verdict=Verdict.UNREVIEWED, note="",
    reviewer="", reviewed_at=None, drill=False,
)  # fmt: skip


def incidents() -> tuple[Incident, ...]:
    """One of each severity and verdict."""
    found = [
        replace(CASE, id=f"L1.{n}", severity=severity, verdict=verdict, course_name=name, opened_at=START - n * 86400)
        for n, (severity, verdict, name) in enumerate(
            zip(
                reversed(Severity),
                Verdict,
                ("7-3 数学", "8-1 Ngữ văn", "9-2 English", "7-3 数学", "6-4 科学"),
                strict=True,
            )
        )
    ]
    found[1] = replace(found[1], drill=True, status=IncidentStatus.REVIEWED, rules=("restraint", "late_lock"))
    return tuple(found)


def record(room: Room) -> Record:
    """What the review reads about a room, from its rows."""
    rows = tuple(
        LogRow(
            number=r.number, at=r.at, recorded_at=r.at, kind=r.kind, incident=CASE.id if r.kind == "intent" else None,
            body=r.body, erased=r.number % 9 == 0, told="", commitment=b"", hash=b"",
        )
        for r in room.rows
    )  # fmt: skip
    return Record(incident=CASE, rows=rows, steps=steps(rows, CASE.id), heads=heads(room), previous=b"")


def heads(room: Room) -> tuple[Heads, ...]:
    """People over time: the pupils come in the first minutes, strangers at the end."""
    inside = [Heads(number=n, at=START + 5 + 4 * n, inside=n, waiting=0) for n in range(len(PUPILS) - 2)]
    at, number = START + 700, len(inside)
    return (*inside, *(Heads(number=number + n, at=at + n * 5, inside=41 + n % 2, waiting=n) for n in range(6)))


def lessons() -> tuple[LessonRecord, ...]:
    """One that runs, one to come, one that is over."""
    record = LessonRecord(
        school="s", id="L1", connection="c", key="m", course="k1", course_name="7-3 数学", title="7-3 数学",
        status=Status.LIVE, scheduled_at=START, started_at=START, ended_at=None, number=9, drill=False,
    )  # fmt: skip
    return (
        replace(record, id="L0", status=Status.ENDED, title="第 3 课 分数", started_at=START - 86400),
        record,
        replace(record, id="L2", status=Status.SCHEDULED, course_name="8-1 Ngữ văn", title="", drill=True),
    )


def states(room: Room) -> dict[str, LessonState]:
    """The folds of the lessons that run."""
    return {"L1": room.state}
