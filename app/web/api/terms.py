"""The school's own terms for the rules about chat: what it adds to the built-in lists, and what it takes out."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from app.web import term_sheets
from app.web.api.versions import IfMatch, etag, seen
from app.web.auth import Actor, Program, Verb, demand
from app.web.office import vocabulary
from app.web.service import Service, service_of
from policies.terms.lists import SEVERITIES, built_in, parsed

router = APIRouter(prefix="/terms", tags=["terms"])


class TermsTaken(BaseModel):
    """What is in force now."""

    version: int
    size: int


_LINE = {
    "type": "object",
    "required": ["severity", "language", "term"],
    "properties": {
        "severity": {"type": "string", "enum": list(SEVERITIES)},
        "language": {"type": "string", "enum": ["zh", "vi", "en", "-"]},
        "term": {"type": "string"},
        "note": {"type": "string"},
    },
}
_SENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "array", "items": _LINE}},
            "text/csv": {
                "schema": {"type": "string"},
                "example": "severity,language,term,note\nweak,en,blorp,our own\noff,en,idiot,\nsite,-,my.example,\n",
            },
        },
    }
}


@router.get("", summary="Read the school's terms", responses={200: {"content": {"text/csv": {}}}})
def read(
    request: Request, actor: Program, accept: Annotated[str, Header(max_length=500)] = "",
    built_in_too: Annotated[bool, Query(alias="built_in", description="1 = the lists that come with Menshen")] = False,
) -> Response:  # fmt: skip
    """Its own lines, or the built-in ones; as JSON, or as a spreadsheet for `Accept: text/csv`."""
    demand(actor, Verb.SET_TERMS)
    terms = service_of(request).desk.terms.newest(actor.school)
    lines = built_in() if built_in_too else tuple(parsed(terms.text))
    headers = {"etag": etag(terms.version)}
    if "text/csv" in accept.lower():
        headers["content-disposition"] = 'attachment; filename="terms.csv"'
        return Response(term_sheets.write(lines), headers=headers, media_type="text/csv; charset=utf-8")
    told = [{"severity": t.severity, "language": t.language, "term": t.term, "note": t.note} for t in lines]
    return JSONResponse(told, headers=headers)


@router.put("", summary="Replace the school's terms", openapi_extra=_SENT)
async def replace(request: Request, actor: Program, if_match: IfMatch = "") -> TermsTaken:
    """From JSON or text/csv, whole or not at all; live lessons follow from their next event on."""
    service, raw = service_of(request), await request.body()
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind not in ("application/json", "text/csv"):
        raise HTTPException(415, "application/json or text/csv")
    return await run_in_threadpool(_take, service, actor, kind, raw, seen(if_match))


def _take(service: Service, actor: Actor, kind: str, raw: bytes, seen: int | None) -> TermsTaken:
    demand(actor, Verb.SET_TERMS)
    made = vocabulary.replaced(service, actor, term_sheets.read(kind, raw), seen=seen)
    return TermsTaken(version=made.version, size=made.size)
