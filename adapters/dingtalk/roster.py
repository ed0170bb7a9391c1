"""Who is in the conference, by the platform's own lists.

The members list (querying-video-conference-members) has one row for each stay; the query of running conferences
(batch-query-of-video-conference-information) tells microphones, cameras and the forced mute. Both cost calls of a
monthly quota, so nothing else is read unless somebody waits for it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from adapters.dingtalk import people
from adapters.dingtalk.client import Client
from adapters.dingtalk.errors import OVER, PLATFORM
from adapters.dingtalk.lessons import CONFERENCES, RUNNING, Key, Lessons
from adapters.dingtalk.wire import MAX_NAME, number, person, text
from adapters.memory import Memory
from adapters.untrusted import rows
from app.domain.errors import Gone, Transient
from app.domain.events import Attendance, Presence, Switches
from app.domain.people import Participant, Role

PAGE = 100  # rows; the vendor names no upper bound and gives 128 unless told
MOST_PAGES = 40
INSIDE = 3  # `attendStatus`: 1 not yet, 2 being rung up, 4 failed, 5 removed, 6 left
OFF, ON = 1, 2  # of a camera or microphone; 0 not known yet
MUTED, FORCED = 1, 4  # bits of `mediaStatus`; 2 = cameras off
ENDED = 1  # `status` of a conference
RECORDING = 1  # `cloudRecordStatus`; 0 none, 2 paused, 3 finished
ONE_RUN = 14_400.0  # seconds that a host is remembered
LOOK = 60.0  # seconds after a recording was asked for in which its state is read too

Row = Mapping[str, Any]


class Lists:
    """Reads attendance for one connection."""

    def __init__(self, client: Client, lessons: Lessons, now: Callable[[], float]) -> None:
        self._client = client
        self._lessons = lessons
        self._hosts: Memory[str] = Memory(now, ONE_RUN)
        self._recording: Memory[bool] = Memory(now, LOOK)

    async def attendance(self, key: Key) -> Attendance:
        """Everybody inside and what they send. Raises AdapterError; nobody can be seen waiting on this platform.

        Of a live stream nobody is ever listed: to refuse would only be asked again and again.
        """
        if key.live_stream:
            return Attendance(inside=(), exact=False)
        run = await self._lessons.run(key)
        try:
            people_inside, exact = await self.inside(run)
        except Gone:
            self._lessons.forget(key)
            raise
        info = await self._running(run)
        live, recording = await self._state(run, info, bool(people_inside))
        if not live:
            self._lessons.forget(key)
            return Attendance(inside=(), live=False)
        media = _Media(info, people_inside)
        present = tuple(media.presence(p) for p in people_inside)
        return Attendance(inside=present, switches=_switches(info, recording), exact=exact)

    async def inside(self, run: str) -> tuple[tuple[Participant, ...], bool]:
        """Whoever is inside now, once for each stay, and whether the list came in one piece."""
        told, exact = await self._members(run)
        found = {p.id: p for row in told if number(row.get("attendStatus")) == INSIDE for p in [_participant(row)]}
        for who in found.values():
            if who.role is Role.HOST and who.account:
                self._hosts.put(run, who.account)
        return tuple(found.values()), exact

    def host(self, run: str) -> str:
        """The unionId of whom the newest list showed as host, "" when none was read or none was shown."""
        return self._hosts.get(run) or ""

    def watch_recording(self, run: str) -> None:
        """Somebody waits to see whether a recording runs."""
        self._recording.put(run, True)

    async def _members(self, run: str) -> tuple[list[Row], bool]:
        """All pages; whether the last one still carries a token is not documented, so an empty page ends it too."""
        found: list[Row] = []
        token, seen = "0", set[str]()
        for page in range(1, MOST_PAGES + 1):
            query = (("nextToken", token), ("maxResults", PAGE))
            answer = await self._client.call("GET", f"{CONFERENCES}/{run}/members", query=query)
            listed = answer.get("memberModels")
            if listed is not None and not isinstance(listed, list):
                raise Transient(PLATFORM, "the list of members is no list", code="shape")
            found += rows(listed)
            total, following = number(answer.get("totalCount")), answer.get("nextToken")
            seen.add(token)
            token = str(following) if isinstance(following, str | int) else ""
            if not listed or not token or token in seen or (total is not None and len(found) >= total):
                return found, page == 1 and (total is None or len(found) >= total)
        return found, False

    async def _running(self, run: str) -> Row:
        """What the query of running conferences says of this one, nothing where it is not among them."""
        try:
            answer = await self._client.call("POST", f"{CONFERENCES}/query", {"conferenceIdList": [run]})
        except Gone as e:
            if e.code not in OVER:
                raise
            return {"status": ENDED}
        return next((row for row in rows(answer.get("infos")) if row.get("conferenceId") == run), {})

    async def _state(self, run: str, info: Row, anybody: bool) -> tuple[bool, bool | None]:
        """Whether the conference runs, and whether it is recorded (None = not asked). Asked once more when in doubt."""
        status = number(info.get("status"))
        recorded = bool(self._recording.get(run))
        certain = status == RUNNING or (status == ENDED and not anybody)
        if certain and not recorded:
            return status == RUNNING, None
        told = await self._lessons.info(run)
        known = number(told.get("status"))
        live = known != ENDED if known is not None else status == RUNNING or anybody
        state = number(told.get("cloudRecordStatus"))
        return live, state == RECORDING if recorded and state is not None else None


def _participant(row: Row) -> Participant:
    return people.presence(row, row.get("unionId"))


def _switches(info: Row, recording: bool | None) -> Switches | None:
    status = number(info.get("mediaStatus"))
    if status is None:
        return Switches(recording=recording) if recording is not None else None
    return Switches(
        muted_all=bool(status & (MUTED | FORCED)), unmute_forbidden=bool(status & FORCED), recording=recording
    )


class _Media:
    """Microphones and cameras by account; else by displayed name, where nobody shares the name.

    The page calls `userId` a userid and shows a unionId: what is no account of the list is left to the names.
    """

    def __init__(self, info: Row, present: tuple[Participant, ...]) -> None:
        self._by_account: dict[str, list[Row]] = {p.account: [] for p in present if p.account}
        self._by_name: dict[str, list[Row]] = {}
        self._bearers = Counter(p.name for p in present)
        for row in rows(info.get("userList")):
            if number(row.get("attendStatus")) in (INSIDE, None):
                named = self._by_name.setdefault(text(row.get("nick"), MAX_NAME), [])
                self._by_account.get(person(row.get("userId")), named).append(row)

    def presence(self, participant: Participant) -> Presence:
        """The presence; what any device of the account sends is on."""
        named = self._by_name.get(participant.name, [])
        alone = len(named) == 1 == self._bearers[participant.name]
        found = self._by_account.get(participant.account) or (named if alone else [])
        return Presence(participant=participant, audio=_on(found, "micStatus"), video=_on(found, "cameraStatus"))


def _on(told: list[Row], name: str) -> bool | None:
    states = {number(row.get(name)) for row in told}
    return True if ON in states else False if states & {0, OFF} else None
