"""The teacher's panel: the lessons, one lesson, its buttons, and the numbered rows live.

Every button is a plain form; with htmx the same request comes back as fragments. A press goes through the pipeline
like everything else; its idempotency key makes a doubled request count once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.domain.actions import Button
from app.domain.errors import Invalid, PanelError
from app.domain.events import ButtonPressed
from app.live import Panel, Slow, told
from app.store import codec
from app.store.desk import LessonRecord, UserRole
from app.store.log import Lesson, Logged
from app.web.auth import Actor, Genuine, Of, SignedIn, Verb, demand_course, frame, may, opened_by, translator
from app.web.office import reading
from app.web.office.classes import listed
from app.web.pages import Frame, render
from app.web.readers import reader_of
from app.web.service import Service, service_of
from app.web.views import LessonView, Row, lesson
from app.web.views.lessons import lessons as lesson_cards
from app.web.views.office import noticed

router = APIRouter(include_in_schema=False)

SHOWN = 400  # newest rows that the panel's timeline is folded from
CLASSES = 20  # of somebody's classes that the start page shows
RESUME = 500  # rows read at once for a panel that comes back


@router.get("/")
def home() -> Response:
    """To the lessons."""
    return RedirectResponse("/lessons", status_code=303)


@router.get("/lessons")
async def lessons(request: Request, actor: SignedIn, after: str = "") -> Response:
    """The lessons that somebody guards, live ones first."""
    if actor.role is UserRole.DISTRICT:
        return RedirectResponse("/policy/district", status_code=303)  # the only thing that is theirs
    service = service_of(request)
    page = await run_in_threadpool(service.desk.lessons.page, actor.school, guard=actor.guards, after=after)
    live = {r.id: (await service.pipeline.look(actor.school, r.id)).state for r in page.items if r.status == "live"}
    reader = await run_in_threadpool(reader_of, request, actor)
    cards = lesson_cards(page.items, live, reader)
    older = f"/lessons?after={page.next}" if page.next else ""
    told = noticed(await reading.noticed(service, actor), reader)
    shown, more = ((), "") if after else await run_in_threadpool(lambda: listed(request, actor, limit=CLASSES))
    return _html(
        request, "lessons.html", frame(request, actor), lessons=cards, older=older, notices=told, classes=shown,
        more_classes=bool(more),
    )  # fmt: skip


@router.get("/lessons/{lesson_id}")
async def show(request: Request, actor: SignedIn, lesson_id: str) -> Response:
    """The panel of one lesson."""
    view = await _view(request, actor, lesson_id)
    return _html(request, "lesson.html", frame(request, actor), view=view)


@router.get("/lessons/{lesson_id}/fragments")
async def fragments(request: Request, actor: SignedIn, lesson_id: str) -> Response:
    """Every part of the panel that may have changed."""
    view = await _view(request, actor, lesson_id)
    return _html(request, "fragments.html", frame(request, actor), view=view)


@router.post("/lessons/{lesson_id}/press", dependencies=[Genuine])
async def press(
    request: Request,
    actor: SignedIn,
    lesson_id: str,
    button: Annotated[str, Form()],
    key: Annotated[str, Form(min_length=8, max_length=64)],
    participant: Annotated[str, Form(max_length=255)] = "",
    undo_of: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """A button of the panel."""
    service = service_of(request)
    pressed = _button(button)
    await _allowed(service, actor, lesson_id, Verb.END if pressed is Button.END else Verb.PRESS)
    event = ButtonPressed(
        at=service.now(), button=pressed, by=actor.user, key=key, participant=participant, undo_of=undo_of
    )
    intents = await service.pipeline.press(actor.school, lesson_id, event)
    flashes = () if intents else (_nothing_to_do(request, actor),)
    if "hx-request" not in request.headers:
        return RedirectResponse(f"/lessons/{lesson_id}", status_code=303)
    view = await _view(request, actor, lesson_id)
    return _html(request, "fragments.html", frame(request, actor, flashes=flashes), view=view)


@router.get("/lessons/{lesson_id}/end")
async def ask_end(request: Request, actor: SignedIn, lesson_id: str) -> Response:
    """END without script: a page that asks once more."""
    await _allowed(service_of(request), actor, lesson_id, Verb.END)
    view = await _view(request, actor, lesson_id)
    return _html(request, "end.html", frame(request, actor), view=view)


@router.post("/lessons/{lesson_id}/end", dependencies=[Genuine])
async def end(
    request: Request, actor: SignedIn, lesson_id: str, key: Annotated[str, Form(min_length=8, max_length=64)]
) -> Response:
    """The answer of that page."""
    service = service_of(request)
    await _allowed(service, actor, lesson_id, Verb.END)
    event = ButtonPressed(at=service.now(), button=Button.END, by=actor.user, key=key)
    await service.pipeline.press(actor.school, lesson_id, event)
    return RedirectResponse(f"/lessons/{lesson_id}", status_code=303)


@router.post("/lessons/{lesson_id}/raid", dependencies=[Genuine])
async def raid(request: Request, actor: SignedIn, lesson_id: str) -> Response:
    """Start the scripted raid of a practice lesson."""
    service = service_of(request)
    record = await _allowed(service, actor, lesson_id, Verb.PRESS)
    connected = service.connections.get(record.connection)
    await service.start_raid(connected.adapter if connected else None, record.key.partition(":")[0])
    return RedirectResponse(f"/lessons/{lesson_id}", status_code=303)


# --- live -----------------------------------------------------------------------------------------------------------


@router.websocket("/live/{lesson_id}")
async def live(socket: WebSocket, lesson_id: str, after: int = 0) -> None:
    """The numbered rows of a lesson: those after `after` from the log, then each as it is written."""
    service = service_of(socket)
    try:
        actor = await opened_by(socket)
        await _allowed(service, actor, lesson_id, Verb.SEE)
    except PanelError:
        await socket.close(1008)
        return
    await socket.accept()
    with suppress(WebSocketDisconnect):
        async with service.live.watching(lesson_id) as panel:
            listening = asyncio.create_task(_until_closed(socket))
            sending = asyncio.create_task(_send(socket, service, actor.school, lesson_id, panel, max(0, after)))
            done, pending = await asyncio.wait({listening, sending}, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            if listening not in done:
                await _end(socket, sending.exception())


async def _end(socket: WebSocket, failure: BaseException | None) -> None:
    """Nothing more is sent: a panel comes back by itself, with the last number it has."""
    if isinstance(failure, WebSocketDisconnect):
        return
    if failure is not None and not isinstance(failure, Slow):
        structlog.get_logger("menshen.panel").error("a panel stumbled", exc_info=failure)
    await socket.close(1013 if isinstance(failure, Slow) else 1011)


async def _until_closed(socket: WebSocket) -> None:
    """What a panel says is not listened to; that it goes is."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _send(socket: WebSocket, service: Service, school: str, lesson_id: str, panel: Panel, after: int) -> None:
    async for row in _missed(service, school, lesson_id, after):
        after = row.number
        await socket.send_text(told(row))
    while True:
        number, text = await panel.next()
        if number > after:  # the log and the live queue overlap by what was written in between
            after = number
            await socket.send_text(text)


