"""What a lesson is judged by, kept beside its log: policy, roster and what the platform could do.

A frame is named by the SHA-256 of its text, so that the lessons of a course share one until something changes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from app.domain.actions import Supports
from app.domain.errors import Invalid
from app.domain.people import Roster
from app.replay.card import Card, card_of
from app.store import codec
from app.store.courses import Course, Versions
from policies import documents
from policies.base import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """`told` is no personal data; `private` is the roster, "" once it is erased."""

    id: str
    told: str
    private: str


class _Told(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    policy: dict[str, Any]
    versions: tuple[int, int, int, int, int, int]
    shrunk: bool
    drill: bool
    card: Card


def frame_of(course: Course, supports: Supports) -> Frame:
    """What a lesson of this course is judged by from now on."""
    told = _Told(
        title=course.name, policy=documents.written(course.policy), versions=course.judgement, shrunk=course.shrunk,
        drill=course.drill, card=card_of(supports),
    )  # fmt: skip
    text, private = msgspec.json.encode(told).decode(), codec.roster_text(course.roster.entries)
    return Frame(id=hashlib.sha256(f"{text}\n{private}".encode()).hexdigest(), told=text, private=private)


def course_of(frame: Frame, policy: Policy | None = None) -> tuple[Course, Card]:
    """The course and the capabilities of a frame; `policy` judges instead of its own. Raises Invalid."""
    try:
        told = msgspec.json.decode(frame.told, type=_Told, strict=False)
        roster = codec.roster_from(frame.private) if frame.private else Roster()
    except msgspec.ValidationError as e:
        raise Invalid(problems=(("frame", str(e)),)) from e
    policy_version, layers, roster_version, _, own, hardened = told.versions
    course = Course(
        school="", id="", name=told.title, connection="", policy=policy or documents.policy(told.policy), roster=roster,
        versions=Versions(policy=policy_version, layers=layers, roster=roster_version), shrunk=told.shrunk,
        drill=told.drill, own=(own, bool(hardened)),
    )  # fmt: skip
    return course, told.card


def plain(card: Card) -> Mapping[str, Any]:
    """A card as JSON."""
    built: Mapping[str, Any] = msgspec.to_builtins(card)
    return built
