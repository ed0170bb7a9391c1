"""What the room tells the outside world, and how it looks on the wire."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from adapters.drill.classroom.people import Person


class Name(StrEnum):
    """Every event this platform sends."""

    STARTED = "lesson.started"
    ENDED = "lesson.ended"
    WAITING = "participant.waiting"
    JOINED = "participant.joined"
    LEFT = "participant.left"
    RENAMED = "participant.renamed"
    ROLE_CHANGED = "participant.role_changed"
    AUDIO_UNMUTED = "audio.unmuted"
    AUDIO_MUTED = "audio.muted"
    VIDEO_STARTED = "video.started"
    VIDEO_STOPPED = "video.stopped"
    SHARE_STARTED = "share.started"
    SHARE_STOPPED = "share.stopped"
    CHAT_POSTED = "chat.posted"
    CHAT_DELETED = "chat.deleted"
    SETTINGS_CHANGED = "settings.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The room's switches. `muted_all` holds until the first attendee unmutes again."""

    locked: bool = False
    muted_all: bool = False
    unmute_forbidden: bool = False
    mute_on_entry: bool = False
    chat_closed: bool = False
    share_restricted: bool = False
    waiting_room: bool = False
    recording: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One fact about a room: its name, whom it is about (None: the room), and what else belongs to it."""

    name: Name
    person: Person | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


Happenings = tuple[Happening, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A line of chat."""

    id: str
    by: str
    name: str
    text: str


def as_switches(switches: Switches) -> dict[str, bool]:
    """All switches by name."""
    return asdict(switches)


def as_participant(person: Person) -> dict[str, str]:
    """A person as webhooks and lists show him."""
    return {
        "id": person.id,
        "name": person.name,
        "account": person.account,
        "link": person.link,
        "device": person.device,
        "role": person.role.value,
        "ip": person.ip,
    }


def render(happening: Happening, *, meeting: Mapping[str, str], delivery: str, seq: int, at: float) -> bytes:
    """The JSON body of one webhook; `at` in seconds, on the wire in milliseconds."""
    body: dict[str, Any] = {
        "delivery": delivery,
        "event": happening.name.value,
        "at": round(at * 1000),
        "seq": seq,
        "meeting": meeting,
    }
    if happening.person is not None:
        body["participant"] = as_participant(happening.person)
    body.update(happening.more)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
