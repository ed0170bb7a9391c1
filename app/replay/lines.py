"""The lines of a script: what people try and when. One line may speak of many people, and of many times."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Annotated

import msgspec

from app.domain.events import Event
from app.replay.cast import chosen

GOLDEN = 0.6180339887498949  # steps of this size fill a span evenly and in no order that anybody would notice
LONGEST = 100_000  # moments that one line may stand for

_Above0 = Annotated[float, msgspec.Meta(gt=0)]


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """`at` = seconds since the start, or with `after` since a measure moved that presence out.

    `who` may be many (`p1-40,q`); then `over` spreads them over so many seconds, `text` and `name` go by turn where
    they are lists, and `after` names as many others. `every` repeats it `until` then. `lasts` = seconds after which
    the opposite happens.
    """

    at: float
    kind: str
    who: str = ""
    after: str = ""
    over: float = 0.0
    every: _Above0 | None = None
    until: float | None = None
    lasts: _Above0 | None = None
    name: str | tuple[str, ...] = ""
    role: str = ""
    text: str | tuple[str, ...] = ""
    admitted: bool = False
    button: str = ""
    on: str = ""  # of a button: on whom
    switches: dict[str, bool] = {}
    scheduled_at: float | None = None  # of lesson.framed: seconds since the start
    ends_at: float | None = None


class Moment(msgspec.Struct, frozen=True):
    """One thing that one of them tries."""

    at: float
    kind: str
    line: Line
    who: str = ""
    after: str = ""
    name: str = ""
    text: str = ""


_OPPOSITE = {
    "participant.joined": "participant.left", "participant.waiting": "participant.left",
    "audio.unmuted": "audio.muted", "video.started": "video.stopped", "share.started": "share.stopped",
}  # fmt: skip

_ALONE = ("button.pressed",)  # `who` is a user there


def moments(line: Line, groups: Mapping[str, Iterable[str]], people: Mapping[str, object]) -> Iterator[Moment]:
    """What a line stands for. Raises KeyError for people who are not there, ValueError for what does not fit."""
    several = bool(line.who) and line.kind not in _ALONE
    who = chosen(line.who, groups, people) if several else (line.who,)
    after = chosen(line.after, groups, people) if line.after else ()
    if after and (len(after) != len(who) or line.every):
        raise ValueError("after: as many as `who`, and once")
    if line.lasts and line.kind not in _OPPOSITE:
        raise ValueError(f"lasts: {line.kind} has no opposite")
    turn = count()
    for begin in _times(line, len(who)):
        for n, one in enumerate(who):
            now = next(turn)
            at = begin + line.over * ((n * GOLDEN) % 1.0 if len(who) > 1 else 0.0)
            moment = Moment(
                at=at, kind=line.kind, line=line, who=one, after=after[n] if after else "",
                name=_turn(line.name, now), text=_turn(line.text, now),
            )  # fmt: skip
            yield moment
            if line.lasts:
                yield msgspec.structs.replace(moment, at=at + line.lasts, kind=_OPPOSITE[line.kind])


def _times(line: Line, people: int) -> Iterator[float]:
    if line.every is None:
        yield line.at
        return
    if line.until is None:
        raise ValueError("every: until when?")
    times = int(max(0.0, line.until - line.at) / line.every) + 1
    if times * people > LONGEST:
        raise ValueError(f"every: more than {LONGEST} moments")
    yield from (line.at + n * line.every for n in range(times))


def _turn(told: str | tuple[str, ...], n: int) -> str:
    return told if isinstance(told, str) else told[n % len(told)] if told else ""


class InOrder:
    """Events of lines that overlap, in the order of their times. Lines themselves come in the order of `at`."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Event]] = []
        self._count = count()

    def add(self, event: Event) -> None:
        """An event that is not before the line that was read."""
        heapq.heappush(self._heap, (event.at, next(self._count), event))

    def until(self, at: float) -> Iterator[Event]:
        """Everything that happens before that time."""
        while self._heap and self._heap[0][0] < at:
            yield heapq.heappop(self._heap)[2]
