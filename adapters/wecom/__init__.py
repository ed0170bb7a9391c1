"""WeCom (企业微信) meetings, through a self-built app of the school's corp that creates the classes itself."""

import time
from collections.abc import Callable
from typing import ClassVar

from adapters.base import Adapter, Delivery, Group, Proof, Received, Reply
from adapters.budget import Budget
from adapters.health import Health
from adapters.http import Http
from adapters.notes import Notes
from adapters.preparation import Preparation, Prepared
from adapters.wecom import address_book, capabilities, people, probe, webhook
from adapters.wecom.client import Client
from adapters.wecom.control import PERSONAL, ROOM, Controls, reachable
from adapters.wecom.errors import PLATFORM
from adapters.wecom.messages import Messages
from adapters.wecom.own import Own
from adapters.wecom.prepare import Preparing
from adapters.wecom.roster import Lists
from adapters.wecom.settings import WeComSettings
from app.domain.actions import Action, ActionKind, Capabilities, Outcome, Support, Words
from app.domain.errors import Refused
from app.domain.events import EVENTS, Attendance
from app.domain.people import Participant, RosterEntry

__all__ = ["WeComAdapter", "WeComSettings"]

CONTROLLED = frozenset({*PERSONAL, *ROOM, ActionKind.END})
POLL = 3.0  # seconds; a waiting pupil is known by the list only, and 200 classes at this pace are within the limits


class WeComAdapter(Adapter[WeComSettings]):
    """One self-built app on WeCom. A lesson key is `meetingid` or `meetingid:sub_meetingid`."""

    platform: ClassVar[str] = PLATFORM
    title: ClassVar[Words] = Words(zh="企业微信会议", vi="WeCom (企业微信)", en="WeCom")
    proof: ClassVar[Proof] = Proof.ORACLE
    capabilities: ClassVar[Capabilities] = capabilities.CAPABILITIES
    settings_type: ClassVar[type[WeComSettings]] = WeComSettings
    # Page 90454, for each endpoint and corp; counted together here, which leaves room for other apps.
    budgets: ClassVar[tuple[Budget, ...]] = (
        Budget(name="minute", calls=10_000, seconds=60.0, reserve=1_000),
        Budget(name="hour", calls=150_000, seconds=3600.0, reserve=5_000),
    )
    tells: ClassVar[frozenset[str]] = frozenset(
        {
            "lesson.started", "lesson.ended", "participant.waiting", "participant.joined", "participant.left",
            "participant.role_changed", "share.started", "share.stopped", "settings.changed", "unknown",
        }
    ) & EVENTS.keys()  # fmt: skip
    together: ClassVar[frozenset[ActionKind]] = frozenset(ROOM)
    poll_seconds: ClassVar[float] = 6.0
    accepted: ClassVar[Reply] = webhook.ACCEPTED

    def __init__(
        self, settings: WeComSettings, http: Http, notes: Notes | None = None, *, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(settings, http, notes)
        self._now = now
        self._client = Client(settings, http, now)
        self._lists = Lists(self._client, now)
        self._controls = Controls(self._client, self._lists, self.notes, now)
        self._messages = Messages(settings, self._client)
        self._own = Own(self.notes)
        self._preparing = Preparing(settings, self._client, self._lists, self._own, now)

    @property
    def account(self) -> str:
        """The corp and its app: the platform counts for each pair of corp and endpoint."""
        return f"{self.settings.corpid}:{self.settings.agentid}"

    def supports(self, kind: ActionKind, target: Participant | None = None, lesson_key: str = "") -> Support:
        """The table, less what was refused for this meeting, and more where a robot or staff to be alerted is set."""
        if kind is ActionKind.ALERT and self._messages.channel:
            return capabilities.ALERTED_OUTSIDE
        if kind is ActionKind.ANNOUNCE and self._messages.robot:
            return capabilities.TOLD_TO_A_GROUP
        if kind in CONTROLLED:
            if code := self._controls.refused(lesson_key.partition(":")[0], kind):
                return capabilities.by_hand(kind, capabilities.NOT_OURS.format(code=code))
            if code := self.notes.get(probe.NO_CONTROLS):
                return capabilities.by_hand(kind, capabilities.NO_CONTROLS.format(code=code))
            if kind in PERSONAL and not reachable(target):
                return capabilities.by_hand(kind, capabilities.UNREACHABLE)
        return self.capabilities[kind]

    def every(self, *, hot: bool) -> float | None:
        """Short at all times: only the list tells by whose personal link somebody waits."""
        return POLL

    def verify(self, delivery: Delivery) -> None:
        """SHA-1 over Token, timestamp, nonce and the sealed text, at most 15 minutes old, meant for this corp."""
        webhook.verify(self.settings, delivery)

    def handshake(self, delivery: Delivery) -> Reply | None:
        """The answer to the check of the address when it is saved in the console."""
        return webhook.handshake(self.settings, delivery)

    def parse(self, delivery: Delivery) -> tuple[Received, ...]:
        """The fact of one callback; the teacher for whom we created the meeting is known as its host."""
        return webhook.parse(self.settings, delivery, self._own.host)

    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        """Ask for one action. The best outcome is `requested`: an accepted call may have had no effect."""
        if action.kind is ActionKind.ALERT and self._messages.channel:
            return await self._messages.alert(action.text)
        if action.kind is ActionKind.ANNOUNCE and self._messages.robot:
            return await self._messages.announce(action.text)
        meeting, occurrence = _split(lesson_key)
        return await self._controls.perform(meeting, occurrence, action)

    async def participants(self, lesson_key: str) -> Attendance:
        """All pages of those inside and of those waiting, without names."""
        meeting, occurrence = _split(lesson_key)
        attendance = await self._lists.attendance(meeting, occurrence)
        if self.notes.get(probe.NO_CONTROLS):  # the advanced calls work after all
            await self.notes.forget(probe.NO_CONTROLS)
        return attendance

    async def probe(self) -> Health:
        """Every scope and licence that a question can tell, and what only the school's own tenant can."""
        return await probe.probe(self.settings, self._client, self.notes, self._now)

    async def prepare(self, preparation: Preparation) -> Prepared:
        """Create a meeting, or harden one that this app created; first that there is one, then everything else."""
        return await self._preparing.prepare(preparation)

    async def groups(self) -> tuple[Group, ...]:
        """The classes of the school's home-school contacts, and the departments of the corp."""
        return await address_book.groups(self._client)

    async def roster(self, group: str) -> tuple[RosterEntry, ...]:
        """The pupils and teachers of a class, or the members of a department; no phone numbers."""
        return await address_book.roster(self._client, group)

    async def close(self) -> None:
        """Give up what has not left yet."""
        await self._controls.switchboard.close()


def _split(lesson_key: str) -> tuple[str, str]:
    """Raises Refused for what cannot be a meeting id."""
    meeting, _, occurrence = lesson_key.partition(":")
    if not people.is_meeting_id(meeting) or (occurrence and not people.is_meeting_id(occurrence)):
        raise Refused(PLATFORM, "the lesson key has no meeting id", code="lesson_key")
    return meeting, occurrence
