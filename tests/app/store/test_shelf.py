"""The shelf: many lessons in little memory, and never a state of another row."""

from app.domain.people import Roster
from app.store.shelf import Shelf
from tests.builders import ended, fold, lesson, pupil, roster


def test_a_state_is_given_for_its_own_row_only() -> None:
    shelf, state = Shelf(), lesson(inside=[pupil(1)])
    shelf.put("l1", state, 7)
    assert shelf.get("l1", 7, state.roster) is state
    assert shelf.get("l1", 8, state.roster) is None  # another process has written since
    assert shelf.get("l2", 7, state.roster) is None


def test_the_least_recently_used_lessons_are_packed_and_come_back_equal() -> None:
    shelf, state = Shelf(hot_people=20), lesson(inside=[pupil(n) for n in range(6)])
    for n in range(10):
        shelf.put(f"l{n}", state, n)
    assert shelf.get("l9", 9, state.roster) is state
    back = shelf.get("l0", 0, roster(2))
    assert back == state
    assert back is not state
    assert back is not None
    assert len(back.roster.entries) == 2  # with the roster of the day, not the packed one's


def test_one_huge_lesson_stays_at_hand() -> None:
    shelf, state = Shelf(hot_people=20), lesson(inside=[pupil(n) for n in range(400)])
    shelf.put("l1", state, 1)
    assert shelf.get("l1", 1, Roster()) is state


def test_a_newer_state_takes_the_place_of_the_older() -> None:
    shelf, state = Shelf(hot_people=20), lesson()
    for n in range(1000):
        shelf.put("l1", state, n)
    shelf.put("l2", state, 1)
    assert shelf.get("l1", 999, state.roster) is state  # had the old ones been counted, it would be packed by now


def test_an_ended_lesson_is_let_go() -> None:
    shelf, state = Shelf(), lesson()
    shelf.put("l1", state, 1)
    shelf.put("l1", fold(state, ended()), 2)
    assert [shelf.get("l1", number, state.roster) for number in (1, 2)] == [None, None]
