"""Who sits in a class and what they send: the server's list, its sessions, and what it tells newcomers."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

from adapters.janus.api import NO_HANDLE, NO_PERSON, NO_SESSION, VIDEOROOM, Janus, Visit
from adapters.janus.settings import GUARD_PREFIX, JanusSettings
from adapters.janus.streams import Stream, read_streams
from adapters.janus.wire import PLATFORM, listing, plain, read_address, write_address
from app.domain.errors import AdapterError, Gone, Refused
from app.domain.people import Participant


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
        return write_address(self.session, self.handle)


class Seats:
    """The seats of one class."""

    def __init__(self, janus: Janus, settings: JanusSettings, room: str) -> None:
        self._janus = janus
        self._settings = settings
        self._room = room

    async def listed(self) -> tuple[dict[str, Any], ...]:
        """The server's own list of participants. Raises Gone if there is no such class."""
        answer = await self._janus.plugin(VIDEOROOM, "listparticipants", room=self._room)
        return tuple(p for p in listing(answer, "participants", dict) if isinstance(p.get("id"), str))

    async def all(self) -> tuple[Seat, ...]:
        """Every presence in this class with its session, found by asking every session of the server."""
        sessions = listing(await self._janus.admin("list_sessions"), "sessions", int)
        found = await asyncio.gather(*(self._seats_of(s) for s in sessions))
        return tuple(seat for seats in found for seat in seats)

    async def _seats_of(self, session: int) -> tuple[Seat, ...]:
        answer = await self._janus.admin("list_handles", f"/{session}", ignore=(NO_SESSION,))
        handles = () if answer["janus"] == "error" else listing(answer, "handles", int)
        seats = await asyncio.gather(*(self._seat_at(session, h) for h in handles))
        return tuple(s for s in seats if s is not None)

    async def _seat_at(self, session: int, handle: int) -> Seat | None:
        """The presence behind a handle; None if it is another plugin's, another room's, a watcher's, or gone."""
        answer = await self._janus.admin(
            "handle_info", f"/{session}/{handle}", ignore=(NO_SESSION, NO_HANDLE), plugin_only=True
        )
        info = answer.get("info")
        mine = info.get("plugin_specific") if isinstance(info, dict) else None
        if not isinstance(info, dict) or not isinstance(mine, dict) or info.get("plugin") != VIDEOROOM:
            return None
        token = plain(info.get("token"))
        if mine.get("type") != "publisher" or mine.get("room") != self._room or token == self._settings.guard_token:
            return None
        return Seat(
            id=plain(mine.get("id")), name=plain(mine.get("display")), token=token,
            session=session, handle=handle, streams=read_streams(mine.get("streams")),
        )  # fmt: skip

    async def of(self, person: Participant) -> Seat:
        """The presence of this person: by the address of the newest event, else by asking every session."""
        session, handle = read_address(person.address)
        seat = await self._seat_at(session, handle) if session else None
        if seat is not None and seat.id == person.id:
            return seat
        for other in await self.all():
            if other.id == person.id:
                return other
        raise Gone(PLATFORM, "nobody of this id is in the class", code=str(NO_PERSON))

    async def streams_as_shown(self) -> dict[str, tuple[Stream, ...]] | None:
        """What a newcomer is told of everybody's streams, with what is held back by a moderator.

        The server says this to nobody else, so we come in for a moment, as a guest who sends nothing. None where that
        is not possible: then it is not known what is held back, and nobody is harmed.
        """
        try:
            async with self._janus.visit(VIDEOROOM) as visit:
                answer = await self._enter(visit)
            rows = listing(answer, "publishers", dict)
        except AdapterError:
            return None
        return {plain(p.get("id")): read_streams(p.get("streams")) for p in rows}

    async def _enter(self, visit: Visit) -> dict[str, Any]:
        token, pin = self._settings.guard_token, self._settings.pin.get_secret_value()
        body = {
            "request": "join", "ptype": "publisher", "room": self._room, "id": GUARD_PREFIX + secrets.token_hex(8),
            "token": token, "display": "Menshen 门神", **({"pin": pin} if pin else {}),
        }  # fmt: skip
        try:
            return await visit.ask(body)
        except Refused:  # a class that was not made by us does not admit us yet
            secret = self._settings.secret_of(self._room)
            await self._janus.plugin(
                VIDEOROOM, "allowed", action="add", allowed=[token], room=self._room, secret=secret
            )  # fmt: skip
            return await visit.ask(body)
