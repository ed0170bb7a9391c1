"""The settings pages of every layer, in two steps: what would change is shown before it is saved.

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
from app.web.office.layering import DISTRICT, SCHOOL, Place
from app.web.office.previewing import DAYS, preview
from app.web.pages import render
from app.web.readers import reader_of
from app.web.service import service_of
from app.web.views import policy as views
from policies import documents
from policies.merged import Level, ProblemKind

router = APIRouter(include_in_schema=False)


async def _form(request: Request) -> FormData:
    return await request.form(max_fields=2000, max_files=0)


Filled = Annotated[FormData, Depends(_form)]


def _where(request: Request, actor: SignedIn) -> Place:
    """The layer that an address names. Raises NotFound; who may see it is asked by whoever reads it."""
    named = request.path_params
    if "lesson" in named:
        return layering.of_lesson(service_of(request).desk.lessons.get(actor.school, named["lesson"]))
    if "course" in named:
        return layering.of_course(named["course"])
    return DISTRICT if request.url.path == _address(DISTRICT) else SCHOOL


Where = Annotated[Place, Depends(_where)]


@router.get("/policy")
@router.get("/policy/district")
@router.get("/classes/{course}/policy")
@router.get("/lessons/{lesson}/policy")
def show(request: Request, actor: SignedIn, place: Where) -> Response:
    """What a layer says, what is in force there, and where from."""
    return _page(request, actor, place)


@router.post("/policy", dependencies=[Genuine])
@router.post("/policy/district", dependencies=[Genuine])
@router.post("/classes/{course}/policy", dependencies=[Genuine])
@router.post("/lessons/{lesson}/policy", dependencies=[Genuine])
async def change(request: Request, actor: SignedIn, place: Where, form: Filled) -> Response:
    """Look at a change, save it, or go back to it."""
    answer = await run_in_threadpool(_step, request, actor, place, form)
    if isinstance(answer, Response):
        return answer
    async with service_of(request).turns.turn("replay"):  # it runs lessons again: one at a time, beside those on duty
        return await run_in_threadpool(_second, request, actor, place, *answer)


@router.post("/classes/{course}/relief", dependencies=[Genuine])
def relief(request: Request, actor: SignedIn, course: str) -> Response:
    """End the hardening of a class that was raided."""
    service = service_of(request)
    demand_course(service.desk, actor, Verb.SET_POLICY, course)
    service.desk.layers.relieve(actor.school, course, by=actor.user)
    return RedirectResponse(f"/classes/{course}", status_code=303)


# --- steps ------------------------------------------------------------------------------------------------------------


def _step(
    request: Request, actor: Actor, place: Place, form: FormData
) -> Response | tuple[dict[str, Any], int | None]:  # fmt: skip
    """The answer; or the document to be looked at and the version that its writer saw. Blocking."""
    service, words = service_of(request), translator(request, actor)
    layering.may_change(service, actor, place)
    if place.over:
        said = words("This lesson is over: its rules can no longer be changed.")
        return _page(request, actor, place, problem=said, status=409)
    step, seen = str(form.get("step", "")), _version(form)
    document = typed_policy.document_of(form) if step not in ("save", "again") else typed_policy.kept_document(form)
    legible("policy", document)
    problems = layering.with_document(service, actor.school, place, document).problems_of(place.level)
    if problems or step == "again":
        return _page(request, actor, place, document=document, seen=seen, status=422 if problems else 200)
    if step != "save":
        return document, seen
    try:
        layering.put(service, actor, place, document, seen=seen)
    except Conflict:
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
    told = documents.renamed(stored) if document is None else document  # the form knows today's names only
    problems = layering.with_document(service, actor.school, place, told).problems_of(place.level)
    if document is None:  # what is stored and looser than a later lock is told at its field as overruled
        problems = tuple(p for p in problems if p.kind is not ProblemKind.LOCKED)
    own_preset = {"preset": told["preset"]} if "preset" in told else {}
    view = views.page(
        views.Sheet(
            level=place.level, name=_name(request, actor, place), action=_address(place), course=place.course,
            lesson=place.lesson, over=place.over, schools=len(layering.schools_under(service, actor.school, place)),
            document=told, version=version if seen is None else seen, problems=problems,
            now=layering.in_force(service, actor.school, place),
            without=layering.with_document(service, actor.school, place, own_preset),
            may_change=not place.over and _allowed(request, actor, place),
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
        level=place.level.value, action=_address(place), changes=views.changes(before, after, words), days=DAYS,
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
    desk, words = service_of(request).desk, translator(request, actor)
    if place.course:
        return desk.courses.get(actor.school, place.course).name
    if place.level is Level.DISTRICT:
        return words("All schools")
    return desk.people.school(actor.school).name


def _address(place: Place) -> str:
    return {
        Level.DISTRICT: "/policy/district",
        Level.SCHOOL: "/policy",
        Level.COURSE: f"/classes/{place.course}/policy",
        Level.LESSON: f"/lessons/{place.lesson}/policy",
    }[place.level]


def _version(form: FormData) -> int | None:
    told = str(form.get("version", ""))
    if told and not (told.isascii() and told.isdigit() and len(told) < 10):
        raise Invalid(problems=(("version", "as the page gave it"),))
    return int(told) if told else None
