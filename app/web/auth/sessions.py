"""Sessions: the cookie, who is behind a request, and the proof that a form comes from our own page."""

import hashlib
import hmac
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.requests import HTTPConnection
from starlette.responses import Response

from app.domain.errors import NotAllowed
from app.settings import Settings
from app.store.desk import Token, TokenKind, User, UserRole
from app.web.auth.rights import Actor, SignInNeeded, Stale
from app.web.service import Service, service_of

HOUR, DAY = 3600.0, 86400.0
# How long a session lasts, and how long unused. A teacher must not meet a sign-in page in the middle of a raid; whoever
# sees the whole school signs in every day.
LASTS: dict[UserRole, tuple[float, float]] = {
    UserRole.TEACHER: (30 * DAY, 10 * DAY),
    UserRole.CO_GUARD: (30 * DAY, 10 * DAY),
    UserRole.IT: (12 * HOUR, 2 * HOUR),
    UserRole.ADMIN: (12 * HOUR, 2 * HOUR),
    UserRole.DISTRICT: (12 * HOUR, 2 * HOUR),
}
LANGUAGE_COOKIE = "menshen-language"
CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"


def session_cookie(settings: Settings) -> str:
    """The name of the session's cookie. With the prefix a browser lets nobody else set it."""
    return "__Host-menshen" if settings.secure else "menshen"


def visit_cookie(settings: Settings) -> str:
    """The name of the cookie that binds the forms of somebody who is not signed in."""
    return f"{session_cookie(settings)}-visit"


# --- who ----------------------------------------------------------------------------------------------------------


def signed_in(request: HTTPConnection) -> Actor:
    """Who is behind a page's request. Raises SignInNeeded. Blocking: reads the store."""
    service = service_of(request)
    token = _session(service, request)
    if token is None:
        raise SignInNeeded()
    service.desk.tokens.touch(token)
    return actor_of(token)


