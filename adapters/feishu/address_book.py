"""Rosters out of what the school keeps on Feishu anyway: departments, and the class's group chats.

An entry holds all three ids of an account, so that a list from another source matches too. Nothing else is read that a
rule does not need.
"""

from adapters import untrusted
from adapters.base import Group
from adapters.feishu import keys, people
from adapters.feishu.client import BY_OPEN_ID, Client, Json, pages
from adapters.feishu.errors import PLATFORM
from adapters.feishu.group import Groups
from adapters.wire import Query, segment
from app.domain.errors import AdapterError, Refused
from app.domain.people import RosterEntry

PAGE = 50
ROOT = "0"
BY_DEPARTMENT = ("department_id_type", "open_department_id")


class AddressBook:
    """Departments and groups as lists of people."""

    def __init__(self, client: Client, groups: Groups) -> None:
        self._client = client
        self._groups = groups

    async def groups(self) -> tuple[Group, ...]:
        """Every department below the top, and every group chat that the bot is in.

        Raises AdapterError where neither can be read.
        """
        found: list[Group] = []
        problems: list[AdapterError] = []
        for ask in (self._departments, self._chats):
            try:
                found += await ask()
            except AdapterError as e:
                problems.append(e)
        if len(problems) == 2:
            raise problems[0]
        return tuple(found)

    async def _departments(self) -> list[Group]:
        async def ask(more: Query) -> Json:
            query = (BY_DEPARTMENT, BY_OPEN_ID, ("fetch_child", "true"), *more)
            return await self._client.get(f"/open-apis/contact/v3/departments/{ROOT}/children", query)

        rows, _ = await pages(ask, PAGE)
        named = [(people.identifier(r.get("open_department_id")), people.text(r.get("name"), 200)) for r in rows]
        return [Group(id=known, name=name or known) for known, name in named if known]

    async def _chats(self) -> list[Group]:
        named = [
            (people.identifier(r.get("chat_id")), people.text(r.get("name"), 200)) for r in await self._groups.all()
        ]
        return [Group(id=known, name=name or known) for known, name in named if keys.is_chat(known)]

    async def roster(self, group: str) -> tuple[RosterEntry, ...]:
        """Who belongs to a department (with everything below it) or a group chat. Raises AdapterError."""
        if not people.identifier(group):
            raise Refused(PLATFORM, "no department or group has such an id", code="no_group")
        if keys.is_chat(group):
            rows = await self._groups.listed(group)
            return _entries([{"open_id": r.get("member_id"), "name": r.get("name")} for r in rows])
        below = await self._below(group)
        users: list[Json] = []
        for department in (group, *below):
            users += await self._users(department)
        return _entries(users)

    async def _below(self, department: str) -> list[str]:
        async def ask(more: Query) -> Json:
            query = (BY_DEPARTMENT, BY_OPEN_ID, ("fetch_child", "true"), *more)
            return await self._client.get(f"/open-apis/contact/v3/departments/{segment(department)}/children", query)

        rows, _ = await pages(ask, PAGE)
        return [known for r in rows if (known := people.identifier(r.get("open_department_id")))]

    async def _users(self, department: str) -> list[Json]:
        async def ask(more: Query) -> Json:
            query = (("department_id", department), BY_DEPARTMENT, BY_OPEN_ID, *more)
            return await self._client.get("/open-apis/contact/v3/users/find_by_department", query)

        return (await pages(ask, PAGE))[0]


def _entries(rows: list[Json]) -> tuple[RosterEntry, ...]:
    """Each account once; who is frozen or has left the school belongs no more."""
    entries: dict[str, RosterEntry] = {}
    for row in rows:
        status = untrusted.members(row.get("status"))
        gone = any(status.get(flag) is True for flag in ("is_frozen", "is_resigned", "is_exited"))
        open_id, name = people.text(row.get("open_id")), people.text(row.get("name"), people.MAX_NAME)
        if not open_id or gone:
            continue
        aliases = (people.text(row.get("en_name"), people.MAX_NAME), people.text(row.get("nickname"), people.MAX_NAME))
        ids = (open_id, people.text(row.get("union_id")), people.text(row.get("user_id")))
        entries[open_id] = RosterEntry(
            id=open_id,
            name=name or open_id,
            aliases=tuple(dict.fromkeys(a for a in aliases if a and a != name)),
            accounts=tuple(dict.fromkeys(i for i in ids if i)),
        )
    return tuple(entries.values())
