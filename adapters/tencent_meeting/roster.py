"""Who is in the meeting and who waits, by the platform's own lists (pages 72810 and 58522)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters import untrusted
from adapters.memory import Memory
from adapters.tencent_meeting import people
from adapters.tencent_meeting.client import Client, Json
from adapters.tencent_meeting.errors import PLATFORM
from adapters.wire import Query, segment
from app.domain.errors import Gone, Refused, Transient
from app.domain.events import Attendance, Presence
from app.domain.people import Participant, Role

PAGE = 50  # rows, the most the platform gives
MOST_PAGES = 40  # 2 000 people; a larger number in an answer is not believed
RUNNING = "MEETING_STATE_STARTED"  # every other state means that nobody is inside
REMEMBER = 600.0  # seconds that an occurrence, or a refusal of the waiting list, is taken for granted

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The pages of one look at those inside. `exact` False = nobody can say whether somebody slipped between two."""

    first: Json
    rows: list[Row]
    pages: int
    adds_up: bool
    exact: bool


class Lists:
    """Reads attendance for one connection, as the operator of its settings."""

    def __init__(self, client: Client, operator_userid: str, now: Callable[[], float]) -> None:
        self._client = client
        self._userid = operator_userid
        self._occurrences: Memory[str] = Memory(now, REMEMBER)
        self._no_waiting_list: Memory[bool] = Memory(now, REMEMBER)

    async def attendance(self, meeting: str, occurrence: str) -> Attendance:
        """All pages of both lists. Raises AdapterError; `waiting` is None where the list is refused or says nothing."""
        occurrence = occurrence or await self._current_occurrence(meeting)
        try:
            reading = await self._whole(meeting, occurrence)
        except (Refused, Gone):
            self._occurrences.forget(meeting)  # perhaps the remembered occurrence is over
            raise
        inside, status = _presences(reading.rows), reading.first.get("status")
        live = status == RUNNING if status else bool(inside)
        if not live:
            self._occurrences.forget(meeting)
        waiting = await self._waiting(meeting) if live else None
        return Attendance(inside=inside, waiting=waiting, live=live, exact=reading.exact)

    async def inside_page(self, meeting: str, occurrence: str, page: int) -> Json:
        """One page of the list of those inside; it takes a userid as operator, never an ms_open_id."""
        query: list[tuple[str, str | int]] = [
            ("operator_id", self._userid), ("operator_id_type", 1), ("page", page), ("page_size", PAGE),
        ]  # fmt: skip
        if occurrence:
            query.append(("sub_meeting_id", occurrence))
        return await self._client.get(f"/v1/meetings/{segment(meeting)}/real-time-participants", query)

    async def current_page(self, meeting: str) -> Json:
        """The first page of the running occurrence."""
        return await self.inside_page(meeting, await self._current_occurrence(meeting), 1)

    async def waiting_page(self, meeting: str, page: int) -> Json:
        """One page of those waiting; the platform wants the creator's userid and gives 10 rows unless told."""
        query: Query = (("userid", self._userid), ("page", page), ("page_size", PAGE))
        return await self._client.get(f"/v1/meetings/{segment(meeting)}/waiting-room-participants", query)

    async def meeting_info(self, meeting: str) -> Json:
        """The meeting as planned; the member `current_sub_meeting_id` names the occurrence of a recurring one."""
        query: Query = (("operator_id", self._userid), ("operator_id_type", 1), ("instanceid", 1))
        answer = await self._client.get(f"/v1/meetings/{segment(meeting)}", query)
        found = answer.get("meeting_info_list")
        info = dict(untrusted.members(found[0])) if isinstance(found, list) and found else {}
        self._occurrences.put(meeting, people.text(info.get("current_sub_meeting_id")))
        return info

    async def _current_occurrence(self, meeting: str) -> str:
        """The running occurrence of a recurring meeting; "" for a single one, or where the question is refused."""
        if self._occurrences.get(meeting) is None:
            try:
                await self.meeting_info(meeting)
            except Refused:
                self._occurrences.put(meeting, "")
        return self._occurrences.get(meeting) or ""

    async def _whole(self, meeting: str, occurrence: str) -> Reading:
        """All rows of one reading. Somebody may slip between two pages, so a reading that does not add up is repeated,
        and if the second does not either, both count: to list a leaver once more is better than to lose a presence."""
        reading = await self._reading(meeting, occurrence)
        if reading.adds_up:
            return reading
        again = await self._reading(meeting, occurrence)
        return again if again.adds_up else replace(again, rows=[*again.rows, *reading.rows], exact=again.pages == 1)

    async def _reading(self, meeting: str, occurrence: str) -> Reading:
        first = await self.inside_page(meeting, occurrence, 1)
        rows, totals, pages = _rows(first), {_number(first, "total_count")}, _pages(first)
        for page in range(2, pages + 1):
            answer = await self.inside_page(meeting, occurrence, page)
            totals.add(_number(answer, "total_count"))
            rows += _rows(answer)
        adds_up = totals in ({None}, {len(rows)})
        return Reading(first=first, rows=rows, pages=pages, adds_up=adds_up, exact=pages == 1 or totals != {None})

    async def _waiting(self, meeting: str) -> tuple[Participant, ...] | None:
        if self._no_waiting_list.get(meeting):
            return None
        try:
            first = await self.waiting_page(meeting, 1)
            rows = _rows(first)
            for page in range(2, _pages(first) + 1):
                rows += _rows(await self.waiting_page(meeting, page))
        except Refused:
            self._no_waiting_list.put(meeting, True)
            return None
        found = (_person(row) for row in rows)
        return tuple({p.id: p for p in found if p}.values())


def _rows(answer: Json) -> list[Row]:
    rows = answer.get("participants")
    if rows is not None and not isinstance(rows, list):
        raise Transient(PLATFORM, "the list of participants is no list", code="shape")
    return [row for row in rows or () if isinstance(row, dict)]


def _pages(answer: Json) -> int:
    return min(_number(answer, "total_page") or 1, MOST_PAGES)


def _number(answer: Json, name: str) -> int | None:
    value = answer.get(name)
    return value if isinstance(value, int) else None


def _person(row: Row) -> Participant | None:
    return people.presence(
        row,
        code=row.get("instanceid"),
        name=people.from_base64(row.get("user_name")),
        role=people.role(row.get("user_role")) or Role.ATTENDEE,
        link=row.get("customer_data"),
    )


def _presences(rows: list[Row]) -> tuple[Presence, ...]:
    """One presence per person and device; the first row wins, and what any row shows as on is on."""
    found: dict[str, Presence] = {}
    for row in rows:
        if not (who := _person(row)):
            continue
        old = found.get(who.id)
        found[who.id] = Presence(
            participant=old.participant if old else who,
            audio=_either(old.audio if old else None, row.get("audio_state")),
            video=_either(old.video if old else None, row.get("video_state")),
            share=_either(old.share if old else None, row.get("screen_shared_state")),
        )
    return tuple(found.values())


def _either(known: bool | None, told: object) -> bool | None:
    return known or told if isinstance(told, bool) else known
