"""On which device somebody is: looked up when only an event told of him, because events name no device.

In a wave of intruders many controls ask at the same moment. They share one reading of the list, as long as it began
after they asked.
"""

import asyncio
from dataclasses import dataclass
from weakref import WeakValueDictionary

from adapters.wecom.people import Reach
from adapters.wecom.roster import Lists, Row, reach_of


@dataclass(slots=True)
class _Reading:
    rows: list[Row]
    begun: int


class _Shared:
    """The newest reading of one list. `begun` counts readings, so that nobody gets one older than his question."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.readings = 0
        self.newest: _Reading | None = None


class Whereabouts:
    """Finds the devices of people."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._shared: WeakValueDictionary[tuple[str, bool], _Shared] = WeakValueDictionary()

    async def find(self, meeting: str, occurrence: str, tmp_openid: str, *, waits: bool) -> Reach:
        """Where he is by a list that was asked for after this question. Raises AdapterError."""
        shared = self._shared.setdefault((meeting, waits), _Shared())
        asked = shared.readings
        async with shared.lock:
            if shared.newest is None or shared.newest.begun <= asked:
                shared.readings += 1
                begun = shared.readings
                shared.newest = _Reading(rows=await self._read(meeting, occurrence, waits), begun=begun)
            rows = shared.newest.rows
        return reach_of(rows, tmp_openid, waits=waits)

    async def _read(self, meeting: str, occurrence: str, waits: bool) -> list[Row]:
        if waits:
            return await self._lists.waiting_rows(meeting)
        return await self._lists.inside_rows(meeting, occurrence or await self._lists.current_occurrence(meeting))
