"""docs/scenarios.md: made from results, and not older than the platforms and the scenarios."""

from dataclasses import replace

from adapters import REGISTRY
from scenarios import page
from scenarios.catalogue import SCENARIOS
from scenarios.play import Played
from scenarios.score import Score

SCORE = Score(
    calm=12.0, first=600.0, disturbed=3.25, acts=4, strangers_in=2, entries=5, longest_stay=61.0, touched=(), presses=1,
    by_hand=0, told=(), asked=(),
)  # fmt: skip


def result(script: str, platform: str, score: Score = SCORE) -> Played:
    return Played(script=script, platform=platform, score=score, failed=())


def test_figures_stand_in_the_tables() -> None:
    text = page.text([result(s, p) for s in SCENARIOS for p in REGISTRY])
    assert "| 12 s | 2 | 61 s | 4 | 3.2 s | 0 | 1 | 0 | 0 |" in text
    assert "12 s / 2 / 0 / 1" in text


def test_nothing_noticed_and_never_calm_are_said_in_words() -> None:
    nothing = page.line(result("S1", "drill", replace(SCORE, calm=0.0, first=None)))
    never = page.line(result("S1", "drill", replace(SCORE, calm=None)))
    assert ("calm none" in nothing, "calm never" in never) == (True, True)


def test_what_is_not_met_stands_in_the_line() -> None:
    played = replace(result("S1", "drill", SCORE), failed=("room calm within 10 s",))
    assert "not met: room calm within 10 s" in page.line(played)


def test_the_page_knows_every_platform_and_every_scenario() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    for kind in REGISTRY.values():
        assert f"| {kind.title.en} |" in text, f"{kind.platform} is missing: make scenarios"
    for make in SCENARIOS.values():
        script = make()
        assert f"## {script.id} {script.title}\n\n{script.about}" in text, f"{script.id} changed: make scenarios"
