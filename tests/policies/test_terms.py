"""Lists of terms: the built-in ones are as good as a school's must be, and searching costs next to nothing."""

import time

import pytest

from app.domain.errors import Invalid
from app.domain.terms import Terms
from policies.terms.lists import LANGUAGES, PROBLEMS, Term, built_in, checked, in_force, key, parsed, written
from policies.terms.search import searcher


def test_the_built_in_lists_pass_the_check_themselves() -> None:
    assert checked(built_in()) == built_in()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_strong_and_weak_terms_and_ways_to_report(language: str) -> None:
    found = [t.severity for t in built_in() if t.language == language]
    assert min(found.count("strong"), found.count("weak")) >= 100
    assert min(found.count("innocent"), found.count("report")) >= 30


def test_a_list_is_read_back_as_it_was_written() -> None:
    assert tuple(parsed(written(built_in()))) == built_in()


def test_a_school_has_the_last_word() -> None:
    assert in_force(Terms(1, "off\ten\tidiot\t")).get("idiot") is None
    assert in_force(Terms(1, "strong\ten\tIDIOT\t"))["idiot"].severity == "strong"


def test_problems_are_told_up_to_a_number_and_counted() -> None:
    with pytest.raises(Invalid) as refused:
        checked([Term("weak", "en", "*")] * (PROBLEMS + 7))
    assert refused.value.problems[-1] == ("terms", "and 7 more")


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("Fuck  You", "fuck you"),
        ("傻 逼", "傻逼"),
        ("BLORP*", "blorp*"),
        ("ＡＢＣ", "abc"),
        ("Đồ Chó", "đồ chó"),
        ("!!", ""),
    ],
)
def test_terms_that_find_the_same_have_one_key(term: str, expected: str) -> None:
    assert key(term) == expected


def test_a_line_costs_microseconds_however_long_the_list() -> None:
    """Forty are meant; a busy machine gets ten times as much."""
    many = "\n".join(f"weak\tzh\t{chr(0x4E00 + n % 20000)}{chr(0x4E00 + n // 5)}乜\t" for n in range(50_000))
    search = searcher(Terms(1, many))
    text = "谢谢老师，今天的课讲得真好 thank you, em cảm ơn cô"
    begun = time.perf_counter()
    for _ in range(500):
        assert search.find(text) is None
    assert (time.perf_counter() - begun) / 500 < 400e-6
