"""Offences that count in the next lesson, what takes them back, and the frame in which a lesson begins."""

import json
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.domain import events as ev
from app.domain.actions import Button
from app.domain.incidents import Verdict
from app.domain.people import Participant
from app.domain.state import LessonState
from app.store import codec
from app.store import tables as t
from app.store.desk.documents import DocumentsDesk
from app.store.review import Judgement
from tests.app.store.scripted import (
    CONNECTION,
    MATHS,
    NINE,
    PUPIL,
    REHEARSAL,
    ROSTER,
    SCHOOL,
    STRANGER,
    TEACHER,
    School,
)

DAY = 86_400.0
KEY = "entry e-2"


def rules(school: School, **noise: Any) -> None:
    """Two unmutes against a mute are an offence; nothing else acts."""
    off = {name: {"mode": "off"} for name in ("roster_only", "late_lock", "quiet_start", "share_guard", "after_class")}
    ladder = noise.pop("ladder", {})
    loud = {"mode": "enforce", "times": 2, "stranger_times": 2, **noise}
    document = json.dumps({"preset": "seminar", **off, "noise": loud, "ladder": ladder})
    school.change(update(t.courses).values(policy=document, policy_version=t.courses.c.policy_version + 1))


def disturbed(school: School, meeting: str = MATHS, who: Participant = PUPIL, at: float = NINE) -> str:
    """A lesson in which somebody unmutes again and again although all are muted; its id. It ends after a minute."""
    school.begin(meeting, at)
    school.hear(meeting, ev.ParticipantJoined(at=at + 3, participant=who))
    school.hear(meeting, ev.SettingsChanged(at=at + 4, switches=ev.Switches(muted_all=True)))
    for n in range(2):
        school.hear(meeting, ev.AudioUnmuted(at=at + 10 + 10 * n, participant=who))
        school.hear(meeting, ev.AudioMuted(at=at + 12 + 10 * n, participant=who))
    return school.lesson(meeting)


def kept(school: School) -> list[tuple[str, str]]:
    """By person, what is remembered."""
    with school.reader.begin() as db:
        return [(row.person, row.rule) for row in db.execute(select(t.strikes))]


def next_lesson(school: School, meeting: str = MATHS, at: float = NINE + DAY) -> LessonState:
    school.end(meeting, school.at + 10)
    lesson = school.begin(meeting, at)
    with school.log.writing(school.at) as writing:
        found = writing.by_id(SCHOOL, lesson)
        assert found is not None
        return found.state


def test_an_offence_of_yesterday_counts_today(school: School) -> None:
    rules(school)
    disturbed(school)
    assert kept(school) == [(KEY, "noise")]
    state = next_lesson(school)
    (at,) = state.strikes_of(state.inside[PUPIL.id])
    assert NINE < at < NINE + 60


def test_the_same_is_read_from_the_log_by_another_process(school: School) -> None:
    rules(school)
    disturbed(school)
    next_lesson(school)
    lesson = school.lesson(MATHS)
    with school.reader.begin() as db:
        first = db.execute(select(t.log).where(t.log.c.lesson_id == lesson).order_by(t.log.c.number)).first()
    assert first is not None
    assert (first.number, first.kind) == (1, "lesson.framed")
    assert KEY not in first.body  # whoever it was can be erased
    told = codec.event_from(first.kind, first.body, first.private)
    assert isinstance(told, ev.LessonFramed)
    assert [person for person, _ in told.strikes] == [KEY]
    erased = codec.event_from(first.kind, first.body, None)
    assert isinstance(erased, ev.LessonFramed)
    assert erased.strikes == ()


@pytest.mark.parametrize("days", [0, 1])
def test_for_how_long_it_counts_is_a_setting(school: School, days: int) -> None:
    rules(school, ladder={"carry_days": days})
    disturbed(school)
    assert len(kept(school)) == days
    assert not next_lesson(school, at=NINE + 2 * DAY).strikes


def test_a_shorter_time_set_later_counts_for_what_was_before(school: School) -> None:
    rules(school)
    disturbed(school)
    rules(school, ladder={"carry_days": 1})
    assert not next_lesson(school, at=NINE + 2 * DAY).strikes


