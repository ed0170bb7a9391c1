"""What the vendor's error codes mean: one table, which wins over the HTTP status.

Sources: the vendor's pages of generic codes, VC and IM calls; `internal/output/lark_errors.go` of larksuite/cli. A bad
token comes as HTTP 400, a failure may come as 200: only `code` tells. The vendor's text is never repeated, because it
may quote what was sent; the scopes that it names are.
"""

import re
from collections.abc import Mapping

from adapters import faults, untrusted
from adapters.faults import Fault, busy, gone, refused
from adapters.feishu import people
from adapters.http import Answer
from app.domain.errors import AdapterError

PLATFORM = "feishu"
RESET = "x-ogw-ratelimit-reset"  # seconds until calls are accepted again

STALE_APP = frozenset({"99991663", "99991668"})  # also said about a token of the wrong kind
STALE_USER = frozenset({"99991663", "99991668", "99991677"})
NO_SCOPE = frozenset({"99991672", "99991676", "99991679", "230027"})
NO_PERMISSION = "121005"
NOT_INSIDE = "122003"
QUOTA = "99991403"
NO_CONSENT = "no_consent"
TOO_MANY_STREAMS = "1000040350"
NOT_OWNER = frozenset({"232014", "232017", "230026"})  # the app's bot is not the owner of the group

_NOT_ACCEPTED = "the platform does not accept the token: wrong kind for this call, or taken back"
_SCOPE = "a permission is missing: add the scope in the developer console and publish a new version of the app"
_BUG = "the platform cannot read the request"
_BUSY = "too many calls"
_CONSENT = "the teacher's consent is used up: he has to allow it again"
_NO_RIGHT = "no permission: the app must own the reservation, or the teacher must be host and have given his consent"
_NOT_MASTER = "the app's bot must be the owner of the group, or its creator and still inside"

FAULTS: Mapping[str, Fault] = {
    # --- generic ---
    "10003": refused("the App ID is wrong"),
    "10014": refused("the App Secret is wrong"),
    "10012": refused("the App ID is wrong"),
    "99991543": refused("the App ID or App Secret is wrong"),
    "99991661": refused("a token is missing"),
    "99991671": refused("a token is malformed"),
    "99991663": refused(_NOT_ACCEPTED),
    "99991668": refused(_NOT_ACCEPTED),
    "99991677": refused("the teacher's token has expired"),
    "99991662": refused("the app is disabled"),
    "99991673": refused("the app is not available in this tenant"),
    "99991672": refused(_SCOPE),
    "99991676": refused(_SCOPE),
    "99991679": refused("the teacher has not allowed this: he has to give his consent again"),
    "99991403": refused("the month's calls of this edition are used up: no call works before the first of the month"),
    "99991400": busy(_BUSY),
    "99991402": busy(_BUSY),
    "11020": busy(_BUSY),
    "11021": busy(_BUSY),
    "11232": busy("too many messages of this tenant"),
    "9499": refused(_BUG),
    "99992402": refused(_BUG),
    **{str(code): refused("an id is not of the kind that was said") for code in range(99992351, 99992361)},
    # --- consent (OAuth) ---
    "20050": busy("the consent server is busy"),
    "20003": refused("the code for the consent is not valid any more: ask the teacher to try again"),
    "20004": refused("the code for the consent has expired: ask the teacher to try again"),
    "20026": refused(_CONSENT),
    "20037": refused(_CONSENT),
    "20064": refused(_CONSENT),
    "20073": refused(_CONSENT),
    "20074": refused("refreshing is not switched on for this app"),
    # --- meetings ---
    "121001": busy("the platform has an internal error"),
    "121002": refused("the platform does not support this for this meeting"),
    "121003": refused("the platform refuses a parameter"),
    "121004": gone("there is no such meeting or reservation"),
    "121005": refused(_NO_RIGHT),
    "121006": busy("somebody else changed this at the same moment"),
    "122001": gone("the meeting is not running"),
    "122002": gone("there is no such meeting"),
    "122003": refused("the teacher who asks is not in the meeting"),
    "122004": gone("the person is not in the meeting"),
    "122005": refused("nobody can do this to himself"),
    "122009": refused("the person is in an unexpected state"),
    "123002": refused("the recording parameter is refused"),
    "123003": refused("a meeting has at most 10 assigned hosts"),
    "123004": refused("an assigned host is not valid"),
    # --- meeting bot (beta) ---
    "10005": gone("the meeting bot is not in the meeting"),
    "20001": gone("the meeting has ended"),
    "20002": gone("there is no such meeting"),
    "20017": refused("the meeting bot is a beta that this tenant is not part of"),
    "121101": busy("the platform has an internal error"),
    "121102": refused("the platform refuses a parameter"),
    "121103": refused("the meeting bot has no permission: make it host or co-host"),
    "121104": refused("the person is in an unexpected state"),
    "121105": gone("there is no such meeting"),
    "121107": gone("the person is not in the meeting"),
    # --- group chats ---
    "230001": refused("the platform refuses a parameter"),
    "230002": refused("the app's bot is not in the group"),
    "230009": refused("the message is too old to be recalled"),
    "230011": gone("the message is recalled already"),
    "230020": busy("too many messages in this group"),
    "230026": refused("only an owner or administrator of the group may recall other people's messages"),
    "230027": refused(_SCOPE),
    "230050": refused("the app's bot cannot see this message"),
    "230054": refused("this kind of message cannot be recalled"),
    "232001": refused("the platform refuses a parameter"),
    "232006": gone("there is no such group"),
    "232009": gone("the group has been dissolved"),
    "232010": refused("the group belongs to another tenant"),
    "232011": refused("the app's bot is not in the group"),
    "232014": refused(_NOT_MASTER),
    "232016": refused(_NOT_MASTER),
    "232017": refused(_NOT_MASTER),
    "232019": busy("one change at a time in this group"),
    "232025": refused("the app has no bot: switch it on in the developer console"),
    "232027": gone("none of these people is in the group"),
    "232076": refused("the owner of a group cannot be removed"),
    # --- custom bot of a group ---
    "19001": refused("the address of the group robot is wrong"),
    "19021": refused("the secret of the group robot is wrong, or our clock is more than an hour off"),
    "19022": refused("the group robot does not accept our address: change its IP list"),
    "19024": refused("the group robot wants a keyword in every message"),
    # --- long connection ---
    "1": busy("the platform is busy"),
    "403": refused("the long connection is not allowed for this app"),
    "514": refused("the App ID or App Secret is wrong"),
    "1000040343": busy("the platform has an internal error"),
    "1000040344": refused("the App ID or App Secret is missing"),
    TOO_MANY_STREAMS: busy("this app has 50 long connections open already"),
}


