"""The line that a robot posts into a group when people are called: in the school's language, without any name.

Pupils and parents read such groups, and a name in an alert was chosen by a stranger.
"""

from functools import cache

from app.domain.actions import Decision
from app.store.desk import Desk
from app.store.log import Lesson
from app.web.words import Catalogues, Language, language_of


class Saying:
    """Writes alerts for the channels outside the panel."""

    def __init__(self, words: Catalogues, desk: Desk, base_url: str) -> None:
        self._words, self._base_url = words, base_url
        self._language = cache(lambda school: language_of(desk.people.school(school).language) or Language.ZH)

    def __call__(self, lesson: Lesson, decision: Decision) -> str:
        """Which class, how bad, and where to look."""
        words = self._words[self._language(lesson.school)]
        severity = words.word("severity", decision.severity.name.lower())
        url = f"{self._base_url}/lessons/{lesson.id}"
        return words("channel.alert", course=lesson.course.name, severity=severity, url=url)
