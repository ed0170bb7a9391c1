"""The school's address book: classes of 家校通讯录, else ordinary departments, and who belongs to them.

Pages obtains-the-department-node-list, obtains-a-list-of-home-school-user-identities,
queries-the-list-of-relationships and queries-the-complete-information-of-a-department-user, all of the old API.
Pupils often join with a parent's account, so a pupil's entry lists the guardians' accounts too.
"""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from adapters.base import Group
from adapters.dingtalk.client import Client
from adapters.dingtalk.errors import PLATFORM
from adapters.dingtalk.wire import MAX_NAME, number, person, text
from adapters.untrusted import members, rows
from adapters.wire import Query
from app.domain.errors import Refused
from app.domain.people import RosterEntry

CLASS, DEPARTMENT = "class-", "dept-"
PAGE = 30  # rows of 家校通讯录, the most the vendor gives
DEPARTMENT_PAGE = 100
MOST_PAGES = 100
MOST_NODES = 300  # of the tree; each costs a call of the month's quota
ROOT = 1

Row = Mapping[str, Any]


class AddressBook:
    """Reads classes and their people for one connection."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def groups(self) -> tuple[Group, ...]:
        """Every class; every department where the school has no 家校通讯录 or the app may not read it."""
        try:
            classes = await self._classes()
        except Refused:
            classes = ()
        return classes or await self._departments()

    async def roster(self, group: str) -> tuple[RosterEntry, ...]:
        """Who belongs to a group of `groups`. Raises AdapterError."""
        if found := re.fullmatch(r"class-([0-9]{1,19})", group):
            return await self._class(found[1])
        if found := re.fullmatch(r"dept-([0-9]{1,19})", group):
            return await self._department(found[1])
        raise Refused(PLATFORM, "no such group", code="no_group")

    async def look(self) -> None:
        """One page of the tree: whether 家校通讯录 may be read."""
        await self._client.legacy("/topapi/edu/dept/list", (("page_size", 1), ("page_no", 1)))

    # --- 家校通讯录 ---------------------------------------------------------------------------------------------------

    async def _classes(self) -> tuple[Group, ...]:
        found: dict[int, Group] = {}
        above: list[tuple[int | None, str]] = [(None, "")]
        seen: set[int] = set()
        while above and len(seen) < MOST_NODES:
            node, path = above.pop(0)
            asked: Query = () if node is None else (("super_id", node),)
            async for row in self._edu("/topapi/edu/dept/list", "details", asked):
                child, name = number(row.get("dept_id")), text(row.get("nick") or row.get("name"), MAX_NAME)
                if child is None or child in seen:
                    continue
                seen.add(child)
                whole = f"{path} / {name}" if path else name
                if row.get("dept_type") == "class":
                    found[child] = Group(id=f"{CLASS}{child}", name=whole)
                else:
                    above.append((child, whole))
        return tuple(found.values())

    async def _class(self, class_id: str) -> tuple[RosterEntry, ...]:
        students, guardians, teachers = [await self._people(class_id, r) for r in ("student", "guardian", "teacher")]
        related: dict[str, set[str]] = {}
        async for row in self._edu("/topapi/edu/user/relation/list", "relations", (("class_id", class_id),)):
            related.setdefault(text(row.get("to_userid")), set()).add(text(row.get("from_userid")))
        accounts = {text(g.get("userid")): person(g.get("unionid")) for g in guardians}
        told = {who for pupil in students for who in related.get(text(pupil.get("userid")), ())}
        alone = [g for g in guardians if text(g.get("userid")) not in told]
        pupils = [
            _entry(p, *(accounts.get(g, "") for g in sorted(related.get(text(p.get("userid")), ())))) for p in students
        ]
        return _each_once(*pupils, *map(_entry, alone), *(_entry(t, staff=True) for t in teachers))

    async def _people(self, class_id: str, role: str) -> list[Row]:
        asked: Query = (("class_id", class_id), ("role", role))
        return [row async for row in self._edu("/topapi/edu/user/list", "details", asked)]

    async def _edu(self, path: str, name: str, asked: Query) -> AsyncIterator[Row]:
        for page in range(1, MOST_PAGES + 1):
            answer = await self._client.legacy(path, (*asked, ("page_size", PAGE), ("page_no", page)))
            result = members(answer.get("result"))
            listed = rows(result.get(name))
            for row in listed:
                yield row
            if not _more(result) or not listed:
                return

    # --- ordinary departments -----------------------------------------------------------------------------------------

    async def _departments(self) -> tuple[Group, ...]:
        found: dict[int, Group] = {}
        above: list[tuple[int, str]] = [(ROOT, "")]
        while above and len(found) < MOST_NODES:
            node, path = above.pop(0)
            answer = await self._client.legacy("/topapi/v2/department/listsub", (("dept_id", node),))
            for row in rows(answer.get("result")):
                child, name = number(row.get("dept_id")), text(row.get("name"), MAX_NAME)
                if child is None or child in found:
                    continue
                whole = f"{path} / {name}" if path else name
                found[child] = Group(id=f"{DEPARTMENT}{child}", name=whole)
                above.append((child, whole))
        return tuple(found.values())

    async def _department(self, dept_id: str) -> tuple[RosterEntry, ...]:
        found: list[RosterEntry] = []
        cursor = 0
        for _ in range(MOST_PAGES):
            asked: Query = (("dept_id", dept_id), ("cursor", cursor), ("size", DEPARTMENT_PAGE))
            result = members((await self._client.legacy("/topapi/v2/user/list", asked)).get("result"))
            found += [_entry(row) for row in rows(result.get("list"))]
            following = number(result.get("next_cursor"))
            if not _more(result) or following is None or following == cursor:
                break
            cursor = following
        return _each_once(*found)


def _more(result: Mapping[str, Any]) -> bool:
    """The documents show the word "true" as well."""
    return result.get("has_more") in (True, "true")


def _entry(row: Row, *others: str, staff: bool = False) -> RosterEntry:
    """A pupil without a phone has no unionId of his own; nothing but names and accounts is taken over."""
    accounts = dict.fromkeys(a for a in (person(row.get("unionid")), *others) if a)
    return RosterEntry(
        id=text(row.get("userid")), name=text(row.get("name"), MAX_NAME), accounts=tuple(accounts), staff=staff
    )


def _each_once(*entries: RosterEntry) -> tuple[RosterEntry, ...]:
    """A parent who teaches the class is staff: the last word counts."""
    return tuple({e.id: e for e in entries if e.id}.values())
