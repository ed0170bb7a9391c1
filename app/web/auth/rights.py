"""Who may do what, in one place.

Admins do everything in their school, IT everything but accounts. The district sets its own policy layer and sees the
school's, nothing else: no lesson and no pupil, only sums of what a change would have done. Teachers and co-guards have
the courses in which their mail is a guard, and no other exists for them: what is not theirs is "not found", so that
nothing leaks.
A co-guard presses every button but END, reads, and reviews incidents. Policies are read by whoever guards a course and
changed by IT.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from app.domain.errors import NotAllowed, NotFound, PanelError
from app.domain.state import Status
from app.store.desk import Desk, Part, UserRole


class SignInNeeded(PanelError):
    """Sign in first."""


class Stale(NotAllowed):
    """This page is out of date: load it again and repeat."""


class Verb(StrEnum):
    """What somebody wants to do."""

    SEE = "see"  # a course, its lessons, their timelines
    PRESS = "press"
    END = "end"
    REVIEW = "review"  # read incidents and judge them
    SET_ROSTER = "set_roster"
    SEE_POLICY = "see_policy"  # what the school and the district ask of every class
    SET_POLICY = "set_policy"  # of a course or a lesson; a teacher may look
    SET_SCHOOL = "set_school"  # the policy of all its classes
    SET_DISTRICT = "set_district"
    PREPARE = "prepare"  # set up a meeting before class, and hand out its personal links
    MAKE_COURSE = "make_course"
    CONNECT = "connect"  # see, make and check connections
    SET_TERMS = "set_terms"  # see and change the school's own words for the rules about chat
    AUDIT = "audit"  # the ledger and figures of the whole school
    ADMINISTER = "administer"  # accounts


class Reason(StrEnum):
    """Why not. The value is the sentence told, "" = as if it did not exist."""

    UNKNOWN = ""
    TEACHERS = "only a teacher of this course may do this"
    SCHOOL = "only school IT may do this"
    DISTRICT = "only the district may do this"
    ADMIN = "only an administrator may do this"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who is signed in, or a program with a token. `role` may be less than the user's own for a token."""

    school: str
    user: str
    name: str
    mail: str
    role: UserRole
    language: str

    @property
    def sees_all(self) -> bool:
        """Whether every course of the school is his business."""
        return self.role in (UserRole.IT, UserRole.ADMIN)

    @property
    def guards(self) -> str | None:
        """The mail by which lists are narrowed to his courses; None when he sees all."""
        return None if self.sees_all else self.mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Of:
    """What it is done to: something of a school, and as what the actor guards the course it belongs to."""

    school: str
    part: Part | None = None


_OF_THE_SCHOOL = frozenset(
    {Verb.MAKE_COURSE, Verb.CONNECT, Verb.SET_TERMS, Verb.AUDIT, Verb.ADMINISTER, Verb.SET_SCHOOL}
)
_OF_THE_DISTRICT = frozenset({Verb.SEE_POLICY, Verb.SET_DISTRICT})
_GUARDS = frozenset({Verb.SEE, Verb.PRESS, Verb.REVIEW})


def may(actor: Actor, verb: Verb, of: Of) -> Literal[True] | Reason:
    """Whether somebody may do this, or why not."""
    if of.school != actor.school:
        return Reason.UNKNOWN
    if actor.role is UserRole.DISTRICT:
        return True if verb in _OF_THE_DISTRICT else Reason.UNKNOWN
    if verb is Verb.SET_DISTRICT:
        return Reason.DISTRICT
    if actor.role is UserRole.ADMIN or verb is Verb.SEE_POLICY:
        return True
    if verb is Verb.ADMINISTER:
        return Reason.ADMIN
    if actor.role is UserRole.IT:
        return True
    if verb in _OF_THE_SCHOOL:
        return Reason.SCHOOL
    if of.part is None:
        return Reason.UNKNOWN
    if verb is Verb.SET_POLICY:
        return Reason.SCHOOL
    teaches = actor.role is UserRole.TEACHER and of.part is Part.TEACHER
    return True if teaches or verb in _GUARDS else Reason.TEACHERS


def demand(actor: Actor, verb: Verb, of: Of | None = None) -> None:
    """Go on, or raise NotAllowed or NotFound. Without `of`: something of the actor's own school."""
    answer = may(actor, verb, of or Of(school=actor.school))
    if answer is True:
        return
    raise NotAllowed(answer.value) if answer is not Reason.UNKNOWN else NotFound()


def demand_course(desk: Desk, actor: Actor, verb: Verb, course: str) -> None:
    """The same for a course, whether or not there is one. Blocking: asks the store as what the actor guards it."""
    part = None if actor.sees_all else desk.courses.part(actor.school, course, actor.mail)
    demand(actor, verb, Of(school=actor.school, part=part))


def names_hidden(actor: Actor, status: Status, *, reveal: bool) -> bool:
    """Whether pupils' names are masked: for those who do not teach them, once the lesson is over, unless asked for."""
    return actor.sees_all and status is Status.ENDED and not reveal
