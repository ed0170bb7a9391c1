"""What a vendor lets us ask for: by its own calendar, with a reserve for a panic, across restarts, with a forecast."""

import datetime

import pytest

from adapters.budget import Budget, Counts, Period
from adapters.http import OUR_BUDGET
from app.budgets import AHEAD, DAY, Allowance
from app.domain.actions import Lane
from app.domain.errors import Transient
from app.store.usage import Used

CHINA = datetime.timezone(datetime.timedelta(hours=8))
MONTH = Budget(name="month", calls=100, seconds=30 * DAY, reserve=10, period=Period.MONTH)


class Hands:
    """A clock that a test moves."""

    def __init__(self, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> None:
        self.at = datetime.datetime(year, month, day, hour, minute, tzinfo=CHINA).timestamp()

    def __call__(self) -> float:
        return self.at


def spend(allowance: Allowance, calls: int) -> Allowance:
    for _ in range(calls):
        allowance.take()
    return allowance


def test_a_rolling_budget_keeps_its_reserve_for_the_panic_lane() -> None:
    clock = Hands(2026, 11, 20)
    allowance = spend(Allowance([Budget(calls=4, seconds=2.0, reserve=1)], clock), 3)
    assert allowance.wait(Lane.GUARD) == pytest.approx(0.5)
    assert allowance.wait(Lane.PANIC) == 0.0
    allowance.take()
    assert allowance.wait(Lane.PANIC) == pytest.approx(0.5)
    clock.at += 0.5
    assert allowance.wait(Lane.PANIC) == pytest.approx(0.0)
    assert allowance.wait(Lane.GUARD) == pytest.approx(0.5)
    clock.at += 100.0
    assert allowance.wait(Lane.GUARD) == 0.0


def test_a_month_comes_back_on_the_first_by_the_vendors_clock() -> None:
    clock = Hands(2026, 11, 30, 23, 59)
    allowance = spend(Allowance([MONTH], clock), 100)
    assert allowance.wait(Lane.PANIC) == pytest.approx(60.0)
    (left,) = allowance.left()
    assert left.resets_at == datetime.datetime(2026, 12, 1, tzinfo=CHINA).timestamp()
    clock.at += 60.0
    assert allowance.wait(Lane.ROUTINE) == 0.0
    assert allowance.left()[0].left == 100


def test_december_is_followed_by_january() -> None:
    clock = Hands(2026, 12, 31, 12)
    (left,) = Allowance([MONTH], clock).left()
    assert left.resets_at == datetime.datetime(2027, 1, 1, tzinfo=CHINA).timestamp()


def test_routine_work_never_touches_the_reserve_of_a_month() -> None:
    clock = Hands(2026, 11, 20)
    allowance = spend(Allowance([MONTH], clock), 90)
    assert allowance.wait(Lane.ROUTINE) > DAY
    assert allowance.wait(Lane.GUARD) > DAY
    assert allowance.wait(Lane.PANIC) == 0.0
    with pytest.raises(Transient) as held_back:
        allowance.spend("any", Lane.ROUTINE)
    assert held_back.value.code == OUR_BUDGET
    allowance.spend("any", Lane.PANIC)
    assert allowance.left()[0].used == 91


def test_what_the_platform_sends_is_counted_and_holds_nothing_back() -> None:
    clock = Hands(2026, 11, 20)
    allowance = Allowance(
        [Budget(name="in", calls=2, seconds=30 * DAY, period=Period.MONTH, counts=Counts.EVENTS)], clock
    )
    for _ in range(5):
        allowance.heard()
    allowance.take()
    (left,) = allowance.left()
    assert (left.used, left.left) == (5, 0)
    assert allowance.wait(Lane.ROUTINE) == 0.0


def test_the_pace_tells_when_it_ends_and_a_week_ahead_is_soon() -> None:
    clock = Hands(2026, 11, 20, 12)
    allowance = spend(Allowance([MONTH], clock), 20)  # twenty today, eighty left: four days
    (left,) = allowance.left()
    assert left.pace == 20
    assert left.ends_at == pytest.approx(clock.at + 4 * DAY)
    assert left.short_within(7 * DAY, clock.at)
    assert not left.short_within(3 * DAY, clock.at)


def test_a_pace_that_lasts_until_the_budget_comes_back_is_no_reason_to_worry() -> None:
    clock = Hands(2026, 11, 29, 12)
    (left,) = spend(Allowance([MONTH], clock), 20).left()
    assert left.ends_at is None
    assert not left.short_within(7 * DAY, clock.at)


def test_on_a_quiet_day_the_mean_of_the_week_is_the_pace() -> None:
    clock = Hands(2026, 11, 9, 12)
    allowance = spend(Allowance([MONTH], clock), 35)
    clock.at += DAY
    (left,) = allowance.left()
    assert left.pace == 5
    assert left.ends_at == pytest.approx(clock.at + 13 * DAY)


def test_a_restart_forgets_nothing_and_counts_a_little_too_much() -> None:
    """The process is killed: what it has written down covers every call that it had sent."""
    clock = Hands(2026, 11, 20)
    big = Budget(name="month", calls=5000, seconds=30 * DAY, period=Period.MONTH)
    allowance, written = Allowance([big], clock), {}
    for sent in range(1, 101):
        allowance.take()
        for row in allowance.unwritten():
            written[row.budget, row.day] = row
        assert sum(r.used for r in written.values()) >= sent
    (again,) = Allowance([big], clock, written.values()).left()
    assert 100 <= again.used <= 100 + 5000 // AHEAD
    assert [r.used for r in written.values()] == [again.used]


def test_an_orderly_stop_is_exact() -> None:
    clock = Hands(2026, 11, 20)
    allowance = spend(Allowance([MONTH], clock), 3)
    assert [r.used for r in allowance.unwritten()] == [4]
    assert [r.used for r in allowance.unwritten()] == []
    assert [r.used for r in allowance.unwritten(exact=True)] == [3]
    assert Allowance([MONTH], clock, [Used(budget="month", day="2026-11-20", used=3, at=clock.at)]).left()[0].used == 3


def test_a_new_day_is_written_down_although_yesterday_was_busier() -> None:
    clock = Hands(2026, 11, 20)
    allowance = spend(Allowance([MONTH], clock), 9)
    assert [r.day for r in allowance.unwritten()] == ["2026-11-20"]
    clock.at += DAY
    allowance.take()
    assert [(r.day, r.used) for r in allowance.unwritten()] == [("2026-11-21", 2)]


def test_a_minute_is_remembered_as_a_level_that_sinks() -> None:
    clock = Hands(2026, 11, 20)
    minute = Budget(name="minute", calls=60, seconds=60.0)
    (row,) = spend(Allowance([minute], clock), 40).unwritten(exact=True)
    clock.at += 10.0
    assert Allowance([minute], clock, [row]).left()[0].used == pytest.approx(30.0)


def test_another_edition_changes_the_numbers_and_not_what_is_used_up() -> None:
    clock = Hands(2026, 11, 20)
    allowance = spend(Allowance([MONTH], clock), 60)
    allowance.again([Budget(name="month", calls=1000, seconds=30 * DAY, period=Period.MONTH)])
    assert (allowance.left()[0].used, allowance.left()[0].left) == (60, 940)


def test_a_row_of_a_budget_that_is_gone_is_ignored() -> None:
    clock = Hands(2026, 11, 20)
    allowance = Allowance([MONTH], clock, [Used(budget="other", day="2026-11-20", used=99, at=clock.at)])
    assert allowance.left()[0].used == 0
