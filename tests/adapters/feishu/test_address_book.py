"""Rosters out of departments and group chats."""

import asyncio
from typing import Any

import pytest

from adapters.base import Group
from app.domain.errors import Refused
from app.domain.people import RosterEntry
from tests.adapters.feishu.cloud import CHAT, Chat, Cloud, Refusal, connected


def user(number: int, *departments: str, **more: Any) -> dict[str, Any]:
    ids = {"open_id": f"ou_{number}", "union_id": f"on_{number}", "user_id": f"u{number}"}
    return {**ids, "name": f"学生{number}", "mobile": "+8613800000000", "departments": list(departments), **more}


def school(count: int = 3) -> Cloud:
    users = {f"ou_{i}": user(i, "od-1" if i % 2 else "od-11") for i in range(count)}
    return Cloud(users=users, departments={"od-1": "0", "od-11": "od-1", "od-2": "0"})


def asked(cloud: Cloud, what: str, *given: str) -> Any:
    async def run() -> Any:
        async with connected(cloud) as adapter:
            return await getattr(adapter, what)(*given)

    return asyncio.run(run())


def test_departments_and_group_chats_are_classes() -> None:
    assert asked(school(), "groups") == (
        Group(id="od-1", name="班级 od-1"), Group(id="od-11", name="班级 od-11"), Group(id="od-2", name="班级 od-2"),
        Group(id=CHAT, name="高一3班"),
    )  # fmt: skip


def test_a_department_has_everybody_below_it_with_all_ids_and_nothing_else() -> None:
    cloud = school(120)
    roster = asked(cloud, "roster", "od-1")
    assert len(roster) == 120
    entry = next(e for e in roster if e.id == "ou_7")
    assert entry == RosterEntry(id="ou_7", name="学生7", accounts=("ou_7", "on_7", "u7"))
    assert "138" not in repr(roster)
    assert asked(cloud, "roster", "od-2") == ()


def test_who_has_left_the_school_belongs_no_more() -> None:
    cloud = school(1)
    for number, flag in enumerate(("is_frozen", "is_resigned", "is_exited"), 5):
        cloud.users[f"ou_{number}"] = user(number, "od-1", status={flag: True})
    cloud.users["ou_9"] = user(9, "od-1", status={"is_activated": False}, en_name="Nine", nickname="学生9")
    roster = asked(cloud, "roster", "od-1")
    assert [e.id for e in roster] == ["ou_9", "ou_0"]
    assert roster[0].aliases == ("Nine",)


def test_a_group_chat_is_a_roster() -> None:
    cloud = Cloud(chats={CHAT: Chat(members={f"ou_{i}": f"学生{i}" for i in range(230)})})
    roster = asked(cloud, "roster", CHAT)
    assert len(roster) == 230
    assert roster[3] == RosterEntry(id="ou_3", name="学生3", accounts=("ou_3",))


def test_one_of_both_sources_is_enough() -> None:
    only_chats = Cloud(script=[Refusal(99991672)])
    assert [g.id for g in asked(only_chats, "groups")] == [CHAT]
    with pytest.raises(Refused):
        asked(Cloud(script=[Refusal(99991672), Refusal(99991672)]), "groups")


@pytest.mark.parametrize("group", ["", "../x", "a b", "x/y"])
def test_an_id_that_would_break_a_path_is_refused(group: str) -> None:
    cloud = school()
    with pytest.raises(Refused):
        asked(cloud, "roster", group)
    assert cloud.asked == []
