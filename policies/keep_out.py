"""Whom a measure sent out stays out, whatever the platform does about it: seen again, held again, at last banned.

Kicking is no ban on most platforms (field.md 0.6), and a raider returns under a new name within seconds. He is known
again by account, link or device, else by several weak signs together; a network alone is never one, for a school is one
network. Pupils of the list by account, and whoever a human let in, are never kept out here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from app.domain.actions import SENDS_OUT, ActionKind, Decision, OutcomeKind, Severity
from app.domain.events import (
    Event,
    OutcomeSettled,
    ParticipantJoined,
    ParticipantRenamed,
    PersonEvent,
    RosterPolled,
)
from app.domain.names import keys_of
from app.domain.people import Participant, Trust
from app.domain.state import LessonState, Person, Removed, Status
from policies.base import Rule, Settings, setting
from policies.door import close_door, in_first_minutes
from policies.wishes import identity_facts, keep_away, perhaps_known, told, tried

SAME_STAY = 30.0  # seconds within which two measures against one presence answer to the same stay
MINUTE, MANY = 60.0, 3  # so many strangers in so many seconds are a raid also while the class is coming in
REVOLVING = 60.0  # seconds in which two returns of anybody mean that the door does not hold
SOONEST = 3.0  # seconds: nobody is back sooner, so whoever comes then is somebody else


class KeepOut(Settings):
    """What is done about those who return after they were sent out."""

    door: Literal["never", "return", "removal"] = setting(
        "removal", "when the waiting room is opened: never; when somebody returns; when a stranger is sent out",
        stricter=("never", "return", "removal"),
    )  # fmt: skip
    door_minutes: int = setting(
        10, "minutes after which the waiting room is taken back (1 to 240)", stricter="higher", ge=1, le=240
    )
    first_minutes: int = setting(
        3, "minutes after the start in which one stranger does not open it, because the class is coming in (0 to 60)",
        stricter="lower", ge=0, le=60,
    )  # fmt: skip
    seconds: int = setting(
        30,
        "seconds after a removal in which a newcomer may be the same person (5 to 300)",
        stricter="higher",
        ge=5,
        le=300,
    )
    ban: bool = setting(
        True, "ban who returns for the second time, if two facts speak against him", stricter=(False, True)
    )
    ban_minutes: int = setting(60, "minutes after which such a ban ends (5 to 240)", stricter="higher", ge=5, le=240)


def decide(settings: KeepOut, state: LessonState, event: Event) -> Iterator[Decision]:
    """Look at whoever has come since somebody was sent out; and close the door behind the first stranger."""
    if not state.removed or state.status is not Status.LIVE:
        return
    if isinstance(event, OutcomeSettled):
        yield from _behind(settings, state, event)
        return
    if isinstance(event, PersonEvent):
        people: Iterable[Person] = filter(None, (state.inside.get(event.participant.id),))
    else:
        people = (p for p in state.doubted() if not tried(state, p))
    for person in people:
        if not person.trusted and not perhaps_known(state, person):
            yield from _again(settings, state, person)


def _behind(settings: KeepOut, state: LessonState, event: OutcomeSettled) -> Iterator[Decision]:
    """Where the door stands open, whoever is sent out walks in again: it is closed behind him."""
    target = event.action.target
    if settings.door != "removal" or event.action.kind not in SENDS_OUT or target is None or not state.listed:
        return
    if event.outcome.kind not in (OutcomeKind.REQUESTED, OutcomeKind.CONFIRMED):
        return
    sent = next((r for r in reversed(state.removed) if r.participant.id == target.id), None)
    if sent is None or not _stranger(state, sent):
        return
    if in_first_minutes(state, settings.first_minutes) and not _unattended(state) and not _many(state):
        return
    yield from close_door(state, "keep_out", "door_holds", settings.door_minutes, hard=False)


def _unattended(state: LessonState) -> bool:
    """Whether nobody is there who could look after the door."""
    return not state.led or state.unled_since is not None


def _many(state: LessonState) -> bool:
    """Whether so many strangers were sent out within a minute that it no longer looks like odd names at the bell."""
    return len({r.participant.id for r in state.removed if r.at > state.now - MINUTE and _stranger(state, r)}) >= MANY


def _stranger(state: LessonState, sent: Removed) -> bool:
    """Whether nobody knows whoever was sent out: a name of the list may be its owner's, unless he is inside."""
    if sent.trust is not Trust.CLAIMED:
        return sent.trust is Trust.STRANGER
    owners = (p.match.entry for p in state.inside.values() if p.match.trust is Trust.VERIFIED)
    return sent.entry is not None and sent.entry in owners


