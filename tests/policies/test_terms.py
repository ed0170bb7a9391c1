"""Lists of terms: the built-in ones are as good as a school's must be, and searching costs next to nothing."""

import time

import pytest

from app.domain.errors import Invalid
from app.domain.terms import Terms
from policies.terms.folding import spelled
from policies.terms.lists import (
    LANGUAGES,
    MOST,
    NOTE,
    PROBLEMS,
    SEVERITIES,
    TERM,
    Term,
    built_in,
    checked,
    in_force,
    key,
    parsed,
    sites,
    written,
)
from policies.terms.search import Found, searcher


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


def refused(*terms: Term, lines: tuple[int, ...] = ()) -> tuple[tuple[str, str], ...]:
    """What is told of a list that is not taken."""
    with pytest.raises(Invalid) as e:
        checked(terms, lines)
    return e.value.problems


@pytest.mark.parametrize(
    ("term", "told"),
    [
        (Term("mean", "en", "blorp"), "severity: one of " + ", ".join(SEVERITIES)),
        (Term("weak", "fr", "blorp"), "language: one of " + ", ".join(LANGUAGES)),
        (Term("weak", "-", "blorp"), "language: one of " + ", ".join(LANGUAGES)),
        (Term("site", "fr", "blorp.example"), "language: one of " + ", ".join(LANGUAGES)),
        (Term("weak", "en", "blo\u200brp"), "control characters, or characters that cannot be seen"),
        (Term("weak", "en", "blo\u00a0rp"), "control characters, or characters that cannot be seen"),
        (Term("weak", "en", "blorp", "a\x07b"), "control characters, or characters that cannot be seen"),
        (Term("weak", "en", "b" * (TERM + 1)), f"the term: at most {TERM} characters"),
        (Term("weak", "en", "blorp", "n" * (NOTE + 1)), f"the note: at most {NOTE} characters"),
        (Term("site", "-", "https://a.example/x"), "an address such as school.example, without https:// and path"),
        (Term("weak", "en", "!?"), "no letters: it would match everything or nothing"),
        (Term("weak", "en", "*"), "no letters: it would match everything or nothing"),
        (Term("weak", "en", "b"), "one letter would match nearly every line"),
        (Term("weak", "zh", "傻"), "one letter would match nearly every line"),
        (Term("weak", "en", "bl*"), "before * there must be three letters at the least"),
        (Term("weak", "en", "b l*"), "before * there must be three letters at the least"),
        (Term("weak", "en", "blo*rp"), "* may stand at the end only"),
        (Term("weak", "en", "*blorp"), "* may stand at the end only"),
        (Term("weak", "en", "blorp**"), "* may stand at the end only"),
        (Term("strong", "en", "the"), "an everyday word: it would match nearly every line"),
        (Term("weak", "en", "the"), "an everyday word: it would match nearly every line"),
        (Term("report", "en", "the"), "an everyday word: it would match nearly every line"),
        (Term("off", "en", "blorp"), "no term of the built-in lists"),
        (Term("off", "en", "said"), "no term of the built-in lists"),
    ],
)
def test_a_line_that_finds_everything_or_nothing_is_refused_with_the_reason(term: Term, told: str) -> None:
    assert refused(Term("weak", "en", "blorpish"), term) == (("line 2", told),)


@pytest.mark.parametrize(
    "term",
    [
        Term("site", "-", "school.example"),
        Term("site", "en", "school.example"),
        Term("weak", "en", "b" * TERM, "n" * NOTE),
        Term("weak", "en", "bl"),
        Term("weak", "en", "blo*"),
        Term("weak", "en", "b lo* "),
        Term("weak", "zh", "布洛"),
        Term("innocent", "en", "the"),
        Term("off", "en", "idiot"),
        Term("off", "zh", "傻逼"),
    ],
)
def test_a_line_just_within_the_bounds_is_taken(term: Term) -> None:
    assert checked([term]) == (term,)


def test_the_second_line_that_finds_the_same_is_refused_and_a_site_is_no_word() -> None:
    blorp = Term("weak", "en", "blorp")
    assert refused(blorp, Term("strong", "en", "BLORP")) == (("line 2", "the same as line 1"),)
    assert refused(blorp, blorp, lines=(4, 9)) == (("line 9", "the same as line 4"),)
    assert refused(Term("site", "-", "a1"), Term("site", "-", "a1")) == (("line 2", "the same as line 1"),)
    assert len(checked([blorp, Term("site", "-", "blorp")])) == 2
    assert len(checked([Term("site", "-", "1.2"), Term("site", "-", "3.4")])) == 2  # no letters, and still two


def test_the_numbers_of_the_lines_are_those_of_the_file() -> None:
    assert refused(Term("weak", "en", "*"), Term("weak", "en", "b"), lines=(3, 7))[1][0] == "line 7"
    with pytest.raises(ValueError, match="longer"):
        checked([Term("weak", "en", "blorp")] * 2, (3,))


def test_as_many_problems_as_may_be_told_are_told_one_by_one() -> None:
    assert len(refused(*[Term("weak", "en", "*")] * PROBLEMS)) == PROBLEMS
    assert refused(*[Term("weak", "en", "*")] * PROBLEMS)[-1][0] == f"line {PROBLEMS}"


