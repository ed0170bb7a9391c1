"""What is done to a meeting before class, and what became of each wish."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.actions import Words
from app.domain.people import RosterEntry


class Precaution(StrEnum):
    """A setting of a meeting that keeps strangers out or quiet."""

    ORGANISATION_ONLY = "organisation_only"  # nobody without an account of the school
    ROSTER_ONLY = "roster_only"  # the platform itself admits only who is on the roster
    WAITING_ROOM = "waiting_room"
    PERSONAL_LINKS = "personal_links"  # every pupil a link of his own
    HOST_FIRST = "host_first"  # nobody before the host
    MUTE_ON_ENTRY = "mute_on_entry"
    HOST_ONLY_SHARE = "host_only_share"
    CHAT_OFF = "chat_off"


class Result(StrEnum):
    """What became of one precaution."""

    SET = "set"  # and read back
    ASKED = "asked"  # accepted; the platform does not let it be read back
    BY_HAND = "by_hand"  # `detail` says what to press in the teacher's own client
    IMPOSSIBLE = "impossible"  # not on this platform, edition or kind of meeting
    REFUSED = "refused"  # the platform said no; `detail` says why and what to do
    UNKNOWN = "unknown"  # whether it holds cannot be told from here; `detail` says how to settle it


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """A lesson to come. Times are seconds since the epoch.

    `meeting` "" = create one. `host` is the teacher's account on this platform. `members` is the roster; `tokens`
    (by roster entry id) are random texts for personal links, which come back as `Participant.link`.
    """

    meeting: str
    title: str
    starts_at: float
    ends_at: float
    host: str
    wanted: frozenset[Precaution]
    members: tuple[RosterEntry, ...] = ()
    tokens: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of one precaution; `detail` in three languages, for whoever has to do the rest."""

    precaution: Precaution
    result: Result
    detail: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The report of a preparation: one step for each wanted precaution.

    `meeting` is what a course lists in its `meetings`; `url` is for the class; `links` are the personal ones by roster
    entry id; `notes` is what else a person should know (people without an account, a licence that is missing).
    """

    meeting: str
    url: str = ""
    steps: tuple[Step, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Words, ...] = ()
