"""The fold: what a lesson looks like after its events, and what is in force in it. Pure.

`apply` folds one event in, `note` one intent. Deliveries may come twice, late or never, so nothing here trusts the
order of arrival: every fact carries the platform's time, an older fact never overwrites a newer one, a `left` closes
only its own presence, and a poll of the platform's own list wins over everything older than the question.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from app.domain import events as ev
from app.domain.actions import Action, ActionKind, Lane, OutcomeKind, Severity
from app.domain.people import Match, Participant, Role, Roster, Trust, match

REMEMBER_GONE = 900.0  # seconds that a departed presence is remembered, longer than any platform's retry
REMEMBER_SETTLED = 120.0  # seconds that a settled intent still counts as "just done"
REMEMBER_CHAT = 60.0
KEEP_ROWS = 200  # upper bound of every remembered list, so that a state does not grow with the lesson

SWITCHES = tuple(f.name for f in fields(ev.Switches))


class Status(StrEnum):
    """Where a lesson is in its life."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    ENDED = "ended"


class Mood(StrEnum):
    """The one word the panel shows."""

    CALM = "calm"
    WATCHING = "watching"
    ATTACK = "attack"
    BLIND = "blind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One presence, inside or waiting. `*_at` are the platform's times of the newest fact about that medium."""

    participant: Participant
    match: Match
    since: float
    audio: bool = False
    video: bool = False
    share: bool = False
    audio_at: float = 0.0
    video_at: float = 0.0
    share_at: float = 0.0
    streams: tuple[tuple[str, ev.Media], ...] = ()
    vouched: bool = False  # a human admitted this presence
    missed: int = 0  # polls in a row that did not show it

    @property
    def staff(self) -> bool:
        """Whether the platform says that this presence leads the lesson."""
        return self.participant.role is not Role.ATTENDEE

    @property
    def trusted(self) -> bool:
        """Whether no rule about strangers concerns this presence."""
        return self.staff or self.vouched or self.match.trust is Trust.VERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An intent as the fold remembers it: open, or in force. `until` = when an automatic measure is taken back."""

    id: str
    action: Action
    rule: str
    reason: str
    severity: Severity
    lane: Lane
    at: float
    deadline: float
    by: str = ""
    incident: str = ""
    button: str = ""
    until: float | None = None
    status: OutcomeKind = OutcomeKind.PENDING
    settled_at: float = 0.0
    met: bool = False  # the room was like that already when it was asked: only a read-back can prove anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One remembered line of chat."""

    at: float
    participant: str
    text: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who last changed a switch: `intent` of ours, or "" for somebody in the room."""

    at: float
    intent: str = ""
    before: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The incident that a lesson's actions join just now, with what its row shows."""

    id: str
    opened_at: float
    last_at: float
    severity: Severity
    reason: str
    rules: tuple[str, ...]
    actions: int


