"""What a changed policy would have done in the last 30 days: the figures that are shown before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.web.service import Service

DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Figures of recorded lessons, each as it was (or would be today) and as it would have been: (before, after)."""

    lessons: int
    actions: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # by rule
    pupils: tuple[int, int] = (0, 0)  # who were touched by a measure
    strangers: tuple[int, int] = (0, 0)  # who got in


def preview(service: Service, school: str, course: str, document: Mapping[str, Any]) -> Preview | None:
    """The figures for a course's document, or with `course` "" for the school's; None = nothing can be said. Blocking.

    There is no replay of recorded lessons yet, and no figure is better than a made-up one.
    """
    return None
