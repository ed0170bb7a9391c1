"""DingTalk (钉钉) video conferences, through a school's internal app (Client ID, Client Secret)."""

import secrets
import time
from collections.abc import Callable
from typing import ClassVar

from adapters.base import Adapter, Delivery, Group, Opened, OtherRoom, Proof, Received, Reply, Take, Way
from adapters.budget import Budget
from adapters.dingtalk import prepare, probe, quota, webhook
from adapters.dingtalk.address_book import AddressBook
from adapters.dingtalk.bookings import Bookings
from adapters.dingtalk.capabilities import CAPABILITIES, LIVE_STREAM, supported
from adapters.dingtalk.client import Client
from adapters.dingtalk.control import Controls
from adapters.dingtalk.errors import PLATFORM
from adapters.dingtalk.lessons import Lessons, split
from adapters.dingtalk.robot import Robot
from adapters.dingtalk.roster import Lists
from adapters.dingtalk.settings import DingTalkSettings
from adapters.dingtalk.stream import Stream
from adapters.health import Health
from adapters.http import Http
from adapters.notes import Notes
from adapters.preparation import Preparation, Prepared
from app.domain.actions import Action, ActionKind, Capabilities, Level, Outcome, OutcomeKind, Support, Words
from app.domain.events import Attendance
from app.domain.people import Participant, RosterEntry

__all__ = ["DingTalkAdapter", "DingTalkSettings"]


class DingTalkAdapter(Adapter[DingTalkSettings]):
    """One internal app of one organisation. A lesson key is `scheduleConferenceId[:conferenceId]`.

    For conferences that nobody booked it is `user~unionId[:conferenceId]` with the unionId of whoever started it.
    """

    platform: ClassVar[str] = PLATFORM
    title: ClassVar[Words] = Words(zh="钉钉", vi="DingTalk", en="DingTalk")
    proof: ClassVar[Proof] = Proof.ORACLE
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    settings_type: ClassVar[type[DingTalkSettings]] = DingTalkSettings
    budgets: ClassVar[tuple[Budget, ...]] = quota.STANDARD
    ways: ClassVar[tuple[Way, ...]] = (Way.STREAM, Way.WEBHOOK)
    other_rooms: ClassVar[tuple[OtherRoom, ...]] = (
        OtherRoom(
            title=Words(zh="钉钉直播", vi="Phát trực tiếp DingTalk", en="DingTalk live stream"),
            capabilities=LIVE_STREAM,
        ),
    )
    tells: ClassVar[frozenset[str]] = frozenset(
        {"lesson.started", "lesson.ended", "participant.joined", "participant.left", "risk.reported", "unknown"}
    )
    poll_seconds: ClassVar[float] = 60.0

    def __init__(
        self,
        settings: DingTalkSettings,
        http: Http,
        notes: Notes | None = None,
        *,
        now: Callable[[], float] = time.time,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        super().__init__(settings, http, notes)
        self._random = random
        self._client = Client(settings, http, now)
        self._lessons = Lessons(self._client, now)
        self._lists = Lists(self._client, self._lessons, now)
        self._bookings = Bookings(self._client)
        robot = Robot(settings, self._client)
        self._controls = Controls(self._client, self._lessons, self._lists, self._bookings, robot, self.notes)
        self._address_book = AddressBook(self._client)
        self._stream = Stream(settings, http, self._client, now)

    @property
    def account(self) -> str:
        """The app: it belongs to one organisation, and a stream is opened once for it."""
        return self.settings.client_id

    @property
    def listens(self) -> bool:
        """Whether events come in by Stream mode."""
        return self.settings.mode == "stream"

    def supports(self, kind: ActionKind, target: Participant | None = None, lesson_key: str = "") -> Support:
        """Less than the table for people without an account, unbooked classes, and calls that a check did not find."""
        return supported(self.settings, self.notes, kind, target, lesson_key)

    def limits(self) -> tuple[Budget, ...]:
        """The edition's numbers."""
        return quota.limits(self.settings)

    def every(self, *, hot: bool) -> float | None:
        """Never while all is quiet: every read costs two calls of the month."""
        return quota.every(self.settings, hot=hot)

    def verify(self, delivery: Delivery) -> None:
        """SHA-1 over Token, timestamp, nonce and the sealed text; at most 15 minutes old. Streamed is genuine."""
        webhook.verify(self.settings, delivery)

    def handshake(self, delivery: Delivery) -> Reply | None:
        """The answer to the check of the address, which comes when the console saves it."""
        return webhook.handshake(self.settings, delivery, self._random)

    def parse(self, delivery: Delivery) -> tuple[Received, ...]:
        """Begin and end of a conference; who came and went, each as `:conferenceId`."""
        return webhook.parse(self.settings, delivery)

    def answer(self, delivery: Delivery) -> Reply:
        """The sealed word "success"."""
        return webhook.answer(self.settings, delivery, self._random)

    async def listen(self, take: Take, opened: Opened = lambda: None) -> None:
        """One session of Stream mode; where HTTP push is set up there is none."""
        await (self._stream.listen(take, opened) if self.listens else super().listen(take, opened))

    async def resolve(self, lesson_key: str) -> str:
        """Booking or creator of a conference, by one call."""
        return await self._lessons.resolve(lesson_key)

    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        """Ask for one action. The best outcome is `requested`; what cannot be done sends nothing."""
        support = self.supports(action.kind, action.target, lesson_key)
        if support.level is Level.MANUAL:
            return Outcome(kind=OutcomeKind.MANUAL, detail=support.note, instruction=support.instruction)
        silent = action.kind is ActionKind.ALERT and not support.channel
        if support.level is Level.NONE or silent:
            return Outcome(kind=OutcomeKind.UNSUPPORTED, detail=support.note)
        return await self._controls.perform(lesson_key, action)

    async def participants(self, lesson_key: str) -> Attendance:
        """Everybody inside, by two calls (three where a recording was asked for or the platform contradicts itself)."""
        return await self._lists.attendance(split(lesson_key))

    async def prepare(self, preparation: Preparation) -> Prepared:
        """Book a conference in the teacher's name, or harden a booking of his."""
        return await prepare.prepare(self.settings, self._bookings, preparation)

    async def groups(self) -> tuple[Group, ...]:
        """The classes of 家校通讯录, else the departments."""
        return await self._address_book.groups()

    async def roster(self, group: str) -> tuple[RosterEntry, ...]:
        """Pupils with their guardians' accounts, other guardians, teachers."""
        return await self._address_book.roster(group)

    async def probe(self) -> Health:
        """Each permission once, harmless questions about a conference that does not exist, and what stays unknown."""
        return await probe.probe(
            probe.Parts(
                settings=self.settings, client=self._client, stream=self._stream, address_book=self._address_book,
                notes=self.notes,
            )
        )  # fmt: skip
