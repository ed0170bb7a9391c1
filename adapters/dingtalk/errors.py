"""What the vendor's error codes mean (pages server-api-error-codes-1, how-to-process-api-throttling-...): one table.

The code decides, whatever the HTTP status: `noPermission` comes as 400 and 403, and a dead token is a 400 like a bad
parameter. The old API answers its errors with 200, in `errcode`, or in `sub_code` where that is 88.
"""

import re
from collections.abc import Iterable, Mapping

from adapters import faults
from adapters.dingtalk.wire import number, text
from adapters.faults import Fault, busy, gone, refused
from adapters.http import Answer
from adapters.untrusted import loads, members
from app.domain.errors import AdapterError, Refused, Transient

PLATFORM = "dingtalk"
LOOK_DEEPER = 88  # errcode of the gateway before the old API: `sub_code` says what it is
BLOCKED = 1111  # `status` of the wall in front of the API that holds up whole addresses
LONGEST_TEXT = 120  # characters of the vendor's own words

NO_SCOPE = "Forbidden.AccessDenied.AccessTokenPermissionDenied"
NO_ACTION = "InvalidAction.NotFound"
SPENT = "Forbidden.AccessDenied.ApiCountLimitForOrg"
NOT_THE_HOST = frozenset({"noPermission", "permissionError", "recordStartPermissionError", "recordStopPermissionError"})
NOT_THE_CREATOR = "creatorUidError"
OVER = frozenset({"confClosed", "resourceClose", "roomClosed", "roomNotFound"})
STALE = frozenset({"InvalidAuthentication", "40001", "40014", "41001", "42001"})
QUOTA = frozenset({SPENT, "90020", "20001"})

_TOKEN = refused("the access token is not accepted, a new one neither: check the app in the developer console")
_CREDENTIALS = refused("the Client ID or Client Secret is wrong")
_SPENT = refused("the month's API calls of the organisation are used up: controls are down, act in the client")
_FLOW = busy("too many calls of this kind in a second", 1.0)
_PARAMETER = refused("the platform refuses a parameter")
_NO_RIGHT = refused("no permission: not the host, or not a conference of this organisation")
_OVER = gone("the conference is over")
_SYSTEM = busy("the platform has a fault of its own")
_BOOKING = gone("there is no such booking, or it was cancelled")
_RECORD = refused("the recording cannot be switched: is cloud recording part of the contract, and is the host inside?")
_CHATTY = refused("the robot sent more than 20 messages in a minute and is blocked for 10 minutes")

FAULTS: Mapping[str, Fault] = {
    "InvalidAuthentication": _TOKEN,
    "invalidClientIdOrSecret": _CREDENTIALS,
    "authFailed": _CREDENTIALS,
    "Missingbody": _PARAMETER,
    NO_SCOPE: refused("the app lacks a permission: request it in the developer console and publish the app"),
    "Forbidden.AccessDenied.IpNotInWhiteList": refused("this server's address is not in the app's IP allow list"),
    SPENT: _SPENT,
    "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi": _FLOW,
    "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi": _FLOW,
    "Forbidden.AccessDenied.QpsLimitForApi": _FLOW,
    "Forbidden.AccessDenied.QpmLimitForApi": _FLOW,
    NO_ACTION: refused("the platform knows no such call"),
    "unknownUserError": gone("the platform does not know this person (any more)"),
    "paramsError": _PARAMETER,
    "paramError": _PARAMETER,
    "param.error": _PARAMETER,
    "paramsTitleError": refused("the platform refuses the title"),
    "missingRoomId": _PARAMETER,
    "missingRoomCode": _PARAMETER,
    "invalidRoomCode": gone("there is no such room code"),
    "confClosed": _OVER,
    "resourceClose": _OVER,
    "roomClosed": _OVER,
    "roomNotFound": gone("there is no such conference"),
    "resourceCancel": _BOOKING,
    "invalidScheduleConferenceId": _BOOKING,
    "scheduleConferenceIdError": _BOOKING,
    NOT_THE_CREATOR: refused("the account is not the creator of this booking"),
    "userNotInOrg": refused("the account does not belong to this organisation"),
    "extensionAppSettingError": _PARAMETER,
    "noPermission": _NO_RIGHT,
    "permissionError": _NO_RIGHT,
    "orgAccessForbidden": refused("the organisation restricts this"),
    "waterLimitError": refused("too many people, or too many conferences at the same time for this edition"),
    "commandError": busy("the platform did not carry the command out"),
    "recordStartError": _RECORD,
    "recordStartPermissionError": _RECORD,
    "recordStopError": _RECORD,
    "recordStopPermissionError": _RECORD,
    "systemError": _SYSTEM,
    "innerSystemError": _SYSTEM,
    "system.error": _SYSTEM,
    # --- the old API, and the stream's own ---
    "20001": refused("the month's messages of the organisation are used up: events arrive without their content"),
    "-1": _SYSTEM,
    "40001": _TOKEN,
    "40014": _TOKEN,
    "41001": _TOKEN,
    "42001": _TOKEN,
    "40035": _PARAMETER,
    "50002": refused("this person lies outside the app's address-book range"),
    "50004": refused("this department lies outside the app's address-book range"),
    "60003": gone("there is no such department"),
    "60011": refused("the app lacks a permission: request it in the developer console and publish the app"),
    "60020": refused("this server's address is not in the app's IP allow list"),
    "60121": gone("there is no such person"),
    "90002": _FLOW,
    "90018": _FLOW,
    "90020": _SPENT,
    "130101": _CHATTY,
    "310000": refused("the robot refuses the message: keyword, clock (1 h), signing secret or IP range"),
    "410100": _CHATTY,
}  # fmt: skip


