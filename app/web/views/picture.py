"""A lesson as a drawing: people present over time as a stepped line, actions as marks on it.."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.store.review.record import Heads, LogRow, Step
from app.web.views.reader import Reader
from app.web.views.text import clock
from app.web.views.timeline import wish

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 180, 36, 12, 28  # in units of the drawing
TICKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One action: where it stands, how it ended, and what it says."""

    x: float
    outcome: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A place on an axis with its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The drawing in a box of `width` x `height`. `inside` and `waiting` are SVG path data, "" when nobody moved."""

    inside: str
    waiting: str
    marks: tuple[Mark, ...]
    times: tuple[Tick, ...]
    heads: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    ground: int = HEIGHT - BOTTOM


def picture(heads: Sequence[Heads], rows: Sequence[LogRow], steps: Sequence[Step], reader: Reader) -> Picture:
    """Draw the lesson. `rows` give the times of the steps."""
    at = {row.number: row.at for row in rows}
    moments = [h.at for h in heads] + list(at.values())
    first, last = min(moments, default=0.0), max(moments, default=0.0)
    most = max((max(h.inside, h.waiting) for h in heads), default=0) or 1

    def x(moment: float) -> float:
        return round(LEFT + (WIDTH - LEFT) * (moment - first) / ((last - first) or 1.0), 1)

    def y(count: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / most), 1)

    def line(counts: Sequence[int]) -> str:
        points = [(x(h.at), y(count)) for h, count in zip(heads, counts, strict=True)]
        if not points:
            return ""
        moves = "".join(f"H{px}V{py}" for px, py in points[1:])
        return f"M{points[0][0]} {points[0][1]}{moves}H{WIDTH}"

    return Picture(
        inside=line([h.inside for h in heads]),
        waiting=line([h.waiting for h in heads]) if any(h.waiting for h in heads) else "",
        marks=tuple(_mark(s, x(at.get(s.number, first)), reader) for s in steps),
        times=tuple(Tick(at=x(t), label=clock(t, reader.zone)) for t in _between(first, last)),
        heads=tuple(Tick(at=y(n), label=str(n)) for n in sorted({0, most})),
    )


def _mark(step: Step, x: float, reader: Reader) -> Mark:
    outcome = reader.words.word("outcome", step.outcome)
    return Mark(x=x, outcome=step.outcome.value, label=f"{wish(step.action, reader).striptags()} · {outcome}")


def _between(first: float, last: float) -> list[float]:
    if last <= first:
        return [first]
    return [first + (last - first) * n / (TICKS - 1) for n in range(TICKS)]
