"""Events that come in several frames, put together by `message_id`. What stays incomplete is forgotten soon."""

from collections.abc import Callable

from adapters.feishu import people
from adapters.feishu.frames import Frame

PATIENCE = 5.0  # seconds since the last part, as in the vendor's SDK
MOST_PARTS = 256
MOST_EVENTS = 64  # that may be incomplete at once
LARGEST = 8 * 1024 * 1024  # bytes of one event


class Parts:
    """What has come so far."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: dict[str, tuple[float, dict[int, bytes]]] = {}

    def joined(self, frame: Frame) -> bytes | None:
        """The whole payload, or None while parts of it are missing."""
        total, number = people.number(frame.header("sum")) or 1, people.number(frame.header("seq")) or 0
        if total <= 1:
            return frame.payload
        if total > MOST_PARTS or not 0 <= number < total:
            return None
        self._forget()
        name = frame.header("message_id")
        _, parts = self._kept.pop(name, (0.0, {}))
        parts = parts | {number: frame.payload}
        if len(parts) == total:
            return b"".join(parts[i] for i in range(total))
        if sum(map(len, parts.values())) <= LARGEST:
            self._kept[name] = (self._now(), parts)
        return None

    def _forget(self) -> None:
        late = self._now() - PATIENCE
        fresh = {name: kept for name, kept in self._kept.items() if kept[0] > late}
        self._kept = dict(list(fresh.items())[-MOST_EVENTS:])
