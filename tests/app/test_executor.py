"""Intents become requests: proven, repeated, given up or stepped up, against a classroom that misbehaves on order."""

import asyncio
from dataclasses import replace

import pytest

from adapters import REGISTRY
from adapters.budget import Budget, Period
from adapters.http import Http
from app.domain.actions import Action, ActionKind, Lane, Outcome, OutcomeKind
from app.domain.events import Attendance, OutcomeSettled
from app.executor import order_key
from app.store.log import Queued
from tests.app.duty import QUICK, Duty, Recording, on_a_school_day, on_duty
from tests.app.guarded import MEETING, SCHOOL
from tests.builders import START, stranger

# --- proof ------------------------------------------------------------------------------------------------------------


def test_a_hold_is_confirmed_by_the_platforms_event(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        raider = await duty.joins("user8812")
        await duty.settled({"hold user8812": "confirmed"})
        assert await duty.place(raider) == "waiting"
        assert duty.adapter.asked[0] == "hold user8812"
        assert set((await duty.state()).waiting) == {raider}

    school = on_a_school_day(url, story)
    outcomes = [r.body for r in school.rows("log") if r.kind == "outcome.settled" and '"kind":"hold"' in r.body]
    assert ['"requested"' in outcomes[0], '"confirmed"' in outcomes[1], len(outcomes)] == [True, True, 2]


def test_s9_a_lying_platform_is_found_out_and_the_ladder_goes_on(url: str) -> None:
    """It answers 200 to hold and to kick, and does nothing: unconfirmed, the next step, and in the end people."""

    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.faults(*({"fault": "lie", "match": {"action": a}} for a in ("hold", "kick")))
        raider = await duty.joins("user8812")
        expected = {"hold user8812": "unconfirmed", "kick user8812": "unconfirmed", "lock": "confirmed"}
        await duty.settled({**expected, "alert user8812": "confirmed"})
        assert await duty.place(raider) == "inside"

    on_a_school_day(url, story)


@pytest.mark.parametrize("platform", sorted(REGISTRY))
def test_s9_no_platform_has_more_than_five_seconds_to_show_an_effect(platform: str) -> None:
    assert REGISTRY[platform].settles_seconds <= 5.0


def test_what_shows_without_an_event_is_read_back(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.joins("user8812")
        await duty.until(lambda: bool(duty.intents()))
        await duty.faults({"where": "webhook", "fault": "silence"})
        await duty.press("close_chat")
        await duty.settled({"close_chat": "confirmed"})

    on_a_school_day(url, story)


# --- trouble ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        ({"fault": "5xx", "times": 2}, 3),
        ({"fault": "429", "value": 0.2, "times": 2}, 3),
        ({"fault": "garbage", "times": 1}, 2),
        ({"fault": "lost", "times": 1}, 2),  # it was done, but the answer was lost: asking twice is harmless
        ({"fault": "timeout", "value": 5, "times": 1}, 2),
        ({"fault": "delay", "value": 0.1, "times": 1}, 1),
    ],
)
def test_what_fails_for_a_moment_is_tried_again(url: str, fault: dict[str, object], tries: int) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.faults({**fault, "match": {"action": "hold"}})
        raider = await duty.joins("user8812")
        await duty.settled({"hold user8812": "confirmed"})
        assert await duty.place(raider) == "waiting"
        assert duty.adapter.asked.count("hold user8812") == tries

    on_a_school_day(url, story, http=lambda: Http(total_seconds=0.5))


def test_who_is_gone_is_gone(url: str) -> None:
    """He leaves while he is being held, and nothing but the platform's answer tells of it."""

    async def story(duty: Duty) -> None:
        await duty.start()
        slow = {"fault": "delay", "value": 1.5, "match": {"action": "hold"}}
        await duty.faults(slow)
        raider = await duty.joins("user8812")
        await duty.until(lambda: bool(duty.adapter.asked))
        await duty.faults(slow, {"where": "webhook", "fault": "silence"})
        await duty.door.post(f"/rooms/{MEETING}/leave", headers={"x-seat": duty.seats[raider]}, json={})
        await duty.settled({"hold user8812": "gone"})

    school = on_a_school_day(url, story, pace=replace(QUICK, sight=20.0, hot=20.0))
    assert not [row for row in school.rows("intents") if row.rule == "ladder"]


