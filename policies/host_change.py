"""Somebody leads the lesson whom nobody expected to: people are called, and nobody new comes in without them.

Who leads is never a target, so nothing is done to him: the alert tells what to press in the teacher's own client.
"""

from collections.abc import Iterator
from dataclasses import replace

from app.domain.actions import Decision, Severity
from app.domain.events import Event, ParticipantJoined, ParticipantRoleChanged, PersonEvent, RosterPolled
from app.domain.people import Trust
from app.domain.state import LessonState, Person, Status, leads
from policies.base import Rule, Settings, setting
from policies.door import close_door
from policies.wishes import mentioned, told


class HostChange(Settings):
    """What is done about an unexpected host or co-host."""

    close: bool = setting(
        True, "open the waiting room when somebody unexpected leads the lesson", stricter=(False, True)
    )
    minutes: int = setting(
        10, "minutes after which the waiting room is taken back (1 to 240)", stricter="higher", ge=1, le=240
    )
    pupils: bool = setting(
        True, "note it when somebody of the class list is made host or co-host", stricter=(False, True)
    )


def decide(settings: HostChange, state: LessonState, event: Event) -> Iterator[Decision]:
    """Look at whoever has just got the right; after a list, at all who have it."""
    if not state.led or state.status is not Status.LIVE:
        return
    if isinstance(event, PersonEvent):
        person = state.person(event.participant.id)
        leading = tuple(p for p in (person,) if p and p.staff)
    else:
        leading = tuple(p for p in state.inside.values() if p.staff)
    for person in leading:
        if leads(state, person):
            if settings.pupils and isinstance(event, ParticipantRoleChanged) and _of_the_class(state, person):
                yield told(person, "host_pupil", Severity.INFO, "host_change")
        elif not mentioned(state, person, "host_unexpected"):
            severity = Severity.CRITICAL if state.listed else Severity.HIGH
            yield told(person, "host_unexpected", severity, "host_change")
            if settings.close and state.listed:
                door = close_door(state, "host_change", "host_unexpected", settings.minutes, hard=False)
                yield from (replace(wish, params=(("name", person.participant.name),)) for wish in door)


def _of_the_class(state: LessonState, person: Person) -> bool:
    p = person.participant
    if person.match.trust is not Trust.VERIFIED or p.id == state.first_host:
        return False
    entry = state.roster.by_account(p.link, p.account, p.email, *p.accounts)
    return entry is not None and not entry.staff


RULE = Rule(
    name="host_change",
    settings=HostChange,
    decide=decide,
    on=(ParticipantRoleChanged, ParticipantJoined, RosterPolled),
)