def test_a_rehearsed_an_observed_and_a_nameless_offence_is_not_kept(school: School) -> None:
    rules(school)
    disturbed(school, REHEARSAL)
    disturbed(school, who=STRANGER, at=NINE + 100)  # known by his presence only
    odd = Participant(id="p-odd", name="x", account="a\0b")  # no database takes that
    disturbed(school, who=odd, at=NINE + 200)
    rules(school, mode="observe")
    disturbed(school, at=NINE + 300)
    assert kept(school) == []


def test_what_a_human_takes_back_is_forgotten(school: School) -> None:
    rules(school)
    lesson = disturbed(school)
    (mute,) = school.asked(lesson, "mute")
    school.press(lesson, Button.UNDO, undo_of=mute.id)
    assert kept(school) == []
    assert not next_lesson(school).strikes


@pytest.mark.parametrize(
    ("verdict", "left"), [(Verdict.FALSE_POSITIVE, 0), (Verdict.BENIGN, 0), (Verdict.TRUE_POSITIVE, 1)]
)
def test_a_review_that_finds_no_offence_takes_it_back(school: School, verdict: Verdict, left: int) -> None:
    rules(school)
    incident = school.newest(disturbed(school))
    assert school.review.incident(SCHOOL, incident).pupil
    school.review.judge(SCHOOL, incident, Judgement(verdict=verdict, note="", reviewer="it@school.example"))
    assert len(kept(school)) == left


def test_an_incident_about_a_stranger_is_not_marked(school: School) -> None:
    rules(school)
    assert not school.review.incident(SCHOOL, school.newest(disturbed(school, who=STRANGER))).pupil


def test_it_is_swept_when_it_no_longer_counts(school: School) -> None:
    rules(school)
    disturbed(school)
    school.at = NINE + 14 * DAY
    assert school.review.erase(0.0).strikes == 0
    school.at = NINE + 14 * DAY + 60
    assert school.review.erase(0.0).strikes == 1
    assert kept(school) == []


def test_who_is_no_longer_on_the_list_leaves_nothing(school: School) -> None:
    rules(school)
    disturbed(school)
    desk = DocumentsDesk(school.reader, school.writer, lambda: school.at)
    desk.put_roster(SCHOOL, MATHS, ROSTER)
    assert len(kept(school)) == 1
    desk.put_roster(SCHOOL, MATHS, ROSTER[:1])
    assert kept(school) == []


# --- the planned hours ------------------------------------------------------------------------------------------------


def prepared(school: School, starts: float, ends: float, at: float, meeting: str = MATHS) -> None:
    row = {
        "school_id": SCHOOL, "id": f"prep-{at}", "course_id": MATHS, "connection_id": CONNECTION, "meeting": meeting,
        "at": at, "starts_at": starts, "by": "u", "report": json.dumps({"ends_at": ends}), "links": b"",
    }  # fmt: skip
    school.change(insert(t.preparations).values(row))


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        ([], (None, None)),
        ([(NINE + 60, NINE + 2700)], (NINE + 60, NINE + 2700)),
        ([(NINE - 7 * DAY, NINE - 7 * DAY + 2700)], (None, None)),  # that was last week
        ([(NINE, NINE + 2700), (NINE + 7 * DAY, NINE + 7 * DAY + 2700)], (NINE, NINE + 2700)),  # next week is ready
        ([(NINE, NINE + 2700), (NINE + 300, NINE + 3000)], (NINE + 300, NINE + 3000)),  # it was moved
    ],
)
def test_a_lesson_knows_its_planned_hours(
    school: School, plans: list[tuple[float, float]], expected: tuple[float | None, float | None]
) -> None:
    for n, (starts, ends) in enumerate(plans):
        prepared(school, starts, ends, at=NINE - 5000 + n)
    prepared(school, NINE, NINE + 60, at=NINE - 1, meeting="another")
    lesson = school.begin(MATHS)
    with school.log.writing(school.at) as writing:
        found = writing.by_id(SCHOOL, lesson)
        assert found is not None
        assert (found.state.scheduled_at, found.state.ends_at) == expected
    assert TEACHER.id in found.state.inside
