"""Whether a line holds a term, however it is dressed up: one automaton over whole words, one over Chinese.

Chinese has no spaces and `\\b` never fires between its characters, so its terms are looked for anywhere, and phrases
in which they are innocent take them back. Terms in letters are whole words: nothing is found inside "Scunthorpe" or
across "pen island".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from app.domain.terms import Terms
from policies.terms import folding, lists
from policies.terms.folding import HAN
from policies.terms.lists import Term

KEPT = 64  # compiled lists of schools
SURE = 4  # letters from which a word that was put together again is taken for what it is


@dataclass(frozen=True, slots=True)
class Found:
    """A term in a line. `weak` = a suspicion that is told and nothing else; `reported` = somebody tells of it."""

    term: str
    language: str
    weak: bool
    reported: bool = False


@dataclass(frozen=True, slots=True)
class _Hit:
    """Where a term stands in a stream."""

    term: Term
    start: int
    end: int


class Automaton:
    """Terms by the pattern under which they stand in a stream; `margin` = characters of it that are no part of them."""

    def __init__(self, patterns: Mapping[str, tuple[Term, ...]], margin: int = 0) -> None:
        self._terms = tuple(patterns.values())
        self._margin = margin
        self._finder = AhoCorasick(list(patterns), implementation=Implementation.ContiguousNFA)

    def hits(self, text: str) -> list[_Hit]:
        """Every term in a text."""
        found = self._finder.find_matches_as_indexes(text, overlapping=True)
        margin = self._margin
        return [_Hit(t, start + margin, end - margin) for i, start, end in found for t in self._terms[i]]


class Searcher:
    """The lists of one version, made ready once. `sites` are the addresses that anybody may name."""

    def __init__(self, terms: Mapping[str, Term], sites: frozenset[str] = frozenset()) -> None:
        chinese: dict[str, tuple[Term, ...]] = {}
        worded: dict[str, tuple[Term, ...]] = {}
        bare: dict[str, tuple[Term, ...]] = {}
        for key, term in terms.items():
            if HAN.search(key):
                chinese[key] = (term,)
                continue
            pattern = f" {key[:-1]}" if key.endswith("*") else f" {key} "
            worded[pattern] = (term,)
            if not key.isascii():
                without = folding.bare(pattern)
                bare[without] = (*bare.get(without, ()), Term(term.severity, term.language, key, term.note))
        self.sites = sites
        self._chinese = Automaton(chinese)
        self._words = Automaton(worded, margin=1)
        self._bare = Automaton(bare, margin=1)

    def find(self, text: str) -> Found | None:
        """The worst that a line holds, None where it holds nothing."""
        folded = folding.plain(text[: folding.LONGEST])
        words = folding.words(folded)
        best: Found | None = None
        for found in self._in(folded, words):
            if not found.weak:
                return found
            best = best or found
        return best

    def _in(self, folded: str, words: list[str]) -> Iterator[Found]:
        chinese = not folded.isascii() and HAN.search(folded) is not None
        plainly = self._words.hits(folding.stream(words)) if words else []
        joined = folding.joined(folded) if chinese else ""
        within = [h for h in self._chinese.hits(joined) if _whole(h, joined)] if chinese else []
        told = any(h.term.severity == "report" for h in (*plainly, *within))
        yield from _found(within, told)
        yield from _found(plainly, told)
        if words:
            yield from self._dressed(folded, words, told)
        if chinese:
            yield from self._alike(folded, told)

    def _dressed(self, folded: str, words: list[str], told: bool) -> Iterator[Found]:
        """Words spelled out, masked, drawn out, or without their accents."""
        spelled = folding.spelled(words)
        for text in (folding.unmasked(folded), folding.shortened(folded)):
            if text:
                yield from _found(self._words.hits(folding.stream(folding.words(text))), told, SURE)
        if spelled:
            again = folding.stream(spelled)
            yield from _found(self._words.hits(again), told, SURE)
            yield from self._unaccented(again, told, 1)
        yield from self._unaccented(folding.stream(words), told, 2)

    def _unaccented(self, text: str, told: bool, least: int) -> Iterator[Found]:
        """Terms of `least` words that may be meant by words without their accents; what is accented must fit."""
        found = [
            _Hit(h.term, h.start, h.end)
            for h in self._bare.hits(folding.bare(text))
            if h.term.severity == "innocent"
            or (h.term.term.count(" ") + 1 >= least and _may_be(text[h.start : h.end], h.term.term))
        ]
        innocent = [h for h in self._words.hits(text) if h.term.severity == "innocent"] if found else []
        yield from _found([*found, *innocent], told, None)

    def _alike(self, folded: str, told: bool) -> Iterator[Found]:
        """Chinese across sentences, and characters that only sound like the term's."""
        letters = folding.only_letters(folded)
        innocent = [h for h in self._chinese.hits(letters) if h.term.severity == "innocent"]
        yield from _found([h for h in self._chinese.hits(letters) if _whole(h, letters)], told, None)
        sounds = folding.sounded(letters)
        if sounds != letters:
            hits = [h for h in self._chinese.hits(sounds) if h.term.severity != "innocent" and _whole(h, sounds)]
            yield from _found([*hits, *innocent], told, None)


def _whole(hit: _Hit, text: str) -> bool:
    """Whether letters at the edge of a Chinese term are no part of a longer word: 傻b, but not 傻but."""
    first, last = text[hit.start], text[hit.end - 1]
    if last.isascii() and last.isalpha() and (after := text[hit.end : hit.end + 1]) and after.isascii():
        return not after.isalpha()
    if first.isascii() and first.isalpha() and hit.start and (before := text[hit.start - 1]).isascii():
        return not before.isalpha()
    return True


def _may_be(written: str, term: str) -> bool:
    """Whether each letter is the term's or the term's without its accent."""
    return all(w == t or w == b for w, t, b in zip(written, term, folding.bare(term), strict=False))


def _found(hits: Sequence[_Hit], told: bool, sure: int | None = 0) -> Iterator[Found]:
    """What is left of hits in one stream. Terms of fewer plain letters than `sure` are weak; None = all are."""
    innocent = [(h.start, h.end) for h in hits if h.term.severity == "innocent"]
    for hit in hits:
        severity = hit.term.severity
        if severity not in ("strong", "weak") or any(_covers(i, hit) for i in innocent):
            continue
        weak = severity == "weak" or told or sure is None or (hit.end - hit.start < sure and hit.term.term.isascii())
        yield Found(hit.term.term, hit.term.language, weak, told)


def _covers(innocent: tuple[int, int], hit: _Hit) -> bool:
    """Whether an innocent phrase shares letters with a term and is no mere part of it."""
    start, end = innocent
    if end <= hit.start or hit.end <= start:
        return False
    return (start <= hit.start and hit.end <= end) or not (hit.start <= start and end <= hit.end)


@lru_cache(maxsize=KEPT)
def searcher(terms: Terms) -> Searcher:
    """The built-in lists and a school's own, made ready. Slow for long lists: call it when a list is loaded."""
    return Searcher(lists.in_force(terms), lists.sites(terms))
