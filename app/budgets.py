"""What the vendors let us ask for: counted per account, kept across restarts, with a reserve that only a panic touches.

What is written down is always at least what was sent: it runs ahead by a few calls, so that a killed process has
counted too much rather than too little.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from adapters.budget import Budget, Counts, Period
from adapters.http import OUR_BUDGET
from app.domain.actions import Lane
from app.domain.errors import Transient
from app.store.usage import Used

DAY = 86_400.0
WEEK = 7 * DAY
SHORT = 30.0  # seconds; a budget that is whole again by then is not worth writing down
AHEAD = 500  # a five-hundredth of a budget is written down before it is used


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of one budget, for people. Times are seconds since the epoch.

    `pace` is calls a day: the larger of today's and the mean of the last seven days. `ends_at` is when nothing is left
    at that pace; None when it comes back before that.
    """

    budget: Budget
    used: float
    resets_at: float | None
    pace: float
    ends_at: float | None

    @property
    def left(self) -> float:
        """Calls, the reserve among them."""
        return max(0.0, self.budget.calls - self.used)

    def short_within(self, seconds: float, now: float) -> bool:
        """Whether it ends so soon that somebody must act."""
        return self.ends_at is not None and self.ends_at - now <= seconds


@dataclass(slots=True)
class Gauge:
    """One budget and what is used of it: by days of the vendor's calendar, or as a level that sinks by itself."""

    budget: Budget
    days: dict[str, float] = field(default_factory=dict)
    level: float = 0.0
    at: float = 0.0
    written: tuple[str, float] = ("", 0.0)  # day and number of the newest row

    def used(self, now: float) -> float:
        """Calls of the running period."""
        if self.budget.period is Period.ROLLING:
            rate = self.budget.calls / self.budget.seconds
            return max(0.0, self.level - (now - self.at) * rate)
        period = self._day(now) if self.budget.period is Period.DAY else self._day(now)[:7]
        return sum(used for day, used in self.days.items() if day.startswith(period))

    def wait(self, lane: Lane, now: float) -> float:
        """Seconds until a call of this lane is within the budget; 0 = now."""
        room = self.budget.calls - (0 if lane is Lane.PANIC else self.budget.reserve) - self.used(now)
        if room >= 1.0 or self.budget.counts is Counts.EVENTS:
            return 0.0
        if self.budget.period is Period.ROLLING:
            return (1.0 - room) * self.budget.seconds / self.budget.calls
        return max(0.0, self.resets_at(now) - now)

    def take(self, now: float) -> None:
        """Count one."""
        if self.budget.period is Period.ROLLING:
            self.level, self.at = self.used(now) + 1.0, now
        else:
            day = self._day(now)
            self.days[day] = self.days.get(day, 0.0) + 1.0

    def give_back(self, now: float, calls: int) -> None:
        """Count some less."""
        if self.budget.period is Period.ROLLING:
            self.level, self.at = max(0.0, self.used(now) - calls), now
        else:
            day = self._day(now)
            self.days[day] = max(0.0, self.days.get(day, 0.0) - calls)

    def resets_at(self, now: float) -> float:
        """When all of it is back (calendar periods)."""
        zone = datetime.timezone(datetime.timedelta(hours=self.budget.hours_east))
        today = datetime.datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
        if self.budget.period is Period.DAY:
            return (today + datetime.timedelta(days=1)).timestamp()
        return (today.replace(day=1) + datetime.timedelta(days=32)).replace(day=1).timestamp()

    def left(self, now: float) -> Left:
        """For people."""
        used = self.used(now)
        if self.budget.period is Period.ROLLING:
            return Left(budget=self.budget, used=used, resets_at=None, pace=0.0, ends_at=None)
        resets, pace = self.resets_at(now), self._pace(now)
        ends = now + max(0.0, self.budget.calls - used) / pace * DAY if pace else None
        return Left(
            budget=self.budget, used=used, resets_at=resets, pace=pace,
            ends_at=ends if ends is not None and ends < resets else None,
        )  # fmt: skip

    def _pace(self, now: float) -> float:
        today = self._day(now)
        week = {self._day(now - n * DAY) for n in range(1, 8)} & self.days.keys()
        mean = sum(self.days[day] for day in week) / 7 if week else 0.0
        return max(self.days.get(today, 0.0), mean)

    def unwritten(self, now: float, *, exact: bool) -> Iterator[Used]:
        """The row to write, if the one written before is no longer enough (or too much: an orderly stop is exact)."""
        rolling = self.budget.period is Period.ROLLING
        if rolling and self.budget.seconds < SHORT:
            return
        day = "" if rolling else self._day(now)
        used = self.used(now) if rolling else self.days.get(day, 0.0)
        written = self.written[1] if self.written[0] == day else 0.0
        if used > written or (exact and used != written):
            self.written = (day, used if exact else used + max(1, self.budget.calls // AHEAD))
            yield Used(budget=self.budget.key, day=day, used=self.written[1], at=now)

    def _day(self, now: float) -> str:
        zone = datetime.timezone(datetime.timedelta(hours=self.budget.hours_east))
        return datetime.datetime.fromtimestamp(now, zone).date().isoformat()


class Allowance:
    """The budgets of one account, shared by its connections. Lives on one event loop."""

    def __init__(self, budgets: Iterable[Budget], now: Callable[[], float], used: Iterable[Used] = ()) -> None:
        self._now = now
        self._gauges = _gauges(budgets)
        for row in used:
            gauge = self._gauges.get(row.budget)
            if gauge is None:
                continue
            if row.day:
                gauge.days[row.day] = row.used
            else:
                gauge.level, gauge.at = row.used, row.at
            gauge.written = max(gauge.written, (row.day, row.used))

    def again(self, budgets: Iterable[Budget]) -> None:
        """Other numbers since (another edition was bought); what is used up stays used up."""
        before = self._gauges
        self._gauges = _gauges(budgets)
        for name, gauge in self._gauges.items():
            if old := before.get(name):
                gauge.days, gauge.level, gauge.at, gauge.written = old.days, old.level, old.at, old.written

    def wait(self, lane: Lane) -> float:
        """Seconds until a call of this lane is within every budget; 0 = now."""
        now = self._now()
        return max((g.wait(lane, now) for g in self._gauges.values()), default=0.0)

    def take(self) -> None:
        """Count one request."""
        self._count(Counts.CALLS)

    def give_back(self, calls: int) -> None:
        """What was counted beforehand and not sent."""
        now = self._now()
        for gauge in self._gauges.values():
            if gauge.budget.counts is Counts.CALLS:
                gauge.give_back(now, calls)

    def heard(self) -> None:
        """Count one delivery of the platform."""
        self._count(Counts.EVENTS)

    def _count(self, what: Counts) -> None:
        now = self._now()
        for gauge in self._gauges.values():
            if gauge.budget.counts is what:
                gauge.take(now)

    def spend(self, platform: str, lane: Lane) -> None:
        """Count one more request of a measure or read. Raises Transient when its lane has nothing left.

        Panic is never held back here: its first request has waited its turn, and half a measure is worse than one call
        too many.
        """
        wait = 0.0 if lane is Lane.PANIC else self.wait(lane)
        if wait > 0:
            raise Transient(platform, f"our own budget of calls is used up for {wait:.0f} s", code=OUR_BUDGET)
        self.take()

    def left(self) -> tuple[Left, ...]:
        """What is left of each budget."""
        now = self._now()
        return tuple(g.left(now) for g in self._gauges.values())

    def unwritten(self, *, exact: bool = False) -> tuple[Used, ...]:
        """What has to be written down now."""
        now = self._now()
        return tuple(row for g in self._gauges.values() for row in g.unwritten(now, exact=exact))


def _gauges(budgets: Iterable[Budget]) -> dict[str, Gauge]:
    return {budget.key: Gauge(budget) for budget in budgets}
