"""What Janus can do about each kind of action, without flattery. Proven against Janus 1.1.2 in tests/lab."""

from types import MappingProxyType

from app.domain.actions import ActionKind as Kind
from app.domain.actions import Capabilities, Confirm, Level, Support

NATIVE_EVENT = Support(confirm=Confirm.EVENT)
NATIVE_READ = Support(confirm=Confirm.READ)


def _partial(note: str, confirm: Confirm = Confirm.READ) -> Support:
    return Support(level=Level.PARTIAL, confirm=confirm, note=note)


def _none(note: str, *instead: Kind) -> Support:
    return Support(level=Level.NONE, confirm=Confirm.NEVER, note=note, instead=instead)


CAPABILITIES: Capabilities = MappingProxyType(
    {
        Kind.ADMIT: _partial(
            "Nobody waits on Janus. Admitting gives a personal link back, also while the class is locked; the pupil "
            "opens the link again."
        ),
        Kind.DENY: _none("There is no waiting room; the personal link is taken back instead.", Kind.BAN),
        Kind.HOLD: _none("There is no waiting room; the pupil is kept out until admitted.", Kind.BAN),
        Kind.KICK: NATIVE_EVENT,
        Kind.BAN: NATIVE_READ,
        Kind.UNBAN: NATIVE_READ,
        Kind.RENAME: _none("Only the pupil's own page can change the name.", Kind.ALERT),
        Kind.WARN: _none("A text room has no message of the moderator to one person.", Kind.ALERT),
        Kind.MUTE: NATIVE_EVENT,
        Kind.MUTE_ALL: _partial("No single call: every stream of every pupil is muted, one by one.", Confirm.EVENT),
        Kind.FORBID_UNMUTE: _partial(
            "There is no switch. Everybody is muted, and a pupil cannot undo that; but who stops sending and starts "
            "again has new streams. The rules mute those again as soon as they appear.",
            Confirm.NEVER,
        ),
        Kind.ALLOW_UNMUTE: _partial(
            "The moderator's mute is lifted from every stream; whose own microphone is on is heard again.",
            Confirm.NEVER,
        ),
        Kind.STOP_VIDEO: NATIVE_EVENT,
        Kind.RESTRICT_SHARE: _partial(
            "There is no switch. What pupils share now is stopped; the rules stop each new share within milliseconds. "
            "A share sent as the only picture and without a name looks like a camera.",
            Confirm.NEVER,
        ),
        Kind.ALLOW_SHARE: _partial("Shares that were held back go on.", Confirm.NEVER),
        Kind.STOP_SHARE: NATIVE_EVENT,
        Kind.CLOSE_CHAT: _partial("The text room is destroyed; its history is gone.", Confirm.EVENT),
        Kind.OPEN_CHAT: _partial("A new text room is made; each page has to enter it again.", Confirm.EVENT),
        Kind.SILENCE: _partial(
            "The link is taken out of the text room and its writer put out of it. Private messages of others are "
            "never seen by Menshen."
        ),
        Kind.UNSILENCE: _partial("The link may enter the text room again; the page has to do it."),
        Kind.DELETE_MESSAGE: _none("Lines have no ids and stay on the screens they reached.", Kind.ALERT),
        Kind.ANNOUNCE: Support(confirm=Confirm.NEVER),
        Kind.PREPARE: _partial(
            "The class is created for the teachers' links, with private rooms; the pupils' links are added when the "
            "class is opened for them or when they are admitted."
        ),
        Kind.LOCK: NATIVE_READ,
        Kind.UNLOCK: NATIVE_READ,
        Kind.OPEN_WAITING_ROOM: _none("There is no waiting room.", Kind.LOCK),
        Kind.CLOSE_WAITING_ROOM: _none("There is no waiting room.", Kind.UNLOCK),
        Kind.START_RECORDING: NATIVE_READ,
        Kind.STOP_RECORDING: NATIVE_READ,
        Kind.END: NATIVE_EVENT,
        Kind.ALERT: Support(confirm=Confirm.NEVER),
    }
)
