"""Janus, the open WebRTC server: a class is a video room and a text room of the same name."""

from collections.abc import Iterable
from typing import ClassVar

from adapters.base import Adapter, Delivery, Proof, Received, Reply
from adapters.health import Health
from adapters.http import Http
from adapters.janus import control, probe, webhook
from adapters.janus.api import Janus
from adapters.janus.capabilities import CAPABILITIES
from adapters.janus.classroom import Classroom
from adapters.janus.settings import JanusSettings
from adapters.janus.wire import PLATFORM
from adapters.notes import Notes
from app.domain.actions import Action, Capabilities, Outcome, Words
from app.domain.events import Attendance

__all__ = ["JanusAdapter", "JanusSettings"]


class JanusAdapter(Adapter[JanusSettings]):
    """One Janus server of a school."""

    platform: ClassVar[str] = PLATFORM
    title: ClassVar[Words] = Words(zh="Janus（自建课堂）", vi="Janus (lớp học tự vận hành)", en="Janus (own server)")
    proof: ClassVar[Proof] = Proof.LAB
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    settings_type: ClassVar[type[JanusSettings]] = JanusSettings
    poll_seconds: ClassVar[float] = 20.0
    settles_seconds: ClassVar[float] = 2.0

    def __init__(self, settings: JanusSettings, http: Http, notes: Notes | None = None) -> None:
        super().__init__(settings, http, notes)
        self._janus = Janus(settings, http)

    def verify(self, delivery: Delivery) -> None:
        """Basic authentication for events, the secret in the address for chat lines."""
        webhook.verify(self.settings, delivery)

    def handshake(self, delivery: Delivery) -> Reply | None:
        """Janus knows none."""
        return None

    def parse(self, delivery: Delivery) -> tuple[Received, ...]:
        """An event or an array of events, or one chat line."""
        return webhook.parse(self.settings, delivery)

    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        """Ask for one action; nothing is sent for what Janus cannot do."""
        return await control.perform(self.classroom(lesson_key), action)

    async def participants(self, lesson_key: str) -> Attendance:
        """The list of the video room, with what each person sends as a newcomer is told of it."""
        return await control.participants(self.classroom(lesson_key))

    async def probe(self) -> Health:
        """Ask the server about everything this connection needs."""
        return await probe.probe(self._janus, self.settings)

    async def open_class(self, room: str, tokens: Iterable[str]) -> None:
        """Create the class for these personal links, or let them into the class that is there. Raises AdapterError."""
        await self.classroom(room).open(tokens)

    def classroom(self, room: str) -> Classroom:
        """The class of a lesson key."""
        return Classroom(self._janus, self.settings, room)
