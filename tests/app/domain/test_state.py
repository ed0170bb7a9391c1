"""The fold of one lesson: late, double and missing deliveries, who changed which switch, and no endless growth."""

from dataclasses import replace

import pytest

from app.domain import events as ev
from app.domain.actions import Action, ActionKind, OutcomeKind, Severity
from app.domain.people import Participant, Role, Roster, RosterEntry, Trust
from app.domain.state import KEEP_ROWS, LessonState, Mood, Status, apply, leads, mood, note, proven, rematch
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
    renamed,
    says,
    settled,
    shares,
    standing,
    started,
    stranger,
    switched,
    teacher,
    ticked,
    unmuted,
    waits,
)

T = LATER


# --- presences --------------------------------------------------------------------------------------------------------


def test_a_late_left_does_not_close_the_presence_that_came_after_it() -> None:
    """R4: he left at 10 and was back at 20; the message about 10 arrives last."""
    state = fold(lesson(), joined(pupil(1), T), joined(pupil(1), T + 20), left(pupil(1), T + 10))
    assert "p1" in state.inside
    told_twice = fold(lesson(), joined(pupil(1), T), left(pupil(1), T + 10), joined(pupil(1), T + 20))
    assert "p1" in fold(told_twice, left(pupil(1), T + 10)).inside
    assert "p1" not in fold(state, left(pupil(1), T + 30)).inside


def test_a_late_join_does_not_bring_back_who_has_left() -> None:
    assert "p1" not in fold(lesson(), left(pupil(1), T + 10), joined(pupil(1), T)).inside


def test_who_comes_again_is_inside_again() -> None:
    state = fold(lesson(), joined(pupil(1), T), left(pupil(1), T + 10), joined(pupil(1), T + 11))
    assert state.inside["p1"].since == T + 11


def test_two_presences_of_one_account_are_two() -> None:
    state = fold(
        lesson(), joined(pupil(1, id="phone"), T), joined(pupil(1, id="tablet"), T), left(pupil(1, id="phone"))
    )
    assert set(state.inside) == {"tablet"}


def test_leaving_the_waiting_room_says_nothing_about_who_is_inside() -> None:
    state = fold(lesson(), waits(pupil(1), T), joined(pupil(1), T + 5), left(pupil(1), T + 5, waiting_only=True))
    assert set(state.inside) == {"p1"}


def test_admission_told_in_the_same_second_in_either_order() -> None:
    """Some platforms tell "left the waiting room" and "joined" with one second-grained time."""
    arrived = fold(lesson(), waits(pupil(1), T))
    news = (left(pupil(1), T + 5, waiting_only=True), joined(pupil(1), T + 5))
    assert set(fold(arrived, *news).inside) == {"p1"}
    assert set(fold(arrived, *reversed(news)).inside) == {"p1"}


def test_a_late_join_does_not_undo_a_hold() -> None:
    state = fold(lesson(), waits(stranger(1), T + 10), joined(stranger(1), T))
    assert (set(state.inside), set(state.waiting)) == (set(), {"x1"})
    state = fold(lesson(), joined(stranger(1), T), waits(stranger(1), T + 10), joined(stranger(1), T))
    assert (set(state.inside), set(state.waiting)) == (set(), {"x1"})


def test_a_late_hold_does_not_undo_an_admission() -> None:
    state = fold(lesson(), joined(stranger(1), T + 10), waits(stranger(1), T))
    assert (set(state.inside), set(state.waiting)) == ({"x1"}, set())


def test_who_is_held_sends_nothing_any_more() -> None:
    state = fold(lesson(inside=[stranger(1)]), unmuted(stranger(1)), shares(stranger(1)), waits(stranger(1), T + 1))
    held = state.waiting["x1"]
    assert (held.audio, held.video, held.share) == (False, False, False)


def test_a_rename_is_judged_anew_and_keeps_the_rest() -> None:
    state = fold(lesson(inside=[stranger(1)]), unmuted(stranger(1)), renamed(stranger(1), "学生2"))
    person = state.inside["x1"]
    assert (person.participant.name, person.match.trust, person.audio) == ("学生2", Trust.CLAIMED, True)


