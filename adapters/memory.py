"""What the adapter learned from an answer, for a while and for a bounded number of meetings."""

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")
MOST = 1000  # entries; a school runs far fewer lessons at a time


class Memory(Generic[V]):
    """Values by key that are forgotten after `seconds`; the oldest goes first when there are too many."""

    def __init__(self, now: Callable[[], float], seconds: float) -> None:
        self._now = now
        self._seconds = seconds
        self._kept: dict[str, tuple[float, V]] = {}

    def get(self, key: str) -> V | None:
        """The value, or None when it was never learned or is too old."""
        at, value = self._kept.get(key, (float("-inf"), None))
        return value if self._now() - at < self._seconds else None

    def put(self, key: str, value: V) -> None:
        """Learn a value."""
        self.forget(key)
        self._kept[key] = (self._now(), value)
        if len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    def forget(self, key: str) -> None:
        """Unlearn a value, if it was there."""
        self._kept.pop(key, None)
