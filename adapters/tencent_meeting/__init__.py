"""Tencent Meeting (腾讯会议), mainland product, through a school's self-built app (AppId, SecretId, SecretKey)."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from adapters.base import Adapter, Delivery, Proof, Received, Reply
from adapters.budget import Budget
from adapters.health import Health
from adapters.http import Http
from adapters.notes import Notes
from adapters.tencent_meeting import control, links, people, probe, webhook
from adapters.tencent_meeting.capabilities import CAPABILITIES
from adapters.tencent_meeting.client import Client
from adapters.tencent_meeting.errors import PLATFORM
from adapters.tencent_meeting.operator import Operators
from adapters.tencent_meeting.roster import Lists
from adapters.tencent_meeting.settings import TencentMeetingSettings
from adapters.tencent_meeting.signing import Signer
from app.domain.actions import Action, Capabilities, Outcome, Words
from app.domain.errors import Refused
from app.domain.events import Attendance

__all__ = ["TencentMeetingAdapter", "TencentMeetingSettings"]


class TencentMeetingAdapter(Adapter[TencentMeetingSettings]):
    """One enterprise on Tencent Meeting. A lesson key is `meeting_id` or `meeting_id:sub_meeting_id`."""

    platform: ClassVar[str] = PLATFORM
    title: ClassVar[Words] = Words(zh="腾讯会议", vi="Tencent Meeting", en="Tencent Meeting")
    proof: ClassVar[Proof] = Proof.ORACLE
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    settings_type: ClassVar[type[TencentMeetingSettings]] = TencentMeetingSettings
    # The vendor allows 300 a minute and 200 000 a day for all classes of the school together; 50 a minute are left
    # to other programs with the same credentials.
    budgets: ClassVar[tuple[Budget, ...]] = (
        Budget(calls=250, seconds=60.0, reserve=60),
        Budget(calls=200_000, seconds=86_400.0, reserve=5_000),
    )
    poll_seconds: ClassVar[float] = 30.0
    accepted: ClassVar[Reply] = webhook.ACCEPTED

    def __init__(
        self,
        settings: TencentMeetingSettings,
        http: Http,
        notes: Notes | None = None,
        *,
        now: Callable[[], float] = time.time,
        nonce: Callable[[], int] | None = None,
    ) -> None:
        super().__init__(settings, http, notes)
        self._client = Client(settings, http, Signer(settings, now=now, nonce=nonce))
        self._operators = Operators(self._client, settings.operator_userid, now)
        self._lists = Lists(self._client, settings.operator_userid, now)

    def verify(self, delivery: Delivery) -> None:
        """SHA-1 over Token, timestamp, nonce and the text as received; at most 15 minutes old."""
        webhook.verify(self.settings, delivery)

    def handshake(self, delivery: Delivery) -> Reply | None:
        """The answer to the URL check, which the console sends once and the platform later as a heartbeat."""
        return webhook.handshake(self.settings, delivery)

    def parse(self, delivery: Delivery) -> tuple[Received, ...]:
        """Every entry of the payload, oldest first."""
        return webhook.parse(self.settings, delivery)

    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        """Ask for one action. The best outcome is `requested`: an accepted call may have had no effect."""
        meeting, _ = _split(lesson_key)
        return await control.perform(self._operators, meeting, action)

    async def participants(self, lesson_key: str) -> Attendance:
        """All pages of those inside and of those waiting.

        Pages are snapshots. Those of the people inside are read again when they do not add up; where they still do
        not, or nothing tells whether they do, the attendance is not `exact` and one miss closes no presence.
        """
        meeting, occurrence = _split(lesson_key)
        attendance = await self._lists.attendance(meeting, occurrence)
        if not attendance.live:
            self._operators.forget(meeting)
        return attendance

    async def probe(self) -> Health:
        """Each read once with the operator's account, and what only the school's own tenant can tell."""
        return await probe.probe(self.settings, self._client, self._lists, self._operators)

    async def personal_links(self, lesson_key: str, tokens: Iterable[str]) -> Mapping[str, str]:
        """One join link per token (random, never a name); the token comes back as `Participant.link`."""
        meeting, _ = _split(lesson_key)
        return await links.personal_links(self._client, self.settings.operator_userid, meeting, tokens)


def _split(lesson_key: str) -> tuple[str, str]:
    """Raises Refused for what cannot be a meeting id: it would become part of a path."""
    meeting, _, occurrence = lesson_key.partition(":")
    if not people.is_meeting_id(meeting):
        raise Refused(PLATFORM, "the lesson key has no meeting id", code="lesson_key")
    return meeting, occurrence
