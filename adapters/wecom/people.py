"""How a person of a WeCom meeting becomes a Participant.

`tmp_openid` names a person inside one meeting and is all that events tell; the device (`instance_id`) shows only in
lists. So a presence is a `tmp_openid`, and its address holds where it was listed and on which devices, because every
control has to name the device: with a wrong one the platform says 0 and does nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters import customer_data, untrusted
from app.domain.people import Participant, Role

MAX_ID = 256  # characters kept of an id
BY_ACCOUNT = "@"  # marks a presence known by its account only, which no control reaches
TWIN = " waiting"  # somebody inside who waits on another device too: two presences, or one would hide the other
INSIDE, WAITING = "inside", "waiting"
SYSTEM = "sys"

# `UserRole` of events and `role` of lists (page 98397).
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
    """Whether this may be a meeting id; it becomes part of a lesson key."""
    return re.fullmatch(r"[0-9A-Za-z_-]{1,128}", value) is not None


def device(value: object) -> int | None:
    """A device code (page 98181). Unknown numbers pass; None for what is no number."""
    return untrusted.number(value, range(10_000), r"[0-9]{1,4}")


def role(value: object) -> Role | None:
    """The role behind a number, or behind its decimal text; None when it is missing or new to us."""
    found = untrusted.number(value, range(100), r"[0-9]{1,2}")
    return None if found is None else ROLES.get(found)


def account(userid: object) -> str:
    """The corp account; "" for anybody from outside and for what the system does itself."""
    found = text(userid)
    return "" if found == SYSTEM else found


def presence(*, tmp_openid: object, userid: object, role: Role | None = None, link: str = "") -> Participant | None:
    """The Participant without an address; None when nothing names the person. The platform tells no names."""
    handle, known = text(tmp_openid), account(userid)
    if not handle and not known:
        return None
    return Participant(
        id=handle or BY_ACCOUNT + known, account=known, link=link, role=role if role is not None else Role.ATTENDEE
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a control call needs: the person, and every device on which he is there."""

    tmp_openid: str
    devices: tuple[int, ...] = ()
    waits: bool = False

    @property
    def address(self) -> str:
        """As it stands in `Participant.address`."""
        return f"{WAITING if self.waits else INSIDE}:{','.join(map(str, self.devices))}"

    def rows(self) -> list[dict[str, object]]:
        """As it stands in a body, one row for each device."""
        return [{"tmp_openid": self.tmp_openid, "instance_id": code} for code in self.devices]


def handle(participant: Participant) -> str:
    """The `tmp_openid` of a presence; "" for one that no control reaches."""
    return "" if participant.id.startswith(BY_ACCOUNT) else participant.id.removesuffix(TWIN)


def reach(participant: Participant) -> Reach | None:
    """What the newest snapshot tells; `devices` is empty when only events told of him. None = cannot be reached."""
    found = handle(participant)
    if not found:
        return None
    where, _, codes = participant.address.partition(":")
    devices = tuple(code for c in codes.split(",") if (code := device(c)) is not None)
    return Reach(tmp_openid=found, devices=devices, waits=where == WAITING)


def user_data(value: object) -> str:
    """Our token out of `customer_data`, as a link or a person carries it."""
    return customer_data.user_data(value, MAX_ID)
