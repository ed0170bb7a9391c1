"""`menshen replay`: what it says of a lesson and of a file, how it exits, and that every mistake is one line."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from defusedxml import ElementTree
from typer.testing import CliRunner, Result

from app.__main__ import cli
from app.domain.errors import MenshenError
from tests.app.guarded import Guarded
from tests.app.replay.recorded import file_of, raided

SCRIPT = b"""{"menshen":"script","version":1,"title":"7-3","policy":{"preset":"lecture"},"hostile":["x"],\
"roster":[{"id":"r1","name":"An","accounts":["a1"]}],"people":{"p":{"name":"An","account":"a1"},"x":{"name":"zz"}}}
{"at":0,"kind":"lesson.started"}
{"at":1,"kind":"participant.joined","who":"p"}
{"at":60,"kind":"participant.joined","who":"x"}
{"at":63,"kind":"chat.posted","who":"x","text":"hello"}
"""


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Guarded]:
    with raided(tmp_path) as made:
        yield made


@pytest.fixture
def menshen(tmp_path: Path) -> Callable[..., Result]:
    runner = CliRunner(env={"MENSHEN_DATABASE_URL": f"sqlite:///{tmp_path}/menshen.db"})
    return lambda *words: runner.invoke(cli, ["replay", *map(str, words)])


def refused(result: Result) -> str:
    """The one line that the console prints of an error."""
    assert isinstance(result.exception, MenshenError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


def test_a_lesson_of_the_database_under_other_rules(school: Guarded, menshen: Callable[..., Result]) -> None:
    result = menshen(school.lesson(), "--policy", "strict")
    assert result.exit_code == 0, result.output
    assert "Reproduced byte for byte" in result.output
    assert "strangers who got in" in result.output
    assert "roster_only: hold" in result.output
    assert "only under strict" in result.output


def test_by_todays_rules_unless_others_are_named(school: Guarded, menshen: Callable[..., Result]) -> None:
    school.rules({"preset": "open_day"})
    result = menshen(school.lesson(), "--json")
    told = json.loads(result.output)
    assert told["reproduced"]["same"] is True
    assert told["only_happened"]
    rules = [{a["rule"] for a in told[side]["actions"]} for side in ("happened", "replayed")]
    assert "roster_only" in rules[0] - rules[1]


def test_saved_and_read_again_it_is_the_same(school: Guarded, menshen: Callable[..., Result], tmp_path: Path) -> None:
    saved, picture = tmp_path / "lesson.jsonl", tmp_path / "lesson.svg"
    assert menshen(school.lesson(), "--save", saved, "--picture", picture).exit_code == 0
    assert saved.read_bytes() == file_of(school)
    assert saved.stat().st_mode & 0o077 == 0
    assert ElementTree.fromstring(picture.read_text()).tag.endswith("svg")
    result = menshen(saved)
    assert result.exit_code == 0
    assert "its own policy" in result.output
    assert "only there" not in result.output  # the simulation of its own rules does what the rules did


def test_a_record_that_was_changed_exits_with_two(
    school: Guarded, menshen: Callable[..., Result], tmp_path: Path
) -> None:
    forged = tmp_path / "forged.jsonl"
    forged.write_bytes(file_of(school).replace(b'"reason":"stranger"', b'"reason":"nobody"', 1))
    result = menshen(forged)
    assert result.exit_code == 2
    assert "NOT reproduced: row 6" in result.output


def test_a_script_is_played_under_its_own_policy_and_beside_another(
    menshen: Callable[..., Result], tmp_path: Path
) -> None:
    script, policy = tmp_path / "s.jsonl", tmp_path / "p.yaml"
    script.write_bytes(SCRIPT)
    policy.write_text("preset: lecture\nroster_only: {mode: enforce, strangers: deny, claimed: hold}\n")
    alone = menshen(script)
    assert alone.exit_code == 0
    assert "its own policy" in alone.output
    beside = menshen(script, "--policy", policy)
    assert beside.exit_code == 0
    assert "own policy" in beside.output
    assert "only under p.yaml: 1" in beside.output


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["nothing.jsonl"], "nothing.jsonl: No such file"),
        (["abc"], "no lesson abc in this database"),
        (["{file}", "--policy", "mild"], "no policy mild: one of lecture, seminar"),
        (["{file}", "--policy", "{wrong}"], "roster_only.strangers: "),
        (["{file}", "--policy", "{broken}"], "line 1"),
        (["{file}", "--save", "{file}"], "this is a file already"),
        (["{file}", "--picture", "{folder}/no/where.svg"], "No such file or directory"),
        (["{wrong}"], "line 1: this is no file of Menshen"),
    ],
)
def test_a_mistake_is_one_line(
    school: Guarded, menshen: Callable[..., Result], tmp_path: Path, words: list[str], problem: str
) -> None:
    (tmp_path / "lesson.jsonl").write_bytes(file_of(school))
    (tmp_path / "wrong.yaml").write_text("roster_only: {strangers: tickle}")
    (tmp_path / "broken.yaml").write_text("roster_only: [")
    places = {"file": "lesson.jsonl", "wrong": "wrong.yaml", "broken": "broken.yaml"}
    made = {key: str(tmp_path / name) for key, name in places.items()}
    assert problem in refused(menshen(*(word.format(folder=tmp_path, **made) for word in words)))


def test_looking_at_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    runner = CliRunner(env={"MENSHEN_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"})
    assert "no database" in refused(runner.invoke(cli, ["replay", "abc"]))
    assert not (tmp_path / "none.db").exists()


def test_a_database_without_tables_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    runner = CliRunner(env={"MENSHEN_DATABASE_URL": f"sqlite:///{tmp_path}/empty.db"})
    assert "the database cannot be read" in refused(runner.invoke(cli, ["replay", "abc"]))


def test_names_cannot_steer_the_terminal(menshen: Callable[..., Result], tmp_path: Path) -> None:
    script = tmp_path / "s.jsonl"
    script.write_bytes(SCRIPT.replace(b'"zz"', b'"\\u001b[31mz"'))
    (tmp_path / "p.json").write_text('{"roster_only": {"mode": "off"}}')
    output = menshen(script, "--policy", tmp_path / "p.json").output
    assert "only there" in output
    assert "\x1b" not in output
