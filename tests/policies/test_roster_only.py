"""roster_only: strangers and claimed names are held, pupils with accounts come in, without a list nobody is judged."""

from dataclasses import replace

import pytest

from app.domain.actions import Action, ActionKind
from app.domain.events import Event
from app.domain.people import Participant, Role, Roster
from app.domain.state import LessonState, note
from policies import decide, wake_at
from policies.roster_only import EVERY
from policies.wishes import GRACE_INSIDE, GRACE_WAITING
from tests.builders import (
    LATER,
    Rehearsal,
    entry,
    fold,
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
    renamed,
    roster,
    standing,
    stranger,
    teacher,
    ticked,
    waits,
)

INSIDE = lesson(inside=[teacher(), pupil(1)])
TWINS = replace(INSIDE, roster=Roster((*roster(3).entries, replace(entry(9), name="学生3"))))


DAY = 86_400.0


@pytest.mark.parametrize(
    ("settings", "state", "event", "expected"),
    [
        # who comes into the room
        ({}, INSIDE, joined(stranger(1)), ("hold x1",)),
        ({}, INSIDE, joined(named(2)), ("hold n2",)),
        ({}, INSIDE, joined(pupil(2)), ()),
        ({}, INSIDE, joined(teacher("t2")), ()),
        # who comes to the door
        ({}, INSIDE, waits(pupil(2)), ("admit p2",)),
        ({"admit_verified": False}, INSIDE, waits(pupil(2)), ()),
        ({}, INSIDE, waits(stranger(1)), ("alert x1",)),
        ({}, INSIDE, waits(named(2)), ("alert n2",)),
        ({}, TWINS, waits(pupil(3)), ("admit p3",)),  # twins get in by their accounts
        ({}, TWINS, waits(named(3)), ("alert n3",)),
        # deny
        ({"strangers": "deny"}, INSIDE, joined(stranger(1)), ("kick x1",)),
        ({"strangers": "deny"}, INSIDE, waits(stranger(1)), ("deny x1",)),
        ({"strangers": "deny"}, INSIDE, joined(named(2)), ("hold n2",)),  # a name alone is only one fact against him
        # watch
        ({"strangers": "watch"}, INSIDE, joined(stranger(1)), ()),
        ({"strangers": "watch"}, INSIDE, waits(stranger(1)), ()),
        ({"strangers": "watch"}, INSIDE, joined(named(2)), ("alert n2",)),  # not treated worse than a stranger
        ({"strangers": "watch"}, INSIDE, joined(named(1)), ("hold n1",)),  # whose owner is inside already
        # claimed names
        ({"claimed": "admit"}, INSIDE, joined(named(2)), ()),
        ({"claimed": "admit"}, INSIDE, waits(named(2)), ("admit n2",)),
        ({"claimed": "admit"}, INSIDE, joined(named(1)), ("hold n1",)),
        ({"claimed": "admit"}, INSIDE, waits(named(1)), ("alert n1",)),
        ({"claimed": "admit"}, TWINS, joined(named(3)), ("hold n3",)),  # which of the two?
        # a new name is judged like a new face
        ({}, lesson(inside=[stranger(1)]), renamed(stranger(1), "学生2"), ("hold x1",)),
        ({}, lesson(inside=[pupil(1)]), renamed(pupil(1), "李老师"), ()),
        # a list of everybody judges everybody
        ({}, INSIDE, polled([teacher(), pupil(1), stranger(1), named(2)], [pupil(3)]),
         ("hold x1", "hold n2", "admit p3")),
        # no list: one alert and no measure
        ({}, replace(INSIDE, roster=Roster()), joined(stranger(1)), ("alert",)),
        ({}, replace(INSIDE, roster=Roster()), polled([stranger(1), stranger(2)], [stranger(3)]), ("alert",)),
        ({}, replace(INSIDE, roster=Roster()), joined(teacher("t2")), ()),
        ({"strangers": "deny"}, replace(INSIDE, roster_shrunk=True), joined(stranger(1)), ("alert",)),
    ],
)  # fmt: skip
def test_who_may_come_in(
    settings: dict[str, object], state: LessonState, event: Event, expected: tuple[str, ...]
) -> None:
    world = Rehearsal(only("roster_only", **settings), state)
    assert in_short(world.tell(event)) == expected


NOBODY = Participant(id="tmp-1")  # WeCom announces that somebody came, and nothing else; its list brings the link


def test_whom_the_platform_has_not_named_yet_is_judged_when_its_list_names_him() -> None:
    world = Rehearsal(only("roster_only"), INSIDE)
    assert in_short(world.tell(waits(NOBODY))) == ()
    linked = replace(NOBODY, link=INSIDE.roster.entries[1].accounts[0])
    assert in_short(world.tell(polled([teacher(), pupil(1)], [linked], at=LATER + 3))) == ("admit tmp-1",)


