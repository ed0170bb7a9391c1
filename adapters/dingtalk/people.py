"""How a member of a DingTalk conference becomes a Participant.

An account is named by its unionId (events call it `userId`), and two devices of one account share it; the platform
has no id of a presence. What tells two stays apart is the time of joining, which `left` repeats: so a presence is
"unionId@milliseconds". People from outside may have no unionId at all; they are told apart by their displayed name,
also where a list tells the unionId that the events left out: it is still the same presence, and now it can be reached.
"""

from collections.abc import Mapping
from typing import Any

from adapters.dingtalk.wire import MAX_NAME, number, person, text
from adapters.signing import digest_id
from app.domain.people import Participant, Role

NOBODY = "~"  # marks a presence without an account: no control call can reach it


def presence(member: Mapping[str, Any], account: object, *, announced: bool = True) -> Participant:
    """The Participant for one row of a list or of an event; `announced`: the events name this account, too."""
    who, name = person(account), text(member.get("userNick"), MAX_NAME)
    known = (announced and who) or NOBODY + digest_id((name.encode(),))[:16]
    return Participant(
        id=f"{known}@{joined_at(member)}", name=name, account=who, role=role(member), address=who,
    )  # fmt: skip


def joined_at(member: Mapping[str, Any]) -> int:
    """When this stay began, in milliseconds; 0 when the platform does not tell. A `left` may tell only how long."""
    since = number(member.get("joinTime")) or 0
    until, lasted = number(member.get("leaveTime")) or 0, number(member.get("duration")) or 0
    if since <= 0 < lasted < until:
        since = until - lasted
    return max(0, since)


def role(member: Mapping[str, Any]) -> Role:
    """What the platform lets this person do; a missing boolean means false."""
    if member.get("host") is True:
        return Role.HOST
    return Role.COHOST if member.get("coHost") is True else Role.ATTENDEE


def reach(participant: Participant | None) -> str:
    """The unionId that a control call needs, "" when this presence has none."""
    return person(participant.address) or person(participant.account) if participant else ""