def test_what_a_later_event_does_not_tell_is_not_forgotten() -> None:
    bare = replace(pupil(1), name="", account="")
    state = fold(lesson(inside=[pupil(1)]), unmuted(bare), joined(bare, T + 1))
    assert state.inside["p1"].match.trust is Trust.VERIFIED


def test_a_promotion_makes_staff_and_a_demotion_unmakes_it() -> None:
    state = fold(lesson(inside=[pupil(1)]), promoted(pupil(1), Role.COHOST))
    assert state.inside["p1"].staff
    assert not fold(state, promoted(pupil(1), Role.ATTENDEE, T + 1)).inside["p1"].staff


def test_an_ended_lesson_has_nobody_and_late_events_bring_nobody_back() -> None:
    state = fold(lesson(inside=[pupil(1)], waiting=[stranger(2)]), ended(T))
    assert (state.status, dict(state.inside), dict(state.waiting)) == (Status.ENDED, {}, {})
    late = fold(state, joined(stranger(1), T - 5), waits(stranger(3), T - 4), started(T - 60), ended(T + 9))
    assert (late.status, late.ended_at, dict(late.inside), dict(late.waiting)) == (Status.ENDED, T, {}, {})
    assert fold(late, polled([stranger(1)], at=T + 1)).inside == {}


def test_an_end_of_the_lesson_before_does_not_end_this_one() -> None:
    assert fold(lesson(), ended(START - 10)).status is Status.LIVE


def test_somebody_inside_means_that_the_lesson_runs() -> None:
    empty = LessonState(lesson="l1")
    assert empty.status is Status.SCHEDULED
    assert fold(empty, joined(pupil(1), T)).status is Status.LIVE
    assert fold(empty, waits(pupil(1), T), started(T - 9)).started_at == T - 9


# --- media ------------------------------------------------------------------------------------------------------------


def test_an_older_fact_about_a_microphone_never_overwrites_a_newer_one() -> None:
    state = fold(lesson(inside=[pupil(1)]), muted(pupil(1), T + 2), unmuted(pupil(1), T + 1))
    assert not state.inside["p1"].audio


def test_media_of_somebody_who_is_not_inside_is_nobodys() -> None:
    assert fold(lesson(), unmuted(pupil(1)), shares(stranger(1))).inside == {}


def test_a_stream_known_by_its_id_only() -> None:
    went_off = ev.StreamChanged(at=T + 1, participant=pupil(1), stream="v0", live=False)
    state = fold(lesson(inside=[pupil(1)]), films(pupil(1), T, stream="v0"), went_off)
    assert not state.inside["p1"].video
    unknown = replace(went_off, stream="v9", live=True)
    assert fold(state, unknown) == replace(state, now=state.now, last_heard=state.last_heard)


# --- polls ------------------------------------------------------------------------------------------------------------


def test_the_list_wins_over_everything_older_and_loses_against_everything_newer() -> None:
    state = fold(lesson(), joined(pupil(1), T), joined(pupil(2), T + 5))
    state = fold(state, polled([pupil(3)], [stranger(1)], asked_at=T + 4, at=T + 6))
    assert (set(state.inside), set(state.waiting)) == ({"p2", "p3"}, {"x1"})


def test_a_list_read_in_pages_must_miss_somebody_twice() -> None:
    state = lesson(inside=[pupil(1), pupil(2)])
    once = fold(state, polled([pupil(2)], at=T, exact=False))
    assert set(once.inside) == {"p1", "p2"}
    assert set(fold(once, polled([pupil(2)], at=T + 9, exact=False)).inside) == {"p2"}
    seen = fold(once, polled([pupil(1), pupil(2)], at=T + 9, exact=False), polled([pupil(2)], at=T + 18, exact=False))
    assert set(seen.inside) == {"p1", "p2"}  # one sight of him in between starts the count anew


