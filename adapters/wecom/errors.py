"""What the vendor's error codes mean (page 90313, the platform-wide list): one table, which wins over the HTTP status.

The vendor answers 200 even to a failure; `errcode` decides and `errmsg` is for people. The meeting calls publish no
codes of their own, so a code that is not in the table is refused and told as it came.
"""

import re
from collections.abc import Mapping

from adapters import faults, untrusted
from adapters.faults import Fault, busy, refused
from adapters.http import Answer
from app.domain.errors import AdapterError, Transient

PLATFORM = "wecom"
MINUTE = 60.0  # seconds that the vendor blocks an endpoint whose limit of a minute was passed (page 90454)
LONGEST_WORDS = 120  # characters kept of an `errmsg`

STALE = frozenset({"40014", "42001"})  # the access token is no longer good: another one, once
# Not a word about the person or the switch: the app may not do this, here or anywhere.
NO_RIGHT = frozenset({"48002", "50003", "60011", "301002"})
# The platform did not like what was sent: asked in another form, or one by one, it may.
PARAMETER = frozenset({"40035", "40058", "40063"})
BAD_USERID = frozenset({"40003", "40031", "60111"})
WRONG_APP = frozenset({"40013", "40001", "40091", "41002", "41004"})

_NOT_GRANTED = "the corpid or the app's Secret is wrong, or they do not belong together"
_NO_RIGHT = (
    "no permission: list this app under 协作 > 会议 > 可调用接口的应用, make it visible to the whole school, and "
    "see that "
    "the advanced meeting feature (会议高级功能) is bought and that this very app created the meeting"
)
_USERID = "a userid is unknown or outside the app's visible range"
_PARAMETER = "the platform refuses a parameter"
_OURS = "the request lacks its credentials: this is a fault of Menshen"

FAULTS: Mapping[str, Fault] = {
    "-1": busy("the platform is busy"),
    "40014": busy("the access token was withdrawn, twice in a row"),
    "42001": busy("the access token has expired, twice in a row"),
    "40001": refused(_NOT_GRANTED),
    "40013": refused(_NOT_GRANTED),
    "40091": refused(_NOT_GRANTED),
    "41001": refused(_OURS),
    "41002": refused(_OURS),
    "41004": refused(_OURS),
    "45009": busy("too many calls in this minute or hour", MINUTE),
    "45033": busy("too many calls at once", MINUTE),
    "48002": refused(_NO_RIGHT),
    "50003": refused("the app is disabled: " + _NO_RIGHT),
    "60011": refused(_NO_RIGHT),
    "301002": refused(_NO_RIGHT),
    "60020": refused("this server's address is not among the app's trusted IPs (企业可信IP)"),
    "40003": refused(_USERID),
    "40031": refused(_USERID),
    "60111": refused(_USERID),
    "81013": refused("none of the recipients can be reached by this app"),
    "40033": refused("the request carries escaped characters"),
    "40035": refused(_PARAMETER),
    "40058": refused(_PARAMETER),
    "40063": refused("a parameter is empty"),
    "60123": refused("the department is unknown or outside the app's visible range"),
    "93000": refused("the group robot does not exist: compare robot_key"),
}


def error_code(document: object) -> str:
    """The vendor's `errcode` as decimal text, "0" for success; "" when the answer has none."""
    found = untrusted.number(untrusted.members(document).get("errcode"), range(-(10**12) + 1, 10**12), r"-?[0-9]{1,12}")
    return "" if found is None else str(found)


def from_code(code: str, said: str, answer: Answer) -> AdapterError:
    """The error for a vendor code. `said` is the vendor's text, already without secrets."""
    fault = FAULTS.get(code) or refused("the platform refuses the request")
    detail = f"{code}: {fault.detail}{_quoted(said)}"
    return faults.error(fault.error, PLATFORM, detail, code=code, wait=answer.retry_after() or fault.wait)


def _quoted(said: str) -> str:
    """What helps vendor support or the console out of an `errmsg`: its words, the hint, and our own address."""
    words = re.split(r", hint|, from ip|, more info", said, maxsplit=1)[0].strip()[:LONGEST_WORDS]
    hint = re.search(r"hint: ?\[([0-9A-Za-z_]{1,64})\]", said)
    address = re.search(r"from ip: ?([0-9A-Fa-f.:]{3,45})", said)
    parts = [words, f"hint {hint[1]}" if hint else "", f"from ip {address[1]}" if address else ""]
    told = ", ".join(p for p in parts if p)
    return f" ({told})" if told else ""


def from_status(answer: Answer) -> AdapterError:
    """The error for an answer that is not the vendor's JSON, such as the page of a proxy in between."""
    detail = f"the platform answers {answer.status} without an errcode"
    code = f"http {answer.status}"
    return faults.by_status(PLATFORM, answer.status, detail, code=code, wait=answer.retry_after())


def again(error: AdapterError) -> AdapterError:
    """The same error for somebody else: one that several wait for is not raised twice."""
    if isinstance(error, Transient):
        return Transient(error.platform, error.detail, code=error.code, retry_after=error.retry_after)
    return type(error)(error.platform, error.detail, code=error.code)
