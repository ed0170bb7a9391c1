"""How a person of Tencent Meeting becomes a Participant.

`ms_open_id` names an account in one run of a meeting, so two devices of one account share it: a presence is named by
`ms_open_id` and device together, and one never closes the other. The device code also has to go back with every
control, because with a wrong one the platform says "ok" and does nothing.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from adapters import customer_data, untrusted
from app.domain.people import Participant, Role

MAX_NAME = 200  # characters kept of a name; names are written by anybody
MAX_ID = 512
UNADDRESSABLE = "@"  # not in the alphabet of base64: marks a presence that no control call can reach

ROLES: Mapping[int, Role] = {
    0: Role.ATTENDEE,
    1: Role.HOST,  # the creator: owns the meeting, so never a target
    2: Role.HOST,
    3: Role.HOST,
    4: Role.ATTENDEE,
    5: Role.HOST,
    6: Role.COHOST,
    7: Role.COHOST,
    8: Role.HOST,
}


def text(value: object, limit: int = MAX_ID) -> str:
    """A string fit for a log, an id unless `limit` says otherwise; "" for anything else."""
    return untrusted.text(value, limit)


def is_meeting_id(value: str) -> bool:
    """Whether this may be a meeting id (they are decimal today); it becomes part of a lesson key and of a path."""
    return re.fullmatch(r"[0-9A-Za-z_-]{1,64}", value) is not None


def device(value: object) -> str:
    """A device code as text: events write "3", lists 3. Unknown numbers pass; "" for what is no number."""
    code = untrusted.number(value, range(10_000), r"[0-9]{1,4}")
    return "" if code is None else str(code)


def role(value: object) -> Role | None:
    """The role behind a `user_role`; None when it is missing or new to us."""
    return ROLES.get(value) if isinstance(value, int) and not isinstance(value, bool) else None


def handle(person: Mapping[str, Any]) -> str:
    """What names the account: `ms_open_id`, or in older payloads a marked `uuid` or `userid`; "" for nobody."""
    if found := text(person.get("ms_open_id")):
        return found
    other = text(person.get("uuid")) or text(person.get("userid"))
    return UNADDRESSABLE + other if other else ""


def presence(person: Mapping[str, Any], *, code: object, name: str, role: Role, link: object) -> Participant | None:
    """The Participant for one person on one device; None when nothing names the person."""
    account = handle(person)
    if not account:
        return None
    where = device(code)
    return Participant(
        id=f"{account}:{where}",
        name=name,
        account=text(person.get("userid")),
        link=user_data(link),
        role=role,
        address=where,
    )


def reach(participant: Participant) -> tuple[str, int] | None:
    """The `ms_open_id` and device code that a control call needs; None when this presence cannot be reached."""
    account, _, known = participant.id.rpartition(":")
    code = device(participant.address) or device(known)
    if not account or account.startswith(UNADDRESSABLE) or not code:
        return None
    return account, int(code)


def from_base64(value: object) -> str:
    """A name from a REST list, where it is base64; what is none is taken as it stands."""
    plain = text(value, 4 * MAX_NAME)
    try:
        return text(base64.b64decode(plain, validate=True).decode("utf-8"), MAX_NAME)
    except (binascii.Error, ValueError):
        return plain[:MAX_NAME]


def user_data(value: object) -> str:
    """Our token out of `customer_data`, as a link or a person carries it."""
    return customer_data.user_data(value, MAX_ID)
