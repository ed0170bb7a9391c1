"""Before a policy is saved: what it would have done in the recorded lessons of the last 30 days that it concerns."""

from typing import Any

import pytest

from app.domain import events as ev
from app.domain.errors import NotFound
from app.domain.people import Participant
from app.store import tables as t
from app.store.layers import Kept
from app.web.office import previewing
from app.web.office.layering import DISTRICT, Place, of_course, of_lesson
from app.web.office.layering import SCHOOL as THE_SCHOOL
from app.web.office.previewing import Preview, preview
from app.web.service import Service
from tests.app.store.scripted import MATHS, MUSIC, NINE, REHEARSAL, SCHOOL, STRANGER, TEACHER
from tests.app.web.review_desk import ReviewDesk

DAY = 86_400.0
OFF = {"preset": "lecture", "roster_only": {"mode": "off"}}
OWN = {"preset": "lecture", "roster_only": {"mode": "enforce"}}  # says itself what a school may only suggest
OTHER = "s-2"


def taught(desk: ReviewDesk, day: int, strangers: int = 1, course: str = MATHS) -> str:
    """A lesson on that day, with strangers."""
    at, school = NINE + day * DAY, desk.school
    school.hear(course, ev.LessonStarted(at=at), ev.ParticipantJoined(at=at + 1, participant=TEACHER))
    for n in range(strangers):
        who = Participant(id=f"{STRANGER.id}-{day}-{n}", name=STRANGER.name)
        school.hear(course, ev.ParticipantJoined(at=at + 60 + n, participant=who))
    school.hear(course, ev.LessonEnded(at=at + 600))
    return school.lesson(course)


def another_school(desk: ReviewDesk) -> None:
    """A second school of the district, in which the same was taught."""
    with desk.school.writer.begin() as db:
        for table in (t.schools, t.courses, t.lessons, t.log, t.frames):
            rows = [dict(row._mapping) | {"school_id": OTHER} for row in db.execute(table.select())]
            assert rows
            db.execute(table.insert(), rows)


@pytest.fixture
def service(review_desk: ReviewDesk) -> Service:
    """The service of a school in which three lessons were held, the first of them too long ago."""
    for day, strangers in ((0, 5), (40, 2), (41, 1)):
        taught(review_desk, day, strangers)
    found: Service = review_desk.app.state.service
    return found


def looked(service: Service, place: Place, document: dict[str, Any]) -> Preview:
    found = preview(service, SCHOOL, place, document)
    assert found is not None
    return found


def test_the_lessons_of_thirty_days_are_compared(service: Service) -> None:
    found = looked(service, of_course(MATHS), OFF)
    assert (found.lessons, found.classes, found.left_out, found.unfit, found.drill) == (2, 1, 0, 0, False)
    now, then = found.actions["roster_only"]
    assert now >= 3
    assert then == 0
    assert found.strangers == (3, 3)
    assert found.pupils == (0, 0)


def test_the_same_policy_changes_nothing(service: Service) -> None:
    document, _ = service.desk.documents.policy(SCHOOL, MATHS)
    found = looked(service, of_course(MATHS), document)
    assert found.actions
    assert all(before == after for before, after in found.actions.values())


# --- every place ------------------------------------------------------------------------------------------------------


def test_a_schools_document_counts_where_a_class_says_nothing_itself(review_desk: ReviewDesk, service: Service) -> None:
    service.desk.documents.put_policy(SCHOOL, MUSIC, OWN)
    taught(review_desk, 41, 2, MUSIC)
    alone = looked(service, of_course(MATHS), OFF).actions["roster_only"][0]
    found = looked(service, THE_SCHOOL, OFF)
    now, then = found.actions["roster_only"]
    assert (found.lessons, found.classes, found.strangers) == (3, 2, (5, 5))
    assert (now - then, then > 0) == (alone, True)  # music keeps what it says
    assert looked(service, THE_SCHOOL, OFF | {"locked": ["roster_only.mode"]}).actions["roster_only"] == (now, then)


def test_a_lock_of_the_school_binds_the_classes_that_are_looser(review_desk: ReviewDesk, service: Service) -> None:
    service.desk.documents.put_policy(SCHOOL, MATHS, OFF)
    taught(review_desk, 41, 2, MUSIC)
    wish = {"roster_only": {"mode": "enforce"}}
    only_wished = looked(service, THE_SCHOOL, wish).actions["roster_only"]
    assert only_wished[0] == only_wished[1]
    now, then = looked(service, THE_SCHOOL, wish | {"locked": ["roster_only.mode"]}).actions["roster_only"]
    assert 0 < now < then


def test_a_districts_document_is_tried_in_all_its_schools(review_desk: ReviewDesk, service: Service) -> None:
    alone = looked(service, THE_SCHOOL, OFF)
    assert looked(service, DISTRICT, OFF) == alone
    another_school(review_desk)
    both = looked(service, DISTRICT, OFF)
    assert (both.lessons, both.classes) == (4, 2)
    assert both.actions["roster_only"] == (2 * alone.actions["roster_only"][0], 0)
    assert looked(service, THE_SCHOOL, OFF) == alone
    service.desk.layers.put(OTHER, Kept.SCHOOL, OWN, by="it")  # that school says something itself
    assert looked(service, DISTRICT, OFF).actions["roster_only"][1] == alone.actions["roster_only"][0]


