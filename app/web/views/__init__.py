"""Pure functions from what the house knows to what a page shows: no clock, no I/O; the reader brings time and language."""

from app.web.views.lesson import LessonView, lesson
from app.web.views.reader import Reader
from app.web.views.timeline import Row

__all__ = ["LessonView", "Reader", "Row", "lesson"]
