"""The webhook routes: a bare ASGI application, because here every microsecond counts (no routing, no middleware).

POST|GET /hooks/{connection}. What is stored is answered as the platform wants it; what is forged, too large or not for
us gets a status and nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters.base import Delivery, Reply
from app.domain.errors import NotAuthentic, NotFound
from app.pipeline import Overloaded, Pipeline

MAX_BODY = 256 * 1024  # bytes
BODY_SECONDS = 10.0  # in which a body has to arrive

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Vanished(Exception):
    """The sender hung up before the end of the body."""


class TooLarge(NotAuthentic):
    """The body is over 256 KiB."""


class Hooks:
    """The application behind /hooks/."""

    def __init__(self, pipeline: Pipeline, now: Callable[[], float]) -> None:
        self._pipeline = pipeline
        self._now = now
        self._log = structlog.get_logger("menshen.hooks")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        reply = await self._answer(scope, receive)
        headers = [(b"content-type", reply.content_type.encode()), (b"content-length", str(len(reply.body)).encode())]
        if reply.status in (408, 413):
            headers.append((b"connection", b"close"))
        if reply.status == 503:
            headers.append((b"retry-after", b"1"))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        if scope["method"] not in ("POST", "GET"):
            return Reply(status=405)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(scope, receive)
            delivery = Delivery(
                method=scope["method"],
                path=scope["path"],
                query=scope["query_string"].decode("latin-1"),
                headers={k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]},
                body=body,
                received_at=self._now(),
            )
            return await self._pipeline.receive(_connection(scope["path"]), delivery)
        except TooLarge:
            self._pipeline.count("too_large")
            return Reply(status=413)
        except (TimeoutError, Vanished):
            self._pipeline.count("unfinished")
            return Reply(status=408)
        except NotAuthentic:
            return Reply(status=401)
        except Overloaded:
            return Reply(status=503)
        except NotFound:
            return Reply(status=404)
        except SQLAlchemyError as e:
            self._log.error("not stored", error=type(e).__name__)
            return Reply(status=503)


def _connection(path: str) -> str:
    """The connection id: the first segment after /hooks/."""
    return path.removeprefix("/hooks/").partition("/")[0]


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The whole body. Raises TooLarge as soon as it is known to be, and Vanished."""
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or int(value) > MAX_BODY):
            raise TooLarge("", "body over 256 KiB")
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Vanished
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY:
            raise TooLarge("", "body over 256 KiB")
    return body
