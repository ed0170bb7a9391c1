"""Courses over the API: make and change them, their policy layer and their roster."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Query, Request
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from app.domain.errors import Invalid, Malformed
from app.domain.people import RosterEntry
from app.store.desk import NewCourse, RosterChange
from app.web.api import shapes, sheets
from app.web.auth import Actor, Program, Verb, demand, demand_course
from app.web.office import preparing
from app.web.service import Service, service_of
from policies import documents

router = APIRouter(prefix="/courses", tags=["courses"])

IfMatch = Annotated[str, Header(alias="If-Match", max_length=40, description="ETag of the version you have read")]
Document = Annotated[dict[str, Any], Body(examples=[{"preset": "lecture", "sharing": {"who": "hosts"}}])]


# --- the course -------------------------------------------------------------------------------------------------------


@router.post("", status_code=201, summary="Make a course")
def make(request: Request, actor: Program, body: shapes.CourseIn) -> shapes.Course:
    """With its meetings, guards, policy and roster, whole or not at all."""
    demand(actor, Verb.MAKE_COURSE)
    new = NewCourse(
        name=body.name, connection=body.connection, meetings=tuple(body.meetings), teachers=tuple(body.teachers),
        co_guards=tuple(body.co_guards), policy=_checked(body.policy),
        roster=tuple(line.entry() for line in body.roster), drill=body.drill,
    )  # fmt: skip
    return shapes.course(service_of(request).desk.courses.create(actor.school, new))


@router.get("", summary="List courses")
def courses(request: Request, actor: Program, after: shapes.After = "", limit: shapes.Limit = 50) -> shapes.Courses:
    """Those that the token's owner may see."""
    page = service_of(request).desk.courses.page(actor.school, guard=actor.guards, after=after, limit=limit)
    return shapes.Courses(items=[shapes.course(record) for record in page.items], next=page.next)


@router.get("/{course}", summary="Read a course")
def read(request: Request, actor: Program, course: shapes.Id) -> shapes.Course:
    """Without its policy and roster, which have addresses of their own."""
    desk = service_of(request).desk
    demand_course(desk, actor, Verb.SEE, course)
    return shapes.course(desk.courses.get(actor.school, course))


@router.patch("/{course}", summary="Change a course")
def change(request: Request, actor: Program, course: shapes.Id, body: shapes.CourseChange) -> shapes.Course:
    """Only what is given changes; a list replaces the one before."""
    demand(actor, Verb.MAKE_COURSE)
    record = service_of(request).desk.courses.update(
        actor.school, course, name=body.name, meetings=body.meetings, teachers=body.teachers, co_guards=body.co_guards
    )
    return shapes.course(record)


# --- policy -----------------------------------------------------------------------------------------------------------


@router.get("/{course}/policy", summary="Read the policy")
def policy(
    request: Request, actor: Program, course: shapes.Id,
    effective: Annotated[bool, Query(description="1 = every field with its value and where it comes from")] = False,
) -> Response:  # fmt: skip
    """The course's own layer, or everything that is in force."""
    desk = service_of(request).desk
    demand_course(desk, actor, Verb.SEE, course)
    document, version = desk.documents.policy(actor.school, course)
    return _versioned(documents.effective(document) if effective else document, version)


@router.put("/{course}/policy", summary="Replace the policy")
def put_policy(
    request: Request, actor: Program, course: shapes.Id, document: Document, if_match: IfMatch = ""
) -> Response:
    """Valid as a whole or refused; live lessons follow it from their next event on."""
    desk = service_of(request).desk
    demand_course(desk, actor, Verb.SET_POLICY, course)
    told = _checked(document)
    version = desk.documents.put_policy(actor.school, course, told, seen=seen_version(if_match))
    return _versioned(told, version)


# --- roster -----------------------------------------------------------------------------------------------------------


@router.get("/{course}/roster", summary="Read the roster", responses={200: {"content": {"text/csv": {}}}})
def roster(
    request: Request, actor: Program, course: shapes.Id, accept: Annotated[str, Header(max_length=500)] = ""
) -> Response:
    """As JSON, or as a spreadsheet for `Accept: text/csv`."""
    desk = service_of(request).desk
    demand_course(desk, actor, Verb.SEE, course)
    entries, change = desk.documents.roster(actor.school, course)
    if "text/csv" in accept.lower():
        headers = {"etag": etag(change.version), "content-disposition": 'attachment; filename="roster.csv"'}
        return Response(sheets.write(entries), headers=headers, media_type="text/csv; charset=utf-8")
    return _versioned([shapes.roster_line(entry) for entry in entries], change.version)


_LINE = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "aliases": {"type": "array", "items": {"type": "string"}},
        "accounts": {"type": "array", "items": {"type": "string"}},
        "staff": {"type": "boolean"},
    },
}
_SENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "array", "items": _LINE}},
            "text/csv": {
                "schema": {"type": "string"},
                "example": "学号,姓名,accounts\n20260001,王小明,wxm@school.example\n",
            },
        },
    }
}


@router.put("/{course}/roster", summary="Replace the roster", openapi_extra=_SENT)
async def put_roster(
    request: Request, actor: Program, course: shapes.Id, if_match: IfMatch = "",
    confirm_shrink: Annotated[bool, Query(description="1 = the list really is that much shorter")] = False,
) -> shapes.RosterTaken:  # fmt: skip
    """From JSON or text/csv. Live lessons of the course judge everybody by it at once."""
    service, raw = service_of(request), await request.body()
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    change = await run_in_threadpool(
        _take, service, actor, course, kind, raw, confirm=confirm_shrink, seen=seen_version(if_match)
    )
    await preparing.announce(service, actor.school, course, change)
    return shapes.RosterTaken(version=change.version, size=change.size, shrunk=change.shrunk)


def _take(
    service: Service, actor: Actor, course: str, kind: str, raw: bytes, *, confirm: bool, seen: int | None
) -> RosterChange:
    demand_course(service.desk, actor, Verb.SET_ROSTER, course)
    service.desk.courses.get(actor.school, course)
    entries = _entries(kind, raw)
    return service.desk.documents.put_roster(actor.school, course, entries, confirm_shrink=confirm, seen=seen)


def _entries(kind: str, raw: bytes) -> tuple[RosterEntry, ...]:
    if kind == "text/csv":
        return sheets.read(raw)
    if kind != "application/json":
        raise HTTPException(415, "application/json or text/csv")
    try:
        lines = TypeAdapter(list[shapes.RosterLine]).validate_python(json.loads(raw))
    except (ValueError, RecursionError) as e:
        if not isinstance(e, ValidationError):
            raise Malformed("", "the body is not JSON") from None
        found = e.errors(include_url=False, include_input=False, include_context=False)[:50]
        raise Invalid(problems=tuple((_place(item["loc"]), item["msg"]) for item in found)) from None
    return tuple(line.entry() for line in lines)


def _place(loc: tuple[int | str, ...]) -> str:
    return "roster" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)


# --- versions ---------------------------------------------------------------------------------------------------------


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    shapes.legible("policy", document)
    documents.policy(document)
    return document


def etag(version: int) -> str:
    return f'"{version}"'


def seen_version(if_match: str) -> int | None:
    """The version that the caller has read; None when it does not matter."""
    told = if_match.strip().removeprefix("W/").strip('"')
    if told in ("", "*"):
        return None
    if not (told.isascii() and told.isdigit()):
        raise Invalid(problems=(("If-Match", "the ETag of an earlier answer"),))
    return int(told)


def _versioned(content: Any, version: int) -> Response:
    return JSONResponse(content, headers={"etag": etag(version)})
