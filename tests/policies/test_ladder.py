"""ladder: what did not help is followed by the next step, and in the end by people."""

import pytest

from app.domain.actions import UNSEEN, ActionKind, Decision, Outcome, OutcomeKind
from app.domain.events import OutcomeSettled
from app.domain.people import Participant
from app.domain.state import LessonState, note
from policies import decide
from tests.builders import (
    LATER,
    Rehearsal,
    fold,
    in_short,
    joined,
    lesson,
    named,
    only,
    policy,
    pressed,
    pupil,
    settled,
    shares,
    standing,
    stranger,
    teacher,
    unmuted,
)

EVERYBODY = [teacher(), pupil(1), named(2), stranger(1)]
ROOM = fold(
    lesson(inside=EVERYBODY, waiting_room=True), unmuted(stranger(1)), unmuted(named(2)), shares(stranger(1)),
)  # fmt: skip
FAILED, REFUSED, UNCONFIRMED = OutcomeKind.FAILED, OutcomeKind.REFUSED, OutcomeKind.UNCONFIRMED


def after(
    kind: str,
    who: Participant | None,
    outcome: OutcomeKind,
    *,
    state: LessonState = ROOM,
    by: str = "",
    assumed: bool = False,
) -> tuple[Decision, ...]:
    tried = standing(ActionKind(kind), who, at=LATER - 5, by=by)
    event = settled(tried, outcome, assumed=assumed)
    return decide(policy("seminar"), fold(note(state, tried), event), event)


@pytest.mark.parametrize(
    ("kind", "who", "outcome", "expected"),
    [
        ("hold", stranger(1), UNCONFIRMED, ("kick x1",)),
        ("hold", stranger(1), REFUSED, ("alert x1",)),  # that says nothing about him
        ("hold", stranger(1), OutcomeKind.UNSUPPORTED, ("kick x1",)),
        ("hold", stranger(1), OutcomeKind.CONFIRMED, ()),
        ("hold", stranger(1), OutcomeKind.REQUESTED, ()),
        ("hold", stranger(1), OutcomeKind.GONE, ()),
        ("hold", stranger(1), OutcomeKind.EXPIRED, ()),
        ("kick", stranger(1), UNCONFIRMED, ("lock", "alert x1")),
        ("ban", stranger(1), FAILED, ("lock", "alert x1")),
        ("mute", stranger(1), UNCONFIRMED, ("mute_all",)),
        ("stop_share", stranger(1), UNCONFIRMED, ("hold x1",)),
        # who may belong here is never stepped up: people are called
        ("hold", named(2), UNCONFIRMED, ("alert n2",)),
        ("mute", named(2), UNCONFIRMED, ("alert n2",)),
        ("lock", None, REFUSED, ("alert",)),
        ("alert", None, FAILED, ()),
        # it did take effect after all
        ("hold", stranger(7), UNCONFIRMED, ()),
        ("mute", pupil(1), UNCONFIRMED, ()),
    ],
)  # fmt: skip
def test_the_step_after_a_failed_one(
    kind: str, who: Participant | None, outcome: OutcomeKind, expected: tuple[str, ...]
) -> None:
    assert in_short(after(kind, who, outcome)) == expected


def test_what_a_human_asked_for_is_told_and_not_stepped_up() -> None:
    assert in_short(after("hold", stranger(1), REFUSED, by="u1")) == ("alert x1",)


def test_whom_a_teacher_let_in_meanwhile_is_not_stepped_up() -> None:
    state = fold(ROOM, pressed("admit", stranger(1)))
    assert in_short(after("hold", stranger(1), UNCONFIRMED, state=state)) == ("alert x1",)


def test_what_can_never_be_seen_on_this_platform_is_no_failure() -> None:
    assert after("hold", stranger(1), UNCONFIRMED, assumed=True) == ()


def test_what_failed_and_about_whom_is_told() -> None:
    (alert,) = after("hold", named(2), UNCONFIRMED)
    assert alert.params == (("action", "hold"), ("name", "学生2"))
    (alert,) = after("lock", None, REFUSED)
    assert alert.params == (("action", "lock"), ("name", ""))
    (alert,) = after("silence", stranger(1), UNCONFIRMED)  # what has no next step of its own
    assert alert.action.kind is ActionKind.ALERT


def test_a_lock_of_the_ladder_ends_by_itself() -> None:
    lock = after("kick", stranger(1), UNCONFIRMED)[0]
    assert (lock.action.kind, lock.expires_after) == (ActionKind.LOCK, 600.0)


def test_an_intent_of_nobody_is_no_reason_for_anything() -> None:
    event = settled(standing(ActionKind.HOLD, stranger(1)), UNCONFIRMED)
    assert decide(policy("seminar"), fold(ROOM, joined(stranger(1)), event), event) == ()


def test_what_could_not_be_looked_at_is_no_reason_for_more_against_a_person() -> None:
    """The platform took the hold and then answered no read-back: perhaps he has been waiting all the time."""
    held = standing(ActionKind.HOLD, stranger(1), status=OutcomeKind.REQUESTED)
    world = Rehearsal(only("ladder"), note(lesson(inside=[teacher(), stranger(1)]), held))
    unseen = Outcome(kind=OutcomeKind.UNCONFIRMED, code=UNSEEN)
    told = OutcomeSettled(at=LATER, intent=held.id, action=held.action, outcome=unseen)
    assert in_short(world.tell(told)) == ("alert x1",)