@dataclass(frozen=True, kw_only=True)
class LessonState:
    """Everything a rule may look at. `roster` is attached by whoever loads the state and is not part of the fold.

    Without slots on purpose: `but` copies thirty fields in half a microsecond through the dictionary.
    """

    lesson: str
    roster: Roster = field(default_factory=Roster, compare=False)
    roster_version: int = 0
    roster_shrunk: bool = False  # the newest list is so much shorter that nobody is judged by it
    status: Status = Status.SCHEDULED
    title: str = ""
    drill: bool = False
    now: float = 0.0
    scheduled_at: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    last_heard: float = 0.0  # newest event or poll from the platform
    blind: str = ""  # why we cannot see, "" while we can
    inside: Mapping[str, Person] = field(default_factory=dict)
    waiting: Mapping[str, Person] = field(default_factory=dict)
    gone: Mapping[str, float] = field(default_factory=dict)
    switches: ev.Switches = field(default_factory=ev.Switches)
    changes: Mapping[str, Change] = field(default_factory=dict)
    calm: Mapping[str, Change] = field(default_factory=dict)  # what the calm button changed, by switch
    opened: frozenset[str] = frozenset()  # switches that a human opened on purpose: rules respect that
    intents: Mapping[str, Standing] = field(default_factory=dict)
    chat: tuple[Line, ...] = ()
    pressed: tuple[str, ...] = ()  # idempotency keys of recent presses
    hostile: tuple[tuple[float, int], ...] = ()  # (at, severity) of recent decisions against somebody
    incident: Case | None = None
    routine: Case | None = None  # collects what is no disturbance (admissions, preparation)

    def but(self, **changes: Any) -> "LessonState":
        """The same state with some fields changed; what dataclasses.replace does, eight times as fast."""
        other = object.__new__(LessonState)
        other.__dict__.update(self.__dict__)
        other.__dict__.update(changes)
        return other

    def operator(self) -> Participant | None:
        """A host inside, through whom platforms that need one are addressed; hosts before co-hosts."""
        staff = [p.participant for p in self.inside.values() if p.staff]
        return min(staff, key=lambda p: p.role is not Role.HOST, default=None)

    def person(self, participant_id: str) -> Person | None:
        """The presence of that id, inside or waiting."""
        return self.inside.get(participant_id) or self.waiting.get(participant_id)

    def strangers(self) -> tuple[Person, ...]:
        """Everybody inside or waiting whom nobody knows or vouches for, inside first."""
        both = (*self.inside.values(), *self.waiting.values())
        return tuple(p for p in both if not p.trusted and p.match.trust is Trust.STRANGER)

    def open_intents(self) -> tuple[Standing, ...]:
        """What was asked and is not settled."""
        return tuple(s for s in self.intents.values() if s.status in (OutcomeKind.PENDING, OutcomeKind.REQUESTED))


def mood(state: LessonState) -> Mood:
    """The room in one word: blind before attack before watching before calm."""
    if state.status is Status.ENDED:
        return Mood.CALM
    if state.blind:
        return Mood.BLIND
    recent = [s for at, s in state.hostile if at > state.now - REMEMBER_SETTLED]
    if any(s >= Severity.HIGH for s in recent) or len(recent) >= 3:
        return Mood.ATTACK
    watched = state.strangers() or any(not p.trusted for p in (*state.inside.values(), *state.waiting.values()))
    return Mood.WATCHING if recent or watched else Mood.CALM


def apply(state: LessonState, event: ev.Event) -> LessonState:
    """The state after one event. Never raises, whatever the order or the content of events."""
    handler = _HANDLERS.get(type(event))
    after = handler(state, event) if handler else state
    ours = isinstance(event, _OURS)
    return after.but(
        now=max(after.now, event.at),
        last_heard=after.last_heard if ours else max(after.last_heard, event.at),
    )


def note(state: LessonState, standing: Standing) -> LessonState:
    """The state after one intent was written (or its simulation)."""
    intents = {**state.intents, standing.id: standing}
    if len(intents) > KEEP_ROWS:
        intents = _forget(intents, state.now)
    hostile = state.hostile
    if standing.severity >= Severity.MEDIUM and not standing.by:  # a press is no sign of an attack
        hostile = (*(h for h in hostile if h[0] > state.now - REMEMBER_SETTLED), (standing.at, int(standing.severity)))
        hostile = hostile[-KEEP_ROWS:]
    slot = "routine" if standing.severity is Severity.INFO else "incident"
    case: dict[str, Any] = {slot: _joined_case(getattr(state, slot), standing)}
    return state.but(intents=intents, hostile=hostile, now=max(state.now, standing.at), **case)


def _joined_case(case: Case | None, standing: Standing) -> Case:
    """The incident after one more action; a new id opens a new one."""
    if case is None or case.id != standing.incident:
        return Case(
            id=standing.incident, opened_at=standing.at, last_at=standing.at, severity=standing.severity,
            reason=standing.reason, rules=(standing.rule,), actions=1,
        )  # fmt: skip
    rules = case.rules if standing.rule in case.rules else (*case.rules, standing.rule)
    severity = max(case.severity, standing.severity)
    return replace(
        case, last_at=max(case.last_at, standing.at), severity=severity, rules=rules, actions=case.actions + 1
    )