def test_whom_the_list_does_not_name_either_is_told_of_a_while_later() -> None:
    rules = only("roster_only")
    world = Rehearsal(rules, INSIDE)
    world.tell(waits(NOBODY))
    assert in_short(world.tell(polled([teacher(), pupil(1)], [NOBODY], at=LATER + 3))) == ()
    due = wake_at(rules, world.state)
    assert due == LATER + GRACE_WAITING
    assert in_short(world.tell(ticked(due - 0.1))) == ()
    assert in_short(world.tell(ticked(due))) == ("alert tmp-1",)
    assert wake_at(rules, world.state) is None


def test_who_came_in_without_a_name_is_held_after_a_moment_and_not_at_once() -> None:
    rules = only("roster_only")
    world = Rehearsal(rules, INSIDE)
    assert in_short(world.tell(joined(NOBODY))) == ()
    due = wake_at(rules, world.state)
    assert due is not None
    assert LATER + GRACE_INSIDE <= due <= LATER + EVERY
    assert in_short(world.tell(ticked(LATER + GRACE_INSIDE - 0.1))) == ()
    assert in_short(world.tell(ticked(due))) == ("hold tmp-1",)


def test_without_a_roster_the_teacher_is_told_once_and_nobody_is_touched() -> None:
    world = Rehearsal(only("roster_only", strangers="deny"), replace(lesson(pupils=0), roster=Roster()))
    for n in range(60):  # an hour of arrivals
        world.tell(joined(stranger(n), LATER + n * 60.0))
        world.settle()
    assert in_short(world.made) == ("alert",)
    assert world.made[0].reason == "no_roster"


def test_whom_a_teacher_admitted_is_not_judged_again() -> None:
    world = Rehearsal(only("roster_only"), lesson(waiting=[stranger(1)]))
    assert in_short(world.tell(pressed("admit", stranger(1)))) == ("admit x1",)
    world.settle()
    assert world.tell(joined(stranger(1), LATER + 1), renamed(stranger(1), "zz", LATER + 2)) == ()


def test_whom_a_teacher_admitted_in_the_platforms_own_client_is_left_alone() -> None:
    rules = only("roster_only")
    world = Rehearsal(rules, lesson(waiting=[stranger(1)]))
    assert world.tell(joined(stranger(1), LATER + 1, admitted=True), joined(stranger(1), LATER + 2)) == ()
    assert world.tell(ticked(LATER + 2 + EVERY), polled([stranger(1)], at=LATER + 30)) == ()
    assert wake_at(rules, world.state) is None
    off = Rehearsal(rules, lesson(waiting=[stranger(1)], waiting_room=False))
    assert in_short(off.tell(joined(stranger(1), LATER + 1, admitted=True))) == ("hold x1",)


def test_the_reason_and_the_evidence_are_told() -> None:
    state = lesson(inside=[pupil(1)])
    world = Rehearsal(only("roster_only"), state)
    (held,) = world.tell(joined(named(1)))
    assert (held.rule, held.reason, held.facts, held.params) == ("roster_only", "claimed_twin", 1, (("name", "学生1"),))
    (held,) = world.tell(joined(stranger(1)))
    assert (held.reason, held.facts, held.params) == ("stranger", 2, (("name", "user8801"),))


def test_the_fold_is_only_read() -> None:
    state = lesson(inside=[stranger(1)])
    assert decide(only("roster_only"), state, joined(stranger(1))) == decide(
        only("roster_only"), state, joined(stranger(1))
    )


def test_whom_a_human_sent_out_is_not_let_in_by_a_rule() -> None:
    world = Rehearsal(only("roster_only"), INSIDE)
    assert in_short(world.tell(pressed("hold", pupil(1)))) == ("hold p1",)
    assert in_short(world.tell(waits(pupil(1), LATER + 1))) == ()
    again = replace(pupil(1), id="p1-again")  # the same account, under another id of the platform
    assert in_short(world.tell(waits(again, LATER + 2))) == ()
    other = replace(pupil(1), id="p1-phone")  # nor does he stay who comes in where nobody waits
    assert in_short(world.tell(joined(other, LATER + 2))) == ("hold p1-phone",)
    assert in_short(world.tell(pressed("admit", again, at=LATER + 3))) == ("admit p1-again",)
    assert in_short(world.tell(waits(pupil(2), LATER + 4))) == ("admit p2",)


