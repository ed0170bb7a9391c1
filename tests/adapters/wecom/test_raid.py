"""A raid on a class on WeCom, from sealed callback to settled intent, with the whole core in between."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from adapters.base import Reply
from app.domain.people import Roster, RosterEntry
from tests.adapters.day import SchoolDay, Timetable, guard_a_day
from tests.adapters.wecom.cloud import AGENT, ROBOT_KEY, SILENT, Cloud, row, waiter
from tests.adapters.wecom.sample import CORPID, KEY, MEETING, SECRET, TOKEN, deliver, notice
from tests.app.duty import QUICK
from tests.app.guarded import CONNECTION

Day = SchoolDay[Cloud]
PACE = replace(QUICK, silent=0.5, limit=2.0)
LINK = "eyJ2ZXIiOiIxLjAiLCJ1c2VyRGF0YSI6Ims3ZjNxMm05In0="
ROSTER = Roster(
    (
        RosterEntry(id="r1", name="小明", accounts=("student:s1", "k7f3q2m9")),
        RosterEntry(id="r2", name="小红", accounts=("stu001",)),
        RosterEntry(id="r9", name="王老师", accounts=("teacher01",), staff=True),
    )
)


def on_a_school_day(tmp_path: Path, story: Callable[[Day], Awaitable[None]]) -> None:
    """The class runs with its teacher in it, and the service hears every callback."""

    async def in_class(day: Day) -> None:
        hooks: set[asyncio.Task[Reply]] = set()

        def heard(content: bytes) -> None:
            task = asyncio.create_task(day.pipeline.receive(CONNECTION, deliver(_now(content), time.time(), TOKEN)))
            hooks.add(task)
            task.add_done_callback(hooks.discard)

        day.cloud.tell = heard
        heard(notice("meeting_start", openid="t1", userid="teacher01"))
        day.cloud.comes(row("t1", 1, "teacher01", role=2, **SILENT))
        try:
            await story(day)
        finally:
            await asyncio.gather(*hooks)

    settings = {
        "corpid": CORPID, "corpsecret": SECRET, "agentid": AGENT, "token": TOKEN, "encoding_aes_key": KEY,
        "robot_key": ROBOT_KEY,
    }  # fmt: skip
    timetable = Timetable(
        platform="wecom", settings=settings, meeting=MEETING, listed=ROSTER, document={"preset": "seminar"}, pace=PACE
    )
    guard_a_day(tmp_path, Cloud(clock=time.time), timetable, in_class)


def _now(content: bytes) -> bytes:
    return content.replace(b"<CreateTime>1795132800<", f"<CreateTime>{int(time.time())}<".encode())


def test_pupils_come_in_by_link_and_by_account_and_strangers_wait(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        day.cloud.comes(waiter("p1", 4, tag=LINK))
        day.cloud.comes(waiter("p2", 3, "stu001"))
        day.cloud.comes(waiter("x1", 3))
        day.cloud.comes(row("x2", 3))  # slipped in before the waiting room was on
        await day.until(lambda: {r["tmp_openid"] for r in day.cloud.inside} == {"t1", "p1", "p2"})
        assert [r["tmp_openid"] for r in day.cloud.waiting] == ["x1", "x2"]
        proven = {"admit p1": "confirmed", "admit p2": "confirmed", "hold x2": "confirmed"}
        await day.until(lambda: proven.items() <= day.intents().items())

    on_a_school_day(tmp_path, story)


def test_a_room_is_calmed_in_one_request_and_every_wish_has_an_honest_end(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        day.cloud.comes(row("p2", 3, "stu001", **{**SILENT, "audio_state": True, "screen_shared_state": True}))
        day.cloud.comes(row("p2", 1, "stu001", **{**SILENT, "audio_state": True}))
        await day.until(lambda: sum(s.path.endswith("get_realtime_attendee_list") for s in day.cloud.calls) >= 2)
        before = len([s for s in day.cloud.controls if s.path.endswith("/set")])
        await day.press("calm")
        calm = {
            "mute_all": True, "allow_unmute_self": False, "allow_chat": 2, "allow_share_screen": False,
            "meeting_locked": True, "enable_waiting_room": True,
        }  # fmt: skip
        await day.until(lambda: calm.items() <= day.cloud.switches.items())
        await day.until(lambda: not any(r["audio_state"] or r["screen_shared_state"] for r in day.cloud.inside))
        assert len([s for s in day.cloud.controls if s.path.endswith("/set")]) - before == 1
        unread = dict.fromkeys(
            ("forbid_unmute", "close_chat", "restrict_share", "lock", "open_waiting_room"), "unconfirmed"
        )
        await day.until(lambda: ({**unread, "mute_all": "confirmed"}).items() <= day.intents().items())

    on_a_school_day(tmp_path, story)


def test_a_class_is_ended_and_nobody_comes_again(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        await day.until(lambda: bool(day.school.rows("lessons")))
        await day.press("end")
        await day.until(lambda: day.intents().get("end") == "confirmed")
        assert day.cloud.inside == []
        assert day.cloud.meetings[MEETING]["number_taken_back"] is True

    on_a_school_day(tmp_path, story)
