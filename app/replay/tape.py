"""A lesson's log in memory: what the store writes in a transaction, without a database and without a chain."""

from dataclasses import replace

from app.domain.actions import OutcomeKind, Support, Supports
from app.domain.events import Event, OutcomeSettled
from app.domain.state import LessonState, Standing, note, rematch
from app.domain.terms import Terms
from app.replay.card import Card
from app.replay.frame import Frame, Judged
from app.step import DEADLINES, Say, Steps
from app.store import codec
from app.store.courses import Course
from app.store.log import Lesson, Logged, Queued


class Tape:
    """The book of one lesson, written by the very steps that the service takes."""

    def __init__(
        self, course: Course, lesson: str, card: Card, *, terms: Terms | None = None, key: str = "",
        say: Say | None = None,
    ) -> None:  # fmt: skip
        state = LessonState(
            lesson=lesson, roster=course.roster, roster_version=course.roster_version, drill=course.drill,
            roster_shrunk=course.shrunk, title=course.name,
            roster_at=course.roster_at, terms=terms or Terms(),
        )  # fmt: skip
        self.now = 0.0
        self.lesson = Lesson(
            school=course.school, id=lesson, connection=course.connection, key=key or lesson, run=1, course=course,
            state=state, number=0, head=b"", snapshot_number=0,
        )  # fmt: skip
        self.card = card
        self.queued: list[Queued] = []
        self._steps = Steps(self, self, DEADLINES, say or _says_nothing, self.queued)

    def take(self, event: Event, at: float) -> tuple[Logged, ...]:
        """One event at a moment of our clock; the rows that it led to, its own first."""
        self.now = at
        self.lesson.rows.clear()
        self._steps.take(self.lesson, event)
        return tuple(self.lesson.rows)

    def judge_by(self, now: Judged) -> None:
        """From now on the lesson is judged by another policy or list, as a running one is after a change."""
        lesson, course = self.lesson, now.course
        changed = lesson.course.roster_version != course.roster_version or lesson.state.roster_shrunk != course.shrunk
        lesson.course, self.card = course, now.card
        lesson.state = lesson.state.but(terms=now.terms, roster_at=course.roster_at)
        if changed:
            lesson.state = rematch(lesson.state, course.roster, course.roster_version).but(roster_shrunk=course.shrunk)

    def supports(self, connection: str, lesson_key: str = "") -> Supports:
        """What the card says."""
        return self.card.supports

    def frame(self, lesson: Lesson, frame: Frame) -> None:
        """Nothing to keep: a tape is told its frame."""

    def offend(self, offence: object) -> None:
        """A replay leaves nothing to later lessons."""

    def forgive(self, school: str, intent: str) -> None:
        """Nor does it take anything back."""

    def append(self, lesson: Lesson, event: Event, state: LessonState) -> None:
        """Keep an event's row."""
        incident = None
        if isinstance(event, OutcomeSettled) and (standing := lesson.state.intents.get(event.intent)):
            incident = standing.incident
        lesson.state = state
        self._log(event.at, event.kind, incident, *codec.event_row(event))

    def intend(
        self, lesson: Lesson, standing: Standing, params: tuple[tuple[str, str], ...], support: Support, press: str = ""
    ) -> Queued:
        """Keep an intent's row."""
        observed = standing.status is OutcomeKind.SIMULATED
        lesson.state = note(lesson.state, replace(standing, action=replace(standing.action, operator=None)))
        self._log(standing.at, "intent", standing.incident, *codec.intent_row(standing, params, observed))
        return Queued(
            id=standing.id, school=lesson.school, lesson=lesson.id, lesson_key=lesson.key,
            connection=lesson.connection, number=lesson.number, at=standing.at, deadline=standing.deadline,
            lane=standing.lane, action=standing.action, status=standing.status,
        )  # fmt: skip

    def _log(self, at: float, kind: str, incident: str | None, body: str, private: str) -> None:
        self.lesson.number += 1
        self.lesson.rows.append(
            Logged(
                lesson=self.lesson.id, number=self.lesson.number, at=at, recorded_at=self.now, kind=kind,
                incident=incident, body=body, private=private,
            )
        )  # fmt: skip


def _says_nothing(lesson: Lesson, decision: object) -> str:
    return ""
