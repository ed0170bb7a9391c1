"""What is asked of the practice classroom for each kind of action, the list of who is there, and the probe."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from adapters.drill import webhook
from adapters.drill.api import call, segment
from adapters.drill.settings import DrillSettings
from adapters.drill.webhook import PLATFORM, Who
from adapters.http import Http
from app.domain.actions import Action, ActionKind, Outcome, OutcomeKind
from app.domain.errors import Gone, Refused, Transient
from app.domain.events import Attendance, Presence
from app.domain.people import Participant

REQUESTED = Outcome(kind=OutcomeKind.REQUESTED)
CONFIRMED = Outcome(kind=OutcomeKind.CONFIRMED)

_SWITCHES: Mapping[ActionKind, dict[str, bool]] = {
    ActionKind.MUTE_ALL: {"muted_all": True},
    ActionKind.FORBID_UNMUTE: {"unmute_forbidden": True},
    ActionKind.ALLOW_UNMUTE: {"unmute_forbidden": False, "muted_all": False},
    ActionKind.RESTRICT_SHARE: {"share_restricted": True},
    ActionKind.ALLOW_SHARE: {"share_restricted": False},
    ActionKind.CLOSE_CHAT: {"chat_closed": True},
    ActionKind.OPEN_CHAT: {"chat_closed": False},
    ActionKind.LOCK: {"locked": True},
    ActionKind.UNLOCK: {"locked": False},
    ActionKind.OPEN_WAITING_ROOM: {"waiting_room": True},
    ActionKind.CLOSE_WAITING_ROOM: {"waiting_room": False},
    ActionKind.START_RECORDING: {"recording": True},
    ActionKind.STOP_RECORDING: {"recording": False},
}
_PERSON_VERBS: Mapping[ActionKind, str] = {
    kind: kind.value
    for kind in (
        ActionKind.ADMIT,
        ActionKind.DENY,
        ActionKind.HOLD,
        ActionKind.KICK,
        ActionKind.BAN,
        ActionKind.MUTE,
        ActionKind.STOP_VIDEO,
        ActionKind.STOP_SHARE,
    )
}
_FOR_ALL = frozenset({ActionKind.STOP_VIDEO, ActionKind.STOP_SHARE})


class Row(Who, frozen=True):
    """A participant in the list, with what he sends."""

    audio: bool | None = None
    video: bool | None = None
    share: bool | None = None


class Listing(msgspec.Struct, frozen=True):
    """The answer to "who is there?"."""

    live: bool
    occurrence: str = ""
    inside: tuple[Row, ...] = ()
    waiting: tuple[Row, ...] | None = None
    switches: webhook.Switches | None = None
    announcement: str = ""


class Room:
    """One lesson as the control API reaches it."""

    def __init__(self, settings: DrillSettings, http: Http, lesson_key: str) -> None:
        self._settings = settings
        self._http = http
        self._meeting, _, self._occurrence = lesson_key.partition(":")

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, any_occurrence: bool = False
    ) -> dict[str, Any]:
        """One call about this lesson; it fails as Gone when the meeting runs another occurrence by now."""
        query = f"?occurrence={segment(self._occurrence)}" if self._occurrence and not any_occurrence else ""
        full = f"/meetings/{segment(self._meeting)}{path}{query}"
        return await call(self._settings, self._http, method, full, body)

    async def perform(self, action: Action) -> Outcome:
        """Ask for one action."""
        if changes := _SWITCHES.get(action.kind):
            await self.call("PATCH", "/switches", changes)
            return REQUESTED
        if action.kind in _FOR_ALL and action.target is None:
            await self.call("POST", f"/{action.kind.value}")
            return REQUESTED
        if verb := _PERSON_VERBS.get(action.kind):
            await self.call("POST", _path(action, verb))
            return REQUESTED
        return await _VERBS[action.kind](self, action)

    async def listing(self) -> Listing:
        """Who is there, as the classroom itself says."""
        found = await self.call("GET", "/participants")
        try:
            return msgspec.convert(found, Listing)
        except msgspec.ValidationError as e:
            raise Transient(PLATFORM, f"the list cannot be read: {e}") from None

    async def attendance(self) -> Attendance:
        """The same in Menshen's words. An occurrence that was replaced is over."""
        try:
            found = await self.listing()
        except Gone as e:
            if e.code == "ended":
                return Attendance(inside=(), live=False)
            raise
        waiting = None if found.waiting is None else tuple(webhook.participant(w) for w in found.waiting)
        return Attendance(
            inside=tuple(_presence(row) for row in found.inside),
            waiting=waiting,
            switches=None if found.switches is None else webhook.switches(found.switches),
            live=found.live,
        )


