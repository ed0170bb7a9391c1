"""Repeated unmuting against a mute: whoever opens the microphone again and again is muted, and each time is an offence.

What counts are unmutes after everybody, or this person, was muted. Somebody who answers questions all lesson opens the
microphone often, too, but not several times within a minute.
"""

from collections.abc import Iterable, Iterator

from app.domain.actions import Action, ActionKind, Decision, OutcomeKind, Severity
from app.domain.events import AudioUnmuted
from app.domain.state import LessonState, Person, Status
from policies.base import Contradiction, Rule, Settings, setting


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
    judged = bool(state.roster) and not state.roster_shrunk
    most = settings.times if person.trusted or not judged else min(settings.stranger_times, settings.times)
    lately = [at for at in person.unmutes if at > event.at - settings.seconds]
    if len(lately) < most:
        return
    since = _muted_since(state, person, event.at - settings.seconds)
    if since is None or sum(at >= since for at in lately) < most:
        return
    yield Decision(
        action=Action(kind=ActionKind.MUTE, target=person.participant),
        rule="noise",
        reason="unmutes_again",
        params=(("name", person.participant.name),),
        severity=Severity.LOW if person.trusted else Severity.MEDIUM,
        strike=True,
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
