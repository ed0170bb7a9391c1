"""Bearer secrets: sessions, sign-in links, errands to a platform, and API tokens. Only their SHA-256 is stored.

A secret names its school, so that it is looked up by the full key and a district can shard by school.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, and_, delete, insert, or_, select, update

from app.store import tables as t
from app.store.desk import typed
from app.store.desk.people import User, UserRole, user_from

RANDOM_BYTES = 32
TOUCH = 300.0  # seconds between two notes that a session is in use, so that reading a page seldom writes


class TokenKind(StrEnum):
    """What a secret is good for."""

    SESSION = "session"
    LINK = "link"
    API = "api"
    CONSENT = "consent"  # a teacher who is away at his platform, and is expected back


ONCE = frozenset({TokenKind.LINK, TokenKind.CONSENT})  # kinds that let in once


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a secret stands for. `role` is what it may do: never more than its owner; `used_at` is its last use."""

    hash: str
    kind: TokenKind
    user: User
    role: UserRole
    name: str
    created_at: float
    expires_at: float | None
    used_at: float | None


class TokensDesk:
    """Issues, finds, uses up and revokes secrets."""

    def __init__(self, reader: Engine, writer: Engine, now: Callable[[], float]) -> None:
        self._reader, self._writer, self._now = reader, writer, now

    def issue(
        self, user: User, kind: TokenKind, *, ttl: float | None = None, role: UserRole | None = None, name: str = ""
    ) -> str:
        """A new secret, told this once. `ttl` seconds until it ends, None = until it is revoked."""
        secret = f"menshen-{kind}.{user.school}.{secrets.token_urlsafe(RANDOM_BYTES)}"
        now = self._now()
        row = {
            "school_id": user.school, "hash": digest(secret), "kind": kind.value, "user_id": user.id,
            "role": role.value if role else "", "name": typed.line("name", name, blank=True), "created_at": now,
            "expires_at": None if ttl is None else now + ttl, "used_at": None,
        }  # fmt: skip
        with self._writer.begin() as db:
            db.execute(insert(t.tokens).values(row))
        return secret

    def find(self, secret: str, kind: TokenKind) -> Token | None:
        """What a secret stands for; None when it is unknown, ended, used up, or its owner is shut out."""
        where = self._valid(secret, kind)
        query = select(t.users, *_COLUMNS).join(t.users, _OWNER).where(where, t.users.c.disabled.is_(False))
        with self._reader.begin() as db:
            row = db.execute(query).one_or_none()
        return _token(row) if row is not None else None

    def use(self, secret: str, kind: TokenKind = TokenKind.LINK) -> Token | None:
        """Use up what lets in once; of several who try at once, one gets it."""
        found = self.find(secret, kind)
        if found is None:
            return None
        with self._writer.begin() as db:
            used = update(t.tokens).where(self._valid(secret, kind)).values(used_at=self._now())
            return found if db.execute(used).rowcount == 1 else None

    def touch(self, token: Token) -> None:
        """Note that a session is in use; writes at most every five minutes."""
        now = self._now()
        if now - max(token.used_at or 0.0, token.created_at) < TOUCH:
            return
        with self._writer.begin() as db:
            db.execute(update(t.tokens).where(_is(token.user.school, token.hash)).values(used_at=now))

    def revoke(self, secret: str) -> bool:
        """End a secret; whether there was one."""
        with self._writer.begin() as db:
            return db.execute(delete(t.tokens).where(_is(_school(secret), digest(secret)))).rowcount == 1

    def revoke_all(self, user: User, kind: TokenKind) -> int:
        """End every secret of one kind that somebody has; how many there were."""
        where = and_(t.tokens.c.school_id == user.school, t.tokens.c.user_id == user.id, t.tokens.c.kind == kind.value)
        with self._writer.begin() as db:
            return db.execute(delete(t.tokens).where(where)).rowcount

    def forget_ended(self) -> int:
        """Delete what has ended or was used up; how many rows that were."""
        spent = and_(t.tokens.c.kind.in_([kind.value for kind in ONCE]), t.tokens.c.used_at.is_not(None))
        with self._writer.begin() as db:
            return db.execute(delete(t.tokens).where(or_(t.tokens.c.expires_at <= self._now(), spent))).rowcount

    def _valid(self, secret: str, kind: TokenKind) -> Any:
        c = t.tokens.c
        lasting = or_(c.expires_at.is_(None), c.expires_at > self._now())
        valid = and_(_is(_school(secret), digest(secret)), c.kind == kind.value, lasting)
        return and_(valid, c.used_at.is_(None)) if kind in ONCE else valid


def digest(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _school(secret: str) -> str:
    parts = secret.split(".")
    return parts[1] if len(parts) == 3 and parts[1].isascii() and parts[1].isprintable() else ""


def _is(school: str, hash: str) -> Any:
    return and_(t.tokens.c.school_id == school, t.tokens.c.hash == hash)


_OWNER = and_(t.users.c.school_id == t.tokens.c.school_id, t.users.c.id == t.tokens.c.user_id)
_COLUMNS = (
    t.tokens.c.hash, t.tokens.c.kind, t.tokens.c.role.label("granted"), t.tokens.c.name.label("label"),
    t.tokens.c.created_at.label("issued_at"), t.tokens.c.expires_at, t.tokens.c.used_at,
)  # fmt: skip
_RANK = {UserRole.CO_GUARD: 0, UserRole.TEACHER: 1, UserRole.IT: 2, UserRole.ADMIN: 3}


def _lesser(granted: UserRole, own: UserRole) -> UserRole:
    """Never more than the owner himself. The district stands beside the others: neither becomes the other."""
    if granted is own:
        return own
    if UserRole.DISTRICT in (granted, own):
        return UserRole.CO_GUARD
    return min(granted, own, key=_RANK.__getitem__)


def _token(row: Any) -> Token:
    owner = user_from(row)
    granted = UserRole(row.granted) if row.granted else owner.role
    return Token(
        hash=row.hash, kind=TokenKind(row.kind), user=owner, role=_lesser(granted, owner.role),
        name=row.label, created_at=row.issued_at, expires_at=row.expires_at, used_at=row.used_at,
    )  # fmt: skip
