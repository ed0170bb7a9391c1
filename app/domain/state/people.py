"""Folding in what people do: they come, wait, go, are renamed, send and write.

A fact carries the platform's time: an older one never overwrites a newer one, and a `left` closes its own presence
only.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.domain import events as ev
from app.domain.actions import SENDS_OUT, ActionKind, OutcomeKind
from app.domain.names import name_key
from app.domain.people import Participant, Role, Roster, Trust, match
from app.domain.state.identity import identified, with_passed_on
from app.domain.state.shape import KEEP_ROWS, LessonState, Line, Person, Standing, Status, name_of
from app.domain.writing import fingerprint

REMEMBER_GONE = 900.0  # seconds that a departed presence is remembered, longer than any platform's retry


REMEMBER_CHAT = 60.0
REMEMBER_ARRIVALS = 300.0  # seconds
REMEMBER_UNMUTES = 12  # times


def _arrived(state: LessonState, p: Participant, at: float, old: Person | None) -> Person:
    """The presence after (another) sight of it: media facts and a human's word survive, the match is made anew."""
    if old is None:
        return Person(participant=p, match=identified(state, p), since=at)
    whole = newest(old.participant, p)
    if old.staff and p.role is Role.ATTENDEE:  # many platforms do not tell the role of somebody who comes
        whole = replace(whole, role=old.participant.role)
    # The newest sight counts: a `left` from before it is about a presence that was here earlier under the same id.
    came = replace(old, participant=whole, match=identified(state, whole, old), since=max(old.since, at), missed=0)
    return _renamed(old, came, at)


def _renamed(old: Person, new: Person, at: float) -> Person:
    """Remember since when somebody carries another name; one that only looks different is none."""
    before, after = old.participant.name, new.participant.name
    if before == after or not before or name_key(before) == name_key(after):
        return new
    return replace(new, renamed_at=at)


def newest(old: Participant, new: Participant) -> Participant:
    """Later facts win; an empty field does not erase what an earlier event told."""
    blank = {f: getattr(old, f) for f in _OPTIONAL if not getattr(new, f)}
    return replace(new, **blank) if blank else new


_OPTIONAL = ("name", "account", "email", "link", "address", "network", "accounts")


def joined(state: LessonState, e: ev.ParticipantJoined) -> LessonState:
    p = e.participant
    held = state.waiting.get(p.id)
    gone = max(state.gone.get(p.id, -1.0), state.gone.get(_seat(p.id), -1.0))
    if state.status is Status.ENDED or gone >= e.at or (held and held.since > e.at):
        return state  # a late report of a presence that has left or was held since
    came = _arrived(state, p, e.at, state.inside.get(p.id) or held)
    waiting = {k: v for k, v in state.waiting.items() if k != p.id} if p.id in state.waiting else state.waiting
    state = with_passed_on(state, came)
    by_hand = e.admitted and _by_hand(state, came, held, e.at)
    if held is None and p.id not in state.inside:
        state = _arrival(state, came, e.at)
    state = _awake(state.but(inside={**state.inside, p.id: came}, waiting=waiting), e.at)
    return vouched(state, p.id) if by_hand else state


def _arrival(state: LessonState, came: Person, at: float) -> LessonState:
    """Remember that somebody came whom nobody knows; who belongs is never counted, however many come at once."""
    if came.trusted:
        return state
    kept = tuple(a for a in state.arrivals if a[0] > at - REMEMBER_ARRIVALS)
    return state.but(arrivals=(*kept, (at, came.participant.id))[-KEEP_ROWS:])


def _by_hand(state: LessonState, came: Person, held: Person | None, at: float) -> bool:
    """Whether an admission is a human's word for this person, as the button is.

    It is none where the platform lets everybody in, where we asked for it ourselves through the host, or where a human
    has sent the person out since.
    """
    if state.switches.waiting_room is False:
        return False
    intents = state.intents.values()
    if any(s.action.kind is ActionKind.CLOSE_WAITING_ROOM for s in state.open_intents()):
        return False
    if state.is_barred(came) and any(s.by and s.action.kind in SENDS_OUT and s.at > at for s in intents):
        return False
    return not any(_let_in(s, came.participant.id, held) for s in intents)


def _let_in(s: Standing, pid: str, held: Person | None) -> bool:
    """Whether this intent of ours may be what let somebody in: not if he was made to wait again after it."""
    if s.action.kind is not ActionKind.ADMIT or s.action.target is None or s.action.target.id != pid:
        return False
    if s.status in _WAITS_FOR_ANSWER:
        return True
    return s.status not in _NEVER_DONE and not (held and held.since > s.settled_at)


