"""The room's switches: how they stand as far as anybody knows, and the one button that comes next."""

from dataclasses import dataclass

from app.domain.actions import Button, Capabilities
from app.domain.state import SETS, LessonState, Person, Status
from app.web.views.acts import Act, act
from app.web.views.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One switch. `closed` None = the platform does not tell; `busy` = a change is on its way."""

    key: str  # audio, chat, share, door
    title: str
    state: str
    closed: bool | None
    busy: bool
    next: Act


_BUTTONS = {
    "audio": (Button.MUTE_ALL, Button.ALLOW_UNMUTE),
    "chat": (Button.CLOSE_CHAT, Button.OPEN_CHAT),
    "share": (Button.STOP_SHARING, Button.ALLOW_SHARE),
    "door": (Button.LOCK, Button.UNLOCK),
}
_CARRIED_BY = {
    "audio": ("muted_all", "unmute_forbidden"),
    "chat": ("chat_closed",),
    "share": ("share_restricted",),
    "door": ("locked",),
}


def switches(state: LessonState, capabilities: Capabilities, reader: Reader) -> tuple[Switch, ...]:
    """The four switches. What is unknown offers the closing button: that one is always safe."""
    return tuple(
        Switch(
            key=key,
            title=reader.words.word("switch", f"{key}.title"),
            state=_told(state, key, reader),
            closed=(closed := _closed(state, key)),
            busy=_busy(state, key),
            next=act(reader, capabilities, _BUTTONS[key][closed is True], live=state.status is Status.LIVE),
        )
        for key in _BUTTONS
    )


def _closed(state: LessonState, key: str) -> bool | None:
    if key == "audio":
        return _silent(state)
    if key == "share" and any(_pupil_shares(p) for p in state.inside.values()):
        return False
    value: bool | None = getattr(state.switches, _CARRIED_BY[key][0])
    return value


def _pupil_shares(person: Person) -> bool:
    return person.share and not person.staff


def _silent(state: LessonState) -> bool | None:
    """Whether pupils are muted: the switch that changed last tells, and an open microphone contradicts it."""
    told = [n for n in _CARRIED_BY["audio"] if getattr(state.switches, n) is not None]
    if not told:
        return None
    if any(p.audio and not p.staff for p in state.inside.values()):
        return False
    newest = max(told, key=lambda n: state.changes[n].at if n in state.changes else 0.0)
    return bool(state.switches.unmute_forbidden or getattr(state.switches, newest))


def _busy(state: LessonState, key: str) -> bool:
    return any(SETS.get(s.action.kind, ("",))[0] in _CARRIED_BY[key] for s in state.open_intents())


def _told(state: LessonState, key: str, reader: Reader) -> str:
    closed = _closed(state, key)
    if _busy(state, key):
        return reader.words("changing …")
    if key == "door" and not closed and state.switches.waiting_room:
        return reader.words("switch.door.waits")
    stands = {True: "closed", False: "open", None: "unknown"}[closed]
    return reader.words.word("switch", f"{key}.{stands}")
