"""The hash chain over a lesson's log: each row's hash covers the row before it, so that no row can change unseen.

hash = SHA-256(0x01 || previous hash || JSON array of the row || commitment), where the JSON array is
[lesson, number, at, recorded_at, kind, incident, body] in the compact form of msgspec (shortest float, UTF-8), and
commitment = SHA-256(salt || private). Names and chat are only committed to: they can be erased with their salt and the
chain still verifies. The first row's previous hash is 32 zero bytes.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

START = bytes(32)
VERSION = b"\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the log as it is stored. `private` and `salt` are None once erased."""

    lesson: str
    number: int
    at: float
    recorded_at: float
    kind: str
    incident: str | None
    body: str
    private: str | None
    salt: bytes | None
    commitment: bytes
    hash: bytes = b""


class Salts:
    """Salts of one transaction: unguessable, from one call to the system's random source, which is kept nowhere."""

    def __init__(self) -> None:
        self._seed = secrets.token_bytes(32)
        self._used = 0

    def next(self) -> bytes:
        """A fresh salt of 16 bytes."""
        self._used += 1
        return hashlib.sha256(self._seed + self._used.to_bytes(8, "big")).digest()[:16]


def commitment(salt: bytes, private: str) -> bytes:
    """What stands in the chain for the personal part of a row."""
    return hashlib.sha256(salt + private.encode()).digest()


def link(previous: bytes, row: Row) -> bytes:
    """The hash of a row that follows `previous`."""
    return hashlib.sha256(VERSION + previous + told(row) + row.commitment).digest()


def told(row: Row) -> bytes:
    """What a row says, as the chain covers it: the JSON array described on top."""
    return msgspec.json.encode([row.lesson, row.number, row.at, row.recorded_at, row.kind, row.incident, row.body])


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The first place where a chain does not hold."""

    lesson: str
    number: int
    problem: str


def check(lesson: str, rows: Iterable[Row], *, number: int, head: bytes) -> Break | None:
    """Walk one lesson's chain from its first row to the head that the lesson claims; None when all of it holds."""
    previous, expected = START, 0
    for row in rows:
        expected += 1
        if row.number != expected:
            return Break(lesson=lesson, number=expected, problem=f"row {expected} is missing")
        if row.private is not None and (row.salt is None or commitment(row.salt, row.private) != row.commitment):
            return Break(lesson=lesson, number=row.number, problem="the names or texts of this row were changed")
        if link(previous, row) != row.hash:
            return Break(lesson=lesson, number=row.number, problem="this row or one before it was changed")
        previous = row.hash
    if expected != number or previous != head:
        return Break(lesson=lesson, number=expected, problem=f"the lesson claims {number} rows with another last hash")
    return None
