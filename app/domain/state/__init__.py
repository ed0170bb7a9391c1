"""The folded state of a lesson: what it looks like after its events, and what is in force in it. Pure."""

from app.domain.state.fold import apply, note
from app.domain.state.people import leads, rematch
from app.domain.state.proof import proven, satisfied
from app.domain.state.shape import (
    KEEP_ROWS,
    REMEMBER_SETTLED,
    SETS,
    SWITCHES,
    Case,
    Change,
    LessonState,
    Line,
    Mood,
    Person,
    Removed,
    Standing,
    Status,
    lasting,
    mood,
)

__all__ = [
    "KEEP_ROWS",
    "REMEMBER_SETTLED",
    "SETS",
    "SWITCHES",
    "Case",
    "Change",
    "LessonState",
    "Line",
    "Mood",
    "Person",
    "Removed",
    "Standing",
    "Status",
    "apply",
    "lasting",
    "leads",
    "mood",
    "note",
    "proven",
    "rematch",
    "satisfied",
]
