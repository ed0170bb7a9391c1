"""Pages of a list, reached by an opaque cursor that names the last row seen."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.domain.errors import Invalid

LIMIT = 50  # rows of a page when nothing else is asked
MOST = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some rows, and the cursor that asks for those after them ("" when there are none)."""

    items: tuple[T, ...]
    next: str = ""


def cursor(*place: str | float) -> str:
    """The opaque form of a place in a list."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place(text: str, *kinds: type) -> tuple[Any, ...] | None:
    """The place that a cursor names; None for the beginning. Raises Invalid for what is no cursor of this list."""
    if not text:
        return None
    try:
        told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        told = None
    fits = isinstance(told, list) and len(told) == len(kinds)
    if not fits or not all(isinstance(v, k) and "\0" not in str(v) for v, k in zip(told, kinds, strict=True)):
        raise Invalid(problems=(("after", "the `next` of an earlier page of this list"),))
    return tuple(told)


def at_most(limit: int) -> int:
    """How many rows a page may have."""
    return max(1, min(limit, MOST))


Where = Callable[[Any], tuple[str | float, ...]]


def page(rows: Sequence[Any], limit: int, made: Callable[[Any], T], where: Where) -> Page[T]:
    """A page out of up to `limit + 1` rows: the one too many only tells that there is more."""
    shown = rows[:limit]
    more = cursor(*where(shown[-1])) if len(rows) > limit else ""
    return Page(items=tuple(made(row) for row in shown), next=more)
