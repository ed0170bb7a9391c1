"""What is done before a class: the platform's own settings, personal links, and the list of those who belong.

A platform that fails leaves everything as it was: a roster is replaced after the new one is there whole, and a report
is kept after the platform has answered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog
from starlette.concurrency import run_in_threadpool

from adapters.preparation import Precaution, Preparation, Prepared, Result
from app.domain.actions import Words
from app.domain.errors import Conflict, Invalid
from app.domain.events import RosterLoaded
from app.domain.people import RosterEntry
from app.precautions import wanted
from app.store.desk import CourseRecord, NewPreparation, PreparationRecord, RosterChange, StepRecord
from app.store.desk.courses import MEETING, MOST_MEETINGS
from app.store.desk.roster import link_of, without_link
from app.store.desk.typed import LINE, line
from app.web.auth import Actor, Verb, demand, demand_course
from app.web.office import layering
from app.web.office.asking import ask
from app.web.office.reading import connected_of
from app.web.service import Service

LONGEST = 24 * 3600.0  # seconds of a lesson
AHEAD = 400 * 86_400.0  # seconds; a school year and a little
LATE = 86_400.0  # seconds since a lesson began for which a preparation still makes sense

_UNSAID = Words(
    zh="平台没有说明结果：请在会议设置中查看。",
    vi="Nền tảng không cho biết kết quả: hãy xem trong phần cài đặt cuộc họp.",
    en="The platform did not say: look at it in the settings of the meeting.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A class to prepare. `meeting` "" = create one; `precautions` None = what the course's policy asks for."""

    starts_at: float
    ends_at: float
    host: str
    meeting: str = ""
    precautions: frozenset[Precaution] | None = None
    renew_links: bool = False
    key: str = ""  # the same key again is the same wish: a second press makes no second meeting


async def prepare(service: Service, actor: Actor, course: str, wish: Wish) -> PreparationRecord:
    """Set up a meeting by the course's policy and keep the report. Raises PanelError, Conflict and AdapterError."""
    async with service.turns.turn(f"prepare {actor.school} {course}"):
        done = await run_in_threadpool(_done, service, actor, course, wish.key)
        return done or await _prepare(service, actor, course, wish)


def _done(service: Service, actor: Actor, course: str, key: str) -> PreparationRecord | None:
    """What came of the same press before. Raises NotAllowed and NotFound."""
    demand_course(service.desk, actor, Verb.PREPARE, course)
    return service.desk.preparations.of_key(actor.school, course, key) if key else None


async def _prepare(service: Service, actor: Actor, course: str, wish: Wish) -> PreparationRecord:
    record, precautions = await run_in_threadpool(_asked, service, actor, course, wish)
    connected = connected_of(service, actor, record.connection)
    entries = await _entries(service, actor.school, course, precautions, renew=wish.renew_links)
    tokens = {e.id: link_of(e) for e in entries if link_of(e)} if Precaution.PERSONAL_LINKS in precautions else {}
    told = Preparation(
        meeting=wish.meeting, title=record.name, starts_at=wish.starts_at, ends_at=wish.ends_at, host=wish.host,
        wanted=precautions, members=tuple(map(without_link, entries)), tokens=tokens,
    )  # fmt: skip
    prepared = await ask(connected.adapter.platform, connected.adapter.prepare(told))
    return await run_in_threadpool(_keep, service, actor, record, wish, precautions, prepared, tokens)


async def import_roster(
    service: Service, actor: Actor, course: str, group: str, *, confirm: bool = False
) -> RosterChange:
    """Replace a course's list by a class of the school's address book. Raises PanelError, Conflict and AdapterError.

    For school IT: whoever may name a group reads it.
    """
    demand(actor, Verb.CONNECT)
    name = line("group", group, at_most=LINE)
    record = await run_in_threadpool(service.desk.courses.get, actor.school, course)
    connected = connected_of(service, actor, record.connection)
    entries = await ask(connected.adapter.platform, connected.adapter.roster(name))
    if not entries:
        raise Invalid(problems=(("group", "a group with people in it: the list that is there stays"),))
    change = await run_in_threadpool(
        service.desk.documents.put_roster, actor.school, course, entries, confirm_shrink=confirm
    )
    await announce(service, actor.school, course, change)
    return change


async def announce(service: Service, school: str, course: str, change: RosterChange) -> None:
    """Let the live lessons of a course judge everybody by its new list at once."""
    for lesson in await run_in_threadpool(service.desk.courses.live_lessons, school, course):
        event = RosterLoaded(at=service.now(), version=change.version, size=change.size)
        await service.pipeline.tell(school, lesson, event)


def defaults(service: Service, school: str, course: str) -> frozenset[Precaution]:
    """What the policy in force for a course asks for. Raises NotFound. Blocking."""
    return wanted(layering.in_force(service, school, layering.of_course(course)).policy)


