"""Signing in with a password or a one-time link, signing out, and choosing a language."""

import math
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.domain.errors import Invalid
from app.store.desk import TokenKind, User
from app.web.auth import sessions
from app.web.auth.door import Door
from app.web.auth.framing import frame
from app.web.auth.rights import SignInNeeded
from app.web.auth.sessions import Genuine
from app.web.pages import render
from app.web.service import Service, service_of
from app.web.words import language_of

router = APIRouter(include_in_schema=False)

HOME = "/lessons"
WRONG, LINK, OFTEN = "wrong", "link", "often"  # what the page says was the matter


@router.get("/signin")
def ask(request: Request, next: str = HOME) -> Response:
    """The form for mail and password."""
    return _page(request, next=inside(next))


@router.post("/signin", dependencies=[Genuine])
async def sign_in(
    request: Request, mail: Annotated[str, Form()] = "", password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = HOME,
) -> Response:  # fmt: skip
    """Mail and password. The answer and its time are the same for a wrong password and for nobody."""
    service, door = service_of(request), door_of(request)
    known = mail.strip().lower()[:254]
    if seconds := door.wait(known, _address(request)):
        return _page(request, OFTEN, 429, next=inside(next), mail=known, wait=seconds)
    user = await _whose(service, door, known, password)
    if user is None:
        return _page(request, WRONG, 401, next=inside(next), mail=known)
    door.forgive(known, _address(request))
    return await _let_in(request, user, inside(next))


@router.get("/signin/{secret}")
def show_link(request: Request, secret: str) -> Response:
    """A page with one button: programs that preview links only look, and do not use the link up."""
    if service_of(request).desk.tokens.find(secret, TokenKind.LINK) is None:
        return _page(request, LINK, 410)
    return _page(request, token=secret)


@router.post("/signin/{secret}", dependencies=[Genuine])
async def use_link(request: Request, secret: str) -> Response:
    """The button was pressed: the link lets in once."""
    if seconds := door_of(request).wait_link(_address(request)):
        return _page(request, OFTEN, 429, wait=seconds)
    token = await run_in_threadpool(service_of(request).desk.tokens.use, secret)
    return await _let_in(request, token.user, HOME) if token else _page(request, LINK, 410)


@router.post("/signout", dependencies=[Genuine])
def sign_out(request: Request) -> Response:
    """End the session, here and in the store."""
    service = service_of(request)
    sessions.end(service, request)
    response = RedirectResponse("/signin", status_code=303)
    sessions.forget(response, service.settings)
    return response


@router.post("/language", dependencies=[Genuine])
def choose_language(
    request: Request, language: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/"
) -> Response:
    """Keep a language for this browser, and for whoever is signed in."""
    service, chosen = service_of(request), language_of(language)
    if chosen is None:
        raise Invalid(problems=(("language", "zh-Hans, vi or en"),))
    try:
        actor = sessions.signed_in(request)
        service.desk.people.set_language(actor.school, actor.user, chosen.value)
    except SignInNeeded:
        pass  # a visitor's choice is kept in his browser only
    response = RedirectResponse(inside(next), status_code=303)
    sessions.speak(response, service.settings, chosen.value)
    return response


def inside(path: str) -> str:
    """A path of ours to go on to; anything that leads elsewhere becomes the start."""
    local = path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) <= 500
    return path if local and path.isascii() and path.isprintable() and "\\" not in path else HOME


def door_of(request: Request) -> Door:
    """The service's door, made at the first try to sign in. Call it on the event loop."""
    state = request.app.state
    if not hasattr(state, "door"):
        state.door = Door(service_of(request).now)
    door: Door = state.door
    return door


async def _whose(service: Service, door: Door, mail: str, password: str) -> User | None:
    """Whose mail and password these are. Computes a hash in any case."""
    accounts = await run_in_threadpool(service.desk.people.accounts, mail) if mail.isprintable() else ()
    found = None
    for user in accounts:
        if await door.fits(user.password, password):
            found = found or user
    if not accounts:
        await door.fits("", password)
    return found


async def _let_in(request: Request, user: User, next: str) -> Response:
    service = service_of(request)
    secret = await run_in_threadpool(sessions.begin, service, request, user)
    response = RedirectResponse(next, status_code=303)
    sessions.remember(response, service.settings, secret, user.role)
    return response


def _page(
    request: Request, problem: str = "", status: int = 200, *, token: str = "", next: str = HOME, mail: str = "",
    wait: float = 0.0,
) -> Response:  # fmt: skip
    """The page: the button of a link that lets in, else the form; `wait` seconds until the next try."""
    service = service_of(request)
    bound = sessions.visit(request, service.settings)
    around = frame(request, None, bound=bound)
    html = render(service.pages, "signin.html", around, problem=problem, token=token, next=next, mail=mail)
    response = HTMLResponse(html, status_code=status)
    if wait:
        response.headers["retry-after"] = str(math.ceil(wait))
    sessions.keep_visit(request, response, service.settings, bound)
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
