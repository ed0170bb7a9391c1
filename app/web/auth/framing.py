"""What surrounds every page: the reader's language, who is signed in, and the token for forms."""

from starlette.requests import HTTPConnection

from app.store.desk import UserRole
from app.web.auth.rights import Actor
from app.web.auth.sessions import LANGUAGE_COOKIE, csrf
from app.web.pages import Frame
from app.web.service import service_of
from app.web.words import Translator, language_of, negotiate


def translator(request: HTTPConnection, actor: Actor | None = None) -> Translator:
    """The language of a request."""
    language = negotiate(
        # A page that was asked for in one language stays in it: what it fetches later says which.
        asked=request.query_params.get("lang", "") or request.headers.get("x-language", ""),
        chosen=actor.language if actor else "",
        cookie=request.cookies.get(LANGUAGE_COOKIE, ""),
        accept=request.headers.get("accept-language", ""),
    )
    return service_of(request).words[language]


def frame(
    request: HTTPConnection, actor: Actor | None, *, bound: str = "", flashes: tuple[str, ...] = (), problem: str = ""
) -> Frame:
    """The frame of a page for somebody, or for nobody in particular."""
    return Frame(
        words=translator(request, actor),
        path=request.url.path,
        asked=(language_of(request.query_params.get("lang", "")) or ""),
        csrf=csrf(request, bound),
        user=actor.name if actor else "",
        office=actor is not None and actor.sees_all,
        district=actor is not None and actor.role is UserRole.DISTRICT,
        practice=service_of(request).settings.is_practice,
        flashes=flashes,
        problem=problem,
    )
