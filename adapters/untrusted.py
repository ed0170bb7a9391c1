"""Reading a vendor's JSON without trusting it: texts that can be stored, objects, lists, and numbers within bounds.

Each platform has bounds of its own; what has no bound is "" or empty or None where something else stands.
"""

import json
import re
from collections.abc import Mapping
from typing import Any


def loads(content: str | bytes) -> Any:
    """JSON, in UTF-8 where it is bytes; None for what is none, as for nesting without end."""
    try:
        return json.loads(content if isinstance(content, str) else content.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def text(value: object, limit: int) -> str:
    """A string fit for a log: no NUL, no half surrogate pairs, not longer than `limit`; "" for anything else."""
    if not isinstance(value, str):
        return ""
    return value[:limit].replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def members(value: object) -> Mapping[str, Any]:
    """A JSON object, or an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Mapping[str, Any]]:
    """The objects in a JSON list, or none where something else stands."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def number(value: object, within: range, written: str) -> int | None:
    """A whole number, as such or as text in the form `written`; None for anything else and beyond `within`."""
    if isinstance(value, str) and re.fullmatch(written, value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if within.start <= value < within.stop else None
