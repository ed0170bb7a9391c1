"""How the platform answers over HTTP: one table from refusals to status codes, and careful reading of bodies."""

import json
import math
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from adapters.drill.classroom.room import Refusal

LONGEST_BODY = 64 * 1024

_STATUS = {
    "bad_token": 401, "no_seat": 401,
    "not_host": 403,
    "host": 403, "not_in_plan": 403, "unmute_forbidden": 403, "share_restricted": 403, "chat_closed": 403,
    "silenced": 403, "banned": 403,
    "unknown_meeting": 404, "unknown_participant": 404, "unknown_message": 404, "unknown_verb": 404,
    "gone": 404, "ended": 404, "unknown_group": 404,
    "already_inside": 409, "waiting": 409, "not_live": 409, "full": 409, "playing": 409,
    "too_long": 413, "locked": 423, "slow_down": 429,
}  # fmt: skip

Endpoint = Callable[[Request], Awaitable[Response]]


def ok(**more: Any) -> JSONResponse:
    """Done, with what belongs to it."""
    return JSONResponse({"ok": True, **more})


def refused(code: str, *, retry_after: float | None = None) -> JSONResponse:
    """Not done, and why."""
    error: dict[str, Any] = {"code": code}
    headers = {}
    if retry_after is not None:
        error["retry_after"] = round(retry_after, 3)
        headers["retry-after"] = str(math.ceil(retry_after))  # whole seconds by RFC 9110; the body is exact
    return JSONResponse({"ok": False, "error": error}, status_code=_STATUS.get(code, 400), headers=headers)


def refusing(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with a refusal of the room turned into an answer."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as e:
            return refused(e.code)

    return answer


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object in a request; {} for an empty body. Read once, then remembered with the request."""
    if (known := getattr(request.state, "json_body", None)) is not None:
        return dict(known)
    raw = b""
    try:
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > LONGEST_BODY:
                raise Refusal("too_long")
    except ClientDisconnect:
        raise Refusal("bad_json") from None
    try:
        found = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        raise Refusal("bad_json") from None
    if not isinstance(found, dict):
        raise Refusal("bad_json")
    request.state.json_body = found
    return found


def text(body: dict[str, Any], key: str) -> str:
    """A text field; "" if missing."""
    value = body.get(key, "")
    if not isinstance(value, str):
        raise Refusal(f"bad_{key}")
    return value


def flag(body: dict[str, Any], key: str, *, default: bool = False) -> bool:
    """A yes-or-no field."""
    value = body.get(key, default)
    if not isinstance(value, bool):
        raise Refusal(f"bad_{key}")
    return value


def number(body: dict[str, Any], key: str, *, default: float, least: float, most: float) -> float:
    """A number field within bounds."""
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Refusal(f"bad_{key}")
    return float(value)
