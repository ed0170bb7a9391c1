"""What a lesson tells of itself: who is doubted, who is barred, what is open, in which mood it is."""

from dataclasses import replace

import pytest

from app.domain.actions import Action, ActionKind, OutcomeKind, Severity
from app.domain.events import SightLost
from app.domain.people import Participant, Role, Roster
from app.domain.state import LessonState, Mood, Person, mood, note
from app.domain.state.shape import REMEMBER_SETTLED, lasting
from tests.builders import (
    LATER,
    ended,
    fold,
    joined,
    lesson,
    named,
    pressed,
    promoted,
    pupil,
    settled,
    standing,
    stranger,
    switched,
    teacher,
    ticked,
    waits,
)

EVERYBODY = [teacher(), pupil(1), named(2), stranger(1)]
ROOM = lesson(inside=EVERYBODY, waiting=[stranger(2), pupil(3)])


def ids(people: tuple[Person, ...]) -> list[str]:
    return [p.participant.id for p in people]


def test_who_is_doubted_and_who_is_a_stranger() -> None:
    assert ids(ROOM.doubted()) == ["n2", "x1"]
    assert ids(ROOM.strangers()) == ["x1", "x2"]
    vouched = fold(ROOM, pressed("admit", stranger(1)), pressed("admit", stranger(2)))
    assert ids(vouched.doubted()) == ["n2"]
    assert ids(vouched.strangers()) == []
    led = fold(ROOM, promoted(stranger(1), Role.COHOST))
    assert ids(led.doubted()) == ["n2"]
    more = fold(ROOM, joined(stranger(3)))  # another picture of the room is looked at anew
    assert ids(more.doubted()) == ["n2", "x1", "x3"]
    assert ids(ROOM.doubted()) == ["n2", "x1"]


def test_a_presence_is_found_inside_and_at_the_door() -> None:
    inside, waiting = ROOM.person("x1"), ROOM.person("x2")
    assert inside is ROOM.inside["x1"]
    assert waiting is ROOM.waiting["x2"]
    assert ROOM.person("x9") is None


@pytest.mark.parametrize(
    ("who", "key"),
    [
        (pupil(1), "entry r1"),
        (named(2), "presence n2"),  # a name proves nothing, so nothing is put to its owner
        (stranger(1), "presence x1"),
        (Participant(id="g", name="user8899", account="guest-1"), "account guest-1"),
        (Participant(id="g", name="学生2", account="guest-1"), "account guest-1"),
    ],
)
def test_by_what_somebody_is_known_again(who: Participant, key: str) -> None:
    assert lasting(fold(ROOM, joined(who)).inside[who.id]) == key


@pytest.mark.parametrize(
    ("sent_out", "comes", "expected"),
    [
        (stranger(1), stranger(1), True),
        (stranger(1), stranger(2), False),
        (pupil(1), replace(pupil(1), id="again"), True),
        (pupil(1), pupil(3), False),
        (named(2), named(2, "again"), True),
        (named(2), pupil(2), False),  # whoever proves to be the owner is somebody else
        (pupil(1), named(1), True),
    ],
)
def test_whom_a_human_sent_out_is_barred_and_nobody_else(
    sent_out: Participant, comes: Participant, expected: bool
) -> None:
    state = fold(ROOM, pressed("hold", sent_out), waits(comes))
    assert state.is_barred(state.waiting[comes.id]) is expected
    assert not ROOM.is_barred(state.waiting[comes.id])


