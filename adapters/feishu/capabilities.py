"""What Feishu can do about each kind of action in a meeting, without flattery, and what one connection makes of it.

Calls exist for who may join and for putting out; for sound, picture, chat and door there are none but the teacher's
own buttons.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from adapters.feishu import instructions, people
from app.domain.actions import ActionKind as Kind
from app.domain.actions import Capabilities, Confirm, Level, Support, Words
from app.domain.people import Participant


def partial(note: str, confirm: Confirm) -> Support:
    """Not the whole of it; the note says what is missing."""
    return Support(level=Level.PARTIAL, confirm=confirm, note=note, instead=(Kind.ALERT,))


def none(note: str, *instead: Kind) -> Support:
    """Not at all; instead something else, at least a call to people."""
    return Support(level=Level.NONE, confirm=Confirm.NEVER, note=note, instead=instead or (Kind.ALERT,))


def by_hand(instruction: Words, note: str = "No call does this; the teacher's own client can.") -> Support:
    """Only the teacher himself."""
    return Support(level=Level.MANUAL, confirm=Confirm.NEVER, note=note, instead=(Kind.ALERT,), instruction=instruction)


NOT_OURS = "This app has not made the reservation of this meeting, so that it cannot say who may join."
NO_ROBOT = "No call reaches the room without the meeting bot; no group robot is set up. The teacher is alerted."
NO_CONSENT = "Only the host may: the teacher has not given his consent here (Connections > consent)."
NO_ID = "This presence has no account that a call could name (telephone, room device, guest)."
BY_BOT = "Through the meeting bot (beta)."

CAPABILITIES: Capabilities = MappingProxyType(
    {
        Kind.ADMIT: by_hand(
            instructions.ADMIT, "Who waits in the lobby is neither told nor can be admitted by a call."
        ),
        Kind.DENY: none("Nobody is ever seen waiting; whoever is inside is put out.", Kind.KICK, Kind.ALERT),
        Kind.HOLD: none("Nobody can be put back into the lobby: put out instead.", Kind.KICK, Kind.ALERT),
        Kind.KICK: Support(confirm=Confirm.READ, note="All devices of the account. The person may come back: ban."),
        Kind.BAN: partial(
            "Put out and, in meetings that Menshen has reserved, struck off the list of who may join; whether that "
            "holds in a meeting that runs already is not known. Elsewhere whoever comes back is put out again.",
            Confirm.READ,
        ),
        Kind.UNBAN: partial("In meetings that Menshen has reserved: on the list of who may join again.", Confirm.NEVER),
        Kind.RENAME: by_hand(instructions.RENAME),
        Kind.WARN: partial(
            "A message from the school's app in the person's own chats, not in the meeting; people of other "
            "organisations do not get it.",
            Confirm.NEVER,
        ),
        Kind.MUTE: by_hand(instructions.MUTE),
        Kind.MUTE_ALL: by_hand(instructions.MUTE_ALL),
        Kind.FORBID_UNMUTE: by_hand(instructions.FORBID_UNMUTE),
        Kind.ALLOW_UNMUTE: by_hand(instructions.ALLOW_UNMUTE),
        Kind.STOP_VIDEO: by_hand(instructions.STOP_VIDEO),
        Kind.RESTRICT_SHARE: by_hand(instructions.RESTRICT_SHARE),
        Kind.ALLOW_SHARE: by_hand(instructions.ALLOW_SHARE),
        Kind.STOP_SHARE: by_hand(instructions.STOP_SHARE),
        Kind.CLOSE_CHAT: by_hand(instructions.CLOSE_CHAT),
        Kind.OPEN_CHAT: by_hand(instructions.OPEN_CHAT),
        Kind.SILENCE: none("Chat can be closed for all only, by hand.", Kind.CLOSE_CHAT),
        Kind.UNSILENCE: none("Chat can be opened for all only, by hand.", Kind.OPEN_CHAT),
        Kind.DELETE_MESSAGE: none("No call takes a line of the meeting's chat back.", Kind.CLOSE_CHAT),
        Kind.ANNOUNCE: partial(
            "Through the group robot into the class's group chat, or through the meeting bot (beta) into the meeting.",
            Confirm.NEVER,
        ),
        Kind.PREPARE: partial("Says once more who may join; the rest is set before class.", Confirm.NEVER),
        Kind.LOCK: partial(
            "No lock exists: in meetings that Menshen has reserved, only those who are inside may join from now on. "
            "Whether that holds in a meeting that runs already is not known, and cannot be read back.",
            Confirm.NEVER,
        ),
        Kind.UNLOCK: partial("Takes back the narrowed list of who may join.", Confirm.NEVER),
        Kind.OPEN_WAITING_ROOM: none("The lobby cannot be switched by a call.", Kind.LOCK),
        Kind.CLOSE_WAITING_ROOM: none("The lobby cannot be switched by a call.", Kind.UNLOCK),
        Kind.START_RECORDING: partial("Needs the consent of the teacher, who must be host.", Confirm.EVENT),
        Kind.STOP_RECORDING: partial("Needs the consent of the teacher, who must be host.", Confirm.EVENT),
        Kind.END: partial(
            "With the consent of the teacher, who must be host. Without it everybody is put out, ten at a time, and "
            "may come back.",
            Confirm.READ,
        ),
        Kind.ALERT: Support(confirm=Confirm.NEVER),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one connection has, for one lesson: `reserved` = this app made the reservation."""

    reserved: bool
    consent: bool
    robot: bool
    bot: bool
    bot_mutes: bool


