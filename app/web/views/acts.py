"""What may be pressed, whether this platform can do it, and what is said where it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.actions import ActionKind, Button, Capabilities, Level, Support
from app.web.views.reader import Reader

# What a button asks of the platform. Calm and restore ask for several things and are judged by themselves.
ASKS: Mapping[Button, ActionKind] = {
    Button.MUTE_ALL: ActionKind.MUTE_ALL,
    Button.ALLOW_UNMUTE: ActionKind.ALLOW_UNMUTE,
    Button.CLOSE_CHAT: ActionKind.CLOSE_CHAT,
    Button.OPEN_CHAT: ActionKind.OPEN_CHAT,
    Button.STOP_SHARING: ActionKind.RESTRICT_SHARE,
    Button.ALLOW_SHARE: ActionKind.ALLOW_SHARE,
    Button.LOCK: ActionKind.LOCK,
    Button.UNLOCK: ActionKind.UNLOCK,
    Button.ADMIT: ActionKind.ADMIT,
    Button.DENY: ActionKind.DENY,
    Button.HOLD: ActionKind.HOLD,
    Button.MUTE: ActionKind.MUTE,
    Button.KICK: ActionKind.KICK,
    Button.BAN: ActionKind.BAN,
    Button.UNBAN: ActionKind.UNBAN,
    Button.END: ActionKind.END,
}

_NOTHING = Support(level=Level.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One button. `label` is the full sentence for assistive technology; `note` says why not, or what happens instead.

    `by_hand` marks what only the teacher's own client can do: pressing shows how.
    """

    button: str
    word: str
    label: str
    enabled: bool = True
    note: str = ""
    by_hand: bool = False


def act(reader: Reader, capabilities: Capabilities, button: Button, *, live: bool, name: str = "") -> Act:
    """The button as this platform allows it; `name` is the shown name of the person it is about."""
    words = reader.words
    word = words.word("button", button)
    kind = ASKS.get(button)
    support = capabilities.get(kind, _NOTHING) if kind else Support()
    note = _note(reader, support) if live else words("The lesson is not running.")
    return Act(
        button=button.value,
        word=word,
        label=words("line.target", action=word, name=name) if name else word,
        enabled=live and (support.level is not Level.NONE or bool(support.instead)),
        note=note,
        by_hand=support.level is Level.MANUAL,
    )


def _note(reader: Reader, support: Support) -> str:
    words = reader.words
    if support.level is Level.MANUAL:
        return words("Only in the platform's own app: pressing shows how.")
    if support.level is not Level.NONE:
        return ""
    instead = ", ".join(words.word("action", kind) for kind in support.instead)
    if instead:
        return words("This platform cannot do it. Instead: {actions}", actions=instead)
    return words("This platform cannot do it.")
