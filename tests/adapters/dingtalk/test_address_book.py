"""Class lists: 家校通讯录 with guardians, else departments."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from adapters.base import Group
from app.domain.errors import Refused, Transient
from app.domain.people import Participant, Roster, RosterEntry, Trust, match
from tests.adapters.dingtalk.cloud import Cloud, connected

Form = dict[str, str]


class Book:
    """The old API's address book: strict about its forms, and in pages."""

    def __init__(self, page: int = 30) -> None:
        self.page = page
        self.nodes: dict[str, list[dict[str, Any]]] = {
            "": [{"dept_id": 1, "dept_type": "campus", "name": "总校", "nick": "希望小学"}],
            "1": [{"dept_id": 2, "dept_type": "grade", "name": "一年级", "nick": ""}],
            "2": [{"dept_id": n, "dept_type": "class", "name": f"{n}班"} for n in range(3, 36)],
        }
        self.people: dict[str, list[dict[str, Any]]] = {"student": [], "guardian": [], "teacher": []}
        self.relations: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self.calls: list[tuple[str, Form]] = []

    def __call__(self, path: str, form: Form) -> Any:
        self.calls.append((path, form))
        needed = {
            "/topapi/edu/dept/list": {"page_size", "page_no"},
            "/topapi/edu/user/list": {"page_size", "page_no", "class_id", "role"},
            "/topapi/edu/user/relation/list": {"page_size", "page_no", "class_id"},
        }[path]
        unknown = form.keys() - needed - ({"super_id"} if "dept" in path else set())
        if unknown or needed - form.keys() or not 1 <= int(form["page_size"]) <= 30:
            self.problems.append(f"{path} {form}")
        if "dept" in path:
            rows, name = self.nodes.get(form.get("super_id", ""), []), "details"
        elif "relation" in path:
            rows, name = self.relations, "relations"
        else:
            rows, name = self.people[form["role"]], "details"
        size = min(int(form["page_size"]), self.page)
        start = (int(form["page_no"]) - 1) * size
        more = start + size < len(rows)
        return {"errcode": 0, "success": True, "result": {name: rows[start : start + size], "has_more": more}}


def person(userid: str, name: str, unionid: str = "") -> dict[str, Any]:
    return {"userid": userid, "name": name, "unionid": unionid, "class_id": 3, "feature": '{"student_no":"3"}'}


def related(guardian: str, pupil: str) -> dict[str, Any]:
    return {"class_id": 3, "from_userid": guardian, "to_userid": pupil, "relation_code": "M", "relation_name": "妈妈"}


def ask(book: Callable[[str, Form], Any] | None, asking: Callable[[Any], Any], cloud: Cloud | None = None) -> Any:
    cloud = cloud or Cloud(legacy=book)

    async def run() -> Any:
        async with connected(cloud) as adapter:
            return await asking(adapter)

    found = asyncio.run(run())
    assert getattr(book, "problems", []) == []
    return found


def roster(book: Book, group: str = "class-3") -> tuple[RosterEntry, ...]:
    found: tuple[RosterEntry, ...] = ask(book, lambda adapter: adapter.roster(group))
    return found


def test_every_class_is_found_in_the_tree_under_its_whole_name() -> None:
    book = Book()
    groups = ask(book, lambda adapter: adapter.groups())
    assert groups[0] == Group(id="class-3", name="希望小学 / 一年级 / 3班")
    assert len(groups) == len({g.id for g in groups}) == 33
    assert len(book.calls) == 4  # the last level takes two pages


def test_a_tree_that_bites_its_own_tail_ends() -> None:
    book = Book()
    book.nodes["2"] = [{"dept_id": 1, "dept_type": "campus", "name": "again"}]
    book.nodes["1"].append({"dept_id": 9, "dept_type": "class", "name": "九班"})
    assert [g.id for g in ask(book, lambda adapter: adapter.groups())] == ["class-9"]


