"""Who is in a meeting or in a group, by the platform's own lists."""

import asyncio
from typing import Any

import pytest

from adapters.notes import Notes
from app.domain.errors import Gone, Refused, Transient
from app.domain.events import Attendance
from app.domain.people import Role
from tests.adapters.conformance import NOW
from tests.adapters.feishu.cloud import CHAT, LESSON, Chat, Cloud, Refusal, connected, row
from tests.adapters.feishu.sample import MEETING, NUMBER, PUPIL, TEACHER
from tests.adapters.feishu.test_control import a_class, reserved

TODAY = f"{CHAT}:2026-11-20"


def listed(cloud: Cloud, key: str = LESSON, notes: dict[str, str] | None = None, **more: Any) -> Attendance:
    async def run() -> Attendance:
        async with connected(cloud, notes=Notes(notes), **more) as adapter:
            return await adapter.participants(key)

    return asyncio.run(run())


def test_only_who_is_inside_now_counts() -> None:
    rows = [row(TEACHER, is_host=True), row(), row("ou_called", status=1), row("ou_rings", status=3),
            row("ou_left", status=4), row("ou_new", status=97)]  # fmt: skip
    seen = listed(Cloud(inside=rows))
    assert [p.participant.id for p in seen.inside] == [TEACHER, PUPIL]
    assert seen.live
    assert seen.exact
    assert seen.waiting is None
    assert seen.switches is None


def test_roles_come_from_the_list_and_the_teacher_stays_one() -> None:
    rows = [row(TEACHER), row(is_host=True), row("ou_c", is_cohost=True), row("ou_d")]
    seen = listed(Cloud(inside=rows, host=PUPIL), notes=reserved())
    assert [p.participant.role for p in seen.inside] == [Role.HOST, Role.HOST, Role.COHOST, Role.ATTENDEE]


def test_two_devices_of_an_account_are_one_presence() -> None:
    assert len(listed(Cloud(inside=[row(), row(first_join_time="1795132900")])).inside) == 1


def test_those_without_an_id_are_each_somebody() -> None:
    rows = [row("", user_type=6), row("", user_type=6), row("", user_type=7, first_join_time="1795132801")]
    ids = [p.participant.id for p in listed(Cloud(inside=rows)).inside]
    assert ids == ["@6:1795132800", "@6:1795132800+", "@7:1795132801"]
    assert all(not p.participant.account for p in listed(Cloud(inside=rows)).inside)


def test_the_two_counts_of_the_answer_are_not_believed() -> None:
    cloud = Cloud(inside=[row(f"ou_{i}", status=4) for i in range(30)])
    seen = listed(cloud)
    assert (seen.inside, seen.live) == ((), True)


def test_a_meeting_that_is_over_is_not_live() -> None:
    assert not listed(Cloud(status=3)).live


def test_a_meeting_of_nobody_is_gone() -> None:
    with pytest.raises(Gone):
        listed(Cloud(), f"{NUMBER}:6911188411934433029")


def test_an_answer_that_says_nothing_ends_no_lesson() -> None:
    class Silent(Cloud):
        def on_meeting(self, *_: Any) -> dict[str, Any]:
            return {}

    with pytest.raises(Transient):
        listed(Silent())


def test_a_number_alone_is_looked_up() -> None:
    plain = Cloud()
    assert [p.participant.id for p in listed(plain, NUMBER).inside] == [TEACHER, PUPIL]
    assert "list_by_no" in plain.asked[0][1]
    ours = a_class()
    assert listed(ours, NUMBER, reserved()).live
    assert "get_active_meeting" in ours.asked[0][1]
    for cloud, number in ((Cloud(status=3), NUMBER), (Cloud(), "123456789")):
        with pytest.raises(Gone):
            listed(cloud, number)


def test_an_id_alone_is_resolved() -> None:
    async def run(cloud: Cloud, key: str) -> str:
        async with connected(cloud) as adapter:
            return await adapter.resolve(key)

    assert asyncio.run(run(Cloud(), f":{MEETING}")) == LESSON
    with pytest.raises(Gone):
        asyncio.run(run(Cloud(), ":1"))


# --- names ------------------------------------------------------------------------------------------------------------


def test_names_come_from_the_address_book_once_for_an_hour() -> None:
    cloud = Cloud(users={PUPIL: {"open_id": PUPIL, "name": "访客"}})
    clock = [NOW]

    async def run() -> list[list[str]]:
        told = []
        async with connected(cloud, now=lambda: clock[0]) as adapter:
            for seconds in (0.0, 60.0, 3600.0):
                clock[0] += seconds
                told.append([p.participant.name for p in (await adapter.participants(LESSON)).inside])
        return told

    assert asyncio.run(run()) == [["", "访客"]] * 3
    assert len([t for _, t in cloud.asked if "users/batch" in t]) == 2


def test_the_address_book_tells_the_other_ids_of_whom_no_event_told() -> None:
    cloud = Cloud(users={PUPIL: {"open_id": PUPIL, "union_id": "on_1", "user_id": "u1", "name": "访客"}})
    told = {p.participant.id: p.participant.accounts for p in listed(cloud).inside}
    assert told == {TEACHER: (), PUPIL: ("on_1", "u1")}


def test_without_the_scope_there_are_no_names_and_nothing_else() -> None:
    cloud = Cloud(script=[None, Refusal(99991672)])
    assert [p.participant.name for p in listed(cloud).inside] == ["", ""]


def test_many_people_are_asked_about_fifty_at_a_time() -> None:
    cloud = Cloud(inside=[row(f"ou_{i}") for i in range(120)])
    listed(cloud)
    (asked,) = [t for _, t in cloud.asked if "users/batch" in t]
    assert asked.count("user_ids=") == 50


# --- groups -----------------------------------------------------------------------------------------------------------


def test_a_group_lists_its_members_with_names_roles_and_whether_all_may_write() -> None:
    cloud = Cloud(chats={CHAT: Chat(managers=["ou_m"], members={TEACHER: "王老师", "ou_m": "助教", PUPIL: "访客"})})
    seen = listed(cloud, TODAY)
    assert [(p.participant.name, p.participant.role) for p in seen.inside] == [
        ("王老师", Role.HOST), ("助教", Role.COHOST), ("访客", Role.ATTENDEE),
    ]  # fmt: skip
    assert seen.switches is not None
    assert seen.switches.chat_closed is False
    cloud.chats[CHAT].setting = "only_owner"
    closed = listed(cloud, TODAY).switches
    assert closed is not None
    assert closed.chat_closed is True


def test_a_large_group_comes_in_pages_and_says_so() -> None:
    cloud = Cloud(chats={CHAT: Chat(members={f"ou_{i}": f"n{i}" for i in range(250)})})
    seen = listed(cloud, TODAY)
    assert len(seen.inside) == 250
    assert not seen.exact
    assert len([t for _, t in cloud.asked if "/members" in t]) == 3


def test_a_day_that_is_over_is_not_live_and_asks_nobody() -> None:
    cloud = Cloud()
    assert not listed(cloud, f"{CHAT}:2026-11-19").live
    assert cloud.asked == []
    assert listed(cloud, f"{CHAT}:2026-11-19", hours_east=-8.0).live


def test_a_group_that_is_gone_or_closed_to_us() -> None:
    with pytest.raises(Gone):
        listed(Cloud(), "oc_nothing:2026-11-20")
    with pytest.raises(Refused):
        listed(Cloud(script=[Refusal(232011)]), TODAY)
