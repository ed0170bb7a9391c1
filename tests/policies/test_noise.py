"""noise: repeated unmuting against a mute."""

import pytest

from app.domain.actions import ActionKind, OutcomeKind
from app.domain.events import Event
from app.domain.people import Participant, Role
from app.domain.state import LessonState, note
from policies import decide
from tests.builders import (
    LATER,
    Rehearsal,
    ended,
    fold,
    in_short,
    left,
    lesson,
    muted,
    named,
    only,
    pressed,
    promoted,
    pupil,
    standing,
    stranger,
    switched,
    teacher,
    unmuted,
)

INSIDE = [teacher(), pupil(1), named(2), stranger(1)]
MUTED = lesson(inside=INSIDE, muted_all=True)
DONE = OutcomeKind.CONFIRMED
NUMBERS = {"times": 4, "stranger_times": 3, "seconds": 60}


def again(who: Participant, times: int, state: LessonState = MUTED, every: float = 10.0) -> tuple[str, ...]:
    """What is decided when somebody opens the microphone for the last of so many times."""
    world = Rehearsal(only("noise", **NUMBERS), state)
    for n in range(times):
        decided = world.tell(unmuted(who, LATER + n * every))
        world.tell(muted(who, LATER + n * every + 1))
        world.settle()
    return in_short(decided)


@pytest.mark.parametrize(
    ("who", "times", "every", "expected"),
    [
        (pupil(1), 3, 10, ()),
        (pupil(1), 4, 10, ("mute p1",)),
        (pupil(1), 4, 20, ()),  # the first one is a minute ago
        (pupil(1), 4, 19.9, ("mute p1",)),
        (named(2), 2, 10, ()),
        (named(2), 3, 10, ("mute n2",)),
        (stranger(1), 2, 10, ()),
        (stranger(1), 3, 10, ("mute x1",)),
        (stranger(1), 3, 30, ()),
        (teacher(), 9, 5, ()),
    ],
)
def test_how_often_is_too_often(who: Participant, times: int, every: float, expected: tuple[str, ...]) -> None:
    assert again(who, times, every=every) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (lesson(inside=INSIDE), ()),  # nobody asked for silence
        (lesson(inside=INSIDE, unmute_forbidden=True), ("mute x1",)),
        (fold(MUTED, switched(LATER - 5, muted_all=False)), ()),
        (fold(MUTED, pressed("allow_unmute", at=LATER - 5)), ()),  # the teacher asks everybody to speak
        (fold(MUTED, promoted(stranger(1), Role.COHOST, LATER - 5)), ()),
        (note(lesson(inside=INSIDE), standing(ActionKind.MUTE, stranger(1), LATER - 5, status=DONE)), ("mute x1",)),
        (note(lesson(inside=INSIDE), standing(ActionKind.MUTE, pupil(1), LATER - 5, status=DONE)), ()),
        (
            note(lesson(inside=INSIDE), standing(ActionKind.MUTE, stranger(1), status=OutcomeKind.SIMULATED)),
            (),
        ),
    ],
)
def test_only_what_goes_against_a_mute_counts(state: LessonState, expected: tuple[str, ...]) -> None:
    assert again(stranger(1), 3, state) == expected


def test_the_first_unmute_after_the_mute_counts_also_in_the_same_moment() -> None:
    world = Rehearsal(only("noise", **NUMBERS), fold(lesson(inside=INSIDE), switched(LATER, muted_all=True)))
    for n in range(3):
        decided = world.tell(unmuted(stranger(1), LATER + n))
        world.tell(muted(stranger(1), LATER + n + 0.5))
    assert in_short(decided) == ("mute x1",)


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ((), ("mute x1",)),
        ((muted(stranger(1), LATER + 25),), ()),  # and closed again already: the report came late
        ((left(stranger(1), LATER + 25),), ()),
        ((promoted(stranger(1), Role.COHOST, LATER + 25),), ()),
        ((ended(LATER + 25),), ()),
    ],
)
def test_who_is_not_heard_any_more_is_not_muted(then: tuple[Event, ...], expected: tuple[str, ...]) -> None:
    noise = [e for n in (0, 10) for e in (unmuted(stranger(1), LATER + n), muted(stranger(1), LATER + n + 1))]
    last = unmuted(stranger(1), LATER + 20)
    state = fold(MUTED, *noise, last, *then)
    assert in_short(decide(only("noise", **NUMBERS), state, last)) == expected


@pytest.mark.parametrize(("ago", "expected"), [(60.0, ("mute x1",)), (60.1, ())])
def test_a_mute_of_the_person_counts_as_long_as_the_unmutes_do(ago: float, expected: tuple[str, ...]) -> None:
    once = standing(ActionKind.MUTE, stranger(1), LATER + 20 - ago, rule="noise", status=DONE)
    state = note(lesson(inside=INSIDE), once)
    for n in (0, 10):
        state = fold(state, unmuted(stranger(1), LATER + n), muted(stranger(1), LATER + n + 1))
    last = unmuted(stranger(1), LATER + 20)
    assert in_short(decide(only("noise", **NUMBERS), fold(state, last), last)) == expected


