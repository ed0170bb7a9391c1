"""What a lesson is judged by, kept beside its log: policy, roster and what the platform could do.

A frame is named by the SHA-256 of its text, so that the lessons of a course share one until something changes.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec

from app.domain.actions import Supports
from app.domain.errors import Invalid
from app.domain.people import Roster
from app.domain.terms import Terms
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
    versions: tuple[int, int, int, int, int, int, int]
    shrunk: bool
    drill: bool
    card: Card
    terms: str = ""
    roster_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a frame stands for."""

    course: Course
    terms: Terms
    card: Card


def versions_of(course: Course, terms: Terms) -> tuple[int, ...]:
    """What changes whenever a lesson is judged by something else than before."""
    return (*course.judgement, terms.version)


def frame_of(course: Course, terms: Terms, supports: Supports) -> Frame:
    """What a lesson of this course is judged by from now on."""
    told = _Told(
        title=course.name, policy=documents.written(course.policy), versions=(*course.judgement, terms.version),
        shrunk=course.shrunk, drill=course.drill, card=card_of(supports), terms=terms.text, roster_at=course.roster_at,
    )  # fmt: skip
    text, private = msgspec.json.encode(told).decode(), codec.roster_text(course.roster.entries)
    return Frame(id=name_of(text, private), told=text, private=private)


def name_of(told: str, private: str) -> str:
    """The name of a frame of this text."""
    return hashlib.sha256(f"{told}\n{private}".encode()).hexdigest()


def judged_by(frame: Frame, policy: Policy | None = None) -> Judged:
    """What a frame stands for; `policy` judges instead of its own. Raises Invalid."""
    try:
        told = msgspec.json.decode(frame.told, type=_Told, strict=False)
        roster = codec.roster_from(frame.private) if frame.private else Roster()
    except (msgspec.DecodeError, RecursionError) as e:
        raise Invalid(problems=(("told", str(e)),)) from e
    policy_version, layers, roster_version, _, own, hardened, terms = told.versions
    course = Course(
        school="", id="", name=told.title, connection="", policy=policy or documents.policy(told.policy), roster=roster,
        versions=Versions(policy=policy_version, layers=layers, roster=roster_version), shrunk=told.shrunk,
        drill=told.drill, own=(own, bool(hardened)), roster_at=told.roster_at,
    )  # fmt: skip
    return Judged(course=course, terms=Terms(terms, told.terms), card=told.card)


def framed_by(frame: Frame, where: str, policy: Policy | None = None) -> Judged:
    """The same for a frame that a row names; what is wrong with it is told with the row."""
    try:
        return judged_by(frame, policy)
    except Invalid as e:
        raise Invalid(problems=tuple((f"{where}, frame {frame.id[:12]}", f"{f}: {p}") for f, p in e.problems)) from e
