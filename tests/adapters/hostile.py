"""What an attacker could send, and what must hold of whatever is made of it."""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import strategies as st

from adapters.base import Received
from app.domain.state import LessonState, apply

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just(10**300),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


HOSTILE: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, float("nan"), 10**400, [], {}, [[]], [{}], {"id": "\x00"}, "", "\x00", "a\x00b", "\ud800",
    "９９", "0", "-1", "9" * 400, "nan", "../..", "<b>", "e" * 9000,
)  # fmt: skip


def with_one_part_replaced(document: Any) -> Iterator[Any]:
    """Copies of a JSON document, each with something hostile in one place."""
    yield from HOSTILE
    parts: Iterable[tuple[Any, Any]] = ()
    if isinstance(document, dict):
        parts = document.items()
    elif isinstance(document, list):
        parts = enumerate(document)
    for at, part in parts:
        for other in with_one_part_replaced(part):
            copy = document.copy()
            copy[at] = other
            yield copy


def texts(value: object) -> Iterator[str]:
    """Every text in facts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))


def foldable(facts: Iterable[Received]) -> int:
    """They can be stored (no half surrogate pairs, no NUL) and folded; gives how many there are."""
    state, count = LessonState(lesson="1:1"), 0
    for fact in facts:
        assert len(fact.delivery_id) == 32
        repr(fact).encode("utf-8")
        assert "\\x00" not in repr(fact.event)
        assert fact.lesson_key.count(":") <= 1
        state = apply(state, fact.event)
        count += 1
    return count
