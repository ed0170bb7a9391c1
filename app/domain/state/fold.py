"""The fold: `apply` one event, `note` one intent. Pure, and never raises, whatever comes in which order.

Deliveries may come twice, late or never, so nothing here trusts the order of arrival.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.domain import events as ev
from app.domain.actions import SENDS_OUT, ActionKind, OutcomeKind, Severity
from app.domain.people import Match, Participant, Trust, match
from app.domain.state.people import described, in_charge, joined, left, said, sends, stream, waits
from app.domain.state.poll import polled
from app.domain.state.room import button, ended, lost, regained, settings, settled, started
from app.domain.state.shape import KEEP_ROWS, REMEMBER_SETTLED, SETS, Case, LessonState, Removed, Standing, lasting

REMEMBER_REMOVED = 100  # people sent out
REMEMBER_STRIKES = 8  # offences of one person
LETS_IN = frozenset({ActionKind.ADMIT, ActionKind.UNBAN})


def apply(state: LessonState, event: ev.Event) -> LessonState:
    """The state after one event. Never raises, whatever the order or the content of events."""
    handler = _HANDLERS.get(type(event))
    after = handler(state, event) if handler else state
    if isinstance(event, _MOVES) and after.inside is not state.inside:
        moved = event.participant.id if isinstance(event, ev.PersonEvent) else ""
        after = in_charge(after, event.at, moved)
    ours = isinstance(event, ev.OURS)
    return after.but(
        now=max(after.now, event.at),
        last_heard=after.last_heard if ours else max(after.last_heard, event.at),
    )


_MOVES = (  # after these somebody may be in charge who was not, or the other way round
    ev.ParticipantJoined, ev.ParticipantWaiting, ev.ParticipantLeft, ev.ParticipantRoleChanged, ev.RosterPolled,
)  # fmt: skip


def note(state: LessonState, standing: Standing) -> LessonState:
    """The state after one intent was written (or its simulation)."""
    intents = {**state.intents, standing.id: standing}
    if standing.undo_of in intents:  # it is being taken back: its time cannot be up again
        intents[standing.undo_of] = replace(intents[standing.undo_of], until=None)
    if standing.status is not OutcomeKind.SIMULATED:
        state, intents = _taken_over(state, intents, standing)
    if len(intents) > KEEP_ROWS:
        intents = _forget(intents, state.now)
    hostile = state.hostile
    if standing.severity >= Severity.MEDIUM and not standing.by:  # a press is no sign of an attack
        hostile = (*(h for h in hostile if h[0] > state.now - REMEMBER_SETTLED), (standing.at, int(standing.severity)))
        hostile = hostile[-KEEP_ROWS:]
    if standing.status is not OutcomeKind.SIMULATED and (target := standing.action.target):
        state = _remembered(state, standing, target)
    slot = "routine" if standing.severity is Severity.INFO else "incident"
    case: dict[str, Any] = {slot: _joined_case(getattr(state, slot), standing, _about_pupil(state, standing))}
    return state.but(intents=intents, hostile=hostile, now=max(state.now, standing.at), **case)


def _taken_over(
    state: LessonState, intents: dict[str, Standing], standing: Standing
) -> tuple[LessonState, dict[str, Standing]]:
    """What is in force for a time only and is asked for again ends when the newer one does, not before.

    Calm takes nothing over: restore gives the room back as calm found it (policies/expiry.py waits meanwhile).
    """
    sets = SETS.get(standing.action.kind)
    change = state.changes.get(sets[0]) if sets else None
    owner = intents.get(change.intent) if change else None
    if sets is None or change is None or owner is None or owner.until is None or standing.button == "calm":
        return state, intents
    if owner.id == standing.id or getattr(state.switches, sets[0]) is not sets[1]:
        return state, intents
    intents[owner.id] = replace(owner, until=None)
    newer = replace(change, intent=standing.id)
    return state.but(changes={**state.changes, sets[0]: newer}), intents


def _remembered(state: LessonState, standing: Standing, target: Participant) -> LessonState:
    """Whom a measure sends out, and whose offence it answers to. Letting somebody in again forgets the first:
    a human whomever he wants, a rule whom the list knows.
    """
    if standing.action.kind in SENDS_OUT:
        found = _found(state, target)
        sent = Removed(
            at=standing.at, participant=target, trust=found.trust, entry=found.entry, human=bool(standing.by)
        )
        state = state.but(removed=(*state.removed, sent)[-REMEMBER_REMOVED:])
    elif standing.action.kind in LETS_IN and (standing.by or _found(state, target).trust is not Trust.STRANGER):
        state = state.but(removed=tuple(r for r in state.removed if r.participant.id != target.id))
    if standing.strike and (person := state.person(target.id)):
        key = lasting(person)
        times = (*state.strikes.get(key, ()), standing.at)[-REMEMBER_STRIKES:]
        strikes = {k: t for k, t in state.strikes.items() if k != key} | {key: times}
        state = state.but(strikes=dict(list(strikes.items())[-KEEP_ROWS:]))
    return state


def _about_pupil(state: LessonState, standing: Standing) -> bool:
    """Whether this answers to an offence of somebody who belongs here for sure."""
    target = standing.action.target
    person = state.person(target.id) if target and standing.strike else None
    return person is not None and not person.staff and person.match.trust is Trust.VERIFIED


def _found(state: LessonState, target: Participant) -> Match:
    known = state.person(target.id)
    return known.match if known else match(state.roster, target)


def framed(state: LessonState, e: ev.LessonFramed) -> LessonState:
    return state.but(
        framed=e.versions,
        scheduled_at=e.scheduled_at or state.scheduled_at,
        ends_at=e.ends_at or state.ends_at,
        strikes={**state.strikes, **dict(e.strikes)} if e.strikes else state.strikes,
    )


def _joined_case(case: Case | None, standing: Standing, pupil: bool) -> Case:
    """The incident after one more action; a new id opens a new one."""
    if case is None or case.id != standing.incident:
        return Case(
            id=standing.incident, opened_at=standing.at, last_at=standing.at, severity=standing.severity,
            reason=standing.reason, rules=(standing.rule,), actions=1, pupil=pupil,
        )  # fmt: skip
    rules = case.rules if standing.rule in case.rules else (*case.rules, standing.rule)
    severity = max(case.severity, standing.severity)
    return replace(
        case,
        last_at=max(case.last_at, standing.at),
        severity=severity,
        rules=rules,
        actions=case.actions + 1,
        pupil=case.pupil or pupil,
    )


def _forget(intents: Mapping[str, Standing], now: float) -> dict[str, Standing]:
    """Keep what is open, in force or just settled; of the rest the newest."""
    open_or_fresh = {
        k: s
        for k, s in intents.items()
        if s.until is not None
        or s.status in (OutcomeKind.PENDING, OutcomeKind.REQUESTED, OutcomeKind.MANUAL)
        or s.settled_at > now - REMEMBER_SETTLED
    }
    return dict(list(open_or_fresh.items())[-2 * KEEP_ROWS :])


_HANDLERS: dict[type[ev.Event], Callable[[LessonState, Any], LessonState]] = {
    ev.LessonFramed: framed,
    ev.LessonStarted: started,
    ev.LessonEnded: ended,
    ev.ParticipantJoined: joined,
    ev.ParticipantWaiting: waits,
    ev.ParticipantLeft: left,
    ev.ParticipantRenamed: described,
    ev.ParticipantRoleChanged: described,
    ev.AudioUnmuted: sends(ev.Media.AUDIO, True),
    ev.AudioMuted: sends(ev.Media.AUDIO, False),
    ev.VideoStarted: sends(ev.Media.VIDEO, True),
    ev.VideoStopped: sends(ev.Media.VIDEO, False),
    ev.ShareStarted: sends(ev.Media.SHARE, True),
    ev.ShareStopped: sends(ev.Media.SHARE, False),
    ev.StreamChanged: stream,
    ev.ChatPosted: said,
    ev.SettingsChanged: settings,
    ev.RosterPolled: polled,
    ev.ButtonPressed: button,
    ev.OutcomeSettled: settled,
    ev.SightLost: lost,
    ev.SightRegained: regained,
}
