"""A desk on a new database, with a clock that tests set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from app.connections import Seal
from app.store.desk import Desk, School, User, UserRole
from app.store.engine import open_engine
from app.store.tables import metadata

NOW = 1_760_000_000.0
KEY = "a-secret-key-that-only-tests-know-0001"


@dataclass(slots=True)
class Clock:
    """The time, as the test says."""

    at: float = NOW

    def __call__(self) -> float:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += seconds


@dataclass(slots=True, kw_only=True)
class Office:
    """A school with its desk."""

    desk: Desk
    school: School
    clock: Clock
    reader: Engine
    writer: Engine
    seal: Seal
    users: dict[str, User] = field(default_factory=dict)

    def user(self, role: UserRole = UserRole.TEACHER, name: str = "lan", password: str = "") -> User:
        """Somebody of the school; the same again for the same name."""
        if name not in self.users:
            self.users[name] = self.desk.people.create_user(
                self.school.id, mail=f"{name}@school.example", name=name.title(), role=role, password=password
            )
        return self.users[name]

    def connection(self, platform: str = "drill", settings: Mapping[str, Any] | None = None) -> str:
        made = self.desk.connections.create(self.school.id, platform=platform, name="Room", settings=settings or {})
        return made.id

    def close(self) -> None:
        self.reader.dispose()
        self.writer.dispose()


def office(url: str) -> Office:
    """A desk with one school on an empty database."""
    reader, writer, clock, seal = open_engine(url), open_engine(url, writer=True), Clock(), Seal(KEY)
    metadata.create_all(writer)
    desk = Desk(reader, writer, seal, clock)
    school = desk.people.create_school(name="第一中学", zone="Asia/Ho_Chi_Minh", language="vi")
    return Office(desk=desk, school=school, clock=clock, reader=reader, writer=writer, seal=seal)
