"""One class on a Janus server: a video room and a text room of the same name, and who may enter them."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Any

from adapters.janus.api import (
    CHAT_EXISTS,
    NO_CHAT,
    NO_ROOM,
    NO_SESSION,
    NO_WRITER,
    NOT_IN_CHAT,
    ROOM_EXISTS,
    TEXTROOM,
    TOKEN_UNKNOWN,
    VIDEOROOM,
    Janus,
)  # fmt: skip
from adapters.janus.register import LINK, LOCKED, OPEN_DOOR, SILENCED, Register, linked
from adapters.janus.seats import Seats
from adapters.janus.settings import JanusSettings
from adapters.janus.wire import PLATFORM, listing, plain
from app.domain.errors import Gone


class Classroom:
    """Verbs that a class on Janus needs, each made of the server's own requests."""

    def __init__(self, janus: Janus, settings: JanusSettings, room: str) -> None:
        self.janus = janus
        self.settings = settings
        self.room = room
        self.seats = Seats(janus, settings, room)
        self.register = Register(janus, settings, room)
        self._at = {"room": room, "secret": settings.secret_of(room)}

    async def video(self, request: str, *, ignore: Collection[int] = (), **fields: Any) -> dict[str, Any]:
        """A moderator's request to the video room."""
        return await self.janus.plugin(VIDEOROOM, request, ignore=ignore, **self._at, **fields)

    async def text(self, request: str, *, ignore: Collection[int] = (), **fields: Any) -> dict[str, Any]:
        """A moderator's request to the text room."""
        return await self.janus.plugin(TEXTROOM, request, ignore=ignore, **self._at, **fields)

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
        """The links that may enter, without our own; empty if the room asks for none."""
        listed = listing(await self.video("allowed", action="add", allowed=[]), "allowed", str)
        return frozenset(listed) - {self.settings.guard_token}

    async def let_in(self, link: str) -> None:
        """Admit a personal link, whether or not the class is locked."""
        await self._know(link)
        if not await self.admitted():
            return  # a room without a list admits whoever the server knows
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
        admitted, seats = await asyncio.gather(self.admitted(), self.seats.all())
        stay = {s.token for s in seats} | self.settings.hosts | {self.settings.guard_token}
        if not admitted:
            await self.register.add({LOCKED, OPEN_DOOR})
            await self.video("allowed", action="add", allowed=sorted(stay - {""}))
            await self.video("allowed", action="enable")
            return
        await self.register.add({LOCKED, *(LINK + token for token in admitted)})  # first: nothing is lost in between
        await self.video("allowed", action="remove", allowed=sorted(admitted - stay))

    async def unlock(self) -> None:
        """Put the links back that the lock took away; a room that admitted anybody does so again."""
        noted = await self.register.entries()
        links = linked(noted, LINK)
        if OPEN_DOOR not in noted:
            await self.video("allowed", action="add", allowed=sorted(links))
            await self.register.remove({LOCKED})
            return
        await self.video("allowed", action="disable")
        await self.video("allowed", action="remove", allowed=sorted(links | await self.admitted()))
        await self.register.remove({LOCKED, OPEN_DOOR, *(LINK + link for link in links)})

    async def forget_token(self, link: str) -> None:
        """No request of this link's sessions is answered any more."""
        await self.janus.admin("remove_token", ignore=TOKEN_UNKNOWN, token=link)

    async def end_session(self, session: int) -> None:
        """Take a whole session away: class, chat and everything it watches."""
        await self.janus.admin("destroy_session", f"/{session}", ignore=(NO_SESSION,))

    async def _know(self, token: str) -> None:
        await self.janus.admin("add_token", ignore=TOKEN_UNKNOWN, token=token, plugins=[VIDEOROOM, TEXTROOM])

    # Chat

    async def open_chat(self) -> None:
        """Create the text room for everybody of the class who is not silenced; nothing happens if it is there."""
        admitted, noted = await asyncio.gather(self.admitted(), self.register.entries())
        writers = (admitted | linked(noted, LINK)) - linked(noted, SILENCED) if admitted else ()
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
        return frozenset(links), frozenset(plain(r.get("username")) for r in rows)

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
