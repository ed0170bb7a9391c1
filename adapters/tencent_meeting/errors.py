"""What the vendor's error codes mean (vendor page 43704): one table, which wins over the HTTP status.

The vendor answers 400 or 500 and nothing else; `error_code` decides, `new_error_code` is another number for the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters import untrusted
from adapters.http import Answer
from app.domain.errors import AdapterError, Gone, Refused, Transient

PLATFORM = "tencent_meeting"
MINUTE = 60.0
SHANGHAI = 8 * 3600.0  # seconds; the vendor's quotas are taken to end with the day in Beijing
DAY = 86_400.0

REPLAYED = frozenset({"190300", "190301", "200002"})  # a new nonce and timestamp may help
WRONG_OPERATOR = frozenset({"190004", "9042"})  # asking by another kind of operator id may help


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What one vendor code means for us. `wait` in seconds; `until_tomorrow` = a daily quota is used up."""

    error: type[AdapterError]
    detail: str
    wait: float | None = None
    until_tomorrow: bool = False


def _clock(detail: str) -> Fault:
    return Fault(error=Transient, detail=detail)


def _refused(detail: str) -> Fault:
    return Fault(error=Refused, detail=detail)


def _gone(detail: str) -> Fault:
    return Fault(error=Gone, detail=detail)


_CREDENTIALS = "AppId, SdkId or SecretId is wrong, or they do not belong together"
_NO_RIGHT = "no permission: the operator must be host, co-host or creator, and the account a paid one"

FAULTS: Mapping[str, Fault] = {
    "190300": _clock("our clock is more than 5 minutes off: set the time of this server"),
    "190301": _clock("the nonce was seen before"),
    "200002": _clock("the request was seen before"),
    "190303": _refused(_CREDENTIALS),
    "190001": _refused(_CREDENTIALS),
    "200001": _refused("the calling user is not registered in the enterprise"),
    "200003": _refused("a header is missing or the signature does not fit: check the SecretKey"),
    "200004": _refused("the platform does not know this path or method"),
    "200005": _refused("the platform cannot read the body"),
    "200006": _refused("the platform refuses a header value: check AppId, SdkId and SecretId"),
    "190004": _refused("the platform refuses a parameter"),
    "190310": Fault(error=Transient, detail="more than 300 calls in a minute", wait=MINUTE),
    "190311": Fault(error=Transient, detail="the 200 000 calls of today are used up", until_tomorrow=True),
    "190312": Fault(error=Transient, detail="this interface's calls of today are used up", until_tomorrow=True),
    "190313": Fault(error=Transient, detail="more than 100 account calls in a minute", wait=MINUTE),
    "9061": Fault(error=Transient, detail="too many calls", wait=MINUTE),
    "500046": Fault(error=Transient, detail="too many quality queries for this meeting", wait=MINUTE),
    "9003": _gone("the meeting does not exist (was the meeting code taken for the meeting id?)"),
    "13603": _gone("the meeting has ended"),
    "201003": _gone("the meeting is not running"),
    "9002": _refused("the meeting id or the user id is wrong"),
    "9042": _refused(_NO_RIGHT),
    "9099": _refused(_NO_RIGHT),
    "9100": _refused(_NO_RIGHT),
    "9101": _refused(_NO_RIGHT),
    "9102": _refused(_NO_RIGHT),
    "500133": _refused(_NO_RIGHT),
    "190315": _refused(_NO_RIGHT),
    "9098": _refused("the account has too many meetings at the same time"),
    "9103": _refused("a Rooms device cannot go to the waiting room: remove it instead"),
    "9104": _refused("this device's video cannot be stopped: remove it or move it to the waiting room"),
    "9008": _refused("the limit of new meetings is reached"),
    "500029": _refused("the limit of new meetings per hour is reached"),
    "500168": _refused("the monthly number of new meetings is used up"),
    "202002": _refused("the personal link could not be made"),
    "202005": _refused("this meeting has 300 personal links already"),
    "9093": _refused("the title contains words that the platform bans"),
    "20001": _refused("the platform does not know the operator's userid"),
    "146000010": _refused("the user belongs to another enterprise"),
}


def error_code(document: object) -> str:
    """The vendor's `error_info.error_code` as decimal text; "" when the answer has none or 0."""
    info = untrusted.members(untrusted.members(document).get("error_info"))
    code = untrusted.number(info.get("error_code"), range(10**12), r"[0-9]{1,12}")
    return str(code) if code else ""


def from_code(code: str, status: int, *, now: float) -> AdapterError:
    """The error for a vendor code; one that the table lacks is judged by the status it came with."""
    fault = FAULTS.get(code)
    if fault is None:
        return _by_status(status, f"the platform answers with code {code}", code, None)
    if fault.error is Transient:
        wait = DAY - (now + SHANGHAI) % DAY if fault.until_tomorrow else fault.wait
        return Transient(PLATFORM, f"{code}: {fault.detail}", code=code, retry_after=wait)
    return fault.error(PLATFORM, f"{code}: {fault.detail}", code=code)


def from_status(answer: Answer) -> AdapterError:
    """The error for an answer that is not the vendor's JSON, such as the page of a proxy in between."""
    detail = f"the platform answers {answer.status} without an error code"
    return _by_status(answer.status, detail, f"http {answer.status}", answer.retry_after())


def _by_status(status: int, detail: str, code: str, wait: float | None) -> AdapterError:
    if status in (404, 410):
        return Gone(PLATFORM, detail, code=code)
    if status < 300 or status in (408, 425, 429) or status >= 500:
        return Transient(PLATFORM, detail, code=code, retry_after=wait)
    return Refused(PLATFORM, detail, code=code)
