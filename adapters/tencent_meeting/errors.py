"""What the vendor's error codes mean (vendor page 43704): one table, which wins over the HTTP status.

The vendor answers 400 or 500 and nothing else; `error_code` decides, `new_error_code` is another number for the same.
"""

from collections.abc import Mapping

from adapters import faults, untrusted
from adapters.faults import Fault, busy, gone, refused
from adapters.http import Answer
from app.domain.errors import AdapterError

PLATFORM = "tencent_meeting"
MINUTE = 60.0
SHANGHAI = 8 * 3600.0  # seconds; the vendor's quotas are taken to end with the day in Beijing
DAY = 86_400.0

REPLAYED = frozenset({"190300", "190301", "200002"})  # a new nonce and timestamp may help
DAILY = frozenset({"190311", "190312"})  # used up until tomorrow
WRONG_OPERATOR = frozenset({"190004", "9042"})  # asking by another kind of operator id may help

_CREDENTIALS = "AppId, SdkId or SecretId is wrong, or they do not belong together"
_NO_RIGHT = "no permission: the operator must be host, co-host or creator, and the account a paid one"

FAULTS: Mapping[str, Fault] = {
    "190300": busy("our clock is more than 5 minutes off: set the time of this server"),
    "190301": busy("the nonce was seen before"),
    "200002": busy("the request was seen before"),
    "190303": refused(_CREDENTIALS),
    "190001": refused(_CREDENTIALS),
    "200001": refused("the calling user is not registered in the enterprise"),
    "200003": refused("a header is missing or the signature does not fit: check the SecretKey"),
    "200004": refused("the platform does not know this path or method"),
    "200005": refused("the platform cannot read the body"),
    "200006": refused("the platform refuses a header value: check AppId, SdkId and SecretId"),
    "190004": refused("the platform refuses a parameter"),
    "190310": busy("more than 300 calls in a minute", MINUTE),
    "190311": busy("the 200 000 calls of today are used up"),
    "190312": busy("this interface's calls of today are used up"),
    "190313": busy("more than 100 account calls in a minute", MINUTE),
    "9061": busy("too many calls", MINUTE),
    "500046": busy("too many quality queries for this meeting", MINUTE),
    "9003": gone("the meeting does not exist (was the meeting code taken for the meeting id?)"),
    "13603": gone("the meeting has ended"),
    "201003": gone("the meeting is not running"),
    "9002": refused("the meeting id or the user id is wrong"),
    "9042": refused(_NO_RIGHT),
    "9099": refused(_NO_RIGHT),
    "9100": refused(_NO_RIGHT),
    "9101": refused(_NO_RIGHT),
    "9102": refused(_NO_RIGHT),
    "500133": refused(_NO_RIGHT),
    "190315": refused(_NO_RIGHT),
    "9098": refused("the account has too many meetings at the same time"),
    "9103": refused("a Rooms device cannot go to the waiting room: remove it instead"),
    "9104": refused("this device's video cannot be stopped: remove it or move it to the waiting room"),
    "9008": refused("the limit of new meetings is reached"),
    "500029": refused("the limit of new meetings per hour is reached"),
    "500168": refused("the monthly number of new meetings is used up"),
    "202002": refused("the personal link could not be made"),
    "202005": refused("this meeting has 300 personal links already"),
    "9093": refused("the title contains words that the platform bans"),
    "20001": refused("the platform does not know the operator's userid"),
    "146000010": refused("the user belongs to another enterprise"),
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
        return faults.by_status(PLATFORM, status, f"the platform answers with code {code}", code=code, wait=None)
    wait = DAY - (now + SHANGHAI) % DAY if code in DAILY else fault.wait
    return faults.error(fault.error, PLATFORM, f"{code}: {fault.detail}", code=code, wait=wait)


def from_status(answer: Answer) -> AdapterError:
    """The error for an answer that is not the vendor's JSON, such as the page of a proxy in between."""
    detail = f"the platform answers {answer.status} without an error code"
    code = f"http {answer.status}"
    return faults.by_status(PLATFORM, answer.status, detail, code=code, wait=answer.retry_after())
