"""What a connection could do in a lesson, kept as a table, so that a replay needs neither platform nor credentials."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.actions import PERSON_ACTIONS, ActionKind, Confirm, Level, Support, Supports
from app.domain.people import Participant

_KNOWN = Participant(id="1", account="1", link="1", address="1")  # somebody whom every platform can reach
_GUEST = Participant(id="1")  # somebody of whom it knows no more than that he is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """By kind of action: about the room or somebody with an account, and about a guest where that differs."""

    known: Mapping[ActionKind, Support] = field(default_factory=dict)
    guest: Mapping[ActionKind, Support] = field(default_factory=dict)

    def supports(self, kind: ActionKind, target: Participant | None = None) -> Support:
        """What could be done. A kind that the card does not name was not there."""
        if target is not None and not (target.account or target.link or target.address) and kind in self.guest:
            return self.guest[kind]
        return self.known.get(kind, _ABSENT)


_ABSENT = Support(level=Level.NONE, note="not on the card")


def card_of(supports: Supports) -> Card:
    """The card of a connection in a lesson."""
    known = {kind: supports(kind, _KNOWN if kind in PERSON_ACTIONS else None) for kind in ActionKind}
    guests = {kind: supports(kind, _GUEST) for kind in PERSON_ACTIONS}
    return Card(known=known, guest={kind: s for kind, s in guests.items() if s != known[kind]})


def everything() -> Card:
    """The card of a platform that can do whatever is wished."""
    return Card(known={kind: Support(level=Level.NATIVE, confirm=Confirm.EVENT) for kind in ActionKind})


def open_door() -> Card:
    """The card of a platform without a waiting room, where sending somebody back means putting him out."""
    kinds = ActionKind
    return without(
        everything(), kinds.HOLD, kinds.ADMIT, kinds.DENY, kinds.OPEN_WAITING_ROOM, kinds.CLOSE_WAITING_ROOM,
        instead={
            kinds.HOLD: (kinds.KICK,), kinds.DENY: (kinds.KICK,), kinds.OPEN_WAITING_ROOM: (kinds.LOCK,),
            kinds.CLOSE_WAITING_ROOM: (kinds.UNLOCK,), kinds.ADMIT: (kinds.ALERT,),
        },
    )  # fmt: skip


def without(card: Card, *kinds: ActionKind, instead: Mapping[ActionKind, tuple[ActionKind, ...]] | None = None) -> Card:
    """The card of a platform that lacks these."""
    given = instead or {}
    lacks = {kind: Support(level=Level.NONE, note="not there", instead=given.get(kind, ())) for kind in kinds}
    return Card(known={**card.known, **lacks}, guest=card.guest)
