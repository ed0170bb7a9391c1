"""The desk of a school: who works there, what lets them in, which platforms and courses it has.

Synchronous, with all SQL of its subjects. Everything takes the school first; every list pages by an opaque
cursor; unknown things raise NotFound, things that somebody else has raise Conflict, and input that does not validate
raises Invalid naming each field.
"""

from collections.abc import Callable

from sqlalchemy import Engine

from app.store.desk.checks import CheckRecord, ChecksDesk, Found
from app.store.desk.connections import ConnectionRecord, ConnectionsDesk, Sealing
from app.store.desk.courses import CourseRecord, CoursesDesk, NewCourse, Part
from app.store.desk.documents import DocumentsDesk
from app.store.desk.layers import LayersDesk
from app.store.desk.lessons import LessonRecord, LessonsDesk
from app.store.desk.paging import Page
from app.store.desk.people import PeopleDesk, School, User, UserRole
from app.store.desk.preparations import NewPreparation, PreparationRecord, PreparationsDesk, StepRecord
from app.store.desk.roster import RosterChange
from app.store.desk.terms import TermsChange, TermsDesk
from app.store.desk.tokens import Token, TokenKind, TokensDesk

__all__ = [
    "CheckRecord", "ConnectionRecord", "CourseRecord", "Desk", "Found", "LessonRecord", "NewCourse", "NewPreparation",
    "Page", "Part", "PreparationRecord", "RosterChange", "School", "StepRecord", "TermsChange", "Token", "TokenKind",
    "User", "UserRole",
]  # fmt: skip


class Desk:
    """The subjects of the desk side by side. `now` is seconds since the epoch."""

    def __init__(self, reader: Engine, writer: Engine, seal: Sealing, now: Callable[[], float]) -> None:
        self.people = PeopleDesk(reader, writer, now)
        self.tokens = TokensDesk(reader, writer, now)
        self.connections = ConnectionsDesk(reader, writer, seal, now)
        self.courses = CoursesDesk(reader, writer, now)
        self.documents = DocumentsDesk(reader, writer, now)
        self.layers = LayersDesk(reader, writer, now)
        self.lessons = LessonsDesk(reader)
        self.terms = TermsDesk(reader, writer, now)
        self.checks = ChecksDesk(reader, writer)
        self.preparations = PreparationsDesk(reader, writer, seal, now)
