"""Before class over the API: prepare a meeting, read the report, hand out personal links, import a class list."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from app.domain.errors import Invalid
from app.store.desk import PreparationRecord
from app.web.api import shapes
from app.web.api.shapes import In, Out, Sentence, moment, sentence
from app.web.auth import Program, Verb, demand_course
from app.web.office import links as handing
from app.web.office import preparing
from app.web.service import service_of

router = APIRouter(prefix="/courses", tags=["before class"])


class PreparationIn(In):
    """A class to come."""

    starts_at: str = Field(description="RFC 3339, such as 2026-11-23T08:00:00+08:00")
    ends_at: str
    host: str = Field(default="", max_length=254, description="the teacher's account on the platform")
    meeting: str = Field(default="", max_length=255, description="an existing meeting; empty = create one")
    wanted: list[str] | None = Field(default=None, max_length=20, description="precautions; null = by the policy")
    renew_links: bool = Field(default=False, description="new personal links for everybody; the old ones end")
    key: str = Field(default="", max_length=64, description="the same key again prepares nothing again")


class StepOut(Out):
    """What became of one precaution."""

    precaution: str
    result: str = Field(description="set, asked, by_hand, impossible, refused or unknown")
    detail: Sentence | None


class PreparationOut(Out):
    """The report of a preparation. The personal links have an address of their own."""

    id: str
    course: str
    connection: str
    meeting: str
    url: str = Field(description="for the whole class")
    at: str
    starts_at: str
    ends_at: str
    host: str
    steps: list[StepOut]
    notes: list[Sentence]
    links: int = Field(description="how many personal links there are")


class ImportIn(In):
    """A class of the school's address book."""

    group: str = Field(min_length=1, max_length=200)


@router.post("/{course}/prepare", summary="Prepare a class")
async def prepare(request: Request, actor: Program, course: shapes.Id, body: PreparationIn) -> PreparationOut:
    """Creates the meeting, or hardens it, by the course's policy; tells precaution by precaution what became of it."""
    wish = preparing.Wish(
        starts_at=_at("starts_at", body.starts_at), ends_at=_at("ends_at", body.ends_at), host=body.host.strip(),
        meeting=body.meeting.strip(), renew_links=body.renew_links, key=body.key,
        precautions=None if body.wanted is None else preparing.precautions_of(body.wanted),
    )  # fmt: skip
    return _told(await preparing.prepare(service_of(request), actor, course, wish))


@router.get("/{course}/preparation", summary="Read the newest preparation")
def preparation(request: Request, actor: Program, course: shapes.Id) -> PreparationOut:
    """Without the personal links."""
    desk = service_of(request).desk
    demand_course(desk, actor, Verb.SEE, course)
    return _told(desk.preparations.newest(actor.school, course))


@router.get(
    "/{course}/preparation/links", summary="Personal links", response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)  # fmt: skip
def links(request: Request, actor: Program, course: shapes.Id) -> Response:
    """As a spreadsheet for handing out. Whoever has a pupil's link comes in as that pupil."""
    return handing.attachment(preparing.handed_out(service_of(request), actor, course))


@router.post("/{course}/roster/import", summary="Import the roster")
async def import_roster(
    request: Request, actor: Program, course: shapes.Id, body: ImportIn,
    confirm_shrink: Annotated[bool, Query(description="1 = the list really is that much shorter")] = False,
) -> shapes.RosterTaken:  # fmt: skip
    """Replaces the roster by a class of the school's address book, by the same rules as PUT. For school IT."""
    change = await preparing.import_roster(service_of(request), actor, course, body.group, confirm=confirm_shrink)
    return shapes.RosterTaken(version=change.version, size=change.size, shrunk=change.shrunk)


def _at(field: str, text: str) -> float:
    try:
        told = datetime.fromisoformat(text)
        if told.tzinfo is None:
            raise ValueError
        return told.timestamp()
    except (ValueError, OverflowError):
        raise Invalid(problems=((field, "RFC 3339 with a zone, such as 2026-11-23T08:00:00+08:00"),)) from None


def _told(record: PreparationRecord) -> PreparationOut:
    steps = [
        StepOut(precaution=s.precaution, result=s.result, detail=sentence(s.detail) if s.detail else None)
        for s in record.steps
    ]
    return PreparationOut(
        id=record.id, course=record.course, connection=record.connection, meeting=record.meeting, url=record.url,
        at=moment(record.at) or "", starts_at=moment(record.starts_at) or "", ends_at=moment(record.ends_at) or "",
        host=record.host, steps=steps, notes=[sentence(n) for n in record.notes], links=record.links,
    )  # fmt: skip
