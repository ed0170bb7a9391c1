"""Blindness is told, whatever cut it, and told again when sight is back; and what is due happens by itself."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event as engine_event
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from adapters.drill import DrillSettings
from adapters.http import Http
from adapters.notes import Notes
from app.clock import Pace
from app.domain.errors import Gone
from app.domain.events import Attendance
from app.domain.state import Mood, Status, mood
from app.store import tables as t
from tests.app.duty import QUICK, Duty, Offset, Recording, on_a_school_day, on_duty
from tests.app.guarded import CONNECTION, SCHOOL, SECRET, TOKEN


async def blind(duty: Duty, reason: str) -> None:
    """Wait until the lesson says so."""

    async def said() -> bool:
        state = await duty.state()
        return state.blind == reason and mood(state) is Mood.BLIND

    await duty.until(said)


async def sees(duty: Duty) -> None:
    async def said() -> bool:
        return not (await duty.state()).blind

    await duty.until(said)


def lists(fault: str, **more: Any) -> dict[str, Any]:
    """A fault of the list of participants."""
    return {"fault": fault, "match": {"action": "participants"}, **more}


SILENCE = {"where": "webhook", "fault": "silence"}
WATCHING = {"preset": "open_day"}  # nobody is held, so that what is silent stays silent


# --- streams ----------------------------------------------------------------------------------------------------------


def test_a_stream_that_is_down_makes_its_lessons_blind_until_it_is_back(url: str) -> None:
    """Lists that still come do not mean that events do."""

    async def story(duty: Duty) -> None:
        await duty.start()
        duty.clock.deaf(CONNECTION, "stream_down")
        await blind(duty, "stream_down")
        for _ in range(3):
            await asyncio.wait_for(duty.adapter.lists.get(), 10)
        await blind(duty, "stream_down")
        duty.clock.hears(CONNECTION)
        await sees(duty)

    school = on_a_school_day(url, story, document=WATCHING, adapter=Listed)
    assert [k for k in school.kinds() if k.startswith("sight")] == ["sight.lost", "sight.regained"]


def test_what_was_missed_in_a_gap_is_read_once_and_calls_nobody_blind(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.faults(SILENCE)
        await duty.joins("unheard")
        duty.clock.hears(CONNECTION)

        async def seen() -> bool:
            return len((await duty.state()).inside) == 1

        await duty.until(seen)
        await asyncio.wait_for(duty.adapter.lists.get(), 10)
        with pytest.raises(TimeoutError):  # where every call is paid for, once is enough
            await asyncio.wait_for(duty.adapter.lists.get(), 3 * QUICK.silent)
        await duty.faults()

    school = on_a_school_day(url, story, document=WATCHING, adapter=PaidAndListed)
    assert not [k for k in school.kinds() if k.startswith("sight")]


class Listed(Recording):
    """It tells that its list was read."""

    def __init__(self, settings: DrillSettings, http: Http, notes: Notes | None = None) -> None:
        super().__init__(settings, http, notes)
        self.lists: asyncio.Queue[str] = asyncio.Queue()

    async def participants(self, lesson_key: str) -> Attendance:
        found = await super().participants(lesson_key)
        self.lists.put_nowait(lesson_key)
        return found


class Paid(Recording):
    """Every call is paid for: its list is read at need only."""

    def every(self, *, hot: bool) -> float | None:
        return float("inf")


class PaidAndListed(Paid, Listed):
    """Both."""


# --- blindness --------------------------------------------------------------------------------------------------------


def test_events_that_stop_are_noticed_by_what_the_list_shows(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.joins("one")
        await duty.faults(SILENCE)
        await duty.joins("two")
        await blind(duty, "events_stopped")
        assert {p.participant.name for p in (await duty.state()).inside.values()} == {"one", "two"}
        await duty.faults()
        await duty.joins("three")
        await sees(duty)

    school = on_a_school_day(url, story, document=WATCHING)
    assert [k for k in school.kinds() if k.startswith("sight")] == ["sight.lost", "sight.regained"]


def test_events_that_stop_are_noticed_by_what_the_executor_reads_back_too(url: str) -> None:
    """Its list shows the newcomer first, so that the clock's own list brings nothing new."""

    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.joins("one")
        await duty.until(lambda: "participant.joined" in duty.school.kinds())
        await duty.faults(SILENCE)
        await duty.joins("unheard")
        await duty.press("open_chat")
        await duty.settled({"open_chat": "confirmed"})
        assert "unheard" in {p.participant.name for p in (await duty.state()).inside.values()}
        await blind(duty, "events_stopped")

    on_a_school_day(url, story, document=WATCHING, pace=replace(QUICK, sight=20.0, hot=20.0, silent=1.0, limit=30.0))


