"""Classes and pupils out of the school's own address books, and what stays there."""

import asyncio
from typing import Any

import pytest

from adapters.base import Group
from app.domain.errors import Gone, Refused
from app.domain.people import Roster, RosterEntry
from tests.adapters.wecom.cloud import Cloud, connected

DEPARTMENTS: list[dict[str, Any]] = [
    {"id": 2, "parentid": 1, "name": "一年级", "type": 2},
    {
        "id": 3, "parentid": 2, "name": "3班", "type": 1, "is_graduated": 0,
        "department_admins": [
            {"userid": "teacher01", "type": 3, "subject": "语文"}, {"userid": "teacher02", "type": 4},
            {"userid": "teacher01", "type": 4},
        ],
    },
    {"id": 4, "parentid": 2, "name": "一年级二班", "type": 1},
    {"id": 5, "parentid": 2, "name": "毕业班", "type": 1, "is_graduated": 1},
]  # fmt: skip
STUDENTS: list[dict[str, Any]] = [
    {
        "student_userid": "teacher01", "name": "小明", "department": [3],
        "parents": [
            {"parent_userid": "p1", "relation": "爸爸", "mobile": "18000000001", "is_subscribe": 1,
             "external_userid": "wmAAA"},
            {"parent_userid": "p2", "relation": "妈妈", "mobile": "18000000002", "is_subscribe": 0},
        ],
    },
    {"student_userid": "s2", "name": "", "parents": []},
    {"name": "nobody"},
]  # fmt: skip


def school(**more: Any) -> Cloud:
    usual: dict[str, Any] = {"departments": DEPARTMENTS, "students": {"3": STUDENTS}}
    return Cloud(**(usual | more))


def groups(cloud: Cloud) -> tuple[Group, ...]:
    async def run() -> tuple[Group, ...]:
        async with connected(cloud) as adapter:
            return await adapter.groups()

    return asyncio.run(run())


def roster(cloud: Cloud, group: str) -> tuple[RosterEntry, ...]:
    async def run() -> tuple[RosterEntry, ...]:
        async with connected(cloud) as adapter:
            return await adapter.roster(group)

    return asyncio.run(run())


def test_classes_carry_the_name_of_their_grade_and_graduates_are_left_out() -> None:
    assert groups(school()) == (
        Group(id="class:3", name="一年级 / 3班"),
        Group(id="class:4", name="一年级二班"),
        Group(id="department:1", name="学校"),
    )


def test_an_address_book_that_may_not_be_read_is_left_out() -> None:
    without_school = school(forbidden={"/cgi-bin/school/department/list": 48002})
    assert [g.id for g in groups(without_school)] == ["department:1"]
    without_corp = school(forbidden={"/cgi-bin/department/list": 60011})
    assert [g.id for g in groups(without_corp)] == ["class:3", "class:4"]
    with pytest.raises(Refused):
        groups(school(forbidden={"/cgi-bin/school/department/list": 48002, "/cgi-bin/department/list": 60011}))


def test_a_class_is_its_pupils_and_its_teachers() -> None:
    assert roster(school(), "class:3") == (
        RosterEntry(id="student:teacher01", name="小明", accounts=("student:teacher01", "external:wmAAA")),
        RosterEntry(id="student:s2", name="s2", accounts=("student:s2",)),
        RosterEntry(id="teacher01", name="name of teacher01", accounts=("teacher01",), staff=True),
        RosterEntry(id="teacher02", name="teacher02", accounts=("teacher02",), staff=True),  # not in the app's range
    )


def test_a_pupil_whose_school_id_reads_like_a_teachers_account_is_not_taken_for_him() -> None:
    entry = Roster(roster(school(), "class:3")).by_account("teacher01")
    assert entry is not None
    assert entry.staff


def test_phone_numbers_and_relations_stay_where_they_are() -> None:
    told = repr(roster(school(), "class:3")) + repr(roster(school(), "department:1"))
    for word in ("18000000001", "18000000002", "13900000000", "爸爸", "p1"):
        assert word not in told


def test_a_department_is_its_members_by_the_list_without_phone_numbers() -> None:
    cloud = school()
    assert roster(cloud, "department:1")[0] == RosterEntry(id="it01", name="name of it01", accounts=("it01",))
    assert [s.path for s in cloud.calls] == ["/cgi-bin/user/simplelist"]


@pytest.mark.parametrize(
    "group", ["", "3", "class:", "class:../1", "class:٣", "grade:3", "class:3&x=1", "class:" + "9" * 13]
)
def test_what_is_no_group_is_gone_and_nothing_is_asked(group: str) -> None:
    cloud = school()
    with pytest.raises(Gone):
        roster(cloud, group)
    assert cloud.seen == []


def test_a_class_that_the_app_may_not_see_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        roster(school(), "class:99")
    assert refused.value.code == "60123"
