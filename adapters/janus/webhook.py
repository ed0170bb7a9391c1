"""Events of Janus' event handler and lines of its text rooms: verified and parsed, purely.

Two kinds of posts reach the same address: event batches with HTTP basic authentication (all that Janus can send) and
chat lines without any credentials, which therefore carry a secret in the query. One secret does not open the other.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import msgspec
from pydantic import SecretStr

from adapters.base import Delivery, Received
from adapters.janus.settings import GUARD_PREFIX, HEARTBEAT, REGISTER_PREFIX, JanusSettings
from adapters.janus.streams import read_streams
from adapters.janus.wire import PLATFORM, plain, write_address
from adapters.signing import digest_id, same
from app.domain import events as ev
from app.domain.errors import Malformed, NotAuthentic
from app.domain.people import Participant, Role

PLUGIN, EXTERNAL, CORE = 64, 4, 256
NOISE = frozenset({1, 2, 8, 16, 32, 128})  # sessions, handles, SDP, ICE, packets, sockets: nothing a rule needs
LONGEST_RAW = 4000


def verify(settings: JanusSettings, delivery: Delivery) -> None:
    """Check the basic authentication of an event batch, or the secret in the address of a chat line."""
    if _is_chat(delivery):
        given = parse_qs(delivery.query, keep_blank_values=True)["chat"]
        known = (settings.chat_secret, settings.previous_chat_secret)
        if len(given) == 1 and _any_fits(known, lambda secret: same(secret, given[0])):
            return
        raise NotAuthentic(PLATFORM, "the chat secret in the address does not fit")
    header = delivery.headers.get("authorization", "")
    known = (settings.event_password, settings.previous_event_password)
    if not _any_fits(known, lambda password: same(_basic(settings.event_user, password), header)):
        raise NotAuthentic(PLATFORM, "the basic authentication does not fit")


def _is_chat(delivery: Delivery) -> bool:
    return "chat" in parse_qs(delivery.query, keep_blank_values=True)


def _any_fits(known: tuple[SecretStr, ...], fits: Callable[[str], bool]) -> bool:
    return any(fits(s.get_secret_value()) for s in known if s.get_secret_value())


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def parse(settings: JanusSettings, delivery: Delivery) -> tuple[Received, ...]:
    """The facts of a verified delivery. An entry that cannot be read becomes Unknown and does not block the others."""
    try:
        content = msgspec.json.decode(delivery.body)
    except (msgspec.DecodeError, ValueError, RecursionError) as e:
        raise Malformed(PLATFORM, "the body is not JSON") from e
    if _is_chat(delivery):
        return _chat_line(settings, delivery, content)
    entries = content if isinstance(content, list) else [content]
    if not all(isinstance(e, dict) for e in entries):
        raise Malformed(PLATFORM, "an event is not an object")
    return tuple(r for e in entries for r in _entry(settings, delivery, e))


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One plugin event with what its envelope says."""

    settings: JanusSettings
    at: float
    data: Mapping[str, Any]
    address: str

    def text(self, name: str) -> str:
        """A text or number field as text; "" if it is missing."""
        return plain(self.data.get(name))

    @property
    def person(self) -> Participant:
        """Whom it is about. Everything but the token was chosen by the client."""
        token = self.text("token")
        role = Role.HOST if token and token in self.settings.hosts else Role.ATTENDEE
        return Participant(
            id=self.text("id"), name=self.text("display"), link=token, role=role, address=self.address
        )  # fmt: skip


def _entry(settings: JanusSettings, delivery: Delivery, entry: dict[str, Any]) -> Iterator[Received]:
    kind, event = entry.get("type"), entry.get("event")
    at = _moment(entry.get("timestamp"), delivery.received_at)
    if isinstance(kind, int) and kind in NOISE:
        return
    found: list[ev.Event] = [_unknown(at, f"type.{plain(kind)}", entry)]
    room = ""
    if isinstance(event, dict):
        if kind == EXTERNAL:
            found = [] if event.get("schema") == HEARTBEAT else [_unknown(at, "external", entry)]
        elif kind == CORE:
            found = [_unknown(at, f"core.{plain(event.get('status'))}", entry)]  # "started": all rooms are gone
        elif kind == PLUGIN and isinstance(event.get("data"), dict):
            post = Post(
                settings=settings,
                at=at,
                data=event["data"],
                address=write_address(entry.get("session_id"), entry.get("handle_id")),
            )
            room, found = post.text("room"), list(_plugin(post, plain(event.get("plugin")), entry))
    yield from _numbered(room, _identity(entry), found)


def _numbered(room: str, identity: str, found: list[ev.Event]) -> Iterator[Received]:
    for number, event in enumerate(found):
        lesson = "" if isinstance(event, ev.Unknown) else room
        yield Received(lesson_key=lesson, delivery_id=f"{identity}:{number}" if number else identity, event=event)


