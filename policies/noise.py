"""Repeated unmuting against a mute: whoever opens the microphone again and again is muted, and each time is an offence.

What counts are unmutes after everybody, or this person, was muted. Somebody who answers questions all lesson opens the
microphone often, too, but not several times within a minute.
"""

from collections.abc import Iterable, Iterator

from app.domain.actions import Action, ActionKind, Decision, OutcomeKind, Severity
from app.domain.events import AudioUnmuted
from app.domain.people import Trust
from app.domain.state import LessonState, Person, Status
from policies import wave
from policies.base import Contradiction, Rule, Settings, setting
from policies.wishes import ROOM_SECONDS, nobody_unmutes, out_of_place

AT_ONCE = 10.0  # seconds
OFFENCES = 2  # within `seconds`, of any kind, after which somebody has no tries left


class Noise(Settings):
    """How often somebody may unmute after being muted."""

    times: int = setting(
        6, "unmutes within `seconds`, after being muted, from which somebody is muted (2 to 12)",
        stricter="lower", ge=2, le=12,
    )  # fmt: skip
    stranger_times: int = setting(
        3, "the same for people who are not verified (2 to 12, not more than `times`)",
        stricter="lower", ge=2, le=12,
    )  # fmt: skip
    at_once: int = setting(
        6, "unknown people who open their microphones within ten seconds, after whom everybody is muted for a while "
        "(3 to 100)", stricter="lower", ge=3, le=100,
    )  # fmt: skip
    seconds: int = setting(60, "seconds in which the unmutes are counted (10 to 300)", stricter="higher", ge=10, le=300)

    def contradictions(self) -> Iterable[Contradiction]:
        """A verified pupil is never allowed less than somebody whom nobody knows."""
        if self.stranger_times > self.times:
            yield Contradiction(("stranger_times", "times"), "strangers may not unmute more often than pupils")


def decide(settings: Noise, state: LessonState, event: AudioUnmuted) -> Iterator[Decision]:
    """Mute whoever has opened the microphone too often."""
    person = state.inside.get(event.participant.id)
    if person is None or person.staff or not person.audio or state.status is not Status.LIVE:
        return
    judged = state.listed and not person.trusted
    most = min(settings.stranger_times, settings.times) if judged else settings.times
    if judged and _chorus(state, event.at) >= settings.at_once:
        yield from wave.close_room(_SILENCE, ROOM_SECONDS, Severity.HIGH, reason="together", rule="noise")
    offends = sum(at > event.at - settings.seconds for at in state.strikes_of(person)) >= OFFENCES
    if not _again(state, person, event.at - settings.seconds, 1 if offends else most):
        if judged and out_of_place(state, person):  # he is not to be heard at all
            yield _mute(person, strike=False)
        return
    mute = _mute(person, strike=True)
    yield mute
    if offends and person.trusted:
        yield nobody_unmutes(mute)


_SILENCE = (ActionKind.MUTE_ALL, ActionKind.FORBID_UNMUTE)


def _chorus(state: LessonState, now: float) -> int:
    """How many people nobody knows have opened their microphones just now and can be heard."""
    strangers = (p for p in state.doubted() if p.match.trust is Trust.STRANGER and p.audio and p.unmutes)
    return sum(p.unmutes[-1] > now - AT_ONCE for p in strangers)


def _again(state: LessonState, person: Person, start: float, times: int) -> bool:
    """Whether somebody has opened the microphone so often since it ought to be closed."""
    lately = [at for at in person.unmutes if at > start]
    if len(lately) < times:
        return False
    since = _muted_since(state, person, start)
    return since is not None and sum(at >= since for at in lately) >= times


def _mute(person: Person, *, strike: bool) -> Decision:
    return Decision(
        action=Action(kind=ActionKind.MUTE, target=person.participant),
        rule="noise",
        reason="unmutes_again",
        params=(("name", person.participant.name),),
        severity=Severity.LOW if person.trusted else Severity.MEDIUM,
        strike=strike,
    )


def _muted_since(state: LessonState, person: Person, start: float) -> float | None:
    """Since when this microphone ought to be closed: since all were muted, or since the first mute of this person.

    Where a human allowed unmuting, only a mute of this very person counts.
    """
    found = []
    if "audio" not in state.opened:
        switches = ("muted_all", "unmute_forbidden")
        changes = ((getattr(state.switches, name), state.changes.get(name)) for name in switches)
        found += [change.at for on, change in changes if on and change is not None]
    found += [
        s.at
        for s in state.intents.values()
        if s.action.kind is ActionKind.MUTE
        and s.action.target is not None
        and s.action.target.id == person.participant.id
        and s.at >= start
        and s.status not in _NEVER_MUTED
    ]
    return min(found, default=None)


_NEVER_MUTED = frozenset(
    {OutcomeKind.SIMULATED, OutcomeKind.MANUAL, OutcomeKind.UNSUPPORTED, OutcomeKind.REFUSED, OutcomeKind.FAILED}
)

RULE = Rule(name="noise", settings=Noise, decide=decide, on=(AudioUnmuted,))
