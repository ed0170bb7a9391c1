"""Webhooks of the practice classroom: proof of origin, URL check, and what each event means. Pure.

The wire format is described in README.md beside this file.
"""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import parse_qs

import msgspec

from adapters.base import Delivery, Received, Reply
from adapters.signing import Keyed, fresh
from app.domain import events as ev
from app.domain.errors import Malformed, NotAuthentic
from app.domain.people import Participant, Role

PLATFORM = "drill"
# Every try is signed anew, so the window only has to cover clocks that differ.
WINDOW_SECONDS = 900.0
RAW_LENGTH = 4000  # characters of an unknown event that are kept

_Millis = Annotated[int, msgspec.Meta(ge=0, le=32503680000000)]
# What identifies somebody is taken as it is or not at all; PostgreSQL stores no NUL.
_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern="^[^\\x00]*$")]
_Handle = Annotated[str, msgspec.Meta(max_length=256, pattern="^[^\\x00]*$")]


class Meeting(msgspec.Struct, frozen=True):
    """Which occurrence of which meeting."""

    id: _Id
    occurrence: _Handle = ""
    title: str = ""


class Who(msgspec.Struct, frozen=True):
    """A participant on the wire."""

    id: _Id
    name: str = ""
    account: _Handle = ""
    link: _Handle = ""
    device: _Handle = ""
    role: str = ""
    ip: _Handle = ""


class Line(msgspec.Struct, frozen=True):
    """A line of chat on the wire; a deleted one has no text."""

    id: _Handle = ""
    text: str = ""


class Switches(msgspec.Struct, frozen=True):
    """The room's switches on the wire; a missing one is not known."""

    locked: bool | None = None
    muted_all: bool | None = None
    unmute_forbidden: bool | None = None
    mute_on_entry: bool | None = None
    chat_closed: bool | None = None
    share_restricted: bool | None = None
    waiting_room: bool | None = None
    recording: bool | None = None


class Body(msgspec.Struct, frozen=True):
    """One webhook body."""

    delivery: _Id
    event: _Id
    at: _Millis
    meeting: Meeting | None = None
    participant: Who | None = None
    message: Line | None = None
    switches: Switches | None = None
    was: str = ""


_DECODER = msgspec.json.Decoder(Body)


def verify(keys: tuple[Keyed, ...], delivery: Delivery) -> None:
    """Refuse what is not signed with one of our secrets, or was signed too long ago."""
    stamp = delivery.headers.get("x-drill-timestamp", "")
    _prove(keys, stamp, delivery.headers.get("x-drill-signature", ""), delivery.body, delivery.received_at)


def handshake(keys: tuple[Keyed, ...], delivery: Delivery) -> Reply | None:
    """Echo the signed challenge of a URL check; None for anything that is not one."""
    if delivery.method != "GET":
        return None
    query = {k: v[0] for k, v in parse_qs(delivery.query, max_num_fields=20).items()}
    challenge = query.get("challenge", "").encode()
    _prove(keys, query.get("timestamp", ""), query.get("signature", ""), challenge, delivery.received_at)
    return Reply(body=challenge)


def _prove(keys: tuple[Keyed, ...], stamp: str, signature: str, signed: bytes, now: float) -> None:
    if not stamp or not signature:
        raise NotAuthentic(PLATFORM, "the signature is missing")
    if not any(key.accepts(signature, stamp.encode("utf-8", "replace"), b".", signed) for key in keys):
        raise NotAuthentic(PLATFORM, "the signature does not fit")
    if not fresh(stamp, now=now, window=WINDOW_SECONDS):
        raise NotAuthentic(PLATFORM, "the timestamp is too far from now")


