"""Which conference a lesson key means.

`meeting` is a booking (scheduleConferenceId), or "user~unionId" for the conferences that a teacher starts on the spot,
or "live~liveId" for a live stream; `occurrence` is one run (conferenceId). Everything that is controlled is a run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.dingtalk.client import Client
from adapters.dingtalk.errors import PLATFORM
from adapters.dingtalk.wire import identifier, number, person
from adapters.memory import Memory
from adapters.untrusted import members, rows
from app.domain.errors import Gone, Refused

BY_TEACHER = "user~"
BY_STREAM = "live~"
RUNNING = 2  # `status` of a conference in answers; 0 not begun, 1 over
REMEMBER = 600.0  # seconds that the run of a booking is taken for granted
ONE_DAY = 86_400.0  # seconds; creator and booking of a run never change
CONFERENCES = "/v1.0/conference/videoConferences"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A lesson key in its parts; either may be empty, not both."""

    meeting: str
    run: str

    @property
    def booking(self) -> str:
        """The scheduleConferenceId, "" for what nobody booked."""
        return "" if self.meeting.startswith((BY_TEACHER, BY_STREAM)) else self.meeting

    @property
    def live_stream(self) -> bool:
        """Whether this is a live stream: nothing of it can be read or controlled."""
        return self.meeting.startswith(BY_STREAM)

    @property
    def teacher(self) -> str:
        """The unionId of whoever starts these conferences on the spot."""
        return self.meeting.removeprefix(BY_TEACHER) if self.meeting.startswith(BY_TEACHER) else ""


def split(lesson_key: str) -> Key:
    """Raises Refused for what cannot be a lesson of this platform: it would become part of a path."""
    meeting, _, run = lesson_key.partition(":")
    if meeting.startswith(BY_TEACHER):
        fits = bool(person(meeting.removeprefix(BY_TEACHER)))
    else:
        fits = not meeting or bool(identifier(meeting.removeprefix(BY_STREAM)))
    if not fits or (run and not identifier(run)) or not (meeting or run):
        raise Refused(PLATFORM, "the lesson key names no booking, teacher or conference", code="lesson_key")
    return Key(meeting=meeting, run=run)


def named(booking: object, creator: object, run: str) -> str:
    """The lesson key of a run, as whole as it is known."""
    meeting = identifier(booking) or (BY_TEACHER + person(creator) if person(creator) else "")
    return f"{meeting}:{run}" if run else meeting


class Lessons:
    """Finds runs, bookings and hosts, and remembers them."""

    def __init__(self, client: Client, now: Callable[[], float]) -> None:
        self._client = client
        self._runs: Memory[str] = Memory(now, REMEMBER)
        self._infos: Memory[tuple[str, str]] = Memory(now, ONE_DAY)  # booking and creator of a run

    async def run(self, key: Key) -> str:
        """The conferenceId that is running under this key. Raises Gone when nothing runs."""
        if key.run:
            return key.run
        known = self._runs.get(key.meeting)
        if known is None:
            known = await (self._run_of_teacher(key.teacher) if key.teacher else self._run_of_booking(key.booking))
            self._runs.put(key.meeting, known)
        return known

    def forget(self, key: Key) -> None:
        """This run is over; the booking may begin another one."""
        self._runs.forget(key.meeting)

    async def info(self, run: str) -> Mapping[str, Any]:
        """The conference as the platform describes it (page querying-video-conference-information)."""
        answer = await self._client.call("GET", f"{CONFERENCES}/{run}")
        found = members(answer.get("confInfo"))
        self._infos.put(run, (identifier(found.get("scheduleConferenceId")), person(found.get("creatorId"))))
        return found

    async def origin(self, run: str) -> tuple[str, str]:
        """Booking and creator of a run, either "" where the platform does not tell."""
        known = self._infos.get(run)
        if known is None:
            await self.info(run)
            known = self._infos.get(run) or ("", "")
        return known

    async def resolve(self, lesson_key: str) -> str:
        """The whole key of a run. Raises Gone where the platform tells neither booking nor creator."""
        key = split(lesson_key)
        if key.meeting:
            return lesson_key
        booking, creator = await self.origin(key.run)
        whole = named(booking, creator, key.run)
        if whole.startswith(":"):
            raise Gone(PLATFORM, "the platform tells neither booking nor creator of this conference", code="no_meeting")
        return whole

    async def _run_of_booking(self, booking: str) -> str:
        answer = await self._client.call("GET", f"{CONFERENCES}/scheduleConferences/{booking}")
        for row in rows(answer.get("conferenceList")):
            if number(row.get("status")) == RUNNING and (run := identifier(row.get("conferenceId"))):
                return run
        raise Gone(PLATFORM, "this booking is not running", code="not_running")

    async def _run_of_teacher(self, teacher: str) -> str:
        """The one that this person leads; where the platform does not say, the only one."""
        answer = await self._client.call("GET", "/v1.0/conference/users/lists", query=(("unionId", teacher),))
        listed = answer.get("onGoingConfIdList")
        runs = [r for r in map(identifier, listed if isinstance(listed, list) else ()) if r]
        own = members(answer.get("memberModelMap")).values()
        leads = [r for r in runs if any(members(m).get("conferenceId") == r and m.get("host") is True for m in own)]
        found = leads or (runs if len(runs) == 1 else [])
        if not found:
            raise Gone(PLATFORM, "this teacher leads no conference now", code="not_running")
        return found[0]
