"""The review for programs: incidents, verdicts, files, and the proof that the record is whole."""

from dataclasses import asdict
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Query, Request, Security
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.domain.incidents import IncidentStatus, Verdict
from app.live import rfc3339
from app.store.desk.paging import LIMIT, MOST
from app.store.review import Incident, Judgement
from app.store.review.incidents import NOTE_LENGTH
from app.web import exports
from app.web.api.shapes import ProblemDocument
from app.web.auth import Program, Verb, demand
from app.web.readers import zone_of
from app.web.review import asked, reading
from app.web.review.pages import attachment
from app.web.service import service_of

_SCHEME = HTTPBearer(auto_error=False, description="a token from `menshen token create --role it`")
_PROBLEM: dict[str, Any] = {"model": ProblemDocument}

router = APIRouter(
    prefix="/api/v1",
    tags=["review"],
    dependencies=[Security(_SCHEME)],  # for the documentation: who it is, each handler asks with `Program`
    responses={
        401: _PROBLEM | {"description": "No valid token"},
        403: _PROBLEM | {"description": "The token may not do this"},
        404: _PROBLEM | {"description": "Nothing by that name, or not yours"},
        409: _PROBLEM | {"description": "Somebody else judged in between"},
        422: _PROBLEM | {"description": "The input does not fit; `problems` names each field"},
    },
)


class Change(BaseModel):
    """What may be changed of an incident; what is left out stays. `unreviewed` opens it again."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict | None = None
    note: str | None = Field(None, max_length=NOTE_LENGTH)


@router.get("/incidents")
def incidents(
    request: Request,
    actor: Program,
    status: IncidentStatus | None = None,
    course: str = "",
    rule: str = "",
    verdict: Verdict | None = None,
    severity: str = "",
    since: Annotated[str, Query(alias="from")] = "",
    until: Annotated[str, Query(alias="to")] = "",
    drill: bool | None = None,
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Incidents, newest first. Routine is hidden unless `severity=info`; `drill=true` shows rehearsals only.

    In the practice school everything is a rehearsal, so there that is what is shown unless asked otherwise.
    """
    service = service_of(request)
    query = {
        "status": status or "", "course": course, "rule": rule, "verdict": verdict or "", "severity": severity,
        "from": since, "to": until,
    }  # fmt: skip
    if drill is not None:
        query["drill"] = "1" if drill else ""
    zone = zone_of(service, actor)
    chosen = asked.filter_of(query, zone, actor.guards, practice=service.settings.is_practice)
    page = service.review.incidents(actor.school, chosen, after=after, limit=limit)
    return {"items": [exports.summary(case) for case in page.items], "next": page.next}


@router.get("/incidents/{incident}")
def incident(request: Request, actor: Program, incident: str) -> Response:
    """One incident with its numbered rows. Names are masked; `names=1` shows them, and that is written down."""
    body, _ = reading.exported(service_of(request), actor, incident, asked.Kind.JSON, request)
    case = reading.found(service_of(request), actor, incident)
    return Response(body, media_type="application/json", headers={"etag": asked.version_of(case.reviewed_at)})


@router.patch("/incidents/{incident}")
def judge(
    request: Request, actor: Program, incident: str, change: Change, if_match: Annotated[str, Header()] = ""
) -> Response:
    """Give a verdict, or change its note. With If-Match, only if nobody else did in between."""
    service = service_of(request)
    case = reading.found(service, actor, incident)
    checked, seen = asked.seen_in(if_match)
    judged = Judgement(
        verdict=change.verdict or case.verdict, note=case.note if change.note is None else change.note,
        reviewer=actor.mail, checked=checked, seen=seen,
    )  # fmt: skip
    return _told(service.review.judge(actor.school, incident, judged))


@router.get("/incidents/{incident}/export.{kind}")
def export(request: Request, actor: Program, incident: str, kind: str) -> Response:
    """The incident as a file: json or csv. `names=1` shows the names, and that is written down."""
    return attachment(service_of(request), actor, incident, asked.kind_of(kind), request)


@router.get("/quarantine")
def quarantine(request: Request, actor: Program) -> dict[str, Any]:
    """Genuine deliveries that could not be read, newest first; their bodies stay in the store."""
    demand(actor, Verb.AUDIT)
    return {"items": [asdict(q) for q in service_of(request).review.quarantined(actor.school)]}


@router.get("/unclaimed")
def unclaimed(request: Request, actor: Program) -> dict[str, Any]:
    """Meetings that send events and belong to no course: claim them for one, or leave them alone."""
    demand(actor, Verb.AUDIT)
    return {"items": [asdict(u) for u in service_of(request).review.unclaimed(actor.school)]}


@router.get("/ledger/head")
def head(request: Request, actor: Program) -> dict[str, Any]:
    """One digest of everything on record: keep it elsewhere, and nothing up to here can be rewritten unseen."""
    demand(actor, Verb.AUDIT)
    service = service_of(request)
    found = service.review.head(actor.school)
    built: dict[str, Any] = msgspec.to_builtins(found)
    return built | {"at": rfc3339(service.now())}


@router.get("/ledger/proof")
def proof(request: Request, actor: Program, intent: str) -> dict[str, Any]:
    """Where one intent stands in the chain of its lesson."""
    service = service_of(request)
    found = service.review.proof(actor.school, intent)
    reading.found(service, actor, found.incident)
    built: dict[str, Any] = msgspec.to_builtins(found)
    return built | {"how": exports.CHAIN}


def _told(case: Incident) -> Response:
    return JSONResponse(exports.summary(case), headers={"etag": asked.version_of(case.reviewed_at)})
