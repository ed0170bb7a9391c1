"""A recorded lesson replayed over the API: whether the record follows from its events, and what another policy does."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from app.replay.telling import as_json
from app.web import replaying
from app.web.api import shapes
from app.web.api.shapes import Out
from app.web.auth import Program
from app.web.service import service_of

router = APIRouter(prefix="/lessons", tags=["lessons"])


class Difference(Out):
    """Where a record and its replay part."""

    row: int = Field(description="the first row that came out otherwise")


class Reproduced(Out):
    """Whether the recorded policy makes the recorded rows again, byte for byte."""

    same: bool
    rows: int = Field(description="rows that were run, up to the first that differs")
    decisions: int
    erased: int = Field(description="rows whose names were erased; what rests on them cannot come out the same")
    lists_erased: int = Field(description="class lists that were erased")
    difference: Difference | None


class Done(Out):
    """One thing that was done."""

    at: float = Field(description="seconds since the start")
    rule: str
    reason: str
    action: str
    id: str = Field(description="the platform's id of the presence it was for, empty for the room")
    name: str = Field(description="cut to its first letter where names are masked")
    by_a_person: bool


class KeptOut(Out):
    """A pupil who stood before the door for more than 20 seconds."""

    id: str
    name: str


class Actions(Out):
    """How often a rule did something."""

    rule: str
    action: str
    count: int


class Figures(Out):
    """What a lesson came to."""

    first_disturbance: float | None = Field(description="seconds since the start; null = nobody disturbed")
    seconds_to_calm: float | None = Field(description="of the longest disturbance; null = it did not end")
    disturbed_seconds: float
    strangers_in: int
    stranger_seconds: float
    presses: int
    seconds: float = Field(description="of the lesson")
    touched: list[Done] = Field(description="automatic measures against pupils")
    kept_out: list[KeptOut]
    actions: list[Actions]


class Replay(Out):
    """A lesson as it was and as it would have been. `replayed` is null where what it rests on is erased."""

    title: str
    start: str = Field(description="when the platform first told of the lesson")
    listed: int = Field(description="people on the class list that judged it")
    reproduced: Reproduced
    happened: Figures
    replayed: Figures | None
    only_happened: list[Done]
    only_replayed: list[Done]


Policy = Annotated[str, Query(max_length=40, description="today, recorded, or the name of a preset")]
Names = Annotated[bool, Query(description="1 = with names after the lesson is over; this is logged")]


@router.get("/{lesson}/replay", summary="Replay a lesson")
async def replay(
    request: Request, actor: Program, lesson: shapes.Id, policy: Policy = replaying.TODAY, names: Names = False
) -> Replay:
    """Run it again. Takes a while: a lesson of 50 000 rows, the most there is here, about half a minute."""
    service = service_of(request)
    record = await run_in_threadpool(replaying.found, service, actor, lesson)
    sides = await replaying.replayed(service, record, policy)
    _, naming = replaying.shown_name(actor, record, reveal=names)
    return Replay(**as_json(sides, naming) | {"start": shapes.moment(sides.start)})
