"""Which lesson a fact belongs to: once, in the right one, or parked until its meeting is known."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from adapters.base import Received
from app.domain.events import Event, LessonEnded, LessonStarted, ParticipantJoined, ParticipantWaiting, Unknown
from app.domain.state import Status
from app.framing import frame
from app.step import Steps
from app.store.log import Lesson, Writing

OPENS = (LessonStarted, ParticipantJoined, ParticipantWaiting)  # what makes a new lesson of an ended one


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one delivery brought to one connection; "" and () for what we found out ourselves."""

    school: str
    connection: str = ""
    items: tuple[Received, ...] = ()


@dataclass(slots=True)
class Filed:
    """What became of it."""

    intents: list[str] = field(default_factory=list)
    repeated: int = 0
    unclaimed: int = 0


class Filing:
    """Puts the facts of one transaction where they belong."""

    def __init__(self, writing: Writing, steps: Steps) -> None:
        self._writing = writing
        self._steps = steps

    def load(self, batch: Iterable[Facts]) -> None:
        """Every lesson of the batch with one statement, and every delivery with another."""
        facts = [f for f in batch if f.items]
        runs = self._writing.runs
        runs.recall(
            (f.school, f.connection, r.lesson_key[1:]) for f in facts for r in f.items if r.lesson_key[:1] == ":"
        )
        wanted: dict[str, list[tuple[str, str]]] = {}
        for f in facts:
            keys = (runs.key(f.school, f.connection, r.lesson_key) for r in f.items)
            wanted.setdefault(f.school, []).extend((f.connection, key) for key in keys if key is not None)
        for school, pairs in wanted.items():
            self._writing.load(school, pairs)
        self._writing.claim((f.school, f.connection, r.delivery_id) for f in facts for r in f.items)

    def take(self, facts: Facts, item: Received, filed: Filed) -> None:
        """One fact of a delivery: once, and in the right lesson."""
        if not self._writing.first_time(facts.school, facts.connection, item.delivery_id):
            filed.repeated += 1
            return
        runs = self._writing.runs
        key = runs.key(facts.school, facts.connection, item.lesson_key)
        if key is None:
            runs.park((facts.school, facts.connection, item.lesson_key[1:]), item.delivery_id, item.event)
            return
        self._file(facts, key, item.event, filed)
        if runs.learn(facts.school, facts.connection, key):
            self._unpark(facts, key, filed)

    def learn(self, facts: Facts, key: str, filed: Filed) -> None:
        """Somebody found out which meeting a run belongs to; `:occurrence` = to nobody."""
        if key.startswith(":"):
            run = (facts.school, facts.connection, key[1:])
            filed.unclaimed += len(self._writing.runs.take_out(run))
            return
        self._writing.runs.learn(facts.school, facts.connection, key)
        self._unpark(facts, key, filed)

    def _unpark(self, facts: Facts, key: str, filed: Filed) -> None:
        run = (facts.school, facts.connection, key.partition(":")[2])
        waited = self._writing.runs.take_out(run)
        if waited:
            self._writing.load(facts.school, [(facts.connection, key)])
        for parked in waited:
            self._file(facts, key, parked, filed)

    def _file(self, facts: Facts, key: str, event: Event, filed: Filed) -> None:
        lesson = self._lesson_for(facts, key, event)
        if lesson is None:
            filed.unclaimed += 1
            return
        filed.intents.extend(self._steps.take(lesson, event))

    def _lesson_for(self, facts: Facts, key: str, event: Event) -> Lesson | None:
        """The lesson that a fact belongs to: the newest of its key, or a new one of the course that has the meeting."""
        school, connection = facts.school, facts.connection
        lesson = self._writing.lesson(school, connection, key)
        reopened = (
            lesson is not None
            and lesson.state.status is Status.ENDED
            and isinstance(event, OPENS)
            and event.at > (lesson.state.ended_at or 0.0)
        )
        if lesson is not None and not reopened:
            return lesson
        if not key or isinstance(event, Unknown | LessonEnded):
            return lesson
        meeting = key.partition(":")[0]
        course = self._writing.course_of(school, connection, key) or self._writing.course_of(
            school, connection, meeting
        )
        if course is None:
            self._writing.unclaimed(school, connection, meeting[:255], event.at)
            return None
        opened = self._writing.open_lesson(school, connection, key, course, secrets.token_hex(6))
        self._steps.take(opened, frame(self._writing, opened, event.at))
        return opened
