"""A school's own words for the rules about chat: what it adds to the lists that come with Menshen, and takes out.

A lesson is judged by one version of them, which is attached to its state like the roster and is no part of the fold.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of the list. `text` holds lines of severity, language, term and note, parted by tabs, as checked."""

    version: int = 0
    text: str = ""