def error_code(document: object) -> str:
    """The vendor's `code` as decimal text; "" for success, and where there is none."""
    code = people.number(untrusted.members(document).get("code"))
    return str(code) if code else ""


def succeeded(document: object) -> bool:
    """Whether this is the vendor's own "yes": a number 0, nothing less."""
    code = untrusted.members(document).get("code")
    return isinstance(code, int) and not isinstance(code, bool) and code == 0


def from_code(code: str, answer: Answer, *, scope: str = "") -> AdapterError:
    """The error for a vendor code; one that the table lacks is judged by the status that it came with.

    `scope` is what the call is known to need, where the vendor does not name it.
    """
    fault = FAULTS.get(code)
    trace = _trace(answer)
    if fault is None:
        return _by_status(answer, f"the platform answers with code {code}{trace}", code)
    needed = (_scopes(answer.body) or scope) if code in NO_SCOPE else ""
    detail = f"{code}: {fault.detail}{f' ({needed})' if needed else ''}{trace}"
    return faults.error(fault.error, PLATFORM, detail, code=code, wait=_wait(answer))


def from_status(answer: Answer) -> AdapterError:
    """The error for an answer that is not the vendor's JSON, such as the page of a proxy in between."""
    return _by_status(answer, f"the platform answers {answer.status} without a code", f"http {answer.status}")


def _by_status(answer: Answer, detail: str, code: str) -> AdapterError:
    passing = faults.PASSING | {409}  # a conflict with what somebody else is changing
    return faults.by_status(PLATFORM, answer.status, detail, code=code, wait=_wait(answer), passing=passing)


def _wait(answer: Answer) -> float | None:
    found = answer.retry_after(RESET)
    return answer.retry_after() if found is None else found


def _scopes(body: bytes) -> str:
    """The scopes that the vendor says are missing, of which any one is enough; "" when it names none."""
    document = untrusted.members(untrusted.loads(body))
    violations = untrusted.rows(untrusted.members(document.get("error")).get("permission_violations"))
    named = [people.text(v.get("subject")) for v in violations]
    if not any(named):
        bracket = re.search(r"\[([^\]]{1,600})\]", people.text(document.get("msg"), 2000))
        named = [part.strip() for part in bracket[1].split(",")] if bracket else []
    return " or ".join([n for n in named if re.fullmatch(r"[a-z]{2,20}(:[a-z_.]{2,60}){1,3}", n)][:4])


def _trace(answer: Answer) -> str:
    """The vendor's own id of this request, by which its support finds it."""
    found = answer.headers.get("x-tt-logid", "")
    return f" [log {found}]" if re.fullmatch(r"[0-9A-Za-z-]{6,64}", found) else ""
