"""Whether the room now is as an action wished: what turns "sent" into "in effect"."""

from collections.abc import Callable

from app.domain import events as ev
from app.domain.actions import Action, ActionKind
from app.domain.state.shape import SETS, UNPROVEN, LessonState, Person, Standing, Status


def proven(state: LessonState, standing: Standing, event: ev.Event) -> bool:
    """Whether this event shows that what was asked of the platform, or of a person, took effect (a 200 never does)."""
    if standing.status not in UNPROVEN or not satisfied(state, standing.action):
        return False
    if isinstance(event, ev.RosterPolled) and not _shows(event.attendance, standing.action):
        return False
    if not standing.met or (isinstance(event, ev.RosterPolled) and event.asked_at > standing.settled_at):
        return True
    sets = SETS.get(standing.action.kind)
    return bool(sets and isinstance(event, ev.SettingsChanged) and getattr(event.switches, sets[0]) is sets[1])


_MEDIA: dict[ActionKind, str] = {
    ActionKind.MUTE: "audio",
    ActionKind.MUTE_ALL: "audio",
    ActionKind.STOP_VIDEO: "video",
    ActionKind.STOP_SHARE: "share",
}


def _shows(seen: ev.Attendance, action: Action) -> bool:
    """Whether a list can tell: one without microphones proves nothing about them, unless nobody is there any more."""
    medium = _MEDIA.get(action.kind)
    whom = [r for r in seen.inside if action.target is None or r.participant.id == action.target.id]
    return medium is None or not whom or any(getattr(row, medium) is not None for row in whom)


def satisfied(state: LessonState, action: Action) -> bool:
    """Whether the room now is as the action wished: the proof that a request took effect."""
    check = _SATISFIED.get(action.kind)
    if check:
        return check(state, action)
    sets = SETS.get(action.kind)
    return sets is not None and getattr(state.switches, sets[0]) is sets[1]


def _target(state: LessonState, action: Action) -> Person | None:
    return state.inside.get(action.target.id) if action.target else None


def _all_muted(state: LessonState, action: Action) -> bool:
    """The platform's switch says so, or nobody but hosts is heard: some platforms mute each and set no switch."""
    if state.switches.muted_all and "muted_all" in state.changes:
        return True
    return not any(p.audio for p in state.inside.values() if not p.staff)


_SATISFIED: dict[ActionKind, Callable[[LessonState, Action], bool]] = {
    ActionKind.MUTE: lambda s, a: not ((p := _target(s, a)) and p.audio),
    ActionKind.STOP_VIDEO: lambda s, a: not ((p := _target(s, a)) and p.video),
    ActionKind.STOP_SHARE: lambda s, a: not ((p := _target(s, a)) and p.share),
    ActionKind.MUTE_ALL: _all_muted,
    ActionKind.HOLD: lambda s, a: _target(s, a) is None,
    ActionKind.KICK: lambda s, a: _target(s, a) is None,
    ActionKind.BAN: lambda s, a: a.target is not None and s.person(a.target.id) is None,
    ActionKind.DENY: lambda s, a: a.target is not None and a.target.id not in s.waiting,
    ActionKind.ADMIT: lambda s, a: a.target is not None and a.target.id not in s.waiting,
    ActionKind.RENAME: lambda s, a: bool((p := _target(s, a)) and p.participant.name == a.text),
    ActionKind.END: lambda s, a: s.status is Status.ENDED,
}
