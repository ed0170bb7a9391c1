"""Whether credentials, permissions and licence suffice: every read once, and what cannot be found out is said."""

from collections.abc import Awaitable, Callable
from functools import partial

from adapters import checks, untrusted
from adapters.health import Checked, Finding, Health
from adapters.notes import Notes
from adapters.wecom import links, probe_words
from adapters.wecom.client import Client, Json
from adapters.wecom.errors import NO_RIGHT
from adapters.wecom.own import Own
from adapters.wecom.roster import INSIDE_LIST, PAGE, WAITING_LIST
from adapters.wecom.settings import WeComSettings
from app.domain.errors import AdapterError, Gone

NO_CONTROLS = "no_controls"  # note: the code with which the advanced meeting calls were refused to this app
MOST_SKEW = 900.0  # seconds; beyond it no delivery is accepted
UNEASY_SKEW = 60.0
WHOLE_CORP = 1  # the department at the root

Ask = Callable[[], Awaitable[Json]]


async def probe(settings: WeComSettings, client: Client, notes: Notes, now: Callable[[], float]) -> Health:
    """All findings, in the order in which they should be put right."""
    found = list(_webhook(settings))
    try:
        answer = await client.token_answer()
        skew = checks.ahead(answer.headers.get("date", ""), now())
        found.append(checks.clock(skew, probe_words.clock, uneasy=UNEASY_SKEW, most=MOST_SKEW))
        client.document(answer)
    except AdapterError as e:
        found.append(_failed("credentials", Finding.PROBLEM, e))
        return Health(checked=(*found, *probe_words.unknowns(settings)))
    found.append(checks.fine("credentials"))
    found += await _app(settings, client)
    found += await _meetings(client, notes)
    found += await _contacts(settings, client)
    found.append(_channel(settings))
    return Health(checked=(*found, *probe_words.unknowns(settings)))


def _failed(code: str, finding: Finding, error: AdapterError) -> Checked:
    return checks.failed(code, finding, error, probe_words.explained(error), proven=probe_words.EXPLAINED)


async def _read(code: str, bad: Finding, ask: Ask) -> tuple[Checked, Json, AdapterError | None]:
    try:
        return checks.fine(code), await ask(), None
    except Gone as e:
        return _failed(code, Finding.UNKNOWN, e), {}, e
    except AdapterError as e:
        return _failed(code, bad, e), {}, e


def _webhook(settings: WeComSettings) -> tuple[Checked, ...]:
    token, key = settings.token.get_secret_value(), settings.encoding_aes_key.get_secret_value()
    return (
        checks.checked("webhook_token", None if token else Finding.PROBLEM, probe_words.NO_TOKEN),
        checks.checked("webhook_key", None if key else Finding.PROBLEM, probe_words.NO_KEY),
    )


async def _app(settings: WeComSettings, client: Client) -> list[Checked]:
    """The app itself; its first call also tells whether this server's address is trusted."""
    ask = partial(client.get, "/cgi-bin/agent/get", (("agentid", settings.agentid),))
    app, about, error = await _read("app", Finding.PROBLEM, ask)
    if error is not None:
        return [app]
    range_ = untrusted.members(about.get("allow_partys")).get("partyid")
    whole = isinstance(range_, list) and WHOLE_CORP in range_
    closed = about.get("close") == 1
    return [
        checks.checked("app", Finding.PROBLEM if closed else None, probe_words.CLOSED),
        checks.checked("visible_range", None if whole else Finding.WARNING, probe_words.NOT_THE_WHOLE_SCHOOL),
    ]


async def _meetings(client: Client, notes: Notes) -> list[Checked]:
    """Licence and rights, by a meeting of our own where there is one; remembered, because controls hang on them."""
    ask = partial(client.post, "/cgi-bin/meeting/vip/list", {"cursor": "", "limit": 100})
    seats, told, error = await _read("advanced_seats", Finding.WARNING, ask)
    if error is None and not told.get("userid_list"):
        seats = Checked(code="advanced_seats", finding=Finding.WARNING, detail=probe_words.NO_SEATS)
    found = [seats]
    own = Own(notes).newest()
    if not own:
        found.append(Checked(code="own_meeting", finding=Finding.UNKNOWN, detail=probe_words.NO_OWN_MEETING))
    for code, bad, question in _reads(client, own) if own else ():
        checked, _, failure = await _read(code, bad, question)
        found.append(checked)
        if code == "participant_list":
            error = failure
    if error is None:
        await notes.forget(NO_CONTROLS)
    elif error.code in NO_RIGHT:
        await notes.put(NO_CONTROLS, error.code)
    return found


def _reads(client: Client, own: str) -> tuple[tuple[str, Finding, Ask], ...]:
    """The reads that a lesson needs, each once."""
    page = {"meetingid": own, "cursor": "", "limit": PAGE}

    async def personal_links() -> Json:
        return dict(await links.existing(client, own))

    return (
        ("meeting_info", Finding.WARNING, partial(client.post, "/cgi-bin/meeting/get_info", {"meetingid": own})),
        ("participant_list", Finding.PROBLEM, partial(client.post, INSIDE_LIST, {**page, "sub_meetingid": ""})),
        ("waiting_list", Finding.PROBLEM, partial(client.post, WAITING_LIST, page)),
        ("personal_links", Finding.WARNING, personal_links),
    )


async def _contacts(settings: WeComSettings, client: Client) -> list[Checked]:
    reads: tuple[tuple[str, Ask], ...] = (
        (
            "school_scope",
            partial(client.get, "/cgi-bin/school/agent/get_allow_scope", (("agentid", settings.agentid),)),
        ),
        ("school_contacts", partial(client.get, "/cgi-bin/school/department/list")),
        ("corp_contacts", partial(client.get, "/cgi-bin/department/list")),
    )
    return [(await _read(code, Finding.WARNING, ask))[0] for code, ask in reads]


def _channel(settings: WeComSettings) -> Checked:
    """Nothing is sent by a check, so whether anybody would get it is not known."""
    some = bool(settings.robot_key.get_secret_value() or settings.alert_userids)
    finding = Finding.UNKNOWN if some else Finding.WARNING
    return Checked(
        code="alerts", finding=finding, detail=probe_words.CHANNEL_UNTRIED if some else probe_words.NO_CHANNEL
    )
