"""After the start strangers stay out; late pupils of the roster still get in where there is a waiting room.

The wish is "waiting room on". A lock would keep out late pupils too, so a platform that has no waiting room is locked
only some minutes later; until then strangers are put out as they come.
"""

from collections.abc import Iterator

from app.domain.actions import Action, ActionKind, Decision, Lane, OutcomeKind, Severity
from app.domain.events import (
    ClockTicked,
    Event,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantWaiting,
    PersonEvent,
    RosterPolled,
)
from app.domain.people import Trust, match
from app.domain.state import LessonState, Person, Status
from policies.base import Contradiction, Rule, Settings, setting
from policies.door import closed, rest_of_lesson
from policies.wishes import admit, keep_away, name_fits, no_roster, perhaps_known, tried, unnamed

AGAIN = 60.0  # seconds before a door that did not close is asked to close once more
COMES_BACK, WAITS = 60.0, 300.0  # seconds that a lock waits for who has just left, and for how long at the most
LETS_BACK = 120.0  # seconds for which the door is open for a pupil who has lost his line
NEVER = float("inf")
_CLOSES = (ActionKind.OPEN_WAITING_ROOM, ActionKind.LOCK)


class LateLock(Settings):
    """When the door closes for strangers."""

    minutes: int = setting(
        10, "minutes after the start at which the door closes (0 to 240)", stricter="lower", ge=0, le=240
    )
    hard_minutes: int = setting(
        15, "minutes after the start at which the room is locked where there is no waiting room: "
        "late pupils stay out, too (1 to 240, never before `minutes`)",
        stricter="lower", ge=1, le=240,
    )  # fmt: skip

    def contradictions(self) -> Iterator[Contradiction]:
        """The lock comes after the door, never before it."""
        if self.hard_minutes < self.minutes:
            yield Contradiction(("hard_minutes", "minutes"), "the room is locked before the door closes")


def closes_at(settings: LateLock, state: LessonState) -> float | None:
    """When the door closes: counted from the planned start if that is later than the real one."""
    if state.started_at is None:
        return None
    return max(state.started_at, state.scheduled_at or 0.0) + settings.minutes * 60.0


def decide(settings: LateLock, state: LessonState, event: Event) -> Iterator[Decision]:
    """Close the door in time; afterwards judge everybody who comes."""
    due = closes_at(settings, state)
    if due is None or state.status is not Status.LIVE or "door" in state.opened or state.now < due:
        return
    if not state.listed:
        yield from no_roster(state, "late_lock")  # behind a closed door everybody would wait, and nobody be let in
        return
    if isinstance(event, ParticipantLeft):
        yield from _lets_back(state, event)
        return
    kind, at = _wanted(settings, state, due)
    if state.now >= at:
        yield Decision(
            action=Action(kind=kind),
            rule="late_lock",
            reason="late_lock",
            severity=Severity.INFO,
            lane=Lane.ROUTINE,
            expires_after=rest_of_lesson(state),
            only=True,
        )
    if isinstance(event, PersonEvent):
        person = state.person(event.participant.id)
        yield from _late(state, person) if person else ()
    elif isinstance(event, RosterPolled):  # whose coming told nothing of him is judged by what the list tells
        for person in state.inside.values():
            if person.since >= due and unnamed(person) and not tried(state, person):
                yield from _late(state, person)


def _lets_back(state: LessonState, event: ParticipantLeft) -> Iterator[Decision]:
    """Where there is no waiting room, our lock would keep out a pupil whose line has broken: it opens for a moment.

    Strangers who use that moment are put out as they come.
    """
    change = state.changes.get("locked") if state.switches.locked else None
    lock = state.intents.get(change.intent) if change else None
    sent = any(r.participant.id == event.participant.id for r in state.removed)
    if lock is None or lock.rule != "late_lock" or sent:
        return
    found = match(state.roster, event.participant)
    if found.trust is not Trust.VERIFIED and not name_fits(state, event.participant.id, found):
        return
    yield Decision(
        action=Action(kind=ActionKind.UNLOCK),
        rule="late_lock",
        reason="late_reopened",
        params=(("name", event.participant.name),),
        severity=Severity.INFO,
        lane=Lane.GUARD,
        undo_of=lock.id,
    )


def _closed(state: LessonState) -> bool:
    """Whether the door is closed, and for good: what another rule closes for a while is no reason to wait for it.

    A waiting room that is on for a while is taken over; a lock for a while is followed by the waiting room.
    """
    changed = (state.changes.get(name) for name in ("waiting_room", "locked") if getattr(state.switches, name))
    owners = [state.intents.get(change.intent) if change else None for change in changed]
    return any(owner is None or owner.until is None or owner.rule == "late_lock" for owner in owners)


def _wanted(settings: LateLock, state: LessonState, due: float) -> tuple[ActionKind, float]:
    """What closes the door here, and when it may be asked for: at its time, and not again before AGAIN is over.

    Never while a person is to do it by hand, whoever asked for it.
    """
    if _closed(state):
        return ActionKind.LOCK, NEVER
    asked = [s for s in state.intents.values() if s.action.kind in _CLOSES]
    if any(s.status is OutcomeKind.MANUAL for s in asked):
        return ActionKind.LOCK, NEVER
    again = max((s.at + AGAIN for s in asked), default=0.0)
    let_back = (s for s in state.intents.values() if s.rule == "late_lock" and s.action.kind is ActionKind.UNLOCK)
    again = max([again, *(s.at + LETS_BACK for s in let_back)])
    if not any(s.action.kind is ActionKind.OPEN_WAITING_ROOM and s.status is OutcomeKind.UNSUPPORTED for s in asked):
        return ActionKind.OPEN_WAITING_ROOM, max(due, again)
    hard = due + (settings.hard_minutes - settings.minutes) * 60.0
    return ActionKind.LOCK, max(due, hard, again, min(_left_at(state) + COMES_BACK, hard + WAITS))


def _left_at(state: LessonState) -> float:
    """When somebody left last by himself: if his line broke, he is about to come back."""
    sent = {r.participant.id for r in state.removed}
    return max((at for id, at in state.gone.items() if id not in sent), default=0.0)


def wake(settings: LateLock, state: LessonState) -> float | None:
    """When the door is to be closed, also if nobody comes or goes just then."""
    due = closes_at(settings, state)
    if due is None or "door" in state.opened or not state.listed:
        return None
    at = _wanted(settings, state, due)[1]
    if at <= state.now and closed(state):  # for a while, by another rule: taken over when there is a chance
        return state.now + AGAIN
    return None if at == NEVER else at


def _late(state: LessonState, person: Person) -> Iterator[Decision]:
    if person.staff or perhaps_known(state, person):
        return
    if person.participant.id in state.waiting:
        if person.trusted and not state.is_barred(person):
            yield admit(person, "late_pupil", "late_lock")
    elif not person.trusted and person.match.trust is Trust.STRANGER:  # a name of the list is roster_only's to judge
        yield keep_away(person, ActionKind.HOLD, "late_stranger", Severity.HIGH, "late_lock")


RULE = Rule(
    name="late_lock",
    settings=LateLock,
    decide=decide,
    on=(ClockTicked, ParticipantWaiting, ParticipantJoined, ParticipantLeft, RosterPolled),
    wake=wake,
)
