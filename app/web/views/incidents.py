"""Incidents as school IT reviews them: the list, and one with its facts, picture and numbered rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.domain.actions import Capabilities
from app.domain.incidents import IncidentStatus, Verdict
from app.domain.state import LessonState
from app.store.review.incidents import NOTE_LENGTH, Incident
from app.store.review.record import INTENT, OUTCOME, LogRow, Record, Step
from app.web.views.picture import Picture, picture
from app.web.views.reader import Reader
from app.web.views.text import clock, day, shown
from app.web.views.timeline import Result, Row, happened, pressed, reason, rule_word, undoable, wish
from app.web.words import RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A key of the domain with its word."""

    key: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """One incident in the list. `level` is 0 to 4, the severity as a number for the bar."""

    id: str
    title: str
    when: str
    until: str
    level: int
    severity: Chip
    rules: tuple[Chip, ...]
    actions: int
    status: Chip
    verdict: Chip
    drill: bool
    pupil: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the filter form offers: (value, word) pairs, the first of each being "all"."""

    statuses: tuple[tuple[str, str], ...]
    verdicts: tuple[tuple[str, str], ...]
    courses: tuple[tuple[str, str], ...]
    rules: tuple[tuple[str, str], ...]


NOTHING = Markup()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One numbered row. An intent has `rule`, `why`, `result`, `latency` and the row it answers to."""

    number: int
    time: str
    what: Markup
    mine: bool
    erased: bool
    rule: str = ""
    why: Markup = NOTHING
    who: str = ""
    result: Result | None = None
    latency: str = ""
    answers: int | None = None
    settled: tuple[int, ...] = ()
    undo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """Everything incident.html shows. `seen` goes back with the verdict, so that two reviewers notice each other."""

    line: IncidentLine
    lesson: str
    reviewer: str
    reviewed: str
    note: str
    note_length: int
    seen: str
    verdicts: tuple[tuple[str, str], ...]
    picture: Picture
    entries: tuple[Entry, ...]


def incidents(found: Iterable[Incident], reader: Reader) -> tuple[IncidentLine, ...]:
    """The list, in the order given."""
    return tuple(line(incident, reader) for incident in found)


def line(incident: Incident, reader: Reader) -> IncidentLine:
    """One incident in one line."""
    severity = incident.severity.name.lower()
    return IncidentLine(
        id=incident.id,
        title=shown(incident.course_name or incident.title, 60) or reader.words("(untitled class)"),
        when=day(incident.opened_at, reader.zone),
        until=clock(incident.last_at, reader.zone, seconds=False),
        level=int(incident.severity),
        severity=_chip("severity", severity, reader),
        rules=tuple(Chip(key=rule, word=rule_word(rule, reader)) for rule in incident.rules),
        actions=incident.actions,
        status=_chip("incident", incident.status, reader),
        verdict=_chip("verdict", incident.verdict, reader),
        drill=incident.drill,
        pupil=incident.pupil,
    )


def _chip(group: str, key: str, reader: Reader) -> Chip:
    return Chip(key=str(key), word=reader.words.word(group, key))


def choices(courses: Sequence[tuple[str, str]], reader: Reader) -> Choices:
    """What may be filtered by; `courses` are (id, name) pairs."""
    words = reader.words
    every = ("", words("All"))
    return Choices(
        statuses=(every, *((str(s), words.word("incident", s)) for s in IncidentStatus)),
        verdicts=(every, *((str(v), words.word("verdict", v)) for v in Verdict)),
        courses=(every, *((key, shown(name, 60)) for key, name in courses)),
        rules=(every, *((rule, words.word("rule", rule)) for rule in RULES)),
    )


def incident(record: Record, state: LessonState | None, capabilities: Capabilities, reader: Reader) -> IncidentView:
    """One incident. `state` is the fold of its lesson while that runs, so that what still stands can be taken back."""
    case, words = record.incident, reader.words
    steps = {step.number: step for step in record.steps}
    return IncidentView(
        line=line(case, reader),
        lesson=case.lesson,
        reviewer=shown(case.reviewer),
        reviewed=day(case.reviewed_at, reader.zone) if case.reviewed_at else "",
        note=case.note,
        note_length=NOTE_LENGTH,
        seen=repr(case.reviewed_at) if case.reviewed_at is not None else "",
        verdicts=tuple((str(v), words.word("verdict", v)) for v in Verdict),
        picture=picture(record.heads, record.rows, record.steps, reader),
        entries=tuple(
            _step(row, steps[row.number], state, capabilities, reader, case)
            if row.number in steps
            else _entry(row, reader, case)
            for row in record.rows
            if row.kind != OUTCOME
        ),
    )


def _entry(row: LogRow, reader: Reader, case: Incident) -> Entry:
    plain = Row(number=row.number, at=row.at, kind=row.kind, body=row.body)
    by = str(row.body.get("by", ""))
    what = wish(row.body.get("action", {}), reader) if row.kind == INTENT else happened(plain, reader)
    return Entry(
        number=row.number,
        time=reader.time(row.at),
        what=pressed(None, plain, reader) if row.kind == "button.pressed" else what,
        who=reader.who(by) if by else "",
        mine=row.incident == case.id,
        erased=row.erased,
    )


def _step(
    row: LogRow, step: Step, state: LessonState | None, capabilities: Capabilities, reader: Reader, case: Incident
) -> Entry:
    outcome = step.outcome.value
    took = step.confirmed_after if step.confirmed_after is not None else step.requested_after
    return Entry(
        number=row.number,
        time=reader.time(row.at),
        what=wish(step.action, reader),
        mine=row.incident == case.id,
        erased=row.erased,
        rule=rule_word(step.rule, reader),
        why=reason(row.body, reader),
        who=reader.who(step.by) if step.by else reader.words("Automatic"),
        result=Result(key=outcome, word=reader.words.word("outcome", outcome), seconds=""),
        latency=reader.words("{seconds} s", seconds=reader.words.number(took)) if took is not None else "",
        answers=step.cause,
        settled=step.outcomes,
        undo=undoable(state, step.intent, capabilities) if state else "",
    )