def test_whom_a_human_sent_out_under_a_borrowed_name_takes_nothing_from_its_owner() -> None:
    world = Rehearsal(only("roster_only", claimed="admit"), lesson(inside=[teacher(), named(2)]))
    assert in_short(world.tell(pressed("ban", named(2)))) == ("ban n2",)
    assert in_short(world.tell(left(named(2), LATER + 1))) == ()
    assert in_short(world.tell(waits(pupil(2), LATER + 2))) == ("admit p2",)  # an account proves who it is
    world.tell(joined(pupil(2), LATER + 3), left(pupil(2), LATER + 4))
    assert in_short(world.tell(waits(named(2, "n2-again"), LATER + 5))) == ("alert n2-again",)
    assert in_short(world.tell(joined(named(2, "n2-again"), LATER + 6))) == ("hold n2-again",)
    assert in_short(world.tell(waits(named(3), LATER + 7))) == ("admit n3",)


def test_whom_a_human_sent_out_stays_out_also_without_a_list() -> None:
    world = Rehearsal(only("roster_only"), lesson(pupils=0, inside=[teacher(), stranger(1), stranger(2)]))
    assert in_short(world.tell(pressed("hold", stranger(1)))) == ("hold x1",)
    world.tell(waits(stranger(1), LATER + 1))
    world.settle()
    assert in_short(world.tell(joined(stranger(1), LATER + 2))) == ("hold x1",)
    assert in_short(world.made).count("hold x2") == 0


@pytest.mark.parametrize("settings", [{}, {"strangers": "watch"}, {"claimed": "admit"}])
def test_whom_a_human_sent_out_and_who_is_still_inside_is_looked_at_again(settings: dict[str, object]) -> None:
    policy = only("roster_only", **settings)
    world = Rehearsal(policy, INSIDE)
    assert wake_at(policy, world.state) is None
    world.tell(pressed("hold", pupil(1)))
    world.settle()
    due = wake_at(policy, world.state)
    assert due is not None
    assert world.tell(ticked(due)) == ()  # it was asked a moment ago
    assert in_short(world.tell(ticked(LATER + 61))) == ("hold p1",)


@pytest.mark.parametrize("back", ["unban", "undo"])
def test_whose_ban_is_taken_back_may_come_like_everybody(back: str) -> None:
    world = Rehearsal(only("roster_only"), INSIDE)
    world.tell(pressed("ban", pupil(1)), left(pupil(1), LATER + 1))
    world.settle()
    assert in_short(world.tell(waits(pupil(1), LATER + 2))) == ()
    world.tell(left(pupil(1), LATER + 3), pressed(back, pupil(1), at=LATER + 4, undo="l1.1"))
    assert in_short(world.tell(waits(replace(pupil(1), id="p1-again"), LATER + 5))) == ("admit p1-again",)


def test_who_waits_because_we_sent_him_out_is_not_announced() -> None:
    world = Rehearsal(only("roster_only"), INSIDE)
    assert in_short(world.tell(joined(stranger(1)), waits(stranger(1), LATER + 1))) == ("hold x1",)
    assert in_short(world.tell(waits(stranger(2), LATER + 2))) == ("alert x2",)


# --- a list from last year --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loaded", "settings", "expected"),
    [
        (LATER - 200 * DAY, {}, ("hold x1",)),
        (LATER - 200 * DAY - 1, {}, ("alert",)),
        (LATER - 10 * DAY - 1, {"stale_days": 10}, ("alert",)),
        (LATER - 9000 * DAY, {"stale_days": 0}, ("hold x1",)),
        (None, {"stale_days": 1}, ("hold x1",)),  # loaded before it was kept when
    ],
)
def test_by_a_list_that_is_too_old_nobody_is_judged(
    loaded: float | None, settings: dict[str, object], expected: tuple[str, ...]
) -> None:
    world = Rehearsal(only("roster_only", **settings), replace(lesson(inside=[teacher()]), roster_at=loaded))
    decided = world.tell(joined(stranger(1)))
    assert in_short(decided) == expected
    assert [d.reason for d in decided if d.action.kind is ActionKind.ALERT] == ["roster_stale"] * ("alert" in expected)
    assert world.tell(joined(stranger(2), LATER + 1)) == () or "alert" not in expected


def test_nor_does_any_other_rule_judge_by_it() -> None:
    old = replace(lesson(inside=[teacher()]), roster_at=LATER - 300 * DAY)
    world = Rehearsal(policy("strict"), old)
    world.tell(*(joined(stranger(n), LATER + n) for n in range(1, 9)), ticked(LATER + 600))
    assert world.against_pupils() == []


def test_of_a_crowd_at_the_door_a_few_are_told() -> None:
    world = Rehearsal(only("roster_only"), lesson(inside=[teacher()], waiting_room=True))
    world.tell(*(waits(stranger(n), LATER + n) for n in range(1, 30)))
    assert in_short(world.made) == tuple(f"alert x{n}" for n in range(1, 7))
    assert in_short(world.tell(waits(stranger(40), LATER + 100))) == ("alert x40",)