def test_a_list_without_a_waiting_room_says_nothing_about_who_waits() -> None:
    assert set(fold(lesson(waiting=[stranger(1)]), polled([], None)).waiting) == {"x1"}


def test_a_list_tells_the_new_name_of_one_who_waits() -> None:
    state = fold(lesson(waiting=[stranger(1)]), polled([], [replace(stranger(1), name="学生2")]))
    assert state.waiting["x1"].match.trust is Trust.CLAIMED


def test_a_list_tells_the_role_of_one_who_waits_or_came_in_unheard() -> None:
    demoted = replace(teacher(), role=Role.ATTENDEE)
    state = lesson(waiting=[teacher()])
    assert not fold(state, polled([], [demoted])).waiting["t"].staff
    assert not fold(state, polled([demoted])).inside["t"].staff


def test_a_list_that_says_that_the_room_is_closed_ends_the_lesson() -> None:
    assert fold(lesson(inside=[pupil(1)]), polled([], live=False)).status is Status.ENDED


# --- switches ---------------------------------------------------------------------------------------------------------


def asked(kind: ActionKind, button: str = "", id: str = "i1") -> LessonState:
    return note(lesson(), standing(kind, at=T, id=id, button=button))


def test_a_change_that_we_asked_for_is_put_down_to_us_and_any_other_to_somebody_in_the_room() -> None:
    state = fold(asked(ActionKind.LOCK), switched(T + 1, locked=True, chat_closed=True))
    assert (state.changes["locked"].intent, state.changes["chat_closed"].intent) == ("i1", "")
    assert (state.changes["locked"].before, state.switches.locked) == (None, True)


def test_an_older_report_of_a_switch_does_not_overwrite_a_newer_one() -> None:
    assert fold(lesson(), switched(T + 2, locked=False), switched(T + 1, locked=True)).switches.locked is False


def test_a_200_proves_nothing_an_event_does() -> None:
    state = asked(ActionKind.LOCK)
    requested = settled(state.intents["i1"], OutcomeKind.REQUESTED, T + 1)
    state = apply(state, requested)
    assert not proven(state, state.intents["i1"], requested)
    told = switched(T + 2, locked=True)
    state = apply(state, told)
    assert proven(state, state.intents["i1"], told)


def test_what_was_so_already_is_proven_only_by_looking_again() -> None:
    state = note(lesson(inside=[pupil(1)]), standing(ActionKind.MUTE, pupil(1), at=T, met=True))
    state = apply(state, settled(state.intents["i1"], OutcomeKind.REQUESTED, T + 1))
    chatter = says(stranger(1), "hi", T + 2)
    state = apply(state, chatter)
    assert not proven(state, state.intents["i1"], chatter)
    muted = [ev.Presence(participant=pupil(1), audio=False)]
    early, late = polled(muted, asked_at=T, at=T + 2), polled(muted, asked_at=T + 1.5, at=T + 2)
    assert not proven(apply(state, early), state.intents["i1"], early)
    assert proven(apply(state, late), state.intents["i1"], late)


def test_what_a_teacher_does_by_hand_is_proven_by_what_happens() -> None:
    state = asked(ActionKind.CLOSE_CHAT)
    state = apply(state, settled(state.intents["i1"], OutcomeKind.MANUAL, T + 1))
    assert [s.id for s in state.unproven()] == ["i1"]
    other = ev.SettingsChanged(at=T + 2, switches=ev.Switches(locked=True))
    assert not proven(apply(state, other), state.intents["i1"], other)
    done = ev.SettingsChanged(at=T + 3, switches=ev.Switches(chat_closed=True))
    state = apply(state, done)
    assert proven(state, state.intents["i1"], done)
    state = apply(state, settled(state.intents["i1"], OutcomeKind.CONFIRMED, T + 3))
    assert state.unproven() == ()


