"""Feishu and Lark (飞书): meetings, and the class's group chats, through a school's self-built app."""

import time
from collections.abc import Callable
from typing import ClassVar

from adapters.base import Adapter, Delivery, Group, Opened, OtherRoom, Proof, Received, Reply, Take, Way
from adapters.budget import Budget, Period
from adapters.feishu import capabilities, group_capabilities, keys, webhook
from adapters.feishu.address_book import AddressBook
from adapters.feishu.bot import Bot
from adapters.feishu.capabilities import CAPABILITIES, Standing
from adapters.feishu.client import MONTHLY, Client
from adapters.feishu.consent import Teachers
from adapters.feishu.control import Room
from adapters.feishu.errors import PLATFORM
from adapters.feishu.group import Groups
from adapters.feishu.host import Hosts
from adapters.feishu.kick import Kicks
from adapters.feishu.messages import Messages
from adapters.feishu.names import Names
from adapters.feishu.prepare import Preparations
from adapters.feishu.probe import GROUPS_MISSING, Probe
from adapters.feishu.reserves import Reserves
from adapters.feishu.robot import Robot
from adapters.feishu.roster import Lists
from adapters.feishu.settings import FeishuSettings
from adapters.feishu.stream import Stream
from adapters.health import Health
from adapters.http import Http
from adapters.notes import Notes
from adapters.preparation import Preparation, Prepared
from app.domain.actions import Action, ActionKind, Capabilities, Level, Outcome, OutcomeKind, Support, Words
from app.domain.events import Attendance
from app.domain.people import Participant, RosterEntry

__all__ = ["FeishuAdapter", "FeishuSettings"]

POLL = 3.0  # seconds between two rounds of questions for what the meeting bot hears


