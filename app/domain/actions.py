"""What Menshen can wish for, what a platform can do about it, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from app.domain.people import Participant


class ActionKind(StrEnum):
    """Everything Menshen may ask of a platform. Values are the field's words (docs, API, log)."""

    ADMIT = "admit"
    DENY = "deny"
    HOLD = "hold"
    KICK = "kick"
    BAN = "ban"
    UNBAN = "unban"
    RENAME = "rename"
    WARN = "warn"
    MUTE = "mute"
    MUTE_ALL = "mute_all"
    FORBID_UNMUTE = "forbid_unmute"
    ALLOW_UNMUTE = "allow_unmute"
    STOP_VIDEO = "stop_video"
    RESTRICT_SHARE = "restrict_share"
    ALLOW_SHARE = "allow_share"
    STOP_SHARE = "stop_share"
    CLOSE_CHAT = "close_chat"
    OPEN_CHAT = "open_chat"
    SILENCE = "silence"
    UNSILENCE = "unsilence"
    DELETE_MESSAGE = "delete_message"
    ANNOUNCE = "announce"
    PREPARE = "prepare"
    LOCK = "lock"
    UNLOCK = "unlock"
    OPEN_WAITING_ROOM = "open_waiting_room"
    CLOSE_WAITING_ROOM = "close_waiting_room"
    START_RECORDING = "start_recording"
    STOP_RECORDING = "stop_recording"
    END = "end"
    ALERT = "alert"


PERSON_ACTIONS = frozenset(
    {
        ActionKind.ADMIT,
        ActionKind.DENY,
        ActionKind.HOLD,
        ActionKind.KICK,
        ActionKind.BAN,
        ActionKind.UNBAN,
        ActionKind.RENAME,
        ActionKind.WARN,
        ActionKind.MUTE,
        ActionKind.STOP_VIDEO,
        ActionKind.STOP_SHARE,
        ActionKind.SILENCE,
        ActionKind.UNSILENCE,
        ActionKind.DELETE_MESSAGE,
    }
)


class Button(StrEnum):
    """What a person presses in the panel or asks for through the API."""

    CALM = "calm"
    RESTORE = "restore"
    MUTE_ALL = "mute_all"
    ALLOW_UNMUTE = "allow_unmute"
    CLOSE_CHAT = "close_chat"
    OPEN_CHAT = "open_chat"
    STOP_SHARING = "stop_sharing"
    ALLOW_SHARE = "allow_share"
    LOCK = "lock"
    UNLOCK = "unlock"
    ADMIT = "admit"
    DENY = "deny"
    HOLD = "hold"
    MUTE = "mute"
    KICK = "kick"
    BAN = "ban"
    UNBAN = "unban"
    UNDO = "undo"
    END = "end"


class Level(StrEnum):
    """How far a platform supports an action."""

    NATIVE = "native"
    PARTIAL = "partial"
    MANUAL = "manual"  # only the teacher's own client can do it: `instruction` says which button there
    NONE = "none"


class Confirm(StrEnum):
    """How an action on this platform proves itself."""

    EVENT = "event"  # the platform sends one
    READ = "read"  # adapter.participants() shows it
    NEVER = "never"  # cannot be read back: stays unconfirmed, and says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One sentence in the three languages of the product (Simplified Chinese, Vietnamese, English)."""

    zh: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What a platform does about one action kind. Less than native needs `note` and `instead`.

    `instead` lists the kinds that `plan` uses where the level is none: at least an alert.
    `confirm` tells the executor how an accepted request is proven. `channel`, of alerts only: people are also told
    outside the panel (a robot of the class group), which is a request like any other.
    """

    level: Level = Level.NATIVE
    confirm: Confirm = Confirm.READ
    note: str = ""
    instead: tuple[ActionKind, ...] = ()
    instruction: Words | None = None
    channel: bool = False


Capabilities = Mapping[ActionKind, Support]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One wish addressed to a platform.

    `target` is the newest known snapshot of the person for person actions (its `address` reaches the device), None
    for room actions. `text` carries a new name, an announcement or an alert; `reference` is the message to delete.
    `operator` is the newest known snapshot of a host in the lesson, for platforms where a host must ask; None when
    none was seen.
    """

    kind: ActionKind
    target: Participant | None = None
    operator: Participant | None = None
    text: str = ""
    reference: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two wishes the same wish."""
        return (self.kind.value, self.target.id if self.target else "", self.reference)


UNSEEN = "unseen"  # code of an unconfirmed outcome whose read-back was not answered


class OutcomeKind(StrEnum):
    """What became of an intent."""

    PENDING = "pending"
    REQUESTED = "requested"  # the platform accepted it
    CONFIRMED = "confirmed"  # an event or a read-back shows the effect
    UNCONFIRMED = "unconfirmed"  # accepted, but the effect did not show in time
    SIMULATED = "simulated"  # the rule only observes
    MANUAL = "manual"  # shown to the teacher as something to do by hand
    UNSUPPORTED = "unsupported"
    REFUSED = "refused"
    GONE = "gone"
    EXPIRED = "expired"
    FAILED = "failed"


FINAL = frozenset(OutcomeKind) - {OutcomeKind.PENDING, OutcomeKind.REQUESTED, OutcomeKind.MANUAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A step in the life of an intent. `code` and `detail` are the vendor's, shortened and without secrets.

    `instruction` is set for manual outcomes: what to press in the teacher's own client. `assumed` marks an unconfirmed
    outcome that no read-back could ever show on this platform: the room's switches are taken to be as asked.
    """

    kind: OutcomeKind
    assumed: bool = False
    code: str = ""
    detail: str = ""
    instruction: Words | None = None


