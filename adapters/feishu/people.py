"""How a person of Feishu becomes a Participant, and which texts are fit to be kept or to become part of an address.

Events and lists name the account and nothing else: two devices of one account are one presence here. Whoever has no
account that we could see (a telephone, a room, a guest) gets an id that begins with "@" and that no call can reach.
"""

import re
from collections.abc import Mapping
from typing import Any

from adapters import untrusted
from app.domain.people import Participant, Role

MAX_NAME = 200  # characters kept of a name; names are written by anybody
MAX_ID = 128
MAX_TEXT = 4000
UNREACHABLE = "@"
USER = 1  # `user_type` of somebody with an account
BOT_ROLE = 4  # `user_role` of a meeting bot, in bot events only

ROLES: Mapping[int, Role] = {1: Role.ATTENDEE, 2: Role.HOST, 3: Role.COHOST, BOT_ROLE: Role.COHOST}


def text(value: object, limit: int = MAX_ID) -> str:
    """A string fit for a log, an id unless `limit` says otherwise; "" for anything else."""
    return untrusted.text(value, limit)


def number(value: object) -> int | None:
    """A whole number as such or as decimal text, which is how this platform writes most of them."""
    return untrusted.number(value, range(-(10**18) + 1, 10**18), r"[0-9]{1,18}")


def identifier(value: object) -> str:
    """An id that may become part of a path or a lesson key; "" for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**30:
        return str(value)
    return value if isinstance(value, str) and re.fullmatch(r"[0-9A-Za-z_-]{1,64}", value) else ""


def account(ids: object) -> str:
    """Whom `id` names: our app's open_id, else the developer's or the tenant's id, marked; "" for nobody.

    Bot events write the id as plain text.
    """
    if isinstance(ids, str):
        return text(ids)
    known = untrusted.members(ids)
    if found := text(known.get("open_id")):
        return found
    other = text(known.get("union_id")) or text(known.get("user_id"))
    return UNREACHABLE + other if other else ""


def further(ids: object) -> tuple[str, ...]:
    """The other ids under which the tenant and the developer know the same person; a class list may hold any."""
    known = untrusted.members(ids)
    given = (text(known.get(name)) for name in ("union_id", "user_id"))
    return tuple(i for i in given if i and i != account(ids).removeprefix(UNREACHABLE))


def participant(user: Mapping[str, Any], *, role: Role, seconds: int) -> Participant:
    """The presence of an event's user. `seconds` since the epoch tells apart those who have no id at all."""
    who = account(user.get("id"))
    kind = number(user.get("user_type"))
    return Participant(
        id=who or nobody(kind, seconds),
        name=text(user.get("user_name"), MAX_NAME),
        account=who.removeprefix(UNREACHABLE),
        role=role,
        address="" if kind is None else str(kind),
        accounts=further(user.get("id")),
    )


def nobody(kind: int | None, seconds: int) -> str:
    """The id of a presence without an account: what it is and when it came."""
    return f"{UNREACHABLE}{kind or 0}:{seconds}"


def role(value: object) -> Role | None:
    """The role behind a `user_role`; None when it is missing or new to us."""
    found = number(value)
    return None if found is None else ROLES.get(found)


def reach(person: Participant | None) -> dict[str, object] | None:
    """The `id` and `user_type` that a control call needs; None when no call can reach this presence."""
    if person is None or not person.id or person.id.startswith(UNREACHABLE):
        return None
    kind = number(person.address)
    return {"id": person.id, "user_type": USER if kind is None else kind}


def is_open_id(value: str) -> bool:
    """Whether this is an account as our app names it."""
    return re.fullmatch(r"ou_[0-9A-Za-z_-]{1,64}", value) is not None


def harmless(message: str) -> str:
    """A message that calls nobody: `<at user_id="all">` in a name would call the whole group."""
    return text(message, MAX_TEXT).replace("<", "＜").replace(">", "＞")
