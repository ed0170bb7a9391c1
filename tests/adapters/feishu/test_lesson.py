"""Whole lessons: the service on one side, a tenant on the other, the long connection and the calls between them."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.feishu import FeishuAdapter
from app.domain.people import Roster, RosterEntry, Trust
from tests.adapters.day import SchoolDay, Timetable, guard_a_day
from tests.adapters.feishu.cloud import CHAT, Chat, Cloud, row
from tests.adapters.feishu.sample import APP, MEETING, NUMBER, PUPIL, SECRET, TEACHER, meeting, user
from tests.adapters.feishu.test_stream import event
from tests.app.guarded import Guarded

RAIDERS = tuple(f"ou_raider{i}" for i in range(8))
ROSTER = Roster(
    (
        RosterEntry(id="t1", name="王老师", accounts=(TEACHER,), staff=True),
        RosterEntry(id="r1", name="学生", accounts=(PUPIL,)),
    )
)


@dataclass
class Tenant(Cloud):
    """The cloud with its side of the stream: whatever happens in the meeting is told over it."""

    line: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    told: int = 0

    def tell(self, kind: str, at: float | None = None, **body: Any) -> None:
        self.told += 1
        stamp = str(int((time.time() if at is None else at) * 1000))
        header = {"event_id": f"e{self.told}", "event_type": kind, "create_time": stamp, "token": "", "app_id": APP}
        document = {"schema": "2.0", "header": header, "event": body or {"meeting": meeting()}}
        self.line.put_nowait(event(json.dumps(document).encode(), message=f"m{self.told}"))

    def start(self) -> None:
        self.status, self.inside = 2, []
        self.tell("vc.meeting.meeting_started_v1")
        self.comes(TEACHER, role=2)

    def comes(self, who: str, role: int = 1) -> None:
        self.inside = [r for r in self.inside if r["id"] != who]
        self.inside.append(row(who, is_host=role == 2))
        self.tell("vc.meeting.join_meeting_v1", meeting=meeting(), operator=user(who, role))

    def writes(self, who: str, text: str, message: str) -> None:
        stamp = str(int(time.time() * 1000))
        self.chats[CHAT].messages.add(message)
        told = {
            "message_id": message, "chat_id": CHAT, "chat_type": "group", "message_type": "text", "create_time": stamp,
            "content": json.dumps({"text": text}),
        }  # fmt: skip
        self.tell("im.message.receive_v1", sender={"sender_id": {"open_id": who}, "sender_type": "user"}, message=told)

    def _kicked(self, who: Any) -> bool:
        done = super()._kicked(who)
        if done and not self.lies:
            left: dict[str, Any] = {"leave_user": user(who["id"]), "operator": user(TEACHER, 2)}
            self.tell("vc.meeting.leave_meeting_v1", meeting=meeting(), **left | {"leave_reason": 3})
            if not here(self):
                self.status = 3
                self.tell("vc.meeting.meeting_ended_v1")
        return done

    async def stream(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        while True:
            await socket.send_bytes(await self.line.get())


class Quick(FeishuAdapter):
    """The real adapter; things are proven in less time."""

    settles_seconds = 1.0


Day = SchoolDay[Tenant]


def on_a_day(
    tmp_path: Path,
    story: Callable[[Day, Tenant], Awaitable[None]],
    *,
    key: str = NUMBER,
    listed: Roster = ROSTER,
    preset: str = "seminar",
    **more: Any,
) -> Guarded:
    tenant = Tenant(status=1, inside=[], **more)
    tenant.socket = tenant.stream
    timetable = Timetable(
        platform="feishu",
        settings={"app_id": APP, "app_secret": SECRET},
        meeting=key,
        listed=listed,
        document={"preset": preset},
        adapter=Quick,
    )
    return guard_a_day(tmp_path, tenant, timetable, lambda day: story(day, tenant))


def here(tenant: Tenant) -> set[str]:
    return {r["id"] for r in tenant.inside if r["status"] == 2}


def test_a_pupil_stays_and_a_stranger_is_put_out(tmp_path: Path) -> None:
    async def story(day: Day, tenant: Tenant) -> None:
        tenant.start()
        tenant.comes(PUPIL)
        tenant.comes(RAIDERS[0])
        await day.settled({f"kick {RAIDERS[0]}": "confirmed"})
        assert here(tenant) == {TEACHER, PUPIL}
        assert set((await day.state()).inside) == {TEACHER, PUPIL}

    school = on_a_day(tmp_path, story)
    (lesson,) = school.rows("lessons")
    assert lesson.key == f"{NUMBER}:{MEETING}"
    assert school.chain_holds() > 5


@pytest.mark.parametrize("known", ["user_id", "union_id"])
def test_a_class_that_is_listed_by_the_ids_of_its_tenant_stays(tmp_path: Path, known: str) -> None:
    teacher, pupil = (user(who)["id"][known] for who in (TEACHER, PUPIL))
    entries = (
        RosterEntry(id="t1", name="王老师", accounts=(teacher,), staff=True),
        RosterEntry(id="r1", name="学生", accounts=(pupil,)),
    )

    async def story(day: Day, tenant: Tenant) -> None:
        tenant.start()
        tenant.comes(PUPIL)
        tenant.comes(RAIDERS[0])
        await day.settled({f"kick {RAIDERS[0]}": "confirmed"})
        assert here(tenant) == {TEACHER, PUPIL}
        inside = (await day.state()).inside
        assert {p.match.trust for p in inside.values()} == {Trust.VERIFIED}

    on_a_day(tmp_path, story, listed=Roster(entries))


def test_a_raid_ends_with_the_class_alone(tmp_path: Path) -> None:
    async def story(day: Day, tenant: Tenant) -> None:
        tenant.start()
        tenant.comes(PUPIL)
        for raider in RAIDERS:
            tenant.comes(raider)
        await day.until(lambda: here(tenant) == {TEACHER, PUPIL} and len(tenant.asked) > 8)
        tenant.comes(RAIDERS[0])  # and comes back
        await day.until(lambda: here(tenant) == {TEACHER, PUPIL})

    on_a_day(tmp_path, story)


def test_a_platform_that_lies_about_a_kick_is_found_out(tmp_path: Path) -> None:
    async def story(day: Day, tenant: Tenant) -> None:
        tenant.start()
        tenant.comes(RAIDERS[0])
        await day.settled({f"kick {RAIDERS[0]}": "unconfirmed", f"alert {RAIDERS[0]}": "confirmed"})
        assert RAIDERS[0] in here(tenant)

    on_a_day(tmp_path, story, lies=True)


def test_calm_tells_the_teacher_what_to_press_and_the_end_empties_the_room(tmp_path: Path) -> None:
    async def story(day: Day, tenant: Tenant) -> None:
        tenant.start()
        tenant.comes(PUPIL)
        await day.until(lambda: "participant.joined" in day.school.kinds())
        await day.press("calm")
        await day.settled({"close_chat": "manual", "lock": "manual", "restrict_share": "manual"})
        await day.press("end")
        await day.settled({"end": "confirmed"})
        assert here(tenant) == set()

    on_a_day(tmp_path, story, preset="open_day")


def test_a_day_of_the_group_is_a_lesson_with_chat(tmp_path: Path) -> None:
    chat = Chat(members={TEACHER: "王老师", PUPIL: "学生"})

    async def story(day: Day, tenant: Tenant) -> None:
        tenant.writes(PUPIL, "hello", "om_10")
        await day.until(lambda: "chat.posted" in day.school.kinds())
        await day.press("close_chat")
        await day.settled({"close_chat": "confirmed"})
        assert chat.setting == "only_owner"
        await day.press("open_chat")
        await day.settled({"open_chat": "confirmed"})
        tenant.writes(PUPIL, "again", "om_10")
        state = await day.state()
        assert {p.participant.name for p in state.inside.values()} == {"王老师", "学生"}

    school = on_a_day(tmp_path, story, key=CHAT, chats={CHAT: chat}, preset="open_day")
    assert school.kinds().count("chat.posted") == 1