_WAITS_FOR_ANSWER = (OutcomeKind.PENDING, OutcomeKind.REQUESTED)
_NEVER_DONE = (
    OutcomeKind.SIMULATED, OutcomeKind.MANUAL, OutcomeKind.UNSUPPORTED, OutcomeKind.REFUSED, OutcomeKind.GONE,
)  # fmt: skip


def _awake(state: LessonState, at: float) -> LessonState:
    """Somebody is here, so the lesson runs: some platforms announce the start only when the host comes."""
    if state.status is not Status.SCHEDULED:
        return state
    return state.but(status=Status.LIVE, started_at=at)


def waits(state: LessonState, e: ev.ParticipantWaiting) -> LessonState:
    p = e.participant
    inside, held = state.inside.get(p.id), state.waiting.get(p.id)
    gone = max(state.gone.get(p.id, -1.0), state.gone.get(_door(p.id), -1.0))
    if state.status is Status.ENDED or gone >= e.at or (inside and inside.since > e.at):
        return state
    came = _arrived(state, p, e.at, held or inside)
    if held is None and inside is None:
        state = _arrival(state, came, e.at)
    state = with_passed_on(state, came)
    came = replace(came, audio=False, video=False, share=False, vouched=bool(held and held.vouched))
    rest = {k: v for k, v in state.inside.items() if k != p.id} if inside else state.inside
    return _awake(state.but(waiting={**state.waiting, p.id: came}, inside=rest), e.at)


def left(state: LessonState, e: ev.ParticipantLeft) -> LessonState:
    pid = e.participant.id
    inside, waiting = state.inside, state.waiting
    if (p := inside.get(pid)) and p.since <= e.at and not e.waiting_only:
        inside = {k: v for k, v in inside.items() if k != pid}
    if (p := waiting.get(pid)) and p.since <= e.at and not e.inside_only:
        waiting = {k: v for k, v in waiting.items() if k != pid}
    gone = state.gone
    if pid not in inside and (pid not in waiting or e.inside_only):
        grave = _door(pid) if e.waiting_only else _seat(pid) if e.inside_only else pid
        gone = buried(gone, grave, e.at, state.now)
    return state.but(inside=inside, waiting=waiting, gone=gone)


def _door(pid: str) -> str:
    """Under which key it is remembered that somebody left the waiting room only: he may have come in by that."""
    return f"door {pid}"


def _seat(pid: str) -> str:
    """Under which key it is remembered that somebody left the room only: he may have been moved to wait by that."""
    return f"seat {pid}"


def buried(gone: Mapping[str, float], pid: str, at: float, now: float) -> Mapping[str, float]:
    kept = gone if len(gone) < KEEP_ROWS else {k: t for k, t in gone.items() if t > now - REMEMBER_GONE}
    return {**kept, pid: max(at, kept.get(pid, 0.0))}


def described(state: LessonState, e: ev.PersonEvent) -> LessonState:
    """A rename or another role: same presence, new description."""
    for where in ("inside", "waiting"):
        people: Mapping[str, Person] = getattr(state, where)
        if old := people.get(e.participant.id):
            role = e.participant.role if isinstance(e, ev.ParticipantRoleChanged) else old.participant.role
            name = e.participant.name if isinstance(e, ev.ParticipantRenamed) else old.participant.name
            p = replace(newest(old.participant, e.participant), role=role, name=name or old.participant.name)
            person = _renamed(old, replace(old, participant=p, match=identified(state, p, old)), e.at)
            changes: dict[str, Any] = {where: {**people, p.id: person}}
            state = state.but(**changes)
    return state


def medium(state: LessonState, pid: str, media: ev.Media, live: bool, at: float, stream: str = "") -> LessonState:
    person = state.inside.get(pid)
    if person is None or getattr(person, f"{media}_at") > at:
        return state
    streams = person.streams
    if stream and (stream, media) not in streams:
        streams = (*(s for s in streams if s[0] != stream), (stream, media))[-16:]
    changes: dict[str, Any] = {media.value: live, f"{media}_at": at, "streams": streams}
    if media is ev.Media.AUDIO and live and not person.audio:
        changes["unmutes"] = (*person.unmutes, at)[-REMEMBER_UNMUTES:]
    return state.but(inside={**state.inside, pid: replace(person, **changes)})


def sends(media: ev.Media, live: bool) -> "Callable[[LessonState, ev.MediaEvent], LessonState]":
    return lambda state, e: medium(state, e.participant.id, media, live, e.at, e.stream)


