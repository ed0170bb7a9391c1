"""Personal links: one per pupil, handed back in the waiting room list with every entry through it (98818, 98819)."""

from typing import Any

from adapters import customer_data, untrusted
from adapters.wecom import people
from adapters.wecom.client import Client
from adapters.wecom.errors import PLATFORM
from app.domain.errors import Transient

MOST_LINKS = 300  # per meeting, as with Tencent Meeting, on which WeCom meetings run; the vendor names no number


def wrapped(token: str) -> str:
    """A token in the vendor's wrapping. Raises Refused for one that does not fit."""
    return customer_data.wrapped(PLATFORM, token)


async def existing(client: Client, meeting: str) -> dict[str, str]:
    """The meeting's links by token. Raises AdapterError."""
    answer = await client.post("/cgi-bin/meeting/get_customer_short_url", {"meetingid": meeting})
    return dict(_links(answer.get("meeting_short_url_customer_data_list")))


async def create(client: Client, meeting: str, token: str) -> str:
    """Make one link. Raises AdapterError."""
    body = {"meetingid": meeting, "customer_data": wrapped(token)}
    answer = await client.post("/cgi-bin/meeting/create_customer_short_url", body)
    made = _links(answer.get("meeting_short_url_customer_data"))  # an object in the sample, a list in the table
    if not made or not made[0][1]:
        raise Transient(PLATFORM, "the platform made a link and did not tell it", code="shape")
    return made[0][1]


def _links(told: Any) -> list[tuple[str, str]]:
    """(token, address) of one link or of a list of them; what is neither is left out."""
    rows = untrusted.rows(told if isinstance(told, list) else [told])
    found = [(people.user_data(r.get("customer_data")), people.text(r.get("meeting_short_url"), 2048)) for r in rows]
    return [(token, url) for token, url in found if token or url]
