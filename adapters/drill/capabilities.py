"""What the practice classroom can do, and what remains of it where a connection was set up to lack something."""

from dataclasses import replace

from adapters.drill.classroom.settings import Hidden
from app.domain.actions import ActionKind, Capabilities, Confirm, Level, Support, Words

_SEEN = Support(confirm=Confirm.EVENT)
_ASKED = Support(confirm=Confirm.READ)

# No event tells of these; `perform` reads them back itself and then answers "confirmed".
READ_BACK = frozenset(
    {
        ActionKind.UNBAN,
        ActionKind.WARN,
        ActionKind.SILENCE,
        ActionKind.UNSILENCE,
        ActionKind.DELETE_MESSAGE,
        ActionKind.ANNOUNCE,
        ActionKind.ALERT,
    }
)

CAPABILITIES: Capabilities = {kind: _ASKED if kind in READ_BACK else _SEEN for kind in ActionKind}

_MEDIA = (ActionKind.MUTE, ActionKind.STOP_VIDEO, ActionKind.STOP_SHARE)
_SWITCHES = (
    ActionKind.FORBID_UNMUTE,
    ActionKind.ALLOW_UNMUTE,
    ActionKind.RESTRICT_SHARE,
    ActionKind.ALLOW_SHARE,
    ActionKind.CLOSE_CHAT,
    ActionKind.OPEN_CHAT,
    ActionKind.PREPARE,
    ActionKind.LOCK,
    ActionKind.UNLOCK,
    ActionKind.OPEN_WAITING_ROOM,
    ActionKind.CLOSE_WAITING_ROOM,
    ActionKind.START_RECORDING,
    ActionKind.STOP_RECORDING,
)
_BLIND = Support(
    level=Level.PARTIAL,
    confirm=Confirm.NEVER,
    note="This classroom neither reports nor lists its switches.",
    instead=(ActionKind.ALERT,),
)

CHAT_BY_HAND = Words(
    zh="在您自己的课堂页面上按“关闭聊天”。",
    vi="Trên trang lớp học của thầy cô, hãy bấm “Đóng trò chuyện”.",
    en="On your own classroom page press “Close chat”.",
)
_OPEN_BY_HAND = Words(
    zh="在您自己的课堂页面上按“开放聊天”。",
    vi="Trên trang lớp học của thầy cô, hãy bấm “Mở trò chuyện”.",
    en="On your own classroom page press “Open chat”.",
)


def without(hides: frozenset[Hidden]) -> Capabilities:
    """The table of a connection that lacks these."""
    table = dict(CAPABILITIES)
    if Hidden.MEDIA_EVENTS in hides:
        table |= dict.fromkeys((*_MEDIA, ActionKind.MUTE_ALL), _ASKED)
    if Hidden.SWITCHES in hides:
        table |= dict.fromkeys(_SWITCHES, _BLIND)
    if Hidden.CHAT_EVENTS in hides:
        note = "This classroom sends no chat events, so no line of chat can be named."
        table[ActionKind.DELETE_MESSAGE] = _none(note, ActionKind.CLOSE_CHAT)
    if Hidden.WAITING_ROOM in hides:
        note = "This classroom has no waiting room."
        table[ActionKind.HOLD] = _none(note, ActionKind.MUTE, ActionKind.STOP_SHARE, ActionKind.STOP_VIDEO)
        table[ActionKind.OPEN_WAITING_ROOM] = _none(note, ActionKind.LOCK)
        for kind in (ActionKind.ADMIT, ActionKind.DENY, ActionKind.CLOSE_WAITING_ROOM):
            table[kind] = _none(note)
        table[ActionKind.PREPARE] = replace(
            table[ActionKind.PREPARE], level=Level.PARTIAL, note=note, instead=(ActionKind.ALERT,)
        )
    if Hidden.CHAT_CONTROL in hides:
        table[ActionKind.CLOSE_CHAT] = _by_hand(CHAT_BY_HAND)
        table[ActionKind.OPEN_CHAT] = _by_hand(_OPEN_BY_HAND)
    if Hidden.BANS in hides:
        note = "This classroom cannot keep anybody out."
        table[ActionKind.BAN] = _none(note, ActionKind.KICK, ActionKind.ALERT)
        table[ActionKind.UNBAN] = _none(note)
    return table


def _none(note: str, *instead: ActionKind) -> Support:
    return Support(level=Level.NONE, confirm=Confirm.NEVER, note=note, instead=instead or (ActionKind.ALERT,))


def _by_hand(instruction: Words) -> Support:
    note = "This classroom leaves its chat to the teacher's own page."
    return Support(
        level=Level.MANUAL, confirm=Confirm.EVENT, note=note, instead=(ActionKind.ALERT,), instruction=instruction
    )
