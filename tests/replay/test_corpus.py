"""Law Rule 4 and the golden raids: in calm lessons nobody of the class is touched, ever; raids end within seconds."""

from pathlib import Path

import pytest

from policies import ALWAYS, RULES
from tests.replay.corpus import CALM, RAIDS, header, lesson_of, played, presets

UNGUARDED = {"preset": "lecture", **{r.name: {"mode": "off"} for r in RULES if r.name not in ALWAYS}}


@pytest.mark.parametrize(("path", "preset"), [pytest.param(p, s, id=f"{p.stem}-{s}") for p in CALM for s in presets(p)])
def test_nobody_of_the_class_is_touched_in_a_calm_lesson(path: Path, preset: str) -> None:
    lesson = played(path, preset)
    assert not lesson.script.raid
    assert list(lesson.complaints()) == []


@pytest.mark.parametrize("path", RAIDS, ids=lambda p: p.stem)
def test_a_raid_is_calm_in_time_and_no_pupil_is_put_out(path: Path) -> None:
    lesson = played(path)
    assert lesson.script.raid
    assert list(lesson.complaints()) == []


@pytest.mark.parametrize("path", RAIDS, ids=lambda p: p.stem)
def test_a_raid_that_no_rule_stops_is_not_calm(path: Path) -> None:
    lesson = lesson_of(path.read_bytes().splitlines(keepends=True), UNGUARDED)
    assert lesson.report.calm is None or lesson.report.calm > 10.0  # where somebody presses, late
    assert lesson.report.strangers_in > 0


def test_the_corpus_is_large_and_says_what_each_lesson_is() -> None:
    assert len(CALM) >= 30
    assert len(RAIDS) >= 30
    told = [header(path) for path in (*CALM, *RAIDS)]
    assert len({t["title"] for t in told}) > 0.8 * len(told)
    assert all(len(t["about"]) > 30 for t in told)
    assert [path.stem for path in RAIDS if header(path).get("within", 10) != 10 and not header(path).get("why")] == []