class FeishuAdapter(Adapter[FeishuSettings]):
    """One self-built app of one tenant.

    A lesson key is `meeting_no:meeting_id`, or `chat_id:date` for a day of a group chat.
    """

    platform: ClassVar[str] = PLATFORM
    title: ClassVar[Words] = Words(zh="飞书", vi="Feishu / Lark", en="Feishu / Lark")
    proof: ClassVar[Proof] = Proof.ORACLE
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    settings_type: ClassVar[type[FeishuSettings]] = FeishuSettings
    # The vendor allows 1 000 a minute and 50 a second for each kind of call. All kinds are counted together here, and
    # the rest is left to other programs with the same app.
    budgets: ClassVar[tuple[Budget, ...]] = (
        Budget(name="second", calls=40, seconds=1.0, reserve=10),
        Budget(name="minute", calls=900, seconds=60.0, reserve=200),
    )
    ways: ClassVar[tuple[Way, ...]] = (Way.STREAM, Way.WEBHOOK, Way.POLL)
    other_rooms: ClassVar[tuple[OtherRoom, ...]] = (group_capabilities.ROOM,)
    tells: ClassVar[frozenset[str]] = frozenset(
        {
            "lesson.started", "lesson.ended", "participant.joined", "participant.left", "share.started",
            "share.stopped", "chat.posted", "settings.changed", "unknown",
        }
    )  # fmt: skip
    poll_seconds: ClassVar[float] = 20.0
    accepted: ClassVar[Reply] = webhook.ACCEPTED

    def __init__(
        self,
        settings: FeishuSettings,
        http: Http,
        notes: Notes | None = None,
        *,
        now: Callable[[], float] = time.time,
        poll_pause: float = POLL,
    ) -> None:
        super().__init__(settings, http, notes)
        client = Client(settings, http, self.notes, now)
        self._teachers = Teachers(settings, client, self.notes)
        self._reserves = Reserves(client, self.notes)
        self._robot = Robot(settings, http, now)
        self._bot = Bot(client, self.notes, wanted=settings.bot, pause=poll_pause, now=now)
        self._lists = Lists(client, self._reserves, Names(client, now), now)
        messages = Messages(client, now)
        self._groups = Groups(client, messages, self.notes, hours_east=settings.hours_east, now=now)
        self._book = AddressBook(client, self._groups)
        self._preparations = Preparations(client, self._reserves, self.notes, now)
        self._stream = Stream(settings, client, http)
        self._probe = Probe(settings, client, self._stream, self._teachers, self.notes)
        self._room = Room(
            lists=self._lists, reserves=self._reserves, hosts=Hosts(client, self._teachers), bot=self._bot,
            kicks=Kicks(client, self._teachers, self._lists, self.notes), robot=self._robot, messages=messages,
            hours_east=settings.hours_east,
        )  # fmt: skip

    # --- what this connection is --------------------------------------------------------------------------------------

    @property
    def account(self) -> str:
        """The app: a self-built one lives in one tenant. Its limits and its stream are the app's."""
        return f"{self.settings.region}:{self.settings.app_id}"

    @property
    def listens(self) -> bool:
        """By the long connection; pushed events leave only the meeting bot to be asked, where there is one."""
        return self.settings.mode == "stream" or self._bot.ready

    def supports(self, kind: ActionKind, target: Participant | None = None, lesson_key: str = "") -> Support:
        """The table of the room, less what this connection has not: a reservation, a consent, a robot, the bot."""
        standing = self._standing(lesson_key)
        if keys.is_chat(lesson_key) and kind is not ActionKind.ALERT:
            return group_capabilities.supports(kind, target, scope=not self.notes.get(GROUPS_MISSING))
        return capabilities.supports(kind, target, standing)

    def _standing(self, lesson_key: str) -> Standing:
        number = lesson_key.partition(":")[0]
        return Standing(
            reserved=not lesson_key or self._reserves.known(number),
            consent=bool(self._teachers.known),
            robot=self._robot.there,
            bot=self._bot.ready,
            bot_mutes=self._bot.mutes,
        )

    def limits(self) -> tuple[Budget, ...]:
        """With the monthly number of the free editions, once the platform has said that it is used up."""
        if not self.notes.get(MONTHLY):
            return self.budgets
        month = Budget(name="month", calls=10_000, seconds=30 * 86_400.0, reserve=500, period=Period.MONTH)
        return (*self.budgets, month)

    def every(self, *, hot: bool) -> float | None:
        """The clock's own pace; slowly where a month's calls are few."""
        return (15.0 if hot else 300.0) if self.notes.get(MONTHLY) else None

    # --- inbound, pure ------------------------------------------------------------------------------------------------

    def verify(self, delivery: Delivery) -> None:
        """SHA-256 over timestamp, nonce, Encrypt Key and the body as received; at most 8 hours old."""
        webhook.verify(self.settings, delivery)

    def handshake(self, delivery: Delivery) -> Reply | None:
        """The challenge, which the console sends once, encrypted and unsigned."""
        return webhook.handshake(self.settings, delivery)

    def parse(self, delivery: Delivery) -> tuple[Received, ...]:
        """What one event says."""
        return webhook.parse(self.settings, delivery)

    # --- driving ------------------------------------------------------------------------------------------------------

    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        """Ask for one action. The best outcome is `requested`."""
        support = self.supports(action.kind, action.target, lesson_key)
        if support.level is Level.MANUAL:
            return Outcome(kind=OutcomeKind.MANUAL, detail=support.note, instruction=support.instruction)
        if support.level is Level.NONE:
            return Outcome(kind=OutcomeKind.UNSUPPORTED, detail=support.note)
        if action.kind is ActionKind.ALERT:
            return await self._alert(action, support)
        if keys.is_chat(lesson_key):
            return await self._groups.perform(keys.chat(lesson_key), action)
        return await self._room.perform(keys.meeting(lesson_key), action)

    async def _alert(self, action: Action, support: Support) -> Outcome:
        """The panel tells it anyway; the robot tells it outside."""
        if not support.channel:
            return Outcome(kind=OutcomeKind.UNSUPPORTED)
        await self._robot.say(action.text)
        return Outcome(kind=OutcomeKind.REQUESTED)

    async def participants(self, lesson_key: str) -> Attendance:
        """Who is inside: in one answer for a meeting, in pages for a group."""
        if keys.is_chat(lesson_key):
            return await self._groups.attendance(keys.chat(lesson_key))
        meeting = keys.meeting(lesson_key)
        attendance = await self._lists.attendance(meeting)
        if self._bot.ready:
            found = await self._lists.id_of(meeting) if attendance.live else meeting.id
            await (self._bot.attend(meeting, found) if attendance.live else self._bot.forget(found))
        return attendance

    async def resolve(self, lesson_key: str) -> str:
        """The number that belongs to the id of a meeting."""
        meeting = keys.meeting(lesson_key)
        return f"{await self._lists.number_of(meeting.id)}:{meeting.id}" if meeting.id else lesson_key

    async def listen(self, take: Take, opened: Opened = lambda: None) -> None:
        """One session of the long connection; where events are pushed, the questions to the meeting bot."""
        if self.settings.mode == "stream":
            await self._stream.listen(take, opened)
        elif self._bot.ready:
            await self._bot.listen(take, opened)
        else:
            await super().listen(take, opened)

    async def prepare(self, preparation: Preparation) -> Prepared:
        """Reserve a meeting, or change who may join one that this app has reserved."""
        return await self._preparations.prepare(preparation)

    async def groups(self) -> tuple[Group, ...]:
        """Departments, and group chats that the bot is in."""
        return await self._book.groups()

    async def roster(self, group: str) -> tuple[RosterEntry, ...]:
        """Everybody of a department or a group chat, with all ids."""
        return await self._book.roster(group)

    def consent(self, redirect: str, state: str) -> str:
        """Where a teacher allows us to end his meetings and to record them."""
        return self._teachers.address(redirect, state)

    async def consented(self, redirect: str, code: str) -> str:
        """Note the teacher's tokens; his open_id."""
        return await self._teachers.consented(redirect, code)

    async def probe(self) -> Health:
        """Each right tried once, and what only the school's own tenant can tell."""
        return await self._probe.run()
