"""What a lesson came to under a policy, in figures; and how that differs from what really happened. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.actions import STRENGTH, ActionKind
from app.domain.people import Match, Participant, Role, Roster, Trust, match
from app.replay.play import Played
from app.replay.trace import Done, Trace
from app.replay.truth import (
    QUIET,
    Span,
    What,
    by_person,
    calm_after,
    disturbances,
    disturbed_seconds,
    longest_wait,
    stays,
)

KEPT_OUT = 20.0  # seconds before the door after which a pupil counts as kept out of the lesson
MILD = (ActionKind.WARN, ActionKind.DELETE_MESSAGE)  # what takes nothing from anybody


@dataclass(frozen=True, slots=True)
class Crowd:
    """From a moment on so many people are inside whom the list knows, and so many whom it does not."""

    at: float
    known: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Seconds count from the start. `calm` None = the room never was; `first` None = nobody disturbed."""

    first: float | None
    calm: float | None
    disturbed: float
    strangers_in: int
    stranger_seconds: float
    touched: tuple[Done, ...]
    kept_out: tuple[str, ...]
    done: tuple[Done, ...]
    spans: tuple[Span, ...]
    end: float
    presses: int
    crowd: tuple[Crowd, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_rule(self) -> Mapping[tuple[str, ActionKind], int]:
        """How often each rule did what; what was only observed is not counted."""
        return Counter((d.rule, d.kind) for d in self.done if not d.observed)

    @property
    def automatic(self) -> tuple[Done, ...]:
        """What was done without a human."""
        return tuple(d for d in self.done if not d.by and not d.observed)


def report(
    played: Played, roster: Roster, start: float, hostile: Iterable[str] | None = None, *, end: float | None = None,
    belong: Iterable[str] | None = None,
) -> Report:  # fmt: skip
    """The figures of a lesson that was played; `end` = when what it is compared with ended; `belong` = the people of
    the class, where a script says it.
    """
    trace = replace(played.trace, start=start, end=played.end if end is None else end)
    bad = suspects(trace, roster) if hostile is None else hostile
    return figures(trace, roster, bad, over=played.over, belong=belong)


def figures(
    trace: Trace, roster: Roster, hostile: Iterable[str], *, over: bool, belong: Iterable[str] | None = None
) -> Report:
    """The figures of what is known of a lesson; `over` = nothing could come after its end."""
    start, end = trace.start if trace.start is not None else trace.end, trace.end
    bad = frozenset(hostile)
    known = (k for k, p in trace.people.items() if _belongs(p, roster)) if belong is None else belong
    pupils = frozenset(known) - bad
    done = tuple(replace(d, at=d.at - start) for d in trace.done)
    spans = disturbances(trace.facts, bad, end)
    inside = stays(trace.facts, bad, end)
    facts = by_person(trace.facts)
    return Report(
        first=spans[0].start - start if spans else None,
        calm=calm_after(spans, end + QUIET if over else end),
        disturbed=disturbed_seconds(spans),
        strangers_in=len(inside),
        stranger_seconds=sum(s.seconds for some in inside.values() for s in some),
        touched=tuple(d for d in done if d.who in pupils and _against(d)),
        kept_out=tuple(sorted(p for p in pupils if longest_wait(facts.get(p, ()), p, end) > KEPT_OUT)),
        done=done,
        spans=tuple(Span(s.start - start, s.end - start) for s in spans),
        end=end - start,
        presses=trace.presses,
        crowd=_crowd(trace, bad, start),
        names={key: p.name for key, p in trace.people.items()},
    )


def _against(done: Done) -> bool:
    return not done.by and not done.observed and done.kind in STRENGTH and done.kind not in MILD


# --- who counts as what, where nobody has said it ---------------------------------------------------------------------


def suspects(trace: Trace, roster: Roster) -> frozenset[str]:
    """Whom the list does not know, who carries the name of somebody who was there himself, whom people threw out.

    Without a list nobody is known, and then only the last tells anything.
    """
    out = {d.who for d in trace.done if d.by and d.kind in (ActionKind.KICK, ActionKind.BAN)}
    there = {key: p for key, p in trace.people.items() if p.role is Role.ATTENDEE}
    if not roster:
        return frozenset(out & there.keys())
    known = {key: match(roster, p) for key, p in there.items()}
    present = {m.entry for m in known.values() if m.trust is Trust.VERIFIED}
    return frozenset(key for key, m in known.items() if key in out or _unknown(m, present))


def _unknown(found: Match, present: Iterable[str | None]) -> bool:
    if found.trust is Trust.CLAIMED:
        return found.entry is not None and found.entry in present
    return found.trust is Trust.STRANGER


def _belongs(p: Participant, roster: Roster) -> bool:
    return p.role is Role.ATTENDEE and (not roster or match(roster, p).trust is not Trust.STRANGER)


def _crowd(trace: Trace, bad: frozenset[str], start: float) -> tuple[Crowd, ...]:
    """How many were inside, one entry per change."""
    inside: set[str] = set()
    unknown = 0
    found: list[Crowd] = []
    for fact in trace.facts:
        comes = fact.what is What.INSIDE and fact.who not in inside
        goes = fact.what in (What.OUT, What.WAITS) and fact.who in inside
        if not (comes or goes):
            continue
        inside ^= {fact.who}
        if fact.who in bad:
            unknown += 1 if comes else -1
        found.append(Crowd(fact.at - start, len(inside) - unknown, unknown))
    return tuple(found)


# --- two reports side by side -----------------------------------------------------------------------------------------


def only(these: Sequence[Done], those: Sequence[Done]) -> tuple[Done, ...]:
    """What was done here and not there: the same rule, the same measure, the same person, as often."""
    left = Counter(_what(d) for d in those if not d.observed)
    found = []
    for done in these:
        if done.observed:
            continue
        if left[_what(done)]:
            left[_what(done)] -= 1
        else:
            found.append(done)
    return tuple(found)


def _what(done: Done) -> tuple[str, ActionKind, str, bool]:
    return done.rule, done.kind, done.who, bool(done.by)