def _again(settings: KeepOut, state: LessonState, person: Person) -> Iterator[Decision]:
    lately = _returned_lately(state, person.participant.id)
    found = [(r, *signs) for r in state.removed if (signs := _signs(settings, state, r, person, lately))]
    if not found:
        return
    sure = max(strong for _, strong, _ in found)
    if not state.listed:  # nobody is judged, but a human sent him out and is told
        if sure and any(r.human for r, strong, _ in found if strong):
            yield told(person, "came_back", Severity.MEDIUM, "keep_out")
        return
    stays = _stays([r for r, _, _ in found])
    facts = max(strong + weak for _, strong, weak in found)
    hold = keep_away(person, ActionKind.HOLD, "came_back", Severity.HIGH, "keep_out")
    stranger = person.match.trust is Trust.STRANGER  # who has a pupil's name waits at the most: it may be the pupil
    if settings.ban and stranger and stays > 1 and sure and facts > 1:
        ban = replace(hold.action, kind=ActionKind.BAN)
        yield replace(
            hold, action=ban, reason="came_back_again", facts=facts, expires_after=settings.ban_minutes * 60.0
        )
    else:
        yield replace(hold, facts=identity_facts(person) + (1 if sure else 0))
    if settings.door != "never":
        revolving = stays > 1 or lately
        severity = Severity.HIGH if revolving else Severity.INFO
        reason = "door_revolves" if revolving else "door_holds"
        yield from close_door(state, "keep_out", reason, settings.door_minutes, hard=revolving, severity=severity)


def _signs(
    settings: KeepOut, state: LessonState, sent: Removed, person: Person, lately: bool
) -> tuple[int, int] | None:
    """(strong, weak) signs that this is whoever was sent out; None where they do not suffice.

    One strong sign does, or two weak ones. While the class is coming in, weak ones are worth nothing: bells ring, and
    half a class is called iPhone.
    """
    old, new = sent.participant, person.participant
    gap = person.since - sent.at
    if gap <= 0:
        return None
    strong = (
        (old.id == new.id)
        + bool(old.account and old.account == new.account)
        + bool(old.link and old.link == new.link)
        + _same_device(state, old, new)
    )
    weak: int = _same_network(state, old, new)
    if SOONEST <= gap <= settings.seconds:
        weak += 1 + lately
    if strong or weak:  # a name alone is no sign, and comparing it is what costs most
        weak += _same_name(old, new)
    sufficient = strong or (weak > 1 and not in_first_minutes(state, settings.first_minutes))
    return (strong, weak) if sufficient else None


def _same_device(state: LessonState, old: Participant, new: Participant) -> bool:
    """Some platforms' address tells a device, some only its kind: one that others share tells nothing."""
    if not new.address or new.address != old.address or len(new.address) < 4:
        return False
    return not any(p.participant.address == new.address and p.participant.id != new.id for p in state.inside.values())


def _same_network(state: LessonState, old: Participant, new: Participant) -> bool:
    """A network that pupils of the list are on, too, is the school's, or a family's."""
    if not new.network or new.network != old.network:
        return False
    return not any(p.participant.network == new.network and p.trusted for p in state.inside.values())


def _same_name(old: Participant, new: Participant) -> bool:
    """Whether the names differ in form only: order, disguise, a class number in front."""
    key = keys_of(new.name).plain
    return bool(key) and key == keys_of(old.name).plain


def _stays(removed: Iterable[Removed]) -> int:
    """How often somebody was sent out: a hold that did not help and the kick after it are once."""
    count, last = 0, dict[str, float]()
    for sent in sorted(removed, key=lambda r: r.at):
        if sent.at - last.get(sent.participant.id, -SAME_STAY - 1) > SAME_STAY:
            count += 1
        last[sent.participant.id] = sent.at
    return count


def _returned_lately(state: LessonState, but: str) -> bool:
    """Whether somebody else has returned within the last minute."""
    return any(
        s.reason in ("came_back", "came_back_again") and s.at > state.now - REVOLVING
        and s.action.kind in SENDS_OUT and s.action.target is not None and s.action.target.id != but
        for s in state.intents.values()
    )  # fmt: skip


RULE = Rule(
    name="keep_out",
    settings=KeepOut,
    decide=decide,
    on=(ParticipantJoined, ParticipantRenamed, RosterPolled, OutcomeSettled),
)
