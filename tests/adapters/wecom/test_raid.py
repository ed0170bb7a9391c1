"""A raid on a class on WeCom, from sealed callback to settled intent, with the whole core in between."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.http import Http
from app.clock import Clock, Pace
from app.connections import Connections
from app.domain.events import ButtonPressed
from app.domain.people import Roster, RosterEntry
from app.executor import Executor
from app.pipeline import Pipeline
from app.store import tables as t
from tests.adapters.stand_in import served
from tests.adapters.wecom.cloud import ROBOT_KEY, SILENT, Cloud, row, settings, waiter
from tests.adapters.wecom.sample import MEETING, TOKEN, deliver, notice
from tests.app.guarded import CONNECTION, SCHOOL, Guarded
from tests.builders import pressed

QUICK = Pace(step=0.02, sight=0.2, share=0.02, hot=0.2, silent=0.5, limit=2.0, answer=1.0, later=0.1)
LINK = "eyJ2ZXIiOiIxLjAiLCJ1c2VyRGF0YSI6Ims3ZjNxMm05In0="
ROSTER = Roster(
    (
        RosterEntry(id="r1", name="小明", accounts=("student:s1", "k7f3q2m9")),
        RosterEntry(id="r2", name="小红", accounts=("stu001",)),
        RosterEntry(id="r9", name="王老师", accounts=("teacher01",), staff=True),
    )
)
POLICY = {"preset": "seminar"}


@dataclass
class Class:
    """A lesson on the cloud, and the service that guards it."""

    cloud: Cloud
    school: Guarded
    pipeline: Pipeline
    presses: int = 0

    async def press(self, button: str) -> None:
        self.presses += 1
        (lesson,) = self.school.rows("lessons", latest=True)
        press = pressed(button, at=time.time(), key=f"press-{self.presses}")
        event = ButtonPressed(at=press.at, button=press.button, by="u1", key=press.key)
        await self.pipeline.press(SCHOOL, str(lesson.id), event)

    def intents(self) -> dict[str, str]:
        found: dict[str, str] = {}
        with self.school.reader.begin() as db:
            for intent in db.execute(select(t.intents).order_by(t.intents.c.number)):
                target = self.school.action(intent).target
                found[f"{intent.kind} {target.id if target else ''}".strip()] = intent.status
        return found

    async def until(self, wanted: Callable[[], bool], seconds: float = 10.0) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not wanted():
                    await self.pipeline.ready()
        except TimeoutError:
            raise AssertionError(f"still waiting: {self.intents()} inside {self.cloud.inside}") from None


@asynccontextmanager
async def lesson(school: Guarded) -> AsyncIterator[Class]:
    """The class runs with its teacher in it, and the service hears every callback."""
    cloud = Cloud(clock=time.time)
    async with served(cloud) as base_url:
        connections = Connections(school.registry, Http, school.now)
        stored = settings(base_url, robot_key=ROBOT_KEY)
        plain: dict[str, Any] = {**stored.model_dump(), "corpsecret": stored.corpsecret.get_secret_value()}
        for name in ("token", "encoding_aes_key", "robot_key", "previous_token", "previous_encoding_aes_key"):
            plain[name] = getattr(stored, name).get_secret_value()
        connections.add(school=SCHOOL, connection=CONNECTION, name="x", platform="wecom", settings=plain)
        pipeline = Pipeline(school.log, connections, school.now)
        executor, clock = (
            Executor(pipeline, connections, school.now),
            Clock(pipeline, connections, school.now, pace=QUICK),
        )
        pipeline.sinks += [executor, clock]
        clock.start()
        hooks: set[asyncio.Task[object]] = set()

        def heard(content: bytes) -> None:
            task: asyncio.Task[object] = asyncio.create_task(
                pipeline.receive(CONNECTION, deliver(_now(content), time.time(), TOKEN))
            )
            hooks.add(task)
            task.add_done_callback(hooks.discard)

        cloud.tell = heard
        heard(notice("meeting_start", openid="t1", userid="teacher01"))
        cloud.comes(row("t1", 1, "teacher01", role=2, **SILENT))
        try:
            yield Class(cloud, school, pipeline)
        finally:
            await asyncio.gather(*hooks)
            await clock.close()
            await executor.close()
            await pipeline.close()
            await connections.close()


def _now(content: bytes) -> bytes:
    return content.replace(b"<CreateTime>1795132800<", f"<CreateTime>{int(time.time())}<".encode())


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Guarded]:
    guarded = Guarded(f"sqlite:///{tmp_path / 'raid.db'}", clock=time.time).create()
    guarded.course(meeting=MEETING, document=POLICY, listed=ROSTER)
    yield guarded
    guarded.close()


def on_a_school_day(school: Guarded, story: Callable[[Class], Awaitable[None]]) -> None:
    async def day() -> None:
        async with lesson(school) as guarded:
            await story(guarded)

    asyncio.run(day())


def test_pupils_come_in_by_link_and_by_account_and_strangers_wait(school: Guarded) -> None:
    async def story(c: Class) -> None:
        c.cloud.comes(waiter("p1", 4, tag=LINK))
        c.cloud.comes(waiter("p2", 3, "stu001"))
        c.cloud.comes(waiter("x1", 3))
        c.cloud.comes(row("x2", 3))  # slipped in before the waiting room was on
        await c.until(lambda: {r["tmp_openid"] for r in c.cloud.inside} == {"t1", "p1", "p2"})
        assert [r["tmp_openid"] for r in c.cloud.waiting] == ["x1", "x2"]
        proven = {"admit p1": "confirmed", "admit p2": "confirmed", "hold x2": "confirmed"}
        await c.until(lambda: proven.items() <= c.intents().items())

    on_a_school_day(school, story)


def test_a_room_is_calmed_in_one_request_and_every_wish_has_an_honest_end(school: Guarded) -> None:
    async def story(c: Class) -> None:
        c.cloud.comes(row("p2", 3, "stu001", **{**SILENT, "audio_state": True, "screen_shared_state": True}))
        c.cloud.comes(row("p2", 1, "stu001", **{**SILENT, "audio_state": True}))
        await c.until(lambda: sum(s.path.endswith("get_realtime_attendee_list") for s in c.cloud.calls) >= 2)
        before = len([s for s in c.cloud.controls if s.path.endswith("/set")])
        await c.press("calm")
        calm = {
            "mute_all": True, "allow_unmute_self": False, "allow_chat": 2, "allow_share_screen": False,
            "meeting_locked": True, "enable_waiting_room": True,
        }  # fmt: skip
        await c.until(lambda: calm.items() <= c.cloud.switches.items())
        await c.until(lambda: not any(r["audio_state"] or r["screen_shared_state"] for r in c.cloud.inside))
        assert len([s for s in c.cloud.controls if s.path.endswith("/set")]) - before == 1
        unread = dict.fromkeys(
            ("forbid_unmute", "close_chat", "restrict_share", "lock", "open_waiting_room"), "unconfirmed"
        )
        await c.until(lambda: ({**unread, "mute_all": "confirmed"}).items() <= c.intents().items())

    on_a_school_day(school, story)


def test_a_class_is_ended_and_nobody_comes_again(school: Guarded) -> None:
    async def story(c: Class) -> None:
        await c.until(lambda: bool(c.school.rows("lessons")))
        await c.press("end")
        await c.until(lambda: c.intents().get("end") == "confirmed")
        assert c.cloud.inside == []
        assert c.cloud.meetings[MEETING]["number_taken_back"] is True

    on_a_school_day(school, story)