def parse(delivery: Delivery) -> tuple[Received, ...]:
    """The facts in one body: one event; a start also tells the switches."""
    try:
        body = _DECODER.decode(delivery.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        raise Malformed(PLATFORM, f"not a webhook body: {e}") from None
    lesson_key = lesson_key_of(body.meeting) if body.meeting else ""
    event = _event(body, delivery.body)
    received = [Received(lesson_key=lesson_key, delivery_id=body.delivery, event=event)]
    if body.switches is not None and isinstance(event, ev.LessonStarted):
        told = ev.SettingsChanged(at=event.at, switches=switches(body.switches))
        received.append(Received(lesson_key=lesson_key, delivery_id=f"{body.delivery}#switches", event=told))
    return tuple(received)


def lesson_key_of(meeting: Meeting) -> str:
    """`meeting:occurrence`, so that an old wish can never hit the next lesson in the same room."""
    return f"{meeting.id}:{meeting.occurrence}" if meeting.occurrence else meeting.id


def participant(who: Who) -> Participant:
    """A participant as Menshen knows one; an unknown role is an attendee's."""
    return Participant(
        id=who.id,
        name=_storable(who.name),
        account=who.account,
        link=who.link,
        role=_ROLES.get(who.role, Role.ATTENDEE),
        address=who.device,
        network=who.ip,
    )


def switches(wire: Switches) -> ev.Switches:
    """The switches as Menshen knows them."""
    return ev.Switches(**msgspec.structs.asdict(wire))


def _storable(text: str) -> str:
    """Words of people, without the one character that no database takes."""
    return text.replace("\x00", "\ufffd")


def _event(body: Body, raw: bytes) -> ev.Event:
    reader = _READERS.get(body.event)
    if reader is None:
        text = raw[: RAW_LENGTH * 4].decode("utf-8", "replace")[:RAW_LENGTH]
        return ev.Unknown(at=body.at / 1000, name=body.event, raw=text)
    return reader(body, body.at / 1000)


def _who(body: Body) -> Participant:
    if body.participant is None:
        raise Malformed(PLATFORM, f"{body.event} without a participant")
    return participant(body.participant)


def _said(body: Body, at: float) -> ev.Event:
    if body.message is None:
        raise Malformed(PLATFORM, f"{body.event} without a message")
    return ev.ChatPosted(at=at, participant=_who(body), text=_storable(body.message.text), message=body.message.id)


def _changed(body: Body, at: float) -> ev.Event:
    if body.switches is None:
        raise Malformed(PLATFORM, f"{body.event} without switches")
    return ev.SettingsChanged(at=at, switches=switches(body.switches))


_ROLES = {r.value: r for r in Role}
_READERS: dict[str, Callable[[Body, float], ev.Event]] = {
    "lesson.started": lambda b, at: ev.LessonStarted(at=at, title=_storable(b.meeting.title) if b.meeting else ""),
    "lesson.ended": lambda b, at: ev.LessonEnded(at=at),
    "participant.waiting": lambda b, at: ev.ParticipantWaiting(at=at, participant=_who(b)),
    "participant.joined": lambda b, at: ev.ParticipantJoined(at=at, participant=_who(b)),
    "participant.left": lambda b, at: ev.ParticipantLeft(
        at=at, participant=_who(b), waiting_only=b.was == "waiting"
    ),
    "participant.renamed": lambda b, at: ev.ParticipantRenamed(at=at, participant=_who(b)),
    "participant.role_changed": lambda b, at: ev.ParticipantRoleChanged(at=at, participant=_who(b)),
    "audio.unmuted": lambda b, at: ev.AudioUnmuted(at=at, participant=_who(b)),
    "audio.muted": lambda b, at: ev.AudioMuted(at=at, participant=_who(b)),
    "video.started": lambda b, at: ev.VideoStarted(at=at, participant=_who(b)),
    "video.stopped": lambda b, at: ev.VideoStopped(at=at, participant=_who(b)),
    "share.started": lambda b, at: ev.ShareStarted(at=at, participant=_who(b)),
    "share.stopped": lambda b, at: ev.ShareStopped(at=at, participant=_who(b)),
    "chat.posted": _said,
    "settings.changed": _changed,
}  # fmt: skip
