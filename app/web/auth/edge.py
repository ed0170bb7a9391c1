"""What every answer carries and what no request may exceed. Plain ASGI, around everything but the webhook routes."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

from app.settings import Settings

BODY_SECONDS = 30.0  # in which a request has to arrive whole
MAX_BODY = 8 * 1024 * 1024  # bytes: a roster of 5 000 people and 100 000 terms as CSV fit well

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]

# Referrer "same-origin" and not "no-referrer": with the latter browsers send "Origin: null" with our own forms.
HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        b"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
NO_STORE = (b"cache-control", b"no-store")
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")


class Edge:
    """Adds the headers and counts the bytes of a body."""

    def __init__(self, app: ASGI, settings: Settings, max_body: int = MAX_BODY) -> None:
        self._app = app
        self._headers = (*HEADERS, STRICT_TRANSPORT) if settings.secure else HEADERS
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with both ends watched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        personal = not scope["path"].startswith("/static/")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._with(list(message.get("headers", ())), personal)}
            await send(message)

        await self._app(scope, self._counted(scope, receive), sending)

    def _with(self, headers: list[tuple[bytes, bytes]], personal: bool) -> list[tuple[bytes, bytes]]:
        """The headers and those of ours that the answer did not set itself."""
        said = {name.lower() for name, _ in headers}
        wanted = (*self._headers, NO_STORE) if personal else self._headers
        return [*headers, *(h for h in wanted if h[0] not in said)]

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        seen = int(declared) if declared.isdigit() else 0
        too_much = seen > self._max_body
        read, whole, deadline = 0, False, asyncio.get_running_loop().time() + BODY_SECONDS

        async def receiving() -> Message:
            nonlocal read, whole
            if whole:
                return await receive()  # only whether the browser is still there
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, "the request did not arrive in time", {"connection": "close"}) from None
            whole = not message.get("more_body", False)
            read += len(message.get("body", b""))
            if too_much or read > self._max_body:
                raise HTTPException(413, f"at most {self._max_body} bytes")
            return message

        return receiving


def with_headers(app: ASGI, settings: Settings) -> ASGI:
    """The application behind its edge."""
    return Edge(app, settings)
