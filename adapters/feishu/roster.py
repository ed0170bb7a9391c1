"""Who is in a meeting, by the platform's own list (vendor page vc-v1 meeting/get).

The list keeps everybody who ever came: inside is who has status 2. The two counts beside it are the peak and the sum,
and say nothing about now. It has ids and no names.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from adapters import untrusted
from adapters.feishu import people
from adapters.feishu.client import BY_OPEN_ID, Client, Json
from adapters.feishu.errors import PLATFORM
from adapters.feishu.keys import Meeting
from adapters.feishu.names import NOTHING, Known, Names
from adapters.feishu.reserves import Reserves
from adapters.memory import Memory
from adapters.wire import segment
from app.domain.errors import Gone, Transient
from app.domain.events import Attendance, Presence
from app.domain.people import Participant, Role

RUNNING, ENDED = 2, 3  # `status` of a meeting
INSIDE = 2  # `status` of a participant
REMEMBER = 60.0  # seconds that a number is taken to mean the same meeting
BACK, AHEAD = 86_400, 3_600  # seconds around now in which a running meeting by this number is looked for


class Lists:
    """Reads attendance for one connection."""

    def __init__(self, client: Client, reserves: Reserves, names: Names, now: Callable[[], float]) -> None:
        self._client = client
        self._reserves = reserves
        self._names = names
        self._now = now
        self._ids: Memory[str] = Memory(now, REMEMBER)

    async def attendance(self, meeting: Meeting) -> Attendance:
        """Who is inside now. Raises AdapterError; Gone for a meeting that there is not."""
        found = await self.read(await self.id_of(meeting))
        status = people.number(found.get("status"))
        inside = _presences(untrusted.rows(found.get("participants")), self._teachers(meeting, found))
        live = status == RUNNING or (status not in (RUNNING, ENDED) and bool(inside))
        if not live:
            self._ids.forget(meeting.number)
            return Attendance(inside=(), live=False)
        known = await self._names.of(p.account for p in inside)
        return Attendance(inside=tuple(_named(p, known.get(p.account, NOTHING)) for p in inside))

    async def inside(self, meeting_id: str) -> tuple[Participant, ...]:
        """The same without names and owners: for a measure that is about all of them."""
        found = await self.read(meeting_id)
        return _presences(untrusted.rows(found.get("participants")), ())

    async def read(self, meeting_id: str) -> Json:
        """A meeting with everybody who ever came. Raises AdapterError."""
        path = f"/open-apis/vc/v1/meetings/{segment(meeting_id)}"
        answer = await self._client.get(path, (("with_participants", "true"), BY_OPEN_ID))
        found = untrusted.members(answer.get("meeting"))
        if not found:  # an answer that says nothing must not end a lesson
            raise Transient(PLATFORM, "the platform answers a question with nothing", code="empty")
        return found

    async def id_of(self, meeting: Meeting) -> str:
        """The id that every call wants; looked up where only the number is known. Raises AdapterError."""
        if meeting.id:
            return meeting.id
        known = self._ids.get(meeting.number) or await self._running(meeting.number)
        if not known:
            raise Gone(PLATFORM, "no meeting runs under this number", code="no_meeting")
        self._ids.put(meeting.number, known)
        return known

    async def number_of(self, meeting_id: str) -> str:
        """The number of a meeting of which only the id is known. Raises AdapterError."""
        path = f"/open-apis/vc/v1/meetings/{segment(meeting_id)}"
        found = untrusted.members((await self._client.get(path, (BY_OPEN_ID,))).get("meeting"))
        number = people.identifier(found.get("meeting_no"))
        if not number:
            raise Gone(PLATFORM, "the platform tells no number for this meeting", code="no_meeting")
        return number

    async def _running(self, number: str) -> str:
        """By the reservation if it is ours, else among the meetings of this number around now."""
        reserve = self._reserves.get(number)
        if reserve is not None:
            path = f"/open-apis/vc/v1/reserves/{segment(reserve.id)}/get_active_meeting"
            answer = await self._client.get(path, (BY_OPEN_ID,))
            return people.identifier(untrusted.members(answer.get("meeting")).get("id"))
        now = int(self._now())
        query = (("meeting_no", number), ("start_time", now - BACK), ("end_time", now + AHEAD))
        answer = await self._client.get("/open-apis/vc/v1/meetings/list_by_no", query)
        briefs = untrusted.rows(answer.get("meeting_briefs"))
        running = [people.identifier(b.get("id")) for b in briefs if people.number(b.get("status")) == RUNNING]
        return running[-1] if running else ""

    def _teachers(self, meeting: Meeting, found: Json) -> tuple[str, ...]:
        """Who leads whatever the list says: a pupil who took the host's role does not make the teacher a target."""
        reserve = self._reserves.get(meeting.number or people.identifier(found.get("meeting_no")))
        host = people.account(untrusted.members(found.get("host_user")).get("id"))
        return (*(reserve.hosts if reserve else ()), host)


def _named(person: Participant, known: Known) -> Presence:
    return Presence(participant=replace(person, name=known.name, accounts=known.accounts))


def _presences(rows: Iterable[Json], teachers: tuple[str, ...]) -> tuple[Participant, ...]:
    """Those inside, each account once however many devices it has."""
    found: dict[str, Participant] = {}
    for row in rows:
        if people.number(row.get("status")) != INSIDE:
            continue
        kind, since = people.number(row.get("user_type")), people.number(row.get("first_join_time")) or 0
        who = people.account(row.get("id"))
        identity = who or people.nobody(kind, since)
        while not who and identity in found:
            identity += "+"
        found[identity] = Participant(
            id=identity,
            account=who,
            role=_role(row, who in teachers),
            address="" if kind is None else str(kind),
        )
    return tuple(found.values())


def _role(row: Json, teacher: bool) -> Role:
    if row.get("is_host") is True or teacher:
        return Role.HOST
    return Role.COHOST if row.get("is_cohost") is True else Role.ATTENDEE
