"""What a vendor lets us ask for, as the vendor counts it."""

from dataclasses import dataclass
from enum import StrEnum


class Period(StrEnum):
    """How a budget comes back."""

    ROLLING = "rolling"  # little by little
    DAY = "day"  # all of it at midnight of the vendor's clock
    MONTH = "month"  # all of it on the first of the month


class Counts(StrEnum):
    """What a budget counts."""

    CALLS = "calls"  # requests of ours
    EVENTS = "events"  # deliveries of theirs: they come anyway, and are only watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """At most `calls` in any `seconds`, or in a calendar period; `reserve` of them are kept for the panic lane.

    `name` is unique within a platform and stable: what is used up is remembered under it across restarts.
    `hours_east` is the vendor's midnight (China: 8). `seconds` of a calendar period is its length, for a month 30 days.
    """

    calls: int
    seconds: float
    reserve: int = 0
    name: str = ""
    period: Period = Period.ROLLING
    counts: Counts = Counts.CALLS
    hours_east: float = 8.0

    @property
    def key(self) -> str:
        """Under which it is counted: its name, or what makes it this one."""
        return self.name or f"{self.counts}_{self.seconds:g}s"
