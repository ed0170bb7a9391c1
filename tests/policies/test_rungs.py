"""rungs: what the n-th offence costs, and how far it may go with whom."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.actions import Action, ActionKind, Decision, OutcomeKind, Severity
from app.domain.people import Participant, Roster
from app.domain.state import KEEP_ROWS, LessonState, note
from app.domain.state.fold import REMEMBER_STRIKES
from policies import decide, restraint
from policies.ladder import Ladder
from policies.restraint import Restraint, restrain
from policies.rungs import climbed
from tests.builders import (
    LATER,
    MADE_UP,
    Rehearsal,
    fold,
    in_full,
    in_short,
    joined,
    left,
    lesson,
    muted,
    named,
    only,
    policy,
    pressed,
    pupil,
    standing,
    stranger,
    switched,
    teacher,
    unmuted,
)

EVERYBODY = [teacher(), pupil(1), named(2), stranger(1)]
NUMBERS = Ladder.model_validate({"mute_at": 2, "hold_at": 3, "kick_at": 4, "ban_at": 5})


def offended(who: Participant, times: int, state: LessonState | None = None) -> LessonState:
    """The room after so many offences of somebody, a minute apart, the newest a minute ago."""
    state = state or lesson(inside=EVERYBODY)
    for n in range(times):
        offence = standing(
            ActionKind.WARN, who, at=LATER - 60 * (times - n), id=f"o{n}", strike=True, status=OutcomeKind.CONFIRMED
        )
        state = note(state, offence)
    return replace(state, now=LATER)


def wish(kind: str, who: Participant, **more: Any) -> Decision:
    given: dict[str, Any] = {"rule": "flood", "reason": MADE_UP, "strike": True, **more}
    return Decision(action=Action(kind=ActionKind(kind), target=who), **given)


def nth(n: int, kind: str, who: Participant, settings: Ladder = NUMBERS, **more: Any) -> tuple[str, ...]:
    return in_short(climbed(settings, offended(who, n - 1), wish(kind, who, **more)))


@pytest.mark.parametrize(
    ("n", "who", "expected"),
    [
        (1, stranger(1), ("warn x1",)),
        (2, stranger(1), ("silence x1",)),
        (3, stranger(1), ("hold x1",)),
        (4, stranger(1), ("kick x1",)),
        (5, stranger(1), ("ban x1",)),
        (1, named(2), ("warn n2",)),
        (2, named(2), ("silence n2",)),
        (3, named(2), ("hold n2",)),
        (8, named(2), ("hold n2",)),
        # S12: an insider is muted or silenced and shown; never sent out
        (1, pupil(1), ("warn p1",)),
        (2, pupil(1), ("silence p1", "alert p1")),
        (9, pupil(1), ("silence p1", "alert p1")),
        (9, teacher(), ("warn t",)),  # restraint spares him altogether
    ],
)
def test_each_offence_climbs_a_rung(n: int, who: Participant, expected: tuple[str, ...]) -> None:
    assert nth(n, "warn", who) == expected


def fully(n: int, who: Participant, **more: Any) -> tuple[str, ...]:
    return in_full(climbed(NUMBERS, offended(who, n - 1), wish("warn", who, **more)))


@pytest.mark.parametrize(
    ("n", "who", "more", "expected"),
    [
        (1, stranger(1), {"severity": Severity.LOW}, ("warn x1 for flood/because: low, guard, a strike",)),
        (
            2,
            stranger(1),
            {"severity": Severity.LOW},
            ("silence x1 for flood/because: medium, guard, 2 facts, a strike",),
        ),
        (3, stranger(1), {}, ("hold x1 for flood/because: high, guard, 2 facts, a strike",)),
        (3, stranger(1), {"facts": 3}, ("hold x1 for flood/because: high, guard, 3 facts, a strike",)),
        (
            2,
            pupil(1),
            {"severity": Severity.LOW},
            ("silence p1 for flood/because: low, guard, a strike", "alert p1 for flood/offends_again: low, guard"),
        ),
        (
            3,
            pupil(1),
            {"severity": Severity.LOW},
            ("silence p1 for flood/because: low, guard, a strike", "alert p1 for flood/offends_again: medium, guard"),
        ),
        # who may not be sent out and is heard again and again: nobody may unmute for a while, from the third time on
        (
            2,
            pupil(1),
            {"rule": "noise"},
            ("mute p1 for noise/because: medium, guard, a strike", "alert p1 for noise/offends_again: low, guard"),
        ),
        (
            3,
            pupil(1),
            {"rule": "noise", "params": (("name", "学生1"),)},
            (
                "mute p1 for noise/because: medium, guard, a strike",
                "alert p1 for noise/offends_again: medium, guard",
                "forbid_unmute for noise/offends_again: medium, panic, 300 s",
            ),
        ),
        (
            3,
            named(2),
            {"rule": "noise", "params": (("name", "学生2"),)},
            (
                "hold n2 for noise/because: high, guard, a strike",
                "forbid_unmute for noise/offends_again: medium, panic, 300 s",
            ),
        ),
        (4, stranger(1), {"rule": "noise"}, ("kick x1 for noise/because: high, guard, 2 facts, a strike",)),
    ],
)
def test_how_loud_each_rung_is(n: int, who: Participant, more: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert fully(n, who, **more) == expected


def test_what_is_only_observed_stays_so_on_every_rung() -> None:
    watched = climbed(
        NUMBERS, offended(pupil(1), 2), wish("warn", pupil(1), rule="noise", observed=True, params=(("name", "学生1"),))
    )
    assert in_short(watched) == ("~mute p1", "~alert p1", "~forbid_unmute")


def test_how_often_it_was_is_told() -> None:
    (hold,) = climbed(NUMBERS, offended(stranger(1), 2), wish("warn", stranger(1), params=(("name", "user8801"),)))
    assert hold.params == (("name", "user8801"), ("strikes", "3"))
    (asked,) = climbed(NUMBERS, offended(stranger(1), 2), wish("hold", stranger(1)))
    assert asked.params == ()  # no harder than the rule asked for


@pytest.mark.parametrize(
    ("kind", "rule", "expected"),
    [
        ("warn", "flood", "silence x1"),
        ("warn", "noise", "mute x1"),
        ("delete_message", "links", "silence x1"),
        ("silence", "abuse", "silence x1"),
        ("mute", "noise", "mute x1"),
        ("stop_share", "share_guard", "stop_share x1"),
        ("hold", "flood", "hold x1"),  # never weaker than the rule asked for
    ],
)
def test_the_medium_of_the_offence_is_taken_away_and_no_other(kind: str, rule: str, expected: str) -> None:
    assert nth(2, kind, stranger(1), rule=rule) == (expected,)


def test_a_wish_that_is_no_offence_or_a_humans_stays_as_it_is() -> None:
    assert nth(5, "warn", stranger(1), strike=False) == ("warn x1",)
    assert nth(5, "mute", stranger(1), by="u1") == ("mute x1",)
    assert nth(5, "warn", stranger(77)) == ("warn x77",)  # nobody here


def test_ten_is_never() -> None:
    never = Ladder.model_validate({"mute_at": 10, "hold_at": 10, "kick_at": 10, "ban_at": 10})
    assert REMEMBER_STRIKES < 9
    assert nth(40, "warn", stranger(1), never) == ("warn x1",)


def test_whom_a_teacher_let_in_is_not_sent_out() -> None:
    state = fold(offended(stranger(1), 8), pressed("admit", stranger(1)))
    assert in_short(climbed(NUMBERS, state, wish("warn", stranger(1)))) == ("silence x1", "alert x1")


@pytest.mark.parametrize("how", ["none", "shrunk"])
def test_without_a_list_nobody_is_sent_out(how: str) -> None:
    state = offended(stranger(1), 8)
    state = state.but(roster=Roster()) if how == "none" else state.but(roster_shrunk=True)
    assert in_short(climbed(NUMBERS, state, wish("warn", stranger(1)))) == ("silence x1", "alert x1")


def test_what_happens_within_some_seconds_is_one_offence() -> None:
    state = offended(stranger(1), 1)
    near = replace(state, now=LATER - 60 + 2.9)
    (same,) = climbed(NUMBERS, near, wish("warn", stranger(1)))
    assert (same.action.kind, same.strike) == (ActionKind.WARN, False)
    (next_one,) = climbed(NUMBERS, replace(near, now=LATER - 60 + 3), wish("warn", stranger(1)))
    assert (next_one.action.kind, next_one.strike) == (ActionKind.SILENCE, True)


def test_a_kick_of_the_ladder_rests_on_two_facts() -> None:
    (kick,) = climbed(NUMBERS, offended(stranger(1), 3), wish("warn", stranger(1)))
    assert (kick.action.kind, kick.facts, kick.severity) == (ActionKind.KICK, 2, Severity.HIGH)
    (hold,) = climbed(NUMBERS, offended(named(2), 3), wish("warn", named(2)))
    assert (hold.action.kind, hold.facts) == (ActionKind.HOLD, 1)  # what stands in for it stays mild, too


def test_a_pupils_offence_is_no_attack() -> None:
    silence, alert = climbed(NUMBERS, offended(pupil(1), 8), wish("warn", pupil(1), severity=Severity.LOW))
    assert (silence.severity, alert.severity, alert.reason) == (Severity.LOW, Severity.MEDIUM, "offends_again")


def test_an_offence_of_the_lesson_before_counts() -> None:
    """The account is the same, the presence is another one."""
    state = fold(offended(pupil(1), 1), left(pupil(1)), joined(pupil(1, id="p1-phone")))
    assert in_short(climbed(NUMBERS, state, wish("warn", pupil(1, id="p1-phone")))) == (
        "silence p1-phone", "alert p1-phone",
    )  # fmt: skip


def test_an_offence_counts_also_where_a_stronger_measure_answers_to_it() -> None:
    asked = [wish("hold", stranger(1), rule="roster_only", strike=False), wish("warn", stranger(1))]
    (kept,) = restrain(Restraint(), lesson(inside=EVERYBODY), asked)
    assert (kept.rule, kept.strike) == ("roster_only", True)
    watched = [asked[0], replace(asked[1], observed=True)]
    (kept,) = restrain(Restraint(), lesson(inside=EVERYBODY), watched)
    assert not kept.strike  # what is only observed is nobody's offence


def test_an_undone_measure_was_no_offence() -> None:
    state = offended(pupil(1), 2)
    undone = fold(state, pressed("undo", undo="o1"))
    assert undone.strikes_of(undone.inside["p1"]) == state.strikes_of(state.inside["p1"])[:1]
    assert fold(undone, pressed("undo", undo="o0")).strikes == {}
    gone = fold(state, left(pupil(1)), pressed("undo", undo="o1"), joined(pupil(1, id="p9")))
    assert len(gone.strikes_of(gone.inside["p9"])) == 1


def test_a_raid_under_ever_new_names_does_not_fill_the_memory() -> None:
    state = lesson(inside=[teacher()])
    for n in range(KEEP_ROWS + 50):
        state = fold(state, joined(stranger(n)))
        state = note(state, standing(ActionKind.WARN, stranger(n), at=LATER + n, id=f"i{n}", strike=True))
    assert len(state.strikes) == KEEP_ROWS
    assert f"presence x{KEEP_ROWS + 49}" in state.strikes


def test_an_incident_about_a_pupil_says_so() -> None:
    def marked(who: Participant) -> bool:
        state = note(lesson(inside=EVERYBODY), standing(ActionKind.MUTE, who, id="i1", incident="a", strike=True))
        case = note(state, standing(ActionKind.ALERT, id="i2", incident="a")).incident
        return case is not None and case.pupil

    assert marked(pupil(1))
    assert not marked(stranger(1))
    assert not marked(named(2))


def test_the_insider_with_music_is_muted_and_shown() -> None:
    """S12, played: he is muted, the teacher is told, nobody sends him out; in the end nobody may unmute for a while."""
    world = Rehearsal(policy("strict"), lesson(inside=EVERYBODY[:2], muted_all=True))
    for n in range(60):
        world.tell(unmuted(pupil(1), LATER + 6 * n), muted(pupil(1), LATER + 6 * n + 3))
        world.settle()
    assert set(in_short(world.made)) == {"mute p1", "alert p1", "forbid_unmute"}
    assert len(world.state.strikes_of(world.state.inside["p1"])) == REMEMBER_STRIKES


def test_the_stranger_with_music_climbs_to_the_end() -> None:
    rules = only("noise", stranger_times=2)
    world = Rehearsal(rules, lesson(inside=[teacher(), stranger(1)], muted_all=True))
    for n in range(10):
        world.tell(unmuted(stranger(1), LATER + 6 * n), muted(stranger(1), LATER + 6 * n + 3))
        world.settle()
    assert in_short(world.made) == (
        *("mute x1", "mute x1", "hold x1", "hold x1", "kick x1", "kick x1", "ban x1", "ban x1", "ban x1"),
    )
    assert decide(rules, world.state, switched()) == ()
    assert restraint.RULE.name == "restraint"
