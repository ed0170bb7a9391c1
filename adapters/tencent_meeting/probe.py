"""Whether credentials, permissions and quota suffice: every read once, and what cannot be found out is said."""

from collections.abc import Awaitable, Callable
from functools import partial

from adapters import checks, untrusted
from adapters.health import Checked, Finding, Health
from adapters.tencent_meeting import links, people, probe_words
from adapters.tencent_meeting.client import Client, Json
from adapters.tencent_meeting.operator import Operators
from adapters.tencent_meeting.roster import RUNNING, Lists
from adapters.tencent_meeting.settings import TencentMeetingSettings
from adapters.wire import target
from app.domain.errors import AdapterError, Gone

MOST_SKEW = 300.0  # seconds; beyond it the platform refuses every call
UNEASY_SKEW = 60.0


async def probe(settings: TencentMeetingSettings, client: Client, lists: Lists, operators: Operators) -> Health:
    """All findings, in the order in which they should be put right."""
    found = list(_webhook(settings))
    try:
        answer = await client.answer("GET", _own_meetings(settings.operator_userid))
        skew = checks.ahead(answer.headers.get("date", ""), client.signer.now())
        found.append(checks.clock(skew, probe_words.clock, uneasy=UNEASY_SKEW, most=MOST_SKEW))
        meeting, running = _pick(client.document(answer) or {})
    except AdapterError as e:
        problem = await _refused_for_real(settings, client, e)
        if problem is not None:
            found.append(_failed("credentials", Finding.PROBLEM, problem))
            return Health(checked=(*found, *probe_words.UNKNOWNS))
        meeting, running = "", False
    found.append(checks.fine("credentials"))
    found += await _lists(settings, client, lists, operators, meeting, running)
    return Health(checked=(*found, *probe_words.UNKNOWNS))


# The list of one's own meetings is known from the SDK only: these answers say that it is not there, nothing else.
NO_SUCH_READ = frozenset({"200004", "190004"})
# Answers about a meeting or an operator: whoever gets one has signed with the right keys.
SIGNED = frozenset({"9002", "9003", "9042", "9099", "9100", "9101", "9102", "13603", "190004", "201003", "500133"})
NO_MEETING = "1"


async def _refused_for_real(
    settings: TencentMeetingSettings, client: Client, error: AdapterError
) -> AdapterError | None:
    """What is wrong with the credentials, if anything: a documented read about no meeting tells."""
    if error.code not in NO_SUCH_READ:
        return error
    query = (("operator_id", settings.operator_userid), ("operator_id_type", 1))
    try:
        await client.get(f"/v1/meetings/{NO_MEETING}/ms-open-id", query)
    except AdapterError as e:
        return None if e.code in SIGNED else e
    return None


def _webhook(settings: TencentMeetingSettings) -> tuple[Checked, ...]:
    token, key = settings.webhook_token.get_secret_value(), settings.encoding_aes_key.get_secret_value()
    return (
        checks.checked("webhook_token", None if token else Finding.PROBLEM, probe_words.NO_TOKEN),
        checks.checked("webhook_encryption", None if key else Finding.WARNING, probe_words.NOT_ENCRYPTED),
    )


def _failed(code: str, finding: Finding, error: AdapterError) -> Checked:
    return checks.failed(code, finding, error, probe_words.explained(error), proven=probe_words.EXPLAINED)


def _own_meetings(userid: str) -> str:
    return target("/v1/meetings", (("userid", userid), ("instanceid", 1)))


def _pick(answer: Json) -> tuple[str, bool]:
    """A meeting to ask about, rather a running one; "" when the account has none."""
    meetings = untrusted.rows(answer.get("meeting_info_list"))
    meetings.sort(key=lambda m: m.get("status") != RUNNING)
    first = meetings[0] if meetings else {}
    return people.text(first.get("meeting_id")), first.get("status") == RUNNING


async def _lists(
    settings: TencentMeetingSettings, client: Client, lists: Lists, operators: Operators, meeting: str, running: bool
) -> list[Checked]:
    """The reads that a lesson needs, each once."""
    if not meeting:
        return [Checked(code="test_meeting", finding=Finding.UNKNOWN, detail=probe_words.NO_MEETING)]
    reads: tuple[tuple[str, Finding, Callable[[], Awaitable[object]]], ...] = (
        ("meeting_info", Finding.WARNING, partial(lists.meeting_info, meeting)),
        ("participant_list", Finding.PROBLEM, partial(lists.current_page, meeting)),
        ("waiting_list", Finding.WARNING, partial(lists.waiting_page, meeting, 1)),
        ("operator_id", Finding.WARNING, partial(operators.own_ms_open_id, meeting)),
        ("personal_links", Finding.WARNING, partial(links.existing, client, settings.operator_userid, meeting)),
    )
    found = [await _read(code, bad, ask) for code, bad, ask in reads]
    if not running:
        found.append(Checked(code="test_meeting", finding=Finding.UNKNOWN, detail=probe_words.NOT_RUNNING))
    return found


async def _read(code: str, bad: Finding, ask: Callable[[], Awaitable[object]]) -> Checked:
    try:
        await ask()
    except Gone as e:
        return _failed(code, Finding.UNKNOWN, e)
    except AdapterError as e:
        return _failed(code, bad, e)
    return checks.fine(code)
