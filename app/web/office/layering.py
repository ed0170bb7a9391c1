"""Policy documents of a school as API and pages use them: what is in force, and how a layer is replaced. Blocking."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import structlog

from app.domain.state import Status
from app.store.desk import LessonRecord
from app.store.layers import DAY, Kept
from app.web.auth import Actor, Verb, demand, demand_course
from app.web.service import Service
from policies import documents, restraint
from policies.base import Policy
from policies.merged import Level, Merged
from policies.restraint import Restraint

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose layer it is: the district's, the school's, a course's or a lesson's (whose course is named, too).

    `over` = the lesson has ended, and its layer with it.
    """

    level: Level
    course: str = ""
    lesson: str = ""
    over: bool = False


SCHOOL, DISTRICT = Place(level=Level.SCHOOL), Place(level=Level.DISTRICT)
SCHOOL_CLASSES = Place(level=Level.COURSE)  # a course that is still to be made


def of_course(course: str) -> Place:
    """A course's own layer."""
    return Place(level=Level.COURSE, course=course)


def of_lesson(record: LessonRecord) -> Place:
    """The layer of a single lesson, which ends with it."""
    return Place(level=Level.LESSON, course=record.course, lesson=record.id, over=record.status is Status.ENDED)


def read(service: Service, actor: Actor, place: Place) -> tuple[dict[str, Any], int]:
    """The document of a place and its version. Raises NotAllowed and NotFound."""
    _may_see(service, actor, place)
    if place.level is Level.COURSE:
        return service.desk.documents.policy(actor.school, place.course)
    return service.desk.layers.get(actor.school, Kept(place.level), place.lesson)


def in_force(service: Service, school: str, place: Place) -> Merged:
    """What counts at a place by now, with a class's hardening. Raises NotFound."""
    stack = _layers(service, school, place)
    merged = documents.merge(stack)
    if not place.course:
        return merged
    days = cast(Restraint, merged.policy.of(restraint.RULE)).harden_days
    raids = [r for r in service.desk.layers.raids(school, place.course, days) if r.lesson != place.lesson]
    until = raids[0].at + days * DAY if raids else 0.0
    return documents.merge(stack, hardened_until=until) if service.now() < until else merged


def with_document(service: Service, school: str, place: Place, document: Document) -> Merged:
    """What would count with this document in its place, sound or not; hardening aside. Raises NotFound."""
    return documents.merge([*above(service, school, place), (place.level, document)])


def now_and_then(service: Service, school: str, place: Place, document: Document, course: str) -> tuple[Policy, Policy]:
    """By what a course's lessons are judged as it is stored, and with this document at a place of theirs instead.

    Both without hardening: it ends within days, and would hide what the document itself changes. Raises NotFound.
    """
    stored = dict(_layers(service, school, Place(level=Level.LESSON, course=course, lesson=place.lesson)))
    changed = {**stored, place.level: document}
    now, then = (documents.merge([(x, told[x]) for x in Level if x in told]).policy for told in (stored, changed))
    return now, then


def schools_under(service: Service, school: str, place: Place) -> tuple[str, ...]:
    """The schools that a document goes to: all of the installation for the district's, otherwise the one."""
    return tuple(s.id for s in service.desk.people.schools()) if place.level is Level.DISTRICT else (school,)


def above(service: Service, school: str, place: Place) -> list[tuple[Level, dict[str, Any]]]:
    """The layers over a place, from the top. Raises NotFound."""
    order = tuple(Level)
    return [x for x in _layers(service, school, place) if order.index(x[0]) < order.index(place.level)]


def put(service: Service, actor: Actor, place: Place, document: Document, *, seen: int | None) -> int:
    """Replace a layer; its new version. Raises NotAllowed, NotFound, Conflict, and Invalid naming every field."""
    may_change(service, actor, place)
    documents.checked(place.level, document, above(service, actor.school, place))
    desk, school = service.desk, actor.school
    structlog.get_logger("menshen.web").info(
        "policy changed",
        school=school,
        level=place.level.value,
        course=place.course,
        lesson=place.lesson,
        by=actor.user,
    )
    if place.level is Level.DISTRICT:
        told = {} if seen is None else {school: seen}
        every = schools_under(service, school, place)
        return desk.layers.put_district(every, document, by=actor.user, seen=told)[school]
    if place.level is Level.COURSE:
        return desk.documents.put_policy(school, place.course, document, seen=seen)
    return desk.layers.put(school, Kept(place.level), document, by=actor.user, seen=seen, lesson=place.lesson)


def may_change(service: Service, actor: Actor, place: Place) -> None:
    """Go on, or raise NotAllowed or NotFound."""
    if place.level is Level.DISTRICT:
        demand(actor, Verb.SET_DISTRICT)
    elif place.course:
        demand_course(service.desk, actor, Verb.SET_POLICY, place.course)
    else:
        demand(actor, Verb.SET_SCHOOL)


def _may_see(service: Service, actor: Actor, place: Place) -> None:
    if place.course:
        demand_course(service.desk, actor, Verb.SEE, place.course)
    else:
        demand(actor, Verb.SEE_POLICY)


def _layers(service: Service, school: str, place: Place) -> list[tuple[Level, dict[str, Any]]]:
    """The documents that count at a place, its own among them."""
    stack = service.desk.layers.stack(school, place.course, place.lesson)
    lowest = tuple(Level).index(place.level)
    return [(Level(level), document) for level, document in stack if tuple(Level).index(Level(level)) <= lowest]
