"""decide and wake_at: who is asked, in which order, and what becomes of a rule that fails or is slow."""

from dataclasses import replace

import pytest

from app.domain.events import RuleFailed
from policies import ALWAYS, RULES, decide, wake_at
from policies.base import Policy, Settings
from policies.quiet_start import QuietStart
from tests.builders import (
    LATER,
    START,
    ended,
    fold,
    in_full,
    in_short,
    lesson,
    only,
    policy,
    pressed,
    pupil,
    says,
    started,
    stranger,
    teacher,
)

BEGUN = lesson(inside=[teacher(), pupil(1), stranger(1)], at=START + 60)
BROKEN = Settings(mode="enforce")  # without the numbers that the rule looks for


def test_a_rule_that_fails_is_told_of_and_the_others_go_on() -> None:
    rules = {**policy("lecture").rules, "quiet_start": BROKEN}
    made = decide(Policy(preset="", rules=rules), BEGUN, started(START + 60))
    assert in_full(made) == (
        "alert for quiet_start/rule_failed: medium, guard",
        "restrict_share for share_guard/share_hosts: info, routine, 14340 s",
    )
    assert made[0].params == (("error", "AttributeError"),)


def test_a_rule_that_is_slow_is_told_of() -> None:
    slow = RuleFailed(at=LATER, rule="abuse", error="3.1 s")
    (alert,) = decide(policy("lecture"), fold(BEGUN, slow), slow)
    assert in_full([alert]) == ("alert for abuse/rule_slow: medium, guard",)
    assert alert.params == (("error", "3.1 s"),)


def test_whoever_has_a_clock_hears_which_rule_is_done() -> None:
    laps: list[str] = []
    line = says(stranger(1), "谢谢老师")
    decide(policy("lecture"), fold(BEGUN, line), line, laps.append)
    assert laps == ["abuse", "links", "flood"]


@pytest.mark.parametrize(("mode", "expected"), [("off", ()), ("observe", ("~mute_all",)), ("enforce", ("mute_all",))])
def test_a_rule_is_off_watches_or_acts(mode: str, expected: tuple[str, ...]) -> None:
    quiet = QuietStart.model_validate({"mode": mode, "chat": False, "share": False})
    rules = {**only("emergency").rules, "quiet_start": quiet}
    assert in_short(decide(Policy(preset="", rules=rules), BEGUN, started(START + 60))) == expected


def test_buttons_the_ladder_and_the_brakes_answer_to_no_switch() -> None:
    assert ALWAYS == {"emergency", "ladder", "restraint"}
    off = Policy(preset="", rules={rule.name: rule.settings(mode="off") for rule in RULES})
    press = pressed("lock")
    assert in_short(decide(off, fold(BEGUN, press), press)) == ("lock",)


def test_the_clock_is_asked_to_come_when_the_first_of_the_rules_wants_it() -> None:
    rules = policy("lecture")
    assert wake_at(rules, lesson(inside=[teacher()], at=START)) == START + 600  # late_lock closes the door
    visited = lesson(inside=[teacher(), stranger(1)], at=START)
    assert wake_at(rules, visited) == START + 5  # roster_only looks again
    old = replace(visited, roster_at=START - 999 * 86_400.0)
    assert wake_at(rules, old) is None  # nobody is judged by that list
    assert wake_at(rules, fold(visited, ended(START + 1))) is None
    watching = Policy(preset="", rules={**only("emergency").rules, "late_lock": policy("lecture").rules["late_lock"]})
    assert wake_at(watching, visited) == START + 600
    assert wake_at(only("emergency"), visited) is None
