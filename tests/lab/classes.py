"""Classes on the lab server for one test each: pupils with personal links, the adapter, and what Janus itself says."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from adapters.base import Delivery
from adapters.http import Http
from adapters.janus import JanusAdapter, JanusSettings
from app.domain.actions import Action, ActionKind, Outcome
from app.domain.events import Event, ParticipantJoined, Presence
from app.domain.people import Participant
from tests.lab.inbox import Inbox
from tests.lab.janus_server import JanusServer
from tests.lab.pupils import Pupil

E = TypeVar("E", bound=Event)
CHAT_SECRET = "lab-chat-secret"


class Lab:
    """The running server, its receiver, and classes made on it."""

    def __init__(self, server: JanusServer, inbox: Inbox) -> None:
        self.server, self.inbox = server, inbox
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def class_of(self, *names: str, **settings: Any) -> AsyncIterator["Class"]:
        """A new class for these pupils and a teacher called "teacher", opened through the adapter."""
        room = f"class-{next(self._numbers)}"
        links = {name: f"link-of-{name}-in-{room}" for name in (*names, "teacher")}
        known = self.server.settings(
            host_tokens=(links["teacher"],), chat_secret=CHAT_SECRET, chat_post_url=self.inbox.url, **settings
        )
        http = Http()
        try:
            made = Class(self, room, links, known, http)
            await made.adapter.open_class(room, links.values())
            yield made
        finally:
            await http.close()


class Class:
    """One class: what the adapter does with it, what its pupils do, and what the server says about it."""

    def __init__(self, lab: Lab, room: str, links: dict[str, str], settings: JanusSettings, http: Http) -> None:
        self.lab, self.room, self.links, self.settings = lab, room, links, settings
        self._http = http
        self.adapter = JanusAdapter(settings, http)
        self._seen = len(lab.inbox.deliveries)

    def restart(self) -> None:
        """Forget everything that the adapter holds in memory."""
        self.adapter = JanusAdapter(self.settings, self._http)

    def pupil(self, name: str, *, id: str = "") -> Pupil:
        """A pupil of the class with the personal link of that name."""
        return Pupil(self.lab.server.ws_url, self.room, name, link=self.links[name], id=id)

    async def do(self, kind: ActionKind, target: Participant | None = None, text: str = "") -> Outcome:
        """Let the adapter perform an action."""
        return await self.adapter.perform(self.room, Action(kind=kind, target=target, text=text))

    async def event(self, kind: type[E], fits: Callable[[E], bool] = lambda _: True, *, since: int = -1) -> E:
        """The first event of this kind in this class that the adapter reads out of the posts of the server."""

        def find(delivery: Delivery) -> E | None:
            self.adapter.verify(delivery)
            facts = (r.event for r in self.adapter.parse(delivery) if r.lesson_key == self.room)
            return next((e for e in facts if isinstance(e, kind) and fits(e)), None)

        return await asyncio.to_thread(self.lab.inbox.first, find, since=self._seen if since < 0 else since)

    def now(self) -> int:
        """A mark for `event(since=...)`: what was posted before it does not count."""
        return len(self.lab.inbox.deliveries)

    async def seen(self, name: str) -> Participant:
        """The pupil as his newest arrival describes him."""
        return (await self.event(ParticipantJoined, lambda e: e.participant.id == f"id-{name}")).participant

    async def presence(self, name: str) -> Presence | None:
        """The row of the adapter's list about a pupil."""
        attendance = await self.adapter.participants(self.room)
        return next((p for p in attendance.inside if p.participant.id == f"id-{name}"), None)

    def listed(self) -> set[str]:
        """Who is in the class by Janus' own list, asked past the adapter."""
        answer = self.lab.server.ask_plugin("videoroom", "listparticipants", room=self.room)
        return {p["id"] for p in answer["participants"]}

    def in_chat(self) -> set[str]:
        """Who is in the chat by Janus' own list."""
        secret = self.settings.secret_of(self.room)
        answer = self.lab.server.ask_plugin("textroom", "listparticipants", room=self.room, secret=secret)
        return {p["username"] for p in answer["participants"]}
