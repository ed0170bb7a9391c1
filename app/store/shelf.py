"""Folded states at hand: a few live ones as objects, the others packed, so that 5 000 lessons fit in little memory."""

from collections import OrderedDict

from app.domain.people import Roster
from app.domain.state import LessonState, Status
from app.store import codec

HOT_PEOPLE = 40_000  # presences kept as objects; beyond, the least recently used lessons are packed


class Shelf:
    """lesson id -> (log number, state). Wrong or missing entries only cost a fold from the log."""

    def __init__(self, hot_people: int = HOT_PEOPLE) -> None:
        self._hot: OrderedDict[str, tuple[int, LessonState]] = OrderedDict()
        self._packed: dict[str, tuple[int, bytes]] = {}
        self._people = 0
        self._limit = hot_people

    def get(self, lesson: str, number: int, roster: Roster) -> LessonState | None:
        """The state of a lesson after that row; None when it is not here or not of that row."""
        if (hot := self._hot.get(lesson)) and hot[0] == number:
            return hot[1]
        if (cold := self._packed.get(lesson)) and cold[0] == number:
            return codec.state_from(cold[1], roster)
        return None

    def put(self, lesson: str, state: LessonState, number: int) -> None:
        """Take over a committed state; an ended lesson is let go."""
        self._drop(lesson)
        if state.status is Status.ENDED and not state.open_intents():
            return
        self._hot[lesson] = (number, state)
        self._people += _weight(state)
        while self._people > self._limit and len(self._hot) > 1:
            old, (at, packed) = self._hot.popitem(last=False)
            self._people -= _weight(packed)
            self._packed[old] = (at, codec.snapshot(packed))

    def _drop(self, lesson: str) -> None:
        if hot := self._hot.pop(lesson, None):
            self._people -= _weight(hot[1])
        self._packed.pop(lesson, None)


def _weight(state: LessonState) -> int:
    return 4 + len(state.inside) + len(state.waiting)
