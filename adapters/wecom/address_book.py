"""Classes, pupils and members by the school's own address books (pages 92343, 96119, 90208, 90200).

Pupils of 家校沟通 and their parents live in a namespace apart from the accounts of the corp, though a text may stand in
both: so their ids carry a prefix here. Phone numbers, relations and everything else stay where they are.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters import untrusted
from adapters.base import Group
from adapters.wecom import people
from adapters.wecom.client import Client
from adapters.wecom.errors import PLATFORM
from app.domain.errors import Gone, Refused
from app.domain.people import RosterEntry

CLASS, DEPARTMENT = "class", "department"  # before the colon of a group's id
STUDENT, EXTERNAL = "student:", "external:"  # before an account id; corp members have none
CLASS_TYPE = 1  # of 1 class, 2 grade, 3 stage, 4 campus, 5 school
LONGEST_NAME = 200

Row = Mapping[str, Any]


async def groups(client: Client) -> tuple[Group, ...]:
    """What a roster can be taken from; an address book that the app may not read is left out. Raises AdapterError."""
    found: list[Group] = []
    refusals: list[Refused] = []
    ways: tuple[Callable[[Client], Awaitable[list[Group]]], ...] = (_classes, _departments)
    for way in ways:
        try:
            found += await way(client)
        except Refused as e:
            refusals.append(e)
    if len(refusals) == len(ways):
        raise refusals[0]
    return tuple(found)


async def roster(client: Client, group: str) -> tuple[RosterEntry, ...]:
    """Who belongs to a group. Raises AdapterError."""
    kind, _, number = group.partition(":")
    if kind not in (CLASS, DEPARTMENT) or not (number.isascii() and number.isdigit() and len(number) <= 12):
        raise Gone(PLATFORM, "there is no such class or department", code="no_group")
    if kind == DEPARTMENT:
        return await _members(client, number)
    return (*await _students(client, number), *await _teachers(client, number))


async def _classes(client: Client) -> list[Group]:
    """Classes that have not graduated, with the name of the grade in front: a school has many a "class 3"."""
    rows = _rows(await client.get("/cgi-bin/school/department/list"), "departments")
    names = {row.get("id"): _name(row) for row in rows}
    shown = (row for row in rows if row.get("type") == CLASS_TYPE and row.get("is_graduated") != 1)
    found = []
    for row in shown:
        above = names.get(row.get("parentid"), "")
        name = _name(row)
        found.append(_group(CLASS, row, name if not above or name.startswith(above) else f"{above} / {name}"))
    return [group for group in found if group]


async def _departments(client: Client) -> list[Group]:
    rows = _rows(await client.get("/cgi-bin/department/list"), "department")
    return [group for row in rows if (group := _group(DEPARTMENT, row, _name(row)))]


def _group(kind: str, row: Row, name: str) -> Group | None:
    number = row.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        return None
    return Group(id=f"{kind}:{number}", name=name or str(number))


async def _students(client: Client, department: str) -> list[RosterEntry]:
    answer = await client.get("/cgi-bin/school/user/list", (("department_id", department),))
    found = []
    for row in _rows(answer, "students"):
        if userid := people.text(row.get("student_userid")):
            parents = (people.text(p.get("external_userid")) for p in _rows(row, "parents"))
            accounts = (STUDENT + userid, *(EXTERNAL + p for p in parents if p))
            found.append(RosterEntry(id=STUDENT + userid, name=_name(row) or userid, accounts=accounts))
    return found


async def _teachers(client: Client, department: str) -> list[RosterEntry]:
    """Whoever leads the class or teaches in it: accounts of the corp."""
    answer = await client.get("/cgi-bin/school/department/list", (("id", department),))
    mine = (row for row in _rows(answer, "departments") if str(row.get("id")) == department)
    userids = dict.fromkeys(
        userid for row in mine for a in _rows(row, "department_admins") if (userid := people.text(a.get("userid")))
    )
    return [
        RosterEntry(id=userid, name=await _name_of(client, userid), accounts=(userid,), staff=True)
        for userid in userids
    ]


async def _name_of(client: Client, userid: str) -> str:
    """A member's name; his id where the app may not see him."""
    try:
        return _name(await client.get("/cgi-bin/user/get", (("userid", userid),))) or userid
    except Refused:
        return userid


async def _members(client: Client, department: str) -> tuple[RosterEntry, ...]:
    """Ids and names: the list with phone numbers is never asked for."""
    answer = await client.get("/cgi-bin/user/simplelist", (("department_id", department),))
    return tuple(
        RosterEntry(id=userid, name=_name(row) or userid, accounts=(userid,))
        for row in _rows(answer, "userlist")
        if (userid := people.text(row.get("userid")))
    )


def _rows(answer: Row, name: str) -> list[Row]:
    return untrusted.rows(answer.get(name))


def _name(row: Row) -> str:
    return people.text(row.get("name"), LONGEST_NAME).strip()
