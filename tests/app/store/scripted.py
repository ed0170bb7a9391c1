"""A small school whose scripted lessons go through the real pipeline into a real database."""

import asyncio
import itertools
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from adapters.base import Received
from adapters.drill import DrillAdapter
from adapters.http import Http
from app.connections import Connections
from app.domain import events as ev
from app.domain.actions import Button, Outcome, OutcomeKind
from app.domain.people import Participant, Role, RosterEntry
from app.pipeline import Pipeline, Work
from app.store import codec
from app.store import tables as t
from app.store.courses import Courses
from app.store.engine import open_engine
from app.store.log import Log
from app.store.review import Filter, Incident, Review
from policies.documents import layered

SCHOOL, CONNECTION = "s-1", "c-1"
NINE = 1_790_000_000.0  # a lesson begins
MATHS, MUSIC, REHEARSAL = "maths", "music", "rehearsal"  # the courses; each has the meeting of its name

TEACHER = Participant(id="p-teacher", name="李老师", account="a-li", role=Role.HOST)
PUPIL = Participant(id="p-pupil", name="王小明", account="a-wang")
STRANGER = Participant(id="p-stranger", name="user8812")
ROSTER = (
    RosterEntry(id="e-1", name="李老师", accounts=("a-li",), staff=True),
    RosterEntry(id="e-2", name="王小明", accounts=("a-wang",)),
)


class School:
    """One school on one practice connection. `at` is the house clock; every script moves it."""

    def __init__(self, url: str) -> None:
        self.reader, self.writer = open_engine(url), open_engine(url, writer=True)
        self.at = NINE
        t.metadata.create_all(self.writer)
        with self.writer.begin() as db:
            _enrol(db)
        self.connections = Connections({"drill": DrillAdapter}, Http, lambda: self.at)
        self.connections.add(
            school=SCHOOL, connection=CONNECTION, name="practice", platform="drill",
            settings={"base_url": "http://127.0.0.1:9", "token": "t-1", "secret": "s-1"},
        )  # fmt: skip
        self.log = Log(self.writer, Courses(layered))
        self.pipeline = Pipeline(self.log, self.connections, lambda: self.at)
        self.review = Review(self.reader, self.writer, lambda: self.at)
        self._deliveries = itertools.count(1)

    def close(self) -> None:
        asyncio.run(self.pipeline.close())
        self.reader.dispose()
        self.writer.dispose()

    # --- scripts --------------------------------------------------------------------------------------------------

    def hear(self, meeting: str, *events: ev.Event) -> None:
        """The platform tells of one event after another, each 0.2 s after it happened."""
        for event in events:
            self.at = max(self.at, event.at + 0.2)
            item = Received(lesson_key=meeting, delivery_id=f"d-{next(self._deliveries)}", event=event)
            asyncio.run(self.pipeline.submit(Work(school=SCHOOL, connection=CONNECTION, items=(item,))))

    def garble(self, body: bytes, problem: str) -> None:
        """The platform sends something that cannot be read."""
        asyncio.run(
            self.pipeline.submit(Work(school=SCHOOL, connection=CONNECTION, body=body, problem=problem))
        )  # fmt: skip

    def begin(self, meeting: str, at: float = NINE) -> str:
        """The teacher and a pupil come; the lesson's id."""
        self.hear(
            meeting,
            ev.LessonStarted(at=at, title=f"{meeting} class"),
            ev.ParticipantJoined(at=at + 1, participant=TEACHER),
            ev.ParticipantJoined(at=at + 2, participant=PUPIL),
        )
        return self.lesson(meeting)

    def raid(self, meeting: str, at: float, stranger: Participant = STRANGER) -> str:
        """A stranger comes in and shares; the platform puts him back into the waiting room. The incident's id."""
        self.hear(meeting, ev.ParticipantJoined(at=at, participant=stranger))
        self.hear(meeting, ev.ChatPosted(at=at + 0.3, participant=stranger, text="=HYPERLINK(1)", message="m-1"))
        lesson = self.lesson(meeting)
        for intent in self.asked(lesson, "hold"):
            self.settle(lesson, intent, OutcomeKind.REQUESTED)
        self.hear(meeting, ev.ParticipantWaiting(at=at + 1, participant=stranger))
        return self.newest(lesson)

    def settle(self, lesson: str, intent: Any, kind: OutcomeKind) -> None:
        """The executor tells what became of an intent, 0.3 s later."""
        self.at += 0.3
        told = ev.OutcomeSettled(
            at=self.at, intent=intent.id, action=codec.action_from(intent.action), outcome=Outcome(kind=kind)
        )
        asyncio.run(self.pipeline.tell(SCHOOL, lesson, told))

    def press(self, lesson: str, button: Button, *, key: str = "k-1", undo_of: str = "") -> tuple[str, ...]:
        """A teacher presses a button."""
        pressed = ev.ButtonPressed(at=self.at, button=button, by="u-teacher", key=key, undo_of=undo_of)
        return asyncio.run(self.pipeline.press(SCHOOL, lesson, pressed))

    def end(self, meeting: str, at: float) -> None:
        self.hear(meeting, ev.LessonEnded(at=at))

    # --- looking --------------------------------------------------------------------------------------------------

    def lesson(self, meeting: str) -> str:
        """The newest lesson of a meeting."""
        query = select(t.lessons.c.id).where(t.lessons.c.key == meeting, t.lessons.c.latest.is_(True))
        with self.reader.begin() as db:
            return str(db.execute(query).scalar_one())

    def asked(self, lesson: str, kind: str) -> Sequence[Any]:
        """The intents of a kind that wait for the executor."""
        i = t.intents.c
        query = select(t.intents).where(i.lesson_id == lesson, i.kind == kind, i.status == "pending")
        with self.reader.begin() as db:
            return db.execute(query.order_by(i.number)).all()

    def newest(self, lesson: str) -> str:
        """The newest incident of a lesson that is no routine."""
        i = t.incidents.c
        query = select(i.id).where(i.lesson_id == lesson, i.severity > 0).order_by(i.opened_at.desc())
        with self.reader.begin() as db:
            return str(db.execute(query).scalars().first())

    def listed(self, **chosen: Any) -> tuple[Incident, ...]:
        return self.review.incidents(SCHOOL, Filter(**chosen)).items

    def change(self, statement: Any) -> int:
        """Somebody with the database password changes something."""
        with self.writer.begin() as db:
            return int(db.execute(statement).rowcount)


def _enrol(db: Connection) -> None:
    db.execute(insert(t.schools).values(school_id=SCHOOL, name="No. 7", zone="UTC", language="en", created_at=NINE))
    for course in (MATHS, MUSIC, REHEARSAL):
        db.execute(
            insert(t.courses).values(
                school_id=SCHOOL, id=course, name=f"{course} 7-3", connection_id=CONNECTION,
                policy=json.dumps({"preset": "lecture"}), policy_version=1, roster=codec.roster_text(ROSTER),
                roster_version=1, roster_shrunk=False, drill=course == REHEARSAL, created_at=NINE,
            )
        )  # fmt: skip
        db.execute(
            insert(t.meetings).values(school_id=SCHOOL, connection_id=CONNECTION, meeting=course, course_id=course)
        )
    db.execute(insert(t.guards).values(school_id=SCHOOL, course_id=MATHS, mail="li@school.example", part="teacher"))
