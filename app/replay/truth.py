"""What really happened in the classroom, second by second, and the figures that are read from it. Pure.

This is the classroom's own truth: who was inside, who was heard and seen, what was written. What Menshen believed plays
no part.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

QUIET = 30.0  # seconds without anything hostile after which the room counts as calm; intruders keep trying meanwhile


class What(StrEnum):
    """A fact about one person."""

    INSIDE = "inside"
    WAITS = "waits"
    OUT = "out"
    SHUT_OUT = "shut out"  # stood at a door that did not open
    HEARD = "heard"
    UNHEARD = "unheard"
    SEEN = "seen"
    UNSEEN = "unseen"
    SHOWS = "shows"
    SHOWS_NOT = "shows not"
    WROTE = "wrote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """At `at` (seconds of the lesson) this was so about `who`."""

    at: float
    who: str
    what: What
    detail: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From a moment to another; a line of chat is a moment."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.end - self.start


_BEGINS = {What.HEARD: What.UNHEARD, What.SEEN: What.UNSEEN, What.SHOWS: What.SHOWS_NOT}
_ENDS_ALL = (What.OUT, What.WAITS)


def disturbances(facts: Sequence[Fact], hostile: Iterable[str], end: float) -> tuple[Span, ...]:
    """Everything that hostile people did and others could hear, see or read, each by itself, in order."""
    bad, running, found = frozenset(hostile), dict[tuple[str, What], float](), list[Span]()
    for fact in facts:
        if fact.who not in bad:
            continue
        if fact.what is What.WROTE:
            found.append(Span(fact.at, fact.at))
        elif fact.what in _BEGINS:
            running.setdefault((fact.who, _BEGINS[fact.what]), fact.at)
        else:
            over = [k for k in running if k[0] == fact.who and (fact.what in _ENDS_ALL or k[1] is fact.what)]
            found += [_span(running.pop(key), fact.at) for key in over]
    found += [_span(start, end) for start in running.values()]
    return tuple(sorted(found))


def _span(start: float, end: float) -> Span:
    """What a platform tells late may seem to end before it began."""
    return Span(start, max(start, end))


def calm_after(spans: Sequence[Span], end: float) -> float | None:
    """Seconds from the beginning of a disturbance until QUIET seconds without one begin; of several the longest.

    0 = there was none; None = the last one was not followed by so much quiet.
    """
    episodes = _merged(spans, within=QUIET)
    if not episodes:
        return 0.0
    return max(e.seconds for e in episodes) if end - episodes[-1].end >= QUIET else None


def disturbed_seconds(spans: Sequence[Span]) -> float:
    """For how long anything hostile could be heard or seen, in all."""
    return sum(s.seconds for s in _merged(spans))


def _merged(spans: Sequence[Span], *, within: float = 0.0) -> list[Span]:
    """Spans that overlap, or follow each other in less than `within` seconds, as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and (span.start <= merged[-1].end or span.start - merged[-1].end < within):
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def stays(facts: Sequence[Fact], who: Iterable[str], end: float) -> dict[str, tuple[Span, ...]]:
    """When each of these people was inside."""
    of = by_person(facts)
    return {key: spans for key in who if (spans := tuple(_inside(of.get(key, ()), end)))}


def by_person(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Each person's facts, in order."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        found.setdefault(fact.who, []).append(fact)
    return found


def _inside(facts: Sequence[Fact], end: float) -> Iterator[Span]:
    since: float | None = None
    for fact in facts:
        if fact.what is What.INSIDE and since is None:
            since = fact.at
        elif fact.what in _ENDS_ALL and since is not None:
            yield _span(since, fact.at)
            since = None
    if since is not None:
        yield _span(since, end)


def longest_wait(facts: Sequence[Fact], key: str, end: float) -> float:
    """The longest that somebody stood before the door: in the waiting room, or turned away from a closed one."""
    longest, since = 0.0, None
    for fact in facts:
        if fact.who != key:
            continue
        if fact.what in (What.WAITS, What.SHUT_OUT):
            since = fact.at if since is None else since
        elif since is not None:
            longest, since = max(longest, fact.at - since), None
    return longest if since is None else max(longest, end - since)
