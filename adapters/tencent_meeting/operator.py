"""Who asks: the host through whom a control call is made (fact: sources differ on the kinds of id a call takes).

The vendor's pages and SDKs agree only on `ms_open_id` (type 4), so that comes first: the host seen in the room, else
the account of the settings, asked for once per run. Refused for the operator's sake, a call is made once more with
the userid (type 1), and what worked for that call in that meeting is remembered.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from weakref import WeakValueDictionary

from adapters.memory import Memory
from adapters.tencent_meeting import people
from adapters.tencent_meeting.client import Client
from adapters.tencent_meeting.errors import WRONG_OPERATOR
from adapters.wire import segment
from app.domain.errors import Refused
from app.domain.people import Participant

BY_USERID, BY_MS_OPEN_ID = 1, 4
ANY_DEVICE = 1  # the operator's device is not checked; the target's is
ONE_RUN = 3600.0  # seconds; an ms_open_id is worth nothing in the next run of the meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """The operator triple of a control call."""

    id: str
    type: int
    device: int = ANY_DEVICE

    def members(self) -> dict[str, object]:
        """As it stands in every body."""
        return {"operator_id": self.id, "operator_id_type": self.type, "instanceid": self.device}


class Operators:
    """Makes control calls on somebody's behalf."""

    def __init__(self, client: Client, userid: str, now: Callable[[], float]) -> None:
        self._client = client
        self._userid = Operator(id=userid, type=BY_USERID)
        self._own: Memory[str] = Memory(now, ONE_RUN)
        self._wants_userid: Memory[bool] = Memory(now, ONE_RUN)
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def send(
        self, method: str, path: str, members: Mapping[str, object], *, meeting: str, host: Participant | None
    ) -> None:
        """One control call, at most twice. Raises AdapterError."""
        first = await self._first(path, meeting, host)
        try:
            await self._client.send(method, path, {**first.members(), **members})
        except Refused as refusal:
            if refusal.code not in WRONG_OPERATOR:
                raise
            second = await self._second(first, meeting, host)
            if second is None:
                raise
            await self._client.send(method, path, {**second.members(), **members})
            self._remember(path, second)

    def forget(self, meeting: str) -> None:
        """The run is over: its ids are worth nothing now."""
        self._own.forget(meeting)

    async def own_ms_open_id(self, meeting: str) -> str:
        """The ms_open_id of the settings' account in this meeting, which exists before the start too."""
        query = (("operator_id", self._userid.id), ("operator_id_type", BY_USERID))
        answer = await self._client.get(f"/v1/meetings/{segment(meeting)}/ms-open-id", query)
        return people.text(answer.get("ms_open_id"))

    async def _first(self, path: str, meeting: str, host: Participant | None) -> Operator:
        if self._wants_userid.get(path):
            return self._userid
        return await self._by_ms_open_id(meeting, host) or self._userid

    async def _second(self, refused: Operator, meeting: str, host: Participant | None) -> Operator | None:
        """Another way to ask: the id of the new run where an old one was remembered, else the other kind of id."""
        if refused.type == BY_USERID:
            if not self._own.get(meeting):
                self._own.forget(meeting)
            other = await self._by_ms_open_id(meeting, host)
            return other if other != refused else None
        if refused.id == self._own.get(meeting):
            self._own.forget(meeting)
            newer = await self._by_ms_open_id(meeting, None)
            return newer if newer and newer.id != refused.id else self._userid
        return self._userid

    async def _by_ms_open_id(self, meeting: str, host: Participant | None) -> Operator | None:
        if host and (found := people.reach(host)):
            return Operator(id=found[0], type=BY_MS_OPEN_ID, device=found[1])
        known = await self._own_once(meeting)
        return Operator(id=known, type=BY_MS_OPEN_ID) if known else None

    async def _own_once(self, meeting: str) -> str:
        """The account's id, asked for once however many controls start together; "" where that is refused."""
        lock = self._asking.setdefault(meeting, asyncio.Lock())
        async with lock:
            known = self._own.get(meeting)
            if known is None:
                try:
                    known = await self.own_ms_open_id(meeting)
                except Refused:
                    known = ""
                self._own.put(meeting, known)
            return known

    def _remember(self, path: str, worked: Operator) -> None:
        self._wants_userid.forget(path)
        if worked.type == BY_USERID:
            self._wants_userid.put(path, True)
