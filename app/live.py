"""The numbered timeline to every open panel: each row once, in order, and whatever was missed after a reconnect."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec

from app.pipeline import Committed
from app.store import codec
from app.store.log import Logged

BACKLOG = 512  # rows that one slow panel may be behind before it is cut off; it comes back with `after`


class Slow(Exception):
    """The panel is too far behind: let it reconnect with the last number it has."""


class Panel:
    """One open panel."""

    def __init__(self) -> None:
        self._rows: asyncio.Queue[tuple[int, str] | None] = asyncio.Queue(BACKLOG)

    def offer(self, number: int, text: str) -> bool:
        """Hand over one row; False when the panel is too far behind."""
        try:
            self._rows.put_nowait((number, text))
        except asyncio.QueueFull:
            return False
        return True

    def cut(self) -> None:
        """Make room for the sign that it was cut off."""
        while not self._rows.empty():
            self._rows.get_nowait()
        self._rows.put_nowait(None)

    async def next(self) -> tuple[int, str]:
        """The next row. Raises Slow after a cut."""
        row = await self._rows.get()
        if row is None:
            raise Slow
        return row


class Live:
    """Who watches which lesson. Fed by the pipeline after each commit; lives on one event loop."""

    def __init__(self) -> None:
        self._panels: dict[str, set[Panel]] = {}

    def __call__(self, committed: Committed) -> None:
        """Send the new rows of each watched lesson: made into text once, handed to every panel."""
        for lesson in committed.lessons:
            panels = self._panels.get(lesson.id)
            if not panels:
                continue
            for row in lesson.rows:
                text = told(row)
                for panel in tuple(panels):
                    if not panel.offer(row.number, text):
                        panel.cut()
                        panels.discard(panel)

    @asynccontextmanager
    async def watching(self, lesson: str) -> AsyncIterator[Panel]:
        """A panel on a lesson, from now on; what came before is read from the log by its owner."""
        panel = Panel()
        self._panels.setdefault(lesson, set()).add(panel)
        try:
            yield panel
        finally:
            panels = self._panels.get(lesson, set())
            panels.discard(panel)
            if not panels:
                self._panels.pop(lesson, None)

    def count(self) -> int:
        """Open panels."""
        return sum(map(len, self._panels.values()))


def as_json(row: Logged) -> dict[str, Any]:
    """A row as the API, the timeline and the panels show it: times in RFC 3339 UTC, names merged in."""
    return {
        "number": row.number,
        "at": rfc3339(row.at),
        "recorded_at": rfc3339(row.recorded_at),
        "kind": row.kind,
        "incident": row.incident,
        "body": _shown(codec.whole(row.body, row.private or None)),
    }


_KEYS = frozenset({"link", "address"})  # whoever has a pupil's link comes in as that pupil; nobody reads an address


def _shown(value: Any) -> Any:
    """What was told, without what opens a door."""
    if isinstance(value, dict):
        return {name: _shown(part) for name, part in value.items() if name not in _KEYS}
    return [_shown(part) for part in value] if isinstance(value, list) else value


def told(row: Logged) -> str:
    """A row as one JSON text."""
    return msgspec.json.encode(as_json(row)).decode()


def rfc3339(at: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC with milliseconds."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