def test_a_list_may_be_long_but_not_endless() -> None:
    words = [Term("innocent", "zh", chr(0x4E00 + n % 300) + chr(0x4E00 + n // 300) + "乜") for n in range(300 * 300)]
    more = [Term("innocent", "zh", chr(0x4E00 + n % 300) + chr(0x4E00 + n // 300) + "口") for n in range(10_001)]
    assert len(checked([*words, *more[:-1]])) == MOST
    assert refused(*words, *more) == (("terms", f"at most {MOST} lines"),)


def test_addresses_that_may_be_named_are_no_words() -> None:
    school = Terms(1, "site\t-\tblorp\t\nweak\ten\tsnork\t")
    assert "blorp" in sites(school)
    assert "snork" not in sites(school)
    assert sites(Terms()) < sites(school)
    assert not sites(Terms()) & in_force(Terms()).keys()
    assert "blorp" not in in_force(school)
    assert "snork" in in_force(school)


def test_what_is_found_is_told_as_it_stands_in_the_list_with_its_language() -> None:
    find = searcher(Terms()).find
    assert find("Địt mẹ mày") == Found("địt", "vi", weak=False)
    school = searcher(Terms(1, "strong\tvi\tbợm nhậu\t"))
    assert school.find("bom nhau") == Found("bợm nhậu", "vi", weak=True)
    assert find("真是 i d i o t 啊") == Found("idiot", "en", weak=True)
    assert find("老师他骂我傻逼") == Found("傻逼", "zh", weak=True, reported=True)


def test_the_worst_of_a_line_is_told() -> None:
    assert searcher(Terms()).find("idiot, fuck you") == searcher(Terms()).find("fuck you, idiot")


def test_of_a_very_long_line_the_beginning_is_read() -> None:
    find = searcher(Terms()).find
    assert find("a " * 190 + "fuck you") is not None
    assert find("a " * 200 + "fuck you") is None


@pytest.mark.parametrize(
    ("list_", "text", "found"),
    [
        # letters at the edge of a Chinese term are no part of a longer word
        ("weak\tzh\t布x\t", "布x", True),
        ("weak\tzh\t布x\t", "布xy", False),
        ("weak\tzh\t布x\t", "布x布", True),
        ("weak\tzh\t布x\t", "布x1", True),
        ("weak\tzh\tx布\t", "x布", True),
        ("weak\tzh\tx布\t", "yx布", False),
        ("weak\tzh\tx布\t", "1x布", True),
        ("weak\tzh\tx布\t", "布x布", True),
        ("weak\tzh\tx布\t", "布yx布", False),
        # any ending, but only of the last word, and from its beginning
        ("weak\ten\tsnork*\t", "snorkeling", True),
        ("weak\ten\tsnork*\t", "snork", True),
        ("weak\ten\tsnork*\t", "asnork", False),
        ("weak\ten\tsnork*\t", "snorhx", False),
        # a word within letters of our languages only
        ("weak\tvi\tbợm nhậu\t", "bom nhau", True),
        ("weak\tvi\tbợm nhậu\t", "bơm nhau", False),
        ("weak\tvi\tbợm\t", "bom", False),
        ("weak\tvi\tbợm\t", "b ợ m", True),
        # two terms that are the same without their accents
        ("weak\tvi\tbợm nhậu\t\nweak\tvi\tbơm nhâu\t", "bợm nhau", True),
        ("weak\tvi\tbợm nhậu\t\nweak\tvi\tbơm nhâu\t", "bơm nhau", True),
        # an innocent phrase takes back what it covers, however it is written
        ("weak\tvi\tbợm nhậu\t\ninnocent\tvi\tông bợm nhậu\t", "ong bom nhau", False),
        ("weak\tvi\tbợm nhậu\t\ninnocent\ten\tbom nhau\t", "bom nhau", False),
        ("weak\tzh\t布洛普\t\ninnocent\tzh\t大布洛普\t", "大布洛普", False),
        ("weak\tzh\t布洛普\t\ninnocent\tzh\t大布洛普\t", "小布洛普", True),
        ("weak\tzh\t布洛普\t\ninnocent\tzh\t洛\t", "布洛普", True),
    ],
)
def test_where_a_term_begins_and_ends(list_: str, text: str, found: bool) -> None:
    assert (searcher(Terms(1, list_)).find(text) is not None) == found


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


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["a"], []),
        (["a", "b"], ["ab"]),
        (["a", "b", "c"], ["abc"]),
        (["i", "a", "b", "c"], ["iabc", "abc", "iab"]),  # one letter at either end may be a word of its own
        (["a", "b", "word", "c", "d"], ["ab", "cd"]),
        (["word", "a"], []),
        (["ab", "cd"], []),
        ([], []),
    ],
)
def test_letters_that_stand_alone_are_put_together(parts: list[str], expected: list[str]) -> None:
    assert spelled(parts) == expected


@pytest.mark.parametrize(
    ("innocent", "text", "found"),
    [
        ("大布洛普", "大布洛普", False),  # the phrase holds the term
        ("布洛", "布洛普", True),  # a mere part of it takes nothing back
        ("洛普", "布洛普", True),
        ("布洛普", "布洛普", False),
        ("大布", "大布洛普", False),  # shares letters and is no part
        ("普大", "布洛普大", False),
        ("大大", "布洛普大大", True),  # stands beside it
        ("大大", "大大布洛普", True),
    ],
)
def test_which_innocent_phrases_take_a_term_back(innocent: str, text: str, found: bool) -> None:
    school = searcher(Terms(1, f"strong\tzh\t布洛普\t\ninnocent\tzh\t{innocent}\t"))
    assert (school.find(text) is not None) is found


def test_short_words_that_were_put_together_are_a_suspicion_only() -> None:
    school = searcher(Terms(1, "strong\ten\tabc\t\nstrong\ten\tabcd\t\nstrong\tvi\tđbc\t"))
    for text, weak in (("a b c", True), ("a b c d", False), ("abc", False), ("đ b c", False), ("ab", None)):
        found = school.find(text)
        assert (found.weak if found else None) is weak, text
