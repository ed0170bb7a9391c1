"""What happened in a lesson: normalised facts, a closed list that ends in Unknown.

Every event is frozen and carries `at`, seconds since the epoch (UTC) by the platform's clock, or by ours where
the platform gives none. `kind` is the dotted past-tense name used in the log, the API and the panel.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from app.domain.actions import Action, Button, Outcome
from app.domain.people import Participant


class Media(StrEnum):
    """A kind of stream that a participant sends."""

    AUDIO = "audio"
    VIDEO = "video"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The room's switches as the platform reports or as we set them; None = not known."""

    locked: bool | None = None
    muted_all: bool | None = None
    unmute_forbidden: bool | None = None
    mute_on_entry: bool | None = None
    chat_closed: bool | None = None
    share_restricted: bool | None = None
    waiting_room: bool | None = None
    recording: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """One row of a participant list: who, and what he sends just now (None = the list does not say)."""

    participant: Participant
    audio: bool | None = None
    video: bool | None = None
    share: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """The platform's own answer to "who is there?".

    `waiting` None = the list does not cover the waiting room; `switches` None = they cannot be read back;
    `live` False = the platform says that nobody is in the room any more; `exact` False = the list was read in
    several pages, so that somebody may have slipped between two of them: one miss closes no presence.
    """

    inside: tuple[Presence, ...]
    waiting: tuple[Participant, ...] | None = None
    switches: Switches | None = None
    live: bool = True
    exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Anything that happened at a moment."""

    kind: ClassVar[str] = ""
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonStarted(Event):
    """The platform opened the room. `title` may be empty."""

    kind: ClassVar[str] = "lesson.started"
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonEnded(Event):
    kind: ClassVar[str] = "lesson.ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEvent(Event):
    """An event about one presence."""

    participant: Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantWaiting(PersonEvent):
    kind: ClassVar[str] = "participant.waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantJoined(PersonEvent):
    """`admitted` = a person who leads the lesson let this one in, in the platform's own client."""

    kind: ClassVar[str] = "participant.joined"
    admitted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantLeft(PersonEvent):
    """`waiting_only` = left the waiting room; it says nothing about a presence inside. `inside_only` = the reverse."""

    kind: ClassVar[str] = "participant.left"
    waiting_only: bool = False
    inside_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRenamed(PersonEvent):
    """`participant.name` is the new name."""

    kind: ClassVar[str] = "participant.renamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRoleChanged(PersonEvent):
    """`participant.role` is the new role."""

    kind: ClassVar[str] = "participant.role_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaEvent(PersonEvent):
    """`stream` is the platform's id of the stream ("" where it has none)."""

    stream: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioUnmuted(MediaEvent):
    kind: ClassVar[str] = "audio.unmuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioMuted(MediaEvent):
    kind: ClassVar[str] = "audio.muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoStarted(MediaEvent):
    kind: ClassVar[str] = "video.started"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoStopped(MediaEvent):
    kind: ClassVar[str] = "video.stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareStarted(MediaEvent):
    kind: ClassVar[str] = "share.started"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareStopped(MediaEvent):
    kind: ClassVar[str] = "share.stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamChanged(MediaEvent):
    """A stream went on or off and the platform names only its id (Janus `mid`, LiveKit track sid).

    The fold knows from an earlier event which medium the id stands for.
    """

    kind: ClassVar[str] = "stream.changed"
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPosted(PersonEvent):
    """A line of chat. `message` is the platform's id of it ("" where lines cannot be addressed).

    `text` is empty where the line was erased.
    """

    kind: ClassVar[str] = "chat.posted"
    text: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged(Event):
    """The room's switches changed; fields left None did not."""

    kind: ClassVar[str] = "settings.changed"
    switches: Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskReported(Event):
    """The platform itself raised a flag (abuse report, leaked link)."""

    kind: ClassVar[str] = "risk.reported"
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPressed(Event):
    """A human pressed a button. `by` is the user's id; `undo_of` an intent to be taken back ("" otherwise)."""

    kind: ClassVar[str] = "button.pressed"
    button: Button
    by: str
    key: str
    participant: str = ""
    undo_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTicked(Event):
    kind: ClassVar[str] = "clock.ticked"


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPolled(Event):
    """The platform's own list: the truth that the fold converges to.

    `asked_at` is when the question was sent: what an event newer than that says wins over the list.
    """

    kind: ClassVar[str] = "roster.polled"
    attendance: Attendance
    asked_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterLoaded(Event):
    """The course's list of those who belong was loaded or replaced."""

    kind: ClassVar[str] = "roster.loaded"
    version: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonFramed(Event):
    """What a lesson is judged by from now on; its first row, and again whenever that changes.

    `frame` names the policy, the roster and the capabilities (app/replay/frame.py); `versions` changes whenever one of
    the first two does. The first one also tells the planned hours (seconds since the epoch), and in `strikes`, by the
    lasting key of a person, when each offence of earlier lessons was that still counts.
    """

    kind: ClassVar[str] = "lesson.framed"
    frame: str = ""
    versions: tuple[int, ...] = ()
    scheduled_at: float | None = None
    ends_at: float | None = None
    strikes: tuple[tuple[str, tuple[float, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SightLost(Event):
    kind: ClassVar[str] = "sight.lost"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SightRegained(Event):
    kind: ClassVar[str] = "sight.regained"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSettled(Event):
    """What became of an intent, step by step: requested, confirmed, unconfirmed, refused ..."""

    kind: ClassVar[str] = "outcome.settled"
    intent: str
    action: Action
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFailed(Event):
    """A rule raised; the other rules went on."""

    kind: ClassVar[str] = "rule.failed"
    rule: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Event):
    """A delivery whose kind we do not know. `name` is the platform's own word for it, `raw` its body as text."""

    kind: ClassVar[str] = "unknown"
    name: str
    raw: str = ""


def _concrete(cls: type[Event]) -> list[type[Event]]:
    found = [cls] if cls.kind else []
    return found + [c for sub in cls.__subclasses__() for c in _concrete(sub)]


EVENTS: dict[str, type[Event]] = {c.kind: c for c in _concrete(Event)}

# What we tell ourselves; the platform tells the rest.
OURS = (
    ButtonPressed, ClockTicked, OutcomeSettled, RuleFailed, SightLost, SightRegained, RosterLoaded, RosterPolled,
    LessonFramed,
)  # fmt: skip
