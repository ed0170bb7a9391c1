"""The generator: the same seed gives the same lesson, seeds differ, and what is made can be played."""

from tests.replay.check import of_seed
from tests.replay.generator import made
from tests.replay.page import failed, page


def test_the_same_seed_gives_the_same_lesson() -> None:
    assert [made(n) for n in range(30)] == [made(n) for n in range(30)]
    assert len({made(n).lines for n in range(30)}) == 30


def test_seeds_cover_what_there_is() -> None:
    lessons = [made(n) for n in range(300)]
    assert {m.policy["preset"] for m in lessons} == {"lecture", "seminar", "strict", "exam", "open_day"}
    assert {m.platform for m in lessons} == {"everything", "open_door"}
    assert set().union(*(m.holds for m in lessons if m.raid)) >= {
        "strangers", "copied names", "lookalike", "insider", "leaked link", "wave", "return", "silent", "abuse",
        "flood", "one line", "addresses", "noise", "share", "teacher drops",
    }  # fmt: skip
    assert all(m.raid == bool(m.seed % 2) for m in lessons)


def test_a_seed_is_played_the_same_way_every_time_and_the_page_counts_it() -> None:
    results = [of_seed(n) for n in range(6)]
    assert results == [of_seed(n) for n in range(6)]
    text = page(results)
    assert "3 calm lessons" in text
    assert "3 raids" in text
    assert {r.seed for r in failed(results)} <= {r.seed for r in results}
