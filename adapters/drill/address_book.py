"""The practice school's address book: its classes, and who belongs to one."""

import msgspec

from adapters.base import Group
from adapters.drill.api import call, segment
from adapters.drill.settings import DrillSettings
from adapters.drill.webhook import PLATFORM
from adapters.http import Http
from app.domain.errors import Malformed
from app.domain.people import RosterEntry


class _Group(msgspec.Struct, frozen=True):
    id: str
    name: str


class _Groups(msgspec.Struct, frozen=True):
    groups: tuple[_Group, ...]


class _Member(msgspec.Struct, frozen=True):
    id: str
    name: str
    staff: bool = False


class _Members(msgspec.Struct, frozen=True):
    members: tuple[_Member, ...]


async def groups(settings: DrillSettings, http: Http) -> tuple[Group, ...]:
    """The classes. Raises AdapterError."""
    found = await call(settings, http, "GET", "/groups")
    try:
        return tuple(Group(id=g.id, name=g.name) for g in msgspec.convert(found, _Groups).groups)
    except msgspec.ValidationError as e:
        raise Malformed(PLATFORM, f"the address book cannot be read: {e}") from None


async def roster(settings: DrillSettings, http: Http, group: str) -> tuple[RosterEntry, ...]:
    """Who belongs to a class. Raises AdapterError."""
    found = await call(settings, http, "GET", f"/groups/{segment(group)}")
    try:
        members = msgspec.convert(found, _Members).members
    except msgspec.ValidationError as e:
        raise Malformed(PLATFORM, f"the class cannot be read: {e}") from None
    return tuple(RosterEntry(id=m.id, name=m.name, accounts=(m.id,), staff=m.staff) for m in members)
