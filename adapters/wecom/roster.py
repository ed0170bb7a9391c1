"""Who is in the meeting and who waits, by the platform's own lists (pages 98157, 98163, 98149).

Neither list tells a name. The vendor publishes no latency for them, and an empty waiting list may also mean that the
waiting room is off: so they are never called exact, and one reading alone closes no presence.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from adapters import untrusted
from adapters.memory import Memory
from adapters.wecom import people
from adapters.wecom.client import Client, Json
from adapters.wecom.errors import PLATFORM
from adapters.wecom.people import Reach
from adapters.wecom.tags import ONE_RUN, Tags
from app.domain.errors import AdapterError, Gone, Refused, Transient
from app.domain.events import Attendance, Presence, Switches
from app.domain.people import Participant, Role

PAGE = 50  # rows, the most the platform gives; must stay the same from page to page
MOST_PAGES = 40  # 2 000 people; a longer list is not believed
REMEMBER = 600.0  # seconds that what is planned for a meeting is taken for granted
RUNNING = 2  # `status`
OVER = (3, 4, 5)  # ended, cancelled, expired
SINGLE = 0  # `meeting_type`

INSIDE_LIST = "/cgi-bin/meeting/get_realtime_attendee_list"
WAITING_LIST = "/cgi-bin/meeting/waitingroom/get_current_user_list"

Row = Mapping[str, Any]


class Lists:
    """Reads attendance for one connection."""

    def __init__(self, client: Client, now: Callable[[], float]) -> None:
        self._client = client
        self._tags = Tags(client, now)
        self._plans: Memory[Json] = Memory(now, REMEMBER)
        self._no_waiting_list: Memory[bool] = Memory(now, REMEMBER)
        self._waiting_room_off: Memory[bool] = Memory(now, ONE_RUN)
        self._waiting_room_used: Memory[bool] = Memory(now, ONE_RUN)

    async def attendance(self, meeting: str, occurrence: str) -> Attendance:
        """All pages of both lists. Raises AdapterError; `waiting` is None where the list is refused or says nothing."""
        occurrence = occurrence or await self.current_occurrence(meeting)
        rows = await self.inside_rows(meeting, occurrence)
        status = RUNNING if rows else await self._status(meeting)
        live = status not in OVER
        waiting_rows = await self._waiting_rows(meeting) if live else None
        if not waiting_rows and (status != RUNNING or self._waiting_room_off.get(meeting)):
            waiting_rows = None  # the list is empty then, whoever waits
        for row in waiting_rows or ():
            link = people.user_data(row.get("customer_data"))
            self._tags.learn(meeting, people.text(row.get("tmp_openid")), link)
        moved = _pairs(waiting_rows or ())
        rows = [row for row in rows if _pairs((row,)).isdisjoint(moved)]  # listed in between: the later list counts
        guests = {people.text(row.get("tmp_openid")) for row in rows if not people.account(row.get("userid"))} - {""}
        await self._tags.look_up(meeting, occurrence, sorted(guests))
        inside = self._presences(meeting, rows)
        waiting = None if waiting_rows is None else self._waiters(meeting, waiting_rows, inside)
        switches = await self._switches(meeting, waiting)
        return Attendance(inside=inside, waiting=waiting, switches=switches, live=live, exact=False)

    async def _switches(self, meeting: str, waiting: tuple[Participant, ...] | None) -> Switches | None:
        """Whether the waiting room was on without us: then calm does not turn it on, and restore does not turn it off.

        Somebody who waits proves it, and else the plan says so. That it is off is never told: neither an empty list
        nor the plan, which need not follow the running meeting, would prove that.
        """
        if self._waiting_room_off.get(meeting) is not None:
            return None  # we turned it ourselves since, and the core knows
        if waiting:
            self._waiting_room_used.put(meeting, True)
        if self._waiting_room_used.get(meeting):
            return Switches(waiting_room=True)
        try:
            planned = untrusted.members((await self._known_plan(meeting)).get("settings"))
        except AdapterError:
            return None
        return Switches(waiting_room=True) if planned.get("enable_waiting_room") is True else None

    def waiting_room_set(self, meeting: str, on: bool) -> None:
        """We switched it: while it is off, its list is empty and tells nothing."""
        self._waiting_room_off.put(meeting, not on)

    async def inside_rows(self, meeting: str, occurrence: str) -> list[Row]:
        """Everybody inside, a row for each device; of a recurring meeting one occurrence has to be named."""
        return await self._whole(INSIDE_LIST, "attendees", {"meetingid": meeting, "sub_meetingid": occurrence})

    async def waiting_rows(self, meeting: str) -> list[Row]:
        """Everybody who waits; empty also where the waiting room is off or the meeting does not run."""
        return await self._whole(WAITING_LIST, "user_list", {"meetingid": meeting})

    async def plan(self, meeting: str) -> Json:
        """The meeting as planned (page 98149). Raises AdapterError."""
        info = await self._client.post("/cgi-bin/meeting/get_info", {"meetingid": meeting})
        self._plans.put(meeting, info)
        return info

    async def current_occurrence(self, meeting: str) -> str:
        """The running occurrence of a recurring meeting; "" for a single one, or where the question is refused."""
        return people.text((await self._known_plan(meeting)).get("current_sub_meetingid"))

    async def single(self, meeting: str) -> bool:
        """Whether the meeting is known to have no further dates; not asked for at the price of an error."""
        try:
            plan = await self._known_plan(meeting)
        except AdapterError:
            return False
        return bool(plan) and plan.get("meeting_type", 0) == SINGLE and not plan.get("sub_meetings")

    async def _known_plan(self, meeting: str) -> Json:
        known = self._plans.get(meeting)
        if known is None:
            try:
                known = await self.plan(meeting)
            except (Refused, Gone):  # the lists say themselves whether there is such a meeting
                known = {}
                self._plans.put(meeting, known)
        return known

    async def _status(self, meeting: str) -> object:
        """What an empty list means: the plan tells whether a meeting is to come, runs or is over; None = untold."""
        try:
            return (await self.plan(meeting)).get("status")
        except (Refused, Gone):
            return None

    async def _whole(self, path: str, name: str, members: Mapping[str, object]) -> list[Row]:
        rows: list[Row] = []
        cursor, seen = "", {""}
        for _ in range(MOST_PAGES):
            answer = await self._client.post(path, {**members, "cursor": cursor, "limit": PAGE})
            rows += _rows(answer, name)
            cursor = people.text(answer.get("next_cursor"))
            if answer.get("has_more") is not True or cursor in seen:
                break
            seen.add(cursor)
        return rows

    async def _waiting_rows(self, meeting: str) -> list[Row] | None:
        if self._no_waiting_list.get(meeting):
            return None
        try:
            return await self.waiting_rows(meeting)
        except Refused:
            self._no_waiting_list.put(meeting, True)
            return None

    # --- from rows to people --------------------------------------------------------------------------------------

    def _presences(self, meeting: str, rows: Iterable[Row]) -> tuple[Presence, ...]:
        """One presence per person; whatever any of his devices sends, he sends."""
        found: dict[str, Presence] = {}
        for who, mine in _by_person(rows).items():
            first = _person(who, mine, link=self._tags.of(meeting, who), waits=False)
            found[first.id] = Presence(
                participant=first,
                audio=_any(mine, "audio_state"),
                video=_any(mine, "video_state"),
                share=_any(mine, "screen_shared_state"),
            )
        return tuple(found.values())

    def _waiters(self, meeting: str, rows: Iterable[Row], inside: tuple[Presence, ...]) -> tuple[Participant, ...]:
        """Those who wait. Who is inside on another device too waits under an id of its own, or one would hide "
        "the other."""
        within = {p.participant.id for p in inside}
        taken = {p.participant.link: p.participant.id for p in inside if p.participant.link}
        found = []
        for who, mine in _by_person(rows).items():
            link = self._tags.of(meeting, who)
            if link and taken.setdefault(link, who) != who:
                link = ""  # a link that was passed on: it lets one person in, and nobody else as long as he is here
            waiter = _person(who, mine, link=link, waits=True)
            found.append(replace(waiter, id=waiter.id + people.TWIN) if waiter.id in within else waiter)
        return tuple(found)


