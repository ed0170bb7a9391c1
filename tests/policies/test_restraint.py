"""restraint: the brakes. Hosts spared, nothing asked twice, one wish per person, room before massacre, undo."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.actions import Action, ActionKind, Decision, OutcomeKind
from app.domain.events import Event
from app.domain.people import Participant, Role
from app.domain.state import LessonState, note
from policies import decide, wake_at
from policies.base import Policy
from policies.restraint import Restraint, restrain
from tests.builders import (
    LATER,
    MINUTE,
    START,
    Rehearsal,
    fold,
    in_full,
    in_short,
    joined,
    left,
    lesson,
    named,
    only,
    policy,
    polled,
    pressed,
    promoted,
    pupil,
    settled,
    standing,
    started,
    stranger,
    switched,
    teacher,
    ticked,
    unmuted,
    waits,
)

ROOM = lesson(inside=[teacher(), pupil(1), stranger(1), stranger(2)])
NUMBERS = Restraint.model_validate({"per_minute": 3})


def wish(kind: str, who: Participant | None = None, **more: Any) -> Decision:
    action = Action(kind=ActionKind(kind), target=who)
    return Decision(action=action, rule="r", reason="because", **more)


def left_of(*wishes: Decision, state: LessonState = ROOM, settings: Restraint = NUMBERS) -> tuple[str, ...]:
    return in_short(restrain(settings, state, wishes))


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ([wish("kick", teacher(), facts=2)], ()),
        ([wish("kick", teacher(), facts=2, by="u1")], ()),  # not even by a button
        ([wish("warn", teacher("t9", Role.COHOST))], ("warn t9",)),  # nobody inside by that id: not known as a host
        ([wish("kick", stranger(1), facts=1)], ("hold x1",)),
        ([wish("kick", stranger(1), facts=2)], ("kick x1",)),
        ([wish("ban", stranger(1), facts=1)], ("hold x1",)),
        ([wish("kick", stranger(1), facts=1, by="u1")], ("kick x1",)),
        ([wish("mute", stranger(1)), wish("hold", stranger(1))], ("hold x1",)),
        ([wish("hold", stranger(1)), wish("mute", stranger(1)), wish("mute", stranger(2))], ("hold x1", "mute x2")),
        ([wish("kick", stranger(1), facts=2, observed=True), wish("mute", stranger(1))], ("mute x1",)),
        ([wish("kick", stranger(1), facts=2), wish("mute", stranger(1), by="u1")], ("mute x1",)),
        ([wish("hold", stranger(1)), wish("alert", stranger(1))], ("hold x1", "alert x1")),
        ([wish("lock"), wish("lock")], ("lock",)),
        ([wish("delete_message", stranger(1)), wish("silence", stranger(1))], ("delete_message x1", "silence x1")),
    ],
)  # fmt: skip
def test_what_is_left_of_the_wishes_on_one_event(wishes: list[Decision], expected: tuple[str, ...]) -> None:
    assert left_of(*wishes) == expected


def test_of_two_wishes_for_one_switch_the_longer_lasting_stays() -> None:
    (kept,) = restrain(NUMBERS, ROOM, [wish("restrict_share", expires_after=300.0), wish("restrict_share")])
    assert kept.expires_after is None
    (kept,) = restrain(NUMBERS, ROOM, [wish("restrict_share"), wish("restrict_share", expires_after=300.0)])
    assert kept.expires_after is None
    three = [wish("lock", expires_after=at) for at in (60.0, 600.0, 300.0)]
    (kept,) = restrain(NUMBERS, ROOM, three)
    assert kept.expires_after == 600.0
    first, second = (
        replace(wish("lock", expires_after=9.0), rule="a"),
        replace(wish("lock", expires_after=9.0), rule="b"),
    )
    assert restrain(NUMBERS, ROOM, [first, second]) == (first,)  # of equals the first
    at_start = decide(policy("lecture"), fold(LessonState(lesson="l1"), started()), started())
    shares = [d for d in at_start if d.action.kind is ActionKind.RESTRICT_SHARE]
    assert [d.expires_after for d in shares] == [4 * 3600.0]  # quiet ends, but only hosts may share all lesson long


# --- in force ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "by_rule", "by_human"),
    [
        (OutcomeKind.PENDING, (), ()),
        (OutcomeKind.REQUESTED, (), ()),
        (OutcomeKind.MANUAL, (), ("hold x1",)),
        (OutcomeKind.SIMULATED, (), ("hold x1",)),
        (OutcomeKind.CONFIRMED, ("hold x1",), ("hold x1",)),  # and here he is again
        (OutcomeKind.GONE, ("hold x1",), ("hold x1",)),
    ],
)
def test_what_is_on_its_way_is_not_asked_again(
    status: OutcomeKind, by_rule: tuple[str, ...], by_human: tuple[str, ...]
) -> None:
    state = note(ROOM, standing(ActionKind.HOLD, stranger(1), at=LATER - 30, status=status))
    assert left_of(wish("hold", stranger(1)), state=state) == by_rule
    assert left_of(wish("hold", stranger(1), by="u1"), state=state) == by_human


def test_what_the_room_is_like_already_no_rule_asks_for() -> None:
    locked = lesson(locked=True)
    assert left_of(wish("lock"), state=locked) == ()
    assert left_of(wish("unlock"), state=locked) == ("unlock",)
    unlocking = note(locked, standing(ActionKind.UNLOCK, status=OutcomeKind.PENDING))
    assert left_of(wish("lock"), state=unlocking) == ("lock",)


def test_a_human_may_ask_again_for_what_the_room_seems_to_be_like() -> None:
    """House 4: "everybody is muted" was true a minute ago; the pupils who unmuted since are heard all the same."""
    world = Rehearsal(only("emergency"), lesson(inside=[teacher(), stranger(1)]))
    assert in_short(world.tell(pressed("mute_all", at=LATER))) == ("mute_all",)
    world.tell(switched(LATER + 1, muted_all=True))
    world.settle(at=LATER + 1)
    assert world.tell(pressed("mute_all", at=LATER + 2, by="u2")) == ()  # two teachers at once
    world.tell(unmuted(stranger(1), LATER + 55))
    assert in_short(world.tell(pressed("mute_all", at=LATER + 60))) == ("mute_all",)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (wish("silence", stranger(1)), 600.0),
        (wish("hold", pupil(1)), 300.0),
        (wish("hold", stranger(1)), None),  # who waits until somebody lets him in
        (wish("hold", named(2)), None),
        (wish("hold", named(2), strike=True), 300.0),  # only an offence sent that name out
        (wish("ban", stranger(1), facts=2), 7200.0),
        (wish("ban", stranger(1), facts=2, expires_after=60.0), 60.0),
        (wish("ban", stranger(1), by="u1"), None),
        (wish("mute", stranger(1)), None),
        (wish("lock"), None),
    ],
)
def test_what_is_done_to_a_person_ends_by_itself_where_it_can_be_taken_back(
    wanted: Decision, expected: float | None
) -> None:
    room = lesson(inside=[teacher(), pupil(1), named(2), stranger(1)])
    (kept,) = restrain(Restraint(), room, [wanted])
    assert kept.expires_after == expected


@pytest.mark.parametrize(
    ("kind", "more", "at", "expected"),
    [
        # a hold for a time: no rule ends it sooner
        (ActionKind.HOLD, {"until": LATER + 9}, LATER, ()),
        (ActionKind.HOLD, {"until": LATER}, LATER, ("admit p1",)),
        (ActionKind.HOLD, {"until": None}, LATER, ("admit p1",)),
        (ActionKind.SILENCE, {"until": LATER + 9}, LATER, ("admit p1",)),
    ],
)
def test_whom_a_rule_holds_for_a_while_no_rule_lets_in_before(
    kind: ActionKind, more: dict[str, Any], at: float, expected: tuple[str, ...]
) -> None:
    room = note(
        lesson(waiting=[pupil(1)]), standing(kind, pupil(1), at=LATER - 90, status=OutcomeKind.CONFIRMED, **more)
    )
    assert left_of(wish("admit", pupil(1)), state=replace(room, now=at)) == expected
    assert left_of(wish("admit", pupil(1), by="u1"), state=replace(room, now=at)) == ("admit p1",)
    assert left_of(wish("admit", pupil(1), undo_of="i1"), state=replace(room, now=at)) == ("admit p1",)
    assert left_of(wish("admit", pupil(2)), state=replace(room, now=at)) == ("admit p2",)


def test_just_at_the_end_of_the_pause_it_may_be_asked_again() -> None:
    refused = note(lesson(), standing(ActionKind.LOCK, at=LATER - 60, status=OutcomeKind.REFUSED))
    assert left_of(wish("lock"), state=refused) == ("lock",)
    told = note(ROOM, standing(ActionKind.ALERT, reason="because", at=LATER - 60, status=OutcomeKind.CONFIRMED))
    assert left_of(wish("alert"), state=told) == ("alert",)
    by_hand = standing(ActionKind.HOLD, stranger(1), at=LATER - 5, status=OutcomeKind.MANUAL)
    assert left_of(wish("hold", stranger(1), by="u1"), state=note(ROOM, by_hand)) == ("hold x1",)
    just_now = replace(by_hand, at=LATER - 4.9)
    assert left_of(wish("hold", stranger(1), by="u1"), state=note(ROOM, just_now)) == ()


def test_alerts_for_two_reasons_are_two_and_two_for_one_reason_are_one() -> None:
    alerts = [wish("alert"), replace(wish("alert"), rule="b"), replace(wish("alert"), reason="wave", rule="restraint")]
    assert left_of(*alerts) == ("alert", "alert")


def test_what_answers_to_an_offence_counts_as_one_whoever_wished_for_it() -> None:
    offence, harder = wish("mute", stranger(1), strike=True), replace(wish("hold", stranger(1)), rule="b")
    (kept,) = restrain(NUMBERS, ROOM, [offence, harder])
    assert (kept.rule, kept.strike) == ("b", True)
    (kept,) = restrain(NUMBERS, ROOM, [offence, replace(harder, by="u1")])
    assert kept.strike is False
    (kept,) = restrain(NUMBERS, ROOM, [replace(offence, observed=True), harder])
    assert kept.strike is False


def test_an_alert_is_not_repeated_within_a_minute() -> None:
    state = note(ROOM, standing(ActionKind.ALERT, reason="because", at=LATER - 59, status=OutcomeKind.CONFIRMED))
    assert left_of(wish("alert"), state=state) == ()
    assert left_of(wish("alert"), state=replace(state, now=LATER + 1.1)) == ("alert",)


def test_what_the_platform_just_refused_is_not_asked_for_at_every_event() -> None:
    state = note(lesson(), standing(ActionKind.LOCK, at=LATER - 50, status=OutcomeKind.REFUSED))
    assert left_of(wish("lock"), state=state) == ()
    assert left_of(wish("lock", by="u1"), state=state) == ("lock",)
    assert left_of(wish("lock"), state=replace(state, now=LATER + 11)) == ("lock",)


# --- the budget -------------------------------------------------------------------------------------------------------


def crowd(size: int) -> list[Participant]:
    return [stranger(n) for n in range(1, size + 1)]


QUIET = ("mute_all", "forbid_unmute", "close_chat", "restrict_share")  # those who are in are not heard, read or seen


def test_just_under_the_budget_each_is_held_and_just_over_it_the_room_is_closed() -> None:
    rules = policy("seminar", restraint={"per_minute": 3})
    under = Rehearsal(rules, lesson(at=LATER, waiting_room=True)).tell(polled(crowd(3)))
    assert in_short(under) == ("hold x1", "hold x2", "hold x3")
    over = Rehearsal(rules, lesson(at=LATER, waiting_room=True)).tell(polled(crowd(4)))
    assert in_short(over) == ("hold x1", "hold x2", "hold x3", *QUIET, "lock", "alert", "alert")
    assert {d.reason for d in over if d.action.kind is ActionKind.ALERT} == {"wave", "join_wave"}


def test_a_room_is_closed_once_however_many_are_past_the_budget_and_for_the_time_that_is_set() -> None:
    rules = policy("seminar", restraint={"per_minute": 1, "wave_lock_minutes": 7}, join_wave={"mode": "off"})
    (_, *closed) = Rehearsal(rules, lesson(at=LATER, waiting_room=True)).tell(polled(crowd(6)))
    for_a_while = ("forbid_unmute", "close_chat", "restrict_share", "lock")
    assert set(in_full(closed)) == {
        *(f"{kind} for restraint/wave: critical, panic, 420 s" for kind in for_a_while),
        "mute_all for restraint/wave: critical, panic",
        "alert for restraint/wave: critical, panic",
    }
    assert len(closed) == 6


def test_a_measure_of_a_minute_ago_is_no_longer_counted() -> None:
    state = ROOM
    for n in range(3):
        state = note(state, standing(ActionKind.HOLD, stranger(50 + n), at=LATER - 60, id=f"i{n}"))
    assert left_of(wish("hold", stranger(1)), state=state) == ("hold x1",)


@pytest.mark.parametrize("status", [OutcomeKind.SIMULATED, OutcomeKind.MANUAL, OutcomeKind.UNSUPPORTED])
def test_what_touched_nobody_costs_nothing(status: OutcomeKind) -> None:
    state = ROOM
    for n in range(3):
        state = note(state, standing(ActionKind.HOLD, stranger(50 + n), at=LATER - 9, id=f"i{n}", status=status))
    assert left_of(wish("hold", stranger(1)), state=state) == ("hold x1",)


def test_a_wave_keeps_no_pupil_out_who_waits_at_the_door() -> None:
    world = Rehearsal(only("roster_only"), replace(lesson(), now=LATER))
    world.policy = replace(world.policy, rules={**world.policy.rules, "restraint": NUMBERS})
    decided = in_short(world.tell(polled(crowd(40), [pupil(1), pupil(2)])))
    assert decided[:3] == ("hold x1", "hold x2", "hold x3")
    assert set(decided[3:]) == {*QUIET, "open_waiting_room", "lock", "alert", "admit p1", "admit p2"}


def test_who_was_past_the_budget_is_held_when_there_is_budget_again() -> None:
    world = Rehearsal(policy("seminar", restraint={"per_minute": 3}), lesson(at=LATER, waiting_room=True))
    world.tell(polled(crowd(5)))
    world.settle(OutcomeKind.CONFIRMED, LATER + 1)
    world.tell(polled(crowd(5)[3:], at=LATER + 2))
    assert wake_at(world.policy, world.state) == world.state.now + 5.0
    assert not [d for d in in_short(world.tell(ticked(LATER + 30))) if d.startswith("hold")]
    assert in_short(world.tell(ticked(LATER + 61)))[:2] == ("hold x4", "hold x5")


def test_a_restore_does_not_disarm_the_next_wave() -> None:
    world = Rehearsal(policy("seminar", restraint={"per_minute": 1}), lesson(at=LATER, inside=[teacher()]))
    for n, button in enumerate(("calm", "restore")):
        world.tell(pressed(button, at=LATER + n, key=button))
        world.tell(*(settled(s, OutcomeKind.UNCONFIRMED, LATER + n, True) for s in world.state.open_intents()))
    assert not world.state.switches.locked
    assert {"lock", "open_waiting_room"} <= set(in_short(world.tell(polled([teacher(), *crowd(3)], at=LATER + 9))))


def test_the_budget_is_one_minute_long_and_not_for_humans() -> None:
    state = ROOM
    for n in range(3):
        state = note(state, standing(ActionKind.HOLD, stranger(50 + n), at=LATER - 59, id=f"i{n}"))
    assert "hold x1" not in left_of(wish("hold", stranger(1)), state=state)
    assert left_of(wish("hold", stranger(1), by="u1"), state=state) == ("hold x1",)
    assert left_of(wish("hold", stranger(1)), state=replace(state, now=LATER + 2)) == ("hold x1",)
    pressed_by_hand = replace(state, intents={k: replace(s, by="u1") for k, s in state.intents.items()})
    assert left_of(wish("hold", stranger(1)), state=pressed_by_hand) == ("hold x1",)


def test_a_wave_closes_the_room_once_and_not_at_every_further_stranger() -> None:
    world = Rehearsal(policy("seminar", restraint={"per_minute": 1}), lesson(at=LATER, waiting_room=True))
    world.tell(*(joined(p, LATER + n) for n, p in enumerate(crowd(20))))
    assert in_short(world.made).count("lock") == 1
    assert [d.reason for d in world.made if d.action.kind is ActionKind.ALERT] == ["wave", "join_wave"]
    assert len(world.against_pupils()) == 1


def test_observed_measures_cost_nothing() -> None:
    rules = policy("seminar", roster_only={"mode": "observe"}, join_wave={"mode": "off"}, restraint={"per_minute": 1})
    world = Rehearsal(rules, lesson(waiting_room=True))
    assert set(in_short(world.tell(polled(crowd(5))))) == {f"~hold x{n}" for n in range(1, 6)}


# --- the end of a measure ---------------------------------------------------------------------------------------------


BACK = ("allow_unmute", "open_chat", "allow_share", "unlock")


def locked_for_a_while() -> Rehearsal:
    """A wave has closed the room at LATER for ten minutes, the platform said so, and the strangers have gone."""
    world = Rehearsal(policy("seminar", restraint={"per_minute": 1}), lesson(at=LATER, waiting_room=True))
    world.tell(polled(crowd(2)))
    world.tell(switched(LATER + 1, locked=True))
    world.settle(at=LATER + 1)
    world.tell(polled([], at=LATER + 2))
    return world


def test_an_automatic_lock_ends_by_itself_just_in_time() -> None:
    world = locked_for_a_while()
    assert wake_at(world.policy, world.state) == LATER + 10 * MINUTE
    assert world.tell(ticked(LATER + 10 * MINUTE - 0.1)) == ()
    undone = world.tell(ticked(LATER + 10 * MINUTE))
    assert in_short(undone) == BACK
    (undo,) = [d for d in undone if d.action.kind is ActionKind.UNLOCK]
    assert undo.reason == "time_is_up"
    assert world.tell(ticked(LATER + 10 * MINUTE + 1)) == ()  # once, whatever comes of it
    assert world.standing[[s.action.kind for s in world.standing].index(ActionKind.LOCK)].id == undo.undo_of


def test_a_waiting_room_of_a_wave_ends_too_but_not_before_those_at_the_door_have_gone() -> None:
    world = Rehearsal(only("restraint"), lesson(at=LATER, inside=[teacher()]))
    opened = standing(ActionKind.OPEN_WAITING_ROOM, rule="restraint", until=LATER + 600)
    world.state = note(world.state, opened)
    world.tell(settled(opened, OutcomeKind.CONFIRMED, LATER + 1), waits(stranger(1), LATER + 590))
    assert world.tell(ticked(LATER + 600)) == ()
    assert wake_at(world.policy, world.state) == LATER + 630
    world.tell(waits(pupil(1), LATER + 601), left(stranger(1), LATER + 620))
    assert in_short(world.tell(ticked(LATER + 630))) == ("close_waiting_room",)


def test_who_waits_for_a_quarter_of_an_hour_does_not_keep_it_any_longer() -> None:
    world = Rehearsal(only("restraint"), lesson(at=LATER, inside=[teacher()]))
    opened = standing(ActionKind.OPEN_WAITING_ROOM, rule="restraint", until=LATER + 600)
    world.state = note(world.state, opened)
    world.tell(settled(opened, OutcomeKind.CONFIRMED, LATER + 1), waits(stranger(1), LATER + 300))
    assert world.tell(ticked(LATER + 1199)) == ()
    assert in_short(world.tell(ticked(LATER + 1200))) == ("close_waiting_room",)


def test_a_measure_that_is_asked_for_longer_ends_when_the_newer_one_does() -> None:
    world = locked_for_a_while()
    longer = wish("lock", expires_after=20 * MINUTE)
    assert left_of(longer, state=world.state) == ("lock",)
    assert left_of(wish("lock", expires_after=10 * MINUTE), state=world.state) == ()
    assert left_of(replace(longer, observed=True), state=world.state) == ()
    newer = standing(ActionKind.LOCK, at=LATER + 60, id="newer", until=LATER + 21 * MINUTE)
    world.state = note(world.state, newer)
    world.tell(settled(newer, OutcomeKind.REFUSED, LATER + 61))  # it is locked by the first one all the same
    assert "unlock" not in in_short(world.tell(ticked(LATER + 10 * MINUTE)))
    assert in_short(world.tell(ticked(LATER + 21 * MINUTE))) == ("unlock",)


def test_a_lock_that_a_human_asks_for_while_ours_is_on_is_his() -> None:
    world = locked_for_a_while()
    world.tell(pressed("lock", at=LATER + 60))
    world.settle(at=LATER + 61)
    assert "unlock" not in in_short(world.tell(ticked(LATER + 10 * MINUTE)))
    assert wake_at(world.policy, world.state) is None


def test_once_undone_nothing_is_due_any_more() -> None:
    world = locked_for_a_while()
    world.tell(ticked(LATER + 10 * MINUTE), switched(LATER + 10 * MINUTE + 1, locked=False))
    world.settle()
    assert world.tell(ticked(LATER + 11 * MINUTE)) == ()
    assert wake_at(world.policy, world.state) is None


def test_a_lock_that_somebody_touched_since_is_theirs() -> None:
    world = locked_for_a_while()
    world.tell(switched(LATER + 60, locked=False), switched(LATER + 70, locked=True))
    assert in_short(world.tell(ticked(LATER + 10 * MINUTE))) == BACK[:-1]
    assert wake_at(world.policy, world.state) is None


def test_the_clock_is_not_lost_when_another_event_passes_the_end_first() -> None:
    world = locked_for_a_while()
    world.tell(joined(pupil(3), LATER + 11 * MINUTE))
    due = wake_at(world.policy, world.state)
    assert due is not None
    assert in_short(world.tell(ticked(LATER + 11 * MINUTE + 1))) == BACK


def test_a_host_made_since_is_spared_too() -> None:
    state = fold(ROOM, promoted(stranger(1), Role.COHOST))
    assert left_of(wish("kick", stranger(1), facts=2), state=state) == ()


def test_a_rule_that_raises_is_one_alert_and_the_others_go_on() -> None:
    broken = fold(lesson(at=START + 9), started())
    object.__setattr__(broken, "switches", None)  # what no platform can do: a state that rules stumble over
    decided = decide(policy("seminar", quiet_start={"mode": "enforce"}), broken, started())
    assert {(d.rule, d.reason) for d in decided} <= {("quiet_start", "rule_failed"), ("share_guard", "rule_failed")}


def test_the_ladder_does_not_start_over_at_every_word_of_his() -> None:
    state = note(ROOM, standing(ActionKind.HOLD, stranger(1), at=LATER - 9, status=OutcomeKind.UNCONFIRMED))
    assert left_of(wish("hold", stranger(1)), state=state) == ()
    refused = fold(note(ROOM, standing(ActionKind.HOLD, stranger(1), at=LATER)))
    refused = fold(refused, settled(refused.intents["i1"], OutcomeKind.GONE))
    assert left_of(wish("hold", stranger(1)), state=refused) == ("hold x1",)  # he was gone, and is back


# --- the end of a measure against a person ----------------------------------------------------------------------------


TIMES = Restraint.model_validate({"silence_minutes": 10, "hold_minutes": 5, "ban_minutes": 60})


@pytest.mark.parametrize(
    ("wished", "seconds"),
    [
        (wish("silence", stranger(1)), 600.0),
        (wish("silence", pupil(1), expires_after=30.0), 30.0),  # the rule knows better
        (wish("silence", pupil(1), by="u1"), None),
        (wish("hold", pupil(1)), 300.0),
        (wish("hold", pupil(1), by="u1"), None),
        (wish("hold", stranger(1), strike=True), None),  # a stranger waits until somebody lets him in
        (wish("hold", named(2)), None),
        (wish("hold", named(2), strike=True), 300.0),
        (wish("ban", stranger(1), facts=2), 3600.0),
        (wish("kick", stranger(1), facts=2), None),
        (wish("mute", pupil(1)), None),  # he may unmute himself
    ],
)
def test_which_measure_against_a_person_ends_by_itself(wished: Decision, seconds: float | None) -> None:
    (kept,) = restrain(TIMES, fold(ROOM, joined(named(2))), [wished])
    assert kept.expires_after == seconds


def test_whom_a_human_sent_out_no_clock_lets_in() -> None:
    state = fold(ROOM, pressed("hold", pupil(1)))
    (kept,) = restrain(TIMES, state, [wish("hold", pupil(1))])
    assert kept.expires_after is None


def in_effect(kind: ActionKind, who: Participant, **more: Any) -> Rehearsal:
    """A measure of a rule that took effect at LATER and ends five minutes later."""
    given: dict[str, Any] = {"until": LATER + 300, "status": OutcomeKind.CONFIRMED, "settled_at": LATER, **more}
    return Rehearsal(only("restraint"), note(ROOM, standing(kind, who, **given)))


def test_a_silenced_pupil_writes_again_just_in_time_and_once() -> None:
    world = in_effect(ActionKind.SILENCE, pupil(1))
    assert wake_at(world.policy, world.state) == LATER + 300
    assert world.tell(ticked(LATER + 299.9)) == ()
    (undo,) = world.tell(ticked(LATER + 300))
    assert (in_short([undo]), undo.reason, undo.undo_of) == (("unsilence p1",), "time_is_up", "i1")
    world.settle()
    assert world.tell(ticked(LATER + 400)) == ()
    assert wake_at(world.policy, world.state) is None


def test_a_held_pupil_is_let_in_again() -> None:
    world = in_effect(ActionKind.HOLD, pupil(1))
    world.tell(waits(pupil(1), LATER + 1))
    assert wake_at(world.policy, world.state) == LATER + 300
    assert in_short(world.tell(ticked(LATER + 300))) == ("admit p1",)


@pytest.mark.parametrize(
    "since",
    [
        [left(pupil(1), LATER + 9)],
        [pressed("hold", pupil(1), LATER + 9)],  # a human holds him now
        [waits(pupil(1), LATER + 1), joined(pupil(1), LATER + 9)],  # somebody let him in
        [waits(pupil(1), LATER + 1), pressed("undo", at=LATER + 9, undo="i1")],
    ],
)
def test_a_hold_that_is_no_longer_ours_is_not_taken_back(since: list[Event]) -> None:
    world = in_effect(ActionKind.HOLD, pupil(1))
    world.tell(*since)
    world.made.clear()
    assert not [d for d in world.tell(ticked(LATER + 300)) if d.reason == "time_is_up"]
    assert wake_at(world.policy, world.state) is None


def test_of_two_silences_the_longer_one_decides() -> None:
    world = in_effect(ActionKind.SILENCE, pupil(1))
    later = standing(
        ActionKind.SILENCE, pupil(1), LATER + 100, id="i2", until=LATER + 400, status=OutcomeKind.CONFIRMED
    )
    world.state = note(world.state, later)
    assert wake_at(world.policy, world.state) == LATER + 400
    assert world.tell(ticked(LATER + 300)) == ()
    assert [d.undo_of for d in world.tell(ticked(LATER + 400))] == ["i2"]


def test_the_ban_of_a_rule_ends_although_he_is_not_here() -> None:
    world = in_effect(ActionKind.BAN, stranger(1))
    world.tell(left(stranger(1), LATER + 1))
    assert in_short(world.tell(ticked(LATER + 300))) == ("unban x1",)


def test_no_rule_lets_in_whom_another_holds_for_some_minutes() -> None:
    """roster_only would admit him as soon as he waits, and the hold would hold nobody."""
    world = Rehearsal(only("roster_only"), in_effect(ActionKind.HOLD, pupil(1)).state)
    assert world.tell(waits(pupil(1), LATER + 1)) == ()
    assert in_short(world.tell(pressed("admit", pupil(1), LATER + 2))) == ("admit p1",)


def test_two_rules_that_do_not_agree_about_somebody_do_not_send_him_in_and_out() -> None:
    """host_gone holds whoever comes by name only, roster_only would let the name in."""
    rules = {
        **only("roster_only", claimed="admit").rules,
        "host_gone": only("host_gone").rules["host_gone"],
    }
    room = fold(lesson(inside=[teacher(), pupil(1), pupil(2)]), left(teacher(), LATER))
    world = Rehearsal(Policy(preset="", rules=rules), room)
    world.tell(ticked(LATER + 20), joined(named(3), LATER + 21))
    for n in range(20):
        world.settle()
        world.tell(waits(named(3), LATER + 22 + n))
    about = [d for d in in_short(world.made) if d.endswith("n3")]
    assert about == ["hold n3"]
    world.settle()
    assert "admit n3" in in_short(world.tell(joined(teacher(), LATER + 90), waits(named(3, id="n3"), LATER + 91)))