def _forget(intents: Mapping[str, Standing], now: float) -> dict[str, Standing]:
    """Keep what is open, in force or just settled; of the rest the newest."""
    open_or_fresh = {
        k: s
        for k, s in intents.items()
        if s.until is not None
        or s.status in (OutcomeKind.PENDING, OutcomeKind.REQUESTED, OutcomeKind.MANUAL)
        or s.settled_at > now - REMEMBER_SETTLED
    }
    return dict(list(open_or_fresh.items())[-2 * KEEP_ROWS :])


# --- people -------------------------------------------------------------------------------------------------------


def _arrived(state: LessonState, p: Participant, at: float, old: Person | None) -> Person:
    """The presence after (another) sight of it: media facts and a human's word survive, the match is made anew."""
    if old is None:
        return Person(participant=p, match=match(state.roster, p), since=at)
    whole = _newest(old.participant, p)
    if old.staff and p.role is Role.ATTENDEE:  # many platforms do not tell the role of somebody who comes
        whole = replace(whole, role=old.participant.role)
    # The newest sight counts: a `left` from before it is about a presence that was here earlier under the same id.
    return replace(old, participant=whole, match=match(state.roster, whole), since=max(old.since, at), missed=0)


def _newest(old: Participant, new: Participant) -> Participant:
    """Later facts win; an empty field does not erase what an earlier event told."""
    blank = {f: getattr(old, f) for f in _OPTIONAL if not getattr(new, f)}
    return replace(new, **blank) if blank else new


_OPTIONAL = ("name", "account", "email", "link", "address", "network")


def _joined(state: LessonState, e: ev.ParticipantJoined) -> LessonState:
    p = e.participant
    held = state.waiting.get(p.id)
    gone = max(state.gone.get(p.id, -1.0), state.gone.get(_seat(p.id), -1.0))
    if state.status is Status.ENDED or gone >= e.at or (held and held.since > e.at):
        return state  # a late report of a presence that has left or was held since
    came = _arrived(state, p, e.at, state.inside.get(p.id) or held)
    waiting = {k: v for k, v in state.waiting.items() if k != p.id} if p.id in state.waiting else state.waiting
    return _live(state.but(inside={**state.inside, p.id: came}, waiting=waiting), e.at)


def _waits(state: LessonState, e: ev.ParticipantWaiting) -> LessonState:
    p = e.participant
    inside, held = state.inside.get(p.id), state.waiting.get(p.id)
    gone = max(state.gone.get(p.id, -1.0), state.gone.get(_door(p.id), -1.0))
    if state.status is Status.ENDED or gone >= e.at or (inside and inside.since > e.at):
        return state
    came = _arrived(state, p, e.at, held or inside)
    came = replace(came, audio=False, video=False, share=False, vouched=bool(held and held.vouched))
    rest = {k: v for k, v in state.inside.items() if k != p.id} if inside else state.inside
    return _live(state.but(waiting={**state.waiting, p.id: came}, inside=rest), e.at)


def _left(state: LessonState, e: ev.ParticipantLeft) -> LessonState:
    pid = e.participant.id
    inside, waiting = state.inside, state.waiting
    if (p := inside.get(pid)) and p.since <= e.at and not e.waiting_only:
        inside = {k: v for k, v in inside.items() if k != pid}
    if (p := waiting.get(pid)) and p.since <= e.at and not e.inside_only:
        waiting = {k: v for k, v in waiting.items() if k != pid}
    gone = state.gone
    if pid not in inside and (pid not in waiting or e.inside_only):
        grave = _door(pid) if e.waiting_only else _seat(pid) if e.inside_only else pid
        gone = _buried(gone, grave, e.at, state.now)
    return state.but(inside=inside, waiting=waiting, gone=gone)


