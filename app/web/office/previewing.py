"""What a changed policy would have done in the last 30 days: the figures that are shown before it is saved.

The recorded lessons of the class run again twice, by what is in force and by what is proposed, so that both sides are
simulated alike.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from app.domain.errors import Invalid, NotFound
from app.replay import sides
from app.replay.report import Report
from app.web.office import layering
from app.web.service import Service
from policies import documents
from policies.base import Policy
from policies.merged import Level

DAYS = 30
LESSONS = 20  # at most, the newest
ROWS = 50_000  # of all of them; about half a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Figures of recorded lessons, each as it would be today and as it would have been: (before, after)."""

    lessons: int
    actions: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # by rule
    pupils: tuple[int, int] = (0, 0)  # who were touched by a measure
    strangers: tuple[int, int] = (0, 0)  # who got in
    left_out: int = 0  # lessons of these days that were not looked at: too many or too long
    unfit: int = 0  # that cannot run again: names erased, from before frames were kept, or damaged


def preview(service: Service, school: str, course: str, document: Mapping[str, Any]) -> Preview | None:
    """The figures for a course's document; None = nothing can be said. Blocking. Raises NotFound.

    `course` "" is the school's own document: what that changes for each class is not worked out yet.
    """
    if not course:
        return None
    try:
        now, then = _policies(service, school, course, document)
    except Invalid:  # it cannot be saved either, and is told at its fields
        return None
    found = service.archive.since(school, course, service.now() - DAYS * 86_400.0)
    total, rows, looked, unfit = _Total(), 0, 0, 0
    for lesson, size in found[:LESSONS]:
        if rows + size > ROWS:
            break
        rows, looked = rows + size, looked + 1
        opened = partial(service.archive.open, school, lesson, gently=True)
        try:
            both = sides.of_policies(opened, now, then)
        except (Invalid, NotFound):
            both = None
        unfit += both is None
        if both is not None:
            total.add(*both)
    if not looked - unfit:
        return None
    return Preview(
        lessons=looked - unfit, actions=total.actions(), pupils=(total.pupils[0], total.pupils[1]),
        strangers=(total.strangers[0], total.strangers[1]), left_out=len(found) - looked, unfit=unfit,
    )  # fmt: skip


def _policies(service: Service, school: str, course: str, document: Mapping[str, Any]) -> tuple[Policy, Policy]:
    """What is in force for a class now, and what would be. Raises Invalid and NotFound."""
    place = layering.of_course(course)
    then = documents.checked(Level.COURSE, document, layering.above(service, school, place))
    return layering.in_force(service, school, place).policy, then.policy


class _Total:
    """Sums over lessons, before and after."""

    def __init__(self) -> None:
        self._rules: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self.pupils, self.strangers = [0, 0], [0, 0]

    def add(self, *both: Report) -> None:
        for side, report in enumerate(both):
            self._rules[side].update(d.rule for d in report.automatic)
            self.pupils[side] += len({d.who for d in report.touched})
            self.strangers[side] += report.strangers_in

    def actions(self) -> Mapping[str, tuple[int, int]]:
        before, after = self._rules
        return {rule: (before[rule], after[rule]) for rule in sorted({*before, *after})}
