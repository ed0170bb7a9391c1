"""Many strangers at once: the door closes before the first of them has spoken, and people are called.

Only strangers count. A class that comes in with the bell never does, also where the list knows it only by name; in the
first minutes a few odd names are no wave (field.md B: three unknown joins in a minute, and surges that are none).
"""

from collections.abc import Iterator

from app.domain.actions import Action, ActionKind, Decision, Severity
from app.domain.events import ClockTicked, Event, ParticipantJoined, ParticipantWaiting, PersonEvent, RosterPolled
from app.domain.people import Trust
from app.domain.state import LessonState, Person, Status
from policies.base import Rule, Settings, setting
from policies.door import close_door, closed, in_first_minutes
from policies.wishes import perhaps_known

WINDOW = 60.0  # seconds
AGAIN = 300.0  # seconds before people are called for the same wave once more


class JoinWave(Settings):
    """When strangers are so many that the door closes."""

    strangers: int = setting(
        3, "unknown people within a minute who close the door (2 to 100)", stricter="lower", ge=2, le=100
    )
    first_minutes: int = setting(
        5, "minutes after the start in which it takes many more, because the class is coming in (0 to 60)",
        stricter="lower", ge=0, le=60,
    )  # fmt: skip
    times: int = setting(
        4,
        "how many times as many unknown people it takes in these first minutes (1 to 20)",
        stricter="lower",
        ge=1,
        le=20,
    )
    minutes: int = setting(
        10, "minutes after which a door closed by a wave opens again (1 to 240)", stricter="higher", ge=1, le=240
    )


def decide(settings: JoinWave, state: LessonState, event: Event) -> Iterator[Decision]:
    """Close the door when the newest stranger makes it a wave."""
    many = settings.strangers
    if len(state.arrivals) < many or state.status is not Status.LIVE or not state.listed:
        return
    person = state.person(event.participant.id) if isinstance(event, PersonEvent) else None
    if in_first_minutes(state, settings.first_minutes):
        many *= settings.times
    if person and person.trusted:
        return
    count = _strangers(state)
    if count < many:
        return
    was_closed = closed(state)
    yield from close_door(state, "join_wave", "join_wave", settings.minutes, hard=True, severity=Severity.HIGH)
    if not any(s.reason == "join_wave" and s.at > state.now - AGAIN and s.action.kind is ActionKind.ALERT
               for s in state.intents.values()):  # fmt: skip
        yield Decision(
            action=Action(kind=ActionKind.ALERT),
            rule="join_wave",
            reason="join_wave",
            params=(("count", str(count)),),
            severity=Severity.MEDIUM if was_closed else Severity.HIGH,
        )


def _strangers(state: LessonState) -> int:
    """How many strangers have come in the last minute: those who are here, and those whom measures have sent out.

    Who came and went by himself is not counted: a bad line makes one person come five times.
    """
    lately = {pid for at, pid in state.arrivals if at > state.now - WINDOW}
    if not lately:
        return 0
    sent = {r.participant.id for r in state.removed if r.trust is Trust.STRANGER}
    owners = {p.match.entry for p in state.inside.values() if p.match.trust is Trust.VERIFIED}
    here = {pid: person for pid in lately if (person := state.person(pid))}
    return sum(stranger(state, here[pid], owners) if pid in here else pid in sent for pid in lately)


def stranger(state: LessonState, person: Person, owners: set[str | None]) -> bool:
    """Whether nobody knows this person. A name of the list is no stranger's, unless its owner is inside already."""
    if person.trusted or perhaps_known(state, person):
        return False
    if person.match.trust is Trust.CLAIMED:
        return person.match.entry is not None and person.match.entry in owners
    return True


RULE = Rule(
    name="join_wave",
    settings=JoinWave,
    decide=decide,
    on=(ParticipantJoined, ParticipantWaiting, RosterPolled, ClockTicked),
)
