"""What DingTalk can do about each kind of action, without flattery: the table, and what one connection can do of it."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from adapters.dingtalk import instructions
from adapters.dingtalk.lessons import BY_STREAM, BY_TEACHER
from adapters.dingtalk.people import reach
from adapters.dingtalk.settings import DingTalkSettings
from adapters.notes import Notes
from app.domain.actions import ActionKind as Kind
from app.domain.actions import Capabilities, Confirm, Level, Support, Words
from app.domain.people import Participant


def _native(confirm: Confirm, note: str = "") -> Support:
    return Support(confirm=confirm, note=note)


def _partial(note: str, confirm: Confirm, *instead: Kind) -> Support:
    return Support(level=Level.PARTIAL, confirm=confirm, note=note, instead=instead or (Kind.ALERT,))


def _manual(note: str, instruction: Words) -> Support:
    return Support(level=Level.MANUAL, confirm=Confirm.NEVER, note=note, instead=(Kind.ALERT,), instruction=instruction)


def _none(note: str, *instead: Kind) -> Support:
    return Support(level=Level.NONE, confirm=Confirm.NEVER, note=note, instead=instead or (Kind.ALERT,))


UNREADABLE = "The platform neither announces this switch nor lets it be read back: accepted is all we ever know."
BOOKED = (
    "Changes the booking (enableChat) and asks the teacher to press the button too: whether a running class follows "
    "the booking is not documented. Book with the chat off."
)
UNDOCUMENTED = "By a call that only the vendor's SDK knows: used where the check of the connection found it. "
NO_WAITING_ROOM = "No call sees or moves who waits: switch the waiting room on only where a person watches it."

CAPABILITIES: Capabilities = MappingProxyType(
    {
        Kind.ADMIT: _manual(NO_WAITING_ROOM, instructions.ADMIT),
        Kind.DENY: _manual(NO_WAITING_ROOM, instructions.DENY),
        Kind.HOLD: _none(
            "Nobody can be put back to wait: the person is removed, and removed again when he comes back. A lock would "
            "keep out late pupils as well; a wave of strangers locks the room for a time.",
            Kind.KICK,
        ),
        Kind.KICK: _native(
            Confirm.EVENT, "All devices of the account. The person may come back: lock as well. Needs an account."
        ),
        Kind.BAN: _native(
            Confirm.EVENT,
            "All devices of the account, without the right to come back; to what the ban binds is not documented, so "
            "lock as well. Needs an account.",
        ),
        Kind.UNBAN: _partial(
            "Rings the person up to come back (the room must be unlocked). Whether that lifts a ban is not documented; "
            "a new run of the class does.",
            Confirm.NEVER,
        ),
        Kind.RENAME: _partial(UNDOCUMENTED + "Book with self-renaming off.", Confirm.READ),
        Kind.WARN: _none("No call sends a message to one person in the class; the teacher is alerted."),
        Kind.MUTE: _native(
            Confirm.READ, "All devices of the account. The person can unmute again unless that is forbidden to all."
        ),
        Kind.MUTE_ALL: _native(Confirm.READ),
        Kind.FORBID_UNMUTE: _native(Confirm.READ, "Mutes all as well."),
        Kind.ALLOW_UNMUTE: _native(Confirm.READ, "Ends \"mute all\"; microphones may open by it."),
        Kind.STOP_VIDEO: _none("No call switches a camera off: the person is removed.", Kind.KICK),
        Kind.RESTRICT_SHARE: _partial(
            UNDOCUMENTED + "A running share may go on: remove who shares. " + UNREADABLE, Confirm.NEVER
        ),
        Kind.ALLOW_SHARE: _partial(UNDOCUMENTED + UNREADABLE, Confirm.NEVER),
        Kind.STOP_SHARE: _none("No call stops a share: who shares is removed.", Kind.KICK),
        Kind.CLOSE_CHAT: _partial(BOOKED, Confirm.NEVER),
        Kind.OPEN_CHAT: _partial(BOOKED, Confirm.NEVER),
        Kind.SILENCE: _none("Chat can be closed for all only, not for one.", Kind.CLOSE_CHAT),
        Kind.UNSILENCE: _none("Chat can be opened for all only, not for one.", Kind.OPEN_CHAT),
        Kind.DELETE_MESSAGE: _none("Only a robot's own messages can be recalled; chat is closed.", Kind.CLOSE_CHAT),
        Kind.ANNOUNCE: _partial("Goes to the class group by robot, not into the running class.", Confirm.NEVER),
        Kind.PREPARE: _partial(
            "Changes the booking: muted on entry, sharing and chat off, nobody before the host, no self-renaming. "
            "Whether a class that runs already follows is not documented.",
            Confirm.NEVER,
        ),
        Kind.LOCK: _native(Confirm.NEVER, "Nobody can enter any more, late pupils neither. " + UNREADABLE),
        Kind.UNLOCK: _native(Confirm.NEVER, UNREADABLE),
        Kind.OPEN_WAITING_ROOM: _none(NO_WAITING_ROOM + " The room is locked.", Kind.LOCK),
        Kind.CLOSE_WAITING_ROOM: _none(NO_WAITING_ROOM + " The room is unlocked.", Kind.UNLOCK),
        Kind.START_RECORDING: _native(Confirm.READ, "In the host's name; needs cloud recording in the contract."),
        Kind.STOP_RECORDING: _native(Confirm.READ, "In the host's name."),
        Kind.END: _native(Confirm.EVENT, "In the host's name. The room code can be used again: watch the next run."),
        Kind.ALERT: _native(Confirm.NEVER),
    }
)  # fmt: skip

NO_CONTROLS = "Live streams have no controls: begin and end are seen, and people are alerted."
LIVE_STREAM: Capabilities = MappingProxyType(
    {kind: _native(Confirm.NEVER) if kind is Kind.ALERT else _none(NO_CONTROLS) for kind in Kind}
)

# What a check or a call found out about this tenant, by the name of the note.
NICK, LIVE_SETTINGS = "call.updateNick", "call.updateSettings"
FOUND, MISSING = "found", "missing"
UNDOCUMENTED_CALLS: Mapping[Kind, tuple[str, Words]] = {
    Kind.RENAME: (NICK, instructions.RENAME),
    Kind.RESTRICT_SHARE: (LIVE_SETTINGS, instructions.RESTRICT_SHARE),
    Kind.ALLOW_SHARE: (LIVE_SETTINGS, instructions.ALLOW_SHARE),
}

NO_ACCOUNT = "This person has no DingTalk account that the platform tells us, so no call reaches him. "
ROOM_INSTEAD = (Kind.FORBID_UNMUTE, Kind.LOCK, Kind.ALERT)
FOR_STRANGERS: Mapping[Kind, Support] = {
    Kind.MUTE: _none(NO_ACCOUNT + "Everybody is muted.", Kind.FORBID_UNMUTE, Kind.ALERT),
    Kind.KICK: _none(NO_ACCOUNT + "The room is muted and locked; remove him in the client.", *ROOM_INSTEAD),
    Kind.BAN: _none(NO_ACCOUNT + "The room is muted and locked; remove him in the client.", *ROOM_INSTEAD),
    Kind.HOLD: _none(NO_ACCOUNT + "The room is muted and locked; remove him in the client.", *ROOM_INSTEAD),
    Kind.STOP_VIDEO: _none(NO_ACCOUNT + "The room is locked; remove him in the client.", Kind.LOCK, Kind.ALERT),
    Kind.STOP_SHARE: _none(
        NO_ACCOUNT + "Sharing is restricted and the room locked; remove him in the client.",
        Kind.RESTRICT_SHARE, Kind.LOCK, Kind.ALERT,
    ),
    Kind.UNBAN: _none(NO_ACCOUNT + "Nobody can be rung up."),
    Kind.RENAME: _manual(NO_ACCOUNT, instructions.RENAME),
}  # fmt: skip

UNBOOKED: Mapping[Kind, Support] = {
    Kind.CLOSE_CHAT: _manual("This class was not booked, so there is no setting to change.", instructions.CLOSE_CHAT),
    Kind.OPEN_CHAT: _manual("This class was not booked, so there is no setting to change.", instructions.OPEN_CHAT),
    Kind.PREPARE: _none("This class was not booked, so there is no setting to change."),
}


def supported(
    settings: DingTalkSettings, notes: Notes, kind: Kind, target: Participant | None, lesson_key: str
) -> Support:
    """What this connection can do, for this person and in this lesson."""
    if kind is Kind.ALERT:
        robot = settings.has_alert_robot or settings.has_group_robot
        return replace(CAPABILITIES[kind], channel=robot)
    if lesson_key.startswith(BY_STREAM):
        return LIVE_STREAM[kind]
    if kind is Kind.ANNOUNCE and not (settings.has_alert_robot or settings.has_group_robot):
        return _none("No robot of a class group is set up: the teacher is alerted.")
    if target is not None and not reach(target) and kind in FOR_STRANGERS:
        return FOR_STRANGERS[kind]
    if lesson_key.startswith(BY_TEACHER) and kind in UNBOOKED:
        return UNBOOKED[kind]
    if kind in UNDOCUMENTED_CALLS:
        name, instruction = UNDOCUMENTED_CALLS[kind]
        if notes.get(name) != FOUND:
            return _manual("Not found on this tenant: check the connection to look for the call again.", instruction)
    return CAPABILITIES[kind]
