"""Who may share a screen, when, and for how long. What is not allowed is stopped, and the right goes back to the hosts.

Drawing on somebody else's share (annotation) is not told by any platform that Menshen is connected to, and none lets a
program forbid it: who may not share may still draw there, until the teacher forbids it in the client.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from app.domain.actions import Action, ActionKind, Decision, Lane, Severity
from app.domain.events import ClockTicked, Event, LessonStarted, ShareStarted
from app.domain.people import Trust
from app.domain.state import LessonState, Person, Status
from policies.base import Contradiction, Rule, Settings, setting
from policies.door import rest_of_lesson
from policies.wishes import identity_facts, no_roster

ENDLESS = 240  # minutes for which a share may last where that is not limited


class ShareGuard(Settings):
    """Screen-share limits. No platform tells who draws on a share (annotation): forbid that in the teacher's client."""

    who: Literal["hosts", "roster", "everyone"] = setting(
        "hosts", "hosts; roster: hosts and verified pupils; everyone", stricter=("everyone", "roster", "hosts")
    )
    host_first: bool = setting(
        True, "nobody shares before somebody in charge has been there, and no stranger while nobody is",
        stricter=(False, True),
    )  # fmt: skip
    from_minute: int = setting(
        0, "minutes after the start before which only hosts share (0 to 240)", stricter="higher", ge=0, le=240
    )
    to_minute: int = setting(
        600, "minutes after the start from which only hosts share (1 to 600, 600 = no end)",
        stricter="lower", ge=1, le=600,
    )  # fmt: skip
    max_minutes: int = setting(
        ENDLESS, "minutes after which a share by somebody else than a host is stopped (1 to 240, 240 = no limit)",
        stricter="lower", ge=1, le=ENDLESS,
    )  # fmt: skip

    def contradictions(self) -> Iterable[Contradiction]:
        """There must be a time in which one may share."""
        if self.to_minute <= self.from_minute:
            yield Contradiction(
                ("to_minute", "from_minute"), "nobody could ever share: the end is not after the beginning"
            )


def decide(settings: ShareGuard, state: LessonState, event: Event) -> Iterator[Decision]:
    """Restrict at the start; stop a share by somebody who may not, and one that lasts too long."""
    if state.status is not Status.LIVE:
        return
    if isinstance(event, ShareStarted):
        yield from _started(settings, state, event)
    elif isinstance(event, ClockTicked):
        for person in _too_long(settings, state):
            yield from _over(person)
    elif settings.who == "hosts" and "share" not in state.opened and not state.switches.share_restricted:
        yield _restrict(state, Severity.INFO, Lane.ROUTINE)


def _started(settings: ShareGuard, state: LessonState, event: ShareStarted) -> Iterator[Decision]:
    person = state.inside.get(event.participant.id)
    if person is None or person.staff or not person.share:
        return
    opened = "share" in state.opened
    if opened or (settings.who != "hosts" and _time_to_share(settings, state, person)):
        if person.trusted or settings.who == "everyone":
            return
        if opened and person.match.trust is Trust.CLAIMED:
            return  # a human opened it for the class, and a name of the list is no stranger's
        if not state.listed:  # then nobody is known, and everybody would be a stranger
            yield from no_roster(state, "share_guard")
            return
    known = person.trusted or not state.listed
    stop = _stop(person, "share_not_allowed", Severity.MEDIUM if person.trusted else Severity.HIGH)
    yield stop if known else replace(stop, facts=identity_facts(person), strike=True)
    if settings.who == "hosts" and not opened and not state.switches.share_restricted:
        yield _restrict(state, Severity.MEDIUM, Lane.GUARD)


def _time_to_share(settings: ShareGuard, state: LessonState, person: Person) -> bool:
    """Whether this is a moment in which others than hosts may share."""
    since = max(0.0, state.now - max(state.started_at or 0.0, state.scheduled_at or 0.0))
    if not settings.from_minute * 60.0 <= since < settings.to_minute * 60.0:
        return False
    if not settings.host_first:
        return True
    return state.led and (person.trusted or state.unled_since is None)


def _too_long(settings: ShareGuard, state: LessonState) -> Iterator[Person]:
    return (p for p in _limited(settings, state) if p.share_at + settings.max_minutes * 60.0 <= state.now)


def _limited(settings: ShareGuard, state: LessonState) -> Iterator[Person]:
    """Who shares, is no host, and was not asked to stop; a human who opened sharing sets no limit by that."""
    if settings.max_minutes >= ENDLESS or "share" in state.opened:
        return
    for person in state.inside.values():
        if person.share and not person.staff and not _asked(state, person):
            yield person


def _asked(state: LessonState, person: Person) -> bool:
    """Whether this share was to be stopped already; what came of it is the ladder's."""
    return any(
        s.action.kind is ActionKind.STOP_SHARE and s.action.target and s.action.target.id == person.participant.id
        for s in state.intents.values()
        if s.at >= person.share_at
    )


def wake(settings: ShareGuard, state: LessonState) -> float | None:
    """When the next share has lasted long enough."""
    return min((p.share_at + settings.max_minutes * 60.0 for p in _limited(settings, state)), default=None)


def _over(person: Person) -> Iterator[Decision]:
    stop = _stop(person, "share_too_long", Severity.LOW)
    yield stop
    yield Decision(
        action=Action(kind=ActionKind.ALERT, target=person.participant),
        rule="share_guard",
        reason="share_too_long",
        params=stop.params,
        severity=Severity.LOW,
    )


def _stop(person: Person, reason: str, severity: Severity) -> Decision:
    return Decision(
        action=Action(kind=ActionKind.STOP_SHARE, target=person.participant),
        rule="share_guard",
        reason=reason,
        params=(("name", person.participant.name),),
        severity=severity,
    )


def _restrict(state: LessonState, severity: Severity, lane: Lane) -> Decision:
    return Decision(
        action=Action(kind=ActionKind.RESTRICT_SHARE),
        rule="share_guard",
        reason="share_hosts",
        severity=severity,
        lane=lane,
        expires_after=rest_of_lesson(state),
    )


RULE = Rule(
    name="share_guard", settings=ShareGuard, decide=decide, on=(LessonStarted, ShareStarted, ClockTicked), wake=wake
)
