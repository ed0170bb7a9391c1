"""Nobody passes for somebody else: the teacher's doubles, a pupil's second self, a new name in the middle of a lesson.

A name that only resembles is explained by the class list first: a pupil who is called like that is nobody's double.
Whom an account shows to be the very person, and whoever leads the lesson, is never meant.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.domain.actions import Action, ActionKind, Decision, OutcomeKind, Severity
from app.domain.events import (
    Event,
    ParticipantJoined,
    ParticipantRenamed,
    ParticipantRoleChanged,
    ParticipantWaiting,
    PersonEvent,
    RosterLoaded,
    RosterPolled,
)
from app.domain.names import Keys, Likeness, Title, keys_of, likeness
from app.domain.people import Fact, Participant, Trust
from app.domain.state import LessonState, Person
from policies.base import Rule, Settings, setting
from policies.wishes import identity_facts, told

FRESH = 60.0  # seconds in which a list of everybody may bring the name of somebody who came without one
AGAIN = 60.0  # seconds before what came to nothing is tried once more


class Impostor(Settings):
    """Who passes for the teacher or for a pupil who is here already."""

    lookalikes: Literal["watch", "hold"] = setting(
        "hold",
        "people who look like the teacher by name: watch (only tell) or hold (back to the waiting room, or muted)",
        stricter=("watch", "hold"),
    )
    twins: Literal["watch", "hold"] = setting(
        "hold",
        "people with the name of a pupil who is inside by an account: watch (only tell) or hold",
        stricter=("watch", "hold"),
    )


@dataclass(frozen=True, slots=True)
class Leader:
    """A name that belongs to somebody in charge; `who` if he is here."""

    keys: Keys
    who: Participant | None = None


def decide(settings: Impostor, state: LessonState, event: Event) -> Iterator[Decision]:
    """Judge who has just come or changed his name, and everybody when somebody else is in charge now."""
    judged = _judged(state, event)
    if not judged:
        return
    leaders = tuple(_leaders(state))
    for person in judged:
        if not person.staff and person.participant.name:
            yield from _judge(settings, state, person, leaders)
    if isinstance(event, ParticipantJoined) and judged[0].match.trust is Trust.VERIFIED:
        yield from _owner_came(state, judged[0])


def _judged(state: LessonState, event: Event) -> tuple[Person, ...]:
    first = state.person(event.participant.id) if isinstance(event, PersonEvent) else None
    if isinstance(event, PersonEvent) and (first is None or not first.staff):
        return (first,) if first else ()
    everybody = (*state.inside.values(), *state.waiting.values())
    if first is not None:  # whoever leads from now on
        return (first, *(p for p in everybody if p is not first))
    return _listed(state, event, everybody) if isinstance(event, RosterPolled) else everybody


def _listed(state: LessonState, event: RosterPolled, everybody: tuple[Person, ...]) -> tuple[Person, ...]:
    """Whom a list shows for the first time, or by another name; everybody if it shows somebody new in charge."""
    since = state.now - FRESH
    news = [p for p in everybody if p.since >= event.asked_at or p.renamed_at >= event.asked_at]
    if any(p.staff for p in news):
        return everybody
    return (*news, *(p for p in everybody if since <= p.since < event.asked_at > p.renamed_at and not p.trusted))


def _leaders(state: LessonState) -> Iterator[Leader]:
    yield from map(Leader, state.roster.staff_names)
    for person in state.inside.values():
        if person.staff and person.participant.name:
            yield Leader(keys_of(person.participant.name), person.participant)


def _judge(settings: Impostor, state: LessonState, person: Person, leaders: Sequence[Leader]) -> Iterator[Decision]:
    if Fact.STAFF in person.match.facts or (person.vouched and not person.renamed_at):
        return
    if any(leader.who is not None and _same_account(person.participant, leader.who) for leader in leaders):
        return  # the platform says that these are one person on two devices
    if Fact.LINK_SHARED in person.match.facts and not person.vouched:
        yield from _passed_on(state, person)
    keys = keys_of(person.participant.name)
    if _is_double(state, person, keys, leaders):
        yield from _answer(state, person, "teacher_double", settings.lookalikes == "hold")
    elif _twin(state, person):
        yield from _answer(state, person, "claimed_twin", settings.twins == "hold")
    elif keys.title is Title.TEACHER and not person.trusted:
        yield from _tell(state, person, "teacher_title", Severity.MEDIUM)
    elif person.renamed_at and person.match.trust is Trust.VERIFIED and _others_name(state, person):
        yield from _tell(state, person, "others_name", Severity.MEDIUM)


# --- the teacher's double ---------------------------------------------------------------------------------------------


def _is_double(state: LessonState, person: Person, keys: Keys, leaders: Sequence[Leader]) -> bool:
    """Whether somebody carries the name of one who leads, and there is no better reason for it."""
    best = max((likeness(keys, leader.keys) for leader in leaders), default=Likeness.NONE)
    if best is Likeness.NONE:
        return False
    return keys.title is Title.TEACHER or not _called_so(state, person.participant.name, best)


def _same_account(one: Participant, other: Participant) -> bool:
    return bool((one.account and one.account == other.account) or (one.email and one.email == other.email))


def _called_so(state: LessonState, name: str, how: Likeness) -> bool:
    """Whether a pupil of the list is called like that, no less than the teacher."""
    as_pupil, entries = state.roster.by_likeness(name)
    return as_pupil >= how and any(not entry.staff for entry in entries)


# --- a link that was passed on ----------------------------------------------------------------------------------------


def _passed_on(state: LessonState, person: Person) -> Iterator[Decision]:
    """Told once in a while: whoever comes by the link is judged by his name alone, by this rule and the others."""
    lately = (s for s in state.intents.values() if s.reason == "link_shared" and s.at > state.now - AGAIN)
    if not any(lately):
        yield told(person, "link_shared", Severity.HIGH, rule="impostor")


# --- a pupil's second self --------------------------------------------------------------------------------------------


def _twin(state: LessonState, person: Person) -> bool:
    """Whether somebody has only the name, and everybody who is called so is inside by an account already."""
    if person.match.trust is not Trust.CLAIMED:
        return False
    entries = {e.id for e in state.roster.by_likeness(person.participant.name)[1]}
    here = {p.match.entry for p in state.inside.values() if p is not person and p.match.trust is Trust.VERIFIED}
    return bool(entries) and entries <= here


def _owner_came(state: LessonState, owner: Person) -> Iterator[Decision]:
    """The pupil himself has come by his account: who came before under his name may be he on another device, or not."""
    for person in state.inside.values():
        if person.match.trust is Trust.CLAIMED and person.match.entry == owner.match.entry and not person.trusted:
            yield from _tell(state, person, "claimed_twin", Severity.MEDIUM)


def _others_name(state: LessonState, person: Person) -> bool:
    """Whether a pupil has taken the name of another one."""
    how, entries = state.roster.by_likeness(person.participant.name)
    return how >= Likeness.ACCENTS and bool(entries) and all(e.id != person.match.entry for e in entries)


# --- what is done -----------------------------------------------------------------------------------------------------


def _answer(state: LessonState, person: Person, reason: str, hold: bool) -> Iterator[Decision]:
    """Out of the room if he is in it, and people are called. Without a list, or by it, who belongs is only told of."""
    verified = person.match.trust is Trust.VERIFIED and not person.renamed_at
    if verified:  # a pupil on the device of somebody who is called like the teacher
        yield from _tell(state, person, reason, Severity.MEDIUM)
        return
    if (
        hold
        and state.listed
        and person.participant.id in state.inside
        and not _done(state, person, reason, ActionKind.HOLD)
    ):
        yield Decision(
            action=Action(kind=ActionKind.HOLD, target=person.participant),
            rule="impostor",
            reason=reason,
            params=(("name", person.participant.name),),
            severity=Severity.HIGH,
            facts=max(1, identity_facts(person)),
        )
    yield from _tell(state, person, reason, Severity.HIGH)


def _tell(state: LessonState, person: Person, reason: str, severity: Severity) -> Iterator[Decision]:
    if not _done(state, person, reason, ActionKind.ALERT):
        yield told(person, reason, severity, rule="impostor")


def _done(state: LessonState, person: Person, reason: str, kind: ActionKind) -> bool:
    """Whether this was done about this presence under this name; what came to nothing counts for a minute."""
    who, since = person.participant, max(person.since, person.renamed_at)
    for standing in state.intents.values():
        target = standing.action.target
        if standing.rule != "impostor" or standing.reason != reason or target is None or standing.at < since:
            continue
        alert = standing.action.kind is ActionKind.ALERT
        if (target.id, target.name) == (who.id, who.name) and alert is (kind is ActionKind.ALERT):
            if standing.status not in _IN_VAIN or standing.at > state.now - AGAIN:
                return True
    return False


_IN_VAIN = (OutcomeKind.FAILED, OutcomeKind.REFUSED, OutcomeKind.UNCONFIRMED, OutcomeKind.EXPIRED)


RULE = Rule(
    name="impostor",
    settings=Impostor,
    decide=decide,
    on=(
        ParticipantWaiting, ParticipantJoined, ParticipantRenamed, ParticipantRoleChanged, RosterPolled, RosterLoaded,
    ),
)  # fmt: skip
