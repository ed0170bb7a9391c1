"""Whole lessons: people come and go over the stream, the service decides, the stand-in shows the effect."""

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from adapters.dingtalk import DingTalkAdapter
from app.domain.people import Roster, RosterEntry
from app.domain.state import Status
from tests.adapters.day import SchoolDay, Timetable, guard_a_day
from tests.adapters.dingtalk.cloud import Cloud, row
from tests.adapters.dingtalk.gateway import event, system
from tests.adapters.dingtalk.sample import BOOKING, CLIENT_ID, CLIENT_SECRET, CORP, RUN, TEACHER

ROSTER = Roster(
    (
        RosterEntry(id="r0", name="王老师", accounts=(TEACHER,), staff=True),
        *(RosterEntry(id=f"r{n}", name=f"学生{n}", accounts=(f"2iPOpupil{n}",)) for n in range(1, 6)),
    )
)


@dataclass
class Classroom(Cloud):
    """A cloud whose people come and go: everybody who is subscribed hears of it."""

    sequence: Any = field(default_factory=lambda: itertools.count(1))

    def tell(self, kind: str, scene: str, **payload: Any) -> None:
        number = next(self.sequence)
        frame = event(
            kind,
            payload | {"statusSeqNum": number, "changeScene": scene},
            message=f"m-{number}",
            event_id=f"e-{number}",
        )
        frame["headers"]["eventBornTime"] = str(int(time.time() * 1000))
        assert self.gateway.feed is not None
        self.gateway.feed.put_nowait(frame)

    def begins(self) -> None:
        model = {"conferenceId": RUN, "title": "高一3班 数学", "status": 1, "creatorId": TEACHER}
        booked = {"scheduleConferenceId": BOOKING} if self.booked else {}
        self.tell("meeting_status_change", "conference_created", openConfModel=model | booked)

    def joins(self, who: str, name: str, **more: Any) -> dict[str, Any]:
        member = row(who, name, joined=int(time.time() * 1000) + next(self.sequence), **more)
        if not self.locked:
            self.inside.append(member)
            self.moved("user_join", member)
        return member

    def leaves(self, member: dict[str, Any]) -> None:
        member["attendStatus"] = 6
        self.moved("user_leave", member)

    def moved(self, scene: str, member: dict[str, Any]) -> None:
        """As events tell it: `userId` instead of `unionId`, and nothing of microphones."""
        told = {k: v for k, v in member.items() if k[0] != "_" and k not in ("unionId", "outerOrgMember")}
        self.tell(
            "meeting_member_status_change",
            scene,
            openMemberModels=[told | {"userId": member.get("_event", member["unionId"])}],
        )

    def _kick(self, run: str, userList: list[dict[str, str]], forbiddenRejoin: bool = False) -> Any:
        before = [m for m in self.inside if m["attendStatus"] == 3]
        answer = super()._kick(run, userList, forbiddenRejoin)
        for member in before:
            if member["attendStatus"] == 5:
                self.moved("user_kicked", member)
        return answer

    def _close(self, run: str, unionId: str) -> Any:
        answer = super()._close(run, unionId)
        if self.status == 1:
            self.tell("meeting_status_change", "conference_closed", openConfModel={"conferenceId": RUN})
        return answer


class Quick(DingTalkAdapter):
    """The real adapter; things are proven in less time."""

    settles_seconds = 1.0


Day = SchoolDay[Classroom]