def stream(state: LessonState, e: ev.StreamChanged) -> LessonState:
    person = state.inside.get(e.participant.id)
    media = dict(person.streams).get(e.stream) if person else None
    return medium(state, e.participant.id, media, e.live, e.at) if media else state


def said(state: LessonState, e: ev.ChatPosted) -> LessonState:
    text = e.text[:2000]
    line = Line(at=e.at, participant=e.participant.id, text=text, message=e.message, print=fingerprint(text))
    first = max(0, len(state.chat) + 1 - KEEP_ROWS)
    while first < len(state.chat) and state.chat[first].at <= e.at - REMEMBER_CHAT:
        first += 1
    state = state.but(chat=(*state.chat[first:], line))
    if (writer := state.inside.get(line.participant)) and writer.wrote_at < e.at:
        state = state.but(inside={**state.inside, line.participant: replace(writer, wrote_at=e.at)})
    return state


def barred(state: LessonState, pid: str) -> LessonState:
    """A human sends this person out to wait: the presence, and whoever comes as the same entry of the roster.

    Who carried only a name is kept out under that name: whoever proves to be its owner is somebody else.
    """
    person = state.person(pid)
    keys = {pid}
    if person and person.match.entry:
        claimed = person.match.trust is Trust.CLAIMED
        keys.add(name_of(person.match.entry) if claimed else person.match.entry)
    return state.but(barred=state.barred | keys)


def unbarred(state: LessonState, p: Participant) -> LessonState:
    """A human takes that back: the person may come again, and is judged like everybody."""
    entry = match(state.roster, p).entry or ""
    return state.but(barred=state.barred - {p.id, entry, name_of(entry)})


def in_charge(state: LessonState, at: float, who: str = "") -> LessonState:
    """Notice that somebody in charge is here, or that nobody is any more. `who` = the only one who moved."""
    one = (p for p in (state.inside.get(who),) if p)
    for p in one if who and state.leaders else state.inside.values():
        if p.staff and leads(state, p) and not (known := leader_keys(p)) <= set(state.leaders):
            state = state.but(leaders=(*(k for k in state.leaders if k not in known), *sorted(known))[-KEEP_ROWS:])
    leader = next((pid for pid, p in state.inside.items() if p.staff and _recorded(state, p)), "")
    if leader:
        if state.led and state.unled_since is None:
            return state
        return state.but(led=True, unled_since=None, first_host=state.first_host or leader)
    if not state.led or state.unled_since is not None or state.status is not Status.LIVE:
        return state
    return state.but(unled_since=at)


def leads(state: LessonState, person: Person) -> bool:
    """Whether somebody who may lead the lesson does so rightly, as far as anybody can tell.

    The first one does, on all his devices; a teacher of the list by account; and whoever is known and was given the
    right while somebody in charge was here. A right that comes while nobody is, is nobody's gift.
    """
    if not person.staff:
        return False
    if not state.leaders or _recorded(state, person):
        return True
    p = person.participant
    entry = state.roster.by_account(p.link, p.account, p.email, *p.accounts)
    if entry and entry.staff:
        return True
    known = person.vouched or person.match.trust is Trust.VERIFIED or not state.roster
    return known and any(p.staff and p is not person and _recorded(state, p) for p in state.inside.values())


def _recorded(state: LessonState, person: Person) -> bool:
    return not leader_keys(person).isdisjoint(state.leaders)


def leader_keys(person: Person) -> set[str]:
    """By what somebody in charge is known again: this presence, his account, his entry on the list."""
    p, entry = person.participant, person.match.entry if person.match.trust is Trust.VERIFIED else None
    return {
        f"presence {p.id}",
        *((f"account {p.account}",) if p.account else ()),
        *((f"entry {entry}",) if entry else ()),
    }


def vouched(state: LessonState, pid: str) -> LessonState:
    """A human lets this presence in: no rule puts it out again."""
    person = state.person(pid)
    if person and state.is_barred(person):
        state = unbarred(state, person.participant)
    for where in ("inside", "waiting"):
        people: Mapping[str, Person] = getattr(state, where)
        if p := people.get(pid):
            changes: dict[str, Any] = {where: {**people, pid: replace(p, vouched=True, renamed_at=0.0)}}
            state = state.but(**changes)
    return state


def rematch(state: LessonState, roster: Roster, version: int) -> LessonState:
    """The same room, judged by another list."""

    def anew(people: Mapping[str, Person]) -> dict[str, Person]:
        return {k: replace(p, match=identified(state, p.participant, p)) for k, p in people.items()}

    state = state.but(roster=roster, roster_version=version)
    return state.but(inside=anew(state.inside), waiting=anew(state.waiting))
