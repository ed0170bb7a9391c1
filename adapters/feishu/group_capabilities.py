"""What can be done in the class's group chat, which is the second kind of room on this platform (im-v1)."""

from types import MappingProxyType

from adapters.base import OtherRoom
from adapters.feishu import people
from adapters.feishu.capabilities import NO_ID, none, partial
from app.domain.actions import ActionKind as Kind
from app.domain.actions import Capabilities, Confirm, Support, Words
from app.domain.people import Participant

_OWNER = "The app's bot must own the group, or have created it and still be inside."
_NO_SOUND = "A group chat has no sound and no picture."
NO_SCOPE = "The app lacks the scope for group chats (im:chat); add it and check the connection again."

GROUP_CHAT: Capabilities = MappingProxyType(
    {
        Kind.ADMIT: none("A group has no waiting room."),
        Kind.DENY: none("A group has no waiting room.", Kind.KICK, Kind.ALERT),
        Kind.HOLD: none("A group has no waiting room: removed instead.", Kind.KICK, Kind.ALERT),
        Kind.KICK: Support(confirm=Confirm.READ, note=f"Other members may invite the person again. {_OWNER}"),
        Kind.BAN: partial("Removed; whoever of the members invites the person again is not stopped.", Confirm.READ),
        Kind.UNBAN: none("Nothing keeps the person out; invite him again."),
        Kind.RENAME: none("Names are those of the accounts."),
        Kind.WARN: partial("A message from the school's app in the person's own chats.", Confirm.NEVER),
        Kind.MUTE: none(_NO_SOUND, Kind.SILENCE),
        Kind.MUTE_ALL: none(_NO_SOUND, Kind.CLOSE_CHAT),
        Kind.FORBID_UNMUTE: none(_NO_SOUND, Kind.CLOSE_CHAT),
        Kind.ALLOW_UNMUTE: none(_NO_SOUND, Kind.OPEN_CHAT),
        Kind.STOP_VIDEO: none(_NO_SOUND),
        Kind.RESTRICT_SHARE: none(_NO_SOUND),
        Kind.ALLOW_SHARE: none(_NO_SOUND),
        Kind.STOP_SHARE: none(_NO_SOUND),
        Kind.CLOSE_CHAT: Support(confirm=Confirm.READ, note=f"Only the owner can write. {_OWNER}"),
        Kind.OPEN_CHAT: Support(confirm=Confirm.READ, note=_OWNER),
        Kind.SILENCE: partial(
            "Everybody else is put on the list of who may write; whoever joins later has to be put on it too. "
            f"The list cannot be shown here as proof. {_OWNER}",
            Confirm.NEVER,
        ),
        Kind.UNSILENCE: partial("Back on the list of who may write.", Confirm.NEVER),
        Kind.DELETE_MESSAGE: Support(
            confirm=Confirm.NEVER,
            note="Recalled, and shown as recalled; within the tenant's time limit. The bot must own or administer "
            "the group.",
        ),
        Kind.ANNOUNCE: Support(confirm=Confirm.NEVER, note="A message of the app's bot in the group."),
        Kind.PREPARE: none("Nothing is set in a group before class."),
        Kind.LOCK: none("Who is invited is the group's own setting; nobody can write instead.", Kind.CLOSE_CHAT),
        Kind.UNLOCK: none("Writing is opened again instead.", Kind.OPEN_CHAT),
        Kind.OPEN_WAITING_ROOM: none("A group has no waiting room."),
        Kind.CLOSE_WAITING_ROOM: none("A group has no waiting room."),
        Kind.START_RECORDING: none(_NO_SOUND),
        Kind.STOP_RECORDING: none(_NO_SOUND),
        Kind.END: none("A class's group is not dissolved; nobody can write instead.", Kind.CLOSE_CHAT),
        Kind.ALERT: Support(confirm=Confirm.NEVER),
    }
)

ROOM = OtherRoom(
    title=Words(zh="飞书群聊", vi="Nhóm chat Feishu", en="Feishu group chat"),
    capabilities=GROUP_CHAT,
)


def supports(kind: Kind, target: Participant | None, *, scope: bool) -> Support:
    """What is possible in a group, for this person; `scope` False = a probe found the right missing. Pure."""
    known = GROUP_CHAT[kind]
    if kind is Kind.ALERT:
        return known
    if not scope:
        return none(NO_SCOPE)
    if kind in _TO_ACCOUNT and target is not None and not people.is_open_id(target.id):
        return none(NO_ID)
    return known


_TO_ACCOUNT = frozenset({Kind.KICK, Kind.BAN, Kind.WARN, Kind.SILENCE, Kind.UNSILENCE})
