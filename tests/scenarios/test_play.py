"""Every golden scenario on the plain practice classroom, with its pass conditions; a selection on each platform worn.

What a worn platform does not meet stands in docs/scenarios.md; the practice classroom meets everything.
"""

from dataclasses import replace

import pytest

from adapters import REGISTRY
from policies import RULES
from scenarios.catalogue import SCENARIOS
from scenarios.play import Played, play
from scenarios.script import PASSIVE

OTHERS = [name for name in REGISTRY if name != "drill"]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_on_the_practice_classroom_it_comes_out_as_wanted(scenario: str) -> None:
    result = play(SCENARIOS[scenario](), "drill")
    assert result.failed == ()
    assert result.score.chain


def test_the_hostile_texts_do_reach_the_pages_that_are_read() -> None:
    notes = play(SCENARIOS["S14"](), "drill").score.notes
    assert "&lt;script&gt;" in notes["review"]["text"]
    assert "HYPERLINK" in notes["csv"]["text"]


@pytest.mark.parametrize("platform", OTHERS)
def test_on_every_platform_the_bell_locks_nobody_out(platform: str) -> None:
    result = play(SCENARIOS["S6"](), platform)
    assert not [t for t in result.score.touched if t.what in ("ban", "deny")]
    assert not result.score.done("locked=True")


@pytest.mark.parametrize("platform", OTHERS)
def test_on_every_platform_one_press_is_one_set_of_actions_also_over_a_restart(platform: str) -> None:
    result = play(SCENARIOS["S11"](), platform)
    assert "nothing stale fires after 45 s" not in result.failed
    assert result.score.of("lock")


def unguarded(scenario: str) -> Played:
    """The same with every rule off and nobody at the panel."""
    off = {"preset": "lecture", **{rule.name: {"mode": "off"} for rule in RULES}}
    return play(replace(SCENARIOS[scenario](), policy=off, habits=PASSIVE, moments=()), "drill")


@pytest.mark.parametrize("scenario", ["S1", "S2", "S3", "S5", "S8", "S10", "S12"])
def test_without_any_rule_nobody_calms_the_room(scenario: str) -> None:
    score = unguarded(scenario).score
    assert score.first is not None
    assert score.acts >= 10
    assert score.calm is None or score.calm > 60
    assert score.asked == ()


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    def figures(seed: int) -> tuple[object, ...]:
        score = play(SCENARIOS["S1"](), "drill", seed=seed).score
        return (score.calm, score.acts, score.entries, score.longest_stay, [(a.at, a.what) for a in score.asked])

    assert figures(1) == figures(1)
    assert figures(1) != figures(2)
