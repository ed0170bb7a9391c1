"""after_class: a room that outlives its lesson is shown, then quiet, then ended."""

from typing import Any

import pytest

from app.domain.actions import ActionKind, OutcomeKind
from app.domain.events import Event, LessonFramed
from app.domain.state import LessonState
from policies import wake_at
from tests.builders import (
    LATER,
    MINUTE,
    START,
    Rehearsal,
    ended,
    fold,
    in_full,
    in_short,
    joined,
    left,
    lesson,
    muted,
    only,
    pupil,
    settled,
    stranger,
    switched,
    teacher,
    ticked,
    unmuted,
)

NUMBERS = {
    "until": "end", "grace_minutes": 5, "gone_minutes": 5, "lesson_minutes": 20, "mute_minutes": 2, "end_minutes": 10
}  # fmt: skip
END = START + 45 * MINUTE
PLANNED = LessonFramed(at=START, scheduled_at=START, ends_at=END)


def room(*events: Event, planned: bool = True) -> LessonState:
    """Two pupils, one of whom is heard, and a teacher."""
    first = (PLANNED,) if planned else ()
    inside = [teacher(), pupil(1), pupil(2)]
    return lesson(inside=inside, before=(*first, unmuted(pupil(1), START + 60), *events), at=START + 60)


def played(state: LessonState, upto: float, **more: Any) -> Rehearsal:
    """The clock ticks whenever it is asked to, and everything succeeds."""
    world = Rehearsal(only("after_class", **{**NUMBERS, **more}), state)
    for _ in range(20):
        due = wake_at(world.policy, world.state)
        if due is None or due > upto:
            return world
        world.tell(ticked(max(due, world.state.now + 0.2)))
        world.settle()
        if any(d.action.kind is ActionKind.END for d in world.made):
            return world
    raise AssertionError("the clock is asked for again and again")


def told(world: Rehearsal) -> list[tuple[float, str]]:
    """Minutes after the start, and what was done."""
    return [(round((s.at - START) / 60, 1), s.action.kind.value) for s in world.standing]


GONE = left(teacher(), END + MINUTE)


def test_at_the_planned_end_people_are_told_then_muted_then_the_room_is_ended() -> None:
    """The teacher leaves a minute after the end: nobody in charge for five minutes."""
    assert told(played(room(GONE), END + 60 * MINUTE)) == [(51.0, "alert"), (53.0, "mute_all"), (61.0, "end")]


def test_how_loud_each_step_is_and_that_nothing_stands_in_for_the_end() -> None:
    assert in_full(played(room(GONE), END + 60 * MINUTE).made) == (
        "alert for after_class/after_class: low, guard",
        "mute_all for after_class/after_class_muted: low, guard",
        "end for after_class/after_class_end: medium, guard, only",
    )


def test_a_lesson_that_is_planned_for_longer_ends_a_second_time() -> None:
    """What was told and done at the first end does not count for the second."""
    world = played(room(GONE), END + 9 * MINUTE)
    assert [kind for _, kind in told(world)] == ["alert", "mute_all"]
    longer = LessonFramed(at=END + 9 * MINUTE, scheduled_at=START, ends_at=END + 30 * MINUTE)
    again = played(fold(world.state, longer), END + 60 * MINUTE)
    assert [kind for _, kind in told(again)] == ["alert", "mute", "end"]


@pytest.mark.parametrize(
    ("until", "expected"),
    [("tell", ["alert"]), ("mute", ["alert", "mute_all"]), ("end", ["alert", "mute_all", "end"])],
)
def test_how_far_it_goes(until: str, expected: list[str]) -> None:
    assert [kind for _, kind in told(played(room(GONE), END + 60 * MINUTE, until=until))] == expected


def test_a_lesson_that_runs_late_is_shown_once_and_nobody_is_touched() -> None:
    assert told(played(room(), END + 300 * MINUTE)) == [(50.0, "alert")]


def test_just_before_its_time_nothing_is_due() -> None:
    world = Rehearsal(only("after_class", **NUMBERS), room())
    assert world.tell(ticked(END + 5 * MINUTE - 0.1)) == ()
    assert in_short(world.tell(ticked(END + 5 * MINUTE))) == ("alert",)


def test_nobody_there_or_over_already_nothing_is_due() -> None:
    everybody = [left(p, END) for p in (teacher(), pupil(1), pupil(2))]
    assert wake_at(only("after_class", **NUMBERS), room(*everybody)) is None
    assert wake_at(only("after_class", **NUMBERS), room(ended(END))) is None
    assert wake_at(only("after_class", **NUMBERS), room(left(pupil(1), END), left(pupil(2), END))) is None


def test_the_teacher_comes_back_and_the_room_is_not_ended() -> None:
    world = played(room(GONE), END + 9 * MINUTE)
    assert [kind for _, kind in told(world)] == ["alert", "mute_all"]
    world.tell(joined(teacher("t2"), END + 10 * MINUTE))
    assert wake_at(world.policy, world.state) is None
    assert world.tell(ticked(END + 40 * MINUTE)) == ()


def test_a_moment_without_a_teacher_in_a_late_lesson_is_no_end() -> None:
    state = room(left(teacher(), END + 30 * MINUTE))
    world = Rehearsal(only("after_class", **NUMBERS), state)
    assert world.tell(ticked(END + 34.9 * MINUTE)) == ()
    world.tell(joined(teacher("t2"), END + 34.95 * MINUTE))
    assert in_short(world.tell(ticked(END + 60 * MINUTE))) == ("alert",)  # it runs late, nothing more


@pytest.mark.parametrize(
    ("gone_at", "expected"),
    [
        (19.9, []),  # hardly a lesson: the teacher's line may have failed
        (20.0, [(25.0, "alert"), (27.0, "mute_all"), (35.0, "end")]),
    ],
)
def test_without_a_plan_the_lesson_is_over_when_nobody_leads_it_any_more(
    gone_at: float, expected: list[tuple[float, str]]
) -> None:
    state = room(left(teacher(), START + gone_at * MINUTE), planned=False)
    assert told(played(state, START + 300 * MINUTE)) == expected


def test_without_a_plan_and_with_a_teacher_it_is_never_over() -> None:
    assert told(played(room(planned=False), START + 600 * MINUTE)) == []


def test_where_no_microphone_is_open_nobody_is_muted_until_one_is() -> None:
    world = played(room(GONE, muted(pupil(1), END)), END + 9 * MINUTE)
    assert [kind for _, kind in told(world)] == ["alert"]
    world.tell(unmuted(stranger(1), END + 9 * MINUTE), unmuted(pupil(2), END + 9 * MINUTE))
    assert in_short(world.tell(ticked(END + 9 * MINUTE + 1))) == ("mute_all",)


def test_who_unmutes_although_all_were_muted_is_muted_alone() -> None:
    """The switch shows what is no longer so: to ask for it again would ask in vain, at every tick."""
    world = played(room(switched(START + 30, muted_all=True), GONE), END + 9 * MINUTE)
    assert in_short(world.made) == ("alert", "mute p1")


def test_each_step_is_taken_once_whatever_comes_of_it() -> None:
    world = Rehearsal(only("after_class", **NUMBERS), room(GONE))
    for minute in range(6, 30):
        world.tell(ticked(END + minute * MINUTE))
        world.tell(*(settled(s, OutcomeKind.UNSUPPORTED, END + minute * MINUTE) for s in world.state.open_intents()))
    own = [d.action.kind.value for d in world.made if d.rule == "after_class"]
    assert own == ["alert", "mute_all", "end"]
    assert LATER < END
