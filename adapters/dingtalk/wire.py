"""Reading the vendor's JSON without trusting it: texts that can be stored, numbers in range, ids that fit a path."""

import json
import re
from typing import Any

from adapters import untrusted

MAX_TEXT = 512
MAX_NAME = 200  # characters kept of a name; names are written by anybody
MAX_RAW = 20_000  # characters kept of a notification that we do not know
EARLIEST = 1_000_000_000  # seconds; what is older than 2001 is no time of a lesson
AHEAD = 86_400.0  # seconds; a time further ahead than a day is none, and would outrank every later fact

Json = dict[str, Any]


def text(value: object, limit: int = MAX_TEXT) -> str:
    """A string fit for a log, not longer than `limit`; "" for anything else."""
    return untrusted.text(value, limit)


def number(value: object) -> int | None:
    """A whole number, also one written as text; None for anything else or beyond 64 bits."""
    return untrusted.number(value, range(-(2**63), 2**63), r"-?[0-9]{1,19}")


def identifier(value: object) -> str:
    """An id of a conference or booking, which becomes part of a path and of a lesson key; "" for anything else."""
    return value if isinstance(value, str) and re.fullmatch(r"[0-9A-Za-z_-]{1,64}", value) else ""


def person(value: object) -> str:
    """A unionId, which stands behind "user~" in lesson keys; "" for anything else, as for people without one."""
    return value if isinstance(value, str) and re.fullmatch(r"[0-9A-Za-z_.+/=-]{1,128}", value) else ""


def moment(*values: object, otherwise: float) -> float:
    """The first of these that is a time in milliseconds (or seconds, which old samples show), as seconds."""
    for value in values:
        count = number(value) or 0
        seconds = count / 1000 if count >= EARLIEST * 100 else float(count)
        if EARLIEST <= seconds <= otherwise + AHEAD:
            return seconds
    return otherwise


def raw(document: object) -> str:
    """A document as it is kept when nobody knows what it means."""
    return text(json.dumps(document, ensure_ascii=False, default=str), MAX_RAW)
