"""What a scenario came to: figures from the classroom's truth, and what the service itself recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.replay.again import Again
from app.replay.truth import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """Something that was done to a pupil who had done nothing."""

    who: str
    what: str  # the measure, or "kept out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One control call as the platform got it. `who` is the actor it was about, "" for the room."""

    at: float
    what: str
    who: str
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One intent as the panel showed it, with how it came out."""

    at: float
    kind: str
    who: str
    rule: str
    reason: str
    outcome: str
    severity: int
    by: str = ""
    requested_at: float | None = None
    settled_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """All times in seconds of the lesson; durations in seconds.

    `calm` counts from the first thing that pupils could hear, see or read (of several disturbances the longest): 0 =
    there was none, None = never calm.
    `disturbed` is for how long anything of the kind went on, `acts` how many there were.
    """

    calm: float | None
    first: float | None
    disturbed: float
    acts: int
    strangers_in: int
    entries: int
    longest_stay: float
    touched: tuple[Touch, ...]
    presses: int
    by_hand: int
    told: tuple[Told, ...]
    asked: tuple[Asked, ...]
    stays: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)  # of hostile people and of all pupils
    incidents: int = 0
    chain: bool = True  # the hash chain of the record holds
    again: tuple[Again, ...] = ()  # whether the record follows from its events, lesson by lesson
    rows: tuple[tuple[float, str], ...] = ()  # (at, kind) of everything in the log
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def alerts(self) -> int:
        """How often people were called."""
        return sum(t.kind == "alert" for t in self.told)

    @property
    def manual(self) -> int:
        """How many things the panel asked to be done by hand."""
        return sum(t.outcome == "manual" for t in self.told)

    def pupils(self) -> int:
        """How many pupils were touched by mistake."""
        return len({t.who for t in self.touched})

    def done(self, *kinds: str, who: str = "") -> tuple[Asked, ...]:
        """The control calls of these kinds that the platform took."""
        return tuple(a for a in self.asked if a.ok and a.what in kinds and who in ("", a.who))

    def of(self, *kinds: str, who: str = "") -> tuple[Told, ...]:
        """The intents of these kinds."""
        return tuple(t for t in self.told if t.kind in kinds and who in ("", t.who))
