"""Which precautions a course's policy asks for before class. Pure."""

from typing import cast

from adapters.preparation import Precaution
from policies import quiet_start, roster_only, share_guard
from policies.base import Policy
from policies.quiet_start import QuietStart
from policies.roster_only import RosterOnly
from policies.share_guard import ShareGuard


def wanted(policy: Policy) -> frozenset[Precaution]:
    """What a meeting should be set to, so that the platform itself does what the rules would have to do in class.

    A rule that only observes touches nobody, so nothing is set for it. Where guests are welcome (`strangers: watch`)
    the door stays open, and where a name of the list is enough (`claimed: admit`) no account is asked for.
    """
    chosen = {Precaution.HOST_FIRST}
    door = cast(RosterOnly, policy.of(roster_only.RULE))
    if door.mode == "enforce" and door.strangers != "watch":
        chosen |= {Precaution.WAITING_ROOM, Precaution.PERSONAL_LINKS}
        if door.claimed == "hold":
            chosen |= {Precaution.ROSTER_ONLY, Precaution.ORGANISATION_ONLY}
    quiet = cast(QuietStart, policy.of(quiet_start.RULE))
    if quiet.mode == "enforce":
        chosen |= {Precaution.MUTE_ON_ENTRY} if quiet.mute else set()
        chosen |= {Precaution.CHAT_OFF} if quiet.chat else set()
    share = cast(ShareGuard, policy.of(share_guard.RULE))
    if share.mode == "enforce" and share.who == "hosts":
        chosen.add(Precaution.HOST_ONLY_SHARE)
    return frozenset(chosen)