def test_a_switch_that_no_platform_shows_is_taken_as_asked() -> None:
    state = asked(ActionKind.CLOSE_CHAT)
    state = apply(state, settled(state.intents["i1"], OutcomeKind.UNCONFIRMED, T + 1, assumed=True))
    assert (state.switches.chat_closed, state.changes["chat_closed"].intent) == (True, "i1")


def test_what_came_to_nothing_needs_no_undoing() -> None:
    state = note(lesson(), standing(ActionKind.LOCK, at=T, until=T + 60))
    assert apply(state, settled(state.intents["i1"], OutcomeKind.REFUSED)).intents["i1"].until is None
    assert apply(state, settled(state.intents["i1"], OutcomeKind.REQUESTED)).intents["i1"].until == T + 60


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_a_teachers_word_for_somebody_lasts_until_he_is_held_again() -> None:
    state = fold(lesson(waiting=[stranger(1)]), pressed("admit", stranger(1)), joined(stranger(1), T + 1))
    assert state.inside["x1"].trusted
    assert not fold(state, waits(stranger(1), T + 2)).waiting["x1"].trusted


def test_an_admission_in_the_platforms_own_client_is_a_teachers_word_too() -> None:
    state = lesson(waiting=[stranger(1)])
    assert fold(state, joined(stranger(1), T, admitted=True)).inside["x1"].vouched
    told_twice = fold(state, joined(stranger(1), T), joined(stranger(1), T, admitted=True), joined(stranger(1), T + 1))
    assert told_twice.inside["x1"].vouched
    assert not fold(state, joined(stranger(1), T)).inside["x1"].vouched
    assert fold(lesson(waiting=[stranger(1)], waiting_room=True), joined(stranger(1), T, True)).inside["x1"].vouched


def test_a_room_that_lets_everybody_in_vouches_for_nobody() -> None:
    off = lesson(waiting=[stranger(1)], waiting_room=False)
    closing = note(lesson(waiting=[stranger(1)]), standing(ActionKind.CLOSE_WAITING_ROOM, at=T))
    for state in (off, closing):
        assert not fold(state, joined(stranger(1), T + 1, admitted=True)).inside["x1"].vouched


def test_what_a_rule_let_in_through_the_host_is_no_teachers_word() -> None:
    """The platform names the host, through whom we asked: a claimed name would be beyond suspicion by that."""
    state = note(lesson(waiting=[named(1)]), standing(ActionKind.ADMIT, named(1), at=T))
    came = joined(named(1), T + 1, admitted=True)
    confirmed = settled(state.intents["i1"], OutcomeKind.CONFIRMED, T + 1)
    assert not fold(state, came).inside["n1"].vouched
    assert not fold(state, confirmed, came).inside["n1"].vouched
    assert not fold(state, came, confirmed, came).inside["n1"].vouched
    again = fold(state, came, confirmed, waits(named(1), T + 5), joined(named(1), T + 9, admitted=True))
    assert again.inside["n1"].vouched
    for outcome in (OutcomeKind.MANUAL, OutcomeKind.REFUSED):
        assert fold(state, settled(state.intents["i1"], outcome, T), came).inside["n1"].vouched


def test_the_newer_word_of_two_about_one_person_counts() -> None:
    sent = fold(lesson(inside=[stranger(1)]), pressed("hold", stranger(1), T))
    sent = note(sent, standing(ActionKind.HOLD, stranger(1), at=T, by="u1"))
    late = fold(sent, joined(stranger(1), T - 1, admitted=True)).inside["x1"]
    assert (late.vouched, sent.is_barred(late)) == (False, True)
    state = fold(sent, waits(stranger(1), T + 1), joined(stranger(1), T + 9, admitted=True))
    assert (state.inside["x1"].vouched, state.barred) == (True, frozenset())


def test_undoing_a_hold_is_a_teachers_word_too() -> None:
    state = note(lesson(waiting=[stranger(1)]), standing(ActionKind.HOLD, stranger(1), at=T))
    state = fold(state, pressed("undo", undo="i1"), joined(stranger(1), T + 1))
    assert state.inside["x1"].trusted


