"""Comings and goings that are told late, twice, in the same second, or by half: what is left is the newest word."""

from dataclasses import replace
from itertools import permutations

import pytest

from app.domain import events as ev
from app.domain.actions import ActionKind, OutcomeKind
from app.domain.people import Participant, Role, Trust
from app.domain.state import KEEP_ROWS, LessonState, Status, note
from app.domain.state.people import REMEMBER_ARRIVALS, REMEMBER_CHAT, REMEMBER_GONE, buried
from tests.builders import (
    LATER,
    films,
    fold,
    joined,
    left,
    lesson,
    muted,
    named,
    polled,
    pressed,
    promoted,
    pupil,
    renamed,
    says,
    settled,
    shares,
    standing,
    stranger,
    switched,
    teacher,
    unmuted,
    waits,
)

T = LATER
X = stranger(1)


def leaves_the_room(who: Participant, at: float) -> ev.ParticipantLeft:
    """Some platforms tell of it alone when they move somebody to the waiting room."""
    return ev.ParticipantLeft(at=at, participant=who, inside_only=True)


def leaves_the_door(who: Participant, at: float) -> ev.ParticipantLeft:
    return ev.ParticipantLeft(at=at, participant=who, waiting_only=True)


def where(state: LessonState) -> tuple[bool, bool]:
    return "x1" in state.inside, "x1" in state.waiting


INSIDE, WAITING, AWAY = (True, False), (False, True), (False, False)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([joined(X, T)], INSIDE),
        ([waits(X, T)], WAITING),
        ([joined(X, T), left(X, T)], AWAY),
        ([waits(X, T), left(X, T)], AWAY),
        # an older word about somebody who is known to have gone since
        ([left(X, T + 5), joined(X, T)], AWAY),
        ([left(X, T + 5), waits(X, T)], AWAY),
        ([left(X, T + 5), joined(X, T + 5)], AWAY),
        ([left(X, T + 5), waits(X, T + 5)], AWAY),
        ([left(X, T + 5), joined(X, T + 5.1)], INSIDE),
        ([left(X, T + 5), waits(X, T + 5.1)], WAITING),
        # whoever left the room only may be waiting, whoever left the door only may be inside
        ([leaves_the_room(X, T + 5), joined(X, T)], AWAY),
        ([leaves_the_room(X, T + 5), joined(X, T + 6)], INSIDE),
        ([leaves_the_room(X, T + 5), waits(X, T)], WAITING),
        ([leaves_the_door(X, T + 5), waits(X, T)], AWAY),
        ([leaves_the_door(X, T + 5), waits(X, T + 6)], WAITING),
        ([leaves_the_door(X, T + 5), joined(X, T)], INSIDE),
        ([joined(X, T), leaves_the_door(X, T + 5)], INSIDE),
        ([waits(X, T), leaves_the_room(X, T + 5)], WAITING),
        # of two places the newer word counts; of one moment the one that was told last
        ([joined(X, T + 5), waits(X, T)], INSIDE),
        ([waits(X, T + 5), joined(X, T)], WAITING),
        ([joined(X, T), waits(X, T)], WAITING),
        ([waits(X, T), joined(X, T)], INSIDE),
        ([joined(X, T + 5), left(X, T)], INSIDE),
        ([waits(X, T + 5), left(X, T)], WAITING),
        ([joined(X, T + 5), left(X, T + 5)], AWAY),
        ([left(X, T + 5), left(X, T), joined(X, T + 3)], AWAY),
    ],
)
def test_where_somebody_is_after_what_was_told(events: list[ev.Event], expected: tuple[bool, bool]) -> None:
    assert where(fold(lesson(), *events)) == expected


def test_who_is_moved_to_the_door_in_one_second_is_there_in_whatever_order_it_is_told() -> None:
    for order in permutations((leaves_the_room(X, T + 5), waits(X, T + 5))):
        assert where(fold(lesson(), joined(X, T), *order)) == WAITING


def test_nobody_comes_before_the_lesson_but_the_lesson_comes_with_somebody() -> None:
    for came in (joined(X, T), waits(X, T)):
        state = fold(LessonState(lesson="l1"), came)
        assert (state.status, state.started_at) == (Status.LIVE, T)
    assert fold(lesson(), waits(X, T)).started_at != T


