"""One call to the control API of the practice classroom, with every way it can fail turned into our errors."""

import json
from typing import Any
from urllib.parse import quote

from adapters.drill.settings import DrillSettings
from adapters.drill.webhook import PLATFORM
from adapters.http import Answer, Http
from app.domain.errors import AdapterError, Gone, Refused, Transient

# The classroom's own codes win over the status. Only codes in this table are ever repeated in a message.
_BY_CODE: dict[str, type[AdapterError]] = {
    **dict.fromkeys(("gone", "ended", "unknown_meeting", "unknown_participant", "unknown_message", "not_live"), Gone),
    "unknown_group": Gone,
    **dict.fromkeys(
        (
            "bad_token",
            "host",
            "not_in_plan",
            "already_inside",
            "waiting",
            "playing",
            "empty",
            "too_long",
            "unknown_verb",
        ),
        Refused,
    ),
    **dict.fromkeys(("slow_down", "broken"), Transient),
}
_BY_STATUS: dict[int, type[AdapterError]] = {401: Refused, 403: Refused, 404: Gone, 408: Transient, 429: Transient}


async def call(
    settings: DrillSettings, http: Http, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The JSON object of a success. Raises Refused, Gone or Transient."""
    headers = {"authorization": f"Bearer {settings.token.get_secret_value()}", "content-type": "application/json"}
    raw = json.dumps(body).encode() if body is not None else b""
    answer = await http.request(PLATFORM, method, f"{settings.base_url}/api{path}", headers=headers, body=raw)
    found = _object(answer)
    if 200 <= answer.status < 300 and found is not None and found.get("ok") is True:
        return found
    raise _error(answer, found)


def segment(text: str) -> str:
    """Text of somebody else as one segment of a path; a segment of dots only must not climb."""
    return quote(text, safe="").replace(".", "%2E") if set(text) <= {"."} else quote(text, safe="")


def _object(answer: Answer) -> dict[str, Any] | None:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _error(answer: Answer, found: dict[str, Any] | None) -> AdapterError:
    told = found.get("error") if found else None
    error: dict[str, Any] = told if isinstance(told, dict) else {}
    given = error.get("code")
    code = given if isinstance(given, str) and given in _BY_CODE else ""
    kind = _BY_CODE.get(code) or _BY_STATUS.get(answer.status)
    if kind is None and (answer.status >= 500 or (answer.status < 300 and found is None)):
        kind = Transient  # a page of HTML with a 200 is somebody's proxy: nothing was done
    detail = f"the classroom answered {answer.status}" + (f" ({code})" if code else "")
    if kind is Transient:
        wait = _seconds(error.get("retry_after"), answer)
        return Transient(PLATFORM, detail, code=code or str(answer.status), retry_after=wait)
    return (kind or Refused)(PLATFORM, detail, code=code or str(answer.status))


def _seconds(told: object, answer: Answer) -> float | None:
    """How long to wait: the body is exact, the header speaks in whole seconds."""
    if isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told <= 3600:
        return float(told)
    return answer.retry_after()