async def _missed(service: Service, school: str, lesson_id: str, after: int) -> AsyncIterator[Logged]:
    while rows := await run_in_threadpool(service.desk.lessons.rows, school, lesson_id, after=after, limit=RESUME):
        for row in rows:
            yield row
        after = rows[-1].number


# --- what the routes share --------------------------------------------------------------------------------------------


async def _allowed(service: Service, actor: Actor, lesson_id: str, verb: Verb) -> LessonRecord:
    """The lesson, if the actor may do this to it. Raises NotFound and NotAllowed."""

    def look_up() -> LessonRecord:
        record = service.desk.lessons.get(actor.school, lesson_id)
        demand_course(service.desk, actor, verb, record.course)
        return record

    return await run_in_threadpool(look_up)


async def _view(request: Request, actor: Actor, lesson_id: str) -> LessonView:
    """The panel as this reader sees it at this moment."""
    service = service_of(request)
    record = await _allowed(service, actor, lesson_id, Verb.SEE)
    now: Lesson = await service.pipeline.look(actor.school, lesson_id)
    after = max(0, now.number - SHOWN)
    rows = await run_in_threadpool(service.desk.lessons.rows, actor.school, lesson_id, after=after, limit=SHOWN)
    course = await run_in_threadpool(service.desk.courses.get, actor.school, record.course)
    reader = await run_in_threadpool(reader_of, request, actor)
    teacher = next((reader.names.get(mail, "") for mail in course.teachers), "")
    return lesson(
        now.state.but(now=max(now.state.now, service.now())),
        [_row(row) for row in rows],
        service.connections.capabilities(record.connection),
        reader,
        title=course.name,
        teacher=teacher,
        may_end=await run_in_threadpool(_may_end, service, actor, record.course),
    )


def _may_end(service: Service, actor: Actor, course: str) -> bool:
    part = None if actor.sees_all else service.desk.courses.part(actor.school, course, actor.mail)
    return may(actor, Verb.END, Of(school=actor.school, part=part)) is True


def _row(row: Logged) -> Row:
    return Row(
        number=row.number, at=row.recorded_at, kind=row.kind, body=codec.whole(row.body, row.private or None)
    )  # fmt: skip


def _button(name: str) -> Button:
    try:
        return Button(name)
    except ValueError:
        raise Invalid(problems=(("button", "one of: " + ", ".join(Button)),)) from None


def _nothing_to_do(request: Request, actor: Actor) -> str:
    words = translator(request, actor)
    return words("The room is like that already.")


def _html(request: Request, template: str, around: Frame, **context: object) -> HTMLResponse:
    return HTMLResponse(render(service_of(request).pages, template, around, **context))
