"""What a lesson begins with, and what it leaves to the next one: planned hours, and offences that still count."""

from typing import Protocol, cast

from app.domain.actions import OutcomeKind
from app.domain.events import LessonFramed
from app.domain.state import Standing, lasting
from app.store.log import Lesson, Writing
from app.store.strikes import Offence
from policies import ladder
from policies.base import Policy
from policies.ladder import Ladder

DAY = 86_400.0
_PASSING = "presence "  # how the key of somebody begins who is known by this presence only


class Ledger(Protocol):
    """Where offences are kept."""

    def offend(self, offence: Offence) -> None:
        """Keep one that counts in later lessons, too."""


def frame(writing: Writing, lesson: Lesson, at: float) -> LessonFramed:
    """The first event of a lesson that opens at `at`. A drill knows nothing of what was before."""
    course = lesson.course
    hours = writing.planned(lesson, at)
    days = 0 if course.drill else carry_days(course.policy)
    since = writing.now - days * DAY
    told = writing.strikes.of_course(lesson.school, course.id, since, writing.now) if days else ()
    starts, ends = hours or (None, None)
    return LessonFramed(at=at, scheduled_at=starts, ends_at=ends, strikes=told)


def carry(writing: Ledger, lesson: Lesson, standing: Standing) -> None:
    """Put an offence to somebody's account in the next lessons, too; never a rehearsed or a merely observed one."""
    target = standing.action.target
    person = lesson.state.person(target.id) if target else None
    days = carry_days(lesson.course.policy)
    if person is None or lesson.course.drill or standing.status is OutcomeKind.SIMULATED or not days:
        return
    key = lasting(person)
    if key.startswith(_PASSING):
        return
    writing.offend(
        Offence(
            school=lesson.school, intent=standing.id, course=lesson.course.id, lesson=lesson.id, person=key,
            rule=standing.rule, at=standing.at, until=standing.at + days * DAY,
        )
    )  # fmt: skip


def carry_days(policy: Policy) -> int:
    """For how many days an offence counts under a policy; 0 = for the lesson only."""
    return cast(Ladder, policy.of(ladder.RULE)).carry_days
