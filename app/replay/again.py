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
from app.replay.frame import framed_by
from app.replay.recording import Recording, Row
from app.replay.tape import Tape
from app.replay.trace import UNREADABLE, unreadable
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
    """How a replay by the same policy came out. `erased` rows had lost their names, `unlisted` times the list that
    judged the lesson was gone: what rested on them cannot come out the same.
    """

    rows: int
    decisions: int
    erased: int
    difference: Difference | None
    unlisted: int = 0

    @property
    def same(self) -> bool:
        """Whether every row came out byte for byte."""
        return self.difference is None

    @property
    def forgotten(self) -> bool:
        """Whether names or lists that it rests on were erased."""
        return bool(self.erased or self.unlisted)


def again(recording: Recording) -> Again:
    """Run it again. It ends at the first row that comes out otherwise. Raises Invalid for what cannot be run."""
    done = _Run(recording)
    try:
        for row in recording.rows:
            if found := done.compare(row):
                return done.result(found)
        return done.result(done.missing())
    finally:
        recording.close()


class _Run:
    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._tape: Tape | None = None
        self._due: deque[Logged] = deque()
        self._rows = self._decisions = self._erased = self._unlisted = 0

    def result(self, difference: Difference | None) -> Again:
        return Again(
            rows=self._rows, decisions=self._decisions, erased=self._erased, unlisted=self._unlisted,
            difference=difference,
        )  # fmt: skip

    def missing(self) -> Difference | None:
        """What should still have come when the recording ended."""
        if not self._due:
            return None
        due = self._due[0]
        return Difference(number=due.number, wanted="the end", found=f"{due.kind} {due.body} {due.private}")

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
        if (found.number, found.kind, found.at) == (row.number, row.kind, row.at) and _same(row, found):
            return None
        return Difference(number=row.number, wanted=_text(row), found=f"{found.kind} {found.body} {found.private}")

    def _take(self, row: Row) -> Iterator[Logged]:
        try:
            event = codec.event_from(row.kind, row.body, row.private)
        except UNREADABLE as e:
            raise unreadable(row.where, row.kind, e) from e
        if isinstance(event, LessonFramed) and event.frame:
            self._framed(row, event)
        if self._tape is None:
            raise Invalid(problems=((row.where, "comes before the frame that tells what judges it"),))
        yield from self._tape.take(event, row.recorded_at)

    def _framed(self, row: Row, event: LessonFramed) -> None:
        frame = self._recording.frames.get(event.frame)
        if frame is None:
            raise Invalid(problems=((row.where, f"frame {event.frame[:12]} is not there"),))
        self._unlisted += not frame.private
        now = framed_by(frame, row.where)
        if self._tape is None:
            lesson, key = self._recording.lesson, self._recording.key
            self._tape = Tape(now.course, lesson, now.card, terms=now.terms, key=key)
        else:
            self._tape.judge_by(now)


def _same(row: Row, found: Logged) -> bool:
    """Byte for byte. Of an alert that also went to a group chat, the sentence is not part of the decision."""
    if row.private is None:
        return row.body == found.body
    if (row.body, row.private) == (found.body, found.private):
        return True
    return row.kind == "intent" and row.body == found.body and _unsaid(row.private) == _unsaid(found.private)


def _unsaid(private: str) -> object:
    try:
        told = msgspec.json.decode(private) if private else {}
        told.get("action", {}).pop("text", None)
        return {key: value for key, value in told.items() if value}
    except UNREADABLE:
        return private


def _text(row: Row) -> str:
    return f"{row.kind} {row.body} {row.private or ''}"
