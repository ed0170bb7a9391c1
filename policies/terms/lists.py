"""Lists of terms: what a line of one may be, the lists that come with Menshen, and a school's own.

A line is severity, language, term and note, parted by tabs. `strong` may be acted upon, `weak` is only told, `innocent`
is a phrase in which nothing is found, `report` one by which somebody tells what others said; `off` takes a built-in
term out, `site` is an address that may be named.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.domain.errors import Invalid
from app.domain.terms import Terms
from policies.terms.folding import HAN, plain, words

LANGUAGES = ("zh", "vi", "en")
ANY = "-"  # no language: sites
SEVERITIES = ("strong", "weak", "innocent", "report", "off", "site")
MOST = 100_000  # lines
TERM, NOTE = 80, 200  # characters
PROBLEMS = 500  # told at once
_SITE = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){0,8}")


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a list. A `*` at the end of a term in letters stands for any ending of its last word."""

    severity: str
    language: str
    term: str
    note: str = ""


@cache
def built_in() -> tuple[Term, ...]:
    """The lists that come with Menshen."""
    texts = (files("policies").joinpath("terms", f"{name}.tsv") for name in (*LANGUAGES, "sites"))
    return tuple(term for text in texts for term in parsed(text.read_text(encoding="utf-8")))


def parsed(text: str) -> Iterator[Term]:
    """The terms of a text that was checked; lines that begin with # say something about the list."""
    for line in text.split("\n"):
        if line and not line.startswith("#"):
            yield Term(*line.split("\t"))


def written(terms: Iterable[Term]) -> str:
    """Checked terms as one text."""
    return "\n".join(f"{t.severity}\t{t.language}\t{t.term}\t{t.note}" for t in terms)


def key(term: str) -> str:
    """The same for terms that would find the same."""
    folded = plain(term)
    if HAN.search(folded):
        return re.sub(r"[\W_]+", "", folded)
    return " ".join(words(folded)) + ("*" if folded.rstrip().endswith("*") else "")


def checked(terms: Sequence[Term], lines: Sequence[int] = ()) -> tuple[Term, ...]:
    """A school's list as it will be kept. Raises Invalid naming every line that is wrong.

    `lines` = the numbers of the lines in the file they came from; the first is 1 where nothing is told.
    """
    if len(terms) > MOST:
        raise Invalid(problems=(("terms", f"at most {MOST} lines"),))
    problems: list[tuple[str, str]] = []
    seen: dict[tuple[bool, str], int] = {}
    for number, term in zip(lines or range(1, len(terms) + 1), terms, strict=True):
        found = list(_wrong(term))
        if not found:
            same = seen.setdefault((term.severity == "site", key(term.term) or term.term), number)
            found = [f"the same as line {same}"] if same != number else []
        problems.extend((f"line {number}", wrong) for wrong in found)
    if len(problems) > PROBLEMS:
        more = ("terms", f"and {len(problems) - PROBLEMS} more")
        problems = [*problems[:PROBLEMS], more]
    if problems:
        raise Invalid(problems=tuple(problems))
    return tuple(terms)


def _wrong(term: Term) -> Iterator[str]:
    if term.severity not in SEVERITIES:
        yield "severity: one of " + ", ".join(SEVERITIES)
        return
    if term.language not in LANGUAGES and not (term.severity == "site" and term.language == ANY):
        yield "language: one of " + ", ".join(LANGUAGES)
    if not illegible(term.term) and not illegible(term.note):
        yield from _unfit(term)
    else:
        yield "control characters, or characters that cannot be seen"
    if len(term.term) > TERM:
        yield f"the term: at most {TERM} characters"
    if len(term.note) > NOTE:
        yield f"the note: at most {NOTE} characters"


def illegible(text: str) -> bool:
    """Whether a text holds what nobody can see: control, format and private characters."""
    return not text.isprintable()


def _unfit(term: Term) -> Iterator[str]:
    """Why a term would find everything, or nothing."""
    if term.severity == "site":
        if not _SITE.fullmatch(term.term):
            yield "an address such as school.example, without https:// and path"
        return
    found = key(term.term)
    letters = found.replace(" ", "").removesuffix("*")
    if not letters:
        yield "no letters: it would match everything or nothing"
    elif len(letters) < 2:
        yield "one letter would match nearly every line"
    elif found.endswith("*") and len(letters) < 3:
        yield "before * there must be three letters at the least"
    elif "*" in term.term.rstrip()[:-1]:
        yield "* may stand at the end only"
    elif term.severity in ("strong", "weak", "report") and found in _everyday():
        yield "an everyday word: it would match nearly every line"
    elif term.severity == "off" and found not in _known():
        yield "no term of the built-in lists"


@cache
def _known() -> frozenset[str]:
    return frozenset(key(t.term) for t in built_in() if t.severity in ("strong", "weak"))


@cache
def _everyday() -> frozenset[str]:
    """Words without which hardly anybody writes a line."""
    return frozenset(files("policies").joinpath("terms", "everyday.txt").read_text(encoding="utf-8").split())


def of_school(terms: Terms) -> tuple[Term, ...]:
    """The lines of a school's own list."""
    return tuple(parsed(terms.text))


def in_force(terms: Terms) -> dict[str, Term]:
    """The built-in lists without what the school has taken out, and its own: terms by their key."""
    kept = {key(t.term): t for t in built_in() if t.severity != "site"}
    kept.update((key(t.term), t) for t in of_school(terms) if t.severity != "site")
    return {k: t for k, t in kept.items() if t.severity != "off"}


def sites(terms: Terms) -> frozenset[str]:
    """The addresses that anybody may name."""
    return frozenset(t.term for t in (*built_in(), *of_school(terms)) if t.severity == "site")
