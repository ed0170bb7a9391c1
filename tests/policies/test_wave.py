"""wave: when several offend at once the room is quiet for a while, and nobody is warned first in an attack."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.domain.actions import ActionKind, OutcomeKind, Severity
from app.domain.events import Event
from app.domain.people import Participant
from app.domain.state import LessonState, note
from policies import wake_at
from policies.base import Policy
from tests.builders import (
    LATER,
    MINUTE,
    Rehearsal,
    fold,
    in_short,
    joined,
    left,
    lesson,
    named,
    only,
    pressed,
    pupil,
    says,
    shares,
    standing,
    stranger,
    switched,
    teacher,
    ticked,
)

BAD = "傻逼老师"
QUIET = ("mute_all", "forbid_unmute", "close_chat", "restrict_share", "alert")
CLASS = [teacher(), *(pupil(n) for n in range(1, 6)), *(stranger(n) for n in range(1, 4))]
ROOM = lesson(inside=CLASS)


def guarded(*rules: str, **restraint: Any) -> Policy:
    """These rules, everything else off, and the brakes with these numbers."""
    chosen: dict[str, Any] = {}
    for rule in rules:
        chosen[rule] = only(rule).rules[rule]
    return Policy(preset="", rules={**only("restraint", **restraint).rules, **chosen})


def of_the_room(world: Rehearsal) -> tuple[str, ...]:
    return in_short(d for d in world.made if d.rule == "restraint")


def abuse_by(people: Sequence[Participant], every: float = 4.0) -> list[Event]:
    return [says(p, BAD, LATER + n * every) for n, p in enumerate(people)]


@pytest.mark.parametrize(
    ("people", "every", "restraint", "expected"),
    [
        ([stranger(1)], 4, {}, ()),
        ([stranger(1), stranger(2)], 4, {}, QUIET),
        ([stranger(1), stranger(2)], 30, {}, QUIET),
        ([stranger(1), stranger(2)], 30.1, {}, ()),
        ([stranger(1), stranger(2)], 4, {"together": 3}, ()),
        ([stranger(n) for n in (1, 2, 3)], 4, {"together": 3}, QUIET),
        # the same one again is the ladder's
        ([stranger(1)] * 3, 4, {"together": 3}, ()),
        # pupils quarrel, too
        ([pupil(1), pupil(2), pupil(3)], 4, {}, ()),
        ([pupil(n) for n in (1, 2, 3, 4)], 4, {}, QUIET),
        ([stranger(1), pupil(1)], 4, {}, ()),
        ([stranger(1), pupil(1), pupil(2)], 4, {}, QUIET),
    ],
)
def test_how_many_are_several(
    people: list[Participant], every: float, restraint: dict[str, int], expected: tuple[str, ...]
) -> None:
    world = Rehearsal(guarded("abuse", **restraint), ROOM)
    world.tell(*abuse_by(people, every))
    assert of_the_room(world) == expected


def test_offences_of_any_kind_count_together() -> None:
    world = Rehearsal(guarded("abuse", "share_guard"), lesson(inside=CLASS, share_restricted=True))
    world.tell(says(stranger(1), BAD), shares(stranger(2), LATER + 2))
    assert of_the_room(world) == tuple(a for a in QUIET if a != "restrict_share")  # that is so already


def test_who_cannot_be_sent_out_counts_each_time() -> None:
    """Where holding somebody came down to muting him he is still there, and goes on."""
    muted = standing(ActionKind.MUTE, stranger(1), LATER - 5, status=OutcomeKind.CONFIRMED)
    world = Rehearsal(guarded("abuse"), note(ROOM, muted))
    world.tell(*abuse_by([stranger(1)] * 2))
    assert of_the_room(world) == QUIET


@pytest.mark.parametrize("mode", ["observe", "enforce"])
def test_what_is_only_watched_closes_nothing(mode: str) -> None:
    rules = {**guarded().rules, "abuse": only("abuse", mode=mode).rules["abuse"]}
    world = Rehearsal(Policy(preset="", rules=rules), ROOM)
    world.tell(*abuse_by([stranger(1), stranger(2)]))
    assert of_the_room(world) == (QUIET if mode == "enforce" else ())


def test_a_watched_offence_after_an_answered_one_closes_nothing() -> None:
    rules = {**guarded("abuse").rules, "links": only("links", mode="observe").rules["links"]}
    world = Rehearsal(Policy(preset="", rules=rules), ROOM)
    world.tell(says(stranger(1), BAD), says(stranger(2), "http://bad-casino.example/win", LATER + 4))
    assert [d.observed for d in world.made if d.strike] == [False, True]
    assert of_the_room(world) == ()


def test_what_was_before_somebody_opened_the_room_is_answered() -> None:
    world = Rehearsal(guarded("abuse"), lesson(inside=CLASS, chat_closed=True))
    world.tell(says(stranger(1), BAD), switched(LATER + 1, chat_closed=False), says(stranger(2), BAD, LATER + 5))
    assert of_the_room(world) == ()
    world.tell(says(stranger(3), BAD, LATER + 9))
    assert of_the_room(world) == QUIET


def quieted(minutes: int) -> Rehearsal:
    world = Rehearsal(guarded("abuse", together_minutes=minutes), ROOM)
    world.tell(*abuse_by([stranger(1), stranger(2)]))
    world.settle()
    world.tell(switched(LATER + 5, **dict.fromkeys(("muted_all", "unmute_forbidden", "chat_closed"), True)))
    return world


OPENS = {"allow_unmute", "open_chat", "allow_share"}


def test_it_ends_by_itself_when_the_offenders_are_gone() -> None:
    world = quieted(minutes=2)
    assert {d.expires_after for d in world.made if d.reason == "together" and d.expires_after} == {2 * MINUTE}
    world.tell(left(stranger(1), LATER + 20), left(stranger(2), LATER + 21))
    assert world.tell(ticked(LATER + 2 * MINUTE)) == ()
    assert OPENS <= set(in_short(world.tell(ticked(LATER + 4 + 2 * MINUTE))))


def test_it_goes_on_while_an_offender_whom_nobody_knows_is_inside() -> None:
    world = quieted(minutes=2)
    assert wake_at(world.policy, world.state) == LATER + 4 + 2 * MINUTE
    world.tell(left(stranger(1), LATER + 20))
    assert world.tell(ticked(LATER + 5 * MINUTE)) == ()
    assert wake_at(world.policy, world.state) == LATER + 5 * MINUTE + 30
    world.tell(left(stranger(2), LATER + 6 * MINUTE))
    assert OPENS <= set(in_short(world.tell(ticked(LATER + 7 * MINUTE))))


def test_one_press_gives_it_back_for_good() -> None:
    world = quieted(minutes=2)
    world.tell(pressed("open_chat", at=LATER + 30))
    assert "close_chat" not in in_short(world.tell(ticked(LATER + MINUTE)))


# --- in an attack -----------------------------------------------------------------------------------------------------


def held(*people: Participant, severity: Severity = Severity.HIGH, at: float = LATER - 10) -> LessonState:
    state = ROOM
    for n, who in enumerate(people):
        state = note(state, standing(ActionKind.HOLD, who, at, id=f"h{n}", severity=severity))
    return state


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ROOM, "warn p1"),
        (held(stranger(1)), "warn p1"),  # one odd name is no attack
        (held(stranger(1), stranger(2)), "silence p1"),
        (held(stranger(1), stranger(2), at=LATER - 61), "warn p1"),
        (held(stranger(1), stranger(2), severity=Severity.MEDIUM), "warn p1"),
        (fold(ROOM, joined(named(2))), "warn p1"),
        (note(ROOM, standing(ActionKind.SILENCE, stranger(1), LATER - 10, strike=True)), "silence p1"),
        (
            note(ROOM, standing(ActionKind.SILENCE, stranger(1), LATER - 10, strike=True, severity=Severity.LOW)),
            "warn p1",
        ),
    ],
)
def test_a_pupil_is_warned_first_but_not_when_he_joins_in_an_attack(state: LessonState, expected: str) -> None:
    world = Rehearsal(only("abuse"), state)
    assert expected in in_short(world.tell(says(pupil(1), BAD)))


def test_a_foreign_address_by_a_pupil_is_told_but_not_while_strangers_write_theirs() -> None:
    line = "http://bad-casino.example/win"
    assert in_short(Rehearsal(only("links"), ROOM).tell(says(pupil(1), line))) == ("alert p1",)
    attacked = note(ROOM, standing(ActionKind.SILENCE, stranger(1), LATER - 10, strike=True))
    (told, silenced) = Rehearsal(only("links"), attacked).tell(says(pupil(1), line))
    assert in_short((told, silenced)) == ("alert p1", "silence p1")
    assert silenced.expires_after == 10 * MINUTE
