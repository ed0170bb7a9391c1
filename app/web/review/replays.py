"""The page on which a lesson runs again: choose the rules, press, and read what they would have done."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from app.domain.errors import Invalid
from app.store.desk import LessonRecord
from app.web import replaying
from app.web.auth import Actor, SignedIn, frame, translator
from app.web.pages import render
from app.web.readers import reader_of
from app.web.service import service_of
from app.web.views import replay as views
from app.web.views.text import ADVICE_LENGTH, shown

router = APIRouter(include_in_schema=False)


@router.get("/lessons/{lesson}/replay")
async def replay(
    request: Request, actor: SignedIn, lesson: str, policy: str = "", names: str = ""
) -> Response:  # fmt: skip
    """The form and, once a policy is chosen, what it would have done."""
    record = await run_in_threadpool(replaying.found, service_of(request), actor, lesson)
    view, hidden, problem = None, False, ""
    if policy:
        view, hidden, problem = await _run(request, actor, record, policy, names == "1")
    reader = await run_in_threadpool(reader_of, request, actor)
    page = views.page(record, policy or replaying.TODAY, replaying.CHOICES, view, reader)
    around = frame(request, actor, problem=problem)
    html = render(service_of(request).pages, "replay.html", around, page=page, masked=hidden)
    return HTMLResponse(html, 422 if problem else 200)


async def _run(
    request: Request, actor: Actor, record: LessonRecord, policy: str, reveal: bool
) -> tuple[views.ReplayView | None, bool, str]:
    """(what came of it, whether names are masked, what is wrong)."""
    try:
        sides = await replaying.replayed(service_of(request), record, policy)
    except Invalid as e:
        words = translator(request, actor)
        said = words("This lesson cannot be replayed here. It is too long, older than this version, or damaged.")
        return None, False, f"{said} ({shown(str(e), ADVICE_LENGTH)})"
    hidden, naming = replaying.shown_name(actor, record, reveal=reveal)
    reader = await run_in_threadpool(reader_of, request, actor)
    word = dict(views.choice_words(replaying.CHOICES, reader))[policy]
    return views.replay(sides, word, naming, reader), hidden, ""
