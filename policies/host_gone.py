"""Nobody in charge is in the room: it is closed until somebody is, and then given back at once as it was.

A teacher's line breaks, and an intruder shares over the slides (field.md S3). What is closed is the least that helps:
the door and the screen; the microphones only while somebody unknown is inside.
"""

from collections.abc import Iterator
from typing import Literal

from app.domain.actions import Action, ActionKind, Decision, Lane, OutcomeKind, Severity
from app.domain.events import (
    ClockTicked,
    Event,
    ParticipantJoined,
    ParticipantRoleChanged,
    PersonEvent,
    RosterPolled,
    ShareStarted,
)
from app.domain.state import LessonState, Person, Standing, Status
from policies.base import Rule, Settings, setting
from policies.door import close_door
from policies.expiry import taken_back, temporary
from policies.wishes import fits, keep_away, perhaps_known, tried

EVERY = 5.0  # seconds between two looks while it has not been done


class HostGone(Settings):
    """What is closed while nobody in charge is there."""

    seconds: int = setting(
        20,
        "seconds without anybody in charge after which the room is closed (5 to 600)",
        stricter="lower",
        ge=5,
        le=600,
    )
    minutes: int = setting(
        60, "minutes after which it is given back even if nobody came (5 to 240)", stricter="higher", ge=5, le=240
    )
    quiet: Literal["never", "strangers", "always"] = setting(
        "strangers", "microphones closed: never; while somebody unknown is inside; always",
        stricter=("never", "strangers", "always"),
    )  # fmt: skip
    chat: bool = setting(False, "close the chat, too, while somebody unknown is inside", stricter=(False, True))
    hold: bool = setting(True, "hold whoever comes and is not known by account", stricter=(False, True))


def decide(settings: HostGone, state: LessonState, event: Event) -> Iterator[Decision]:
    """Close the room when its time has come; give it back when somebody in charge is there."""
    if state.status is not Status.LIVE or not state.led:
        return
    if state.unled_since is None:
        if not isinstance(event, ParticipantJoined | ShareStarted) or _leads(state, event):
            yield from _given_back(state)
        return
    due = _due(settings, state)
    if due is None or state.now < due:
        return
    unknown = state.doubted() if state.listed else ()
    yield from _closed(settings, state, bool(unknown))
    for person in unknown:
        yield from _unknown(settings, state, person, state.unled_since)


def _leads(state: LessonState, event: PersonEvent) -> bool:
    person = state.person(event.participant.id)
    return bool(person and person.staff)


def _due(settings: HostGone, state: LessonState) -> float | None:
    """When the room is to be closed; None = never: the lesson was to be over by then."""
    if state.unled_since is None:
        return None
    due = state.unled_since + settings.seconds
    return None if state.ends_at is not None and due >= state.ends_at else due


def _closed(settings: HostGone, state: LessonState, danger: bool) -> Iterator[Decision]:
    asked = {s.action.kind for s in _since(state) if s.status not in _IN_VAIN}
    if state.listed and asked.isdisjoint(_DOOR):  # without a list nobody would be let in again
        severity = Severity.MEDIUM if danger else Severity.INFO
        yield from close_door(state, "host_gone", "host_gone", settings.minutes, hard=danger, severity=severity)
    kinds = [] if "share" in state.opened and not danger else [ActionKind.RESTRICT_SHARE]
    if settings.quiet == "always" or (settings.quiet == "strangers" and danger):
        kinds += [ActionKind.MUTE_ALL, ActionKind.FORBID_UNMUTE]
    if settings.chat and danger:
        kinds.append(ActionKind.CLOSE_CHAT)
    for kind in kinds:
        if kind in asked:
            continue  # once: it has ended by itself, or a colleague has opened it again
        yield Decision(
            action=Action(kind=kind),
            rule="host_gone",
            reason="host_gone",
            severity=Severity.MEDIUM if danger else Severity.INFO,
            lane=Lane.PANIC,
            expires_after=settings.minutes * 60.0,
        )
    if not any(s.action.kind is ActionKind.ALERT for s in _since(state)):
        yield Decision(
            action=Action(kind=ActionKind.ALERT),
            rule="host_gone",
            reason="host_gone",
            severity=Severity.HIGH if danger else Severity.LOW,
        )


_DOOR = frozenset({ActionKind.OPEN_WAITING_ROOM, ActionKind.LOCK})
_IN_VAIN = frozenset({OutcomeKind.UNSUPPORTED, OutcomeKind.REFUSED, OutcomeKind.FAILED, OutcomeKind.EXPIRED})


def _unknown(settings: HostGone, state: LessonState, person: Person, since: float) -> Iterator[Decision]:
    """Nobody is there who could look at them: whoever came since then waits, and nobody unknown shares."""
    came = person.since >= since
    if not (came or person.share) or perhaps_known(state, person):
        return
    if fits(state, person) and not (came and person.share):
        return  # as well known as anybody of this class, and here with the teacher, or only listening
    if settings.hold and came and not tried(state, person):
        yield keep_away(person, ActionKind.HOLD, "nobody_leads", Severity.HIGH, "host_gone")
    elif person.share:
        yield keep_away(person, ActionKind.STOP_SHARE, "nobody_leads", Severity.HIGH, "host_gone")


def _since(state: LessonState) -> Iterator[Standing]:
    """What this rule has asked for since nobody leads."""
    since = state.unled_since or 0.0
    return (s for s in state.intents.values() if s.rule == "host_gone" and s.at >= since)


def _given_back(state: LessonState) -> Iterator[Decision]:
    """Exactly what was closed, where nobody has changed it since."""
    for standing in temporary(state):
        if standing.rule == "host_gone" and standing.action.target is None:
            yield taken_back(standing, "host_gone", "host_back")


def wake(settings: HostGone, state: LessonState) -> float | None:
    """When the room is to be closed."""
    due = _due(settings, state) if state.led else None
    if due is None or due > state.now:
        return due
    return None if any(_since(state)) else state.now + EVERY


RULE = Rule(
    name="host_gone",
    settings=HostGone,
    decide=decide,
    on=(ClockTicked, ParticipantJoined, ParticipantRoleChanged, RosterPolled, ShareStarted),
    wake=wake,
)
