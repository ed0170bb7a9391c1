"""Values of Janus' JSON, read so that every database takes them."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from app.domain.errors import Transient

PLATFORM = "janus"
T = TypeVar("T")


def plain(value: object) -> str:
    """A text without NUL, or a number as digits; "" for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.replace("\0", "") if isinstance(value, str) else ""


def listing(answer: Mapping[str, Any], name: str, kind: type[T]) -> tuple[T, ...]:
    """The list of this name in an answer, with the entries of this kind. Raises Transient if there is no list."""
    listed = answer.get(name)
    if not isinstance(listed, list):
        raise Transient(PLATFORM, f"the answer holds no {name}")
    return tuple(entry for entry in listed if isinstance(entry, kind))


def write_address(session: object, handle: object) -> str:
    """What `Participant.address` carries: where a presence is reached; "" if that is not known."""
    if isinstance(session, int) and isinstance(handle, int):
        return msgspec.json.encode({"session": session, "handle": handle}).decode()
    return ""


def read_address(address: str) -> tuple[int, int]:
    """The session and handle in an address; zeros if it holds none."""
    try:
        content = msgspec.json.decode(address, type=dict[str, int])
    except (msgspec.DecodeError, ValueError, RecursionError):
        return 0, 0
    return content.get("session", 0), content.get("handle", 0)