def test_a_refusal_is_final_and_people_are_called(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        settings = {"base_url": duty.base_url, "token": "wrong", "secret": "secret-of-the-test"}
        duty.connections.add(school=SCHOOL, connection="k1", name="x", platform="drill", settings=settings)
        await duty.joins("user8812")
        await duty.settled({"hold user8812": "refused", "alert user8812": "confirmed"})
        assert duty.adapter.asked.count("hold user8812") == 1

    on_a_school_day(url, story)


class Broken(Recording):
    """An adapter with a mistake in it."""

    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        if action.kind is ActionKind.HOLD:
            raise KeyError("a mistake")
        return await super().perform(lesson_key, action)


def test_a_broken_adapter_fails_its_intent_and_not_the_queue(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.joins("user8812")
        await duty.settled({"hold user8812": "failed", "alert user8812": "confirmed"})

    on_a_school_day(url, story, adapter=Broken)


class Unreadable(Recording):
    """Its list cannot be read by a mistake of its own, and what it accepts has no effect."""

    async def participants(self, lesson_key: str) -> Attendance:
        raise KeyError("a mistake")


def test_a_mistake_in_reading_back_leaves_nothing_waiting_for_ever(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.faults({"fault": "lie", "match": {"action": "hold"}})
        await duty.joins("user8812")
        await duty.settled({"hold user8812": "unconfirmed", "alert user8812": "confirmed"})

    on_a_school_day(url, story, adapter=Unreadable)


def test_a_press_goes_through_a_pause_that_would_outlast_it(url: str) -> None:
    """A platform that asks for most of an hour: the panic lane tries all the same, and its success ends the pause."""

    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.faults({"fault": "429", "value": 3000, "times": 1, "match": {"action": "hold"}})
        await duty.joins("user8812")
        await duty.until(lambda: "hold user8812" in duty.adapter.asked)
        await duty.press("lock")
        await duty.settled({"hold user8812": "confirmed", "lock": "confirmed"})

    on_a_school_day(url, story)


def test_what_cannot_be_done_in_time_fails_and_is_not_tried_for_ever(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.faults({"fault": "429", "value": 3000, "match": {"action": "locked"}})
        await duty.press("lock")
        await duty.settled({"lock": "failed", "alert": "confirmed"})

    on_a_school_day(url, story, deadlines=dict.fromkeys(Lane, 3.0))


# --- order ------------------------------------------------------------------------------------------------------------


def test_s8_under_a_rate_limit_the_room_goes_first_and_nobody_is_forgotten(url: str) -> None:
    """Thirty intruders, five calls at once, twenty a second; in the middle of it the teacher presses calm."""

    async def story(duty: Duty) -> None:
        await duty.start()
        await asyncio.gather(*(duty.joins(f"user{n:02}") for n in range(30)))
        await duty.until(lambda: len(duty.adapter.done) >= 6)
        before = len(duty.adapter.done)
        assert len(await duty.press("calm")) == 6
        calm = ("mute_all", "forbid_unmute", "close_chat", "restrict_share", "open_waiting_room", "lock")
        await duty.settled(dict.fromkeys(calm, "confirmed"), seconds=5.0)
        done = duty.adapter.done[before:]
        meanwhile = done[: max(done.index(c) for c in calm)]
        assert len([d for d in meanwhile if d.startswith("hold")]) <= 8  # the room waited for a few, not for thirty
        await duty.settled({f"hold user{n:02}": "confirmed" for n in range(30)})
        assert len(duty.adapter.asked) < 4 * len(duty.adapter.done)  # and the platform was not hammered

    document = {"preset": "seminar", "restraint": {"per_minute": 60}}
    on_a_school_day(url, story, rate=20.0, burst=5, document=document)


class Narrow(Recording):
    """Little is allowed: one call in 0.3 s, one more for the panic lane."""

    def limits(self) -> tuple[Budget, ...]:
        return (Budget(calls=2, seconds=0.6, reserve=1),)


def test_the_panic_lane_goes_before_what_waited_longer(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        for n in range(8):
            await duty.joins(f"user{n}")
        await duty.until(lambda: len(duty.school.rows("intents", kind="hold")) == 8)
        await duty.press("lock")
        await duty.settled({"lock": "confirmed"})
        asked = duty.adapter.asked
        assert len([a for a in asked[: asked.index("lock")] if a.startswith("hold")]) < 8
        await duty.settled({f"hold user{n}": "confirmed" for n in range(8)})

    on_a_school_day(url, story, adapter=Narrow, document={"preset": "lecture", "keep_out": {"mode": "off"}})


def test_measures_on_one_person_happen_in_order(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        raider = await duty.joins("user8812", audio=True)
        await duty.until(lambda: "participant.joined" in duty.school.kinds())
        await duty.faults({"fault": "delay", "value": 0.4, "match": {"action": "mute"}, "times": 1})
        await duty.press("mute", raider)
        await duty.press("kick", raider)
        await duty.settled({"mute user8812": "confirmed", "kick user8812": "confirmed"})
        assert [a for a in duty.adapter.asked if "user" in a] == ["mute user8812", "kick user8812"]

    on_a_school_day(url, story, document={"preset": "open_day", "quiet_start": {"mode": "off"}})


def test_one_group_of_switches_is_one_queue_and_another_is_not() -> None:
    def key(kind: str) -> tuple[str, str]:
        return order_key(replace(queued(), action=Action(kind=ActionKind(kind))))

    assert key("mute_all") == key("forbid_unmute") == key("allow_unmute")
    assert key("lock") == key("unlock") == key("end") == key("open_waiting_room")
    assert len({key("lock"), key("close_chat"), key("mute_all"), key("restrict_share")}) == 4


def queued() -> Queued:
    return Queued(
        id="l1.1", school="s1", lesson="l1", lesson_key="m1", connection="k1", number=1, at=START, deadline=START + 60,
        lane=Lane.GUARD, action=Action(kind=ActionKind.HOLD, target=stranger(1)),
    )  # fmt: skip


class Spent(Recording):
    """A month of which only what is kept for the buttons is left."""

    def limits(self) -> tuple[Budget, ...]:
        return (Budget(name="month", calls=1000, seconds=30 * 86_400.0, reserve=1000, period=Period.MONTH),)


def test_with_the_months_calls_used_up_rules_are_refused_at_once_and_buttons_still_work(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        raider = await duty.joins("user8812")
        await duty.settled({"hold user8812": "refused", "alert user8812": "confirmed"})
        assert duty.adapter.asked == []
        await duty.press("kick", raider)
        await duty.settled({"kick user8812": "confirmed"})

    school = on_a_school_day(url, story, adapter=Spent)
    (refused,) = [row.body for row in school.rows("log") if '"refused"' in row.body]
    assert '"code":"budget"' in refused


# --- after a restart --------------------------------------------------------------------------------------------------


def test_after_a_restart_the_stale_expires_the_fresh_is_done_and_the_requested_is_read_back(url: str) -> None:
    """The first process wrote three intents and died; the second finds them."""

    async def before(duty: Duty) -> None:
        await duty.start()
        await duty.executor.close()  # from here on nothing is performed
        await duty.press("lock")
        await duty.press("close_chat")
        await duty.press("mute_all")
        lesson = await duty.state()
        by_kind = {s.action.kind: s for s in lesson.open_intents()}
        chat = by_kind[ActionKind.CLOSE_CHAT]
        await duty.adapter.perform(f"{MEETING}", chat.action)  # the request was sent, the answer written down ...
        await duty.pipeline.tell(
            SCHOOL,
            duty.lesson,
            OutcomeSettled(
                at=duty.school.now(), intent=chat.id, action=chat.action, outcome=Outcome(kind=OutcomeKind.REQUESTED)
            ),
        )
        stale = by_kind[ActionKind.LOCK].id
        duty.school.expire(stale)
        await duty.pipeline.close()
        await restarted(duty, stale)

    async def restarted(duty: Duty, stale: str) -> None:
        again = duty.school.again()
        async with on_duty(again, duty.base_url) as second:
            await second.settled({"lock": "expired", "mute_all": "confirmed", "close_chat": "confirmed"})
            assert second.adapter.asked == ["mute_all"]
            assert (await second.switches())["locked"] is False

    on_a_school_day(url, before)


def everything_is_settled(duty: Duty) -> bool:
    rows = duty.school.rows("intents")
    return len(rows) >= 12 and not [r for r in rows if r.status in ("pending", "requested")]


def test_house_1_every_request_belongs_to_one_intent_and_every_intent_to_one_incident(url: str) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        for n in range(6):
            await duty.joins(f"user{n}", audio=True)
        await duty.press("calm")
        await duty.until(lambda: everything_is_settled(duty))
        performed = sorted(duty.adapter.asked)
        rows = duty.school.rows("intents")
        wished = sorted(
            f"{r.kind} {a.target.name if (a := duty.school.action(r)).target else ''}".strip()
            for r in rows if r.kind != "alert"
        )  # fmt: skip
        assert performed == wished
        assert {r.incident_id for r in rows} == {r.id for r in duty.school.rows("incidents")}

    school = on_a_school_day(url, story)
    assert school.rows("intents")