def _presence(row: Row) -> Presence:
    return Presence(participant=webhook.participant(row), audio=row.audio, video=row.video, share=row.share)


def _person(action: Action) -> Participant:
    if action.target is None:
        raise Refused(PLATFORM, f"{action.kind} needs a person")
    return action.target


def _path(action: Action, verb: str) -> str:
    return f"/participants/{segment(_person(action).id)}/{verb}"


def _proven(shown: bool) -> Outcome:
    return CONFIRMED if shown else REQUESTED


async def _rename(room: Room, action: Action) -> Outcome:
    await room.call("POST", _path(action, "rename"), {"name": action.text})
    return REQUESTED


async def _unban(room: Room, action: Action) -> Outcome:
    """A mistaken ban is often taken back after the lesson, so any occurrence will do."""
    person = _person(action)
    found = {"account": person.account, "device": person.address}
    await room.call("POST", _path(action, "unban"), found, any_occurrence=True)
    bans = (await room.call("GET", "/bans", any_occurrence=True)).get("bans")
    return _proven(isinstance(bans, list) and not any(isinstance(b, dict) and b.get("id") == person.id for b in bans))


async def _warn(room: Room, action: Action) -> Outcome:
    await room.call("POST", _path(action, "notice"), {"text": action.text})
    return _proven(bool(action.text) and await _row(room, action, "notice") == action.text)


async def _silence(room: Room, action: Action) -> Outcome:
    await room.call("POST", _path(action, action.kind.value))
    return _proven(await _row(room, action, "silenced") is (action.kind is ActionKind.SILENCE))


async def _row(room: Room, action: Action, field: str) -> object:
    found = (await room.call("GET", f"/participants/{segment(_person(action).id)}")).get("participant")
    return found.get(field) if isinstance(found, dict) else None


async def _delete(room: Room, action: Action) -> Outcome:
    path = f"/messages/{segment(action.reference)}"
    if not action.reference:
        raise Refused(PLATFORM, "delete_message needs a message")
    await room.call("DELETE", path)
    try:
        await room.call("GET", path)
    except Gone as e:
        return _proven(e.code == "unknown_message")
    return REQUESTED


async def _announce(room: Room, action: Action) -> Outcome:
    await room.call("POST", "/announce", {"text": action.text})
    return _proven((await room.listing()).announcement == action.text)


async def _prepare(room: Room, action: Action) -> Outcome:
    """Quiet arrival through the door: muted, no sharing by pupils, and a waiting room where there is one."""
    changes = {"mute_on_entry": True, "share_restricted": True}
    try:
        await room.call("PATCH", "/switches", {**changes, "waiting_room": True})
    except Refused as e:
        if e.code != "not_in_plan":
            raise
        await room.call("PATCH", "/switches", changes)
    return REQUESTED


async def _end(room: Room, action: Action) -> Outcome:
    await room.call("POST", "/end")
    return REQUESTED


async def _alert(room: Room, action: Action) -> Outcome:
    """Calling people is Menshen's own work; the platform has no part in it."""
    return CONFIRMED


_VERBS: Mapping[ActionKind, Callable[[Room, Action], Awaitable[Outcome]]] = {
    ActionKind.RENAME: _rename,
    ActionKind.UNBAN: _unban,
    ActionKind.WARN: _warn,
    ActionKind.SILENCE: _silence,
    ActionKind.UNSILENCE: _silence,
    ActionKind.DELETE_MESSAGE: _delete,
    ActionKind.ANNOUNCE: _announce,
    ActionKind.PREPARE: _prepare,
    ActionKind.END: _end,
    ActionKind.ALERT: _alert,
}