def _rows(answer: Json, name: str) -> list[Row]:
    rows = answer.get(name)
    if rows is not None and not isinstance(rows, list):
        raise Transient(PLATFORM, "the list of people is no list", code="shape")
    return [row for row in rows or () if isinstance(row, dict)]


def _by_person(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """By the id of the presence, as events name it; whoever has no tmp_openid is there by his account."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if person := people.presence(tmp_openid=row.get("tmp_openid"), userid=row.get("userid")):
            found.setdefault(person.id, []).append(row)
    return found


def _pairs(rows: Iterable[Row]) -> set[tuple[str, int | None]]:
    return {(people.text(row.get("tmp_openid")), people.device(row.get("instance_id"))) for row in rows}


def _devices(rows: Iterable[Row]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(code for row in rows if (code := people.device(row.get("instance_id"))) is not None))


def _person(who: str, rows: list[Row], *, link: str, waits: bool) -> Participant:
    account = next((known for row in rows if (known := people.account(row.get("userid")))), "")
    roles = [found for row in rows if (found := people.role(row.get("role"))) is not None]
    return Participant(
        id=who,
        account=account,
        link=link,
        role=min(roles, key=_RANK.index, default=Role.ATTENDEE),
        address=Reach(tmp_openid=who, devices=_devices(rows), waits=waits).address,
    )


_RANK = (Role.HOST, Role.COHOST, Role.ATTENDEE)


def _any(rows: Iterable[Row], name: str) -> bool | None:
    told = [row[name] for row in rows if isinstance(row.get(name), bool)]
    return any(told) if told else None


def reach_of(rows: Iterable[Row], tmp_openid: str, *, waits: bool) -> Reach:
    """Where somebody is just now, by rows of one list; without devices when he is not on it."""
    mine = [row for row in rows if people.text(row.get("tmp_openid")) == tmp_openid]
    return Reach(tmp_openid=tmp_openid, devices=_devices(mine), waits=waits)
