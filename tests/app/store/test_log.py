"""The log itself: one transaction or nothing, a lesson's rows in order, and what a new process finds."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.domain.actions import ActionKind, OutcomeKind, Support
from app.domain.events import Event
from app.domain.people import Roster
from app.domain.state import apply
from app.store import ledger
from app.store.log import Lesson, Writing
from tests.app.guarded import CONNECTION, MEETING, SCHOOL, Guarded, guarded
from tests.builders import START, joined, pupil, standing, started, stranger


@pytest.fixture
def school(database_url: str) -> Iterator[Guarded]:
    with guarded(database_url) as made:
        yield made


def opened(school: Guarded, writing: Writing, key: str = MEETING, id: str = "l1") -> Lesson:
    course = writing.course_of(SCHOOL, CONNECTION, MEETING)
    assert course is not None
    return writing.open_lesson(SCHOOL, CONNECTION, key, course, id)


def write(writing: Writing, lesson: Lesson, *events: Event) -> None:
    for event in events:
        writing.append(lesson, event, apply(lesson.state, event))


def half_way(school: Guarded) -> None:
    with school.log.writing(START) as writing:
        write(writing, opened(school, writing), started())
        writing.claim([(SCHOOL, CONNECTION, "d1")])
        raise KeyError("half way")


def somebody_comes(school: Guarded) -> None:
    with school.log.writing(START) as writing:
        lesson = writing.by_id(SCHOOL, "l1")
        assert lesson is not None
        write(writing, lesson, joined(pupil(1)))


def test_what_fails_half_way_leaves_nothing_behind(school: Guarded) -> None:
    with pytest.raises(KeyError):
        half_way(school)
    assert school.rows("lessons") == school.rows("log") == school.rows("deliveries") == []
    assert school.log.shelf.get("l1", 1, Roster()) is None


def test_what_fails_at_the_commit_is_not_on_the_shelf_either(school: Guarded) -> None:
    with school.log.writing(START) as writing:
        write(writing, opened(school, writing), started())
    before = school.log.shelf.get("l1", 1, Roster())
    assert before is not None
    with school.engine.begin() as db:
        db.execute(text("ALTER TABLE log RENAME TO elsewhere"))
    with pytest.raises(DBAPIError):
        somebody_comes(school)
    assert school.log.shelf.get("l1", 1, Roster()) is before


def test_rows_are_numbered_from_one_without_gaps(school: Guarded) -> None:
    with school.log.writing(START) as writing:
        lesson = opened(school, writing)
        write(writing, lesson, started(), *(joined(pupil(n), START + n) for n in range(1, 5)))
    with school.log.writing(START + 9) as writing:
        writing.load(SCHOOL, [(CONNECTION, MEETING)])
        found = writing.lesson(SCHOOL, CONNECTION, MEETING)
        assert found is not None
        write(writing, found, joined(pupil(5), START + 9))
    assert [row.number for row in school.rows("log")] == [1, 2, 3, 4, 5, 6]
    assert school.chain_holds() == 6


def test_a_delivery_is_new_once(school: Guarded) -> None:
    with school.log.writing(START) as writing:
        writing.claim([(SCHOOL, CONNECTION, "d1"), (SCHOOL, CONNECTION, "d1"), (SCHOOL, "k2", "d1")])
        assert writing.first_time(SCHOOL, CONNECTION, "d1")
        assert not writing.first_time(SCHOOL, CONNECTION, "d1")
        assert writing.first_time(SCHOOL, "k2", "d1")  # another connection's id
    for log in (school.log, school.again().log):  # from memory, and from the database after a restart
        with log.writing(START) as writing:
            writing.claim((SCHOOL, CONNECTION, f"d{n}") for n in range(1, 3))
            assert not writing.first_time(SCHOOL, CONNECTION, "d1")
            assert writing.first_time(SCHOOL, CONNECTION, "d2") is (log is school.log)
    assert len(school.rows("deliveries")) == 3


def test_a_new_run_of_a_meeting_takes_over_its_key(school: Guarded) -> None:
    for id in ("l1", "l2"):
        with school.log.writing(START) as writing:
            writing.load(SCHOOL, [(CONNECTION, MEETING)])
            opened(school, writing, id=id)
    with school.again().log.writing(START) as writing:
        writing.load(SCHOOL, [(CONNECTION, MEETING)])
        found = writing.lesson(SCHOOL, CONNECTION, MEETING)
        assert found is not None
        assert (found.id, found.run) == ("l2", 2)


def test_a_lesson_that_was_told_no_title_has_its_courses_name_after_a_restart_too(school: Guarded) -> None:
    with school.log.writing(START) as writing:
        write(writing, opened(school, writing), joined(pupil(1)))
    assert school.folded("l1").title == school.loaded("l1").state.title == "7-3"


def test_a_lesson_is_found_in_its_own_school_only(school: Guarded) -> None:
    with school.log.writing(START) as writing:
        opened(school, writing)
        assert writing.by_id(SCHOOL, "l1") is not None
        assert writing.by_id("another school", "l1") is None


def test_a_new_process_finds_what_was_left_unfinished_in_order(school: Guarded) -> None:
    ends = (OutcomeKind.PENDING, OutcomeKind.SIMULATED, OutcomeKind.PENDING)
    with school.log.writing(START) as writing:
        lesson = opened(school, writing)
        write(writing, lesson, started(), joined(stranger(1)))
        for n, status in enumerate(ends):
            made = standing(ActionKind.HOLD, stranger(1), at=START + n, id=f"l1.{lesson.number + 1}", status=status)
            writing.intend(lesson, replace(made, incident="l1.3"), (), Support())
    found = school.again().log.unfinished()
    assert [q.id for q in found] == ["l1.3", "l1.5"]
    assert (found[0].lesson_key, found[0].action.target, found[0].status) == (MEETING, stranger(1), OutcomeKind.PENDING)
    assert school.again().log.live() == ((SCHOOL, "l1", CONNECTION, MEETING),)


def test_an_empty_lesson_has_a_chain_too() -> None:
    assert ledger.check("l1", [], number=0, head=ledger.START) is None
    assert ledger.check("l1", [], number=1, head=ledger.START) is not None
