"""Errors as answers: RFC 9457 problem documents for programs, a page in the reader's language for people.

Every HTTP status of an error is in this file. `type` is stable; what went wrong inside is told to the log only.
"""

import math
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from jinja2 import TemplateError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from app.domain import errors as e
from app.pipeline import Overloaded
from app.web.auth.framing import frame
from app.web.auth.rights import Actor, SignInNeeded, Stale
from app.web.auth.sessions import signed_in
from app.web.pages import render
from app.web.service import service_of
from app.web.views.text import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error as it is told. `name` makes the stable type; pages say it in their own words."""

    status: int
    name: str
    title: str
    detail: str = ""
    problems: tuple[tuple[str, str], ...] = ()
    incident: str = ""
    retry_after: float | None = None

    @property
    def type(self) -> str:
        """The stable URI of this kind of error."""
        return f"urn:menshen:problem:{self.name}"


_INVALID = "The input does not fit; what was in force stays in force."

# The first class that fits decides, so a subclass stands before its base.
_KINDS: tuple[tuple[type[Exception], int, str, str], ...] = (
    (Overloaded, 503, "overloaded", "Menshen is very busy. Please try again in a moment."),
    (SignInNeeded, 401, "sign-in-needed", "Please sign in first."),
    (e.Invalid, 422, "invalid", _INVALID),
    (e.NotFound, 404, "not-found", "There is nothing here by that name."),
    (Stale, 403, "stale", "This page was open for too long: load it again and repeat."),
    (e.NotAllowed, 403, "not-allowed", "You may not do this."),
    (e.Conflict, 409, "conflict", "Somebody else changed or holds this."),
    (e.Duplicate, 409, "duplicate", "This exists already."),
    (e.NotAuthentic, 401, "not-authentic", "This does not prove where it comes from."),
    (e.Malformed, 400, "malformed", "This cannot be read."),
    (e.Transient, 503, "platform-busy", "The platform is busy or cannot be reached."),
    (e.Gone, 410, "gone", "The person or the lesson is no longer there."),
    (e.Refused, 502, "platform-refused", "The platform refused: check its credentials and rights."),
    (OperationalError, 503, "storage-busy", "Menshen is very busy. Please try again in a moment."),
)
_BY_STATUS: dict[int, tuple[str, str]] = {
    400: ("malformed", "This cannot be read."),
    401: ("sign-in-needed", "Please sign in first."),
    403: ("not-allowed", "You may not do this."),
    404: ("not-found", "There is nothing here by that name."),
    405: ("method-not-allowed", "This address does not answer to that method."),
    413: ("too-large", "This is too large."),
    415: ("unsupported-type", "This kind of content is not understood here."),
    429: ("too-many", "Too many tries. Please wait."),
}
_UNEXPECTED = "Something went wrong on our side. It was written down."


def install(app: FastAPI) -> None:
    """Answer the errors of this application."""
    for kind in (e.MenshenError, RequestValidationError, HTTPException, OperationalError, Exception):
        app.add_exception_handler(kind, answer)


async def answer(request: Request, error: Exception) -> Response:
    """The answer to an error."""
    problem = problem_of(error)
    if problem.incident:
        structlog.get_logger("menshen.web").error(
            "unexpected", incident=problem.incident, error=type(error).__name__, path=request.url.path
        )
    if isinstance(error, HTTPException) and error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    if for_programs(request):
        return document(problem, instance=request.url.path)
    if isinstance(error, SignInNeeded):
        return _to_sign_in(request)
    return _page(request, problem, await run_in_threadpool(_reader, request))


def _reader(request: Request) -> Actor | None:
    """Who reads the error, so that it is told in the right language; nobody where even that fails."""
    try:
        return signed_in(request)
    except (SignInNeeded, SQLAlchemyError):
        return None


def problem_of(error: Exception) -> Problem:
    """What an error is called and what is told about it."""
    if isinstance(error, RequestValidationError):
        return Problem(status=422, name="invalid", title=_INVALID, problems=tuple(_fields(error.errors())))
    if isinstance(error, HTTPException):
        name, title = _BY_STATUS.get(error.status_code, (f"http-{error.status_code}", str(error.detail)))
        return Problem(status=error.status_code, name=name, title=title, detail=str(error.detail))
    for kind, status, name, title in _KINDS:
        if isinstance(error, kind):
            return _known(error, status, name, title)
    return Problem(status=500, name="unexpected", title=_UNEXPECTED, incident=secrets.token_hex(6))


def _known(error: Exception, status: int, name: str, title: str) -> Problem:
    ours = isinstance(error, e.MenshenError)
    wait = getattr(error, "retry_after", None) or 1.0
    return Problem(
        status=status, name=name, title=title, detail=str(error) if ours else "",
        problems=error.problems if isinstance(error, e.Invalid) else (),
        incident="" if ours else secrets.token_hex(6), retry_after=wait if status == 503 else None,
    )  # fmt: skip


def _fields(found: Iterable[Any]) -> Iterable[tuple[str, str]]:
    """FastAPI's validation errors without what was put in: it may be a secret, or not even text."""
    for item in list(found)[:50]:
        place = [str(part) for part in item["loc"] if part not in ("body", "query", "path")]
        yield ".".join(place) or "body", str(item["msg"])