class Severity(IntEnum):
    """How much harm a decision answers to; also the order in which incidents are shown."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Lane(IntEnum):
    """In which queue an intent waits for its turn at the platform; lower goes first."""

    PANIC = 0  # a human pressed, or the room itself must be closed
    GUARD = 1  # a rule acts on a person
    ROUTINE = 2  # admissions, preparation, reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One wished action with the rule that wished it and why.

    `reason` is a stable key with `params` for the sentence shown to people; `facts` counts independent facts
    against the target (a kick needs two, or a human); `expires_after` seconds after which an automatic measure is
    undone, None for a human's press. `only` = nothing harder stands in for it where the platform does not have it.
    `strike` = an offence of this person: it is remembered, and the ladder says what the n-th costs.
    """

    action: Action
    rule: str
    reason: str
    params: tuple[tuple[str, str], ...] = ()
    severity: Severity = Severity.MEDIUM
    lane: Lane = Lane.GUARD
    facts: int = 1
    by: str = ""
    observed: bool = False
    expires_after: float | None = None
    undo_of: str = ""
    only: bool = False
    strike: bool = False


# Weakest first. Restraint keeps the strongest wish per person and prefers the reversible one.
STRENGTH: tuple[ActionKind, ...] = (
    ActionKind.WARN,
    ActionKind.DELETE_MESSAGE,
    ActionKind.SILENCE,
    ActionKind.MUTE,
    ActionKind.STOP_VIDEO,
    ActionKind.STOP_SHARE,
    ActionKind.HOLD,
    ActionKind.DENY,
    ActionKind.KICK,
    ActionKind.BAN,
)

UNDO: dict[ActionKind, ActionKind] = {
    ActionKind.LOCK: ActionKind.UNLOCK,
    ActionKind.CLOSE_CHAT: ActionKind.OPEN_CHAT,
    ActionKind.FORBID_UNMUTE: ActionKind.ALLOW_UNMUTE,
    ActionKind.RESTRICT_SHARE: ActionKind.ALLOW_SHARE,
    ActionKind.OPEN_WAITING_ROOM: ActionKind.CLOSE_WAITING_ROOM,
    ActionKind.HOLD: ActionKind.ADMIT,
    ActionKind.BAN: ActionKind.UNBAN,
    ActionKind.SILENCE: ActionKind.UNSILENCE,
}


Supports = Callable[[ActionKind, Participant | None], Support]  # what a connection can do in a lesson, to somebody


def plan(supports: Supports, decision: Decision) -> tuple[tuple[Action, Support], ...]:
    """What is really asked of this platform for a wish: itself where supported, else its honest fallbacks, in order.

    A fallback to a room action (close chat instead of silencing one) loses the target; one to another person action
    keeps it. Where the only way to hold somebody is to put him out, or to close the room for everybody, that needs two
    facts or a human like any kick; otherwise he is muted and people are called. A wish with no fallback stays itself:
    its outcome is `unsupported`.
    """
    action = decision.action
    support = supports(action.kind, action.target)
    if support.level is not Level.NONE or not support.instead or decision.only:
        return ((action, support),)
    instead = [_as(action, kind) for kind in support.instead]
    if decision.facts < 2 and not decision.by and any(_too_much(action, a) and _can(supports, a) for a in instead):
        instead = [_as(action, kind) for kind in (ActionKind.MUTE, ActionKind.ALERT)]
    able = tuple((a, supports(a.kind, a.target)) for a in instead if _can(supports, a))
    return able or ((action, support),)


def _too_much(wished: Action, instead: Action) -> bool:
    """Whether what stands in for a measure against one person harms more than that person's lesson."""
    closes = wished.kind in SENDS_OUT and instead.target is None
    return instead.kind in DRASTIC or closes


def _can(supports: Supports, action: Action) -> bool:
    return supports(action.kind, action.target).level is not Level.NONE


def at_once(support: Support, action: Action) -> Outcome | None:
    """The outcome of what no request is sent for, None where one is."""
    if action.kind is ActionKind.ALERT:
        return None if support.channel and action.text else Outcome(kind=OutcomeKind.CONFIRMED)
    if support.level is Level.MANUAL:
        return Outcome(kind=OutcomeKind.MANUAL, instruction=support.instruction, detail=support.note)
    if support.level is Level.NONE:
        return Outcome(kind=OutcomeKind.UNSUPPORTED, detail=support.note)
    return None


SENDS_OUT = frozenset({ActionKind.HOLD, ActionKind.DENY, ActionKind.KICK, ActionKind.BAN})
DRASTIC = frozenset({ActionKind.KICK, ActionKind.BAN, ActionKind.END})


def _as(action: Action, kind: ActionKind) -> Action:
    keeps = kind in PERSON_ACTIONS or kind is ActionKind.ALERT
    return replace(action, kind=kind, target=action.target if keeps else None)