def test_a_pupil_stays_when_a_second_person_on_his_link_is_sent_out() -> None:
    """Field.md 0.2: one personal link may serve two people. The press was about one; the other was there before."""
    second, third = replace(pupil(1), id="second"), replace(pupil(1), id="third")
    world = Rehearsal(only("roster_only"), lesson(inside=[teacher(), pupil(1)]))
    world.tell(joined(second, LATER + 1))
    assert in_short(world.tell(pressed("hold", second, at=LATER + 2))) == ("hold second",)
    assert in_short(world.tell(waits(second, LATER + 3))) == ()
    assert in_short(world.tell(polled([teacher(), pupil(1)], [second], at=LATER + 4))) == ()
    assert in_short(world.tell(joined(third, LATER + 5))) == ("hold third",)


# --- when to look again -----------------------------------------------------------------------------------------------

TOLD = standing(ActionKind.ALERT, NOBODY, at=LATER - 1, reason="stranger_waits", rule="roster_only")


@pytest.mark.parametrize(
    ("settings", "state", "expected"),
    [
        ({}, INSIDE, None),
        ({}, lesson(inside=[teacher(), stranger(1)]), EVERY),
        ({}, lesson(inside=[teacher(), named(2)]), EVERY),
        ({"strangers": "deny"}, lesson(inside=[teacher(), stranger(1)]), EVERY),
        ({"strangers": "watch"}, lesson(inside=[teacher(), stranger(1)]), None),
        ({"claimed": "admit"}, lesson(inside=[teacher(), named(2)]), None),
        ({"claimed": "admit"}, lesson(inside=[teacher(), stranger(1)]), EVERY),
        ({}, lesson(pupils=0, inside=[teacher(), stranger(1)]), None),
        ({}, lesson(inside=[teacher()], waiting=[stranger(1)]), None),
        # whom the platform has not named yet
        ({}, fold(INSIDE, waits(NOBODY, LATER - 3)), GRACE_WAITING - 3),
        ({}, fold(INSIDE, waits(NOBODY, LATER - 99)), 0.0),
        ({"strangers": "deny"}, fold(INSIDE, waits(NOBODY, LATER - 3)), None),
        ({}, note(fold(INSIDE, waits(NOBODY, LATER - 3)), TOLD), None),
        ({}, note(fold(INSIDE, waits(NOBODY, LATER - 3)), replace(TOLD, action=Action(kind=ActionKind.ALERT))), 7.0),
        ({}, note(fold(INSIDE, waits(NOBODY, LATER - 3)), replace(TOLD, reason="no_roster")), 7.0),
    ],
)
def test_while_there_is_something_to_do_the_clock_is_asked_to_come_again(
    settings: dict[str, object], state: LessonState, expected: float | None
) -> None:
    due = wake_at(only("roster_only", **settings), replace(state, now=LATER))
    assert due == (None if expected is None else LATER + expected)


def test_nobody_in_charge_is_looked_for_at_the_door_although_he_was_sent_out_before() -> None:
    world = Rehearsal(only("roster_only"), lesson(inside=[teacher(), stranger(1)]))
    world.tell(pressed("hold", stranger(1)), promoted(stranger(1), Role.COHOST, LATER + 1))
    world.settle()
    assert wake_at(world.policy, world.state) is None
    assert in_short(world.tell(ticked(LATER + 99))) == ()


def test_other_peoples_alerts_are_no_crowd() -> None:
    state = INSIDE
    for n in range(6):
        state = note(state, standing(ActionKind.ALERT, stranger(50 + n), at=LATER - 9, id=f"a{n}", rule="impostor"))
        state = note(state, standing(ActionKind.ALERT, at=LATER - 9, id=f"b{n}", rule="roster_only"))
    assert in_short(Rehearsal(only("roster_only"), state).tell(waits(stranger(1)))) == ("alert x1",)


@pytest.mark.parametrize(("ago", "expected"), [(59.9, ()), (60.0, ("alert x1",))])
@pytest.mark.parametrize("who", [stranger(1), named(3)])
def test_a_crowd_is_one_within_a_minute(ago: float, expected: tuple[str, ...], who: Participant) -> None:
    state = INSIDE
    for n in range(6):
        told = standing(ActionKind.ALERT, stranger(50 + n), at=LATER - ago, id=f"a{n}", rule="roster_only")
        state = note(state, told)
    found = in_short(Rehearsal(only("roster_only"), state).tell(waits(who)))
    assert found == tuple(e.replace("x1", who.id) for e in expected)
