"""Floods of chat: by one person, by the whole room, and by many who write the same.

Each line presses, the less the older it is, and what those who belong write presses little: a class that says thank
you is no flood, fifty accounts with one line each are. One person is warned or silenced; past that the chat is closed
for a while, which is one measure instead of thirty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp

from app.domain.actions import Action, ActionKind, Decision, Lane, Severity
from app.domain.events import ChatPosted
from app.domain.people import Trust
from app.domain.state import LessonState, Person
from policies.base import Rule, Settings, setting
from policies.wishes import identity_facts

SHORT = 12  # letters up to which an answer, a greeting or thanks may be the same from everybody
PAUSE = 20.0  # seconds in which an offence is not counted again for the next line of the same burst
FAINT = 4.0  # times the fading time after which a line presses no more


class Flood(Settings):
    """How much may be written in a short time, by one, by all, and in the same words."""

    person: int = setting(
        8, "lines of one stranger at once after which he is silenced; who belongs may write twice that and is warned, "
        "who is known by name only may write half as much again (3 to 50)", stricter="lower", ge=3, le=50,
    )  # fmt: skip
    room: int = setting(
        15, "lines of strangers at once after which the chat is closed (9 to 100)", stricter="lower", ge=9, le=100
    )
    same: int = setting(
        8, "lines at once that say the same, by whomever, after which the chat is closed (5 to 100)",
        stricter="lower", ge=5, le=100,
    )  # fmt: skip
    fade: int = setting(
        10, "seconds in which a line loses two thirds of its weight (2 to 30)", stricter="higher", ge=2, le=30
    )
    minutes: int = setting(
        5, "minutes after which the chat opens and a silenced person may write again (1 to 240)",
        stricter="higher", ge=1, le=240,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pressure:
    """What the lines of the last minute come to just now."""

    person: float
    room: float
    same: float


def decide(settings: Flood, state: LessonState, event: ChatPosted) -> Iterator[Decision]:
    """The room and the same words before the person: they are what a person's measure cannot hold."""
    writer = state.person(event.participant.id)
    if not state.chat or writer is None or writer.staff:
        return
    if len(state.chat) <= min(settings.person, settings.room, settings.same):
        return  # so few lines cannot press that much
    now = measured(settings, state, event)
    closed = state.switches.chat_closed
    if not closed and now.same > settings.same:
        yield _close(settings, "flood_same")
    elif not closed and now.room > settings.room:
        yield _close(settings, "flood_room")
    if now.person > settings.person * _patience(state, writer):
        yield from _answered(settings, state, writer, event.at)


def measured(settings: Flood, state: LessonState, event: ChatPosted) -> Pressure:
    """The pressure when this line, the newest, was written. Once somebody opens the chat, it begins anew."""
    opened = state.changes.get("chat_closed")
    now, fade, me = event.at, settings.fade, event.participant.id
    since = max(now - FAINT * fade, opened.at if opened else 0.0)
    print = state.chat[-1].print
    words = 2 if len(print) > SHORT else 1
    weights: dict[str, tuple[float, float, float]] = {}
    person = room = same = 0.0
    for line in state.chat:
        at, who = line.at, line.participant
        if not since <= at <= now:
            continue
        weight = weights.get(who)
        if weight is None:
            weight = weights[who] = _weights(state, who)
        presses = exp((at - now) / fade)
        if who == me:
            person += presses
        room += presses * weight[0]
        if line.print == print:
            same += presses * weight[words]
    return Pressure(person, room, same if print else 0.0)


# How much a line presses on the room, as one of the same few letters, and as one of the same many. `state.chat` holds
# 200 lines: all of them by those who are known do not close a chat, whatever the settings.
_VERIFIED = (0.04, 0.02, 0.02)
_CLAIMED = (0.1, 0.1, 0.4)  # anybody may carry a name of the list, and classes without accounts carry nothing else
_STRANGER = (1.0, 1.0, 1.0)
_NOBODY = (0.0, 0.0, 0.0)


def _weights(state: LessonState, who: str) -> tuple[float, float, float]:
    person = state.person(who)
    if person and person.staff:
        return _NOBODY
    if not state.listed or (person and person.trusted):
        return _VERIFIED
    if person is None:
        return _STRANGER
    return _CLAIMED if person.match.trust is Trust.CLAIMED else _STRANGER


def _patience(state: LessonState, person: Person) -> float:
    """How many times as much somebody may write as a stranger."""
    if _belongs(state, person):
        return 2.0
    return 1.5 if person.match.trust is Trust.CLAIMED else 1.0


def _belongs(state: LessonState, person: Person) -> bool:
    """Whether somebody is known, or nobody can say who is."""
    return person.trusted or not state.listed


def _answered(settings: Flood, state: LessonState, writer: Person, at: float) -> Iterator[Decision]:
    """One measure for a burst; the next lines of it are the same offence."""
    before = state.strikes_of(writer)
    if before and before[-1] > at - PAUSE:
        return
    known = _belongs(state, writer)
    yield Decision(
        action=Action(kind=ActionKind.WARN if known else ActionKind.SILENCE, target=writer.participant),
        rule="flood",
        reason="flood_person",
        params=(("name", writer.participant.name),),
        severity=Severity.LOW if known else Severity.MEDIUM,
        facts=identity_facts(writer),
        expires_after=None if known else settings.minutes * 60.0,
        strike=True,
    )


def _close(settings: Flood, reason: str) -> Decision:
    return Decision(
        action=Action(kind=ActionKind.CLOSE_CHAT),
        rule="flood",
        reason=reason,
        severity=Severity.HIGH,
        lane=Lane.PANIC,
        expires_after=settings.minutes * 60.0,
    )


RULE = Rule(name="flood", settings=Flood, decide=decide, on=(ChatPosted,))
