"""Who opens a WebSocket: the same cookie as a page, or a token, and only from a page of ours."""

from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket

from app.domain.errors import NotAllowed
from app.web.auth.rights import Actor
from app.web.auth.sessions import bearer, same_origin, signed_in
from app.web.service import service_of


async def opened_by(socket: WebSocket) -> Actor:
    """Who it is. Raises SignInNeeded, and NotAllowed for a page of another site.

    Browsers send cookies with a WebSocket from any site but always name the origin; programs bring a token.
    """
    if socket.headers.get("authorization"):
        return await run_in_threadpool(bearer, socket)
    if not same_origin(socket, service_of(socket).settings, needed=True):
        raise NotAllowed("this was opened from another site")
    return await run_in_threadpool(signed_in, socket)
