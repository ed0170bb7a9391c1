"""The meetings that this app created: only those can be controlled, and only of those we know the teacher beforehand.

Events tell no role. Without the note a teacher who is not on the roster would be a stranger until the first list.
"""

from adapters.notes import Notes

OWN = "own:"  # before a meeting's id: "<second until which it lasts> <userid of its host>"
KEEP = 30 * 86_400.0  # seconds after its end that a meeting is remembered


class Own:
    """What the notes of a connection say about its own meetings."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    async def add(self, meeting: str, *, until: float, host: str, now: float) -> None:
        """Remember a meeting that was created just now; long past ones are forgotten."""
        for name, text in self._notes.under(OWN).items():
            if _until(text) + KEEP < now:
                await self._notes.forget(name)
        await self._notes.put(OWN + meeting, f"{int(max(0.0, until))} {host}")

    def __contains__(self, meeting: str) -> bool:
        return bool(self._notes.get(OWN + meeting))

    def host(self, meeting: str) -> str:
        """The userid of the teacher for whom it was created; "" where it was not."""
        return self._notes.get(OWN + meeting).partition(" ")[2]

    def newest(self) -> str:
        """The meeting that lasts longest; "" when none was created yet."""
        mine = sorted((_until(text), name) for name, text in self._notes.under(OWN).items())
        return mine[-1][1].removeprefix(OWN) if mine else ""


def _until(text: str) -> int:
    first = text.partition(" ")[0]
    return int(first) if first.isascii() and first.isdigit() else 0
