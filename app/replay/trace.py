"""What is kept of a lesson to tell of it afterwards: who was where and when, who they were, what was done. Read row by
row, so that the rows themselves need not be kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import msgspec

from app.domain import events as ev
from app.domain.actions import ActionKind
from app.domain.errors import Invalid
from app.domain.people import Participant, Role, Roster
from app.domain.state import LessonState, Person, Status, apply, note
from app.replay.truth import Fact, What
from app.store import codec

INTENT = "intent"
_OURS = frozenset(kind.kind for kind in ev.OURS)
MOST = 500_000  # rows of a lesson that is told of; a day of a busy school has fewer
# What hostile or broken rows can lead to when they are decoded.
UNREADABLE = (
    msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One thing that was done or, where `observed`, would have been. `at` is seconds since the epoch, or the start."""

    at: float
    rule: str
    reason: str
    kind: ActionKind
    who: str
    by: str
    observed: bool


@dataclass(slots=True, kw_only=True)
class Trace:
    """`start` is when the platform first told of anything, `end` when it last did."""

    start: float | None = None
    end: float = 0.0
    over: bool = False  # the lesson was ended
    erased: int = 0  # rows that have lost their names
    rows: int = 0
    presses: int = 0
    facts: list[Fact] = field(default_factory=list)
    people: dict[str, Participant] = field(default_factory=dict)
    done: list[Done] = field(default_factory=list)

    def told(self, at: float, kind: str) -> None:
        """One more row."""
        self.rows += 1
        self.presses += kind == ev.ButtonPressed.kind
        self.end = max(self.end, at)
        if self.start is None and kind != INTENT and kind not in _OURS:
            self.start = at

    def decided(self, body: str, private: str | None) -> None:
        """An intent's row."""
        standing, observed = codec.intent_from(body, private)
        target = standing.action.target
        self.done.append(
            Done(
                at=standing.at, rule=standing.rule, reason=standing.reason, kind=standing.action.kind,
                who=target.id if target else "", by=standing.by, observed=observed,
            )
        )  # fmt: skip


class Told(Protocol):
    """A row of a recording. `where` is how people find it again."""

    @property
    def at(self) -> float: ...
    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def private(self) -> str | None: ...
    @property
    def where(self) -> str: ...


def traced(rows: Iterable[Told], roster: Roster | None = None) -> Trace:
    """What recorded rows tell, by the fold of them. Raises Invalid for what cannot be read, and past MOST rows."""
    trace = Trace()
    state = LessonState(lesson="", roster=roster or Roster())
    for row in rows:
        trace.told(row.at, row.kind)
        trace.erased += row.private is None
        if trace.rows > MOST:
            raise Invalid(problems=((row.where, f"more than {MOST} rows: too long to be compared"),))
        try:
            after = _taken(trace, state, row)
        except UNREADABLE as e:
            raise unreadable(row.where, row.kind, e) from e
        if after.inside is not state.inside or after.waiting is not state.waiting:
            trace.facts.extend(_changes(state, after, row.at))
        state = after
    trace.over = state.status is Status.ENDED
    return trace


def unreadable(where: str, kind: str, error: Exception) -> Invalid:
    """What is wrong with a row, in one line."""
    told = f"{type(error).__name__}: {error}" if isinstance(error, KeyError | RecursionError) else str(error)
    return Invalid(problems=((where, f"{kind[:40]}: {' '.join(told[:200].split())}"),))


def _taken(trace: Trace, state: LessonState, row: Told) -> LessonState:
    if row.kind == INTENT:
        trace.decided(row.body, row.private)
        return note(state, codec.intent_from(row.body, row.private)[0])
    event = codec.event_from(row.kind, row.body, row.private)
    if isinstance(event, ev.PersonEvent):
        _meet(trace.people, event.participant)
    elif isinstance(event, ev.RosterPolled):
        for p in (*(r.participant for r in event.attendance.inside), *(event.attendance.waiting or ())):
            _meet(trace.people, p)
    if isinstance(event, ev.ChatPosted):
        trace.facts.append(Fact(at=event.at, who=event.participant.id, what=What.WROTE))
    return apply(state, event)


def _meet(people: dict[str, Participant], who: Participant) -> None:
    """Everybody as the rows told last; what they leave out, and that somebody led, stays."""
    old = people.get(who.id)
    if old is None or old == who:
        people[who.id] = who
        return
    told = {f: v for f in ("name", "account", "email", "link", "accounts") if (v := getattr(who, f))}
    role = who.role if who.role is not Role.ATTENDEE else old.role
    people[who.id] = replace(old, role=role, **told)


def _changes(before: LessonState, after: LessonState, at: float) -> Iterator[Fact]:
    """What one row changed about the people who are here."""
    for key, person in after.inside.items():
        old = before.inside.get(key)
        if old is person:
            continue
        if old is None:
            yield Fact(at=at, who=key, what=What.INSIDE)
        yield from _sends(old, person, at)
    for key in after.waiting:
        if key not in before.waiting:
            yield Fact(at=at, who=key, what=What.WAITS)
    for key in (*before.inside, *before.waiting):
        if key not in after.inside and key not in after.waiting:
            yield Fact(at=at, who=key, what=What.OUT)


def _sends(old: Person | None, new: Person, at: float) -> Iterator[Fact]:
    for medium, (live, still) in _MEDIA.items():
        now, then = getattr(new, medium), getattr(old, medium, False)
        if now is not then:
            yield Fact(at=at, who=new.participant.id, what=live if now else still)


_MEDIA: Mapping[str, tuple[What, What]] = {
    "audio": (What.HEARD, What.UNHEARD),
    "video": (What.SEEN, What.UNSEEN),
    "share": (What.SHOWS, What.SHOWS_NOT),
}