def test_what_a_human_opened_stays_open_until_a_human_closes_it() -> None:
    state = fold(lesson(), pressed("open_chat"), pressed("unlock"))
    assert state.opened == {"chat", "door"}
    assert fold(state, pressed("close_chat")).opened == {"door"}
    assert fold(state, pressed("calm")).opened == frozenset()


def test_another_roster_judges_everybody_anew() -> None:
    state = rematch(lesson(pupils=1, inside=[pupil(2)]), Roster((entry(2),)), 7)
    assert (state.inside["p2"].match.trust, state.roster_version) == (Trust.VERIFIED, 7)


def test_the_room_in_one_word() -> None:
    calm = lesson(inside=[teacher(), pupil(1)])
    assert mood(calm) is Mood.CALM
    assert mood(fold(calm, joined(stranger(1)))) is Mood.WATCHING
    struck = note(calm, standing(ActionKind.HOLD, stranger(1), severity=Severity.HIGH))
    assert mood(struck) is Mood.ATTACK
    assert mood(note(calm, standing(ActionKind.LOCK, severity=Severity.HIGH, by="u1"))) is Mood.CALM  # only a press
    assert mood(fold(struck, ticked(T + 121))) is Mood.CALM
    assert mood(fold(struck, ev.SightLost(at=T, reason="no_events"))) is Mood.BLIND


def test_an_action_that_needs_a_host_finds_the_host_before_a_cohost() -> None:
    state = lesson(inside=[teacher("c", Role.COHOST), teacher("h"), pupil(1)])
    operator = state.operator()
    assert operator is not None
    assert operator.id == "h"
    assert lesson(inside=[pupil(1)]).operator() is None


def test_a_long_lesson_is_not_a_large_state() -> None:
    """Six hours of chat, comings and goings, presses and measures leave no more behind than the last minutes."""
    state = lesson(inside=[teacher(), pupil(1)])
    rounds = 0
    for n in range(4000):
        at = LATER + n * 5.0
        guest = stranger(n, id=f"g{n}")
        state = fold(state, joined(guest, at), unmuted(guest, at, stream=f"s{n}"), says(pupil(1), "x" * 90, at + 1))
        state = fold(state, unmuted(pupil(1), at + 1, stream=f"m{n}"), pressed("mute", guest, at + 1, key=f"k{n}"))
        state = note(state, standing(ActionKind.HOLD, guest, at=at + 2, id=f"i{n}", severity=Severity.HIGH))
        state = apply(state, settled(state.intents[f"i{n}"], OutcomeKind.CONFIRMED, at + 3))
        state = fold(state, left(guest, at + 4))
        rounds += 1
    assert rounds == 4000
    assert set(state.inside) == {"t", "p1"}
    assert len(state.chat) <= KEEP_ROWS
    assert len(state.pressed) <= KEEP_ROWS
    assert len(state.hostile) <= KEEP_ROWS
    assert len(state.gone) <= KEEP_ROWS + 180  # those of the last 15 minutes
    assert len(state.intents) <= 2 * KEEP_ROWS
    assert len(state.inside["p1"].streams) <= 16


@pytest.mark.parametrize("kind", sorted(ev.EVENTS))
def test_every_kind_of_event_is_folded_by_an_empty_lesson(kind: str) -> None:
    """No event needs another before it."""
    made: dict[str, ev.Event] = {e.kind: e for e in one_of_each()}
    state = apply(LessonState(lesson="l1"), made[kind])
    assert state.now == T


def one_of_each() -> tuple[ev.Event, ...]:
    p, s = pupil(1), standing(ActionKind.LOCK)
    return (
        started(T), ended(T), waits(p), joined(p), left(p), renamed(p, "x"), promoted(p, Role.HOST), unmuted(p),
        muted(p), films(p), ev.VideoStopped(at=T, participant=p), shares(p), ev.ShareStopped(at=T, participant=p),
        ev.StreamChanged(at=T, participant=p, live=True), says(p, "hi"), switched(T, locked=True),
        ev.RiskReported(at=T), pressed("calm"), ticked(), polled([p], [stranger(1)]),
        ev.RosterLoaded(at=T, version=1, size=1), ev.SightLost(at=T, reason="x"), ev.SightRegained(at=T),
        settled(s, OutcomeKind.CONFIRMED), ev.RuleFailed(at=T, rule="r", error="e"), ev.Unknown(at=T, name="n"),
        ev.LessonFramed(at=T),
    )  # fmt: skip