def _plugin(post: Post, plugin: str, entry: Mapping[str, Any]) -> Iterator[ev.Event]:
    table = {"janus.plugin.videoroom": VIDEOROOM, "janus.plugin.textroom": TEXTROOM}.get(plugin, {})
    name = post.text("event") or post.text("videoroom") or post.text("textroom")
    room = post.text("room")
    if name in QUIET.get(plugin, ()) or room.startswith(REGISTER_PREFIX) or _is_our_visit(post, name):
        return
    if name == "updated" and "id" not in post.data:
        return  # a subscription changed, not somebody's streams
    if name not in table or not room:
        yield _unknown(post.at, f"{plugin.removeprefix('janus.plugin.')}.{name}", entry)
        return
    needs_person, read = table[name]
    if needs_person and not post.person.id:
        yield _unknown(post.at, f"{name} without a person", entry)
        return
    yield from read(post)


def _is_our_visit(post: Post, name: str) -> bool:
    """Whether our own short visit to a class is meant. Only the token proves it where there is one."""
    if name == "joined":
        return same(post.settings.guard_token, post.text("token"))
    return name in {"leaving", "unpublished"} and post.text("id").startswith(GUARD_PREFIX)


def _streams(post: Post) -> Iterator[ev.Event]:
    begun = {ev.Media.AUDIO: ev.AudioUnmuted, ev.Media.VIDEO: ev.VideoStarted, ev.Media.SHARE: ev.ShareStarted}
    for stream in read_streams(post.data.get("streams")):
        if stream.disabled or stream.moderated:
            yield ev.StreamChanged(at=post.at, participant=post.person, stream=stream.mid, live=False)
        else:
            yield begun[stream.media](at=post.at, participant=post.person, stream=stream.mid)


def _all_off(post: Post) -> Iterator[ev.Event]:
    for kind in (ev.AudioMuted, ev.VideoStopped, ev.ShareStopped):
        yield kind(at=post.at, participant=post.person)


def _moderated(post: Post) -> Iterator[ev.Event]:
    live = post.text("moderation") == "unmuted"
    yield ev.StreamChanged(at=post.at, participant=post.person, stream=post.text("mid"), live=live)


def _one(kind: Callable[..., ev.Event], post: Post) -> Iterator[ev.Event]:
    yield kind(at=post.at, participant=post.person)


def _bare(kind: Callable[..., ev.Event], post: Post) -> Iterator[ev.Event]:
    yield kind(at=post.at)


def _chat_switch(closed: bool, post: Post) -> Iterator[ev.Event]:
    yield ev.SettingsChanged(at=post.at, switches=ev.Switches(chat_closed=closed))


Reader = tuple[bool, Callable[[Post], Iterator[ev.Event]]]  # whether a person is needed, and how it is read

VIDEOROOM: dict[str, Reader] = {
    "created": (False, partial(_bare, ev.LessonStarted)),
    "destroyed": (False, partial(_bare, ev.LessonEnded)),
    "joined": (True, partial(_one, ev.ParticipantJoined)),
    "leaving": (True, partial(_one, ev.ParticipantLeft)),
    "kicked": (True, partial(_one, ev.ParticipantLeft)),
    "published": (True, _streams),
    "updated": (True, _streams),
    "unpublished": (True, _all_off),
    "moderated": (True, _moderated),
}
TEXTROOM: dict[str, Reader] = {
    "created": (False, partial(_chat_switch, False)),
    "destroyed": (False, partial(_chat_switch, True)),
}
QUIET: dict[str, frozenset[str]] = {
    "janus.plugin.videoroom": frozenset(
        {"talking", "stopped-talking", "subscribing", "subscribed", "unsubscribed", "switched", "configured", "edited"}
    ),
    "janus.plugin.textroom": frozenset({"join", "leave", "kicked", "edited"}),
}


def _chat_line(settings: JanusSettings, delivery: Delivery, content: object) -> tuple[Received, ...]:
    """One posted line. Janus posts each line once and gives it no id, so the moment of arrival tells twins apart."""
    if not isinstance(content, dict):
        raise Malformed(PLATFORM, "a chat line is not an object")
    if content.get("textroom") == "announcement":
        return ()  # our own words
    room, author = plain(content.get("room")), plain(content.get("from"))
    identity = digest_id((b"chat", delivery.body, repr(delivery.received_at).encode()))
    if content.get("textroom") != "message" or not room or not author or not isinstance(content.get("text"), str):
        return tuple(_numbered("", identity, [_unknown(delivery.received_at, "chat", content)]))
    person = Participant(id=author)
    line = ev.ChatPosted(at=delivery.received_at, participant=person, text=plain(content["text"]))
    return tuple(_numbered(room, identity, [line]))


def _unknown(at: float, name: str, entry: Mapping[str, Any]) -> ev.Unknown:
    return ev.Unknown(at=at, name=name[:100], raw=msgspec.json.encode(entry).decode()[:LONGEST_RAW])


def _moment(stamp: object, fallback: float) -> float:
    """Janus counts microseconds since the epoch."""
    if isinstance(stamp, int) and not isinstance(stamp, bool) and 0 < stamp < 10**17:
        return stamp / 1_000_000
    return fallback


def _identity(entry: Mapping[str, Any]) -> str:
    """Janus numbers no events: what makes one unique is its server, microsecond, kind, session and content."""
    named = ("emitter", "timestamp", "type", "subtype", "session_id", "handle_id", "event")
    return digest_id(msgspec.json.encode(entry.get(name), order="sorted") for name in named)