def code_of(document: object) -> str:
    """The vendor's code in an answer, "" when it tells none or says that all is well."""
    found = members(document)
    legacy = number(found.get("errcode"))
    if legacy is not None and legacy != 0:
        deeper = _plain(found.get("sub_code")) if legacy == LOOK_DEEPER else ""
        return deeper or str(legacy)
    code = found.get("code")
    plain = _plain(code)
    return "" if plain in ("0", "200", "success", "OK", "ok") else plain


def _plain(code: object) -> str:
    if isinstance(code, int) and not isinstance(code, bool):
        return str(code)[:20]
    return code if isinstance(code, str) and re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", code) else ""


def is_stale(answer: Answer) -> bool:
    """Whether another access token may help. The vendor says so with 400; a 401 is treated alike."""
    return code_of(loads(answer.body)) in STALE or answer.status == 401


def checked(answer: Answer, secrets: Iterable[str]) -> dict[str, object]:
    """The JSON object of a success. Raises AdapterError for everything else.

    `secrets` are cut out of the vendor's own words, which stand in the error only where our table has none.
    """
    document = loads(answer.body)
    found = members(document)
    code = code_of(document)
    if code and (answer.status >= 300 or code in FAULTS or number(found.get("errcode"))):
        raise _from_code(code, answer, found, tuple(secrets))
    if found.get("status") == BLOCKED:
        wait = number(found.get("wait"))
        seconds = float(min(max(wait, 1), 300)) if wait else None
        raise Transient(PLATFORM, "this server's address is held up: too many calls", code="1111", retry_after=seconds)
    if not 200 <= answer.status < 300 or not isinstance(document, dict):
        detail, status = f"the platform answers {answer.status} without an error code", answer.status
        raise faults.by_status(PLATFORM, status, detail, code=f"http {status}", wait=answer.retry_after())
    if found.get("success") is False:
        raise Refused(PLATFORM, "the platform answers success: false and no reason", code="success_false")
    return document


def _from_code(code: str, answer: Answer, found: Mapping[str, object], secrets: tuple[str, ...]) -> AdapterError:
    fault = FAULTS.get(code)
    told = _without(secrets, code)
    if fault is None:
        words = _without(secrets, text(found.get("message") or found.get("sub_msg") or found.get("errmsg"), 2000))
        detail = f"{told}: {words[:LONGEST_TEXT] or 'no explanation'}"
        return faults.by_status(PLATFORM, answer.status, detail, code=told, wait=answer.retry_after())
    detail = f"{told}: {fault.detail}"
    if scopes := [_without(secrets, s) for s in _scopes(found)]:
        detail += f" ({', '.join(scopes)})"
    return faults.error(fault.error, PLATFORM, detail, code=told, wait=answer.retry_after() or fault.wait)


def _without(secrets: tuple[str, ...], words: str) -> str:
    for secret in secrets:
        words = words.replace(secret, "***")
    return words


def _scopes(found: Mapping[str, object]) -> list[str]:
    """The permissions that are missing: a member of the new API, in brackets in the old one's text."""
    detail = members(found.get("accessdenieddetail")) or members(found.get("AccessDeniedDetail"))
    listed = detail.get("requiredScopes")
    told = listed if isinstance(listed, list) else re.findall(r"\[([^\]]+)\]", text(found.get("sub_msg"), 2000))
    return [s for s in told if isinstance(s, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]{3,79}", s)][:5]
