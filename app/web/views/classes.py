"""A class before it begins: what was set, what a person has to do by hand, and when the next lesson may be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.preparation import Precaution, Result
from app.store.desk import CourseRecord, PreparationRecord
from app.web.views.lessons import LessonCard
from app.web.views.reader import Reader
from app.web.views.text import ADVICE_LENGTH, day, shown

NAME = 60
LESSON_MINUTES = 45
FORM = "%Y-%m-%dT%H:%M"  # what a datetime-local field takes

# What a person has to do comes first.
_ORDER = (Result.REFUSED, Result.BY_HAND, Result.UNKNOWN, Result.IMPOSSIBLE, Result.ASKED, Result.SET)
_UNDONE = frozenset({Result.REFUSED, Result.BY_HAND, Result.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One precaution and what became of it."""

    key: str
    title: str
    word: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """The newest preparation."""

    when: str
    starts: str
    by: str
    meeting: str
    url: str
    steps: tuple[StepView, ...]
    notes: tuple[str, ...]
    links: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCard:
    """One class in the list. `tone` is ok, warn or quiet."""

    id: str
    name: str
    summary: str
    tone: str
    drill: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassView:
    """Everything before.html shows. The times are what the form offers; `lessons` are those that are not over."""

    id: str
    name: str
    drill: bool
    report: ReportView | None
    wanted: tuple[str, ...]
    meetings: tuple[tuple[str, str], ...]
    meeting: str
    starts: str
    ends: str
    host: str
    may_prepare: bool
    consent: str
    consented: bool
    hardened: str
    may_relieve: bool
    lessons: tuple[LessonCard, ...]


def cards(
    courses: Iterable[CourseRecord], prepared: dict[str, PreparationRecord], reader: Reader
) -> tuple[ClassCard, ...]:
    """The classes of somebody, in the order given."""
    return tuple(_card(course, prepared.get(course.id), reader) for course in courses)


def _card(course: CourseRecord, record: PreparationRecord | None, reader: Reader) -> ClassCard:
    words = reader.words
    if record is None:
        summary, tone = words("Not prepared yet"), "quiet"
    elif record.ends_at < reader.now:
        summary, tone = words("The prepared lesson is over"), "quiet"
    else:
        todo = sum(1 for s in record.steps if s.result in _UNDONE)
        when = words("Prepared for {when}", when=day(record.starts_at, reader.zone))
        rest = words.many("{count} thing left for you", "{count} things left for you", todo) if todo else ""
        summary, tone = " · ".join(filter(None, (when, rest))), "warn" if todo else "ok"
    return ClassCard(id=course.id, name=shown(course.name, NAME), summary=summary, tone=tone, drill=course.drill)


def before(
    course: CourseRecord, record: PreparationRecord | None, wanted: Iterable[Precaution], reader: Reader, *,
    host: str, may_prepare: bool, consent: str = "", consented: bool = False, hardened: float | None = None,
    may_relieve: bool = False, lessons: tuple[LessonCard, ...] = (),
) -> ClassView:  # fmt: skip
    """One class before it begins."""
    words = reader.words
    start = _next_hour(reader)
    return ClassView(
        id=course.id, name=shown(course.name, NAME), drill=course.drill,
        report=_report(record, reader) if record else None,
        wanted=tuple(words.word("precaution", p) for p in Precaution if p in set(wanted)),
        meetings=(("", words("A new meeting")), *((m, shown(m, NAME)) for m in course.meetings)),
        meeting=course.meetings[0] if course.meetings else "",
        starts=start.strftime(FORM), ends=(start + timedelta(minutes=LESSON_MINUTES)).strftime(FORM),
        host=host, may_prepare=may_prepare, consent=consent, consented=consented, may_relieve=may_relieve,
        hardened="" if hardened is None else day(hardened, reader.zone), lessons=lessons,
    )  # fmt: skip


def _report(record: PreparationRecord, reader: Reader) -> ReportView:
    words = reader.words
    return ReportView(
        when=day(record.at, reader.zone), starts=day(record.starts_at, reader.zone), by=reader.who(record.by),
        meeting=shown(record.meeting, NAME), url=_address(record.url), steps=_steps(record, reader),
        notes=tuple(shown(words.of(n), ADVICE_LENGTH) for n in record.notes), links=record.links,
    )  # fmt: skip


def _steps(record: PreparationRecord, reader: Reader) -> tuple[StepView, ...]:
    words = reader.words
    ordered: Sequence[str] = [r.value for r in _ORDER]
    steps = sorted(record.steps, key=lambda s: ordered.index(s.result) if s.result in ordered else 0)
    return tuple(
        StepView(
            key=s.result, title=words.word("precaution", s.precaution), word=words.word("result", s.result),
            detail=shown(words.of(s.detail), ADVICE_LENGTH),
        )
        for s in steps
    )  # fmt: skip


def _address(url: str) -> str:
    """An address that is safe to be a link; "" for anything else that a platform may say."""
    return url if url.startswith(("https://", "http://")) and url.isprintable() and len(url) <= 2000 else ""


def _next_hour(reader: Reader) -> datetime:
    now = datetime.fromtimestamp(reader.now, reader.zone)
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