def school_day(
    tmp_path: Path, story: Callable[[Day], Awaitable[None]], cloud: Classroom | None = None, meeting: str = BOOKING,
    **document: Any,
) -> Classroom:  # fmt: skip
    cloud = cloud or Classroom(inside=[])
    cloud.gateway.feed = asyncio.Queue()
    timetable = Timetable(
        platform="dingtalk",
        settings={"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "corp_id": CORP},
        meeting=meeting,
        listed=ROSTER,
        document={"preset": "lecture", **document},
        adapter=Quick,
    )
    guard_a_day(tmp_path, cloud, timetable, story)
    assert cloud.problems == []
    return cloud


async def a_class(day: Day, pupils: int = 3) -> None:
    """The conference begins, the teacher and some pupils are there."""
    day.cloud.begins()
    day.cloud.joins(TEACHER, "王老师", host=True)
    for n in range(1, pupils + 1):
        day.cloud.joins(f"2iPOpupil{n}", f"学生{n}")

    async def there() -> bool:
        return bool(day.school.rows("lessons")) and len(await day.inside()) == pupils + 1

    await day.until(there)


def test_a_calm_lesson_is_followed_to_its_end_and_nobody_is_touched(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        await a_class(day)
        pupil = day.cloud.joins("2iPOpupil5", "学生5")
        day.cloud.leaves(pupil)
        day.cloud.joins("2iPOpupil5", "学生5")

        async def back() -> bool:
            return await day.inside() == {"王老师", "学生1", "学生2", "学生3", "学生5"}

        await day.until(back)
        day.cloud.status = 1
        day.cloud.tell("meeting_status_change", "conference_closed", openConfModel={"conferenceId": RUN})

        async def over() -> bool:
            return (await day.state()).status is Status.ENDED

        await day.until(over)
        assert not {i.partition(" ")[0] for i in day.intents()} & {"kick", "ban", "lock", "mute"}

    cloud = school_day(tmp_path, story)
    assert cloud.banned == []


def test_members_who_come_before_anybody_tells_the_booking_are_not_lost(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        day.cloud.joins(TEACHER, "王老师", host=True)
        day.cloud.joins("2iPOpupil1", "学生1")

        async def there() -> bool:
            return bool(day.school.rows("lessons")) and await day.inside() == {"王老师", "学生1"}

        await day.until(there)

    school_day(tmp_path, story)


def test_a_class_that_a_teacher_starts_on_the_spot_is_guarded_by_her_name(tmp_path: Path) -> None:
    school_day(tmp_path, a_class, Classroom(inside=[], booked=False), f"user~{TEACHER}")


def test_a_raid_of_accounts_is_put_out_and_the_room_locked(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        await a_class(day)
        for n in range(8):
            day.cloud.joins(f"2iPOraider{n}", f"user88{n:02}")

        async def calm() -> bool:
            return not {n for n in await day.inside() if n.startswith("user")} or day.cloud.locked

        await day.until(calm)
        await day.press("calm")
        await day.until(lambda: day.cloud.locked and day.cloud.forced)

    cloud = school_day(tmp_path, story)
    assert all(m["attendStatus"] == 3 for m in cloud.inside if m["userNick"].startswith(("学生", "王")))


def test_a_raid_of_guests_whom_no_call_reaches_finds_the_room_closed(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        await a_class(day)
        for n in range(5):
            day.cloud.joins("", f"访客{n}")
        await day.until(lambda: day.cloud.locked and day.cloud.forced)

    cloud = school_day(tmp_path, story)
    assert not any("/members/" in s.path for s in cloud.writes)


def test_an_outsider_whose_account_only_the_list_tells_is_put_out_all_the_same(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        await a_class(day)
        day.cloud.joins("2iPOoutsider", "访客", outerOrgMember=True, _event="")
        await day.settled({"kick 访客": "confirmed"})
        assert "访客" not in await day.inside()

    school_day(tmp_path, story)


def test_a_teacher_removes_somebody_and_sees_that_it_took_effect(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        await a_class(day)
        person = next(p for p in (await day.state()).inside if p.startswith("2iPOpupil2"))
        await day.press("kick", person)
        await day.settled({"kick 学生2": "confirmed"})
        await day.press("mute_all")
        await day.until(lambda: "confirmed" in (day.intents().get(name) for name in ("mute_all", "forbid_unmute")))
        await day.press("end")
        await day.settled({"end": "confirmed"})

    assert school_day(tmp_path, story).status == 1


def test_a_platform_that_only_says_yes_is_never_believed(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        await a_class(day)
        day.cloud.deaf = True
        person = next(p for p in (await day.state()).inside if p.startswith("2iPOpupil2"))
        await day.press("kick", person)
        await day.settled({"kick 学生2": "unconfirmed"})
        assert "学生2" in await day.inside()

    school_day(tmp_path, story)


def test_what_was_missed_in_a_gap_of_the_stream_is_read_once(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        await a_class(day)
        feed = day.cloud.gateway.feed
        day.cloud.gateway.feed = asyncio.Queue()
        day.cloud.joins("2iPOpupil4", "学生4")  # nobody is told
        day.cloud.gateway.feed = feed
        assert feed is not None
        feed.put_nowait(system("disconnect", "{}", "s-9"))

        async def found() -> bool:
            return "学生4" in await day.inside()

        await day.until(found)

    cloud = school_day(tmp_path, story, preset="open_day")
    assert len(cloud.gateway.asked) >= 2


def test_a_spent_quota_is_blindness(tmp_path: Path) -> None:
    async def story(day: Day) -> None:
        await a_class(day)
        blind = event("meeting_member_status_change", {"errCode": 20001, "errMsg": "x"}, message="m-blind")
        assert day.cloud.gateway.feed is not None
        for n in range(20):
            blind["headers"]["messageId"] = f"m-blind-{n}"
            day.cloud.gateway.feed.put_nowait(json.loads(json.dumps(blind)))

        async def sightless() -> bool:
            return "sight.lost" in day.school.kinds()

        await day.until(sightless)

    school_day(tmp_path, story)


pytestmark = pytest.mark.xdist_group("dingtalk_lessons")
