"""Plain HTTP for the tests themselves, and waiting for something with a deadline."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
DEADLINE = 20.0  # seconds; on a quiet machine nothing here takes one


class Caller:
    """Calls one JSON API. An error answer raises urllib.error.HTTPError."""

    def __init__(self, base: str, token: str = "") -> None:
        self._base, self._token = base, token

    def get(self, path: str) -> Any:
        """The answer to GET."""
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The answer as JSON; header names with underscores for hyphens."""
        content = None if body is None else json.dumps(body).encode()
        sent = {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if self._token:
            sent["authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(self._base + path, content, sent, method=method)
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            return json.load(answer)


def until(look: Callable[[], T], *, seconds: float = DEADLINE) -> T:
    """What `look` finds, as soon as it is true; fails with what it found last."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {found!r}")
        time.sleep(0.05)  # between two looks at another process
    return found


def until_equal(look: Callable[[], T], expected: T, *, seconds: float = DEADLINE) -> None:
    """Wait until `look` finds exactly this; fails with what it found last."""
    deadline = time.monotonic() + seconds
    while (found := look()) != expected:
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {found!r}, expected {expected!r}")
        time.sleep(0.05)  # as above