def _door(pid: str) -> str:
    """Under which key it is remembered that somebody left the waiting room only: he may have come in by that."""
    return f"door {pid}"


def _seat(pid: str) -> str:
    """Under which key it is remembered that somebody left the room only: he may have been moved to wait by that."""
    return f"seat {pid}"


def _buried(gone: Mapping[str, float], pid: str, at: float, now: float) -> Mapping[str, float]:
    kept = gone if len(gone) < KEEP_ROWS else {k: t for k, t in gone.items() if t > now - REMEMBER_GONE}
    return {**kept, pid: max(at, kept.get(pid, 0.0))}


def _changed(state: LessonState, e: ev.PersonEvent) -> LessonState:
    """A rename or another role: same presence, new description."""
    for where in ("inside", "waiting"):
        people: Mapping[str, Person] = getattr(state, where)
        if old := people.get(e.participant.id):
            role = e.participant.role if isinstance(e, ev.ParticipantRoleChanged) else old.participant.role
            name = e.participant.name if isinstance(e, ev.ParticipantRenamed) else old.participant.name
            p = replace(_newest(old.participant, e.participant), role=role, name=name or old.participant.name)
            person = replace(old, participant=p, match=match(state.roster, p))
            changes: dict[str, Any] = {where: {**people, p.id: person}}
            state = state.but(**changes)
    return state


# --- media --------------------------------------------------------------------------------------------------------


def _medium(state: LessonState, pid: str, media: ev.Media, live: bool, at: float, stream: str = "") -> LessonState:
    person = state.inside.get(pid)
    if person is None or getattr(person, f"{media}_at") > at:
        return state
    streams = person.streams
    if stream and (stream, media) not in streams:
        streams = (*(s for s in streams if s[0] != stream), (stream, media))[-16:]
    changes: dict[str, Any] = {media.value: live, f"{media}_at": at, "streams": streams}
    return state.but(inside={**state.inside, pid: replace(person, **changes)})


def _media_handler(media: ev.Media, live: bool) -> "Callable[[LessonState, ev.MediaEvent], LessonState]":
    return lambda state, e: _medium(state, e.participant.id, media, live, e.at, e.stream)


def _stream(state: LessonState, e: ev.StreamChanged) -> LessonState:
    person = state.inside.get(e.participant.id)
    media = dict(person.streams).get(e.stream) if person else None
    return _medium(state, e.participant.id, media, e.live, e.at) if media else state


def _said(state: LessonState, e: ev.ChatPosted) -> LessonState:
    line = Line(at=e.at, participant=e.participant.id, text=e.text[:2000], message=e.message)
    first = max(0, len(state.chat) + 1 - KEEP_ROWS)
    while first < len(state.chat) and state.chat[first].at <= e.at - REMEMBER_CHAT:
        first += 1
    return state.but(chat=(*state.chat[first:], line))


# --- the room -----------------------------------------------------------------------------------------------------


def _live(state: LessonState, at: float) -> LessonState:
    """Somebody is here, so the lesson runs: some platforms announce the start only when the host comes."""
    if state.status is not Status.SCHEDULED:
        return state
    return state.but(status=Status.LIVE, started_at=at)


def _started(state: LessonState, e: ev.LessonStarted) -> LessonState:
    if state.status is Status.ENDED:
        return state
    return state.but(status=Status.LIVE, started_at=min(state.started_at or e.at, e.at), title=e.title or state.title)


def _ended(state: LessonState, e: ev.LessonEnded) -> LessonState:
    if state.status is Status.ENDED or (state.started_at or 0.0) > e.at:
        return state
    return state.but(status=Status.ENDED, ended_at=e.at, inside={}, waiting={}, blind="")


def _settings(state: LessonState, e: ev.SettingsChanged) -> LessonState:
    return _switched(state, e.switches, e.at)


