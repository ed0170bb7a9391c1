"""The meeting bot (layer C): a beta that the vendor opens tenant by tenant. It hears the chat and knows names.

Behind the setting `bot`, and used only after a probe has found it there. It comes into a meeting when the list is read
for the first time, and tells what it hears by events or, where none are pushed, by asking for them here.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress

from adapters import untrusted
from adapters.base import STREAMED, Delivery, Opened, Take
from adapters.feishu import errors, people
from adapters.feishu.client import BY_OPEN_ID, Client, Json
from adapters.feishu.keys import Meeting
from adapters.memory import Memory
from adapters.notes import Notes
from adapters.wire import Query
from app.domain.errors import AdapterError, Gone, Refused
from app.domain.people import Participant

FOUND = "bot"  # note: "yes" or "no", by the probe
MUTES = "bot_mute"  # note: "yes" where the probe found the call
JOINED = "bot:"  # note: how far the events of a meeting were read, by meeting id
AGAIN = 60.0  # seconds before another try to come in
PAGE = 100
MOST_PAGES = 10
PATH = "/open-apis/vc/v1/bots"


class Bot:
    """The app as a participant."""

    def __init__(self, client: Client, notes: Notes, *, wanted: bool, pause: float, now: Callable[[], float]) -> None:
        self._client = client
        self._notes = notes
        self._wanted = wanted
        self._pause = pause
        self._now = now
        self._tried: Memory[bool] = Memory(now, AGAIN)

    @property
    def ready(self) -> bool:
        """Whether this tenant has the bot."""
        return self._wanted and self._notes.get(FOUND) == "yes"

    @property
    def mutes(self) -> bool:
        """Whether it can mute somebody, which is not released everywhere."""
        return self.ready and self._notes.get(MUTES) == "yes"

    async def attend(self, meeting: Meeting, meeting_id: str) -> None:
        """Come into a running meeting, once. Never raises: without the bot the lesson goes on."""
        if not self.ready or not meeting.number or self._notes.get(JOINED + meeting_id) or self._tried.get(meeting_id):
            return
        self._tried.put(meeting_id, True)
        members = {"join_type": 1, "join_identify": {"meeting_no": meeting.number}}
        try:
            await self._client.send("POST", f"{PATH}/join", (), members)
        except AdapterError:
            return
        await self._notes.put(JOINED + meeting_id, json.dumps({"page_token": ""}))

    async def forget(self, meeting_id: str) -> None:
        """A meeting is over."""
        if self._notes.get(JOINED + meeting_id):
            await self._notes.forget(JOINED + meeting_id)

    async def say(self, meeting_id: str, message: str) -> None:
        """A line in the meeting's chat. Raises AdapterError."""
        members = {"meeting_id": meeting_id, "msg_type": "text", "content": people.harmless(message) or "!"}
        await self._client.send("POST", f"{PATH}/message", (), members)

    async def mute(self, meeting_id: str, target: Participant | None) -> None:
        """Mute one person, who can unmute again. Raises AdapterError."""
        if people.reach(target) is None or target is None:
            raise Refused(errors.PLATFORM, "this presence has no id that a call could name", code="no_address")
        members = {"meeting_id": meeting_id, "target_user_id": target.id}
        await self._client.send("POST", f"{PATH}/mute", (BY_OPEN_ID,), members)

    async def ended(self, meeting_id: str) -> bool:
        """Whether the bot, being host, has ended the meeting. Never raises: there is another way."""
        if not self.ready:
            return False
        try:
            await self._client.send("POST", f"{PATH}/end", (), {"meeting_id": meeting_id})
        except AdapterError:
            return False
        return True

    async def listen(self, take: Take, opened: Opened) -> None:
        """Round after round. Raises nothing but what `take` raises."""
        opened()
        while True:
            await self.hear(take)
            await asyncio.sleep(self._pause)

    async def hear(self, take: Take) -> None:
        """One round through the meetings where the bot is, from where the one before had come to.

        What matters comes by pushed events: a beta that does not answer must not make a lesson count as unseen.
        """
        for name in tuple(self._notes.under(JOINED)):
            with suppress(AdapterError):
                await self._hear(name.removeprefix(JOINED), take)

    async def _hear(self, meeting_id: str, take: Take) -> None:
        """Everything new in one meeting; how far that was is noted after it is stored."""
        for _ in range(MOST_PAGES):
            known = untrusted.members(untrusted.loads(self._notes.get(JOINED + meeting_id)))
            token, since = people.text(known.get("page_token"), 1024), people.text(known.get("since"))
            further: Query = (("page_token", token),) if token else (("start_time", since),) if since else ()
            query: Query = (("meeting_id", meeting_id), ("page_size", PAGE), *further, BY_OPEN_ID)
            try:
                page = await self._client.get(f"{PATH}/events", query)
            except Gone:
                await self.forget(meeting_id)
                return
            events = untrusted.rows(page.get("events"))
            for event in events:
                await take(_delivery(event, self._now()))
            following = people.text(page.get("page_token"), 1024)
            since = _newest(events) or since
            reached = json.dumps({"page_token": following, "since": since})
            if (following, since) != (known.get("page_token"), known.get("since")):
                await self._notes.put(JOINED + meeting_id, reached)
            if page.get("has_more") is not True or not following:
                return


def _newest(events: Sequence[Json]) -> str:
    """The time of the last event as the platform writes it; "" when it is none."""
    last = people.text(events[-1].get("event_time")) if events else ""
    return last if last.isascii() and last.isdigit() else ""


def _delivery(event: Json, now: float) -> Delivery:
    """An event that was asked for, in the form in which it would have been pushed."""
    header = {"event_id": event.get("event_id"), "event_type": "vc.bot.meeting_activity_v1"}
    items = {"meeting_activity_items": [event.get("payload")]}
    body = json.dumps({"schema": "2.0", "header": header | {"create_time": event.get("event_time")}, "event": items})
    return Delivery(method=STREAMED, path="/bots/events", query="", headers={}, body=body.encode(), received_at=now)