def test_a_refused_token_is_noticed(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        settings = {"base_url": duty.base_url, "token": "revoked", "secret": SECRET}
        duty.connections.add(school=SCHOOL, connection="k1", name="x", platform="drill", settings=settings)
        await blind(duty, "refused")
        duty.connections.add(
            school=SCHOOL, connection="k1", name="x", platform="drill", settings={**settings, "token": TOKEN}
        )
        await sees(duty)

    on_a_school_day(url, story, document=WATCHING)


@pytest.mark.parametrize("fault", [lists("timeout", value=3), lists("5xx"), lists("garbage"), lists("lie")])
def test_a_list_that_does_not_come_is_noticed(url: str, fault: dict[str, Any]) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.faults(fault)
        await blind(duty, "no_answer")
        await duty.faults()
        await sees(duty)

    on_a_school_day(url, story, document=WATCHING, http=lambda: Http(total_seconds=1.5))


def test_one_failed_poll_is_an_accident_and_the_next_one_comes(url: str) -> None:
    """On a platform whose list may rarely be read: the pause after a failure is shorter than the usual one."""
    pace = replace(QUICK, sight=1.0, silent=0.2)

    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.faults(lists("5xx", times=1), SILENCE)
        await duty.joins("unheard")

        async def found() -> bool:
            return bool((await duty.state()).inside)

        await duty.until(found)
        await blind(duty, "events_stopped")  # and the one after that, and the one after that

    school = on_a_school_day(url, story, document=WATCHING, pace=pace)
    told = [row.body for row in school.rows("log") if row.kind == "sight.lost"]
    assert len(told) == 1
    assert "events_stopped" in told[0]


def test_after_an_incident_has_cooled_down_the_lesson_is_still_watched(url: str) -> None:
    """While it runs the list is read often; the first rare poll after that must come all the same."""
    moved = Offset()
    pace = replace(QUICK, sight=0.6, hot=0.1)

    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.joins("user8812")
        await duty.settled({"hold user8812": "confirmed"})
        await duty.faults(SILENCE)
        moved.seconds = 130.0  # the incident is over
        await duty.joins("unheard")
        await blind(duty, "events_stopped")

    on_a_school_day(url, story, moved=moved, pace=pace)


class Mistaken(Recording):
    """Its programmer did not think of this list."""

    async def participants(self, lesson_key: str) -> Attendance:
        raise KeyError("waiting")


def test_an_adapters_own_mistake_is_blindness_too(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await blind(duty, "no_answer")

    on_a_school_day(url, story, adapter=Mistaken)


class Dissolved(Recording):
    """The platform knows no such meeting any more."""

    async def participants(self, lesson_key: str) -> Attendance:
        raise Gone(self.platform, "no such meeting")


def test_a_meeting_that_the_platform_does_not_know_any_more_is_over(url: str) -> None:
    """No rule goes on acting in it, and nothing is asked of the platform for it again and again."""

    async def story(duty: Duty) -> None:
        await duty.start()

        async def over() -> bool:
            return (await duty.state()).status is Status.ENDED

        await duty.until(over)

    on_a_school_day(url, story, adapter=Dissolved)


def test_a_calm_lesson_is_not_called_blind(url: str) -> None:
    """Everybody comes and goes at once, polls in between: no false alarm."""

    async def story(duty: Duty) -> None:
        await duty.start()
        for n in range(12):
            id = await duty.joins(f"guest {n}")
            if n % 3 == 0:
                await duty.door.post("/rooms/m1/leave", headers={"x-seat": duty.seats[id]}, json={})

        async def eight() -> bool:
            return len((await duty.state()).inside) == 8

        await duty.until(eight)
        with pytest.raises(AssertionError, match="still waiting"):
            await duty.until(lambda: "sight.lost" in duty.school.kinds(), seconds=2 * pace.silent)

    pace = replace(QUICK, sight=0.05, silent=0.6)
    school = on_a_school_day(url, story, document=WATCHING, pace=pace)
    assert "sight.lost" not in school.kinds()


def test_blindness_shows_within_ten_seconds_by_the_clocks_own_numbers() -> None:
    pace = Pace()
    stopped_events = pace.sight + pace.silent + pace.step  # seen by one poll, still unheard at the next
    failing_answers = pace.sight + pace.silent + pace.step  # two failures in a row
    assert max(stopped_events, failing_answers, pace.limit + pace.step) <= 10.0
    assert pace.answer + pace.sight > pace.limit  # a question that hangs is noticed while it hangs


# --- what is due ------------------------------------------------------------------------------------------------------


def test_the_lock_of_a_calmed_room_is_undone_when_its_time_is_up(url: str) -> None:
    moved = Offset()

    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.joins("guest")
        await duty.press("calm")
        await duty.settled({"lock": "confirmed"})
        assert (await duty.switches())["locked"] is True
        moved.seconds = 61.0
        await duty.settled({"unlock": "confirmed"})
        assert (await duty.switches())["locked"] is False
        assert (await duty.switches())["chat_closed"] is True

    school = on_a_school_day(url, story, moved=moved, document={**WATCHING, "emergency": {"lock_minutes": 1}})
    assert school.kinds().count("clock.ticked") == 1


def test_the_door_closes_in_time_although_nobody_comes(url: str) -> None:
    moved = Offset()

    async def story(duty: Duty) -> None:
        await duty.start()
        moved.seconds = 61.0
        await duty.settled({"open_waiting_room": "confirmed"})

    on_a_school_day(url, story, moved=moved, document={"preset": "seminar", "late_lock": {"minutes": 1}})


def test_a_lesson_that_cannot_be_looked_at_keeps_no_other_from_its_time(url: str) -> None:
    """The first of the two hangs on a connection that is not there any more."""
    moved = Offset()

    async def story(duty: Duty) -> None:
        duty.school.course("c2", meeting="m2")
        duty.school.rules({"preset": "seminar", "late_lock": {"minutes": 1}})
        await duty.api("POST", "/api/meetings", {"id": "m2", "title": "7-4", "start": True})
        await duty.until(lambda: bool(duty.school.rows("lessons", course_id="c2")))
        await duty.start()
        await duty.until(lambda: bool(duty.school.rows("lessons", course_id="c1")))
        with duty.school.engine.begin() as db:
            db.execute(update(t.lessons).where(t.lessons.c.course_id == "c2").values(connection_id="gone"))
        moved.seconds = 61.0
        await duty.settled({"open_waiting_room": "confirmed"})

    school = on_a_school_day(url, story, moved=moved)
    (lost,) = school.rows("lessons", course_id="c2")
    assert school.rows("intents", lesson_id=lost.id) == []


def database_fails(duty: Duty, times: int) -> None:
    """The next transactions of the writer come to nothing."""
    failures = iter(range(times))

    def fails(*_: Any) -> None:
        if next(failures, None) is not None:
            raise OperationalError("BEGIN", {}, Exception("disk I/O error"))

    engine_event.listen(duty.school.engine, "begin", fails)


def test_what_is_due_while_the_database_fails_happens_afterwards(url: str) -> None:
    moved = Offset()

    async def story(duty: Duty) -> None:
        await duty.start()
        database_fails(duty, 2)
        moved.seconds = 61.0
        await duty.settled({"open_waiting_room": "confirmed"})
        assert duty.pipeline.counted["not_stored"] == 2

    rarely = replace(QUICK, sight=20.0)  # so that no poll brings the tick back by accident
    on_a_school_day(url, story, moved=moved, document={"preset": "seminar", "late_lock": {"minutes": 1}}, pace=rarely)


def test_lost_sight_is_told_although_the_database_failed_at_first(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.until(lambda: "settings.changed" in duty.school.kinds())
        await duty.faults(lists("5xx"))
        database_fails(duty, 1)
        await duty.until(lambda: "sight.lost" in duty.school.kinds())
        assert duty.pipeline.counted["not_stored"] == 1

    on_a_school_day(url, story)


def test_after_a_restart_the_clock_watches_what_was_live(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.joins("guest")
        await duty.until(lambda: "participant.joined" in duty.school.kinds())
        for part in (duty.clock, duty.executor, duty.pipeline):
            await part.close()
        async with on_duty(duty.school.again(), duty.base_url) as second:
            await second.faults(SILENCE)
            await second.joins("unheard")
            await blind(second, "events_stopped")

    on_a_school_day(url, story, document=WATCHING)
