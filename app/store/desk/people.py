"""The school itself and the people who work with Menshen there. Passwords arrive here already hashed."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.errors import Conflict, Invalid, NotFound
from app.store import tables as t
from app.store.desk import typed
from app.store.desk.paging import LIMIT, Page, at_most, page, place

LANGUAGES = ("zh-Hans", "vi", "en")


class UserRole(StrEnum):
    """What somebody is in the school."""

    TEACHER = "teacher"
    CO_GUARD = "co_guard"
    IT = "it"
    ADMIN = "admin"
    DISTRICT = "district"  # above the schools of this installation: its policy layer, and nothing of any lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A tenant. `zone` is an IANA name, `language` a BCP 47 tag."""

    id: str
    name: str
    zone: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may sign in. `password` is an argon2id hash, "" where only links let in."""

    school: str
    id: str
    mail: str
    name: str
    role: UserRole
    password: str = field(repr=False, default="")
    language: str = "zh-Hans"
    disabled: bool = False


class PeopleDesk:
    """Schools and users."""

    def __init__(self, reader: Engine, writer: Engine, now: Callable[[], float]) -> None:
        self._reader, self._writer, self._now = reader, writer, now

    def create_school(
        self, *, name: str, zone: str = "Asia/Shanghai", language: str = "zh-Hans", id: str = ""
    ) -> School:
        """A new school. `id` only where it must be known beforehand. Raises Conflict when that id is taken."""
        school = School(
            id=typed.line("id", id or secrets.token_hex(6), at_most=32),
            name=typed.line("name", name),
            zone=_zone(zone),
            language=_language(language),
        )
        if not school.id.isascii() or not school.id.replace("-", "").isalnum():
            raise Invalid(problems=(("id", "letters, digits and hyphens"),))
        with self._writer.begin() as db:
            try:
                db.execute(
                    insert(t.schools).values(
                        school_id=school.id, name=school.name, zone=school.zone, language=school.language,
                        created_at=self._now(),
                    )
                )  # fmt: skip
            except IntegrityError:
                raise Conflict(f"there is a school {school.id} already") from None
        return school

    def change_school(self, school: str, *, name: str = "", zone: str = "", language: str = "") -> None:
        """Other name, time zone or first language; what is empty stays. Raises Invalid and NotFound."""
        told = {
            "name": typed.line("name", name) if name else "",
            "zone": _zone(zone) if zone else "",
            "language": _language(language) if language else "",
        }
        values = {key: value for key, value in told.items() if value}
        self.school(school)
        if values:
            with self._writer.begin() as db:
                db.execute(update(t.schools).where(t.schools.c.school_id == school).values(**values))

    def school(self, school: str) -> School:
        """One school. Raises NotFound."""
        found = next((s for s in self._schools(school)), None)
        if found is None:
            raise NotFound("no such school")
        return found

    def schools(self) -> tuple[School, ...]:
        """Every school of this installation: one, unless it serves a district."""
        return self._schools()

    def _schools(self, school: str = "") -> tuple[School, ...]:
        query = select(t.schools).order_by(t.schools.c.created_at, t.schools.c.school_id)
        query = query.where(t.schools.c.school_id == school) if school else query
        with self._reader.begin() as db:
            rows = db.execute(query).all()
        return tuple(School(id=r.school_id, name=r.name, zone=r.zone, language=r.language) for r in rows)

    def create_user(
        self, school: str, *, mail: str, name: str, role: UserRole, password: str = "", language: str = ""
    ) -> User:
        """A new user; `password` is a hash or "", `language` "" = not chosen yet: the browser says.

        Raises Conflict when the mail is taken, NotFound for no school.
        """
        user = User(
            school=school, id=secrets.token_hex(8), mail=typed.mail("mail", mail), name=typed.line("name", name),
            role=role, password=password, language=_language(language) if language else "",
        )  # fmt: skip
        row = {
            "school_id": school, "id": user.id, "mail": user.mail, "name": user.name, "role": role.value,
            "password": password, "language": user.language, "disabled": False, "created_at": self._now(),
        }  # fmt: skip
        with self._writer.begin() as db:
            try:
                db.execute(insert(t.users).values(row))
            except IntegrityError:
                raise Conflict(f"somebody signs in with {user.mail} already") from None
        return user

    def user(self, school: str, user: str) -> User:
        """One user by id. Raises NotFound."""
        return self._one(t.users.c.school_id == school, t.users.c.id == user)

    def by_mail(self, school: str, mail: str) -> User:
        """One user by mail. Raises NotFound."""
        return self._one(t.users.c.school_id == school, t.users.c.mail == mail.strip().lower())

    def accounts(self, mail: str, *, disabled: bool = False) -> tuple[User, ...]:
        """Everybody who signs in with this mail, in whichever school, or those who are shut out; empty for nobody."""
        query = select(t.users).where(t.users.c.mail == mail.strip().lower(), t.users.c.disabled.is_(disabled))
        with self._reader.begin() as db:
            return tuple(user_from(row) for row in db.execute(query.order_by(t.users.c.school_id)))

    def users(self, school: str, *, after: str = "", limit: int = LIMIT) -> Page[User]:
        """The users of a school by mail."""
        rows = at_most(limit)
        query = select(t.users).where(t.users.c.school_id == school).order_by(t.users.c.mail).limit(rows + 1)
        if seen := place(after, str):
            query = query.where(t.users.c.mail > seen[0])
        with self._reader.begin() as db:
            return page(db.execute(query).all(), rows, user_from, lambda row: (row.mail,))

    def names(self, school: str) -> dict[str, str]:
        """What everybody of a school is called, by user id and by mail."""
        u = t.users.c
        with self._reader.begin() as db:
            rows = db.execute(select(u.id, u.mail, u.name).where(u.school_id == school)).all()
        return {key: row.name for row in rows for key in (row.id, row.mail)}

    def set_password(self, school: str, user: str, password: str) -> None:
        """Another hash, or "" for links only. Raises NotFound."""
        self._change(school, user, password=password)

    def set_language(self, school: str, user: str, language: str) -> None:
        """The language of somebody's pages. Raises NotFound and Invalid."""
        self._change(school, user, language=_language(language))

    def set_disabled(self, school: str, user: str, disabled: bool) -> None:
        """Shut somebody out, or let him in again; every token of his stops at once. Raises NotFound."""
        self._change(school, user, disabled=disabled)

    def _change(self, school: str, user: str, **values: Any) -> None:
        where = (t.users.c.school_id == school, t.users.c.id == user)
        with self._writer.begin() as db:
            if db.execute(update(t.users).where(*where).values(**values)).rowcount == 0:
                raise NotFound("no such user")

    def _one(self, *where: Any) -> User:
        with self._reader.begin() as db:
            row = db.execute(select(t.users).where(*where)).one_or_none()
        if row is None:
            raise NotFound("no such user")
        return user_from(row)


def user_from(row: Any) -> User:
    """A user out of a row of the table."""
    return User(
        school=row.school_id, id=row.id, mail=row.mail, name=row.name, role=UserRole(row.role), password=row.password,
        language=row.language, disabled=row.disabled,
    )  # fmt: skip


def _zone(name: str) -> str:
    try:
        return ZoneInfo(typed.line("zone", name, at_most=64)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(problems=(("zone", "an IANA time zone such as Asia/Ho_Chi_Minh"),)) from None


def _language(tag: str) -> str:
    if tag not in LANGUAGES:
        raise Invalid(problems=(("language", "one of: " + ", ".join(LANGUAGES)),))
    return tag
