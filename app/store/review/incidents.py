"""The list that school IT works through: incidents by filter and page, and the verdict on one of them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select, tuple_, update

from app.domain.actions import Severity
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.incidents import IncidentStatus, Verdict
from app.store import strikes
from app.store import tables as t
from app.store.desk import typed
from app.store.desk.courses import guarded_by
from app.store.desk.paging import Page, at_most, page, place

NO_OFFENCE = frozenset({Verdict.FALSE_POSITIVE, Verdict.BENIGN, Verdict.TEST})
NOTE_LENGTH = 4000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One disturbance of one lesson, as the list shows it. Times are seconds since the epoch."""

    school: str
    id: str
    lesson: str
    title: str
    connection: str
    course: str
    course_name: str
    opened_at: float
    last_at: float
    severity: Severity
    rules: tuple[str, ...]
    reason: str
    actions: int
    evidence_from: int
    status: IncidentStatus
    verdict: Verdict
    note: str
    reviewer: str
    reviewed_at: float | None
    drill: bool
    pupil: bool = False  # an offence of somebody who belongs to the class is in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the list is narrowed to; what is left out does not narrow.

    `severity` is the least one shown: routine (INFO) is what the house does every day and is hidden unless asked for.
    `drill` True shows rehearsals and nothing else: the two never stand in one list. `guard` is the mail of somebody who
    sees only the courses he looks after.
    """

    status: IncidentStatus | None = None
    verdict: Verdict | None = None
    course: str = ""
    rule: str = ""
    severity: Severity = Severity.LOW
    since: float | None = None
    until: float | None = None
    drill: bool = False
    guard: str | None = None


def listed(db: Connection, school: str, chosen: Filter, after: str, limit: int) -> Page[Incident]:
    """The incidents of a school that fit, newest first. Raises Invalid for a cursor or a filter that makes no sense."""
    typed.line("course", chosen.course, blank=True)
    typed.line("rule", chosen.rule, blank=True)
    rows, i = at_most(limit), t.incidents.c
    query = _query(school).where(*_conditions(school, chosen))
    if seen := place(after, float, str):
        query = query.where(tuple_(i.opened_at, i.id) < tuple_(*seen))
    found = db.execute(query.order_by(i.opened_at.desc(), i.id.desc()).limit(rows + 1)).all()
    return page(found, rows, _incident, lambda row: (row.opened_at, row.id))


def one(db: Connection, school: str, incident: str) -> Incident:
    """One incident, a rehearsed or routine one too. Raises NotFound."""
    known = not typed.problem(incident)
    row = db.execute(_query(school).where(t.incidents.c.id == incident)).one_or_none() if known else None
    if row is None:
        raise NotFound("no such incident")
    return _incident(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with its note. `checked` refuses it when `reviewed_at` is no more what the reviewer had `seen`."""

    verdict: Verdict
    note: str
    reviewer: str
    checked: bool = False
    seen: float | None = None


def judge(db: Connection, school: str, incident: str, judged: Judgement, now: float) -> None:
    """Write a verdict; taking it back to unreviewed opens the incident again. Raises NotFound, Invalid, Conflict."""
    if len(judged.note) > NOTE_LENGTH or "\0" in judged.note:
        raise Invalid(problems=(("note", f"text of at most {NOTE_LENGTH} characters"),))
    i = t.incidents.c
    reviewed = judged.verdict is not Verdict.UNREVIEWED
    where = [i.school_id == school, i.id == incident]
    if judged.checked:
        where.append(i.reviewed_at.is_(None) if judged.seen is None else i.reviewed_at == judged.seen)
    values = {
        "status": (IncidentStatus.REVIEWED if reviewed else IncidentStatus.OPEN).value,
        "verdict": judged.verdict.value, "note": judged.note,
        "reviewer": judged.reviewer if reviewed else "", "reviewed_at": now if reviewed else None,
    }  # fmt: skip
    if db.execute(update(t.incidents).where(*where).values(values)).rowcount == 0:
        one(db, school, incident)
        raise Conflict
    if judged.verdict in NO_OFFENCE:
        strikes.acquit(db, school, incident)


def _query(school: str) -> Select[Any]:
    i, lessons, courses = t.incidents.c, t.lessons, t.courses
    return (
        select(t.incidents, lessons.c.title, lessons.c.connection_id, courses.c.name.label("course_name"))
        .join(lessons, and_(lessons.c.school_id == i.school_id, lessons.c.id == i.lesson_id))
        .join(courses, and_(courses.c.school_id == i.school_id, courses.c.id == i.course_id), isouter=True)
        .where(i.school_id == school)
    )


def _conditions(school: str, chosen: Filter) -> list[ColumnElement[bool]]:
    i = t.incidents.c
    found: list[ColumnElement[bool]] = [i.drill.is_(chosen.drill), i.severity >= int(chosen.severity)]
    for column, value in ((i.status, chosen.status), (i.verdict, chosen.verdict), (i.course_id, chosen.course)):
        if value:
            found.append(column == str(value))
    if chosen.rule:
        found.append(i.rules.contains(f",{chosen.rule},", autoescape=True))
    if chosen.since is not None:
        found.append(i.opened_at >= chosen.since)
    if chosen.until is not None:
        found.append(i.opened_at < chosen.until)
    if chosen.guard is not None:
        found.append(guarded_by(school, i.course_id, chosen.guard))
    return found


def held(school: str, lesson: str, before: float) -> ColumnElement[bool]:
    """The incidents of a lesson whose evidence must stay whole: not reviewed, true, or reviewed after `before`."""
    i = t.incidents.c
    unsettled = or_(
        i.status != IncidentStatus.REVIEWED.value, i.verdict == Verdict.TRUE_POSITIVE.value, i.reviewed_at >= before
    )
    return and_(i.school_id == school, i.lesson_id == lesson, i.severity > int(Severity.INFO), unsettled)


def _incident(row: Any) -> Incident:
    return Incident(
        school=row.school_id, id=row.id, lesson=row.lesson_id, title=row.title, connection=row.connection_id,
        course=row.course_id, course_name=row.course_name or "", opened_at=row.opened_at, last_at=row.last_at,
        severity=Severity(row.severity), rules=tuple(r for r in row.rules.split(",") if r), reason=row.reason,
        actions=row.actions, evidence_from=row.evidence_from, status=IncidentStatus(row.status),
        verdict=Verdict(row.verdict), note=row.note, reviewer=row.reviewer, reviewed_at=row.reviewed_at,
        drill=row.drill, pupil=row.pupil,
    )  # fmt: skip
