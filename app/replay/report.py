"""What a lesson came to under a policy, in figures; and how that differs from what really happened. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain import events as ev
from app.domain.actions import STRENGTH, ActionKind
from app.domain.people import Participant, Role, Roster, Trust, match
from app.replay.play import Played
from app.replay.truth import Fact, Span, What, calm_after, disturbances, disturbed_seconds, longest_wait, stays
from app.store import codec
from app.store.log import Logged

KEPT_OUT = 20.0  # seconds before the door after which a pupil counts as kept out of the lesson
MILD = (ActionKind.WARN, ActionKind.DELETE_MESSAGE)  # what takes nothing from anybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One thing that was done or, where `observed`, would have been. `at` is seconds since the start."""

    at: float
    rule: str
    reason: str
    kind: ActionKind
    who: str
    by: str
    observed: bool


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
    played: Played, roster: Roster, start: float, hostile: Iterable[str] | None = None,
    belong: Iterable[str] | None = None,
) -> Report:  # fmt: skip
    """The figures of a lesson that was played. `belong` = its pupils and teachers, where a script knows them."""
    people = _people(played.rows)
    return _figures(played.rows, played.facts, people, roster, start, played.end, hostile, belong)


def happened(rows: Sequence[Logged], roster: Roster, start: float, hostile: Iterable[str] | None = None) -> Report:
    """The figures of what was recorded."""
    facts = tuple(fact for row in rows for fact in _facts(row))
    end = max((row.at for row in rows), default=start)
    return _figures(rows, facts, _people(rows), roster, start, end, hostile)


def _figures(
    rows: Sequence[Logged], facts: Sequence[Fact], people: Mapping[str, Participant], roster: Roster, start: float,
    end: float, hostile: Iterable[str] | None, belong: Iterable[str] | None = None,
) -> Report:  # fmt: skip
    bad = frozenset(_unknown(people, roster) if hostile is None else hostile)
    known = (k for k, p in people.items() if _belongs(p, roster)) if belong is None else belong
    pupils = frozenset(known) - bad
    done = tuple(d for row in rows if (d := _done(row, start)))
    spans = disturbances(facts, bad, end)
    inside = stays(facts, bad, end)
    return Report(
        first=spans[0].start - start if spans else None,
        calm=calm_after(spans, end),
        disturbed=disturbed_seconds(spans),
        strangers_in=len(inside),
        stranger_seconds=sum(s.seconds for some in inside.values() for s in some),
        touched=tuple(d for d in done if d.who in pupils and _against(d)),
        kept_out=tuple(sorted(p for p in pupils if longest_wait(facts, p, end) > KEPT_OUT)),
        done=done,
        spans=tuple(Span(s.start - start, s.end - start) for s in spans),
        end=end - start,
        presses=sum(row.kind == ev.ButtonPressed.kind for row in rows),
        names={key: p.name for key, p in people.items()},
    )


def _against(done: Done) -> bool:
    return not done.by and not done.observed and done.kind in STRENGTH and done.kind not in MILD


def _unknown(people: Mapping[str, Participant], roster: Roster) -> Iterable[str]:
    return (k for k, p in people.items() if p.role is Role.ATTENDEE and match(roster, p).trust is not Trust.VERIFIED)


def _belongs(p: Participant, roster: Roster) -> bool:
    return p.role is Role.ATTENDEE and match(roster, p).trust is not Trust.STRANGER


def _people(rows: Sequence[Logged]) -> dict[str, Participant]:
    """Everybody of whom the rows tell, as they told last."""
    found: dict[str, Participant] = {}
    for row in rows:
        if row.kind.startswith(("participant.", "audio.", "share.", "video.", "chat.")):
            event = codec.event_from(row.kind, row.body, row.private)
            if isinstance(event, ev.PersonEvent):
                found[event.participant.id] = _fuller(found.get(event.participant.id), event.participant)
        elif row.kind == ev.RosterPolled.kind:
            event = codec.event_from(row.kind, row.body, row.private)
            if isinstance(event, ev.RosterPolled):
                for p in (*(r.participant for r in event.attendance.inside), *(event.attendance.waiting or ())):
                    found[p.id] = _fuller(found.get(p.id), p)
    return found


def _fuller(old: Participant | None, new: Participant) -> Participant:
    if old is None:
        return new
    told: dict[str, Any] = {
        f: getattr(new, f) or getattr(old, f) for f in ("name", "account", "email", "link", "accounts")
    }
    role = new.role if new.role is not Role.ATTENDEE else old.role
    return Participant(id=new.id, role=role, **told)


def _done(row: Logged, start: float) -> Done | None:
    if row.kind != "intent":
        return None
    standing, observed = codec.intent_from(row.body, row.private)
    target = standing.action.target
    return Done(
        at=standing.at - start, rule=standing.rule, reason=standing.reason, kind=standing.action.kind,
        who=target.id if target else "", by=standing.by, observed=observed,
    )  # fmt: skip


_TELLS: Mapping[str, What] = {
    ev.ParticipantJoined.kind: What.INSIDE, ev.ParticipantWaiting.kind: What.WAITS, ev.ParticipantLeft.kind: What.OUT,
    ev.AudioUnmuted.kind: What.HEARD, ev.AudioMuted.kind: What.UNHEARD, ev.VideoStarted.kind: What.SEEN,
    ev.VideoStopped.kind: What.UNSEEN, ev.ShareStarted.kind: What.SHOWS, ev.ShareStopped.kind: What.SHOWS_NOT,
    ev.ChatPosted.kind: What.WROTE,
}  # fmt: skip


def _facts(row: Logged) -> Iterable[Fact]:
    if what := _TELLS.get(row.kind):
        who = codec.whole(row.body, row.private or None)["participant"]["id"]
        yield Fact(at=row.at, who=who, what=what)
