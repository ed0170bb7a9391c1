"""What school IT is told before it hurts: a week ahead, in three languages, once for each account."""

import datetime
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import structlog

from adapters.budget import Budget, Counts, Period
from adapters.health import Finding
from app.budgets import Allowance
from app.checking import own_findings
from app.chores import AGAIN, Warnings
from app.domain.actions import Words
from app.listening import GRACE, Ear
from app.notices import Look, all_notices, is_spent, notices, shared
from app.store.desk import CheckRecord, Found
from tests.app.desks import Clock

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 86_400.0
TENTH = datetime.datetime(2026, 11, 10, 9, 0, tzinfo=ZONE).timestamp()
MONTH = Budget(calls=5000, seconds=30 * DAY, reserve=600, name="month", period=Period.MONTH)
SEEN = Look(id="c1", name="Feishu", account="feishu:a1")


def spent(calls: int, *, days: int = 1, budget: Budget = MONTH, at: float = TENTH) -> Look:
    """A connection whose account used so many calls, evenly over the last days."""
    clock = Clock(at - (days - 1) * DAY)
    allowance = Allowance((budget,), clock)
    for day in range(days):
        clock.at = at - (days - 1 - day) * DAY
        for _ in range(calls // days):
            allowance.heard() if budget.counts is Counts.EVENTS else allowance.take()
    return replace(SEEN, left=allowance.left())


def codes(look: Look, now: float = TENTH) -> list[str]:
    return [n.code for n in notices(look, now, ZONE)]


# --- budgets ----------------------------------------------------------------------------------------------------------


def test_a_budget_that_lasts_is_not_spoken_of() -> None:
    assert codes(spent(100)) == []
    assert codes(SEEN) == []


@pytest.mark.parametrize(("used", "told"), [(620, []), (640, ["budget_ends"])])
def test_the_alert_comes_a_week_ahead(used: int, told: list[str]) -> None:
    """At 620 a day the rest of 5 000 lasts 7.06 days, at 640 it lasts 6.8."""
    assert codes(spent(used)) == told


def test_the_alert_says_how_many_until_when_and_what_to_do() -> None:
    (notice,) = notices(spent(880), TENTH, ZONE)
    assert notice.finding is Finding.WARNING
    for said, parts in (
        (notice.detail.en, ("Calls a month", "4\u00a0120 of 5\u00a0000", "15 Nov", "1 Dec", "Buy more")),
        (notice.detail.zh, ("每月调用次数", "4\u00a0120", "11月15日", "12月1日", "购买")),
        (notice.detail.vi, ("Lượt gọi mỗi tháng", "4\u00a0120", "15/11", "1/12", "mua")),
    ):
        for part in parts:
            assert part in said


def test_when_only_the_reserve_is_left_it_is_a_problem() -> None:
    look = spent(4401)
    (notice,) = notices(look, TENTH, ZONE)
    assert (notice.code, notice.finding) == ("budget_spent", Finding.PROBLEM)
    assert "599 are left, kept for the emergency buttons" in notice.detail.en
    assert is_spent(look.left[0])
    assert codes(spent(4399)) == ["budget_ends"]


def test_what_comes_back_little_by_little_is_never_a_notice() -> None:
    second = Budget(calls=20, seconds=1.0, reserve=5, name="second")
    assert codes(spent(20, budget=second)) == []


def test_events_that_the_plan_includes_are_watched_too() -> None:
    events = replace(MONTH, counts=Counts.EVENTS, reserve=0, name="events")
    (notice,) = notices(spent(5000, budget=events), TENTH, ZONE)
    assert "may send no more events" in notice.detail.en


def test_in_the_night_before_it_comes_back_the_time_is_said() -> None:
    last = datetime.datetime(2026, 11, 30, 12, 0, tzinfo=ZONE).timestamp()
    (notice,) = notices(spent(4600, at=last), last, ZONE)
    assert "1 Dec 00:00" in notice.detail.en


def test_a_budget_without_a_name_has_one_all_the_same() -> None:
    assert Budget(calls=1, seconds=60.0).key == "calls_60s"


# --- streams and checks -----------------------------------------------------------------------------------------------


def test_a_stream_that_is_down_is_a_problem_after_a_moment() -> None:
    def down(since: float, reason: str = "stream_down") -> Look:
        return replace(SEEN, listens=True, ear=Ear(connection="c1", down_since=since, reason=reason))

    assert codes(down(TENTH - GRACE + 0.1)) == []
    assert codes(down(TENTH - GRACE)) == ["stream_down"]
    (notice,) = notices(down(TENTH - 600), TENTH, ZONE)
    assert "10 Nov 08:50" in notice.detail.en
    (refused,) = notices(down(TENTH - 600, "stream_refused"), TENTH, ZONE)
    assert "Check the credentials" in refused.detail.en
    assert codes(replace(SEEN, listens=True, ear=Ear(connection="c1", open_since=TENTH - 600))) == []


def test_another_process_may_hold_the_stream() -> None:
    assert codes(replace(SEEN, listens=True, ear=None)) == []


def checked(*kinds: tuple[str, str]) -> CheckRecord:
    found = tuple(Found(code=c, finding=f, detail=Words(zh=f"{c} 中", vi=f"{c} vi", en=f"{c} en")) for c, f in kinds)
    return CheckRecord(at=TENTH - 3600, found=found)


def test_a_problem_of_the_newest_check_is_told_with_its_words() -> None:
    look = replace(SEEN, check=checked(("token", "ok"), ("edition", "warning"), ("scope", "problem")))
    (notice,) = notices(look, TENTH, ZONE)
    assert notice.code == "check_problem"
    assert (notice.detail.en, notice.detail.zh[-7:]) == (
        "The check of 10 Nov 08:00 found a problem: scope en",
        "scope 中",
    )
    assert codes(replace(SEEN, check=checked(("token", "ok"), ("x", "unknown")))) == []


def test_what_the_check_said_about_a_stream_is_not_repeated_when_it_is_over() -> None:
    assert codes(replace(SEEN, check=checked(("stream_down", "problem"), ("budget_spent", "problem")))) == []


def test_connections_of_one_account_say_it_once() -> None:
    one = spent(880)
    both = (one, replace(one, id="c2", name="Feishu 2"))
    assert [n.connection for n in all_notices(both, TENTH, ZONE)] == ["c1"]
    other = replace(one, id="c3", account="feishu:a2")
    assert [n.connection for n in all_notices((*both, other), TENTH, ZONE)] == ["c1", "c3"]


def test_problems_stand_before_warnings() -> None:
    look = replace(spent(880), check=checked(("scope", "problem")))
    assert codes(look) == ["check_problem", "budget_ends"]


# --- the check's own findings -----------------------------------------------------------------------------------------


def test_the_same_app_twice_is_a_warning_that_names_the_other() -> None:
    assert shared(SEEN) is None
    found = own_findings(replace(SEEN, shares=("Feishu 2",)), "", TENTH, ZONE)
    assert [(f.code, f.finding) for f in found] == [("shared_account", Finding.WARNING)]
    assert "Feishu 2" in found[0].detail.vi


@pytest.mark.parametrize(
    ("dated", "told"),
    [
        ("Tue, 10 Nov 2026 01:00:10 GMT", [("own_clock", Finding.OK)]),
        ("Tue, 10 Nov 2026 01:05:00 GMT", [("own_clock", Finding.WARNING)]),
        ("Tue, 10 Nov 2026 00:59:00 -0000", [("own_clock", Finding.WARNING)]),
        ("", []),
        ("yesterday", []),
        ("Tue, 99 Nov 99999 01:00:00 GMT", []),
    ],
)
def test_our_clock_is_compared_with_the_platforms(dated: str, told: list[tuple[str, Finding]]) -> None:
    assert [(f.code, f.finding) for f in own_findings(SEEN, dated, TENTH, ZONE)] == told


def test_a_check_names_what_is_short_and_down() -> None:
    look = replace(spent(4500), listens=True, ear=Ear(connection="c1", down_since=1.0, reason="stream_down"))
    assert {f.code for f in own_findings(look, "", TENTH, ZONE)} == {"budget_spent", "stream_down"}


# --- the log ----------------------------------------------------------------------------------------------------------


def test_each_warning_is_written_once_a_day() -> None:
    clock = Clock(TENTH)
    warnings, found = Warnings(clock), notices(spent(880), TENTH, ZONE)
    other = tuple(replace(n, about="other") for n in found)
    with structlog.testing.capture_logs() as lines:
        assert [warnings.write("s", found), warnings.write("s", found)] == [1, 0]
        clock.pass_by(AGAIN - 1)
        assert warnings.write("s", (*found, *other)) == 1
        clock.pass_by(1)
        assert warnings.write("s", found) == 1
        assert warnings.write("another school", found) == 1
    assert {line["event"] for line in lines} == {"budget_ends"}
    assert all(line["connection"] == "c1" and "Calls a month" in line["detail"] for line in lines)
