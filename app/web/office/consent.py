"""A teacher allows at his platform what only he may do there, such as ending his own lesson.

He leaves with a state that is signed for his session and this connection, good once and for ten minutes, and comes
back with a code. Who has allowed it is noted beside the adapter's own notes, so that pages can say so.
"""

import json
from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.connections import Connected
from app.domain.errors import AdapterError, Invalid, NotAllowed, NotFound
from app.store.desk import TokenKind, UserRole
from app.web.auth import Actor, Reason, SignedIn, frame, opened_state, signed_state
from app.web.office.asking import ask
from app.web.office.reading import connected_of
from app.web.pages import render
from app.web.service import Service, service_of
from app.web.views.text import shown

router = APIRouter(prefix="/connect", include_in_schema=False)

MINUTES = 10 * 60.0
NOTE = "consented:"  # and the id of the user
LONGEST = 2000  # characters of a code


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Who has allowed what only he may do; `account` is his on the platform."""

    user: str
    account: str
    at: float


def given(connected: Connected) -> tuple[Consent, ...]:
    """Everybody who has, the newest first."""
    found = []
    for name, text in connected.adapter.notes.under(NOTE).items():
        told = json.loads(text)
        found.append(Consent(user=name.removeprefix(NOTE), account=str(told["account"]), at=float(told["at"])))
    return tuple(sorted(found, key=lambda c: -c.at))


def asks(service: Service, connected: Connected) -> bool:
    """Whether there is anything to allow on this connection."""
    return bool(connected.adapter.consent(_redirect(service, connected.id), "state"))


@router.get("/{connection}/consent")
async def leave(request: Request, actor: SignedIn, connection: str) -> Response:
    """To the platform, where the question is asked."""
    service = service_of(request)
    connected = await run_in_threadpool(_his, service, actor, connection)
    if not asks(service, connected):
        raise NotFound("there is nothing to allow on this connection")
    secret = await run_in_threadpool(_errand, service, actor, connection)
    state = signed_state(request, connection, secret)
    return RedirectResponse(connected.adapter.consent(_redirect(service, connection), state), status_code=303)


@router.get("/{connection}/consented")
async def back(
    request: Request, actor: SignedIn, connection: str, code: str = "", state: str = "", error: str = ""
) -> Response:
    """From the platform, with a code or with a no."""
    service = service_of(request)
    connected = await run_in_threadpool(_his, service, actor, connection)
    secret = opened_state(request, connection, state[:LONGEST])
    token = await run_in_threadpool(service.desk.tokens.use, secret, TokenKind.CONSENT) if secret else None
    if token is None or token.user.id != actor.user or token.name != connection:
        return _page(request, actor, connection, "stale")
    if error or not code:
        return _page(request, actor, connection, "declined")
    if len(code) > LONGEST or not code.isprintable():
        raise Invalid(problems=(("code", "as the platform gave it"),))
    try:
        told = await ask(connected.adapter.platform, connected.adapter.consented(_redirect(service, connection), code))
    except AdapterError as e:
        structlog.get_logger("menshen.web").warning("no consent", connection=connection, error=type(e).__name__)
        return _page(request, actor, connection, "failed", detail=shown(str(e), 200))
    note = json.dumps({"account": told[:200], "at": service.now()}, ensure_ascii=False)
    await connected.adapter.notes.put(NOTE + actor.user, note)
    return _page(request, actor, connection, "allowed")


def _his(service: Service, actor: Actor, connection: str) -> Connected:
    """The connection, for a teacher of a class on it and for school IT. Raises NotFound and NotAllowed. Blocking."""
    connected = connected_of(service, actor, connection)
    if actor.sees_all:
        return connected
    if actor.role is not UserRole.TEACHER:
        raise NotAllowed(Reason.TEACHERS.value)
    if not service.desk.courses.teaches(actor.school, connection, actor.mail):
        raise NotFound("no such connection")
    return connected


def _errand(service: Service, actor: Actor, connection: str) -> str:
    """A secret that is good once, for ten minutes, and only for him. Blocking."""
    user = service.desk.people.user(actor.school, actor.user)
    return service.desk.tokens.issue(user, TokenKind.CONSENT, ttl=MINUTES, name=connection)


def _redirect(service: Service, connection: str) -> str:
    return f"{service.settings.base_url}/connect/{connection}/consented"


def _page(request: Request, actor: Actor, connection: str, outcome: str, *, detail: str = "") -> Response:
    on = f"/connections/{connection}" if actor.sees_all else "/lessons"
    html = render(
        service_of(request).pages, "consented.html", frame(request, actor), outcome=outcome, detail=detail, on=on,
        again=f"/connect/{connection}/consent",
    )  # fmt: skip
    status = {"allowed": 200, "declined": 200, "stale": 403}.get(outcome, 502)
    return HTMLResponse(html, status)