def _switched(state: LessonState, news: ev.Switches, at: float, intent: str = "") -> LessonState:
    """Take over the switches that are told and newer, remembering who changed which.

    A change that shows what an open or just-settled intent of ours asked for is put down to that intent.
    """
    values: dict[str, Any] = {}
    changes = dict(state.changes)
    for name in SWITCHES:
        told = getattr(news, name)
        known = getattr(state.switches, name)
        last = changes.get(name)
        if told is None or (last and last.at > at):
            continue
        values[name] = told
        if told != known or last is None:
            author = intent or _author(state, name, told)
            changes[name] = Change(at=at, intent=author, before=known)
    if not values:
        return state
    calm = dict(state.calm)
    for name in values:
        author_of = state.intents.get(changes[name].intent)
        if author_of and author_of.button == "calm":
            calm[name] = changes[name]
    return state.but(switches=replace(state.switches, **values), changes=changes, calm=calm)


def _author(state: LessonState, switch: str, value: bool) -> str:
    """The newest intent of ours that asked for this value of this switch; "" when nobody of us did."""
    for standing in reversed(tuple(state.intents.values())):
        if standing.status in _ASKED and SETS.get(standing.action.kind) == (switch, value):
            return standing.id
    return ""


_ASKED = (OutcomeKind.PENDING, OutcomeKind.REQUESTED)

SETS: dict[ActionKind, tuple[str, bool]] = {
    ActionKind.MUTE_ALL: ("muted_all", True),
    ActionKind.FORBID_UNMUTE: ("unmute_forbidden", True),
    ActionKind.ALLOW_UNMUTE: ("unmute_forbidden", False),
    ActionKind.RESTRICT_SHARE: ("share_restricted", True),
    ActionKind.ALLOW_SHARE: ("share_restricted", False),
    ActionKind.CLOSE_CHAT: ("chat_closed", True),
    ActionKind.OPEN_CHAT: ("chat_closed", False),
    ActionKind.LOCK: ("locked", True),
    ActionKind.UNLOCK: ("locked", False),
    ActionKind.OPEN_WAITING_ROOM: ("waiting_room", True),
    ActionKind.CLOSE_WAITING_ROOM: ("waiting_room", False),
    ActionKind.START_RECORDING: ("recording", True),
    ActionKind.STOP_RECORDING: ("recording", False),
}


# --- our own events -------------------------------------------------------------------------------------------------


def _polled(state: LessonState, e: ev.RosterPolled) -> LessonState:
    """The platform's list wins over every fact older than the question."""
    seen = e.attendance
    if state.status is Status.ENDED:
        return state
    if not seen.live and state.status is Status.LIVE:
        return _ended(state, ev.LessonEnded(at=e.asked_at))
    before = state
    for row in seen.inside:
        state = _polled_inside(state, row, e.asked_at)
    for p in seen.waiting or ():
        known = state.waiting.get(p.id)
        if known is None or known.missed or _newest(known.participant, p) != known.participant:
            state = _waits(state, ev.ParticipantWaiting(at=e.asked_at, participant=p))
    state = _missing(state, e, "inside", {r.participant.id for r in seen.inside})
    if seen.waiting is not None:
        state = _missing(state, e, "waiting", {p.id for p in seen.waiting})
    if seen.switches is not None:
        state = _switched(state, seen.switches, e.asked_at)
    return state.but(now=max(before.now, e.at), last_heard=max(before.last_heard, e.asked_at))


def _polled_inside(state: LessonState, row: ev.Presence, asked_at: float) -> LessonState:
    p = row.participant
    old = state.inside.get(p.id)
    if old is None or old.missed or _newest(old.participant, p) != old.participant:
        state = _joined(state, ev.ParticipantJoined(at=asked_at, participant=p))
        if old is not None and (kept := state.inside.get(p.id)):
            same = replace(kept.participant, role=p.role)  # the list does tell the role
            person = replace(kept, since=old.since, participant=same)
            state = state.but(inside={**state.inside, p.id: person})
    for media, live in ((ev.Media.AUDIO, row.audio), (ev.Media.VIDEO, row.video), (ev.Media.SHARE, row.share)):
        known = state.inside.get(p.id)
        if live is not None and known and getattr(known, media.value) != live:
            state = _medium(state, p.id, media, live, asked_at)
    return state


