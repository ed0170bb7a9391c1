"""The pages of the review: the list, one incident, its verdict, undo, and the files to keep."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.domain.actions import Button
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.events import ButtonPressed
from app.domain.incidents import Verdict
from app.domain.state import LessonState, Status
from app.store.review import Incident, Judgement
from app.web import views
from app.web.auth import Actor, Genuine, SignedIn, Verb, frame, names_hidden
from app.web.masking import masked
from app.web.pages import render
from app.web.readers import reader_of
from app.web.review import asked, reading
from app.web.review.asked import Kind
from app.web.service import Service, service_of

router = APIRouter(include_in_schema=False)

_KEPT = ("status", "course", "verdict", "rule", "severity", "from", "to", "drill")  # what a link to another page keeps


@router.get("/incidents")
def incidents(request: Request, actor: SignedIn) -> Response:
    """The incidents that are somebody's business, newest first."""
    service, query = service_of(request), request.query_params
    reader = reader_of(request, actor)
    chosen = asked.filter_of(query, reader.zone, actor.guards, practice=service.settings.is_practice)
    page = service.review.incidents(actor.school, chosen, after=query.get("after", ""))
    courses = service.desk.courses.page(actor.school, guard=actor.guards, limit=200).items
    html = render(
        service.pages,
        "incidents.html",
        frame(request, actor),
        incidents=views.incidents(page.items, reader),
        choices=views.choices([(c.id, c.name) for c in courses], reader),
        chosen=_form(query, drill=chosen.drill),
        newer=_address(query) if query.get("after") else "",
        older=_address(query, after=page.next) if page.next else "",
    )
    return HTMLResponse(html)


@router.get("/incidents/{incident}")
async def show(request: Request, actor: SignedIn, incident: str, names: str = "") -> Response:
    """One incident with its facts, its picture and its rows."""
    service = service_of(request)
    record = await run_in_threadpool(reading.record, service, actor, incident)
    case = record.incident
    status, state = await _lesson(service, case)
    hidden = names_hidden(actor, status, reveal=names == "1")
    if names == "1":
        reading.revealed(actor, incident, "page")
    reader = await run_in_threadpool(reader_of, request, actor)
    shown = masked(record) if hidden else record
    view = views.incident(shown, state, reading.capabilities(service, case), reader)
    html = render(
        service.pages, "incident.html", frame(request, actor), view=view, exports=("csv", "json"), masked=hidden
    )
    return HTMLResponse(html)


@router.post("/incidents/{incident}/verdict", dependencies=[Genuine])
def judge(
    request: Request,
    actor: SignedIn,
    incident: str,
    verdict: Annotated[str, Form()],
    note: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Keep a verdict. A form that was drawn before somebody else's verdict is refused."""
    service = service_of(request)
    reading.found(service, actor, incident)
    told = asked.one_of(Verdict, "verdict", verdict)
    if told is None:
        raise Invalid(problems=(("verdict", "one of: " + ", ".join(Verdict)),))
    _, at = asked.seen_in(seen or "unreviewed")  # a form without it was drawn before any verdict
    judged = Judgement(verdict=told, note=_lines(note), reviewer=actor.mail, checked=True, seen=at)
    service.review.judge(actor.school, incident, judged)
    return RedirectResponse(f"/incidents/{incident}", status_code=303)


@router.post("/incidents/{incident}/undo", dependencies=[Genuine])
async def undo(
    request: Request,
    actor: SignedIn,
    incident: str,
    intent: Annotated[str, Form(max_length=48)],
    key: Annotated[str, Form(min_length=8, max_length=64)],
) -> Response:
    """Take a measure of this incident back, while its lesson runs."""
    service = service_of(request)
    case = await run_in_threadpool(_undoable, service, actor, incident, intent)
    status, _ = await _lesson(service, case)
    if status is not Status.LIVE:
        raise Conflict("the lesson is over: nothing stands that could be taken back")
    event = ButtonPressed(at=service.now(), button=Button.UNDO, by=actor.user, key=key, undo_of=intent)
    await service.pipeline.press(actor.school, case.lesson, event)
    return RedirectResponse(f"/incidents/{incident}", status_code=303)


@router.get("/incidents/{incident}/export.{kind}")
def export(request: Request, actor: SignedIn, incident: str, kind: str) -> Response:
    """The incident as a file."""
    return attachment(service_of(request), actor, incident, asked.kind_of(kind), request)


def attachment(service: Service, actor: Actor, incident: str, kind: Kind, request: Request) -> Response:
    """A file that a browser saves and never shows."""
    body, name = reading.exported(service, actor, incident, kind, request)
    headers = {"content-disposition": f'attachment; filename="{name}"', "x-content-type-options": "nosniff"}
    return Response(body, media_type=kind.media_type, headers=headers)


async def _lesson(service: Service, case: Incident) -> tuple[Status, LessonState | None]:
    """Whether the lesson runs, and its state while it does."""
    lesson = await run_in_threadpool(service.desk.lessons.get, case.school, case.lesson)
    if lesson.status is not Status.LIVE or service.connections.get(case.connection) is None:
        return lesson.status, None
    return lesson.status, (await service.pipeline.look(case.school, case.lesson)).state


def _undoable(service: Service, actor: Actor, incident: str, intent: str) -> Incident:
    case = reading.found(service, actor, incident, Verb.PRESS)
    if service.review.proof(actor.school, intent).incident != case.id:
        raise NotFound("no such intent in this incident")
    return case


def _form(query: Mapping[str, str], *, drill: bool) -> dict[str, str | bool]:
    """What the filter form shows as chosen."""
    fields = {"status": "status", "course": "course", "verdict": "verdict", "rule": "rule", "since": "from"}
    return {**{k: query.get(v, "") for k, v in fields.items()}, "until": query.get("to", ""), "drill": drill}


def _address(query: Mapping[str, str], **more: str) -> str:
    """The list with the same filter."""
    kept = {key: query[key] for key in _KEPT if query.get(key)} | more
    return "/incidents" + (f"?{urlencode(kept)}" if kept else "")


def _lines(text: str) -> str:
    """What a browser sends for a text area, with the line ends of the rest of the world."""
    return text.replace("\r\n", "\n")
