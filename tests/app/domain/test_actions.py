"""plan: what is really asked of a platform for a wish; and what is settled without asking."""

from typing import Any

import pytest

from app.domain.actions import Action, ActionKind, Decision, Level, Outcome, OutcomeKind, Support, Words, at_once, plan
from app.domain.people import Participant
from tests.builders import stranger, teacher

ADMIT, ALERT, BAN, CLOSE, HOLD, KICK, LOCK, MUTE, SILENCE = (
    ActionKind(kind) for kind in ("admit", "alert", "ban", "close_chat", "hold", "kick", "lock", "mute", "silence")
)


def none(*instead: ActionKind) -> Support:
    return Support(level=Level.NONE, note="not here", instead=instead)


def asked(wish: Decision, platform: dict[ActionKind, Support]) -> list[str]:
    """What a platform that has everything else is asked for."""

    def supports(kind: ActionKind, target: Participant | None) -> Support:
        return platform.get(kind, Support())

    planned = plan(supports, wish)
    assert all(support == supports(action.kind, action.target) for action, support in planned)
    return [f"{a.kind} {a.target.id}" if a.target else a.kind.value for a, _ in planned]


def wish(kind: ActionKind, who: Participant | None = None, **more: Any) -> Decision:
    return Decision(action=Action(kind=kind, target=who, text="t", reference="m1"), rule="r", reason="because", **more)


X = stranger(1)


@pytest.mark.parametrize(
    ("wanted", "platform", "expected"),
    [
        (wish(HOLD, X), {}, ["hold x1"]),
        (wish(HOLD, X), {HOLD: Support(level=Level.MANUAL)}, ["hold x1"]),
        (wish(HOLD, X), {HOLD: none()}, ["hold x1"]),  # which comes out as unsupported
        (wish(SILENCE, X), {SILENCE: none(MUTE, ALERT)}, ["mute x1", "alert x1"]),  # in order, about the same person
        (wish(SILENCE, X), {SILENCE: none(CLOSE)}, ["close_chat"]),  # the room's: about nobody
        (wish(SILENCE, X), {SILENCE: none(CLOSE, ALERT), CLOSE: none()}, ["alert x1"]),
        (wish(SILENCE, X), {SILENCE: none(CLOSE), CLOSE: none()}, ["silence x1"]),
        (wish(SILENCE, X, only=True), {SILENCE: none(CLOSE)}, ["silence x1"]),
        # what harms more than the wish needs two facts or a human
        (wish(HOLD, X, facts=2), {HOLD: none(KICK)}, ["kick x1"]),
        (wish(HOLD, X, facts=1), {HOLD: none(KICK)}, ["mute x1", "alert x1"]),
        (wish(HOLD, X, facts=1, by="u1"), {HOLD: none(KICK)}, ["kick x1"]),
        (wish(HOLD, X, facts=1), {HOLD: none(LOCK)}, ["mute x1", "alert x1"]),  # for one, everybody's door
        (wish(HOLD, X, facts=2), {HOLD: none(LOCK)}, ["lock"]),
        (wish(HOLD, X, facts=1), {HOLD: none(KICK, ALERT), KICK: none()}, ["alert x1"]),  # nor could it
        (wish(HOLD, X, facts=1), {HOLD: none(KICK), MUTE: none()}, ["alert x1"]),
        (wish(SILENCE, X, facts=1), {SILENCE: none(CLOSE)}, ["close_chat"]),  # a chat closed sends nobody out
        (wish(KICK, X, facts=1), {KICK: none(HOLD)}, ["hold x1"]),
        (wish(LOCK, facts=1), {LOCK: none(CLOSE)}, ["close_chat"]),
    ],
)
def test_what_a_platform_is_asked_for(
    wanted: Decision, platform: dict[ActionKind, Support], expected: list[str]
) -> None:
    assert asked(wanted, platform) == expected


def test_what_stands_in_says_the_same() -> None:
    ((instead, _),) = plan(lambda kind, _: none(MUTE) if kind is SILENCE else Support(), wish(SILENCE, X))
    assert (instead.text, instead.reference) == ("t", "m1")


def test_what_a_platform_can_do_may_depend_on_the_person() -> None:
    def supports(kind: ActionKind, target: Participant | None) -> Support:
        return none(MUTE) if kind is HOLD and target == X else Support()

    assert plan(supports, wish(HOLD, X))[0][0].kind is MUTE
    assert plan(supports, wish(HOLD, teacher()))[0][0].kind is HOLD


PRESS = Words(zh="按", vi="bấm", en="press")


@pytest.mark.parametrize(
    ("support", "action", "expected"),
    [
        (Support(), Action(kind=ADMIT, target=X), None),
        (Support(level=Level.PARTIAL, note="n"), Action(kind=ADMIT, target=X), None),
        (
            Support(level=Level.MANUAL, note="n", instruction=PRESS),
            Action(kind=ADMIT, target=X),
            Outcome(kind=OutcomeKind.MANUAL, instruction=PRESS, detail="n"),
        ),
        (none(), Action(kind=ADMIT, target=X), Outcome(kind=OutcomeKind.UNSUPPORTED, detail="not here")),
        # an alert stands in the panel at once; a group's robot is asked where there is something to say
        (Support(), Action(kind=ALERT, text="t"), Outcome(kind=OutcomeKind.CONFIRMED)),
        (none(), Action(kind=ALERT, text="t"), Outcome(kind=OutcomeKind.CONFIRMED)),
        (Support(channel=True), Action(kind=ALERT, text="t"), None),
        (Support(channel=True), Action(kind=ALERT), Outcome(kind=OutcomeKind.CONFIRMED)),
    ],
)
def test_what_is_settled_without_a_request(support: Support, action: Action, expected: Outcome | None) -> None:
    assert at_once(support, action) == expected
