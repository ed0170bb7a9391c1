"""Policies over the API: the layers of district, school, course and lesson, and what they come to.

Every address answers GET with the layer's own document, or with `?effective=1` with everything that is in force there;
PUT replaces the document as a whole or not at all.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from app.web.api import shapes
from app.web.api.lessons import found
from app.web.api.versions import IfMatch, seen, versioned
from app.web.auth import Actor, Program, Verb
from app.web.office import layering
from app.web.office.layering import DISTRICT, SCHOOL, Place
from app.web.service import service_of

router = APIRouter(tags=["policies"])

Document = Annotated[dict[str, Any], Body(examples=[{"preset": "lecture", "share_guard": {"who": "hosts"}}])]
Effective = Annotated[bool, Query(description="1 = every field with its value and where it comes from")]


@router.get("/policy", summary="Read the school's policy")
def school(request: Request, actor: Program, effective: Effective = False) -> Response:
    """What the school asks of all its classes."""
    return _read(request, actor, SCHOOL, effective)


@router.put("/policy", summary="Replace the school's policy")
def put_school(request: Request, actor: Program, document: Document, if_match: IfMatch = "") -> Response:
    """Running lessons of all classes follow it from their next event on; what it locks may only become stricter."""
    return _put(request, actor, SCHOOL, document, if_match)


@router.get("/policy/district", summary="Read the district's policy")
def district(request: Request, actor: Program, effective: Effective = False) -> Response:
    """What the district asks of all its schools."""
    return _read(request, actor, DISTRICT, effective)


@router.put("/policy/district", summary="Replace the district's policy")
def put_district(request: Request, actor: Program, document: Document, if_match: IfMatch = "") -> Response:
    """In every school of this installation, with a token of the role `district`."""
    return _put(request, actor, DISTRICT, document, if_match)


@router.get("/courses/{course}/policy", summary="Read the policy")
def course(request: Request, actor: Program, course: shapes.Id, effective: Effective = False) -> Response:
    """The course's own layer, or everything that is in force, with what an automatic hardening makes of it."""
    return _read(request, actor, layering.of_course(course), effective)


@router.put("/courses/{course}/policy", summary="Replace the policy")
def put_course(
    request: Request, actor: Program, course: shapes.Id, document: Document, if_match: IfMatch = ""
) -> Response:
    """Valid as a whole or refused; live lessons follow it from their next event on."""
    return _put(request, actor, layering.of_course(course), document, if_match)


@router.get("/lessons/{lesson}/policy", summary="Read a lesson's policy")
def lesson(request: Request, actor: Program, lesson: shapes.Id, effective: Effective = False) -> Response:
    """What was said for this lesson alone, or everything that is in force in it."""
    record = found(service_of(request), actor, Verb.SEE, lesson)
    return _read(request, actor, layering.of_lesson(record), effective)


@router.put("/lessons/{lesson}/policy", summary="Replace a lesson's policy")
def put_lesson(
    request: Request, actor: Program, lesson: shapes.Id, document: Document, if_match: IfMatch = ""
) -> Response:
    """For this lesson alone; it ends with the lesson."""
    record = found(service_of(request), actor, Verb.SET_POLICY, lesson)
    return _put(request, actor, layering.of_lesson(record), document, if_match)


def _read(request: Request, actor: Actor, place: Place, effective: bool) -> Response:
    service = service_of(request)
    document, version = layering.read(service, actor, place)
    told = layering.in_force(service, actor.school, place).told() if effective else document
    return versioned(told, version)


def _put(request: Request, actor: Actor, place: Place, document: dict[str, Any], if_match: str) -> Response:
    service = service_of(request)
    layering.may_change(service, actor, place)
    shapes.legible("policy", document)
    version = layering.put(service, actor, place, document, seen=seen(if_match))
    return versioned(document, version)
