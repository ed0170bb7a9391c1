"""What a scenario is made of: who comes, who does what and when, how the teacher behaves, what has to come of it. Data.

Times are seconds after the teacher opened the lesson. `chance` is drawn from the script's seed only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scenarios.score import Score


class Kind(StrEnum):
    """Who somebody really is, whatever he calls himself."""

    TEACHER = "teacher"
    PUPIL = "pupil"  # on the roster
    STRANGER = "stranger"


class Deed(StrEnum):
    """One thing that somebody does in the classroom."""

    SAY = "say"
    SPEAK = "speak"
    HUSH = "hush"
    FILM = "film"
    SHARE = "share"
    UNSHARE = "unshare"
    RENAME = "rename"
    LEAVE = "leave"
    COME = "come"  # through the door, under `text` or the own name
    LEAD = "lead"  # becomes co-host: by another host's hand or by a hole, the platform says so
    FOLLOW = "follow"  # is an attendee again


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """At `at` this, and again every `every` seconds until `until`. Several texts are used one after the other."""

    at: float
    deed: Deed
    texts: tuple[str, ...] = ("",)
    every: float = 0.0
    until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Whoever is put out or made to wait comes back under the next name, after so many seconds, until a moment."""

    least: float = 5.0
    most: float = 15.0
    until: float = 0.0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody in the story; "p7~phone" is p7 once more.

    `signed_in` = through the school's account or personal link; else only by a name. `hostile` people are what the room
    has to be calm of, also when they are on the roster.
    """

    key: str
    name: str
    kind: Kind = Kind.PUPIL
    joins: float = 0.0
    signed_in: bool = True
    hostile: bool = False
    called: str = ""  # the name at the door, where it is another
    music: bool = False  # comes in with an open microphone
    acts: tuple[Act, ...] = ()
    returns: Return | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the teacher behaves, in seconds; None = never.

    `presses`: "calm" once the class has been disturbed for so long, and again each `again` while it still is.
    `by_hand`: does what the panel asks to be done by hand. `admits`: lets a pupil in who waits, known by sight.
    """

    presses: float | None = 15.0
    again: float = 30.0
    by_hand: float | None = 15.0
    admits: float | None = 15.0


PASSIVE = Habits(presses=None, by_hand=None, admits=None)


class Move(StrEnum):
    """What happens behind the stage: to the platform, to the service, to the record."""

    FAULTS = "faults"  # the classroom misbehaves by these rules
    PRESS = "press"  # somebody presses a button: {"button", "by", "key"}
    RESTART = "restart"  # the service is killed and starts again after {"seconds"}
    FORGE = "forge"  # a delivery that nobody's classroom sent, genuinely signed: the body
    ERASE = "erase"  # everything older than now is erased, as after the retention
    DEAF = "deaf"  # the platform forgets our webhook address
    END = "end"  # the lesson is over
    JUDGE = "judge"  # school IT gives every open incident this verdict
    READ = "read"  # school IT reads a page; its text is kept under a name, for the score
    NOTE = "note"  # the truth of this moment is kept under a name, for the score


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A move at a moment."""

    at: float
    move: Move
    what: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One pass condition of the scenario, in its own words."""

    text: str
    met: Callable[[Score], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole scenario. `about` is one sentence; `later` says which guard that it needs does not exist yet."""

    id: str
    title: str
    about: str
    seconds: float
    cast: tuple[Actor, ...]
    wanted: tuple[Wanted, ...]
    policy: Mapping[str, Any] = field(default_factory=lambda: {"preset": "lecture"})
    habits: Habits = Habits()
    moments: tuple[Moment, ...] = ()
    switches: Mapping[str, bool] = field(default_factory=dict)
    rate: float = 20.0  # control calls per second that the classroom allows, where the platform itself allows as many
    burst: int = 40
    later: str = ""
    service: bool = False  # about the service rather than the platform: passes or fails, no race against intruders

    def roster(self) -> tuple[Actor, ...]:
        """Everybody who belongs."""
        return tuple(a for a in self.cast if a.kind is not Kind.STRANGER and "~" not in a.key)
