"""Only those who belong come in: strangers and claimed names are held, pupils known by account are let in.

Without a roster nobody is judged: the teacher is told once, and nothing else happens (field.md B: a missing list
must never become a massacre). Whom a human sent out stays out, list or no list, until a human lets him in again.
"""

from collections.abc import Iterator
from typing import Literal

from app.domain.actions import ActionKind, Decision, Severity
from app.domain.events import (
    ClockTicked,
    Event,
    ParticipantJoined,
    ParticipantRenamed,
    ParticipantWaiting,
    PersonEvent,
    RosterLoaded,
    RosterPolled,
)
from app.domain.people import Fact, Trust
from app.domain.state import LessonState, Person
from policies.base import Rule, Settings, setting
from policies.wishes import AGAIN, GRACE_WAITING, admit, keep_away, no_roster, perhaps_known, told, tried, unnamed

EVERY = 5.0  # seconds between two looks at strangers who are still inside
AT_THE_DOOR = 6  # people at the door who are told of within a minute; the panel shows them all


class RosterOnly(Settings):
    """Who may come in."""

    strangers: Literal["hold", "deny", "watch"] = setting(
        "hold", "hold: back to the waiting room; deny: put out; watch: only show them",
        stricter=("watch", "hold", "deny"),
    )  # fmt: skip
    claimed: Literal["hold", "admit"] = setting(
        "hold", "people known by name only: hold for the teacher, or admit unless the owner is inside",
        stricter=("admit", "hold"),
    )  # fmt: skip
    admit_verified: bool = setting(
        True, "let roster pupils in from the waiting room by themselves", stricter=(True, False)
    )
    stale_days: int = setting(
        200, "days after which nobody is judged by a class list that was not loaded anew (0 to 3660, 0 = never)",
        stricter="higher", ge=0, le=3660,
    )  # fmt: skip


def dated(settings: RosterOnly, state: LessonState) -> LessonState:
    """The state with the word on whether its list is too old to judge anybody by."""
    if state.roster_at is None or not settings.stale_days:
        return state
    stale = state.now - state.roster_at > settings.stale_days * 86_400.0
    return state if stale is state.roster_stale else state.but(roster_stale=stale)


def decide(settings: RosterOnly, state: LessonState, event: Event) -> Iterator[Decision]:
    """Judge the presence that has just come or changed its name; after a poll or a new roster, everybody."""
    if isinstance(event, PersonEvent):
        judged = tuple(p for p in (state.person(event.participant.id),) if p)
    else:
        judged = (*state.inside.values(), *state.waiting.values())
    suspects = [p for p in judged if not p.staff]
    if isinstance(event, ClockTicked):
        suspects = [p for p in suspects if p.participant.id in state.inside or _untold(state, p)]
    if isinstance(event, ClockTicked | RosterPolled):
        suspects = [p for p in suspects if p.participant.id in state.waiting or _undone(state, p)]
    for person in suspects:
        if _sent_out(state, person):
            yield keep_away(person, ActionKind.HOLD, "sent_out", Severity.MEDIUM)
    if suspects and not state.listed:
        yield from no_roster(state)
        return
    for person in suspects:
        if not _sent_out(state, person):
            yield from _judge(settings, state, person)


def _undone(state: LessonState, person: Person) -> bool:
    """Whether something is to be done about somebody inside, and has not been tried lately."""
    return (not person.trusted or _sent_out(state, person)) and not tried(state, person)


def _sent_out(state: LessonState, person: Person) -> bool:
    """Whether somebody is inside whom a human sent out: his word needs no list.

    A second presence that was inside before stays: perhaps it is the pupil, and the one sent out had his link.
    """
    id = person.participant.id
    if id not in state.inside or not state.is_barred(person):
        return False
    return id in state.barred or not any(
        r.human and r.participant.id != id and r.entry == person.match.entry and person.since < r.at
        for r in state.removed
    )


def _untold(state: LessonState, person: Person) -> bool:
    """Whether somebody without a name waits whom nobody has been told of."""
    id = person.participant.id
    if id not in state.waiting or not unnamed(person):
        return False
    told_of = (s.action.target for s in state.intents.values() if s.reason == "stranger_waits")
    return not any(target is not None and target.id == id for target in told_of)


def _crowded(state: LessonState) -> bool:
    """Whether people were told of so many at the door within a minute that one more name helps nobody."""
    lately = (s for s in state.intents.values() if s.action.kind is ActionKind.ALERT and s.at > state.now - AGAIN)
    return sum(s.rule == "roster_only" and s.action.target is not None for s in lately) >= AT_THE_DOOR


def wake(settings: RosterOnly, state: LessonState) -> float | None:
    """While somebody is inside who should wait, look again: a budget refills, and a platform may not do as it says."""
    held: tuple[Trust, ...] = ()
    if settings.strangers != "watch" and state.listed:
        held = (Trust.STRANGER, Trust.CLAIMED) if settings.claimed == "hold" else (Trust.STRANGER,)
    left = any(p.match.trust in held for p in state.doubted())
    if left or (state.barred and any(_sent_out(state, p) and not p.staff for p in state.inside.values())):
        return state.now + EVERY
    if settings.strangers != "hold":
        return None
    due = min((p.since + GRACE_WAITING for p in state.waiting.values() if _untold(state, p)), default=None)
    return None if due is None else max(due, state.now)


def _judge(settings: RosterOnly, state: LessonState, person: Person) -> Iterator[Decision]:
    waits = person.participant.id in state.waiting
    if person.trusted:
        if waits and settings.admit_verified and not person.vouched and not state.is_barred(person):
            yield admit(person, "verified")
        return
    if perhaps_known(state, person):
        return
    if person.match.trust is Trust.CLAIMED:
        yield from _claimed(settings, state, person, waits)
    elif settings.strangers == "deny":
        kind = ActionKind.DENY if waits else ActionKind.KICK
        yield keep_away(person, kind, "stranger", Severity.HIGH)
    elif settings.strangers == "hold" and not waits:
        yield keep_away(person, ActionKind.HOLD, "stranger", Severity.HIGH)
    elif settings.strangers == "hold" and not tried(state, person) and not _crowded(state):
        yield told(person, "stranger_waits", Severity.LOW)


def _claimed(settings: RosterOnly, state: LessonState, person: Person, waits: bool) -> Iterator[Decision]:
    owner_inside = any(
        p.match.entry == person.match.entry and p.match.entry is not None
        for p in state.inside.values()
        if p.participant.id != person.participant.id
    )
    odd = Fact.NAME_TWICE in person.match.facts or Fact.DISGUISED in person.match.facts
    free = not (owner_inside or odd or state.is_barred(person))
    if settings.claimed == "admit" and free:
        if waits:
            yield admit(person, "claimed_free")
        return
    reason = "claimed_twin" if owner_inside else "claimed_name"
    if settings.strangers == "watch" and not owner_inside:  # nobody is treated worse for carrying a name of the list
        yield told(person, reason, Severity.LOW)
        return
    severity = Severity.HIGH if owner_inside else Severity.MEDIUM
    if waits:
        if _crowded(state):
            return
        yield told(person, reason, Severity.LOW if not owner_inside else Severity.MEDIUM)
    else:
        yield keep_away(person, ActionKind.HOLD, reason, severity)


RULE = Rule(
    name="roster_only",
    settings=RosterOnly,
    decide=decide,
    on=(ParticipantWaiting, ParticipantJoined, ParticipantRenamed, RosterPolled, RosterLoaded, ClockTicked),
    wake=wake,
)