def test_a_second_sight_keeps_what_the_first_told() -> None:
    state = fold(lesson(), waits(replace(X, account="guest-1"), T), joined(X, T + 5))
    assert (state.inside["x1"].participant.account, state.inside["x1"].since) == ("guest-1", T + 5)
    back = fold(state, waits(X, T + 9))
    assert (back.waiting["x1"].participant.account, back.waiting["x1"].since) == ("guest-1", T + 9)
    assert fold(back, waits(X, T + 7)).waiting["x1"].since == T + 9


def test_who_waits_sends_nothing_and_is_vouched_for_only_while_he_waits() -> None:
    loud = fold(lesson(inside=[X]), unmuted(X), films(X), shares(X))
    held = fold(loud, waits(X, T + 1)).waiting["x1"]
    assert (held.audio, held.video, held.share, held.vouched) == (False, False, False, False)
    let_in = fold(lesson(waiting=[X]), pressed("admit", X), waits(X, T + 1))
    assert let_in.waiting["x1"].vouched is True
    assert fold(lesson(inside=[X]), pressed("admit", X), waits(X, T + 1)).waiting["x1"].vouched is False


def test_a_role_that_is_not_told_again_stays_and_a_pupil_is_given_none() -> None:
    again = replace(teacher(), role=Role.ATTENDEE)
    assert fold(lesson(inside=[teacher()]), joined(again, T)).inside["t"].participant.role is Role.HOST
    assert fold(lesson(inside=[again]), joined(again, T)).inside["t"].participant.role is Role.ATTENDEE
    cohost = teacher("t", Role.COHOST)
    assert fold(lesson(inside=[teacher()]), joined(cohost, T)).inside["t"].participant.role is Role.COHOST
    assert fold(lesson(inside=[pupil(1)]), joined(replace(pupil(1), role=Role.HOST), T)).inside["p1"].staff


def test_a_new_name_tells_no_role_and_a_new_role_no_name() -> None:
    host = lesson(inside=[teacher()])
    who = fold(host, renamed(replace(teacher(), role=Role.ATTENDEE), "李芳")).inside["t"].participant
    assert (who.name, who.role) == ("李芳", Role.HOST)
    who = fold(host, promoted(replace(teacher(), name="别人"), Role.COHOST)).inside["t"].participant
    assert (who.name, who.role) == ("李老师", Role.COHOST)
    assert fold(host, renamed(teacher(), "")).inside["t"].participant.name == "李老师"
    waiting = fold(lesson(waiting=[X]), renamed(X, "学生2")).waiting["x1"]
    assert (waiting.participant.name, waiting.match.trust) == ("学生2", Trust.CLAIMED)


# --- microphones and streams ------------------------------------------------------------------------------------------


def test_of_two_facts_about_one_moment_the_one_told_last_counts() -> None:
    state = lesson(inside=[X])
    assert not fold(state, unmuted(X, T), muted(X, T)).inside["x1"].audio
    assert fold(state, muted(X, T), unmuted(X, T)).inside["x1"].audio
    assert fold(state, unmuted(X, T), muted(X, T - 0.1)).inside["x1"].audio


def went(stream: str, live: bool, at: float) -> ev.StreamChanged:
    return ev.StreamChanged(at=at, participant=X, stream=stream, live=live)


def test_a_stream_stands_for_the_medium_that_it_was_last_told_to_be() -> None:
    state = fold(lesson(inside=[X]), unmuted(X, T, stream="s1"), films(X, T, stream="s2"))
    assert state.inside["x1"].streams == (("s1", ev.Media.AUDIO), ("s2", ev.Media.VIDEO))
    off = fold(state, went("s1", False, T + 1))
    assert (off.inside["x1"].audio, off.inside["x1"].video) == (False, True)
    swapped = fold(state, films(X, T + 1, stream="s1"))
    assert swapped.inside["x1"].streams == (("s2", ev.Media.VIDEO), ("s1", ev.Media.VIDEO))
    assert fold(state, unmuted(X, T + 1, stream="s1")).inside["x1"].streams == state.inside["x1"].streams
    assert fold(state, unmuted(X, T + 1)).inside["x1"].streams == state.inside["x1"].streams


def test_only_a_microphone_that_was_closed_is_opened() -> None:
    state = fold(lesson(inside=[X]), unmuted(X, T), unmuted(X, T + 1), films(X, T + 2), muted(X, T + 3))
    assert state.inside["x1"].unmutes == (T,)
    assert fold(state, unmuted(X, T + 4)).inside["x1"].unmutes == (T, T + 4)


