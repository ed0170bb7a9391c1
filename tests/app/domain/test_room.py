"""What happens to the room: what a list shows of it, who turned which switch, whether we see, and what is proven."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain import events as ev
from app.domain.actions import Action, ActionKind, OutcomeKind
from app.domain.people import Participant, Role, Roster, RosterEntry
from app.domain.state import LessonState, Standing, Status, leads, note, proven, rematch
from app.domain.state.people import leader_keys
from app.domain.state.proof import satisfied
from tests.builders import (
    LATER,
    START,
    ended,
    entry,
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
    settled,
    shares,
    standing,
    started,
    stranger,
    switched,
    teacher,
    unmuted,
    waits,
)

T = LATER
X = stranger(1)


def row(who: Participant = X, **media: bool) -> ev.Presence:
    return ev.Presence(participant=who, **media)


# --- what a list shows ------------------------------------------------------------------------------------------------


def test_a_list_shows_microphones_cameras_and_screens_and_an_event_since_wins() -> None:
    state = fold(lesson(inside=[X]), unmuted(X, T))
    seen = fold(state, polled([row(audio=False, video=True, share=True)], asked_at=T + 5, at=T + 6)).inside["x1"]
    assert (seen.audio, seen.video, seen.share) == (False, True, True)
    assert (seen.audio_at, seen.video_at) == (T + 5, T + 5)
    early = fold(state, polled([row(audio=False, video=True)], asked_at=T - 5, at=T + 6)).inside["x1"]
    assert (early.audio, early.video) == (True, True)
    silent = fold(state, polled([row()], asked_at=T + 5, at=T + 6)).inside["x1"]
    assert (silent.audio, silent.audio_at) == (True, T)
    same = fold(state, polled([row(audio=True)], asked_at=T + 5, at=T + 6)).inside["x1"]
    assert same.audio_at == T  # since when, not when it was seen last
    new = fold(lesson(), polled([row(audio=True)], asked_at=T + 5, at=T + 6)).inside["x1"]
    assert (new.audio, new.unmutes) == (True, (T + 5,))


def test_a_list_shows_the_switches_as_they_were_when_it_was_asked_for() -> None:
    on, off = ev.Switches(locked=True), ev.Switches(locked=False)
    state = fold(lesson(inside=[X]), polled([X], asked_at=T + 5, at=T + 6, switches=on))
    assert (state.switches.locked, state.changes["locked"].at) == (True, T + 5)
    assert fold(state, polled([X], asked_at=T + 4, at=T + 7, switches=off)).switches.locked is True
    assert fold(state, polled([X], asked_at=T + 6, at=T + 7, switches=off)).switches.locked is False


def test_a_list_is_heard_when_it_was_asked_for_and_takes_time_to_come() -> None:
    state = fold(lesson(inside=[X]), polled([X], asked_at=T + 5, at=T + 9))
    assert (state.now, state.last_heard) == (T + 9, T + 5)
    late = fold(state, polled([X], asked_at=T + 2, at=T + 3))
    assert (late.now, late.last_heard) == (T + 9, T + 5)


def test_who_is_on_the_list_under_another_name_is_the_same_presence() -> None:
    state = fold(lesson(inside=[X]), unmuted(X, T), polled([replace(X, name="学生2")], asked_at=T + 5, at=T + 6))
    person = state.inside["x1"]
    assert (person.participant.name, person.since, person.audio) == ("学生2", START + 1, True)


@pytest.mark.parametrize("came", [joined(X, T), waits(X, T)])
def test_whom_the_list_does_not_show_has_gone_unless_he_came_since(came: ev.PersonEvent) -> None:
    state = fold(lesson(), came)
    for asked_at, here in ((T - 0.1, True), (T, False)):
        after = fold(state, polled([], [], asked_at=asked_at, at=T + 9))
        assert (after.person("x1") is not None) is here
    gone = fold(state, polled([], [], asked_at=T + 5, at=T + 9))
    assert gone.gone == {"x1": T + 5}
    assert fold(gone, replace(came, at=T + 4)).person("x1") is None  # a late word of before the question
    paged = fold(state, polled([], [], asked_at=T, at=T + 9, exact=False)).person("x1")
    assert paged is not None
    assert paged.missed == 1


# --- the lesson -------------------------------------------------------------------------------------------------------


def test_a_lesson_begins_at_its_first_word_and_keeps_its_title() -> None:
    state = fold(LessonState(lesson="l1"), started(T, "数学"), started(T + 5))
    assert (state.started_at, state.title) == (T, "数学")
    assert fold(state, started(T - 5, "Toán")).started_at == T - 5
    assert fold(state, started(T + 5, "Toán")).title == "Toán"


def test_an_end_in_the_moment_of_the_start_is_one_and_takes_blindness_with_it() -> None:
    blind = fold(lesson(inside=[X]), ev.SightLost(at=T, reason="no_answer"))
    assert fold(blind, ended(START - 0.1)).status is Status.LIVE
    over = fold(blind, ended(START))
    assert (over.status, over.blind) == (Status.ENDED, "")
    assert fold(LessonState(lesson="l1"), ended(T)).status is Status.ENDED


def test_we_are_blind_from_one_word_to_the_other() -> None:
    lost = fold(lesson(), ev.SightLost(at=T, reason="no_answer"))
    assert lost.blind == "no_answer"
    assert fold(lesson(), ev.SightLost(at=T, reason="")).blind == "unknown"
    assert fold(lost, ev.SightRegained(at=T + 1)).blind == ""


# --- switches ---------------------------------------------------------------------------------------------------------


def test_a_change_tells_what_was_before_and_a_repetition_is_none() -> None:
    state = fold(lesson(), switched(T, locked=False), switched(T + 1, locked=True))
    assert (state.changes["locked"].at, state.changes["locked"].before) == (T + 1, False)
    again = fold(state, switched(T + 5, locked=True))
    assert again.changes["locked"].at == T + 1
    assert fold(state, switched(T + 1, locked=False)).switches.locked is False  # of one moment the last word
    assert fold(state, switched(T + 0.9, locked=False)).switches.locked is True


def test_a_switch_that_no_list_shows_is_taken_as_asked_although_something_was_told_since() -> None:
    lock = standing(ActionKind.LOCK, at=T)
    state = fold(note(lesson(), lock), switched(T + 9, locked=False))
    assumed = fold(state, settled(lock, OutcomeKind.UNCONFIRMED, T + 5, assumed=True))
    assert (assumed.switches.locked, assumed.changes["locked"].at, assumed.changes["locked"].intent) == (
        True,
        T + 9,
        "i1",
    )
    confirmed = fold(note(lesson(), lock), settled(lock, OutcomeKind.CONFIRMED, T + 5))
    assert (confirmed.switches.locked, confirmed.changes["locked"].at) == (True, T + 5)


# --- presses ----------------------------------------------------------------------------------------------------------


def test_the_keys_of_presses_are_remembered_the_newest_last() -> None:
    state = fold(lesson(), pressed("lock", key="a"), pressed("unlock", key="b"))
    assert state.pressed == ("a", "b")


def test_only_what_takes_somebody_out_is_forgiven_and_only_a_hold_is_a_word_for_him() -> None:
    room = lesson(inside=[teacher(), X, stranger(2)])
    held = fold(note(room, standing(ActionKind.HOLD, X, by="u1")), pressed("hold", X))
    banned = fold(note(room, standing(ActionKind.BAN, X, by="u1")), pressed("ban", X))
    for state, vouched in ((held, True), (banned, False)):
        undone = fold(state, pressed("undo", undo="i1"))
        assert undone.barred == frozenset()
        assert undone.inside["x1"].vouched is vouched
        assert fold(state, pressed("undo", undo="nothing")).barred == {"x1"}
        assert fold(state, pressed("lock")).barred == {"x1"}
    assert fold(banned, pressed("unban", X)).barred == frozenset()
    assert fold(banned, pressed("unban", stranger(2))).barred == {"x1"}
    assert fold(held, pressed("unban", X)).barred == {"x1"}  # that was no ban
    room_only = note(banned, standing(ActionKind.BAN, id="i2"))
    assert fold(room_only, pressed("unban", X)).barred == frozenset()
    muted_only = fold(note(held, standing(ActionKind.MUTE, X, id="i2")), pressed("undo", undo="i2"))
    assert muted_only.barred == {"x1"}


def test_who_is_sent_out_by_name_is_forgiven_by_name() -> None:
    state = fold(lesson(inside=[named(2)]), pressed("ban", named(2)))
    state = note(state, standing(ActionKind.BAN, named(2), by="u1"))
    assert state.barred == {"n2", "name r2"}
    assert fold(state, pressed("unban", named(2))).barred == frozenset()


def test_an_offence_that_is_taken_back_was_none_also_when_its_writer_has_gone() -> None:
    warned = standing(ActionKind.WARN, pupil(1), at=T, strike=True)
    state = note(lesson(inside=[pupil(1)]), warned)
    assert state.strikes == {"entry r1": (T,)}
    assert fold(state, pressed("undo", undo="i1")).strikes == {}
    assert fold(state, left(pupil(1), T + 1), pressed("undo", undo="i1")).strikes == {}
    assert fold(replace(state, strikes={}), pressed("undo", undo="i1")).strikes == {}
    other = replace(state, strikes={**state.strikes, "entry r2": (T,)})
    assert fold(other, pressed("undo", undo="i1")).strikes == {"entry r2": (T,)}


# --- who leads --------------------------------------------------------------------------------------------------------

HELPER = RosterEntry(id="h", name="赵老师", accounts=("acc-h", "zhao@school.example", "link-h"), staff=True)
LED = rematch(lesson(inside=[teacher(), pupil(1)]), Roster((entry(1), entry(2), HELPER)), 2)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (Participant(id="h", name="x", account="acc-h", role=Role.HOST), True),
        (Participant(id="h", name="x", link="link-h", role=Role.HOST), True),
        (Participant(id="h", name="x", email="zhao@school.example", role=Role.HOST), True),
        (Participant(id="h", name="x", accounts=("acc-h",), role=Role.HOST), True),
        (Participant(id="h", name="赵老师", role=Role.HOST), False),
        (Participant(id="h", name="x", account="acc-h"), False),  # who has not the right leads nobody
        (replace(pupil(2), role=Role.COHOST), False),  # nobody was here who could have given it
    ],
)
def test_a_teacher_of_the_list_leads_by_anything_that_proves_him(who: Participant, expected: bool) -> None:
    state = fold(LED, left(teacher(), T), joined(who, T + 1))
    assert leads(state, state.inside[who.id]) is expected


def test_by_what_somebody_in_charge_is_known_again() -> None:
    helper = Participant(id="h", name="x", account="acc-h", role=Role.HOST)
    state = fold(LED, joined(helper, T))
    assert leader_keys(state.inside["h"]) == {"presence h", "account acc-h", "entry h"}
    by_name = fold(LED, joined(Participant(id="g", name="赵老师", role=Role.HOST), T))
    assert leader_keys(by_name.inside["g"]) == {"presence g"}
    assert set(state.leaders) == {"presence t", "account teacher-1", "presence h", "account acc-h", "entry h"}
    assert state.leaders[-3:] == ("account acc-h", "entry h", "presence h")


def test_a_right_is_a_gift_only_of_somebody_else_who_leads() -> None:
    alone = fold(LED, left(teacher(), T), promoted(pupil(1), Role.COHOST, T + 1))
    assert not leads(alone, alone.inside["p1"])
    given = fold(LED, promoted(pupil(1), Role.COHOST, T + 1))
    assert leads(given, given.inside["p1"])


def test_another_list_is_for_those_who_wait_too() -> None:
    state = rematch(lesson(pupils=0, inside=[pupil(1)], waiting=[pupil(2)]), Roster((entry(1), entry(2))), 3)
    assert (state.inside["p1"].match.entry, state.waiting["p2"].match.entry) == ("r1", "r2")


# --- what is proven ---------------------------------------------------------------------------------------------------


def asked(kind: ActionKind, who: Participant | None = None, **more: Any) -> Standing:
    return standing(kind, who, at=T, status=OutcomeKind.REQUESTED, settled_at=T + 1, **more)


def test_what_was_so_already_is_proven_by_a_word_about_that_very_switch() -> None:
    state = fold(lesson(inside=[X]), switched(T - 9, locked=True))
    lock = asked(ActionKind.LOCK, met=True)
    for event, expected in (
        (switched(T + 2, locked=True), True),
        (switched(T + 2, chat_closed=True), False),
        (joined(stranger(2), T + 2), False),
        (polled([X], at=T + 2, asked_at=T + 1), False),
        (polled([X], at=T + 2, asked_at=T + 1.1), True),
    ):
        assert proven(fold(state, event), lock, event) is expected
    mute = asked(ActionKind.MUTE, X, met=True)
    assert not proven(state, mute, switched(T + 2, locked=True))
    news = muted(X, T + 2)
    assert proven(fold(state, news), asked(ActionKind.MUTE, X), news)


@pytest.mark.parametrize(
    ("state", "action", "expected"),
    [
        (lesson(inside=[X]), Action(kind=ActionKind.MUTE, target=X), True),
        (fold(lesson(inside=[X]), unmuted(X)), Action(kind=ActionKind.MUTE, target=X), False),
        (fold(lesson(inside=[X]), unmuted(X)), Action(kind=ActionKind.MUTE), True),  # of nobody
        (fold(lesson(inside=[X]), films(X)), Action(kind=ActionKind.STOP_VIDEO, target=X), False),
        (fold(lesson(inside=[X]), shares(X)), Action(kind=ActionKind.STOP_SHARE, target=X), False),
        (lesson(inside=[X]), Action(kind=ActionKind.HOLD, target=X), False),
        (lesson(waiting=[X]), Action(kind=ActionKind.HOLD, target=X), True),
        (lesson(waiting=[X]), Action(kind=ActionKind.BAN, target=X), False),
        (lesson(), Action(kind=ActionKind.BAN, target=X), True),
        (lesson(waiting=[X]), Action(kind=ActionKind.ADMIT, target=X), False),
        (lesson(waiting=[X]), Action(kind=ActionKind.DENY, target=X), False),
        (lesson(inside=[X]), Action(kind=ActionKind.ADMIT, target=X), True),
        (lesson(inside=[X]), Action(kind=ActionKind.RENAME, target=X, text=X.name), True),
        (lesson(inside=[X]), Action(kind=ActionKind.RENAME, target=X, text="y"), False),
        (lesson(), Action(kind=ActionKind.END), False),
        (fold(lesson(), ended()), Action(kind=ActionKind.END), True),
        (lesson(locked=True), Action(kind=ActionKind.LOCK), True),
        (lesson(locked=False), Action(kind=ActionKind.LOCK), False),
        (lesson(), Action(kind=ActionKind.UNLOCK), False),  # nobody has said so
        (lesson(), Action(kind=ActionKind.ANNOUNCE, text="x"), False),  # which nothing shows
        # everybody is muted: the switch says so, or nobody but hosts is heard
        (fold(lesson(inside=[X]), unmuted(X)), Action(kind=ActionKind.MUTE_ALL), False),
        (lesson(inside=[X], before=[unmuted(X), switched(T, muted_all=True)]), Action(kind=ActionKind.MUTE_ALL), True),
        (
            lesson(inside=[X], before=[unmuted(X), switched(T, muted_all=False)]),
            Action(kind=ActionKind.MUTE_ALL),
            False,
        ),
        (fold(lesson(inside=[X, teacher()]), unmuted(teacher())), Action(kind=ActionKind.MUTE_ALL), True),
    ],
)
def test_whether_the_room_is_as_it_was_wished(state: LessonState, action: Action, expected: bool) -> None:
    assert satisfied(state, action) is expected
