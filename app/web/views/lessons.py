"""A teacher's lessons: what runs now first, then what comes, then what was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.state import LessonState, Status, mood
from app.store.desk.lessons import LessonRecord
from app.web.views.people import judged
from app.web.views.reader import Reader
from app.web.views.text import day, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonCard:
    """One lesson in the list. `mood` is "" where the lesson does not run; `status` is the key for its shape."""

    id: str
    title: str
    course: str
    when: str
    status: str
    status_word: str
    mood: str
    mood_word: str
    counts: str
    drill: bool


_ORDER = (Status.LIVE, Status.SCHEDULED, Status.ENDED)


def lessons(
    records: Iterable[LessonRecord], states: Mapping[str, LessonState], reader: Reader
) -> tuple[LessonCard, ...]:
    """The cards, live first. `states` holds the folds of those that run, by lesson id."""
    ordered = sorted(records, key=lambda r: _ORDER.index(r.status))
    return tuple(_card(record, states.get(record.id), reader) for record in ordered)


def _card(record: LessonRecord, state: LessonState | None, reader: Reader) -> LessonCard:
    words = reader.words
    began = record.started_at or record.scheduled_at
    now = mood(state).value if state and record.status is Status.LIVE else ""
    strangers = len(state.strangers()) if state and now and judged(state) else 0
    return LessonCard(
        id=record.id,
        title=shown(record.title or record.course_name, 60) or words("(untitled class)"),
        course=shown(record.course_name, 60),
        when=day(began, reader.zone) if began else "",
        status=record.status.value,
        status_word=words.word("lesson", record.status),
        mood=now,
        mood_word=words.word("mood", now) if now else "",
        counts=words.many("{count} stranger", "{count} strangers", strangers) if strangers else "",
        drill=record.drill,
    )