def test_a_pupil_is_known_by_his_own_account_and_by_his_guardians() -> None:
    book = Book()
    book.people["student"] = [person("s1", "小明"), person("s2", "小红", "uRed")]
    book.people["guardian"] = [person("g1", "小明妈妈", "uMother"), person("g2", "小明爸爸", "uFather"),
                               person("g3", "某家长", "uAlone")]  # fmt: skip
    book.people["teacher"] = [person("t1", "王老师", "uTeacher")]
    book.relations = [related("g1", "s1"), related("g2", "s1")]
    entries = {e.id: e for e in roster(book)}
    assert entries["s1"] == RosterEntry(id="s1", name="小明", accounts=("uMother", "uFather"))
    assert entries["s2"].accounts == ("uRed",)
    assert entries["g3"] == RosterEntry(id="g3", name="某家长", accounts=("uAlone",))  # belongs, to whom nobody says
    assert entries["t1"].staff
    assert entries.keys() == {"s1", "s2", "g3", "t1"}
    mother = Participant(id="uMother@1", name="妈妈的手机", account="uMother")
    found = match(Roster(tuple(entries.values())), mother)
    assert (found.entry, found.trust) == ("s1", Trust.VERIFIED)


def test_a_parent_who_teaches_the_class_is_staff() -> None:
    book = Book()
    book.people["guardian"] = [person("t1", "王老师", "uTeacher")]
    book.people["teacher"] = [person("t1", "王老师", "uTeacher")]
    (entry,) = roster(book)
    assert entry.staff


@pytest.mark.parametrize("count", [0, 1, 29, 30, 31, 60, 61])
def test_all_pages_of_a_class(count: int) -> None:
    book = Book()
    book.people["student"] = [person(f"s{n}", f"学生{n}") for n in range(count)]
    assert len(roster(book)) == count


def test_nothing_but_names_and_accounts_is_taken_over() -> None:
    book = Book()
    book.people["student"] = [person("s1", "小明", "u1") | {"mobile": "13800000000", "email": "a@b.example"}]
    assert "13800000000" not in repr(roster(book))
    assert "student_no" not in repr(roster(book))


class Departments:
    """A school without 家校通讯录."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def __call__(self, path: str, form: Form) -> Any:
        if path.startswith("/topapi/edu/"):
            return {
                "errcode": 88,
                "sub_code": "60011",
                "sub_msg": "应用尚未开通所需的权限：[qyapi_addresslist_edu_read]",
            }
        if path == "/topapi/v2/department/listsub":
            below = {"1": [{"dept_id": 5, "name": "高一"}], "5": [{"dept_id": 6, "name": "3班"}]}
            return {"errcode": 0, "result": below.get(form["dept_id"], [])}
        assert path == "/topapi/v2/user/list"
        if form.keys() != {"dept_id", "cursor", "size"} or int(form["size"]) > 100:
            self.problems.append(str(form))
        start = int(form["cursor"])
        rows = [
            {"userid": f"s{n}", "unionid": f"u{n}", "name": f"学生{n}", "mobile": "1"}
            for n in range(start, start + 100)
        ]
        if start >= 200:
            return {"errcode": 0, "result": {"has_more": False, "list": rows[:7]}}
        return {"errcode": 0, "result": {"has_more": "true", "next_cursor": start + 100, "list": rows}}


def test_without_one_the_departments_are_offered() -> None:
    groups = ask(Departments(), lambda adapter: adapter.groups())
    assert groups == (Group(id="dept-5", name="高一"), Group(id="dept-6", name="高一 / 3班"))


def test_everybody_of_a_department_in_pages() -> None:
    entries = ask(Departments(), lambda adapter: adapter.roster("dept-6"))
    assert len(entries) == 207
    assert entries[0] == RosterEntry(id="s0", name="学生0", accounts=("u0",))


def test_a_department_that_never_ends_is_left() -> None:
    book = Departments()

    def endless(path: str, form: Form) -> Any:
        return book(path, form | {"cursor": "0"}) | {"result": {"has_more": True, "next_cursor": 0, "list": []}}

    assert ask(endless, lambda adapter: adapter.roster("dept-6")) == ()


@pytest.mark.parametrize("group", ["", "3", "class-", "class-x", "dept-1/../2", "class-" + "9" * 30])
def test_a_group_that_is_none_is_not_asked_for(group: str) -> None:
    cloud = Cloud(legacy=Book())
    with pytest.raises(Refused):
        ask(None, lambda adapter: adapter.roster(group), cloud)
    assert cloud.seen == []


def test_a_dead_token_in_the_address_is_replaced_once() -> None:
    cloud = Cloud(legacy=Book())

    async def twice(adapter: Any) -> Any:
        await adapter.groups()
        cloud.expire()
        return await adapter.groups()

    assert len(ask(None, twice, cloud)) == 33
    assert cloud.granted == 2


def test_a_busy_platform_is_not_a_school_without_classes() -> None:
    with pytest.raises(Transient):
        ask(lambda path, form: {"errcode": 90018, "errmsg": "busy"}, lambda adapter: adapter.groups())
