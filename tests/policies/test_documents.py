"""Policy documents: presets validate, bad input names the field and what is allowed, every value has an origin."""

import json
from dataclasses import replace

import pytest

from app.domain.errors import Invalid
from policies import RULES
from policies.base import Rule
from policies.documents import DEFAULT, PRESETS, effective, merge, policy, preset, written
from policies.merged import Level


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_whole_policy(name: str) -> None:
    made = policy({"preset": name})
    assert made.preset == name
    assert set(made.rules) == {r.name for r in RULES}
    assert set(preset(name)) <= {r.name for r in RULES}


def test_a_course_says_only_what_differs() -> None:
    made = policy({"preset": "lecture", "late_lock": {"minutes": 3}})
    by_name = {r.name: made.of(r).model_dump() for r in RULES}
    assert by_name["late_lock"] == {"mode": "enforce", "minutes": 3, "hard_minutes": 15}
    assert by_name["roster_only"] == policy({"preset": "lecture"}).rules["roster_only"].model_dump()


def test_an_empty_document_is_the_default_preset() -> None:
    assert policy({}).preset == DEFAULT
    assert policy({}).rules == policy({"preset": DEFAULT}).rules


@pytest.mark.parametrize(
    ("document", "field", "told"),
    [
        ({"late_lock": {"minutes": 241}}, "late_lock.minutes", "0 to 240"),
        ({"late_lock": {"minutes": -1}}, "late_lock.minutes", "0 to 240"),
        ({"late_lock": {"minutes": "soon"}}, "late_lock.minutes", "0 to 240"),
        ({"quiet_start": {"minutes": 0}}, "quiet_start.minutes", "1 to 240"),
        ({"restraint": {"per_minute": 601}}, "restraint.per_minute", "1 to 600"),
        ({"emergency": {"lock_minutes": 0}}, "emergency.lock_minutes", "1 to 240"),
        ({"roster_only": {"strangers": "shoot"}}, "roster_only.strangers", "hold"),
        ({"roster_only": {"mode": "on"}}, "roster_only.mode", "observe"),
        ({"roster_only": {"sloth": 1}}, "roster_only.sloth", "strangers"),
        ({"share_guard": {"who": None}}, "share_guard.who", "everyone"),
        ({"share_guard": "hosts"}, "share_guard", "an object"),
        ({"sharing": {"who": None}}, "share_guard.who", "everyone"),
        ({"sharing": {}, "share_guard": {}}, "sharing", "only one of both"),
        ({"ladder": {"hold_at": 1}}, "ladder.hold_at", "milder measure"),
        ({"ladder": {"ban_at": 4}}, "ladder.ban_at", "milder measure"),
        ({"ladder": {"mute_at": 0}}, "ladder.mute_at", "10 = never"),
        ({"ladder": {"carry_days": 91}}, "ladder.carry_days", "0 to 90"),
        ({"noise": {"stranger_times": 7}}, "noise.stranger_times", "than pupils"),
        ({"share_guard": {"from_minute": 20, "to_minute": 20}}, "share_guard.to_minute", "nobody could"),
        ({"after_class": {"mute_minutes": 60}}, "after_class.mute_minutes", "before microphones"),
        ({"gravity": {}}, "gravity", "roster_only"),
        ({"preset": "lax"}, "preset", "lecture"),
        ({"preset": ["lecture"]}, "preset", "lecture"),
        ({"preset": None}, "preset", "lecture"),
        ({7: {}}, "7", "roster_only"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(document: dict[str, object], field: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        policy(document)
    (problem,) = refused.value.problems
    assert problem[0] == field
    assert told in problem[1]


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        policy({"late_lock": {"minutes": 999, "mode": 1}, "nope": 1})
    assert {field for field, _ in refused.value.problems} == {"late_lock.minutes", "late_lock.mode", "nope"}


def test_every_value_has_an_origin() -> None:
    told = effective({"preset": "exam", "late_lock": {"minutes": 7}})
    assert told["late_lock"]["minutes"] == {"value": 7, "origin": "course"}
    assert told["roster_only"]["strangers"] == {"value": "deny", "origin": "preset"}
    assert told["restraint"]["wave_lock_minutes"]["origin"] == "default"
    assert {rule: set(fields) for rule, fields in told.items()} == {r.name: set(r.settings.model_fields) for r in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_every_number_has_bounds_and_every_field_a_description(rule: Rule) -> None:
    for name, info in rule.settings.model_fields.items():
        assert info.description, name
        assert info.annotation is not int or info.metadata, f"{name} has no bounds"


def test_an_unknown_preset_is_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid) as refused:
        preset("lax")
    assert refused.value.problems == (("preset", "one of: lecture, seminar, exam, open_day, strict"),)


@pytest.mark.parametrize("name", PRESETS)
def test_a_policy_that_is_written_down_is_read_back_whatever_presets_say_by_then(name: str) -> None:
    made = policy({"preset": name, "late_lock": {"minutes": 7}})
    down = written(made)
    assert (down["preset"], policy(down)) == (name, made)
    assert down["late_lock"] == made.rules["late_lock"].model_dump()
    assert json.loads(json.dumps(down)) == down
    assert written(replace(made, preset="of last year"))["preset"] == DEFAULT


def test_a_lock_under_a_former_name_is_one() -> None:
    told = merge([(Level.SCHOOL, {"locked": ["sharing.who"]}), (Level.COURSE, {"sharing": {"who": "everyone"}})])
    assert told.values["share_guard"]["who"].locked_by is Level.SCHOOL
    assert [p.field for p in told.problems] == ["share_guard.who"]


def test_a_former_name_of_a_rule_stays_valid() -> None:
    document = {"preset": "seminar", "sharing": {"who": "everyone"}}
    assert policy(document) == policy({"preset": "seminar", "share_guard": {"who": "everyone"}})
    assert effective(document)["share_guard"]["who"] == {"value": "everyone", "origin": "course"}
    assert "sharing" not in effective(document)
