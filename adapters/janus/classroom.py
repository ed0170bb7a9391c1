"""One class on a Janus server: a video room and a text room of the same name, who sits there, and who may enter."""

import asyncio
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from adapters.janus.api import PLATFORM, TEXTROOM, TOKEN_UNKNOWN, VIDEOROOM, Janus, listing
from adapters.janus.register import LINK, LOCKED, OPEN_DOOR, SILENCED, Register, linked
from adapters.janus.settings import GUARD_PREFIX, JanusSettings
from adapters.janus.streams import Stream, read_streams
from app.domain.errors import AdapterError, Gone
from app.domain.people import Participant

NO_ROOM, NO_PERSON, ROOM_EXISTS = 426, 428, 427
NO_CHAT, CHAT_EXISTS, NOT_IN_CHAT, NO_WRITER = 417, 418, 422, 423
NO_SESSION, NO_HANDLE = 458, 459
BOTH = [VIDEOROOM, TEXTROOM]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A presence as the server describes it; the token is the one its session was opened with."""

    id: str
    name: str
    token: str
    session: int
    handle: int
    streams: tuple[Stream, ...]

    @property
    def address(self) -> str:
        """What `Participant.address` carries."""
        return msgspec.json.encode({"session": self.session, "handle": self.handle}).decode()


class Classroom:
    """Verbs that a class on Janus needs, each made of the server's own requests."""

    def __init__(self, janus: Janus, settings: JanusSettings, room: str) -> None:
        self.janus = janus
        self.settings = settings
        self.room = room
        self.register = Register(janus, settings, room)
        self._at = {"room": room, "secret": settings.secret_of(room)}

    async def video(self, request: str, *, ignore: Collection[int] = (), **fields: Any) -> dict[str, Any]:
        """A moderator's request to the video room."""
        return await self.janus.plugin(VIDEOROOM, request, ignore=ignore, **self._at, **fields)

    async def text(self, request: str, *, ignore: Collection[int] = (), **fields: Any) -> dict[str, Any]:
        """A moderator's request to the text room."""
        return await self.janus.plugin(TEXTROOM, request, ignore=ignore, **self._at, **fields)

    # Who is there

    async def listed(self) -> tuple[dict[str, Any], ...]:
        """The server's own list of participants. Raises Gone if there is no such class."""
        rows = listing(await self.video("listparticipants"), "participants", dict)
        return tuple(p for p in rows if isinstance(p.get("id"), str))

    async def seats(self) -> tuple[Seat, ...]:
        """Every presence in this class with its session, found by asking every session of the server."""
        sessions = listing(await self.janus.admin("list_sessions"), "sessions", int)
        found = await asyncio.gather(*(self._seats_of(s) for s in sessions))
        return tuple(seat for seats in found for seat in seats)

    async def _seats_of(self, session: int) -> tuple[Seat, ...]:
        answer = await self.janus.admin("list_handles", f"/{session}", ignore=(NO_SESSION,))
        handles = () if answer["janus"] == "error" else listing(answer, "handles", int)
        seats = await asyncio.gather(*(self._seat_at(session, h) for h in handles))
        return tuple(s for s in seats if s is not None)

    async def _seat_at(self, session: int, handle: int) -> Seat | None:
        """The presence behind a handle; None if it is another plugin's, another room's, a watcher's, or gone."""
        answer = await self.janus.admin(
            "handle_info", f"/{session}/{handle}", ignore=(NO_SESSION, NO_HANDLE), plugin_only=True
        )
        info = answer.get("info")
        mine = info.get("plugin_specific") if isinstance(info, dict) else None
        if not isinstance(info, dict) or not isinstance(mine, dict) or info.get("plugin") != VIDEOROOM:
            return None
        token = info.get("token")
        token = token if isinstance(token, str) else ""
        if mine.get("type") != "publisher" or mine.get("room") != self.room or token == self.settings.guard_token:
            return None
        return Seat(
            id=str(mine.get("id", "")), name=str(mine.get("display", "")), token=token,
            session=session, handle=handle, streams=read_streams(mine.get("streams")),
        )  # fmt: skip

    async def seat(self, person: Participant) -> Seat:
        """The presence of this person: by the address of the newest event, else by asking every session."""
        session, handle = read_address(person.address)
        seat = await self._seat_at(session, handle) if session else None
        if seat is not None and seat.id == person.id:
            return seat
        for other in await self.seats():
            if other.id == person.id:
                return other
        raise Gone(PLATFORM, "nobody of this id is in the class", code=str(NO_PERSON))

    async def streams_as_shown(self) -> dict[str, tuple[Stream, ...]]:
        """What a newcomer is told of everybody's streams, with what is held back by a moderator.

        The server says this to nobody else, so we come in for a moment, as a guest who sends nothing.
        """
        body = {
            "request": "join",
            "ptype": "publisher",
            "room": self.room,
            "id": GUARD_PREFIX + secrets.token_hex(8),
            "token": self.settings.guard_token,
            "display": "Menshen 门神",
            **self._optional(pin=self.settings.pin.get_secret_value()),
        }
        async with self.janus.visit(VIDEOROOM) as visit:
            await self.video("allowed", action="add", allowed=[self.settings.guard_token])
            answer = await visit.ask(body)
        rows = listing(answer, "publishers", dict)
        return {str(p.get("id", "")): read_streams(p.get("streams")) for p in rows}

    # Who may enter

    async def open(self, links: Iterable[str]) -> None:
        """Create the class for these personal links, or let them into the class that is there already."""
        admitted = sorted({*links, *self.settings.hosts, self.settings.guard_token} - {""})
        await asyncio.gather(*(self._know(token) for token in admitted))
        answer = await self.video(
            "create", ignore=(ROOM_EXISTS,), admin_key=self.settings.admin_key.get_secret_value(), is_private=True,
            publishers=self.settings.max_publishers, notify_joining=True, require_pvtid=True, audiolevel_event=True,
            allowed=admitted, **self._optional(pin=self.settings.pin.get_secret_value()), **self._recording(),
        )  # fmt: skip
        if answer.get("error_code") == ROOM_EXISTS:
            await self.video("allowed", action="add", allowed=admitted)
        await self.register.add(LINK + token for token in admitted)
        await self.open_chat()

    async def admitted(self) -> frozenset[str]:
        """The links that may enter; empty if the room asks for none."""
        return frozenset(listing(await self.video("allowed", action="add", allowed=[]), "allowed", str))

    async def let_in(self, link: str) -> None:
        """Admit a personal link, whether or not the class is locked."""
        await self._know(link)
        await self.video("allowed", action="add", allowed=[link])
        await self.text("allowed", ignore=(NO_CHAT,), action="add", allowed=[link])
        await self.register.add([LINK + link])

    async def shut_out(self, link: str) -> None:
        """Admit this link no longer. Whoever is inside with it stays there."""
        await self.video("allowed", action="remove", allowed=[link])
        await self.text("allowed", ignore=(NO_CHAT,), action="remove", allowed=[link])
        await self.register.remove([LINK + link])

    async def lock(self) -> None:
        """Nobody new comes in; who is inside can still reconnect."""
        admitted, seats = await asyncio.gather(self.admitted(), self.seats())
        stay = {s.token for s in seats} | self.settings.hosts | {self.settings.guard_token}
        if not admitted:
            await self.register.add({LOCKED, OPEN_DOOR})
            await self.video("allowed", action="add", allowed=sorted(stay - {""}))
            await self.video("allowed", action="enable")
            return
        await self.register.add({LOCKED, *(LINK + token for token in admitted)})  # first: nothing is lost in between
        await self.video("allowed", action="remove", allowed=sorted(admitted - stay))

    async def unlock(self) -> None:
        """Put the links back that the lock took away."""
        noted = await self.register.entries()
        if OPEN_DOOR in noted:
            await self.video("allowed", action="disable")
        await self.video("allowed", action="add", allowed=sorted(linked(noted, LINK)))
        await self.register.remove({LOCKED, OPEN_DOOR})

    async def forget_token(self, link: str) -> None:
        """No request of this link's sessions is answered any more."""
        await self.janus.admin("remove_token", ignore=TOKEN_UNKNOWN, token=link)

    async def end_session(self, session: int) -> None:
        """Take a whole session away: class, chat and everything it watches."""
        await self.janus.admin("destroy_session", f"/{session}", ignore=(NO_SESSION,))

    async def _know(self, token: str) -> None:
        await self.janus.admin("add_token", ignore=TOKEN_UNKNOWN, token=token, plugins=BOTH)

    # Chat

    async def open_chat(self) -> None:
        """Create the text room for everybody of the class who is not silenced; nothing happens if it is there."""
        admitted, noted = await asyncio.gather(self.admitted(), self.register.entries())
        writers = (admitted | linked(noted, LINK)) - linked(noted, SILENCED) if admitted else frozenset()
        await self.text(
            "create", ignore=(CHAT_EXISTS,), admin_key=self.settings.admin_key.get_secret_value(), is_private=True,
            history=0, **self._optional(post=self.settings.chat_address, pin=self.settings.pin.get_secret_value()),
            **({"allowed": sorted(writers)} if writers else {}),
        )  # fmt: skip

    async def silence(self, link: str, writer: str) -> None:
        """Take the chat from one person, in a session of our own (see Janus.plugin)."""
        if link:
            await self.register.add([SILENCED + link])
            await self.text("allowed", ignore=(NO_CHAT,), action="remove", allowed=[link])
        async with self.janus.visit(TEXTROOM) as visit:
            gone = (NO_CHAT, NOT_IN_CHAT, NO_WRITER)
            await visit.ask({"request": "kick", "username": writer, **self._at}, ignore=gone)

    async def unsilence(self, link: str) -> None:
        """Give the chat back; the pupil's page has to enter it again."""
        await self.register.remove([SILENCED + link])
        await self.text("allowed", ignore=(NO_CHAT,), action="add", allowed=[link])

    async def writers(self) -> tuple[frozenset[str], frozenset[str]]:
        """The links that may enter the chat (none listed: anybody may), and the names of those who are in it.

        Raises Gone if the chat is closed.
        """
        links = listing(await self.text("allowed", action="add", allowed=[]), "allowed", str)
        rows = listing(await self.text("listparticipants"), "participants", dict)
        return frozenset(links), frozenset(str(r.get("username", "")) for r in rows)

    async def is_open(self) -> bool:
        """Whether both rooms of the class are there."""
        return (await self.video("exists")).get("exists") is True and await self.has_chat()

    async def has_chat(self) -> bool:
        """Whether the text room is there."""
        return (await self.text("exists")).get("exists") is True

    async def is_recording(self) -> bool | None:
        """Whether the room is being recorded; None if the server's list of rooms does not show it."""
        mine = [r for r in await self.janus.rooms() if r.get("room") == self.room]
        return bool(mine[0]["record"]) if mine and "record" in mine[0] else None

    async def end(self) -> None:
        """Close the class, its chat and its register. Raises Gone if there was neither class nor chat."""
        video = await self.video("destroy", ignore=(NO_ROOM,))
        text = await self.text("destroy", ignore=(NO_CHAT,))
        await self.register.destroy()
        if "error_code" in video and "error_code" in text:
            raise Gone(PLATFORM, "the class is over", code=str(NO_ROOM))

    def _recording(self) -> dict[str, Any]:
        folder = self.settings.recording_folder
        return {"rec_dir": folder, "lock_record": True} if folder else {"lock_record": True}

    @staticmethod
    def _optional(**fields: str) -> dict[str, str]:
        return {name: value for name, value in fields.items() if value}


def read_address(address: str) -> tuple[int, int]:
    """The session and handle in a participant's address; zeros if it holds none."""
    try:
        content = msgspec.json.decode(address, type=dict[str, int])
    except (msgspec.DecodeError, ValueError, RecursionError):
        return 0, 0
    return content.get("session", 0), content.get("handle", 0)


async def quietly_shown(room: Classroom) -> dict[str, tuple[Stream, ...]] | None:
    """What is held back, or None where our visit is not possible: then it is not known, and nobody is harmed."""
    try:
        return await room.streams_as_shown()
    except AdapterError:
        return None