@pytest.mark.parametrize(
    ("status", "is_open", "is_unproven"),
    [
        (OutcomeKind.PENDING, True, False),
        (OutcomeKind.REQUESTED, True, True),
        (OutcomeKind.MANUAL, False, True),
        (OutcomeKind.CONFIRMED, False, False),
        (OutcomeKind.UNCONFIRMED, False, False),
        (OutcomeKind.SIMULATED, False, False),
    ],
)
def test_what_is_open_and_what_has_not_shown_yet(status: OutcomeKind, is_open: bool, is_unproven: bool) -> None:
    state = note(ROOM, standing(ActionKind.LOCK, status=status))
    assert (len(state.open_intents()), len(state.unproven())) == (is_open, is_unproven)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, True), ({"roster": Roster()}, False), ({"roster_shrunk": True}, False), ({"roster_stale": True}, False)],
)
def test_there_is_a_list_to_judge_by(changes: dict[str, object], expected: bool) -> None:
    assert ROOM.but(**changes).listed is expected


# --- the mood ---------------------------------------------------------------------------------------------------------

CALM = lesson(inside=[teacher(), pupil(1)], waiting=[pupil(3)])


def struck(times: int, severity: Severity, ago: float = 1.0, state: LessonState = CALM) -> LessonState:
    for n in range(times):
        state = note(state, standing(ActionKind.WARN, pupil(1), at=LATER - ago, id=f"i{n}", severity=severity))
    return replace(state, now=LATER)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (CALM, Mood.CALM),
        (struck(9, Severity.LOW), Mood.CALM),
        (struck(1, Severity.MEDIUM), Mood.WATCHING),
        (struck(2, Severity.MEDIUM), Mood.WATCHING),
        (struck(3, Severity.MEDIUM), Mood.ATTACK),
        (struck(1, Severity.HIGH), Mood.ATTACK),
        (struck(1, Severity.CRITICAL), Mood.ATTACK),
        (struck(3, Severity.HIGH, REMEMBER_SETTLED - 0.1), Mood.ATTACK),
        (struck(3, Severity.HIGH, REMEMBER_SETTLED), Mood.CALM),
        (lesson(inside=[teacher(), named(2)]), Mood.WATCHING),
        (lesson(inside=[teacher()], waiting=[stranger(1)]), Mood.WATCHING),
        (fold(struck(1, Severity.HIGH), SightLost(at=LATER, reason="no_answer")), Mood.BLIND),
        (fold(struck(1, Severity.HIGH), ended()), Mood.CALM),
    ],
)
def test_the_mood_is_the_worst_there_is(state: LessonState, expected: Mood) -> None:
    assert mood(state) is expected


# --- the incident -----------------------------------------------------------------------------------------------------


def test_an_incident_gathers_what_was_done_and_by_which_rules() -> None:
    first = standing(ActionKind.HOLD, stranger(1), at=LATER, id="i1", incident="a", severity=Severity.HIGH)
    state = note(ROOM, first)
    assert state.incident is not None
    case = state.incident
    assert (case.id, case.opened_at, case.last_at, case.actions) == ("a", LATER, LATER, 1)
    assert (case.severity, case.reason, case.rules) == (Severity.HIGH, "stranger", ("roster_only",))
    for n, (rule, at) in enumerate((("noise", LATER + 9), ("roster_only", LATER + 5))):
        more = standing(ActionKind.MUTE, stranger(1), at=at, id=f"m{n}", incident="a", rule=rule, severity=Severity.LOW)
        state = note(state, more)
    assert state.incident is not None
    case = state.incident
    assert (case.opened_at, case.last_at, case.actions) == (LATER, LATER + 9, 3)
    assert (case.severity, case.reason, case.rules) == (Severity.HIGH, "stranger", ("roster_only", "noise"))
    other = note(state, standing(ActionKind.LOCK, at=LATER + 900, id="i9", incident="b", reason="wave"))
    assert other.incident is not None
    assert (other.incident.id, other.incident.actions, other.incident.reason) == ("b", 1, "wave")
    assert other.routine is None
    calm = note(other, standing(ActionKind.ADMIT, pupil(3), id="i10", incident="l1.routine", severity=Severity.INFO))
    assert calm.incident is other.incident
    assert calm.routine is not None
    assert calm.routine.id == "l1.routine"


