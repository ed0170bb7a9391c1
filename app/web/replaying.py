"""A recorded lesson runs again for somebody who may review it: under which policy, how long, and whose turn it is."""

from functools import partial

import structlog
from starlette.concurrency import run_in_threadpool

from app.domain.errors import Invalid
from app.replay import sides
from app.replay.sides import Sides
from app.replay.telling import Naming
from app.store.desk import LessonRecord
from app.web.auth import Actor, Verb, demand_course, names_hidden
from app.web.masking import mask
from app.web.service import Service
from policies import documents
from policies.base import Policy

TODAY, RECORDED = "today", "recorded"
CHOICES = (TODAY, RECORDED, *documents.PRESETS)
MOST_ROWS = 50_000  # of a lesson that is replayed while somebody waits; about half a minute


def found(service: Service, actor: Actor, lesson: str) -> LessonRecord:
    """The lesson, if the actor may review it. Raises NotFound and NotAllowed. Blocking."""
    record = service.desk.lessons.get(actor.school, lesson)
    demand_course(service.desk, actor, Verb.REVIEW, record.course)
    return record


async def replayed(service: Service, record: LessonRecord, choice: str) -> Sides:
    """The lesson as it was, and under another policy; one at a time, beside the lessons on duty. Raises Invalid."""
    if choice not in CHOICES:
        raise Invalid(problems=(("policy", "one of: " + ", ".join(CHOICES)),))
    if record.number > MOST_ROWS:
        said = f"{record.number} rows are too many to be replayed here (at most {MOST_ROWS}): use `menshen replay`"
        raise Invalid(problems=(("lesson", said),))
    async with service.turns.turn("replay"):
        return await run_in_threadpool(_replay, service, record, choice)


def _replay(service: Service, record: LessonRecord, choice: str) -> Sides:
    opened = partial(service.archive.open, record.school, record.id, gently=True)
    return sides.of_recording(opened, _policy(service, record, choice))


def _policy(service: Service, record: LessonRecord, choice: str) -> Policy | None:
    """None = what judged it then."""
    if choice == TODAY:
        return service.archive.today(record.school, record.id)
    return None if choice == RECORDED else documents.policy({"preset": choice})


def shown_name(actor: Actor, record: LessonRecord, *, reveal: bool) -> tuple[bool, Naming]:
    """Whether names are masked for this reader, and how a name is then shown. Names that are asked for are logged."""
    hidden = names_hidden(actor, record.status, reveal=reveal)
    if reveal:
        structlog.get_logger("menshen.review").info(
            "names shown", school=actor.school, user=actor.user, lesson=record.id, where="replay"
        )
    return hidden, mask if hidden else str
