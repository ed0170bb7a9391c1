"""Personal links: one per pupil, handed back with every entry through it (vendor page 64850)."""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters import customer_data, untrusted
from adapters.tencent_meeting import people
from adapters.tencent_meeting.client import Client
from adapters.tencent_meeting.errors import PLATFORM
from adapters.wire import segment
from app.domain.errors import Refused, Transient

MOST_LINKS = 300  # per meeting
PATH = "/v1/meetings/customer-short-url"


def wrapped(token: str) -> str:
    """A token in the vendor's wrapping. Raises Refused for one that does not fit."""
    return customer_data.wrapped(PLATFORM, token)


async def existing(client: Client, userid: str, meeting: str) -> dict[str, str]:
    """The meeting's links by token."""
    query = (("operator_id", userid), ("operator_id_type", 1))
    answer = await client.get(f"/v1/meetings/{segment(meeting)}/customer-short-url", query)
    rows = answer.get("meeting_short_url_customer_data")
    return dict(_link(row) for row in (rows if isinstance(rows, list) else ()))


async def personal_links(client: Client, userid: str, meeting: str, tokens: Iterable[str]) -> Mapping[str, str]:
    """One link per token; those made earlier are kept, so that doing it twice makes none twice. Raises AdapterError."""
    wanted = {token: wrapped(token) for token in tokens}
    links = await existing(client, userid, meeting)
    if len(links.keys() | wanted.keys()) > MOST_LINKS:
        raise Refused(PLATFORM, f"a meeting has at most {MOST_LINKS} personal links", code="202005")
    for token in wanted.keys() - links.keys():
        links[token] = await _made(client, userid, meeting, wanted[token])
    return {token: links[token] for token in wanted}


async def _made(client: Client, userid: str, meeting: str, data: str) -> str:
    members = {"meeting_id": meeting, "operator_id": userid, "operator_id_type": 1, "customer_data": data}
    answer = await client.send("POST", PATH, members) or {}
    _, url = _link(answer.get("meeting_short_url_customer_data"))
    if not url:
        raise Transient(PLATFORM, "the platform made a link and did not tell it", code="shape")
    return url


def _link(row: Any) -> tuple[str, str]:
    entry = untrusted.members(row)
    return people.user_data(entry.get("customer_data")), people.text(entry.get("meeting_short_url"), 2048)