def for_programs(request: Request) -> bool:
    """Whether a program asks: the API, the figures, or whoever wants JSON and no page."""
    accept = request.headers.get("accept", "")
    wants_json = "json" in accept and "text/html" not in accept
    return wants_json or request.url.path.startswith(("/api/", "/metrics", "/readyz"))


def document(problem: Problem, *, instance: str) -> Response:
    """A problem document."""
    told: dict[str, Any] = {
        "type": problem.type, "title": problem.title, "status": problem.status,
        "detail": _plain(problem.detail or problem.title), "instance": _plain(instance),
    }  # fmt: skip
    if problem.problems:
        told["problems"] = [{"field": _plain(field), "problem": _plain(said)} for field, said in problem.problems]
    if problem.incident:
        told["incident"] = problem.incident
    return JSONResponse(told, problem.status, _headers(problem), media_type="application/problem+json")


def _headers(problem: Problem) -> dict[str, str]:
    headers = {}
    if problem.retry_after is not None:
        headers["retry-after"] = str(max(1, math.ceil(problem.retry_after)))
    if problem.status == 401:
        headers["www-authenticate"] = "Bearer"
    return headers


def _plain(text: str) -> str:
    """Text that can be sent whatever somebody put into it."""
    return text[:500].encode(errors="replace").decode()


def _to_sign_in(request: Request) -> Response:
    """A page that needs somebody: first who, then there. Fragments are told to leave for the sign-in page."""
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"hx-redirect": "/signin"})
    back = request.url.path if request.method == "GET" and request.url.path != "/" else ""
    return RedirectResponse("/signin" + (f"?next={back}" if back.isascii() and back else ""), status_code=303)


def _page(request: Request, problem: Problem, reader: Actor | None) -> Response:
    """The error as a page. If even that cannot be drawn, as one line."""
    service = service_of(request)
    time = clock(service.now(), ZoneInfo("UTC")) + " UTC" + (f" · {problem.incident}" if problem.incident else "")
    kind = _WORDS.get(problem.name) or ("failed" if problem.status >= 500 else "invalid")
    back = "/" if request.url.path == "/lessons" else "/lessons"
    try:
        html = render(
            service.pages,
            "error.html",
            frame(request, reader),
            kind=kind,
            problems=problem.problems,
            time=time,
            back=back,
        )
    except TemplateError:
        return PlainTextResponse(problem.title, problem.status, _headers(problem))
    return HTMLResponse(html, problem.status, _headers(problem))


# How pages call them; the rest is "invalid" where the reader and "failed" where we are to blame.
_WORDS = {
    "not-found": "not_found", "not-allowed": "not_allowed", "stale": "stale", "conflict": "conflict",
    "duplicate": "conflict", "overloaded": "busy", "storage-busy": "busy", "too-many": "busy", "platform-busy": "busy",
}  # fmt: skip
