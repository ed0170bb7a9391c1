"""Who somebody is in this lesson: what the list says, but for a personal link that too many use at once. Pure.

A link proves that somebody was sent it, not that nobody else was (field.md S1). A pupil may use it on a phone and a
computer; whoever comes by it beyond that is taken for what his name alone would make him.
"""

from dataclasses import replace

from app.domain.people import Fact, Match, Participant, Trust, match
from app.domain.state.shape import LessonState, Person

DEVICES = 2  # presences at once by one link
NAMED = 3  # ... if they all carry the name that belongs to it: a line that broke may leave one behind


def identified(state: LessonState, p: Participant, old: Person | None = None) -> Match:
    """The match of a presence. Who was known by this link already stays known."""
    found = match(state.roster, p)
    if Fact.LINK not in found.facts or (old is not None and _by(old, p.link)):
        return found
    if p.link not in state.passed_on and not _too_many(state, p, found):
        return found
    otherwise = match(state.roster, replace(p, link=""))
    if otherwise.trust is Trust.VERIFIED:
        return otherwise
    return replace(otherwise, facts=(Fact.LINK_SHARED, *otherwise.facts))


def with_passed_on(state: LessonState, person: Person) -> LessonState:
    """Remember by which link too many came: from then on it proves nothing about whoever comes."""
    link = person.participant.link
    if Fact.LINK_SHARED not in person.match.facts or link in state.passed_on:
        return state
    return state.but(passed_on=state.passed_on | {link})


def _too_many(state: LessonState, p: Participant, found: Match) -> bool:
    everybody = (*state.inside.values(), *state.waiting.values())
    users = [o.participant for o in everybody if o.participant.id != p.id and _by(o, p.link)]
    if len(users) < DEVICES:
        return False
    fits = all(_fits(state, each.name, found) for each in (*users, p))
    return len(users) >= (NAMED if fits else DEVICES)


def _by(person: Person, link: str) -> bool:
    return person.participant.link == link and Fact.LINK in person.match.facts


def _fits(state: LessonState, name: str, found: Match) -> bool:
    """Whether a name is that of the entry; a platform that tells none says nothing against anybody."""
    return not name or any(e.id == found.entry for e in state.roster.by_likeness(name)[1])
