"""Pure functions from what the house knows to what a page shows: no clock, no I/O; the reader brings time and words."""

from app.web.views.incidents import choices, incident, incidents
from app.web.views.lesson import LessonView, lesson
from app.web.views.lessons import lessons
from app.web.views.reader import Reader
from app.web.views.timeline import Row

__all__ = ["LessonView", "Reader", "Row", "choices", "incident", "incidents", "lesson", "lessons"]
