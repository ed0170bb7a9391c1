"""The proof that a log follows from its events: run again by the same policy, every row comes out byte for byte.

What came from outside (the platform's facts, buttons, ticks, outcomes) is fed in; everything else, the decisions and
what they led to at once, must come out as it was written.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from app.domain.errors import Invalid
from app.domain.events import LessonFramed
from app.domain.state import rematch
from app.replay.frame import Judged, judged_by
from app.replay.recording import Recording, Row
from app.replay.tape import Tape
from app.store import codec
from app.store.log import Logged


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that came out otherwise. `wanted` is the recorded text, `found` what the replay made of it."""

    number: int
    wanted: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """How a replay by the same policy came out. `erased` rows had lost their names: they cannot come out the same."""

    rows: int
    decisions: int
    erased: int
    difference: Difference | None

    @property
    def same(self) -> bool:
        """Whether every row came out byte for byte."""
        return self.difference is None


def again(recording: Recording) -> Again:
    """Run it again. It ends at the first row that comes out otherwise. Raises Invalid for what cannot be run."""
    done = _Run(recording)
    for row in recording.rows:
        if found := done.compare(row):
            return done.result(found)
    return done.result(None)


class _Run:
    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._tape: Tape | None = None
        self._due: deque[Logged] = deque()
        self._rows = self._decisions = self._erased = 0

    def result(self, difference: Difference | None) -> Again:
        return Again(rows=self._rows, decisions=self._decisions, erased=self._erased, difference=difference)

    def compare(self, row: Row) -> Difference | None:
        """Take a recorded row: as one that is due, or as an event from outside."""
        self._rows += 1
        self._decisions += row.kind == "intent"
        self._erased += row.private is None
        if not self._due:
            if row.kind == "intent":
                return Difference(number=row.number, wanted=_text(row), found="no decision")
            self._due.extend(self._take(row))
        if not self._due:
            return Difference(number=row.number, wanted=_text(row), found="nothing to write down")
        found = self._due.popleft()
        if (found.number, found.kind) == (row.number, row.kind) and _same(row, found):
            return None
        return Difference(number=row.number, wanted=_text(row), found=f"{found.kind} {found.body} {found.private}")

    def _take(self, row: Row) -> Iterator[Logged]:
        try:
            event = codec.event_from(row.kind, row.body, row.private)
        except (KeyError, msgspec.ValidationError, msgspec.DecodeError) as e:
            raise Invalid(problems=((f"row {row.number}", f"{row.kind}: {e}"),)) from e
        if isinstance(event, LessonFramed) and event.frame:
            self._framed(row, event)
        if self._tape is None:
            raise Invalid(problems=((f"row {row.number}", "comes before the frame that tells what judges it"),))
        yield from self._tape.take(event, row.recorded_at)

    def _framed(self, row: Row, event: LessonFramed) -> None:
        frame = self._recording.frames.get(event.frame)
        if frame is None:
            raise Invalid(problems=((f"row {row.number}", f"frame {event.frame[:12]} is not there"),))
        now = judged_by(frame)
        if self._tape is None:
            lesson, key = self._recording.lesson, self._recording.key
            self._tape = Tape(now.course, lesson, now.card, terms=now.terms, key=key)
        else:
            reframe(self._tape, now)


def reframe(tape: Tape, now: Judged) -> None:
    """From now on the lesson is judged by another policy or list, as a running one is after a change."""
    lesson, course = tape.lesson, now.course
    changed = lesson.course.roster_version != course.roster_version or lesson.state.roster_shrunk != course.shrunk
    lesson.course, tape.card = course, now.card
    lesson.state = lesson.state.but(terms=now.terms, roster_at=course.roster_at)
    if changed:
        lesson.state = rematch(lesson.state, course.roster, course.roster_version).but(roster_shrunk=course.shrunk)


def _same(row: Row, found: Logged) -> bool:
    """Byte for byte. Of an alert that also went to a group chat, the sentence is not part of the decision."""
    if row.private is None:
        return row.body == found.body
    if (row.body, row.private) == (found.body, found.private):
        return True
    return row.kind == "intent" and row.body == found.body and _unsaid(row.private) == _unsaid(found.private)


def _unsaid(private: str) -> object:
    told = msgspec.json.decode(private) if private else {}
    told.get("action", {}).pop("text", None)
    return {key: value for key, value in told.items() if value}


def _text(row: Row) -> str:
    return f"{row.kind} {row.body} {row.private or ''}"