def test_one_of_each_is_complete() -> None:
    assert {e.kind for e in one_of_each()} == set(ev.EVENTS)
    assert named(1).account == ""
    assert Action(kind=ActionKind.LOCK).key == ("lock", "", "")


# --- what rules remember ----------------------------------------------------------------------------------------------


def test_only_people_nobody_knows_are_counted_as_they_come_and_each_presence_once() -> None:
    state = fold(lesson(inside=[teacher()]), joined(pupil(1), T), joined(stranger(1), T), joined(named(2), T + 1))
    state = fold(state, joined(stranger(1), T + 2), waits(stranger(2), T + 3), joined(stranger(2), T + 4))
    assert state.arrivals == ((T, "x1"), (T + 1, "n2"), (T + 3, "x2"))
    assert fold(state, joined(stranger(3), T + 400)).arrivals == ((T + 400, "x3"),)


def test_it_is_known_since_when_nobody_in_charge_is_here() -> None:
    state = lesson(inside=[pupil(1)])
    assert (state.led, state.unled_since) == (False, None)
    state = fold(state, joined(teacher(), T))
    assert (state.led, state.unled_since, state.first_host) == (True, None, "t")
    state = fold(state, left(teacher(), T + 5), unmuted(pupil(1), T + 6))
    assert state.unled_since == T + 5
    state = fold(state, promoted(pupil(1), Role.COHOST, T + 7))
    assert state.unled_since == T + 5  # a right that comes while nobody leads is nobody's gift
    state = fold(state, joined(teacher("t-phone"), T + 8))
    assert (state.unled_since, state.first_host) == (None, "t")  # the same account on another device
    assert fold(state, left(teacher("t-phone"), T + 9)).unled_since == T + 9


def test_whom_the_teacher_makes_host_leads_after_her_if_anybody_knows_him() -> None:
    helper = RosterEntry(id="h", name="赵老师", accounts=("teacher-2",), staff=True)
    state = LessonState(lesson="l1", roster=Roster((entry(1), helper)))
    state = fold(state, ev.LessonStarted(at=T), joined(teacher(), T), joined(pupil(1), T), joined(stranger(1), T))
    for who, led in ((pupil(1), True), (stranger(1), False)):
        given = fold(state, promoted(who, Role.COHOST, T + 1), left(teacher(), T + 2))
        assert (given.unled_since is None) is led
    colleague = replace(teacher("t2"), account="teacher-2")
    assert fold(state, left(teacher(), T + 2), joined(colleague, T + 3)).unled_since is None
    unknown = replace(teacher("t3"), account="teacher-3")
    assert fold(state, left(teacher(), T + 2), joined(unknown, T + 3)).unled_since == T + 2
    guest = fold(state, pressed("admit", stranger(1), T + 1), promoted(stranger(1), Role.COHOST, T + 2))
    assert leads(guest, guest.inside["x1"])  # let in by a human, and given the right by one


def test_what_is_known_of_leaders_does_not_grow() -> None:
    state = fold(lesson(inside=[teacher()]))
    for n in range(KEEP_ROWS):
        state = fold(state, joined(teacher(f"t{n}"), T + n), left(teacher(f"t{n}"), T + n + 0.5))
    assert len(state.leaders) <= KEEP_ROWS