def test_it_is_about_a_pupil_once_an_offence_of_one_is_in_it() -> None:
    def about(*marks: tuple[Participant, bool]) -> bool:
        state = ROOM
        for n, (who, strike) in enumerate(marks):
            state = note(state, standing(ActionKind.WARN, who, id=f"i{n}", incident="a", strike=strike))
        return state.incident is not None and state.incident.pupil

    assert about((pupil(1), True), (stranger(1), True))
    assert about((stranger(1), True), (pupil(1), True))
    assert not about((pupil(1), False))
    assert not about((stranger(1), True), (named(2), True), (teacher(), True))


def test_what_is_taken_back_is_not_due_again() -> None:
    lock = standing(ActionKind.LOCK, at=LATER, until=LATER + 60)
    state = note(ROOM, lock)
    assert state.intents["i1"].until == LATER + 60
    undone = note(state, standing(ActionKind.UNLOCK, at=LATER + 9, id="i2", undo_of="i1"))
    assert undone.intents["i1"].until is None
    assert undone.intents["i2"].undo_of == "i1"


def test_only_what_speaks_of_an_attack_is_remembered_as_hostile() -> None:
    state = ROOM
    for n, (severity, by) in enumerate(
        ((Severity.LOW, ""), (Severity.MEDIUM, ""), (Severity.HIGH, "u1"), (Severity.CRITICAL, ""))
    ):
        state = note(state, standing(ActionKind.LOCK, at=LATER + n, id=f"i{n}", severity=severity, by=by))
    assert state.hostile == ((LATER + 1, 2), (LATER + 3, 4))
    later = replace(state, now=LATER + 1 + REMEMBER_SETTLED)
    more = note(later, standing(ActionKind.LOCK, at=LATER + 200, id="i9", severity=Severity.MEDIUM))
    assert more.hostile == ((LATER + 3, 4), (LATER + 200, 2))


def test_the_time_is_that_of_the_newest_and_the_platform_was_heard_when_it_spoke() -> None:
    state = lesson(at=LATER)
    heard = fold(state, joined(pupil(1), LATER + 5))
    assert (heard.now, heard.last_heard) == (LATER + 5, LATER + 5)
    ours = fold(heard, ticked(LATER + 9), pressed("lock", at=LATER + 10))
    assert (ours.now, ours.last_heard) == (LATER + 10, LATER + 5)
    late = fold(ours, joined(pupil(2), LATER + 3))
    assert (late.now, late.last_heard) == (LATER + 10, LATER + 5)
    asked = note(late, standing(ActionKind.LOCK, at=LATER + 12))
    assert (asked.now, note(asked, standing(ActionKind.LOCK, at=LATER + 1, id="i2")).now) == (LATER + 12, LATER + 12)


def test_what_is_asked_for_again_for_longer_takes_the_switch_over() -> None:
    lock = standing(ActionKind.LOCK, at=LATER, until=LATER + 60)
    locked = fold(note(ROOM, lock), settled(lock, OutcomeKind.CONFIRMED, LATER + 1))
    longer = standing(ActionKind.LOCK, at=LATER + 9, id="i2", until=LATER + 600)
    taken = note(locked, longer)
    assert (taken.intents["i1"].until, taken.changes["locked"].intent) == (None, "i2")
    for other in (
        replace(longer, status=OutcomeKind.SIMULATED),
        replace(longer, button="calm"),
        replace(longer, action=Action(kind=ActionKind.CLOSE_CHAT)),
        replace(longer, action=Action(kind=ActionKind.UNLOCK)),
        replace(longer, action=Action(kind=ActionKind.MUTE, target=pupil(1))),
    ):
        left_alone = note(locked, other)
        assert (left_alone.intents["i1"].until, left_alone.changes["locked"].intent) == (LATER + 60, "i1")
    opened = fold(locked, switched(LATER + 5, locked=False))
    assert note(opened, longer).changes["locked"].intent == ""  # somebody opened it since
    for_good = note(fold(ROOM, switched(LATER, locked=True)), longer)
    assert for_good.changes["locked"].intent == ""  # which was nobody's for a time