def test_a_lessons_document_lies_on_top_of_its_class(review_desk: ReviewDesk, service: Service) -> None:
    at = NINE + 42 * DAY
    review_desk.school.hear(MATHS, ev.LessonStarted(at=at))
    record = service.desk.lessons.get(SCHOOL, review_desk.school.lesson(MATHS))
    taught(review_desk, 41, 2, MUSIC)
    found = looked(service, of_lesson(record), OFF)
    assert (found.lessons, found.actions["roster_only"][1], found.actions["roster_only"][0] > 0) == (2, 0, True)
    service.desk.layers.put(SCHOOL, Kept.LESSON, OFF, by="it", lesson=record.id)
    assert looked(service, of_lesson(record), {}).actions["roster_only"] == found.actions["roster_only"][::-1]


def test_a_hardening_that_ends_soon_hides_nothing(review_desk: ReviewDesk, service: Service) -> None:
    unhurt = looked(service, of_course(MATHS), OFF)
    values = {
        "school_id": SCHOOL, "id": "raid", "lesson_id": "elsewhere", "course_id": MATHS, "opened_at": service.now(),
        "last_at": service.now(), "severity": 3, "rules": ",roster_only,", "reason": "stranger", "actions": 9,
        "evidence_from": 1, "status": "open", "verdict": "unreviewed", "note": "", "reviewer": "", "reviewed_at": None,
        "drill": False, "pupil": False,
    }  # fmt: skip
    review_desk.school.change(t.incidents.insert().values(values))
    assert service.desk.layers.raids(SCHOOL, MATHS, 7)
    assert looked(service, of_course(MATHS), OFF) == unhurt


# --- honest about what was not looked at ------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", ["LESSONS", "ROWS"])
@pytest.mark.parametrize("place", [of_course(MATHS), THE_SCHOOL, DISTRICT], ids=lambda place: place.level)
def test_what_was_left_out_is_said(
    service: Service, monkeypatch: pytest.MonkeyPatch, limit: str, place: Place
) -> None:  # fmt: skip
    newest = service.archive.since([SCHOOL], 0.0, course=MATHS)[0]
    monkeypatch.setattr(previewing, limit, {"LESSONS": 1, "ROWS": newest.rows}[limit])
    found = looked(service, place, OFF)
    assert (found.lessons, found.left_out) == (1, 1)
    assert found.strangers == (1, 1)  # the newest


def test_the_newest_of_all_classes_are_looked_at(
    review_desk: ReviewDesk, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught(review_desk, 42, 4, MUSIC)
    taught(review_desk, 43, 3, MATHS)
    monkeypatch.setattr(previewing, "LESSONS", 2)
    found = looked(service, THE_SCHOOL, OFF)
    assert (found.lessons, found.classes, found.left_out, found.strangers) == (2, 2, 2, (7, 7))


def test_a_lesson_that_is_too_long_makes_room_for_those_before_it(
    review_desk: ReviewDesk, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught(review_desk, 42, 9, MUSIC)
    longest, before, _ = service.archive.since([SCHOOL], NINE + DAY)
    assert before.rows < longest.rows
    monkeypatch.setattr(previewing, "ROWS", before.rows)
    found = looked(service, THE_SCHOOL, OFF)
    assert (found.lessons, found.left_out, found.strangers) == (1, 2, (1, 1))


def test_a_rehearsal_is_never_counted_with_what_is_real(review_desk: ReviewDesk, service: Service) -> None:
    real = looked(service, THE_SCHOOL, OFF)
    taught(review_desk, 42, 7, REHEARSAL)
    assert looked(service, THE_SCHOOL, OFF) == real
    taught(review_desk, 90, 7, REHEARSAL)  # the others are too long ago by then
    rehearsed = looked(service, THE_SCHOOL, OFF)
    assert (rehearsed.lessons, rehearsed.strangers[1], rehearsed.drill) == (1, 7, True)


def test_lessons_that_cannot_run_again_are_counted(review_desk: ReviewDesk, service: Service) -> None:
    newest = review_desk.school.lesson(MATHS)
    with review_desk.school.writer.begin() as db:
        db.execute(t.log.update().where(t.log.c.lesson_id == newest, t.log.c.number == 4).values(private=None))
    found = looked(service, of_course(MATHS), OFF)
    assert (found.lessons, found.unfit) == (1, 1)
    with review_desk.school.writer.begin() as db:
        db.execute(t.frames.update().values(private=None))
    assert preview(service, SCHOOL, of_course(MATHS), OFF) is None


def test_nothing_is_made_up(service: Service) -> None:
    assert preview(service, SCHOOL, of_course(MUSIC), OFF) is None  # nothing was taught
    for place in (of_course(MATHS), THE_SCHOOL, DISTRICT):
        assert preview(service, SCHOOL, place, {"preset": "mild"}) is None
    with pytest.raises(NotFound):
        preview(service, SCHOOL, of_course("none"), OFF)
