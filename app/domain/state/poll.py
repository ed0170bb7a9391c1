"""Folding in the platform's own list: it wins over every fact older than the question."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.domain import events as ev
from app.domain.people import Participant
from app.domain.state.people import buried, joined, medium, newest, waits
from app.domain.state.room import ended, switched
from app.domain.state.shape import LessonState, Person, Status


def polled(state: LessonState, e: ev.RosterPolled) -> LessonState:
    """The platform's list wins over every fact older than the question."""
    seen = e.attendance
    if state.status is Status.ENDED:
        return state
    if not seen.live and state.status is Status.LIVE:
        return ended(state, ev.LessonEnded(at=e.asked_at))
    before = state
    for row in seen.inside:
        state = _polled_inside(state, row, e.asked_at)
    for p in seen.waiting or ():
        known = state.waiting.get(p.id)
        if known is None or known.missed or newest(known.participant, p) != known.participant:
            state = waits(state, ev.ParticipantWaiting(at=e.asked_at, participant=p))
            if came := state.waiting.get(p.id):
                state = state.but(waiting={**state.waiting, p.id: _in_role(came, p)})
    state = _missing(state, e, "inside", {r.participant.id for r in seen.inside})
    if seen.waiting is not None:
        state = _missing(state, e, "waiting", {p.id for p in seen.waiting})
    if seen.switches is not None:
        state = switched(state, seen.switches, e.asked_at)
    return state.but(now=max(before.now, e.at), last_heard=max(before.last_heard, e.asked_at))


def _polled_inside(state: LessonState, row: ev.Presence, asked_at: float) -> LessonState:
    p = row.participant
    old = state.inside.get(p.id)
    if old is None or old.missed or newest(old.participant, p) != old.participant:
        state = joined(state, ev.ParticipantJoined(at=asked_at, participant=p))
        if came := state.inside.get(p.id):
            person = _in_role(came if old is None else replace(came, since=old.since), p)
            state = state.but(inside={**state.inside, p.id: person})
    for media, live in ((ev.Media.AUDIO, row.audio), (ev.Media.VIDEO, row.video), (ev.Media.SHARE, row.share)):
        known = state.inside.get(p.id)
        if live is not None and known and getattr(known, media.value) != live:
            state = medium(state, p.id, media, live, asked_at)
    return state


def _in_role(person: Person, p: Participant) -> Person:
    """Unlike the event of somebody who comes, the list does tell the role."""
    return replace(person, participant=replace(person.participant, role=p.role))


def _missing(state: LessonState, e: ev.RosterPolled, where: str, listed: set[str]) -> LessonState:
    """Presences that the list does not show are over; a list read in pages must miss them twice."""
    people: Mapping[str, Person] = getattr(state, where)
    absent = [k for k, p in people.items() if k not in listed and p.since <= e.asked_at]
    if not absent:
        return state
    kept = dict(people)
    gone = state.gone
    for key in absent:
        if e.attendance.exact or kept[key].missed:
            del kept[key]
            gone = buried(gone, key, e.asked_at, state.now)
        else:
            kept[key] = replace(kept[key], missed=1)
    changes: dict[str, Any] = {where: kept, "gone": gone}
    return state.but(**changes)
