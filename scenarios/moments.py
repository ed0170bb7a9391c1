"""What happens behind the stage, in a line each: to the platform, to the service, to the record."""

from collections.abc import Mapping
from typing import Any

from scenarios.script import Moment, Move


def faults(at: float, *rules: Mapping[str, Any]) -> Moment:
    """From now on the classroom misbehaves by these rules."""
    return Moment(at=at, move=Move.FAULTS, what={"rules": rules})


def forge(at: float, event: Mapping[str, Any]) -> Moment:
    """A delivery that nobody's classroom sent, genuinely signed."""
    return Moment(at=at, move=Move.FORGE, what=event)


def press(at: float, button: str, by: str, key: str = "") -> Moment:
    """Somebody presses a button; the same press has the same key."""
    return Moment(at=at, move=Move.PRESS, what={"button": button, "by": by, "key": key})


def stops(at: float, seconds: float) -> Moment:
    """The service is killed, and starts again after so many seconds."""
    return Moment(at=at, move=Move.RESTART, what={"seconds": seconds})


def read(at: float, name: str, path: str) -> Moment:
    """School IT reads a page; its text is kept under the name."""
    return Moment(at=at, move=Move.READ, what={"as": name, "path": path})


def note(at: float, name: str) -> Moment:
    """The truth of this moment is kept under the name."""
    return Moment(at=at, move=Move.NOTE, what={"as": name})
