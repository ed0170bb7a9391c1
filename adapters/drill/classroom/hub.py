"""The platform as a whole: its rooms, who may sit where, and what has to be told to whom."""

import asyncio
import re
import secrets
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from adapters.drill.classroom.faults import Faults
from adapters.drill.classroom.happenings import Happening, Happenings, Name, render
from adapters.drill.classroom.limits import Bucket
from adapters.drill.classroom.room import Refusal, Room
from adapters.drill.classroom.seats import Seats
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
    """Everything the practice platform knows. Lives in one event loop.

    `http` sends the webhooks; a rehearsal without sockets brings its own.
    """

    def __init__(
        self, settings: ClassroomSettings, *, now: Callable[[], float] = time.time, http: Http | None = None
    ) -> None:
        self.settings = settings
        self.rooms: dict[str, Room] = {}
        self.faults = Faults()
        self.bucket = Bucket(rate=settings.rate, burst=settings.burst)
        self.seats = Seats(settings.secret, settings.accounts)
        self.plays: dict[tuple[str, str], asyncio.Task[None]] = {}  # (meeting, "raid" or "class") in progress
        self._now = now
        self._seq: defaultdict[str, int] = defaultdict(int)
        self._watchers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._http = http or Http(limit=settings.in_flight, total_seconds=10.0)
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
            self.seats.clear(room)
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

    async def close(self) -> None:
        """Stop every play and every delivery."""
        plays = tuple(self.plays.values())
        for play in plays:
            play.cancel()
        await asyncio.gather(*plays, return_exceptions=True)
        await self.sender.close()
        await self._http.close()
