"""impostor: the teacher's doubles, a pupil's second self, a new name in the middle of a lesson."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.actions import Action, ActionKind, OutcomeKind, Severity
from app.domain.events import Event, RosterLoaded
from app.domain.people import Participant, Role, Roster, RosterEntry
from app.domain.state import LessonState, Standing, note, rematch
from policies.impostor import Impostor
from policies.impostor import decide as decide_impostor
from tests.builders import (
    LATER,
    START,
    Rehearsal,
    entry,
    fold,
    in_short,
    joined,
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
    waits,
)

HA = RosterEntry(id="s1", name="Nguyễn Thị Hà", aliases=("Cô Hà",), accounts=("ha-1",), staff=True)
LIU = RosterEntry(id="s2", name="刘芳", aliases=("刘老师",), accounts=("liu-1",), staff=True)
LIST = Roster((*roster(5).entries, HA, LIU))
HOST = replace(teacher(), name="刘老师", account="liu-1")
ROOM = rematch(lesson(inside=[HOST, pupil(1)]), LIST, 2)
RENAMED = ("hold p1", "alert p1")


def guest(name: str, id: str = "g") -> Participant:
    return Participant(id=id, name=name)


def listed(name: str, *entries: RosterEntry) -> LessonState:
    """The room, with somebody of that name on the class list."""
    extra = RosterEntry(id="r9", name=name, accounts=("account-9",))
    return rematch(ROOM, Roster((*LIST.entries, extra, *entries)), 3)


@pytest.mark.parametrize(
    "name",
    [
        "刘老师", "刘老师\u3164", "劉老師", "刘 老 师", "\u200b刘老师", "刘芳", "刘芳老师", "班主任刘芳", "语文刘老师",
        "刘老师(备用机)", "七3班 刘老师", "01 刘芳",
        "Cô Hà", "Cô H\u0430", "C\u03bf Ha", "co ha", "Thầy Hà", "CôHà", "Nguyen Thi Ha", "Hà Nguyễn Thị", 
        "GV Nguyễn Thị Hà",
        "Ｎｇｕｙễｎ Thị Hà", "Nguy\u1ec5n Th\u1ecb H\u0430\u0300", "NguyenThiHa", "Teacher Ha", "Cô Nguyễn Hà",
    ],
)  # fmt: skip
def test_a_teachers_double_is_held_and_people_are_called(name: str) -> None:
    world = Rehearsal(only("impostor"), ROOM)
    made = world.tell(joined(guest(name)))
    assert in_short(made) == ("hold g", "alert g")
    assert {(d.reason, d.severity) for d in made} == {("teacher_double", Severity.HIGH)}
    assert made[0].params == (("name", name),)  # as it was written


@pytest.mark.parametrize(
    "name",
    [
        "刘",
        "刘洋",
        "刘同学",
        "Hà",
        "Trần Thị Hà",
        "Nguyễn Thị Hoa",
        "Nguyễn Hà",
        "Ha Tran",
        "学生2",
        "user8812",
        "Haha",
        "",
    ],
)
def test_whose_name_only_resembles_is_nobodys_double(name: str) -> None:
    assert Rehearsal(only("impostor"), ROOM).tell(joined(guest(name))) == ()


@pytest.mark.parametrize(
    ("settings", "state", "event", "expected"),
    [
        ({}, ROOM, waits(guest("刘老师")), ("alert g",)),  # he waits already
        ({"lookalikes": "watch"}, ROOM, joined(guest("刘老师")), ("alert g",)),
        # who leads, and whom an account shows to be that person
        ({}, ROOM, joined(replace(HOST, id="t2", role=Role.ATTENDEE)), ()),
        ({}, ROOM, joined(Participant(id="h", name="Cô Hà", account="ha-1")), ()),
        ({}, ROOM, joined(replace(guest("刘老师"), role=Role.COHOST)), ()),
        ({}, lesson(inside=[replace(teacher(), account="zz")]),
         joined(Participant(id="t2", name="李老师", account="zz")), ()),
        # the name of whoever leads, whether or not the list knows him
        ({}, lesson(inside=[teacher()]), joined(guest("李老师")), ("hold g", "alert g")),
        ({}, lesson(inside=[guest("王芳")]), promoted(replace(pupil(2, name="王芳")), Role.HOST), ()),
        ({}, fold(lesson(inside=[guest("王芳")]), joined(replace(pupil(2, name="王芳"), role=Role.HOST))),
         joined(replace(pupil(2, name="王芳"), role=Role.HOST)), ("hold g", "alert g")),
        # a pupil of the list who is called so, or more so than the teacher
        ({}, listed("刘芳"), joined(guest("刘芳")), ()),
        ({}, listed("刘芳"), joined(guest("刘芳老师")), ("hold g", "alert g")),
        ({}, listed("Nguyễn Thị Hạ"), joined(guest("Nguyễn Thị Hạ")), ()),
        ({}, listed("Nguyễn Thị Hạ"), joined(guest("Nguyen Thi Ha")), ()),
        ({}, listed("Nguyễn Thị Hạ"), joined(guest("Nguyễn Thị Hà")), ("hold g", "alert g")),
        # a verified pupil: told where he only came under that name, held where he took it in the lesson
        ({}, ROOM, joined(pupil(2, name="刘芳")), ("alert p2",)),
        ({}, ROOM, renamed(pupil(1), "刘老师"), RENAMED),
        ({}, ROOM, renamed(pupil(1), "刘老師\u3164"), RENAMED),
        ({}, ROOM, polled([HOST, pupil(1, name="刘老师")]), RENAMED),
        ({}, ROOM, renamed(pupil(1), "妈妈的平板"), ()),
        # no list: told, and nobody is touched
        ({}, rematch(ROOM, Roster(), 3), joined(guest("刘老师")), ("alert g",)),
        ({}, replace(ROOM, roster_shrunk=True), joined(guest("刘老师")), ("alert g",)),
        # who calls himself a teacher and looks like none of ours
        ({}, ROOM, joined(guest("赵老师")), ("alert g",)),
        ({}, ROOM, joined(pupil(2, name="赵老师")), ()),
        # a pupil's second self
        ({}, ROOM, joined(named(1)), ("hold n1", "alert n1")),
        ({}, ROOM, joined(guest("七3班 学生1")), ("hold g", "alert g")),
        ({}, ROOM, waits(named(1)), ("alert n1",)),
        ({"twins": "watch"}, ROOM, joined(named(1)), ("alert n1",)),
        ({}, ROOM, joined(named(2)), ()),  # the owner is not here: roster_only sees to it
        ({}, ROOM, joined(pupil(1, id="phone")), ()),
        # another pupil's name in the middle of the lesson
        ({}, ROOM, renamed(pupil(1), "学生3"), ("alert p1",)),
        ({}, ROOM, renamed(pupil(1), "7A 学生1"), ()),
    ],
)  # fmt: skip
def test_who_passes_for_whom(
    settings: dict[str, object], state: LessonState, event: Event, expected: tuple[str, ...]
) -> None:
    assert in_short(Rehearsal(only("impostor", **settings), state).tell(event)) == expected


def test_whom_only_the_list_names_is_judged_when_it_does() -> None:
    nobody = Participant(id="g")
    world = Rehearsal(only("impostor"), ROOM)
    assert world.tell(joined(nobody)) == ()
    assert in_short(world.tell(polled([HOST, pupil(1), guest("刘老师")], at=LATER + 4))) == ("hold g", "alert g")
    new_host = Participant(id="h", name="王芳", account="zz", role=Role.HOST)
    other = Rehearsal(only("impostor"), fold(ROOM, joined(guest("王芳"), LATER - 300)))
    assert in_short(other.tell(polled([HOST, guest("王芳"), new_host], at=LATER + 4))) == ("hold g", "alert g")


def test_twins_of_one_name_both_come_in_by_account_and_a_third_does_not() -> None:
    twins = Roster((*LIST.entries, replace(entry(6), name="学生1"), replace(entry(7), name="学生7")))
    one, two = pupil(1), replace(pupil(6), name="学生1")
    world = Rehearsal(policy("seminar"), rematch(lesson(inside=[HOST]), twins, 2))
    world.tell(waits(one), waits(two))
    assert [text for text in in_short(world.made) if text.startswith("admit")] == ["admit p1", "admit p6"]
    world.settle()
    assert world.tell(joined(one, LATER + 1), joined(two, LATER + 1)) == ()
    assert in_short(world.tell(joined(named(1), LATER + 2))) == ("hold n1", "alert n1")


def test_the_owner_comes_and_people_are_told_of_who_was_there_under_the_name() -> None:
    world = Rehearsal(only("impostor"), rematch(lesson(inside=[HOST, named(3)]), LIST, 2))
    assert in_short(world.tell(joined(pupil(3)))) == ("alert n3",)
    assert world.tell(joined(pupil(3, id="again"), LATER + 1)) == ()


def test_a_human_s_word_covers_the_name_that_was_let_in_and_no_other() -> None:
    world = Rehearsal(only("impostor"), rematch(lesson(inside=[HOST], waiting=[guest("Cô Hà")]), LIST, 2))
    world.tell(pressed("admit", guest("Cô Hà")))
    world.settle()
    assert world.tell(joined(guest("Cô Hà"), LATER + 1), polled([HOST, guest("Cô Hà")], at=LATER + 5)) == ()
    assert in_short(world.tell(renamed(guest("Cô Hà"), "刘老师", LATER + 9))) == ("hold g", "alert g")
    world.settle()
    world.tell(pressed("admit", guest("刘老师"), LATER + 10))
    assert world.tell(joined(guest("刘老师"), LATER + 12)) == ()


def test_the_same_is_not_done_again_and_again() -> None:
    world = Rehearsal(only("impostor"), ROOM)
    who = guest("刘老师")
    assert len(world.tell(joined(who))) == 2
    world.settle(OutcomeKind.REFUSED)
    everybody = [HOST, pupil(1), who]
    for second in range(1, 600, 20):
        world.tell(polled(everybody, at=LATER + second))
    assert in_short(world.made).count("hold g") <= 2  # once more after a minute, while a list may still be news
    assert in_short(world.made).count("alert g") <= 2


def test_a_double_is_not_spared_because_he_is_a_stranger_too() -> None:
    """Both rules want him out: the reason that says more is told, with all that is known against him."""
    world = Rehearsal(policy("strict"), ROOM)
    made = world.tell(joined(replace(stranger(1), name="刘老师\u3164")))
    assert [d.reason for d in made if in_short([d]) == ("hold x1",)] == ["teacher_double"]


def test_s5_the_alarm_comes_with_the_event() -> None:
    for preset in ("lecture", "seminar", "exam", "open_day", "strict"):
        world = Rehearsal(policy(preset), rematch(lesson(inside=[HOST, pupil(1)], at=START + 60), LIST, 2))
        world.tell(
            joined(guest("刘老师 \u3164", "g1"), START + 61),
            joined(guest("Cô H\u0430", "g2"), START + 62),
            renamed(pupil(1), "刘老师", START + 63),
        )
        done = in_short(d for d in world.made if d.rule == "impostor")
        assert done == ("hold g1", "alert g1", "hold g2", "alert g2", "hold p1", "alert p1"), preset


def test_by_a_list_that_is_too_old_nobody_is_held() -> None:
    room = replace(lesson(inside=[teacher()]), roster_at=LATER - 400 * 86_400)
    double = replace(stranger(1), name="李老师\u3164")
    made = Rehearsal(policy("lecture"), room).tell(joined(double, LATER))
    assert [d for d in made if d.rule == "impostor" and d.reason == "teacher_double"]
    assert not [d for d in made if d.action.kind is ActionKind.HOLD]


DOUBLE = guest("刘老师")
SEEN = fold(ROOM, joined(DOUBLE, LATER))
TOLD = standing(
    ActionKind.ALERT, DOUBLE, at=LATER + 1, id="a", rule="impostor", reason="teacher_double",
    status=OutcomeKind.CONFIRMED,
)  # fmt: skip
HELD = replace(TOLD, id="h", action=Action(kind=ActionKind.HOLD, target=DOUBLE))


def about(action: Action, target: Participant | None) -> Action:
    return replace(action, target=target)


@pytest.mark.parametrize(
    ("alert", "hold", "expected"),
    [
        (TOLD, HELD, ()),
        (TOLD, replace(HELD, id="other", rule="roster_only"), ("hold g",)),
        (replace(TOLD, rule="roster_only"), HELD, ("alert g",)),
        (replace(TOLD, reason="teacher_title"), HELD, ("alert g",)),
        (replace(TOLD, at=LATER), HELD, ()),  # when he came
        (replace(TOLD, at=LATER - 0.1), HELD, ("alert g",)),
        (replace(TOLD, action=about(TOLD.action, guest("刘老师", "other"))), HELD, ("alert g",)),
        (replace(TOLD, action=about(TOLD.action, guest("刘芳"))), HELD, ("alert g",)),
        (replace(TOLD, action=about(TOLD.action, None)), HELD, ("alert g",)),
        # what came to nothing counts for a minute
        (replace(TOLD, status=OutcomeKind.FAILED), HELD, ("alert g",)),
        (replace(TOLD, status=OutcomeKind.FAILED, at=LATER + 40), HELD, ("alert g",)),
        (replace(TOLD, status=OutcomeKind.FAILED, at=LATER + 40.1), HELD, ()),
        (TOLD, replace(HELD, status=OutcomeKind.REFUSED), ("hold g",)),
        (TOLD, replace(HELD, status=OutcomeKind.SIMULATED), ()),
    ],
)
def test_what_was_done_about_a_double_is_not_done_again_while_he_is_here_under_that_name(
    alert: Standing, hold: Standing, expected: tuple[str, ...]
) -> None:
    state = note(note(SEEN, hold), alert)
    news = RosterLoaded(at=LATER + 100, version=3, size=7)
    assert in_short(decide_impostor(Impostor(), fold(state, news), news)) == expected


@pytest.mark.parametrize(
    ("mine", "hers", "expected"),
    [
        ({"email": "li@school.example"}, {"email": "li@school.example"}, ()),
        ({"email": "x@school.example"}, {"email": "li@school.example"}, ("hold g", "alert g")),
        ({"account": "a"}, {"account": "a", "email": "li@school.example"}, ()),
        ({"account": "b"}, {"account": "a"}, ("hold g", "alert g")),
        ({}, {}, ("hold g", "alert g")),
    ],
)
def test_on_two_devices_by_one_account_or_address_one_is_nobodys_double(
    mine: dict[str, Any], hers: dict[str, Any], expected: tuple[str, ...]
) -> None:
    led = lesson(inside=[Participant(id="t", name="王芳", role=Role.HOST, **hers)])
    assert in_short(Rehearsal(only("impostor"), led).tell(joined(Participant(id="g", name="王芳", **mine)))) == expected


def test_when_an_owner_comes_only_those_under_his_name_are_told_of() -> None:
    world = Rehearsal(only("impostor"), rematch(lesson(inside=[HOST, named(3), named(4), stranger(1)]), LIST, 2))
    assert in_short(world.tell(joined(pupil(3)))) == ("alert n3",)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Trần Văn Bình", ("alert p1",)), ("Tran Van Binh", ("alert p1",)), ("TranVanBinh", ())],
)
def test_how_like_another_pupils_name_a_new_one_must_be(name: str, expected: tuple[str, ...]) -> None:
    world = Rehearsal(only("impostor"), listed("Trần Văn Bình"))
    assert in_short(world.tell(renamed(pupil(1), name))) == expected