def precautions_of(names: Iterable[str]) -> frozenset[Precaution]:
    """Precautions by name. Raises Invalid."""
    try:
        return frozenset(Precaution(name) for name in names)
    except ValueError:
        raise Invalid(problems=(("wanted", "some of: " + ", ".join(Precaution)),)) from None


def handed_out(service: Service, actor: Actor, course: str) -> tuple[tuple[RosterEntry, str], ...]:
    """Everybody with his personal link, for handing out; that somebody looked is written down. Blocking.

    Raises NotAllowed and NotFound.
    """
    demand_course(service.desk, actor, Verb.PREPARE, course)
    links = service.desk.preparations.links(actor.school, course)
    entries, _ = service.desk.documents.roster(actor.school, course)
    structlog.get_logger("menshen.web").info("links handed out", course=course, by=actor.user, links=len(links))
    return tuple((entry, links[entry.id]) for entry in entries if entry.id in links)


# --- steps ------------------------------------------------------------------------------------------------------------


def _asked(service: Service, actor: Actor, course: str, wish: Wish) -> tuple[CourseRecord, frozenset[Precaution]]:
    """The course and what is to be set, once everything fits."""
    demand_course(service.desk, actor, Verb.PREPARE, course)
    record = service.desk.courses.get(actor.school, course)
    _fits(wish, service.now())
    if wish.meeting not in record.meetings and len(record.meetings) >= MOST_MEETINGS:
        raise Invalid(problems=(("meetings", f"at most {MOST_MEETINGS}: take old ones out of the course first"),))
    if wish.meeting:
        owner = service.desk.courses.owner(actor.school, record.connection, wish.meeting)
        if owner not in ("", course):
            raise Conflict("this meeting belongs to another course")
        if not owner and not actor.sees_all:
            raise Invalid(problems=(("meeting", "a meeting of this course, or empty for a new one"),))
    chosen = wish.precautions
    return record, defaults(service, actor.school, course) if chosen is None else chosen


def _fits(wish: Wish, now: float) -> None:
    """Refuse what cannot be meant. Raises Invalid naming each field."""
    problems = []
    if not now - LATE <= wish.starts_at <= now + AHEAD:
        problems.append(("starts_at", "a time between yesterday and a year from now"))
    if not 0 < wish.ends_at - wish.starts_at <= LONGEST:
        problems.append(("ends_at", "after the start, by a day at the most"))
    if problems:
        raise Invalid(problems=tuple(problems))
    line("host", wish.host, at_most=LINE, blank=True)
    line("meeting", wish.meeting, at_most=MEETING, blank=True)


async def _entries(
    service: Service, school: str, course: str, precautions: frozenset[Precaution], *, renew: bool
) -> tuple[RosterEntry, ...]:
    """Who belongs. Tokens are on the list before the platform hears of them: the other way a link would not match."""
    if Precaution.PERSONAL_LINKS not in precautions:
        entries, _ = await run_in_threadpool(service.desk.documents.roster, school, course)
        return entries
    linked, change = await run_in_threadpool(service.desk.documents.give_links, school, course, renew=renew)
    if change is not None:
        await announce(service, school, course, change)
    return linked


def _keep(
    service: Service, actor: Actor, record: CourseRecord, wish: Wish, precautions: frozenset[Precaution],
    prepared: Prepared, tokens: Mapping[str, str],
) -> PreparationRecord:  # fmt: skip
    """The report first, then the meeting: what the platform did is never forgotten."""
    links = {entry: link for entry, link in prepared.links.items() if entry in tokens}
    meeting = prepared.meeting or wish.meeting
    new = NewPreparation(
        connection=record.connection, meeting=meeting, starts_at=wish.starts_at, ends_at=wish.ends_at, host=wish.host,
        by=actor.user, key=wish.key, url=prepared.url, steps=tuple(_steps(precautions, prepared)),
        notes=prepared.notes, links=links,
    )  # fmt: skip
    kept = service.desk.preparations.keep(actor.school, record.id, new)
    if meeting and meeting not in record.meetings:
        service.desk.courses.add_meeting(actor.school, record.id, meeting)
    return kept


def _steps(precautions: frozenset[Precaution], prepared: Prepared) -> Iterable[StepRecord]:
    """One step for each precaution, in their own order; one that the adapter did not speak of is unknown."""
    told = {s.precaution: s for s in prepared.steps}
    for precaution in Precaution:
        step = told.get(precaution)
        if step is not None:
            yield StepRecord(precaution=precaution.value, result=step.result.value, detail=step.detail)
        elif precaution in precautions:
            yield StepRecord(precaution=precaution.value, result=Result.UNKNOWN.value, detail=_UNSAID)
