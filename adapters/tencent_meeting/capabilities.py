"""What Tencent Meeting can do about each kind of action, without flattery (facts: vendor pages named in control.py)."""

from types import MappingProxyType

from app.domain.actions import ActionKind as Kind
from app.domain.actions import Capabilities, Confirm, Level, Support


def _native(confirm: Confirm, note: str = "") -> Support:
    return Support(confirm=confirm, note=note)


def _partial(note: str, confirm: Confirm) -> Support:
    return Support(level=Level.PARTIAL, confirm=confirm, note=note, instead=(Kind.ALERT,))


def _none(note: str, *instead: Kind) -> Support:
    return Support(level=Level.NONE, confirm=Confirm.NEVER, note=note, instead=instead or (Kind.ALERT,))


UNREADABLE = "The platform neither announces this switch nor lets it be read back: accepted is all we ever know."

CAPABILITIES: Capabilities = MappingProxyType(
    {
        Kind.ADMIT: _native(Confirm.EVENT),
        Kind.DENY: _native(Confirm.EVENT, "Reaches only who waits. The person may ask to enter again."),
        Kind.HOLD: _native(Confirm.READ, "Rooms devices cannot be moved (error 9103): remove them instead."),
        Kind.KICK: _native(Confirm.READ, "Reaches only who is inside. The person may come back: lock or hold as well."),
        Kind.BAN: _partial(
            "Removed without the right to come back. What the ban is bound to (account, device, name) is not known; "
            "a guest may return under a new identity, so lock the room or open the waiting room too.",
            Confirm.READ,
        ),
        Kind.UNBAN: _none("No call takes a ban back."),
        Kind.RENAME: _native(Confirm.READ, "The operator must be in the meeting; at most 20 characters."),
        Kind.WARN: _none("No call sends a message to one person; the teacher is alerted."),
        Kind.MUTE: _native(Confirm.READ, "The person can unmute again unless that is forbidden to all."),
        Kind.MUTE_ALL: _native(Confirm.EVENT),
        Kind.FORBID_UNMUTE: _native(Confirm.NEVER, "Mutes all as well: forbidden only together. " + UNREADABLE),
        Kind.ALLOW_UNMUTE: _native(Confirm.EVENT, 'Ends "mute all"; nobody is unmuted against his will by us.'),
        Kind.STOP_VIDEO: _native(
            Confirm.READ, "The person can switch the camera on again; some devices refuse (9104)."
        ),
        Kind.RESTRICT_SHARE: _native(Confirm.NEVER, "A running share may go on: stop it as well. " + UNREADABLE),
        Kind.ALLOW_SHARE: _native(Confirm.NEVER, UNREADABLE),
        Kind.STOP_SHARE: _native(
            Confirm.READ, "Whether the person can share again at once is unknown: restrict as well."
        ),
        Kind.CLOSE_CHAT: _partial(
            "No public chat any more; a private line to the host may stay open, and what was posted stays visible. "
            + UNREADABLE,
            Confirm.NEVER,
        ),
        Kind.OPEN_CHAT: _native(Confirm.NEVER, UNREADABLE),
        Kind.SILENCE: _none("Chat can be closed for all only, not for one.", Kind.CLOSE_CHAT),
        Kind.UNSILENCE: _none("Chat can be opened for all only, not for one.", Kind.OPEN_CHAT),
        Kind.DELETE_MESSAGE: _none("Posted text stays until the lesson ends; chat is closed.", Kind.CLOSE_CHAT),
        Kind.ANNOUNCE: _none("No call sends a message to the room; the teacher is alerted."),
        Kind.PREPARE: _partial(
            "Live part only: muted on entry, meeting number hidden, no document upload. Waiting room, who may enter "
            "and join-before-host belong to the plan of the meeting.",
            Confirm.NEVER,
        ),
        Kind.LOCK: _native(Confirm.NEVER, "Who is inside stays inside. " + UNREADABLE),
        Kind.UNLOCK: _native(Confirm.NEVER, UNREADABLE),
        Kind.OPEN_WAITING_ROOM: _native(Confirm.NEVER, UNREADABLE),
        Kind.CLOSE_WAITING_ROOM: _native(Confirm.NEVER, UNREADABLE),
        Kind.START_RECORDING: _none('No call starts a recording; plan the meeting with auto_record_type "cloud".'),
        Kind.STOP_RECORDING: _none("No call stops a recording; the teacher can."),
        Kind.END: _native(Confirm.READ, "The number stays usable: protect the next run by the waiting room."),
        Kind.ALERT: _native(Confirm.NEVER),
    }
)