# --- what is remembered, and for how long -----------------------------------------------------------------------------


def test_a_departure_is_remembered_by_its_newest_time_and_longer_than_any_platform_tries() -> None:
    gone = {"x1": T - 5, "x2": T}
    assert buried(gone, "x1", T, T) == {"x1": T, "x2": T}
    assert buried(gone, "x1", T - 9, T) == {"x1": T - 5, "x2": T}
    many = {f"g{n}": T - REMEMBER_GONE + (0.1 if n % 2 else 0.0) for n in range(KEEP_ROWS)}
    assert len(buried(many, "x1", T, T)) == KEEP_ROWS // 2 + 1
    assert len(buried(dict(list(many.items())[1:]), "x1", T, T)) == KEEP_ROWS  # until there are many, all of them


def test_lines_are_remembered_for_a_minute_and_whole_up_to_a_length() -> None:
    state = fold(lesson(inside=[X]), says(X, "one", T), says(X, "two", T + 1, "m2"))
    assert [line.text for line in state.chat] == ["one", "two"]
    assert [line.text for line in fold(state, says(X, "three", T + REMEMBER_CHAT)).chat] == ["two", "three"]
    assert (state.chat[1].message, state.chat[1].participant, state.chat[1].at) == ("m2", "x1", T + 1)
    assert len(fold(state, says(X, "y" * 3000, T + 2)).chat[-1].text) == 2000
    assert (state.inside["x1"].wrote_at, fold(state, says(stranger(7), "hi", T + 3)).inside["x1"].wrote_at) == (
        T + 1,
    ) * 2


def test_arrivals_are_remembered_for_five_minutes() -> None:
    state = fold(lesson(), joined(X, T), joined(stranger(2), T + REMEMBER_ARRIVALS - 0.1))
    assert [pid for _, pid in state.arrivals] == ["x1", "x2"]
    assert [pid for _, pid in fold(state, joined(stranger(3), T + REMEMBER_ARRIVALS)).arrivals] == ["x2", "x3"]


# --- an admission in the platform's own client ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (OutcomeKind.PENDING, False),
        (OutcomeKind.REQUESTED, False),
        (OutcomeKind.CONFIRMED, False),
        (OutcomeKind.UNCONFIRMED, False),
        (OutcomeKind.SIMULATED, True),
        (OutcomeKind.GONE, True),
        (OutcomeKind.UNSUPPORTED, True),
    ],
)
def test_what_we_asked_for_ourselves_is_no_teachers_word(status: OutcomeKind, expected: bool) -> None:
    asked = standing(ActionKind.ADMIT, named(1), at=T, status=status, settled_at=T)
    state = note(lesson(waiting=[named(1)]), asked)
    assert fold(state, joined(named(1), T + 1, admitted=True)).inside["n1"].vouched is expected
    others = note(lesson(waiting=[named(1)]), replace(asked, action=standing(ActionKind.ADMIT, pupil(2)).action))
    assert fold(others, joined(named(1), T + 1, admitted=True)).inside["n1"].vouched
    room = note(lesson(waiting=[named(1)]), replace(asked, action=standing(ActionKind.ADMIT).action))
    assert fold(room, joined(named(1), T + 1, admitted=True)).inside["n1"].vouched


def test_a_waiting_room_that_is_on_or_unknown_lets_nobody_in_by_itself() -> None:
    for switches, expected in (({}, True), ({"waiting_room": True}, True), ({"waiting_room": False}, False)):
        room = fold(lesson(waiting=[X]), switched(T, **switches))
        assert fold(room, joined(X, T + 1, admitted=True)).inside["x1"].vouched is expected
    done = standing(ActionKind.CLOSE_WAITING_ROOM, at=T)
    closed = fold(note(lesson(waiting=[X]), done), settled(done, OutcomeKind.REFUSED, T + 1))
    assert fold(closed, joined(X, T + 2, admitted=True)).inside["x1"].vouched


def test_a_list_does_not_bring_back_who_left_after_the_question() -> None:
    state = fold(lesson(), joined(X, T), left(X, T + 9))
    assert where(fold(state, polled([X], at=T + 12, asked_at=T + 8))) == AWAY
    assert where(fold(state, polled([X], at=T + 12, asked_at=T + 10))) == INSIDE
    assert where(fold(state, polled([], [X], at=T + 12, asked_at=T + 8))) == AWAY
    assert where(fold(state, polled([], [X], at=T + 12, asked_at=T + 10))) == WAITING
