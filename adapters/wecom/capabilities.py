"""What WeCom can do about each kind of action, without flattery (facts: vendor pages named in control.py)."""

from dataclasses import replace
from types import MappingProxyType

from adapters.wecom.by_hand import INSTRUCTIONS
from app.domain.actions import ActionKind as Kind
from app.domain.actions import Capabilities, Confirm, Level, Support


def _native(confirm: Confirm, note: str = "") -> Support:
    return Support(confirm=confirm, note=note)


def _partial(note: str, confirm: Confirm) -> Support:
    return Support(level=Level.PARTIAL, confirm=confirm, note=note, instead=(Kind.ALERT,))


def _none(note: str, *instead: Kind) -> Support:
    return Support(level=Level.NONE, confirm=Confirm.NEVER, note=note, instead=instead or (Kind.ALERT,))


def _manual(kind: Kind, note: str) -> Support:
    return Support(
        level=Level.MANUAL, confirm=Confirm.NEVER, note=note, instead=(Kind.ALERT,), instruction=INSTRUCTIONS[kind]
    )


UNREADABLE = "The platform neither announces this switch nor lets it be read back: accepted is all we ever know."

CAPABILITIES: Capabilities = MappingProxyType(
    {
        Kind.ADMIT: _native(Confirm.EVENT),
        Kind.DENY: _native(Confirm.EVENT, "Reaches only who waits. The person may ask to enter again."),
        Kind.HOLD: _native(Confirm.EVENT, "With the waiting room off the person comes back at once: turn it on too."),
        Kind.KICK: _native(Confirm.READ, "Reaches only who is inside. The person may come back: lock or hold as well."),
        Kind.BAN: _partial(
            "Removed without the right to come back. What the ban is bound to (account, device) is not known; a guest "
            "may return under a new identity, so lock the room or open the waiting room too.",
            Confirm.READ,
        ),
        Kind.UNBAN: _none("No call takes a ban back."),
        Kind.RENAME: _native(
            Confirm.NEVER, "At most 20 characters. The platform tells no names, so the new one cannot be read back."
        ),
        Kind.WARN: _none("No call sends a message to one person in the meeting; the teacher is alerted."),
        Kind.MUTE: _native(Confirm.READ, "The person can unmute again unless that is forbidden to all."),
        Kind.MUTE_ALL: _native(Confirm.EVENT),
        Kind.FORBID_UNMUTE: _native(Confirm.NEVER, "Mutes all as well: forbidden only together. " + UNREADABLE),
        Kind.ALLOW_UNMUTE: _native(Confirm.EVENT, 'Ends "mute all"; nobody is unmuted against his will by us.'),
        Kind.STOP_VIDEO: _native(Confirm.READ, "The person can switch the camera on again: no call forbids cameras."),
        Kind.RESTRICT_SHARE: _native(Confirm.NEVER, "A running share may go on: stop it as well. " + UNREADABLE),
        Kind.ALLOW_SHARE: _native(Confirm.NEVER, UNREADABLE),
        Kind.STOP_SHARE: _native(Confirm.READ, "The person can share again at once: restrict sharing first."),
        Kind.CLOSE_CHAT: _partial(
            "Private messages to the host stay possible, and what was posted stays visible: no value turns the chat "
            "off. " + UNREADABLE,
            Confirm.NEVER,
        ),
        Kind.OPEN_CHAT: _native(Confirm.NEVER, UNREADABLE),
        Kind.SILENCE: _none("Chat can be closed for all only, not for one.", Kind.CLOSE_CHAT),
        Kind.UNSILENCE: _none("Chat can be opened for all only, not for one.", Kind.OPEN_CHAT),
        Kind.DELETE_MESSAGE: _none(
            "The chat of a meeting can neither be read nor deleted by any call; it is closed.", Kind.CLOSE_CHAT
        ),
        Kind.ANNOUNCE: _none(
            "No call sends a message into a meeting; the teacher is alerted. With a robot_key the robot's group "
            "is told."
        ),
        Kind.PREPARE: _partial(
            "Live part only: muted on entry, meeting number and password hidden. Waiting room and who may enter before "
            "the host belong to the plan of the meeting.",
            Confirm.NEVER,
        ),
        Kind.LOCK: _native(Confirm.NEVER, "Who is inside stays inside. " + UNREADABLE),
        Kind.UNLOCK: _native(Confirm.NEVER, UNREADABLE),
        Kind.OPEN_WAITING_ROOM: _native(Confirm.NEVER, UNREADABLE),
        Kind.CLOSE_WAITING_ROOM: _native(Confirm.NEVER, UNREADABLE),
        Kind.START_RECORDING: _manual(Kind.START_RECORDING, "No call starts a recording; the teacher can."),
        Kind.STOP_RECORDING: _manual(Kind.STOP_RECORDING, "No call stops a recording; the teacher can."),
        Kind.END: _native(
            Confirm.EVENT, "The number of a single meeting is taken back, so that nobody can enter it again."
        ),
        Kind.ALERT: _native(Confirm.NEVER),
    }
)

TOLD_TO_A_GROUP = Support(
    level=Level.PARTIAL,
    confirm=Confirm.NEVER,
    note="Told to the group of the robot, not in the meeting: nobody knows who has read it.",
    instead=(Kind.ALERT,),
)
ALERTED_OUTSIDE = replace(CAPABILITIES[Kind.ALERT], channel=True)

NOT_OURS = (
    "The platform refused this app the control of this meeting ({code}): only meetings created by the same app, "
    "with the "
    "advanced meeting feature, can be controlled."
)
NO_CONTROLS = (
    "The check of this connection found that the app may not use the advanced meeting calls ({code}): see the README."
)
UNREACHABLE = "Events named only the account of this person: no call reaches him until a list shows him."


def by_hand(kind: Kind, note: str) -> Support:
    """The same done by the teacher; an alert where his client has no button for it."""
    return _manual(kind, note) if kind in INSTRUCTIONS else _none(note)
