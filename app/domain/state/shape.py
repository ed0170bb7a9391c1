"""What a lesson looks like: who is here, who waits, which switches are on, what was asked and is in force. Data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from app.domain import events as ev
from app.domain.actions import Action, ActionKind, Lane, OutcomeKind, Severity
from app.domain.people import Match, Participant, Role, Roster, Trust
from app.domain.terms import Terms

REMEMBER_SETTLED = 120.0  # seconds that a settled intent still counts as "just done"


KEEP_ROWS = 200  # upper bound of every remembered list, so that a state does not grow with the lesson


SWITCHES = tuple(f.name for f in fields(ev.Switches))


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
    wrote_at: float = 0.0  # newest line of chat
    unmutes: tuple[float, ...] = ()  # when the microphone was opened, the newest
    vouched: bool = False  # a human admitted this presence
    renamed_at: float = 0.0  # since when it carries another name than it came with, or than a human let in
    missed: int = 0  # polls in a row that did not show it

    @property
    def staff(self) -> bool:
        """Whether the platform says that this presence leads the lesson."""
        return self.participant.role is not Role.ATTENDEE

    @property
    def trusted(self) -> bool:
        """Whether no rule about strangers concerns this presence."""
        return self.staff or self.vouched or self.match.trust is Trust.VERIFIED


UNPROVEN = frozenset({OutcomeKind.REQUESTED, OutcomeKind.MANUAL})


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
    undo_of: str = ""  # the intent that this one takes back
    status: OutcomeKind = OutcomeKind.PENDING
    settled_at: float = 0.0
    met: bool = False  # the room was like that already when it was asked: only a read-back can prove anything
    strike: bool = False  # an offence that counts for the ladder


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One remembered line of chat. `print` is the same for lines that only pretend to differ (domain/writing.py)."""

    at: float
    participant: str
    text: str
    message: str
    print: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Somebody whom a measure sent out or back to wait, as he was then. `human` = somebody pressed for it."""

    at: float
    participant: Participant
    trust: Trust
    entry: str | None = None
    human: bool = False


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
    pupil: bool = False  # an offence of somebody who belongs here is in it


@dataclass(frozen=True, kw_only=True)
class LessonState:
    """Everything a rule may look at. `roster` and `terms` are attached by whoever loads the state, no part of the fold.

    Without slots on purpose: `but` copies thirty fields in half a microsecond through the dictionary.
    """

    lesson: str
    roster: Roster = field(default_factory=Roster, compare=False)
    terms: Terms = field(default_factory=Terms, compare=False)  # the school's own words
    roster_version: int = 0
    framed: tuple[int, ...] | None = None  # versions of policy and roster by which the log says it is judged
    roster_shrunk: bool = False  # the newest list is so much shorter that nobody is judged by it
    roster_at: float | None = None  # when the list was loaded; None = not known
    roster_stale: bool = False  # the list is older than the policy trusts: nobody is judged by it
    status: Status = Status.SCHEDULED
    title: str = ""
    drill: bool = False
    now: float = 0.0
    scheduled_at: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    ends_at: float | None = None  # when the lesson is planned to be over
    led: bool = False  # somebody in charge has been here
    unled_since: float | None = None  # since when nobody in charge is here, after somebody was
    first_host: str = ""  # the presence that led first
    leaders: tuple[str, ...] = ()  # keys by which those who led rightly are known again, on any device
    arrivals: tuple[tuple[float, str], ...] = ()  # (at, presence) of people nobody knows who came lately
    removed: tuple[Removed, ...] = ()  # whom measures have sent out, the newest
    strikes: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # offences by lasting key of a person
    last_heard: float = 0.0  # newest event or poll from the platform
    blind: str = ""  # why we cannot see, "" while we can
    inside: Mapping[str, Person] = field(default_factory=dict)
    waiting: Mapping[str, Person] = field(default_factory=dict)
    gone: Mapping[str, float] = field(default_factory=dict)
    switches: ev.Switches = field(default_factory=ev.Switches)
    changes: Mapping[str, Change] = field(default_factory=dict)
    calmed: bool = False  # the calm button was pressed, and restore was not since
    calm: Mapping[str, Change] = field(default_factory=dict)  # what the calm button changed, by switch
    passed_on: frozenset[str] = frozenset()  # personal links by which too many came at once
    barred: frozenset[str] = frozenset()  # whom a human sent out to wait: presences, roster entries, names of entries
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

    @property
    def listed(self) -> bool:
        """Whether there is a list that somebody may be judged by: not empty, not shrunken, not stale."""
        return bool(self.roster) and not self.roster_shrunk and not self.roster_stale

    def person(self, participant_id: str) -> Person | None:
        """The presence of that id, inside or waiting."""
        return self.inside.get(participant_id) or self.waiting.get(participant_id)

    def is_barred(self, person: Person) -> bool:
        """Whether a human sent this person out, so that no rule lets him in again."""
        if not self.barred:
            return False
        entry = person.match.entry
        keys = {person.participant.id} | ({entry} if entry else set())
        if entry and person.match.trust is Trust.CLAIMED:
            keys.add(name_of(entry))
        return not keys.isdisjoint(self.barred)

    def strikes_of(self, person: Person) -> tuple[float, ...]:
        """When this person's remembered offences were."""
        return self.strikes.get(lasting(person), ())

    def doubted(self) -> tuple[Person, ...]:
        """Everybody inside who is neither known for sure nor vouched for nor in charge.

        In a lecture hall nearly all are known; so those few are looked up once for each picture of the room.
        """
        kept: tuple[Mapping[str, Person], tuple[Person, ...]] | None = self.__dict__.get("_doubted")
        if kept is not None and kept[0] is self.inside:
            return kept[1]
        known = Trust.VERIFIED
        found = tuple(p for p in self.inside.values() if p.match.trust is not known and not p.trusted)
        self.__dict__["_doubted"] = (self.inside, found)
        return found

    def strangers(self) -> tuple[Person, ...]:
        """Everybody inside or waiting whom nobody knows or vouches for, inside first."""
        both = (*self.inside.values(), *self.waiting.values())
        return tuple(p for p in both if not p.trusted and p.match.trust is Trust.STRANGER)

    def open_intents(self) -> tuple[Standing, ...]:
        """What was asked and is not settled."""
        return tuple(s for s in self.intents.values() if s.status in (OutcomeKind.PENDING, OutcomeKind.REQUESTED))

    def unproven(self) -> tuple[Standing, ...]:
        """What was asked of the platform, or of the teacher's own hands, and has not shown yet."""
        return tuple(s for s in self.intents.values() if s.status in UNPROVEN)


def lasting(person: Person) -> str:
    """The key by which a person is known again: the roster's entry, else the account, else only this presence."""
    if person.match.entry and person.match.trust is Trust.VERIFIED:
        return f"entry {person.match.entry}"
    p = person.participant
    return f"account {p.account}" if p.account else f"presence {p.id}"


def name_of(entry: str) -> str:
    """Under which key it is remembered that whoever carries no more than the name of this entry stays out."""
    return f"name {entry}"


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