def _missing(state: LessonState, e: ev.RosterPolled, where: str, listed: set[str]) -> LessonState:
    """Presences that the list does not show are over; a list read in pages must miss them twice."""
    people: Mapping[str, Person] = getattr(state, where)
    absent = [k for k, p in people.items() if k not in listed and p.since <= e.asked_at]
    if not absent:
        return state
    kept = dict(people)
    gone = state.gone
    for key in absent:
        if e.attendance.exact or kept[key].missed:
            del kept[key]
            gone = _buried(gone, key, e.asked_at, state.now)
        else:
            kept[key] = replace(kept[key], missed=1)
    changes: dict[str, Any] = {where: kept, "gone": gone}
    return state.but(**changes)


def rematch(state: LessonState, roster: Roster, version: int) -> LessonState:
    """The same room, judged by another list."""

    def anew(people: Mapping[str, Person]) -> dict[str, Person]:
        return {k: replace(p, match=match(roster, p.participant)) for k, p in people.items()}

    return state.but(roster=roster, roster_version=version, inside=anew(state.inside), waiting=anew(state.waiting))


def _button(state: LessonState, e: ev.ButtonPressed) -> LessonState:
    opened = state.opened | {_OPENS[e.button]} if e.button in _OPENS else state.opened
    if e.button in _CLOSES:
        opened = opened - set(_CLOSES[e.button])
    state = state.but(pressed=(*state.pressed, e.key)[-KEEP_ROWS:], opened=opened)
    if e.button == "admit":
        return _vouched(state, e.participant)
    undone = state.intents.get(e.undo_of) if e.button == "undo" else None
    if undone and undone.action.target and undone.action.kind is ActionKind.HOLD:
        return _vouched(state, undone.action.target.id)
    return state


def _vouched(state: LessonState, pid: str) -> LessonState:
    """A human lets this presence in: no rule puts it out again."""
    for where in ("inside", "waiting"):
        people: Mapping[str, Person] = getattr(state, where)
        if p := people.get(pid):
            changes: dict[str, Any] = {where: {**people, pid: replace(p, vouched=True)}}
            state = state.but(**changes)
    return state


_OPENS = {"open_chat": "chat", "allow_share": "share", "allow_unmute": "audio", "unlock": "door"}
_CLOSES = {
    "calm": ("chat", "share", "audio", "door"),
    "close_chat": ("chat",),
    "stop_sharing": ("share",),
    "mute_all": ("audio",),
    "lock": ("door",),
}


def _settled(state: LessonState, e: ev.OutcomeSettled) -> LessonState:
    standing = state.intents.get(e.intent)
    if standing is None:
        return state
    done = replace(standing, status=e.outcome.kind, settled_at=e.at)
    took = e.outcome.kind is OutcomeKind.CONFIRMED or e.outcome.assumed
    if not took and e.outcome.kind not in (OutcomeKind.REQUESTED, OutcomeKind.PENDING):
        done = replace(done, until=None)  # nothing came of it, so there is nothing to take back
    state = state.but(intents={**state.intents, e.intent: done})
    if took and (sets := SETS.get(e.action.kind)):
        switch: dict[str, Any] = {sets[0]: sets[1]}
        told = ev.Switches(**switch)
        if e.outcome.assumed or getattr(state.switches, sets[0]) != sets[1]:
            state = _switched(
                state, told, max(e.at, state.changes[sets[0]].at if sets[0] in state.changes else 0.0), e.intent
            )
    return state


def _lost(state: LessonState, e: ev.SightLost) -> LessonState:
    return state.but(blind=e.reason or "unknown")


def _regained(state: LessonState, e: ev.SightRegained) -> LessonState:
    return state.but(blind="")


