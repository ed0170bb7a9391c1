"""What a changed policy would have done in the last 30 days: the figures that are shown before it is saved.

The recorded lessons that a document concerns run again twice, by what is in force for their class and by what would be,
so that both sides are simulated alike: a class's lessons for its own document and for that of a single lesson, those of
all classes for the school's and the district's.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from app.domain.errors import Invalid, NotFound
from app.replay import sides
from app.replay.archive import Recorded
from app.replay.report import Report
from app.web.office import layering
from app.web.office.layering import Document, Place
from app.web.service import Service
from policies.base import Policy

DAYS = 30
LESSONS = 20  # at most, the newest
ROWS = 50_000  # of all of them; about half a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Figures of recorded lessons, each as it would be today and as it would have been: (before, after)."""

    lessons: int
    classes: int = 1  # that they are of
    actions: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # by rule
    pupils: tuple[int, int] = (0, 0)  # who were touched by a measure
    strangers: tuple[int, int] = (0, 0)  # who got in
    left_out: int = 0  # lessons of these days that were not looked at: too many or too long
    unfit: int = 0  # that cannot run again: names erased, from before frames were kept, or damaged
    drill: bool = False  # nothing real is recorded: these are rehearsals


def preview(service: Service, school: str, place: Place, document: Document) -> Preview | None:
    """The figures for a document at a place; None = nothing can be said. Blocking. Raises NotFound."""
    if layering.with_document(service, school, place, document).problems_of(place.level):
        return None  # it cannot be saved either, and is told at its fields
    schools = layering.schools_under(service, school, place)
    found = service.archive.since(schools, service.now() - DAYS * 86_400.0, course=place.course)
    found = [r for r in found if not r.drill] or found  # what is rehearsed is never counted with what is real
    total, policies, looked = _Total(), dict[tuple[str, str], tuple[Policy, Policy]](), tuple(_newest(found))
    for lesson in looked:
        key = lesson.school, lesson.course
        if key not in policies:
            policies[key] = layering.now_and_then(service, lesson.school, place, document, lesson.course)
        opened = partial(service.archive.open, lesson.school, lesson.lesson, gently=True)
        try:
            both = sides.of_policies(opened, *policies[key])
        except (Invalid, NotFound):
            both = None
        if both is not None:
            total.add(key, *both)
    if not total.lessons:
        return None
    return Preview(
        lessons=total.lessons, classes=len(total.classes), actions=total.actions(),
        pupils=(total.pupils[0], total.pupils[1]), strangers=(total.strangers[0], total.strangers[1]),
        left_out=len(found) - len(looked), unfit=len(looked) - total.lessons, drill=found[0].drill,
    )  # fmt: skip


def _newest(found: Sequence[Recorded]) -> Iterator[Recorded]:
    """As many of the newest as somebody may wait for. One that is too long makes room for those before it."""
    looked = rows = 0
    for lesson in found:
        if looked < LESSONS and rows + lesson.rows <= ROWS:
            looked, rows = looked + 1, rows + lesson.rows
            yield lesson


class _Total:
    """Sums over lessons, before and after."""

    def __init__(self) -> None:
        self._rules: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self.pupils, self.strangers = [0, 0], [0, 0]
        self.lessons, self.classes = 0, set[tuple[str, str]]()

    def add(self, course: tuple[str, str], *both: Report) -> None:
        self.lessons += 1
        self.classes.add(course)
        for side, report in enumerate(both):
            self._rules[side].update(d.rule for d in report.automatic)
            self.pupils[side] += len({d.who for d in report.touched})
            self.strangers[side] += report.strangers_in

    def actions(self) -> Mapping[str, tuple[int, int]]:
        before, after = self._rules
        return {rule: (before[rule], after[rule]) for rule in sorted({*before, *after})}
