"""Untrusted text and moments, made fit to be shown. Names and chat are written by attackers too."""

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.names import FILLERS

NAME_LENGTH = 40
TEXT_LENGTH = 280
ADVICE_LENGTH = 600  # of a sentence of an adapter, which may quote its platform
REPLACED = "\ufffd"
_MARKS_IN_A_ROW = 2  # Vietnamese needs two on one letter when decomposed; towers of them cover the lines around
_JOINER = "\u200d"  # holds emoji together


def shown(text: str, length: int = NAME_LENGTH) -> str:
    """The text as it may appear on a screen: one line, at most `length` characters, nothing invisible or turning.

    Control characters, line breaks, bidi controls and blank fillers become U+FFFD, so that one sees that they were
    there. Everything else stays: it is evidence.
    """
    kept: list[str] = []
    marks = 0
    for c in unicodedata.normalize("NFC", text[: length * 8]).strip():
        marks = marks + 1 if unicodedata.combining(c) else 0
        if marks > _MARKS_IN_A_ROW:
            continue
        kept.append(REPLACED if _hidden(c) else c)
    line = "".join(kept)
    return line if len(line) <= length and len(text) <= length * 8 else line[: length - 1].rstrip() + "…"


def _hidden(c: str) -> bool:
    return c in FILLERS or (unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and c != _JOINER)


def clock(at: float, zone: ZoneInfo, *, seconds: bool = True) -> str:
    """The time of day in the school's zone."""
    return datetime.fromtimestamp(at, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def day(at: float, zone: ZoneInfo) -> str:
    """Date and time in the school's zone, in the order that sorts."""
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")


def iso(at: float, zone: ZoneInfo) -> str:
    """The moment for machines, with offset."""
    return datetime.fromtimestamp(at, zone).isoformat(timespec="milliseconds")
