"""Somebody nobody knows sits in the lesson and does nothing: attackers come early and wait (field.md B, S2)."""

from collections.abc import Iterator
from typing import Literal

from app.domain.actions import ActionKind, Decision, Severity
from app.domain.events import ClockTicked
from app.domain.people import Trust
from app.domain.state import LessonState, Person
from policies.base import Rule, Settings, setting
from policies.wishes import keep_away, mentioned, told, tried


class SilentStranger(Settings):
    """What is done about somebody unknown who neither speaks, writes nor shows anything."""

    minutes: int = setting(
        5,
        "minutes that somebody unknown may be silent before people are told (1 to 120)",
        stricter="lower",
        ge=1,
        le=120,
    )
    then: Literal["tell", "hold"] = setting(
        "tell", "tell: show it; hold: back to the waiting room, too", stricter=("tell", "hold")
    )


def decide(settings: SilentStranger, state: LessonState, event: ClockTicked) -> Iterator[Decision]:
    """Whoever's time is up."""
    if not state.listed:
        return
    for person in state.doubted():
        if not _silent(person) or state.now < person.since + settings.minutes * 60.0:
            continue
        if mentioned(state, person, "silent_stranger"):
            continue
        yield told(person, "silent_stranger", Severity.MEDIUM, "silent_stranger")
        if settings.then == "hold" and not tried(state, person):
            yield keep_away(person, ActionKind.HOLD, "silent_stranger", Severity.MEDIUM, "silent_stranger")


def _silent(person: Person) -> bool:
    """Whether nobody knows him and he does nothing. A name of the list is no stranger's: most pupils only listen."""
    does = person.audio or person.video or person.share or person.unmutes or person.wrote_at
    return not (does or person.trusted or person.match.trust is not Trust.STRANGER)


def wake(settings: SilentStranger, state: LessonState) -> float | None:
    """When the next one has been silent for too long."""
    if not state.listed:
        return None
    silent = (p for p in state.doubted() if _silent(p))
    due = min(
        (p.since + settings.minutes * 60.0 for p in silent if not mentioned(state, p, "silent_stranger")), default=None
    )
    return None if due is None else max(due, state.now)


RULE = Rule(name="silent_stranger", settings=SilentStranger, decide=decide, on=(ClockTicked,), wake=wake)
