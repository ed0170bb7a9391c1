"""A room that outlives its lesson: people are told, then open microphones are closed, and at last the room is ended.

The lesson is over at its planned end, or, where none is known, when everybody in charge has been gone for a while after
a good part of a lesson. While somebody in charge is inside, a lesson that runs late is only shown, and never touched.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from app.domain.actions import Action, ActionKind, Decision, Lane, Severity
from app.domain.events import ClockTicked
from app.domain.state import LessonState, Person, Status
from policies.base import Contradiction, Rule, Settings, setting


class AfterClass(Settings):
    """What happens to people and microphones that are still there after the end."""

    until: Literal["tell", "mute", "end"] = setting(
        "mute", "how far it goes: tell people; also mute everybody; also end the room",
        stricter=("tell", "mute", "end"),
    )  # fmt: skip
    grace_minutes: int = setting(
        10, "minutes that a lesson may run over its planned end (0 to 120)", stricter="lower", ge=0, le=120
    )
    gone_minutes: int = setting(
        10, "minutes without anybody in charge after which a lesson counts as over (3 to 120)",
        stricter="lower", ge=3, le=120,
    )  # fmt: skip
    lesson_minutes: int = setting(
        20, "minutes that a lesson without a planned end must have had somebody in charge before that (5 to 240)",
        stricter="lower", ge=5, le=240,
    )  # fmt: skip
    mute_minutes: int = setting(
        2, "minutes after people were told that open microphones are closed (0 to 120)",
        stricter="lower", ge=0, le=120,
    )  # fmt: skip
    end_minutes: int = setting(
        10, "minutes after people were told that the room is ended, if nobody in charge came back (1 to 240)",
        stricter="lower", ge=1, le=240,
    )  # fmt: skip

    def contradictions(self) -> Iterable[Contradiction]:
        """The harder step never comes first."""
        if self.end_minutes < self.mute_minutes:
            yield Contradiction(("end_minutes", "mute_minutes"), "the room is ended before microphones are closed")


def over_at(settings: AfterClass, state: LessonState) -> float | None:
    """When the lesson counts as over; None while that cannot be told. A moment without a teacher is no end."""
    gone = None if state.unled_since is None else state.unled_since + settings.gone_minutes * 60.0
    if state.ends_at is not None:
        return max(state.ends_at + settings.grace_minutes * 60.0, gone or 0.0)
    if gone is None or state.started_at is None or state.unled_since is None:
        return None
    return gone if state.unled_since - state.started_at >= settings.lesson_minutes * 60.0 else None


def decide(settings: AfterClass, state: LessonState, event: ClockTicked) -> Iterator[Decision]:
    """The step that is due."""
    due = _next(settings, state)
    if due is None or due[0] > state.now:
        return
    step = due[1]
    if step == "after_class":
        yield _wish(ActionKind.ALERT, step, Severity.LOW)
    elif step == "after_class_end":
        yield _wish(ActionKind.END, step, Severity.MEDIUM)
    elif not state.switches.muted_all:
        yield _wish(ActionKind.MUTE_ALL, step, Severity.LOW)
    else:  # all were muted once, and some have opened their microphones since
        for person in _heard(state):
            yield _wish(ActionKind.MUTE, step, Severity.LOW, person)


def wake(settings: AfterClass, state: LessonState) -> float | None:
    """When the next step is due."""
    due = _next(settings, state)
    return due[0] if due else None


def _next(settings: AfterClass, state: LessonState) -> tuple[float, str] | None:
    """The next step of this end of the lesson that was not taken yet, and when it is due."""
    over = over_at(settings, state)
    if over is None or state.status is not Status.LIVE or all(p.staff for p in state.inside.values()):
        return None
    taken = {s.reason for s in state.intents.values() if s.rule == "after_class" and s.at >= over}
    if "after_class" not in taken:
        return over, "after_class"
    if settings.until == "tell" or any(p.staff for p in state.inside.values()):
        return None
    steps = []
    if "after_class_muted" not in taken and any(_heard(state)):
        steps.append((over + settings.mute_minutes * 60.0, "after_class_muted"))
    if "after_class_end" not in taken and settings.until == "end":
        steps.append((over + max(settings.end_minutes, settings.mute_minutes) * 60.0, "after_class_end"))
    return min(steps, default=None)


def _heard(state: LessonState) -> Iterator[Person]:
    return (p for p in state.inside.values() if p.audio and not p.staff)


def _wish(kind: ActionKind, reason: str, severity: Severity, person: Person | None = None) -> Decision:
    return Decision(
        action=Action(kind=kind, target=person.participant if person else None),
        rule="after_class",
        reason=reason,
        severity=severity,
        lane=Lane.GUARD,
        only=kind is ActionKind.END,
    )


RULE = Rule(name="after_class", settings=AfterClass, decide=decide, on=(ClockTicked,), wake=wake)
