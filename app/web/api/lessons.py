"""Lessons over the API: what runs, who is there, what happened, and the buttons.

Teachers and co-guards see the names of their pupils. For IT and admins names are shown while a lesson runs and masked
once it is over, unless `reveal=1` asks for them, which is written to the service's log.
"""

import secrets
from dataclasses import fields, replace
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from app.domain.actions import ActionKind, Button
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.events import ButtonPressed, Switches
from app.domain.state import LessonState, Person, Status, mood
from app.live import as_json, rfc3339
from app.store.desk import LessonRecord
from app.web.api import lesson_shapes as told
from app.web.api import shapes
from app.web.auth import Actor, Program, Verb, demand_course, names_hidden
from app.web.service import Service, service_of

router = APIRouter(prefix="/lessons", tags=["lessons"])

Reveal = Annotated[bool, Query(description="1 = with names after the lesson is over; this is logged")]
ON_A_PERSON = frozenset(
    {Button.ADMIT, Button.DENY, Button.HOLD, Button.MUTE, Button.KICK, Button.BAN, Button.UNBAN}
)  # fmt: skip


@router.get("", summary="List lessons")
def lessons(
    request: Request, actor: Program, status: Status | None = None,
    course: Annotated[str, Query(max_length=shapes.ID, pattern=r"^[\x20-\x7e]*$")] = "",
    after: shapes.After = "", limit: shapes.Limit = 50,
) -> told.Lessons:  # fmt: skip
    """Newest first; those that the token's owner may see."""
    page = service_of(request).desk.lessons.page(
        actor.school, status=status, course=course, guard=actor.guards, after=after, limit=limit
    )
    return told.Lessons(items=[told.Lesson(**told.lesson(record)) for record in page.items], next=page.next)


@router.get("/{lesson}", summary="Read a lesson")
async def read(request: Request, actor: Program, lesson: shapes.Id, reveal: Reveal = False) -> told.LessonDetail:
    """Who is there and how well they are known, which switches are in force, and whether Menshen sees the room."""
    service = service_of(request)
    record = await run_in_threadpool(found, service, actor, Verb.SEE, lesson)
    state = (await service.pipeline.look(actor.school, lesson)).state
    hidden = _hidden(actor, record, reveal)
    people = [(p, "inside") for p in state.inside.values()] + [(p, "waiting") for p in state.waiting.values()]
    return told.LessonDetail(
        **told.lesson(record) | {"status": state.status.value, "title": state.title},
        mood=mood(state).value,
        sight=told.Sight(ok=not state.blind, reason=state.blind),
        last_event=shapes.moment(state.last_heard or None),
        switches={f.name: getattr(state.switches, f.name) for f in fields(Switches)},
        participants=[_participant(p, place, hidden) for p, place in people],
        incident=state.incident.id if state.incident else None,
    )


@router.post("/{lesson}/buttons", status_code=202, summary="Press a button")
async def press(request: Request, actor: Program, lesson: shapes.Id, body: told.Press) -> told.Pressed:
    """What is asked of the platform; follow the intents on the timeline. The same key again presses nothing again."""
    service, event = service_of(request), _event(actor, body)
    verb = Verb.END if event.button is Button.END else Verb.PRESS
    await run_in_threadpool(found, service, actor, verb, lesson)
    state = (await service.pipeline.look(actor.school, lesson)).state
    if event.key not in state.pressed:
        possible(state, event)
    intents = await service.pipeline.press(actor.school, lesson, replace(event, at=service.now()))
    return told.Pressed(intents=list(intents))


@router.get("/{lesson}/timeline", summary="Read what happened")
def timeline(
    request: Request, actor: Program, lesson: shapes.Id,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="the last number you have")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 200, reveal: Reveal = False,
) -> told.Timeline:  # fmt: skip
    """The numbered rows, oldest first: the same that a WebSocket at /live/{lesson} sends."""
    service = service_of(request)
    record = found(service, actor, Verb.SEE, lesson)
    hidden = _hidden(actor, record, reveal)
    rows = service.desk.lessons.rows(actor.school, lesson, after=after, limit=limit)
    shown = [told.Row(**as_json(replace(row, private="") if hidden else row)) for row in rows]
    return told.Timeline(items=shown, next=rows[-1].number if rows else after)


def found(service: Service, actor: Actor, verb: Verb, lesson: str) -> LessonRecord:
    """A lesson with which somebody may do this. Raises NotFound and NotAllowed. Blocking."""
    record = service.desk.lessons.get(actor.school, lesson)
    demand_course(service.desk, actor, verb, record.course)
    return record


def possible(state: LessonState, event: ButtonPressed) -> None:
    """Whether a press can mean anything now. Raises Conflict, Invalid and NotFound."""
    if state.status is Status.ENDED:
        raise Conflict("this lesson is over")
    if event.button is Button.UNDO:
        if event.undo_of not in state.intents:
            raise NotFound("no such intent in this lesson")
    elif event.button is Button.UNBAN:
        if not any(_put_out(state, intent, event.participant) for intent in state.intents):
            raise NotFound("nobody by that id was put out of this lesson")
    elif event.button in ON_A_PERSON and state.person(event.participant) is None:
        raise NotFound("nobody by that id is in this lesson")


def _put_out(state: LessonState, intent: str, participant: str) -> bool:
    action = state.intents[intent].action
    out = action.kind in (ActionKind.BAN, ActionKind.KICK)
    return out and action.target is not None and action.target.id == participant


def _event(actor: Actor, body: told.Press) -> ButtonPressed:
    """The press as an event, its words checked. Raises Invalid."""
    problems = []
    if body.button not in set(Button):
        problems.append(("button", "one of: " + ", ".join(Button)))
    elif body.button in ON_A_PERSON and not body.participant:
        problems.append(("participant", "whom? the id of a participant"))
    elif body.button == Button.UNDO and not body.undo_of:
        problems.append(("undo_of", "what? the id of an intent"))
    key = secrets.token_hex(8) if body.key is None else body.key
    texts = (("participant", body.participant), ("key", key), ("undo_of", body.undo_of))
    problems += [(name, "no control characters") for name, text in texts if not text.isprintable()]
    if not key:
        problems.append(("key", "must not be empty"))
    if problems:
        raise Invalid(problems=tuple(problems))
    return ButtonPressed(
        at=0.0, button=Button(body.button), by=actor.user, key=key, participant=body.participant, undo_of=body.undo_of
    )


def _participant(person: Person, place: str, hidden: bool) -> told.Participant:
    p = person.participant
    return told.Participant(
        id=p.id, name=None if hidden else p.name, role=p.role.value, place=place, since=rfc3339(person.since),
        trust=person.match.trust.value, facts=[fact.value for fact in person.match.facts],
        roster_id=person.match.entry, vouched=person.vouched, audio=person.audio, video=person.video,
        share=person.share,
    )  # fmt: skip


def _hidden(actor: Actor, record: LessonRecord, reveal: bool) -> bool:
    hidden = names_hidden(actor, record.status, reveal=reveal)
    if reveal and names_hidden(actor, record.status, reveal=False):
        structlog.get_logger("menshen.privacy").info("names revealed", by=actor.user, lesson=record.id)
    return hidden
