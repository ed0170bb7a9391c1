"""The settings pages: the school's policy and a class's, in two steps. What would change is shown before it is saved.

Plain forms that work without script. Errors stand at their field, and nothing typed is lost.
"""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from app.web.api.shapes import legible
from app.web.auth import Actor, Genuine, SignedIn, Verb, demand_course, frame, translator
from app.web.office import layering, typed_policy
from app.web.office.layering import SCHOOL, Place
from app.web.office.previewing import DAYS, preview
from app.web.pages import render
from app.web.readers import reader_of
from app.web.service import service_of
from app.web.views import policy as views
from policies.merged import ProblemKind

router = APIRouter(include_in_schema=False)


async def _form(request: Request) -> FormData:
    return await request.form(max_fields=2000, max_files=0)


Filled = Annotated[FormData, Depends(_form)]


@router.get("/policy")
def school(request: Request, actor: SignedIn) -> Response:
    """What the school asks of all its classes."""
    return _page(request, actor, SCHOOL)


@router.get("/classes/{course}/policy")
def of_class(request: Request, actor: SignedIn, course: str) -> Response:
    """The policy of one class."""
    return _page(request, actor, layering.of_course(course))


@router.post("/policy", dependencies=[Genuine])
async def change_school(request: Request, actor: SignedIn, form: Filled) -> Response:
    """Look at a change, save it, or go back to it."""
    return await run_in_threadpool(_step, request, actor, SCHOOL, form)


@router.post("/classes/{course}/policy", dependencies=[Genuine])
async def change_class(request: Request, actor: SignedIn, course: str, form: Filled) -> Response:
    """The same for one class."""
    return await run_in_threadpool(_step, request, actor, layering.of_course(course), form)


@router.post("/classes/{course}/relief", dependencies=[Genuine])
def relief(request: Request, actor: SignedIn, course: str) -> Response:
    """End the hardening of a class that was raided."""
    service = service_of(request)
    demand_course(service.desk, actor, Verb.SET_POLICY, course)
    service.desk.layers.relieve(actor.school, course, by=actor.user)
    return RedirectResponse(f"/classes/{course}", status_code=303)


# --- steps ------------------------------------------------------------------------------------------------------------


def _step(request: Request, actor: Actor, place: Place, form: FormData) -> Response:
    service = service_of(request)
    layering.may_change(service, actor, place)
    step, seen = str(form.get("step", "")), _version(form)
    document = typed_policy.document_of(form) if step not in ("save", "again") else typed_policy.kept_document(form)
    legible("policy", document)
    problems = layering.with_document(service, actor.school, place, document).problems_of(place.level)
    if problems or step == "again":
        return _page(request, actor, place, document=document, seen=seen, status=422 if problems else 200)
    if step != "save":
        return _second(request, actor, place, document, seen)
    try:
        layering.put(service, actor, place, document, seen=seen)
    except Conflict:
        words = translator(request, actor)
        said = words("Somebody else changed this meanwhile. Look at it again, then save.")
        return _page(request, actor, place, document=document, problem=said, status=409)
    return RedirectResponse(f"{_address(place)}?saved=1", status_code=303)


def _page(
    request: Request, actor: Actor, place: Place, *, document: dict[str, Any] | None = None, seen: int | None = None,
    problem: str = "", status: int = 200,
) -> Response:  # fmt: skip
    """The form: as it is stored, or as somebody has just filled it in. Blocking."""
    service, words = service_of(request), translator(request, actor)
    stored, version = layering.read(service, actor, place)
    told = stored if document is None else document
    problems = layering.with_document(service, actor.school, place, told).problems_of(place.level)
    if document is None:  # what is stored and looser than a later lock is told at its field as overruled
        problems = tuple(p for p in problems if p.kind is not ProblemKind.LOCKED)
    own_preset = {"preset": told["preset"]} if "preset" in told else {}
    view = views.page(
        views.Sheet(
            level=place.level, name=_name(request, actor, place), action=_address(place),
            back=f"/classes/{place.course}" if place.course else "", document=told,
            version=version if seen is None else seen, now=layering.in_force(service, actor.school, place),
            without=layering.with_document(service, actor.school, place, own_preset), problems=problems,
            may_change=_allowed(request, actor, place),
        ),
        reader_of(request, actor),
    )  # fmt: skip
    saved = request.method == "GET" and request.query_params.get("saved") == "1"
    flashes = (words("Saved. Running lessons follow from their next event on."),) if saved else ()
    if problems and document is not None:
        problem = problem or words("Nothing was saved yet: look at what is marked below.")
    around = frame(request, actor, flashes=flashes, problem=problem)
    return HTMLResponse(render(service.pages, "policy.html", around, view=view), status)


def _second(request: Request, actor: Actor, place: Place, document: dict[str, Any], seen: int | None) -> Response:
    """What would change, and what the last 30 days would have been like. Blocking."""
    service, words = service_of(request), translator(request, actor)
    stored, version = layering.read(service, actor, place)
    before = layering.with_document(service, actor.school, place, stored)
    after = layering.with_document(service, actor.school, place, document)
    html = render(
        service.pages, "policy_preview.html", frame(request, actor), title=_name(request, actor, place),
        action=_address(place), changes=views.changes(before, after, words), days=DAYS,
        locks=views.locks(before, after, words), document=json.dumps(document),
        version=version if seen is None else seen,
        preview=preview(service, actor.school, place, document),
    )  # fmt: skip
    return HTMLResponse(html)


def _allowed(request: Request, actor: Actor, place: Place) -> bool:
    try:
        layering.may_change(service_of(request), actor, place)
    except (NotAllowed, NotFound):
        return False
    return True


def _name(request: Request, actor: Actor, place: Place) -> str:
    desk = service_of(request).desk
    if place.course:
        return desk.courses.get(actor.school, place.course).name
    return desk.people.school(actor.school).name


def _address(place: Place) -> str:
    return f"/classes/{place.course}/policy" if place.course else "/policy"


def _version(form: FormData) -> int | None:
    told = str(form.get("version", ""))
    if told and not (told.isascii() and told.isdigit() and len(told) < 10):
        raise Invalid(problems=(("version", "as the page gave it"),))
    return int(told) if told else None
