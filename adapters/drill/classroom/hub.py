"""The platform as a whole: its rooms, who may sit where, and what has to be told to whom."""

import asyncio
import hashlib
import hmac
import re
import secrets
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from adapters.drill.classroom.faults import Faults
from adapters.drill.classroom.happenings import Happening, Name, as_participant, as_switches, render
from adapters.drill.classroom.limits import Bucket
from adapters.drill.classroom.people import Account, Person, Place
from adapters.drill.classroom.room import Happenings, Refusal, Room
from adapters.drill.classroom.settings import ClassroomSettings, Hidden
from adapters.drill.classroom.webhooks import Outgoing, Sender
from adapters.http import Http

_MEETING_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HIDDEN_EVENTS = {
    Hidden.CHAT_EVENTS: ("chat.",),
    Hidden.MEDIA_EVENTS: ("audio.", "video.", "share."),
    Hidden.SWITCHES: ("settings.",),
}


class Classroom:
    """Everything the practice platform knows. Lives in one event loop."""

    def __init__(self, settings: ClassroomSettings, *, now: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.rooms: dict[str, Room] = {}
        self.faults = Faults()
        self.bucket = Bucket(rate=settings.rate, burst=settings.burst)
        self.accounts: dict[str, Account] = {a.id: a for a in settings.accounts}
        self.plays: dict[tuple[str, str], asyncio.Task[None]] = {}  # (meeting, "raid" or "class") in progress
        self._now = now
        self._seq: defaultdict[str, int] = defaultdict(int)
        self._seats: dict[str, tuple[str, str]] = {}  # seat key -> meeting, person
        self._watchers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._http = Http(limit=settings.in_flight, total_seconds=10.0)
        self.sender = Sender(
            url=settings.webhook,
            secret=settings.secret,
            retry_seconds=settings.retry_seconds,
            in_flight=settings.in_flight,
            faults=self.faults,
            http=self._http,
            now=now,
        )
        self._hidden = tuple(p for h in settings.hides for p in _HIDDEN_EVENTS.get(h, ()))

    # Rooms

    def create(self, id: str, title: str) -> Room:
        """A new meeting, or the one that has this id already."""
        id = id or secrets.token_hex(5)
        if not _MEETING_ID.fullmatch(id):
            raise Refusal("bad_meeting_id")
        if id not in self.rooms:
            has_waiting_room = Hidden.WAITING_ROOM not in self.settings.hides
            self.rooms[id] = Room(id=id, title=title, has_waiting_room=has_waiting_room)
        return self.rooms[id]

    def room(self, id: str) -> Room:
        """The meeting of this id."""
        if id not in self.rooms:
            raise Refusal("unknown_meeting")
        return self.rooms[id]

    def start(self, room: Room) -> None:
        """Open a room for a new occurrence; its id is the time in milliseconds, in hexadecimal."""
        if not room.live:
            self._seats = {k: seat for k, seat in self._seats.items() if seat[0] != room.id}
        self.publish(room, room.start(f"{int(self._now() * 1000):x}"))

    # Telling

    def publish(self, room: Room, happened: Happenings) -> None:
        """Send webhooks about what happened and wake every page of the room."""
        for happening in happened:
            if not happening.name.startswith(self._hidden or ("\0",)):
                self.sender.send(self._outgoing(room, happening))
        self.changed(room)

    def changed(self, room: Room) -> None:
        """Wake every page of the room."""
        for watcher in self._watchers[room.id]:
            watcher.set()

    def watch(self, room: Room) -> asyncio.Event:
        """An event that is set at each change of the room; give it back with `unwatch`."""
        watcher = asyncio.Event()
        self._watchers[room.id].add(watcher)
        return watcher

    def unwatch(self, room: Room, watcher: asyncio.Event) -> None:
        """Forget a watcher."""
        self._watchers[room.id].discard(watcher)

    def _outgoing(self, room: Room, happening: Happening) -> Outgoing:
        self._seq[room.id] += 1
        delivery = uuid.uuid4().hex
        meeting = {"id": room.id, "occurrence": room.occurrence, "title": room.title}
        if Hidden.SWITCHES in self.settings.hides and "switches" in happening.more:
            happening = replace(happening, more={})
        return Outgoing(
            delivery=delivery,
            meeting=room.id,
            event=happening.name.value,
            about=happening.person.id if happening.person else "",
            body=render(happening, meeting=meeting, delivery=delivery, seq=self._seq[room.id], at=self._now()),
            barrier=happening.name in {Name.STARTED, Name.ENDED},
        )

    # Who may sit where

    def seat(self, room: Room, person: Person) -> str:
        """A key with which this person's own page speaks for him."""
        key = secrets.token_urlsafe(18)
        self._seats[key] = (room.id, person.id)
        return key

    def seated(self, room: Room, key: str) -> str:
        """Whose key this is. Refused for a key of nobody in this room."""
        meeting, person = self._seats.get(key, ("", ""))
        if meeting != room.id:
            raise Refusal("no_seat")
        return person

    def signed(self, purpose: str, account: str) -> str:
        """An unforgeable token for an account: to sign in, or as the personal link of a pupil."""
        text = f"{purpose}:{account}".encode()
        digest = hmac.new(self.settings.secret.encode(), text, hashlib.sha256).hexdigest()[:32]
        return f"{account}.{digest}"

    def account_of(self, purpose: str, token: str) -> Account:
        """The account that a token was made for."""
        account = self.accounts.get(token.partition(".")[0])
        if account is None or not hmac.compare_digest(self.signed(purpose, account.id).encode(), token.encode()):
            raise Refusal("bad_token")
        return account

    # Seeing

    def attendance(self, room: Room) -> dict[str, Any]:
        """The list for the host's programs."""
        answer: dict[str, Any] = {
            "live": room.live,
            "occurrence": room.occurrence,
            "title": room.title,
            "inside": [as_row(p) for p in room.present(Place.INSIDE)],
            "announcement": room.announcement,
        }
        if Hidden.WAITING_ROOM not in self.settings.hides:
            answer["waiting"] = [as_row(p) for p in room.present(Place.WAITING)]
        if Hidden.SWITCHES not in self.settings.hides:
            answer["switches"] = as_switches(room.switches)
        return answer

    async def close(self) -> None:
        """Stop every play and every delivery."""
        plays = tuple(self.plays.values())
        for play in plays:
            play.cancel()
        await asyncio.gather(*plays, return_exceptions=True)
        await self.sender.close()
        await self._http.close()


def as_row(person: Person) -> dict[str, Any]:
    """A person in a list, with what he sends."""
    media = {"audio": person.audio, "video": person.video, "share": person.share}
    return {**as_participant(person), **media, "silenced": person.silenced, "notice": person.notice}


def as_page(room: Room, id: str) -> dict[str, Any]:
    """What one person's own page shows. Those who wait or are out see nothing of the room."""
    me = room.person(id)
    view: dict[str, Any] = {
        "title": room.title,
        "live": room.live,
        "me": {
            "id": me.id, "name": me.name, "place": me.place.value, "role": me.role.value, "audio": me.audio,
            "video": me.video, "share": me.share, "silenced": me.silenced, "notice": me.notice,
            "left_because": me.left_because,
        },
    }  # fmt: skip
    if me.place is not Place.INSIDE:
        return view
    inside = room.present(Place.INSIDE)
    shown = sorted(inside, key=lambda p: (p.id != me.id, not p.share, not p.audio))[:60]
    view["switches"] = as_switches(room.switches)
    view["announcement"] = room.announcement
    view["count"] = len(inside)
    view["people"] = [
        {"id": p.id, "name": p.name, "role": p.role.value, "audio": p.audio, "video": p.video, "share": p.share}
        for p in shown
    ]
    view["chat"] = [asdict(m) for m in list(room.messages.values())[-40:]]
    return view
