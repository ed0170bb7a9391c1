"""The pages before class: somebody's classes, what is set for one, and the button that sets it."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.connections import Connected
from app.domain.errors import AdapterError, Gone, Invalid, NotFound, Transient
from app.domain.state import Status
from app.store.desk import CourseRecord, LessonRecord, PreparationRecord
from app.store.desk.roster import without_link
from app.web.auth import Actor, Genuine, Of, SignedIn, Verb, demand_course, frame, may, translator
from app.web.office import consent, layering, links, preparing
from app.web.pages import render
from app.web.readers import reader_of, zone_of
from app.web.service import Service, service_of
from app.web.views import classes as views
from app.web.views.lessons import lessons as lesson_cards
from app.web.views.text import shown

router = APIRouter(include_in_schema=False)

AHEAD = 5  # lessons of each kind whose own rules a class's page leads to


@router.get("/classes")
def classes(request: Request, actor: SignedIn, after: str = "") -> Response:
    """Somebody's classes."""
    service = service_of(request)
    cards, following = listed(request, actor, after=after)
    older = f"/classes?after={following}" if following else ""
    return HTMLResponse(render(service.pages, "classes.html", frame(request, actor), classes=cards, older=older))


def listed(
    request: Request, actor: Actor, *, after: str = "", limit: int = 50
) -> tuple[tuple[views.ClassCard, ...], str]:
    """Somebody's classes, and the cursor to those after them. Blocking."""
    service = service_of(request)
    page = service.desk.courses.page(actor.school, guard=actor.guards, after=after, limit=limit)
    prepared = service.desk.preparations.of_courses(actor.school, [c.id for c in page.items])
    return views.cards(page.items, prepared, reader_of(request, actor)), page.next


@router.get("/classes/{course}")
def before(request: Request, actor: SignedIn, course: str) -> Response:
    """One class before it begins."""
    return _page(request, actor, course)


@router.post("/classes/{course}/prepare", dependencies=[Genuine])
async def prepare(
    request: Request, actor: SignedIn, course: str,
    starts: Annotated[str, Form(max_length=40)], ends: Annotated[str, Form(max_length=40)],
    host: Annotated[str, Form(max_length=254)] = "", meeting: Annotated[str, Form(max_length=255)] = "",
    renew: Annotated[str, Form(max_length=1)] = "", key: Annotated[str, Form(max_length=64)] = "",
) -> Response:  # fmt: skip
    """The button. What the platform answers is kept; where it does not answer, nothing is changed."""
    service = service_of(request)
    zone = await run_in_threadpool(zone_of, service, actor)
    wish = preparing.Wish(
        starts_at=_local("starts", starts, zone), ends_at=_local("ends", ends, zone), host=host.strip(),
        meeting=meeting.strip(), renew_links=renew == "1", key=key,
    )  # fmt: skip
    try:
        await preparing.prepare(service, actor, course, wish)
    except AdapterError as e:
        problem = _told(request, actor, e)
        return await run_in_threadpool(_page, request, actor, course, problem=problem, status=502)
    return RedirectResponse(f"/classes/{course}#report", status_code=303)


@router.get("/classes/{course}/links.csv")
def handed_out(request: Request, actor: SignedIn, course: str) -> Response:
    """The personal links, for handing out."""
    return links.attachment(preparing.handed_out(service_of(request), actor, course))


# --- what the routes share --------------------------------------------------------------------------------------------


def _page(request: Request, actor: Actor, course: str, *, problem: str = "", status: int = 200) -> Response:
    """The page of one class. Blocking."""
    service = service_of(request)
    demand_course(service.desk, actor, Verb.SEE, course)
    record = service.desk.courses.get(actor.school, course)
    part = None if actor.sees_all else service.desk.courses.part(actor.school, course, actor.mail)
    allowed = may(actor, Verb.PREPARE, Of(school=actor.school, part=part)) is True
    newest, connected = _newest(service, actor, course), service.connections.get(record.connection)
    asked = allowed and connected is not None and not actor.sees_all and consent.asks(service, connected)
    reader = reader_of(request, actor)
    view = views.before(
        record, newest, preparing.defaults(service, actor.school, course), reader,
        host=_host(service, actor, record, newest, connected), may_prepare=allowed,
        consent=f"/connect/{record.connection}/consent" if asked else "",
        consented=asked and connected is not None and any(c.user == actor.user for c in consent.given(connected)),
        hardened=layering.in_force(service, actor.school, layering.of_course(course)).hardened_until,
        may_relieve=may(actor, Verb.SET_POLICY, Of(school=actor.school, part=part)) is True,
        lessons=lesson_cards(_ahead(service, actor, course), {}, reader),
    )  # fmt: skip
    html = render(service.pages, "before.html", frame(request, actor, problem=problem), view=view)
    return HTMLResponse(html, status)


def _ahead(service: Service, actor: Actor, course: str) -> tuple[LessonRecord, ...]:
    """The newest lessons of a class that run or have not begun."""
    pages = (
        service.desk.lessons.page(actor.school, status=status, course=course, limit=AHEAD)
        for status in (Status.LIVE, Status.SCHEDULED)
    )
    return tuple(record for page in pages for record in page.items)


def _newest(service: Service, actor: Actor, course: str) -> PreparationRecord | None:
    try:
        return service.desk.preparations.newest(actor.school, course)
    except NotFound:
        return None


def _host(
    service: Service, actor: Actor, course: CourseRecord, newest: PreparationRecord | None, connected: Connected | None
) -> str:
    """Whose meeting it probably is: as before, the account that he allowed us to use, or a teacher's of the list."""
    if newest is not None and newest.host:
        return newest.host
    given = consent.given(connected) if connected else ()
    mine = next((c.account for c in given if c.user == actor.user), "")
    entries, _ = service.desk.documents.roster(actor.school, course.id)
    staff = (account for e in map(without_link, entries) if e.staff for account in e.accounts)
    return mine or next(staff, "")


def _local(field: str, text: str, zone: ZoneInfo) -> float:
    """A datetime-local field, as the school's clocks show it."""
    try:
        told = datetime.fromisoformat(text)
        return (told if told.tzinfo else told.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        raise Invalid(problems=((field, "a date and a time"),)) from None


def _told(request: Request, actor: Actor, error: AdapterError) -> str:
    words = translator(request, actor)
    if isinstance(error, Transient):
        said = words(
            "The platform is busy or cannot be reached. Nothing was changed here; please try again in a minute."
        )
    elif isinstance(error, Gone):
        said = words("The platform does not know this meeting any more. Choose another one, or a new one.")
    else:
        said = words("The platform refused. Nothing was changed here; ask school IT to check the connection.")
    return f"{said} ({shown(str(error), 200)})"
