"""The figures are right: read from hand-made logs in which everything is known."""

import pytest

from app.replay.truth import (
    QUIET,
    Fact,
    Span,
    What,
    calm_after,
    disturbances,
    disturbed_seconds,
    longest_wait,
    stays,
)

END = 200.0


def log(*rows: tuple[float, str, What]) -> tuple[Fact, ...]:
    return tuple(Fact(at=at, who=who, what=what) for at, who, what in rows)


RAID = log(
    (10, "p1", What.INSIDE),
    (11, "p1", What.HEARD),  # a pupil who speaks disturbs nobody
    (50, "x1", What.INSIDE),
    (51, "x1", What.HEARD),
    (52, "x2", What.INSIDE),
    (53, "x2", What.WROTE),
    (54, "x1", What.UNHEARD),
    (55, "x2", What.SHOWS),
    (58, "x2", What.WAITS),  # put out while showing: nobody sees it any more
    (60, "x1", What.OUT),
    (70, "x2", What.INSIDE),
    (72, "x2", What.WROTE),
)


def test_only_what_hostile_people_send_disturbs() -> None:
    assert disturbances(RAID, ("x1", "x2"), END) == (Span(51, 54), Span(53, 53), Span(55, 58), Span(72, 72))
    assert disturbances(RAID, (), END) == ()


def test_calm_counts_from_the_first_disturbance_to_the_last_before_the_quiet() -> None:
    spans = disturbances(RAID, ("x1", "x2"), END)
    assert calm_after(spans, END) == 72 - 51
    assert disturbed_seconds(spans) == 6.0


def test_what_comes_after_the_quiet_is_a_disturbance_of_its_own_and_the_longest_counts() -> None:
    spans = (Span(10, 12), Span(12 + QUIET, 12 + QUIET + 1))
    assert calm_after(spans, END) == 2.0
    assert calm_after((*spans, Span(80, 90)), END) == 10.0
    assert calm_after((Span(10, 12), Span(11.9 + QUIET, 42)), END) == 32.0


def test_without_a_disturbance_it_is_calm_at_once() -> None:
    assert calm_after((), END) == 0.0


@pytest.mark.parametrize("last", [Span(171, END), Span(END - QUIET + 1, END - QUIET + 2)], ids=["open", "too late"])
def test_what_lasts_to_the_end_was_never_calm(last: Span) -> None:
    assert calm_after((Span(169, 170), last), END) is None


def test_overlapping_disturbances_count_once() -> None:
    assert disturbed_seconds((Span(1, 5), Span(2, 3), Span(4, 9))) == 8.0


def test_who_was_inside_and_for_how_long() -> None:
    found = stays(RAID, ("x1", "x2", "x3"), END)
    assert found == {"x1": (Span(50, 60),), "x2": (Span(52, 58), Span(70, END))}


def test_the_longest_wait_at_the_door() -> None:
    facts = log((5, "p2", What.SHUT_OUT), (9, "p2", What.SHUT_OUT), (15, "p2", What.WAITS), (31, "p2", What.INSIDE))
    assert longest_wait(facts, "p2", END) == 26.0
    assert longest_wait(facts[:3], "p2", END) == END - 5
    assert longest_wait(RAID, "p1", END) == 0.0
