"""Folding in what happens to the room: start, end, switches and who turned them, buttons, outcomes, sight."""

from dataclasses import replace
from typing import Any

from app.domain import events as ev
from app.domain.actions import ActionKind, OutcomeKind
from app.domain.people import Participant, match
from app.domain.state.people import barred, unbarred, vouched
from app.domain.state.shape import KEEP_ROWS, SETS, SWITCHES, Change, LessonState, Person, Standing, Status, lasting


def started(state: LessonState, e: ev.LessonStarted) -> LessonState:
    if state.status is Status.ENDED:
        return state
    return state.but(status=Status.LIVE, started_at=min(state.started_at or e.at, e.at), title=e.title or state.title)


def ended(state: LessonState, e: ev.LessonEnded) -> LessonState:
    if state.status is Status.ENDED or (state.started_at or 0.0) > e.at:
        return state
    return state.but(status=Status.ENDED, ended_at=e.at, inside={}, waiting={}, blind="")


def settings(state: LessonState, e: ev.SettingsChanged) -> LessonState:
    return switched(state, e.switches, e.at)


def switched(state: LessonState, news: ev.Switches, at: float, intent: str = "") -> LessonState:
    """Take over the switches that are told and newer, remembering who changed which.

    A change that shows what an open or just-settled intent of ours asked for is put down to that intent.
    """
    values: dict[str, Any] = {}
    changes = dict(state.changes)
    for name in SWITCHES:
        told = getattr(news, name)
        known = getattr(state.switches, name)
        last = changes.get(name)
        if told is None or (last and last.at > at):
            continue
        values[name] = told
        if told != known or last is None:
            author = intent or _author(state, name, told)
            changes[name] = Change(at=at, intent=author, before=known)
    if not values:
        return state
    calm = dict(state.calm)
    for name in values:
        author_of = state.intents.get(changes[name].intent)
        if author_of and author_of.button == "calm":
            calm[name] = changes[name]
    return state.but(switches=replace(state.switches, **values), changes=changes, calm=calm)


def _author(state: LessonState, switch: str, value: bool) -> str:
    """The newest intent of ours that asked for this value of this switch; "" when nobody of us did."""
    for standing in reversed(tuple(state.intents.values())):
        if standing.status in _ASKED and SETS.get(standing.action.kind) == (switch, value):
            return standing.id
    return ""


_ASKED = (OutcomeKind.PENDING, OutcomeKind.REQUESTED)


def button(state: LessonState, e: ev.ButtonPressed) -> LessonState:
    opened = state.opened | {_OPENS[e.button]} if e.button in _OPENS else state.opened
    if e.button in _CLOSES:
        opened = opened - set(_CLOSES[e.button])
    calmed = e.button == "calm" or (state.calmed and e.button != "restore")
    state = state.but(pressed=(*state.pressed, e.key)[-KEEP_ROWS:], opened=opened, calmed=calmed)
    if e.button in _BARS:
        return barred(state, e.participant)
    if e.button == "admit":
        return vouched(state, e.participant)
    return _forgiven(state, e) if e.button in ("unban", "undo") else state


def _forgiven(state: LessonState, e: ev.ButtonPressed) -> LessonState:
    """Whose ban or hold is taken back is not kept out any longer; whom a hold hit may stay."""
    sent = state.intents.get(e.undo_of) if e.button == "undo" else _ban(state, e.participant)
    target = sent.action.target if sent else None
    if sent and target and sent.strike and e.button == "undo":
        state = _pardoned(state, sent, target)
    if sent is None or target is None or sent.action.kind not in (ActionKind.HOLD, ActionKind.BAN):
        return state
    state = unbarred(state, target)
    return vouched(state, target.id) if sent.action.kind is ActionKind.HOLD else state


def _pardoned(state: LessonState, sent: Standing, target: Participant) -> LessonState:
    """What a human takes back was no offence."""
    known = state.person(target.id) or Person(participant=target, match=match(state.roster, target), since=0.0)
    key = lasting(known)
    kept = tuple(at for at in state.strikes.get(key, ()) if at != sent.at)
    others = {k: times for k, times in state.strikes.items() if k != key}
    return state.but(strikes=others | ({key: kept} if kept else {}))


def _ban(state: LessonState, pid: str) -> Standing | None:
    bans = (s for s in reversed(tuple(state.intents.values())) if s.action.kind is ActionKind.BAN)
    return next((s for s in bans if s.action.target and s.action.target.id == pid), None)


_BARS = ("hold", "deny", "ban")  # a human's word: no rule lets this person in again


_OPENS = {"open_chat": "chat", "allow_share": "share", "allow_unmute": "audio", "unlock": "door"}


_CLOSES = {
    "calm": ("chat", "share", "audio", "door"),
    "close_chat": ("chat",),
    "stop_sharing": ("share",),
    "mute_all": ("audio",),
    "lock": ("door",),
}


def settled(state: LessonState, e: ev.OutcomeSettled) -> LessonState:
    standing = state.intents.get(e.intent)
    if standing is None:
        return state
    done = replace(standing, status=e.outcome.kind, settled_at=e.at)
    took = e.outcome.kind is OutcomeKind.CONFIRMED or e.outcome.assumed
    if not took and e.outcome.kind not in (OutcomeKind.REQUESTED, OutcomeKind.PENDING) and not _owns(state, standing):
        done = replace(done, until=None)  # nothing came of it, so there is nothing to take back
    state = state.but(intents={**state.intents, e.intent: done})
    if took and (sets := SETS.get(e.action.kind)):
        switch: dict[str, Any] = {sets[0]: sets[1]}
        told = ev.Switches(**switch)
        if e.outcome.assumed or getattr(state.switches, sets[0]) != sets[1]:
            state = switched(
                state, told, max(e.at, state.changes[sets[0]].at if sets[0] in state.changes else 0.0), e.intent
            )
    return state


def _owns(state: LessonState, standing: Standing) -> bool:
    """Whether a switch is as this intent asked because an earlier one of ours did it: then it still ends in time."""
    sets = SETS.get(standing.action.kind)
    change = state.changes.get(sets[0]) if sets else None
    return bool(change and change.intent == standing.id)


def lost(state: LessonState, e: ev.SightLost) -> LessonState:
    return state.but(blind=e.reason or "unknown")


def regained(state: LessonState, e: ev.SightRegained) -> LessonState:
    return state.but(blind="")
