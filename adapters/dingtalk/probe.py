"""Whether credentials, permissions and quota suffice: every read once, harmless questions, and what stays unknown.

Calls about a conference that does not exist change nothing, and tell whether the call itself is there and allowed.
"""

from collections.abc import Awaitable
from dataclasses import dataclass

from adapters import checks
from adapters.dingtalk import probe_words, quota
from adapters.dingtalk.address_book import AddressBook
from adapters.dingtalk.capabilities import FOUND, LIVE_SETTINGS, MISSING, NICK
from adapters.dingtalk.client import Client
from adapters.dingtalk.errors import FAULTS, NO_ACTION, NO_SCOPE, QUOTA, STALE
from adapters.dingtalk.lessons import CONFERENCES
from adapters.dingtalk.settings import DingTalkSettings
from adapters.dingtalk.stream import Stream
from adapters.health import Checked, Finding, Health
from adapters.notes import Notes
from app.domain.errors import AdapterError, Gone, Refused

NOWHERE = "000000000000000000000000"  # a conferenceId that nobody has
UNEASY_SKEW, MOST_SKEW = 60.0, 600.0  # seconds; a robot's signature bears an hour, our window a quarter of one
ABSENT = frozenset({NO_ACTION, NO_SCOPE, "http 404", "http 403"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a check looks at."""

    settings: DingTalkSettings
    client: Client
    stream: Stream
    address_book: AddressBook
    notes: Notes


async def probe(parts: Parts) -> Health:
    """All findings, in the order in which they should be put right."""
    found = list(_settings(parts.settings))
    try:
        await parts.client.renew_token()
    except AdapterError as e:
        found.append(_failed("credentials", Finding.PROBLEM, e))
        return Health(checked=(*found, *probe_words.UNKNOWNS))
    found.append(checks.fine("credentials"))
    found.append(checks.clock(parts.client.skew, probe_words.clock, uneasy=UNEASY_SKEW, most=MOST_SKEW))
    client = parts.client
    if parts.settings.mode == "stream":
        found.append(await _read("stream", Finding.PROBLEM, parts.stream.address()))
    write = await _error_of(client.call("POST", f"{CONFERENCES}/{NOWHERE}/lock", {"action": "unlock"}))
    absent = ABSENT - {write.code} if write else ABSENT  # what every control is refused for tells nothing of one call
    found += [
        await _read("conference_read", Finding.PROBLEM, client.call(
            "GET", "/v1.0/conference/orgConferences", query=(("nextToken", "0"), ("maxResults", 1)))),
        _nowhere("conference_write", write),
        await _undocumented(parts, "rename", NICK, absent, client.call(
            "POST", f"{CONFERENCES}/{NOWHERE}/members/updateNick", {"nick": "-", "unionId": "-"})),
        await _undocumented(parts, "restrict_share", LIVE_SETTINGS, absent, client.call(
            "PUT", f"{CONFERENCES}/{NOWHERE}", {"forbiddenShareScreen": False})),
        await _read("address_book", Finding.WARNING, parts.address_book.look()),
    ]  # fmt: skip
    return Health(checked=(*found, *probe_words.UNKNOWNS))


def _settings(settings: DingTalkSettings) -> list[Checked]:
    """What can be seen without asking."""
    secret = settings.token.get_secret_value() and settings.aes_key.get_secret_value()
    pushed = settings.mode == "http"
    calls, events = quota.numbers(settings)
    free = settings.edition == "standard" and calls <= quota.EDITIONS["standard"][0]
    return [
        checks.checked("webhook_token", Finding.PROBLEM if pushed and not secret else None, probe_words.NO_TOKEN),
        checks.checked("corp_id", None if settings.corp_id else Finding.WARNING, probe_words.NO_CORP_ID),
        Checked(
            code="quota", finding=Finding.WARNING if free else Finding.UNKNOWN,
            detail=probe_words.quota(calls, events),
        ),
        checks.checked("robot", None if settings.has_alert_robot or settings.has_group_robot else Finding.WARNING,
                 probe_words.NO_ROBOT),
    ]  # fmt: skip


def _failed(code: str, finding: Finding, error: AdapterError) -> Checked:
    return checks.failed(code, finding, error, probe_words.explained(error))


async def _read(code: str, bad: Finding, asking: Awaitable[object]) -> Checked:
    try:
        await asking
    except AdapterError as e:
        return _failed(code, bad, e)
    return checks.fine(code)


def _nowhere(code: str, error: AdapterError | None) -> Checked:
    """Allowed, if the platform looks for the conference and does not find it."""
    if error is None or _looked(error):
        return checks.fine(code)
    return _failed(code, Finding.PROBLEM, error)


async def _undocumented(
    parts: Parts, code: str, note: str, absent: frozenset[str], asking: Awaitable[object]
) -> Checked:
    """Whether a call that only the SDK knows is there for this app; what was found is remembered."""
    error = await _error_of(asking)
    if error is None or _looked(error):
        await parts.notes.put(note, FOUND)
        return Checked(code=code, finding=Finding.OK, detail=probe_words.UNDOCUMENTED_FOUND)
    if error.code in absent:
        await parts.notes.put(note, MISSING)
        return Checked(code=code, finding=Finding.WARNING, detail=probe_words.undocumented_missing(error))
    return _failed(code, Finding.UNKNOWN, error)


def _looked(error: AdapterError) -> bool:
    """Whether this is an answer about the conference (or the person), which only an allowed call gets."""
    if error.code not in FAULTS or error.code in ABSENT | STALE | QUOTA:
        return False
    return isinstance(error, Gone) or (isinstance(error, Refused) and not error.code.startswith("Forbidden."))


async def _error_of(asking: Awaitable[object]) -> AdapterError | None:
    try:
        await asking
    except AdapterError as e:
        return e
    return None