def test_whom_a_measure_sent_out_is_remembered_until_a_human_lets_him_in() -> None:
    state = lesson(inside=[teacher(), stranger(1), stranger(2)])
    state = note(state, standing(ActionKind.HOLD, stranger(1), at=T, id="i1"))
    state = note(state, standing(ActionKind.KICK, stranger(2), at=T, id="i2", status=OutcomeKind.SIMULATED))
    state = note(state, standing(ActionKind.MUTE, stranger(2), at=T, id="i3"))
    assert [(r.participant.id, r.trust, r.human) for r in state.removed] == [("x1", Trust.STRANGER, False)]
    state = note(state, standing(ActionKind.ADMIT, stranger(1), at=T + 1, id="i4"))
    assert len(state.removed) == 1  # a rule's word is no forgiveness for somebody nobody knows
    assert note(state, standing(ActionKind.ADMIT, stranger(1), at=T + 1, id="i5", by="u1")).removed == ()


def test_whom_a_rule_lets_in_by_the_list_has_not_come_back() -> None:
    state = lesson(inside=[teacher(), named(2)])
    state = note(state, standing(ActionKind.HOLD, named(2), at=T, id="i1"))
    assert [r.trust for r in state.removed] == [Trust.CLAIMED]
    assert note(state, standing(ActionKind.ADMIT, named(2), at=T + 1, id="i2")).removed == ()


def test_an_offence_is_put_to_the_account_of_the_person_and_not_of_the_presence() -> None:
    state = lesson(inside=[pupil(1), pupil(2), stranger(1)])
    for n, who in enumerate((pupil(1), pupil(1), stranger(1))):
        state = note(state, standing(ActionKind.WARN, who, at=T + n, id=f"i{n}", strike=True))
    again = fold(state, left(pupil(1), T + 5), joined(pupil(1, id="p1-phone"), T + 6))
    assert again.strikes_of(again.inside["p1-phone"]) == (T, T + 1)
    assert again.strikes_of(again.inside["x1"]) == (T + 2,)
    assert again.strikes_of(again.inside["p2"]) == ()


def test_offences_of_earlier_lessons_come_with_the_frame() -> None:
    framed = ev.LessonFramed(at=T, scheduled_at=T - 5, ends_at=T + 2700, strikes=(("entry r1", (T - 86400,)),))
    state = fold(lesson(inside=[pupil(1)]), framed)
    assert state.strikes_of(state.inside["p1"]) == (T - 86400,)
    assert (state.scheduled_at, state.ends_at) == (T - 5, T + 2700)


def test_the_newest_times_of_a_microphone_and_of_a_line_are_remembered() -> None:
    state = lesson(inside=[pupil(1)])
    for n in range(20):
        state = fold(state, unmuted(pupil(1), T + n), unmuted(pupil(1), T + n), muted(pupil(1), T + n + 0.5))
    state = fold(state, says(pupil(1), "Hello", T + 30), says(pupil(1), "late", T + 25))
    person = state.inside["p1"]
    assert person.unmutes == tuple(T + n for n in range(8, 20))
    assert person.wrote_at == T + 30


def test_it_is_known_since_when_somebody_carries_another_name() -> None:
    state = fold(
        lesson(inside=[pupil(1)], waiting=[stranger(1)]), joined(pupil(1), T), renamed(pupil(1), " 学生1\u200b", T + 1)
    )
    assert state.inside["p1"].renamed_at == 0.0  # it only looks different to a machine
    state = fold(state, renamed(pupil(1), "李老师", T + 2), joined(pupil(1, name="李老师"), T + 3))
    assert state.inside["p1"].renamed_at == T + 2
    assert fold(state, polled([pupil(1, name="刘老师")], at=T + 9)).inside["p1"].renamed_at == T + 9
    state = fold(state, renamed(stranger(1), "李老师", T + 4))
    assert state.waiting["x1"].renamed_at == T + 4
    state = fold(state, pressed("admit", stranger(1), T + 5))
    assert (state.waiting["x1"].vouched, state.waiting["x1"].renamed_at) == (True, 0.0)
    named_late = fold(state, joined(Participant(id="w"), T), joined(Participant(id="w", name="王芳"), T + 6))
    assert named_late.inside["w"].renamed_at == 0.0  # some platforms tell a name only later: that is no new one
