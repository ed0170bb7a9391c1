"""Before a policy is saved: what it would have done in the class's lessons of the last 30 days."""

import pytest

from app.domain import events as ev
from app.domain.errors import NotFound
from app.domain.people import Participant
from app.store import tables as t
from app.web.office import previewing
from app.web.office.previewing import preview
from app.web.service import Service
from tests.app.store.scripted import MATHS, NINE, SCHOOL, STRANGER, TEACHER
from tests.app.web.review_desk import ReviewDesk

DAY = 86_400.0
OFF = {"preset": "lecture", "roster_only": {"mode": "off"}}


def taught(desk: ReviewDesk, day: int, strangers: int = 1) -> None:
    """A lesson on that day, with strangers."""
    at, school = NINE + day * DAY, desk.school
    school.hear(MATHS, ev.LessonStarted(at=at), ev.ParticipantJoined(at=at + 1, participant=TEACHER))
    for n in range(strangers):
        who = Participant(id=f"{STRANGER.id}-{day}-{n}", name=STRANGER.name)
        school.hear(MATHS, ev.ParticipantJoined(at=at + 60 + n, participant=who))
    school.hear(MATHS, ev.LessonEnded(at=at + 600))


@pytest.fixture
def service(review_desk: ReviewDesk) -> Service:
    """The service of a school in which three lessons were held, the first of them too long ago."""
    for day, strangers in ((0, 5), (40, 2), (41, 1)):
        taught(review_desk, day, strangers)
    found: Service = review_desk.app.state.service
    return found


def test_the_lessons_of_thirty_days_are_compared(service: Service) -> None:
    found = preview(service, SCHOOL, MATHS, OFF)
    assert found is not None
    assert (found.lessons, found.left_out, found.unfit) == (2, 0, 0)
    now, then = found.actions["roster_only"]
    assert now >= 3
    assert then == 0
    assert found.strangers == (3, 3)
    assert found.pupils == (0, 0)


def test_the_same_policy_changes_nothing(service: Service) -> None:
    document, _ = service.desk.documents.policy(SCHOOL, MATHS)
    found = preview(service, SCHOOL, MATHS, document)
    assert found is not None
    assert found.actions
    assert all(before == after for before, after in found.actions.values())


@pytest.mark.parametrize("limit", ["LESSONS", "ROWS"])
def test_what_was_left_out_is_said(service: Service, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    newest = service.archive.since(SCHOOL, MATHS, 0.0)[0]
    monkeypatch.setattr(previewing, limit, {"LESSONS": 1, "ROWS": newest[1]}[limit])
    found = preview(service, SCHOOL, MATHS, OFF)
    assert found is not None
    assert (found.lessons, found.left_out) == (1, 1)
    assert found.strangers == (1, 1)  # the newest


def test_lessons_that_cannot_run_again_are_counted(review_desk: ReviewDesk, service: Service) -> None:
    newest = review_desk.school.lesson(MATHS)
    with review_desk.school.writer.begin() as db:
        db.execute(t.log.update().where(t.log.c.lesson_id == newest, t.log.c.number == 4).values(private=None))
    found = preview(service, SCHOOL, MATHS, OFF)
    assert found is not None
    assert (found.lessons, found.unfit) == (1, 1)
    with review_desk.school.writer.begin() as db:
        db.execute(t.frames.update().values(private=None))
    assert preview(service, SCHOOL, MATHS, OFF) is None


def test_nothing_is_made_up(service: Service) -> None:
    assert preview(service, SCHOOL, "", OFF) is None
    assert preview(service, SCHOOL, "music", OFF) is None
    assert preview(service, SCHOOL, MATHS, {"preset": "mild"}) is None
    with pytest.raises(NotFound):
        preview(service, SCHOOL, "none", OFF)
