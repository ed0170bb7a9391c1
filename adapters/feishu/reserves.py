"""Reservations that this app has made: who may join is decided there, and a note says what was decided.

Only the app that made a reservation may change it, and there is no way to find one by its number: so number and id are
noted when it is made. Vendor pages: vc-v1 reserve/apply, reserve/update, reserve/get.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from adapters import untrusted
from adapters.feishu import people
from adapters.feishu.client import BY_OPEN_ID, Client, Json
from adapters.feishu.errors import PLATFORM
from adapters.notes import Notes
from adapters.wire import segment
from app.domain.errors import Refused

NOTED = "reserve:"  # note: what is known of a reservation, by meeting number
HOST, INVITE, JOIN = 1, 2, 3  # `permission`
IDS, TENANT = 1, 3  # `check_field`
WHITELIST, BLACKLIST = 1, 2  # `check_mode`
MOST_HOSTS = 10  # that may be assigned (code 123003)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """One reservation. `listed` None = whoever has the number may join; `locked` None = the door is not locked.

    `hosts` are the teachers, who always may; `tenant` is the tenant's key where only its own people
    may join; `until` is when the number is given back, in seconds since the epoch.
    """

    id: str
    number: str
    hosts: tuple[str, ...]
    until: float
    tenant: str = ""
    listed: tuple[str, ...] | None = None
    locked: tuple[str, ...] | None = None
    banned: tuple[str, ...] = ()

    def settings(self) -> Mapping[str, object]:
        """`meeting_settings` with the whole of the permissions: what is sent replaces them all."""
        staff = {"check_field": IDS, "check_mode": WHITELIST, "check_list": list(self.hosts)}
        permissions = [{"permission": p, "permission_checkers": [staff]} for p in (HOST, INVITE)]
        joining = self.joining()
        if joining is not None:
            permissions.insert(0, {"permission": JOIN, "permission_checkers": [joining]})
        return {"action_permissions": permissions}

    def joining(self) -> dict[str, object] | None:
        """Who may join, as the one checker there may be: several combine with OR, and would open the door again."""
        listed = self.listed if self.locked is None else self.locked
        if listed is not None:
            allowed = dict.fromkeys((*self.hosts, *(a for a in listed if a not in self.banned)))
            return {"check_field": IDS, "check_mode": WHITELIST, "check_list": list(allowed)}
        if self.tenant:
            return {"check_field": TENANT, "check_mode": WHITELIST, "check_list": [self.tenant]}
        if self.banned:
            return {"check_field": IDS, "check_mode": BLACKLIST, "check_list": list(self.banned)}
        return None

    @property
    def bans_hold(self) -> bool:
        """Whether somebody can be kept out: a list of accounts and a tenant cannot be asked for together."""
        return not self.tenant or self.listed is not None or self.locked is not None


class Reserves:
    """The reservations of one connection."""

    def __init__(self, client: Client, notes: Notes) -> None:
        self._client = client
        self._notes = notes
        self._changing: dict[str, asyncio.Lock] = {}

    def get(self, number: str) -> Reserve | None:
        """What was noted about a meeting number; None for a meeting that this app did not make."""
        return _read(self._notes.get(NOTED + number)) if number else None

    def known(self, number: str) -> bool:
        """Whether this app made the meeting of that number."""
        return bool(number and self._notes.get(NOTED + number))

    async def apply(self, *, hosts: tuple[str, ...], until: int, topic: str) -> Json:
        """A new reservation as the platform describes it: nothing but title and teachers, of whom the first owns it.

        Raises AdapterError.
        """
        settings: dict[str, object] = {
            "topic": topic,
            "meeting_initial_type": 1,
            "auto_record": False,
            "assign_host_list": [{"user_type": people.USER, "id": h} for h in hosts[:MOST_HOSTS]],
        }
        members = {"end_time": str(until), "owner_id": hosts[0], "meeting_settings": settings}
        return await self._client.send("POST", "/open-apis/vc/v1/reserves/apply", (BY_OPEN_ID,), members)

    async def note(self, reserve: Reserve) -> None:
        """Remember what was decided."""
        await self._notes.put(NOTED + reserve.number, _written(reserve))

    async def change(self, number: str, change: Callable[[Reserve], Reserve]) -> None:
        """Change what was noted and ask for it; two changes of one reservation never overtake each other.

        Raises AdapterError; Refused for a reservation that is not ours.
        """
        async with self._changing.setdefault(number, asyncio.Lock()):
            known = self.get(number)
            if known is None:
                raise Refused(PLATFORM, "this app has not made the reservation of this meeting", code="not_ours")
            changed = change(known)
            if changed.joining() == known.joining() and changed != known:
                await self.note(changed)  # nothing that the platform could be asked for
            else:
                await self.update(changed)

    async def update(self, reserve: Reserve, *, until: int | None = None) -> None:
        """Ask for what a reservation now says, then remember it. Raises AdapterError."""
        members: dict[str, object] = {} if until is None else {"end_time": str(until)}
        path = f"/open-apis/vc/v1/reserves/{segment(reserve.id)}"
        await self._client.send("PUT", path, (BY_OPEN_ID,), members | {"meeting_settings": reserve.settings()})
        await self.note(reserve if until is None else replace(reserve, until=float(until)))

    async def read(self, reserve: Reserve) -> Json:
        """The reservation as the platform has it. Raises AdapterError."""
        path = f"/open-apis/vc/v1/reserves/{segment(reserve.id)}"
        return untrusted.members((await self._client.get(path, (BY_OPEN_ID,))).get("reserve"))


def joiners(reserve: Json) -> dict[str, object] | None:
    """The checker of who may join in a reservation as read; None where the answer does not show any."""
    settings = untrusted.members(reserve.get("meeting_settings"))
    for permission in untrusted.rows(settings.get("action_permissions")):
        checkers = untrusted.rows(permission.get("permission_checkers"))
        if people.number(permission.get("permission")) == JOIN and len(checkers) == 1:
            only = checkers[0]
            listed = only.get("check_list")
            return {
                "check_field": people.number(only.get("check_field")),
                "check_mode": people.number(only.get("check_mode")),
                "check_list": sorted(map(str, listed)) if isinstance(listed, list) else [],
            }
    return None


def _written(reserve: Reserve) -> str:
    kept = {name: getattr(reserve, name) for name in Reserve.__dataclass_fields__}
    return json.dumps({name: value for name, value in kept.items() if value is not None})


def _read(note: str) -> Reserve | None:
    try:
        known = untrusted.members(untrusted.loads(note))
        return Reserve(
            id=str(known["id"]), number=str(known["number"]), hosts=_ids(known.get("hosts", ())),
            until=float(known["until"]), tenant=str(known.get("tenant", "")),
            listed=_ids(known["listed"]) if "listed" in known else None,
            locked=_ids(known["locked"]) if "locked" in known else None, banned=_ids(known.get("banned", ())),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return None


def _ids(value: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(v) for v in value)
