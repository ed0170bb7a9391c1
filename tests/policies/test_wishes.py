"""What several rules ask: who is not named yet, what was tried and told lately, whether anybody can be judged."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.actions import ActionKind
from app.domain.people import Participant, Roster, RosterEntry
from app.domain.state import LessonState, Person, note
from policies.door import AFTER_END, JUST_OPENED, LONGEST, close_door, closed, in_first_minutes, rest_of_lesson
from policies.wishes import AGAIN, fits, identity_facts, mentioned, no_roster, tried, unnamed
from tests.builders import (
    LATER,
    MINUTE,
    START,
    fold,
    in_full,
    in_short,
    joined,
    lesson,
    named,
    pressed,
    pupil,
    roster,
    standing,
    stranger,
    switched,
    teacher,
    waits,
)

ROOM = lesson(inside=[teacher(), pupil(1), named(2), stranger(1)], waiting=[stranger(2)])


def person(state: LessonState, id: str) -> Person:
    found = state.person(id)
    assert found
    return found


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, True),
        ({"network": "192.0.2.1", "address": "device-1"}, True),
        ({"name": "刘洋"}, False),
        ({"account": "a"}, False),
        ({"accounts": ("a",)}, False),
        ({"email": "a@school.example"}, False),
        ({"link": "link-1"}, False),
    ],
)
def test_whoever_has_a_name_or_anything_that_a_list_may_know_is_named(told: dict[str, Any], expected: bool) -> None:
    state = fold(ROOM, joined(Participant(id="new", **told)))
    assert unnamed(person(state, "new")) == expected


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        (ActionKind.HOLD, {}, True),
        (ActionKind.KICK, {}, True),
        (ActionKind.HOLD, {"rule": "impostor"}, True),
        (ActionKind.MUTE, {"rule": "noise"}, False),  # that sends nobody out
        (ActionKind.ALERT, {"rule": "roster_only"}, True),  # a hold that came down to telling
        (ActionKind.ALERT, {"rule": "late_lock"}, True),
        (ActionKind.ALERT, {"rule": "join_wave"}, False),
        (ActionKind.HOLD, {"at": LATER - AGAIN}, True),
        (ActionKind.HOLD, {"at": LATER - AGAIN - 0.1}, False),
        (ActionKind.HOLD, {"who": replace(stranger(1), account="known-since")}, False),
        (ActionKind.HOLD, {"who": stranger(3)}, False),
        (ActionKind.HOLD, {"who": None}, False),
    ],
)
def test_what_was_tried_with_somebody_lately(kind: ActionKind, more: dict[str, Any], expected: bool) -> None:
    given = {"who": stranger(1), "at": LATER - 5, **more}
    assert tried(note(ROOM, standing(kind, **given)), person(ROOM, "x1")) == expected


@pytest.mark.parametrize(("after", "expected"), [(0.1, False), (0.0, True)])
def test_who_came_in_again_since_is_to_be_dealt_with_anew(after: float, expected: bool) -> None:
    asked = note(ROOM, standing(ActionKind.HOLD, stranger(3), at=LATER - 9))
    state = replace(fold(asked, joined(stranger(3), LATER - 9 + after)), now=LATER)
    assert tried(state, person(state, "x3")) == expected
    knocks = replace(fold(asked, waits(stranger(3), LATER - 9 + after)), now=LATER)
    assert tried(knocks, person(knocks, "x3"))  # who only knocks was asked to wait, and does


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, True),
        ({"at": START + 1}, True),  # when he came
        ({"at": START + 0.9}, False),
        ({"who": stranger(2)}, False),
        ({"who": None}, False),
        ({"reason": "stranger"}, False),
        ({"reason": "claimed_name"}, True),
    ],
)
def test_what_was_said_about_somebody_since_he_came(more: dict[str, Any], expected: bool) -> None:
    given = {"who": stranger(1), "at": LATER - 5, "reason": "claimed_twin", **more}
    state = note(ROOM, standing(ActionKind.ALERT, **given))
    assert mentioned(state, person(state, "x1"), "claimed_name", "claimed_twin") == expected


def test_facts_against_somebody_are_those_that_nothing_shows() -> None:
    assert [identity_facts(person(ROOM, id)) for id in ("p1", "n2", "x1")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"roster": Roster()}, "no_roster"),
        ({"roster_shrunk": True}, "roster_shrunk"),
        ({"roster_stale": True}, "roster_stale"),
        ({"roster_stale": True, "roster": Roster()}, "no_roster"),
        ({"roster_stale": True, "roster_shrunk": True}, "roster_shrunk"),
    ],
)
def test_why_nobody_can_be_judged_is_told_once_in_a_lesson(changes: dict[str, Any], reason: str) -> None:
    state = replace(ROOM, **changes)
    assert in_full(no_roster(state, "late_lock")) == (f"alert for late_lock/{reason}: low, guard",)
    assert in_full(no_roster(state)) == (f"alert for roster_only/{reason}: low, guard",)
    told = note(state, standing(ActionKind.ALERT, reason=reason, rule="share_guard", at=START))
    assert in_full(no_roster(told)) == ()
    other = note(state, standing(ActionKind.ALERT, reason="stranger_waits", at=START))
    assert len(in_full(no_roster(other))) == 1


# --- the door ---------------------------------------------------------------------------------------------------------


def door(state: LessonState, hard: bool) -> tuple[str, ...]:
    return in_short(close_door(state, "join_wave", "join_wave", 5, hard=hard))


OPENED = fold(ROOM, switched(LATER - 999, locked=True), pressed("unlock", at=LATER))
UNLOCKED = fold(OPENED, switched(LATER, locked=False))


@pytest.mark.parametrize(
    ("state", "soft", "hard"),
    [
        (ROOM, ("open_waiting_room",), ("open_waiting_room",)),
        (UNLOCKED, (), ()),
        (replace(UNLOCKED, now=LATER + JUST_OPENED - 0.1), (), ()),
        (replace(UNLOCKED, now=LATER + JUST_OPENED), (), ("open_waiting_room",)),
    ],
)
def test_a_door_that_a_human_opened_is_closed_by_nothing_but_a_wave_and_that_later(
    state: LessonState, soft: tuple[str, ...], hard: tuple[str, ...]
) -> None:
    assert (door(state, hard=False), door(state, hard=True)) == (soft, hard)


@pytest.mark.parametrize(
    ("switches", "expected"),
    [({}, False), ({"waiting_room": True}, True), ({"locked": True}, True), ({"chat_closed": True}, False)],
)
def test_nobody_unknown_walks_in_through_a_waiting_room_or_a_lock(switches: dict[str, Any], expected: bool) -> None:
    assert closed(lesson(**switches)) is expected


@pytest.mark.parametrize(
    ("scheduled", "minute", "expected"),
    [
        (None, 2.9, True),
        (None, 3.0, False),
        (START + 600, 12.9, True),
        (START + 600, 13.0, False),
        (START - 600, 3.0, False),
    ],
)
def test_a_class_comes_in_from_the_planned_start_if_that_is_later(
    scheduled: float | None, minute: float, expected: bool
) -> None:
    state = lesson(scheduled=scheduled, at=START + minute * MINUTE)
    assert in_first_minutes(state, 3) is expected


@pytest.mark.parametrize(
    ("ends_at", "now", "expected"),
    [
        (None, START + 60, LONGEST - 60),
        (None, START + LONGEST, AFTER_END),
        (START + 3600, START + 600, 3000 + AFTER_END),
        (START + 3600, START + 9999, AFTER_END),
    ],
)
def test_a_measure_for_the_whole_lesson_ends_some_time_after_it(
    ends_at: float | None, now: float, expected: float
) -> None:
    assert rest_of_lesson(replace(lesson(at=now), ends_at=ends_at)) == expected


def test_where_nobody_knows_when_the_lesson_began_it_lasts_from_now_on() -> None:
    assert rest_of_lesson(LessonState(lesson="l1", now=START)) == LONGEST


@pytest.mark.parametrize(
    ("inside", "who", "expected"),
    [
        ([named(1), named(3)], named(2), True),
        ([named(1), pupil(3)], named(2), True),  # as many are known by name as by account
        ([named(1), pupil(3), pupil(4)], named(2), False),
        ([named(1), named(3)], stranger(2), False),
        ([named(1), named(3)], pupil(2), False),
        ([named(1), named(2, id="n2-first")], named(2), False),
        ([named(1), named(3)], replace(named(2), name="学生\u31642"), False),  # a blank that nobody sees
    ],
)
def test_when_a_name_is_all_that_can_be_known_and_fits(
    inside: list[Participant], who: Participant, expected: bool
) -> None:
    state = lesson(inside=[teacher(), *inside, who])
    assert fits(state, state.inside[who.id]) is expected


def test_a_name_that_several_of_the_list_have_fits_nobody() -> None:
    twice = Roster((*roster(3).entries, RosterEntry(id="r9", name="学生2")))
    state = fold(replace(lesson(pupils=0, inside=[teacher()]), roster=twice), joined(named(1)), joined(named(2)))
    assert fits(state, state.inside["n1"])
    assert not fits(state, state.inside["n2"])