def bearer(request: HTTPConnection) -> Actor:
    """Which program is behind an API request. Raises SignInNeeded. Blocking: reads the store."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    found = None
    if kind.lower() == "bearer" and secret:
        found = service_of(request).desk.tokens.find(secret.strip(), TokenKind.API)
    if found is None:
        raise SignInNeeded("an API token is needed: Authorization: Bearer <token>")
    return actor_of(found)


def actor_of(token: Token) -> Actor:
    """The actor that a secret stands for."""
    u = token.user
    return Actor(school=u.school, user=u.id, name=u.name, mail=u.mail, role=token.role, language=u.language)


def _session(service: Service, request: HTTPConnection) -> Token | None:
    secret = request.cookies.get(session_cookie(service.settings), "")
    token = service.desk.tokens.find(secret, TokenKind.SESSION) if secret else None
    if token is None:
        return None
    _, idle = LASTS[token.role]
    return token if service.now() - max(token.used_at or 0.0, token.created_at) <= idle else None


# --- coming and going ---------------------------------------------------------------------------------------------


def begin(service: Service, request: HTTPConnection, user: User) -> str:
    """A new session, never the one that was there before. Blocking."""
    end(service, request)
    return service.desk.tokens.issue(user, TokenKind.SESSION, ttl=LASTS[user.role][0])


def end(service: Service, request: HTTPConnection) -> None:
    """End the session of a request, if there is one. Blocking."""
    if secret := request.cookies.get(session_cookie(service.settings), ""):
        service.desk.tokens.revoke(secret)


def remember(response: Response, settings: Settings, secret: str, role: UserRole) -> None:
    """Give the browser its session."""
    _set(response, settings, session_cookie(settings), secret, max_age=int(LASTS[role][0]))
    response.delete_cookie(visit_cookie(settings), path="/", secure=settings.secure, httponly=True, samesite="lax")


def forget(response: Response, settings: Settings) -> None:
    """Take the session away from the browser."""
    response.delete_cookie(session_cookie(settings), path="/", secure=settings.secure, httponly=True, samesite="lax")


def visit(request: HTTPConnection, settings: Settings) -> str:
    """What binds the forms of this browser: its session, else its visit, else a new visit (give it a cookie)."""
    cookies = request.cookies
    return cookies.get(session_cookie(settings)) or cookies.get(visit_cookie(settings)) or secrets.token_urlsafe(24)


def keep_visit(request: HTTPConnection, response: Response, settings: Settings, bound: str) -> None:
    """Give the browser the cookie of a new visit."""
    if bound not in request.cookies.values():
        _set(response, settings, visit_cookie(settings), bound, max_age=int(DAY))


def speak(response: Response, settings: Settings, language: str) -> None:
    """Keep the language that somebody chose."""
    _set(response, settings, LANGUAGE_COOKIE, language, max_age=int(365 * DAY))


def _set(response: Response, settings: Settings, name: str, value: str, *, max_age: int) -> None:
    response.set_cookie(
        name, value, max_age=max_age, path="/", secure=settings.secure, httponly=True, samesite="lax"
    )  # fmt: skip


# --- errands to a platform ------------------------------------------------------------------------------------------


def signed_state(request: HTTPConnection, connection: str, secret: str) -> str:
    """What goes to a platform and must come back in the same session: a one-time secret with our signature."""
    settings = service_of(request).settings
    key = hashlib.sha256(b"consent:" + settings.secret_key.encode()).digest()
    session = request.cookies.get(session_cookie(settings), "")
    told = hashlib.sha256("\0".join((session, connection, secret)).encode(errors="replace")).digest()
    return f"{secret}~{hmac.new(key, told, hashlib.sha256).hexdigest()}"


def opened_state(request: HTTPConnection, connection: str, state: str) -> str:
    """The one-time secret in a state of ours; "" when it was made for another session or connection, or by nobody."""
    secret, _, _ = state.partition("~")
    expected = signed_state(request, connection, secret)
    fits = hmac.compare_digest(expected.encode(errors="replace"), state.encode(errors="replace"))
    return secret if fits else ""


# --- our own forms ------------------------------------------------------------------------------------------------


def csrf(request: HTTPConnection, bound: str = "") -> str:
    """The token for the forms of this browser's pages; `bound` is the visit where there is no cookie yet."""
    settings = service_of(request).settings
    told = bound or visit(request, settings)
    key = hashlib.sha256(b"csrf:" + settings.secret_key.encode()).digest()
    return hmac.new(key, hashlib.sha256(told.encode(errors="replace")).digest(), hashlib.sha256).hexdigest()


async def genuine(request: Request) -> None:
    """Let a form pass only if it was sent by a page of ours. Raises NotAllowed and Stale."""
    settings = service_of(request).settings
    if not same_origin(request, settings):
        raise NotAllowed("this form was sent from another site")
    given: object = request.headers.get(CSRF_HEADER) or (await request.form()).get(CSRF_FIELD)
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(errors="replace"), csrf(request).encode()):
        raise Stale()


def same_origin(request: HTTPConnection, settings: Settings, *, needed: bool = False) -> bool:
    """Whether the browser says that one of our own pages sends this; `needed` = silence is no answer."""
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    if site:
        return site == "same-origin" and (not origin or _ours(request, settings, origin))
    return _ours(request, settings, origin) if origin else not needed


def _ours(request: HTTPConnection, settings: Settings, origin: str) -> bool:
    """Our public address, or the address that the browser itself asked for (loopback has several names)."""
    try:
        asked = urlsplit(origin)
    except ValueError:
        return False
    host = request.headers.get("host", "")
    return origin == settings.base_url or (asked.scheme in ("http", "https") and bool(host) and asked.netloc == host)


SignedIn = Annotated[Actor, Depends(signed_in)]
Program = Annotated[Actor, Depends(bearer)]
Genuine = Depends(genuine)
