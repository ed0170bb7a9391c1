"""The switches of the room: what is asked for at the same moment leaves in one request (page 98175).

Calming a room turns six switches; the platform takes them all in one call, so the room is quiet after one round trip
instead of six. Each wish still gets an outcome of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from adapters.wecom import errors
from adapters.wecom.errors import FAULTS, PARAMETER, PLATFORM
from app.domain.errors import AdapterError, Refused, Transient

MOMENT = 0.003  # seconds for which a wish waits for others

Members = dict[str, object]
Send = Callable[[str, Mapping[str, object]], Awaitable[None]]  # meeting and switches; raises AdapterError


@dataclass(slots=True, kw_only=True)
class _Wish:
    members: Mapping[str, object]
    told: asyncio.Future[AdapterError | None]


@dataclass(slots=True, kw_only=True)
class _Batch:
    members: Members = field(default_factory=dict)
    wishes: list[_Wish] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    def contradicts(self, members: Mapping[str, object]) -> bool:
        return any(self.members.get(name, value) != value for name, value in members.items())


class Switchboard:
    """Gathers wishes by meeting."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._open: dict[str, _Batch] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def set(self, meeting: str, members: Mapping[str, object]) -> None:
        """Ask for these switches; returns when the platform has accepted them. Raises AdapterError."""
        batch = self._open.get(meeting)
        if batch is None or batch.contradicts(members):
            batch = self._begin(meeting, after=batch)
        wish = _Wish(members=members, told=asyncio.get_running_loop().create_future())
        batch.members |= members
        batch.wishes.append(wish)
        error = await asyncio.shield(wish.told)
        if error is not None:
            raise errors.again(error)

    async def close(self) -> None:
        """Give up what has not left yet."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, meeting: str, after: _Batch | None) -> _Batch:
        """A new batch; one that wants the opposite of an earlier one leaves after it."""
        batch = self._open[meeting] = _Batch()
        task = batch.task = asyncio.create_task(self._flush(meeting, batch, after.task if after else None))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return batch

    async def _flush(self, meeting: str, batch: _Batch, after: asyncio.Task[None] | None) -> None:
        await asyncio.sleep(MOMENT)
        if after is not None:
            await asyncio.wait({after})
        if self._open.get(meeting) is batch:
            del self._open[meeting]
        try:
            error = await self._asked(meeting, batch.members)
            if error is not None and len(batch.wishes) > 1 and _about_one(error):
                for wish in batch.wishes:
                    _tell(wish, await self._asked(meeting, wish.members))
            for wish in batch.wishes:
                _tell(wish, error)
        finally:
            for wish in batch.wishes:
                _tell(wish, Transient(PLATFORM, "this service stops"))  # only where this task itself was cut off

    async def _asked(self, meeting: str, members: Mapping[str, object]) -> AdapterError | None:
        try:
            await self._send(meeting, members)
        except AdapterError as e:
            return e
        return None


def _tell(wish: _Wish, error: AdapterError | None) -> None:
    if not wish.told.done():
        wish.told.set_result(error)


def _about_one(error: AdapterError) -> bool:
    """Whether the platform may have refused all because of one: then each is asked for alone."""
    return isinstance(error, Refused) and (error.code in PARAMETER or error.code not in FAULTS)
