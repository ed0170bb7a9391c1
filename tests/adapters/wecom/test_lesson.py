"""A lesson at the door: callbacks tell who waits, the list tells by whose link, the rules admit, the platform obeys."""

import asyncio
from dataclasses import replace

import pytest

from adapters.wecom import WeComAdapter
from app.domain import events as ev
from app.domain.actions import Action, ActionKind
from app.domain.people import Roster, RosterEntry
from app.domain.state import LessonState, apply
from policies import roster_only
from tests.adapters.conformance import NOW
from tests.adapters.wecom.cloud import Cloud, connected, row, waiter
from tests.adapters.wecom.sample import MEETING, TOKEN, deliver, notice

RULE = roster_only.RosterOnly.model_validate({})
LINK = "eyJ2ZXIiOiIxLjAiLCJ1c2VyRGF0YSI6Ims3ZjNxMm05In0="
ROSTER = Roster(
    (
        RosterEntry(id="r1", name="小明", accounts=("student:s1", "k7f3q2m9")),
        RosterEntry(id="r2", name="小红", accounts=("stu001",)),
    )
)


def wished(state: LessonState, event: ev.Event) -> list[tuple[ActionKind, str]]:
    """Whom the roster rule wants to come in or to go."""
    decisions = roster_only.decide(RULE, state, event)
    told = [(d.action.kind, d.action.target.id if d.action.target else "") for d in decisions]
    return [wish for wish in told if wish[0] is not ActionKind.ALERT]


class Door:
    """A class, its callbacks and its polls, as the core would fold them."""

    def __init__(self, adapter: WeComAdapter) -> None:
        self.adapter = adapter
        self.state = LessonState(lesson="l", roster=ROSTER)
        self.now = NOW

    def hear(self, content: bytes) -> list[tuple[ActionKind, str]]:
        self.now += 1.0
        found = []
        for fact in self.adapter.parse(deliver(content, self.now, TOKEN)):
            event = replace(fact.event, at=self.now)
            self.state = apply(self.state, event)
            found += wished(self.state, event)
        return found

    async def poll(self) -> list[tuple[ActionKind, str]]:
        self.now += 3.0
        seen = await self.adapter.participants(MEETING)
        event = ev.RosterPolled(at=self.now, attendance=seen, asked_at=self.now - 0.1)
        self.state = apply(self.state, event)
        return wished(self.state, event)

    async def do(self, kind: ActionKind, who: str) -> None:
        person = self.state.person(who)
        assert person is not None
        await self.adapter.perform(MEETING, Action(kind=kind, target=person.participant))


def test_a_pupil_with_a_personal_link_is_admitted_by_the_first_list_that_shows_him() -> None:
    cloud = Cloud(waiting=[waiter("pupil", 4, tag=LINK), waiter("stranger", 3)])

    async def run() -> None:
        async with connected(cloud) as adapter:
            door = Door(adapter)
            assert door.hear(notice("join_waiting_room", openid="pupil")) == []  # the callback knows no link
            assert door.hear(notice("join_waiting_room", openid="stranger")) == []
            assert await door.poll() == [(ActionKind.ADMIT, "pupil")]
            await door.do(ActionKind.ADMIT, "pupil")
            await door.poll()
            assert list(door.state.inside) == ["pupil"]
            assert list(door.state.waiting) == ["stranger"]
            assert door.state.inside["pupil"].match.entry == "r1"
            assert await door.poll() == []  # inside no list tells the link, and he stays known

    asyncio.run(run())
    assert [r["tmp_openid"] for r in cloud.inside] == ["pupil"]


def test_a_member_of_the_corp_is_admitted_at_once() -> None:
    cloud = Cloud(waiting=[waiter("pupil", 4, "stu001")])

    async def run() -> None:
        async with connected(cloud) as adapter:
            door = Door(adapter)
            heard = door.hear(notice("join_waiting_room", openid="pupil", userid="stu001"))
            assert heard == [(ActionKind.ADMIT, "pupil")]
            await door.do(ActionKind.ADMIT, "pupil")  # the device is looked up: the callback did not tell it

    asyncio.run(run())
    assert [(r["tmp_openid"], r["instance_id"]) for r in cloud.inside] == [("pupil", 4)]