def test_what_was_before_the_mute_does_not_count() -> None:
    state = lesson(inside=INSIDE)
    for n in range(5):
        state = fold(state, unmuted(pupil(1), LATER - 50 + 10 * n), muted(pupil(1), LATER - 49 + 10 * n))
    world = Rehearsal(only("noise", **NUMBERS), fold(state, switched(LATER, muted_all=True)))
    assert world.tell(unmuted(pupil(1), LATER + 1)) == ()


def test_without_a_list_everybody_counts_as_a_pupil() -> None:
    nobody_known = lesson(pupils=0, inside=INSIDE, muted_all=True)
    assert again(stranger(1), 3, nobody_known) == ()
    assert again(stranger(1), 4, nobody_known) == ("mute x1",)


def test_each_time_is_an_offence() -> None:
    world = Rehearsal(only("noise", **NUMBERS), MUTED)
    for n in range(5):
        world.tell(unmuted(stranger(1), LATER + 10 * n), muted(stranger(1), LATER + 10 * n + 1))
        world.settle()
    assert [d.strike for d in world.made] == [True, True, True]
    assert in_short(world.made) == ("mute x1", "mute x1", "hold x1")


@pytest.mark.parametrize(("before", "expected"), [(0, ()), (1, ()), (2, ("mute p1", "forbid_unmute"))])
def test_who_has_just_offended_twice_has_no_tries_left(before: int, expected: tuple[str, ...]) -> None:
    """A pupil who swears and plays music (field.md S12) cannot be sent out: nobody unmutes for a while."""
    state = MUTED
    for n in range(before):
        warned = standing(ActionKind.WARN, pupil(1), LATER - 20 + 5 * n, id=f"w{n}", strike=True, status=DONE)
        state = note(state, warned)
    decided = Rehearsal(only("noise", **NUMBERS), state).tell(unmuted(pupil(1)))
    assert tuple(d for d in in_short(decided) if not d.startswith("alert")) == expected


def test_whoever_should_be_outside_is_muted_each_time_and_that_alone_is_no_offence() -> None:
    """Where holding came down to muting: roster_only, impostor and the like."""
    kept = standing(ActionKind.MUTE, named(2), LATER - 50, rule="roster_only", status=DONE)
    world = Rehearsal(only("noise", **NUMBERS), note(lesson(inside=INSIDE), kept))
    (mute,) = world.tell(unmuted(named(2)))
    assert (in_short([mute]), mute.strike) == (("mute n2",), False)
    by_hand = note(lesson(inside=INSIDE), standing(ActionKind.MUTE, named(2), LATER - 50, by="u1", status=DONE))
    assert Rehearsal(only("noise", **NUMBERS), by_hand).tell(unmuted(named(2))) == ()


@pytest.mark.parametrize(
    ("people", "every", "expected"),
    [
        ([stranger(n) for n in range(1, 6)], 1.0, ()),
        ([stranger(n) for n in range(1, 7)], 1.0, ("mute_all", "forbid_unmute", "alert")),
        ([stranger(n) for n in range(1, 7)], 2.0, ()),  # the first one was ten seconds ago
        ([named(n) for n in range(1, 9)], 0.1, ()),  # pupils at recess, in a class that is known by names only
        ([pupil(n) for n in range(1, 9)], 0.1, ()),
    ],
)
def test_a_chorus_of_strangers_is_silenced_at_once(
    people: list[Participant], every: float, expected: tuple[str, ...]
) -> None:
    world = Rehearsal(only("noise"), lesson(pupils=9, inside=[teacher(), *people]))
    world.tell(*(unmuted(p, LATER + n * every) for n, p in enumerate(people)))
    assert in_short(world.made) == expected
    assert {(d.rule, d.expires_after) for d in world.made if d.action.kind is ActionKind.FORBID_UNMUTE} == (
        {("noise", 300.0)} if expected else set()
    )


def test_without_a_list_nobody_is_a_stranger_in_a_chorus() -> None:
    people = [stranger(n) for n in range(1, 9)]
    world = Rehearsal(only("noise"), lesson(pupils=0, inside=[teacher(), *people]))
    assert world.tell(*(unmuted(p) for p in people)) == ()


def test_who_answers_questions_all_lesson_is_no_noise() -> None:
    world = Rehearsal(only("noise"), MUTED)
    for n in range(80):
        assert world.tell(unmuted(pupil(1), LATER + 60 * n), muted(pupil(1), LATER + 60 * n + 20)) == ()