_OURS = (
    ev.ButtonPressed, ev.ClockTicked, ev.OutcomeSettled, ev.RuleFailed, ev.SightLost, ev.SightRegained,
    ev.RosterLoaded, ev.RosterPolled,
)  # fmt: skip

_HANDLERS: dict[type[ev.Event], Callable[[LessonState, Any], LessonState]] = {
    ev.LessonStarted: _started,
    ev.LessonEnded: _ended,
    ev.ParticipantJoined: _joined,
    ev.ParticipantWaiting: _waits,
    ev.ParticipantLeft: _left,
    ev.ParticipantRenamed: _changed,
    ev.ParticipantRoleChanged: _changed,
    ev.AudioUnmuted: _media_handler(ev.Media.AUDIO, True),
    ev.AudioMuted: _media_handler(ev.Media.AUDIO, False),
    ev.VideoStarted: _media_handler(ev.Media.VIDEO, True),
    ev.VideoStopped: _media_handler(ev.Media.VIDEO, False),
    ev.ShareStarted: _media_handler(ev.Media.SHARE, True),
    ev.ShareStopped: _media_handler(ev.Media.SHARE, False),
    ev.StreamChanged: _stream,
    ev.ChatPosted: _said,
    ev.SettingsChanged: _settings,
    ev.RosterPolled: _polled,
    ev.ButtonPressed: _button,
    ev.OutcomeSettled: _settled,
    ev.SightLost: _lost,
    ev.SightRegained: _regained,
}


def proven(state: LessonState, standing: Standing, event: ev.Event) -> bool:
    """Whether this event shows that what an intent asked for took effect (200 from the platform never does)."""
    if standing.status is not OutcomeKind.REQUESTED or not satisfied(state, standing.action):
        return False
    if not standing.met or (isinstance(event, ev.RosterPolled) and event.asked_at > standing.settled_at):
        return True
    sets = SETS.get(standing.action.kind)
    return bool(sets and isinstance(event, ev.SettingsChanged) and getattr(event.switches, sets[0]) is sets[1])


def satisfied(state: LessonState, action: Action) -> bool:
    """Whether the room now is as the action wished: the proof that a request took effect."""
    check = _SATISFIED.get(action.kind)
    if check:
        return check(state, action)
    sets = SETS.get(action.kind)
    return sets is not None and getattr(state.switches, sets[0]) is sets[1]


def _target(state: LessonState, action: Action) -> Person | None:
    return state.inside.get(action.target.id) if action.target else None


def _all_muted(state: LessonState, action: Action) -> bool:
    """Where the platform tells the switch, the switch; otherwise nobody but hosts is heard."""
    if state.switches.muted_all is not None and "muted_all" in state.changes:
        if state.switches.muted_all:
            return True
    return not any(p.audio for p in state.inside.values() if not p.staff)


_SATISFIED: dict[ActionKind, Callable[[LessonState, Action], bool]] = {
    ActionKind.MUTE: lambda s, a: not ((p := _target(s, a)) and p.audio),
    ActionKind.STOP_VIDEO: lambda s, a: not ((p := _target(s, a)) and p.video),
    ActionKind.STOP_SHARE: lambda s, a: not ((p := _target(s, a)) and p.share),
    ActionKind.MUTE_ALL: _all_muted,
    ActionKind.HOLD: lambda s, a: _target(s, a) is None,
    ActionKind.KICK: lambda s, a: _target(s, a) is None,
    ActionKind.BAN: lambda s, a: a.target is not None and s.person(a.target.id) is None,
    ActionKind.DENY: lambda s, a: a.target is not None and a.target.id not in s.waiting,
    ActionKind.ADMIT: lambda s, a: a.target is not None and a.target.id not in s.waiting,
    ActionKind.RENAME: lambda s, a: bool((p := _target(s, a)) and p.participant.name == a.text),
    ActionKind.END: lambda s, a: s.status is Status.ENDED,
}