def supports(kind: Kind, target: Participant | None, standing: Standing) -> Support:
    """What is possible with that, for this person. Pure."""
    if kind in _TO_ACCOUNT and target is not None and people.reach(target) is None:
        return none(NO_ID)
    if kind is Kind.WARN and target is not None and not people.is_open_id(target.id):
        return none(NO_ID)
    weigh = _WEIGHED.get(kind)
    return weigh(standing) if weigh else CAPABILITIES[kind]


_TO_ACCOUNT = frozenset({Kind.KICK, Kind.BAN, Kind.WARN})


def _if_reserved(kind: Kind, otherwise: Support) -> Callable[[Standing], Support]:
    return lambda standing: CAPABILITIES[kind] if standing.reserved else otherwise


def _recording(kind: Kind, instruction: Words) -> Callable[[Standing], Support]:
    return lambda standing: CAPABILITIES[kind] if standing.consent else by_hand(instruction, NO_CONSENT)


def _announce(standing: Standing) -> Support:
    return CAPABILITIES[Kind.ANNOUNCE] if standing.robot or standing.bot else none(NO_ROBOT)


def _alert(standing: Standing) -> Support:
    return replace(CAPABILITIES[Kind.ALERT], channel=standing.robot)


def _mute(standing: Standing) -> Support:
    note = f"{BY_BOT} The person can unmute again, and the list does not show it."
    return partial(note, Confirm.NEVER) if standing.bot_mutes else CAPABILITIES[Kind.MUTE]


_WEIGHED: Mapping[Kind, Callable[[Standing], Support]] = {
    Kind.UNBAN: _if_reserved(Kind.UNBAN, none(NOT_OURS)),
    Kind.PREPARE: _if_reserved(Kind.PREPARE, none(NOT_OURS)),
    Kind.LOCK: _if_reserved(Kind.LOCK, by_hand(instructions.LOCK, NOT_OURS)),
    Kind.UNLOCK: _if_reserved(Kind.UNLOCK, by_hand(instructions.UNLOCK, NOT_OURS)),
    Kind.START_RECORDING: _recording(Kind.START_RECORDING, instructions.START_RECORDING),
    Kind.STOP_RECORDING: _recording(Kind.STOP_RECORDING, instructions.STOP_RECORDING),
    Kind.ANNOUNCE: _announce,
    Kind.ALERT: _alert,
    Kind.MUTE: _mute,
}