def test_a_stranger_inside_goes_to_wait_and_shows_nothing_but_his_absence_as_proof() -> None:
    cloud = Cloud(inside=[row("stranger", 3)])

    async def run() -> None:
        async with connected(cloud) as adapter:
            door = Door(adapter)
            assert door.hear(notice("join_meeting", openid="stranger")) == []  # the list may still tell who he is
            await door.poll()
            assert await door.poll() == [(ActionKind.HOLD, "stranger")]
            await door.do(ActionKind.HOLD, "stranger")
            assert await door.poll() == []
            assert (list(door.state.inside), list(door.state.waiting)) == ([], ["stranger"])

    asyncio.run(run())


def test_a_stranger_inside_cannot_hide_behind_a_second_device_that_waits() -> None:
    cloud = Cloud(inside=[row("stranger", 3)], waiting=[waiter("stranger", 1)])

    async def run() -> None:
        async with connected(cloud) as adapter:
            door = Door(adapter)
            door.hear(notice("join_meeting", openid="stranger"))
            door.hear(notice("join_waiting_room", openid="stranger"))
            await door.poll()  # only now is he listed inside, and the next lists may still tell who he is
            await door.poll()
            assert (ActionKind.HOLD, "stranger") in await door.poll()
            assert list(door.state.inside) == ["stranger"]
            await door.do(ActionKind.HOLD, "stranger")

    asyncio.run(run())
    assert cloud.inside == []


def test_a_polled_list_wins_over_a_missed_departure_after_two_looks() -> None:
    cloud = Cloud(inside=[row("pupil", 3, "stu001")])

    async def run() -> list[int]:
        async with connected(cloud) as adapter:
            door, sizes = Door(adapter), []
            door.hear(notice("join_meeting", openid="pupil", userid="stu001"))
            await door.poll()
            cloud.inside = []
            for _ in range(2):
                await door.poll()
                sizes.append(len(door.state.inside))
            return sizes

    assert asyncio.run(run()) == [1, 0]


PLANNED = {MEETING: {"status": 2, "meeting_type": 0, "settings": {"enable_waiting_room": True}}}


@pytest.mark.parametrize(
    "cloud", [Cloud(meetings=PLANNED), Cloud(waiting=[waiter("pupil", 4)])], ids=["planned", "used"]
)
def test_a_waiting_room_that_was_on_before_calm_is_on_after_restore(cloud: Cloud) -> None:
    """Turned off it would let every stranger in, and no list would tell a pupil's link any more."""

    async def run() -> LessonState:
        async with connected(cloud) as adapter:
            door = Door(adapter)
            door.hear(notice("meeting_start"))
            await door.poll()
            cloud.waiting = []
            await door.poll()
            return door.state

    assert asyncio.run(run()).switches.waiting_room is True


def test_a_waiting_room_that_nobody_planned_is_not_known_and_what_we_turn_ourselves_is_no_news() -> None:
    async def run() -> list[ev.Switches | None]:
        async with connected(Cloud(meetings={MEETING: {"status": 2, "settings": {"enable_waiting_room": False}}})) as a:
            told = [(await a.participants(MEETING)).switches]
            await a.perform(MEETING, Action(kind=ActionKind.OPEN_WAITING_ROOM))
            return [*told, (await a.participants(MEETING)).switches]

    assert asyncio.run(run()) == [None, None]


def test_a_link_that_was_passed_on_lets_one_person_in_and_the_next_when_he_is_gone() -> None:
    cloud = Cloud(waiting=[waiter(who, 3, tag=LINK) for who in ("pupil", "leak1", "leak2")])

    async def run() -> list[list[tuple[ActionKind, str]]]:
        async with connected(cloud) as adapter:
            door = Door(adapter)
            first = await door.poll()
            await door.do(ActionKind.ADMIT, "pupil")
            while_inside = [wish for _ in range(3) for wish in await door.poll()]
            cloud.inside = []  # lost the network, and comes again as somebody whom the platform gives another id
            return [first, while_inside, await door.poll()]

    assert asyncio.run(run()) == [[(ActionKind.ADMIT, "pupil")], [], [(ActionKind.ADMIT, "leak1")]]
