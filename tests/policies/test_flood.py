"""flood: by one person, by the room, and by many who write the same."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.domain.actions import Lane
from app.domain.events import ChatPosted
from app.domain.people import Participant, Roster
from app.domain.state import LessonState
from policies.flood import FAINT, Flood, measured
from tests.builders import (
    LATER,
    Rehearsal,
    fold,
    in_full,
    in_short,
    lesson,
    named,
    only,
    pressed,
    pupil,
    says,
    stranger,
    switched,
    teacher,
)

MANY = 210


def room(*, pupils: int = 0, claimed: int = 0, strangers: int = 0, chat_closed: bool = False) -> LessonState:
    inside = [
        teacher(),
        *(pupil(n) for n in range(1, pupils + 1)),
        *(named(n) for n in range(pupils + 1, pupils + claimed + 1)),
        *(stranger(n) for n in range(1, strangers + 1)),
    ]
    return lesson(pupils=max(MANY, pupils), inside=inside, chat_closed=chat_closed)


def written(
    state: LessonState, people: list[Participant], text: Callable[[int], str], gap: float = 0.0, **settings: int
) -> tuple[str, ...]:
    """Everything decided while these people write, one after the other."""
    world = Rehearsal(only("flood", **settings), state)
    for n, who in enumerate(people):
        world.tell(says(who, text(n), LATER + n * gap))
    return in_short(world.made)


LETTERS = "abcdefghijklmnopqrstuvwxyz"


def different(n: int) -> str:
    return f"line {LETTERS[n % 26]}{LETTERS[n // 26 % 26]}{LETTERS[(n * 7) % 26]} of them"


def same(n: int) -> str:
    return f"this class is over, everybody leave {n}"


@pytest.mark.parametrize(
    ("lines", "expected"), [(8, ()), (9, ("silence x1",)), (12, ("silence x1",))], ids=["under", "over", "once"]
)
def test_one_stranger(lines: int, expected: tuple[str, ...]) -> None:
    assert written(room(strangers=1), [stranger(1)] * lines, different, room=100, same=100) == expected


@pytest.mark.parametrize(("lines", "expected"), [(16, ()), (17, ("warn p1",))])
def test_one_pupil_may_write_twice_that_and_is_warned(lines: int, expected: tuple[str, ...]) -> None:
    assert written(room(pupils=1), [pupil(1)] * lines, different) == expected


@pytest.mark.parametrize(("lines", "expected"), [(12, ()), (13, ("silence n2",))])
def test_a_name_of_the_list_may_write_half_as_much_again(lines: int, expected: tuple[str, ...]) -> None:
    state = lesson(inside=[teacher(), named(2)])
    assert written(state, [named(2)] * lines, different, room=100, same=100) == expected


@pytest.mark.parametrize(("gap", "expected"), [(1.0, ()), (0.4, ("warn p1",))])
def test_older_lines_press_less(gap: float, expected: tuple[str, ...]) -> None:
    """A line a second comes to ten at the most, for however long."""
    assert written(room(pupils=1), [pupil(1)] * 40, different, gap)[:1] == expected


@pytest.mark.parametrize(("lines", "expected"), [(15, ()), (16, ("close_chat",))])
def test_the_room(lines: int, expected: tuple[str, ...]) -> None:
    raiders = [stranger(1 + n % 8) for n in range(lines)]
    assert written(room(strangers=8), raiders, different) == expected


@pytest.mark.parametrize(("lines", "expected"), [(8, ()), (9, ("close_chat",)), (50, ("close_chat",))])
def test_fifty_accounts_with_one_line_each(lines: int, expected: tuple[str, ...]) -> None:
    raiders = [stranger(n) for n in range(1, lines + 1)]
    assert written(room(strangers=50), raiders, same, room=100) == expected


def test_emoji_alone_say_the_same_as_nobody() -> None:
    raiders = [stranger(n) for n in range(1, 15)]
    assert written(room(strangers=20), raiders, lambda n: "👍👍👍") == ()


@pytest.mark.parametrize(
    "text",
    [lambda n: "谢谢老师", lambda n: "👍", lambda n: "1", lambda n: "ABCD"[n % 4], lambda n: "có ạ", same, different],
    ids=["thanks", "emoji", "one", "answers", "yes", "long", "different"],
)
@pytest.mark.parametrize("strictest", [False, True])
def test_joy_of_a_whole_school_is_calm(text: Callable[[int], str], strictest: bool) -> None:
    """Two hundred verified pupils within ten seconds, at the strictest the rule can be set to."""
    numbers = {"person": 3, "room": 9, "same": 5, "fade": 30} if strictest else {}
    assert written(room(pupils=200), [pupil(n) for n in range(1, 201)], text, 0.05, **numbers) == ()


@pytest.mark.parametrize("text", [lambda n: "cảm ơn cô ạ", lambda n: "到", lambda n: "ABCD"[n % 4]])
def test_a_class_that_comes_by_name_only_may_thank_too(text: Callable[[int], str]) -> None:
    assert written(room(claimed=60), [named(n) for n in range(1, 61)], text, 0.1) == ()


def test_names_of_the_list_with_one_long_line_are_a_flood() -> None:
    assert written(room(claimed=60), [named(n) for n in range(1, 61)], same, 0.1) == ("close_chat",)


def test_the_teacher_may_write_as_much_as_she_likes() -> None:
    assert written(room(), [teacher()] * 60, same) == ()


@pytest.mark.parametrize(
    "state", [replace(room(strangers=60), roster=Roster()), replace(room(strangers=60), roster_shrunk=True)]
)
def test_nobody_is_judged_without_a_list(state: LessonState) -> None:
    assert written(state, [stranger(n) for n in range(1, 61)], lambda n: "谢谢老师") == ()


def test_a_closed_chat_is_not_closed_again() -> None:
    state = room(strangers=50, chat_closed=True)
    assert written(state, [stranger(n) for n in range(1, 51)], same) == ()


def test_the_chat_opens_by_itself_and_goes_before_everything_else() -> None:
    world = Rehearsal(only("flood", minutes=2), room(strangers=50))
    world.tell(*(says(stranger(n), same(n)) for n in range(1, 20)))
    (closed,) = world.made
    assert (closed.expires_after, closed.lane, closed.strike) == (120.0, Lane.PANIC, False)


def test_what_was_written_before_a_teacher_opened_the_chat_is_forgiven() -> None:
    """Her word stands until as much is written again."""
    world = Rehearsal(only("flood"), room(strangers=50))
    world.tell(*(says(stranger(n), same(n)) for n in range(1, 20)))
    world.settle()
    world.tell(pressed("open_chat", at=LATER + 3), switched(LATER + 4, chat_closed=False))
    world.settle()
    assert in_short(world.tell(*(says(stranger(n), same(n), LATER + 5) for n in range(20, 28)))) == ()
    assert in_short(world.tell(says(stranger(28), same(28), LATER + 5))) == ("close_chat",)


def test_a_burst_is_one_offence() -> None:
    world = Rehearsal(only("flood", room=100, same=100), room(strangers=1))
    for n in range(30):
        world.tell(says(stranger(1), different(n), LATER + n * 0.5))
        world.settle()
    assert [d.strike for d in world.made] == [True]


@pytest.mark.parametrize(
    ("state", "people", "text", "settings", "expected"),
    [
        (
            room(strangers=1), [stranger(1)] * 9, different, {"room": 100, "same": 100, "minutes": 4},
            ("silence x1 for flood/flood_person: medium, guard, 2 facts, 240 s, a strike",),
        ),
        (
            room(pupils=1), [pupil(1)] * 17, different, {},
            ("warn p1 for flood/flood_person: low, guard, 0 facts, a strike",),
        ),
        (
            room(claimed=1), [named(1)] * 13, different, {},
            ("silence n1 for flood/flood_person: medium, guard, 300 s, a strike",),
        ),
        (
            room(strangers=9), [stranger(n) for n in range(1, 10)], same, {},
            ("close_chat for flood/flood_same: high, panic, 300 s",),
        ),
        (
            room(strangers=8), [stranger(1 + n % 8) for n in range(16)], different, {"minutes": 4},
            ("close_chat for flood/flood_room: high, panic, 240 s",),
        ),
    ],
)  # fmt: skip
def test_how_a_flood_is_told(
    state: LessonState, people: list[Participant], text: Callable[[int], str], settings: dict[str, int],
    expected: tuple[str, ...],
) -> None:  # fmt: skip
    world = Rehearsal(only("flood", **settings), state)
    for n, who in enumerate(people):
        world.tell(says(who, text(n)))
    assert in_full(world.made) == expected


def test_how_much_a_line_presses() -> None:
    """By whom it is, whether it says the same as the newest one, and how old it is."""
    everybody = lesson(pupils=9, inside=[teacher(), pupil(1), named(2), stranger(1)])
    long, short = "one long line that all of them write", "thanks"

    def pressure(*lines: ChatPosted) -> tuple[float, float, float]:
        found = measured(Flood(), fold(everybody, *lines), lines[-1])
        return round(found.person, 3), round(found.room, 3), round(found.same, 3)

    assert pressure(says(stranger(1), long)) == (1, 1, 1)
    assert pressure(says(pupil(1), long)) == (1, 0.04, 0.02)
    assert pressure(says(named(2), long)) == (1, 0.1, 0.4)
    assert pressure(says(named(2), short)) == (1, 0.1, 0.1)
    assert pressure(says(teacher(), long)) == (1, 0, 0)
    assert pressure(says(stranger(7), long)) == (1, 1, 1)  # whom nobody has seen come
    assert pressure(says(stranger(1), short), says(pupil(1), long)) == (1, 1.04, 0.02)
    assert pressure(says(stranger(1), long), says(pupil(1), long)) == (1, 1.04, 1.02)
    assert pressure(says(stranger(1), "👍"), says(stranger(1), "👍")) == (2, 2, 0)
    # ten seconds take two thirds of it, forty all of it
    assert pressure(says(stranger(1), long, LATER - 10), says(pupil(1), long)) == (1, 0.408, 0.388)
    assert pressure(says(stranger(1), long, LATER - 40), says(stranger(1), long)) == (1.018, 1.018, 1.018)
    assert pressure(says(stranger(1), long, LATER - 40.1), says(stranger(1), long)) == (1, 1, 1)


@pytest.mark.parametrize(("after", "expected"), [(19.9, 1), (20.0, 2)])
def test_twenty_seconds_later_it_is_another_offence(after: float, expected: int) -> None:
    world = Rehearsal(only("flood", room=100, same=100), room(strangers=1))
    world.tell(*(says(stranger(1), different(n)) for n in range(9)))
    world.settle()
    world.tell(*(says(stranger(1), different(n), LATER + after) for n in range(9)))
    assert len([d for d in world.made if d.strike]) == expected


def test_lines_that_fade_are_not_read_any_more() -> None:
    late = LATER + FAINT * 10 + 1
    world = Rehearsal(only("flood"), room(strangers=30))
    world.tell(*(says(stranger(n), same(n)) for n in range(1, 9)))
    assert in_short(world.tell(says(stranger(9), same(9), late))) == ()
