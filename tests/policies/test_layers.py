"""Layers: what is said lower wins, a lock lets only the stricter through, nothing stored ever breaks a lesson."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Invalid
from policies import RULES
from policies.base import Rule
from policies.documents import PRESETS, Layers, checked, layered, merge
from policies.merged import Level, Origin, ProblemKind, Value
from policies.strictness import as_strict, direction

D, S, C, L = Level.DISTRICT, Level.SCHOOL, Level.COURSE, Level.LESSON
FIELDS = {f"{r.name}.{name}": info for r in RULES for name, info in r.settings.model_fields.items()}


def value(layers: Layers, field: str, *, hardened_until: float | None = None) -> Value:
    rule, _, name = field.partition(".")
    return merge(layers, hardened_until=hardened_until).values[rule][name]


@pytest.mark.parametrize(
    ("layers", "expected", "origin"),
    [
        ([], 10, "preset"),
        ([(C, {"preset": "exam"})], 5, "preset"),
        ([(S, {"preset": "exam"})], 5, "preset"),
        ([(S, {"preset": "exam"}), (C, {"preset": "lecture"})], 10, "preset"),
        ([(S, {"late_lock": {"minutes": 7}}), (C, {"preset": "lecture"})], 7, "school"),
        ([(S, {"late_lock": {"minutes": 7}}), (C, {"late_lock": {"minutes": 9}})], 9, "course"),
        ([(D, {"late_lock": {"minutes": 3}}), (S, {}), (C, {})], 3, "district"),
        ([(C, {"late_lock": {"minutes": 9}}), (L, {"late_lock": {"minutes": 0}})], 0, "lesson"),
    ],
)
def test_the_lowest_that_says_something_is_heard(layers: Layers, expected: int, origin: str) -> None:
    found = value(layers, "late_lock.minutes")
    assert (found.value, found.origin, found.locked_by) == (expected, origin, None)


@pytest.mark.parametrize(
    ("field", "above", "stricter", "looser"),
    [
        ("roster_only.strangers", "hold", "deny", "watch"),
        ("roster_only.claimed", "hold", "hold", "admit"),
        ("late_lock.minutes", 8, 7, 9),
        ("quiet_start.minutes", 8, 9, 7),
        ("quiet_start.chat", True, True, False),
        ("share_guard.who", "roster", "hosts", "everyone"),
        ("share_guard.mode", "observe", "enforce", "off"),
        ("restraint.harden_days", 7, 8, 6),
    ],
)
def test_under_a_lock_only_the_stricter_goes_through(field: str, above: Any, stricter: Any, looser: Any) -> None:
    rule, _, name = field.partition(".")
    district = (D, {rule: {name: above}, "locked": [field]})
    assert checked(S, {rule: {name: stricter}}, [district]).values[rule][name].value == stricter
    with pytest.raises(Invalid) as refused:
        checked(S, {rule: {name: looser}}, [district])
    assert [f for f, _ in refused.value.problems] == [field]
    assert "district" in refused.value.problems[0][1]
    assert str(above) in refused.value.problems[0][1]


def test_a_lock_counts_for_what_a_preset_says_and_whoever_locks_last_is_named() -> None:
    locked = (D, {"preset": "strict", "locked": ["late_lock.minutes"]})
    found = value([locked, (C, {"preset": "seminar"})], "late_lock.minutes")
    assert (found.value, found.locked_by, found.wished, found.wished_by) == (0, D, 15, Origin.PRESET)
    twice = [(D, {"late_lock": {"minutes": 8}, "locked": ["late_lock.minutes"]}),
             (S, {"late_lock": {"minutes": 4}, "locked": ["late_lock.minutes"]}), (C, {})]  # fmt: skip
    assert (value(twice, "late_lock.minutes").value, value(twice, "late_lock.minutes").locked_by) == (4, S)


def test_a_lock_that_came_later_wins_and_says_what_it_overrules() -> None:
    layers: list[tuple[Level, dict[str, Any]]] = [
        (S, {"late_lock": {"minutes": 4}, "locked": ["late_lock.minutes"]}),
        (C, {"late_lock": {"minutes": 9}}),
    ]
    told = merge(layers).told()["late_lock"]["minutes"]
    assert told == {"value": 4, "origin": "school", "locked_by": "school",
                    "overruled": {"origin": "course", "value": 9}}  # fmt: skip
    assert value([*layers, (L, {"late_lock": {"minutes": 2}})], "late_lock.minutes").value == 2


# --- hardening --------------------------------------------------------------------------------------------------------


def test_hardening_only_tightens_and_says_until_when() -> None:
    own = {"preset": "open_day", "quiet_start": {"minutes": 90}}
    hard = merge([(C, own)], hardened_until=1_800_000_000.0)
    assert hard.values["roster_only"]["strangers"] == Value("deny", Origin.HARDENING)
    assert hard.values["late_lock"]["mode"].value == "enforce"  # the open day has it off
    assert hard.values["quiet_start"]["minutes"] == Value(90, Origin.COURSE)  # more than the preset's 60
    assert hard.told()["roster_only"]["strangers"]["until"] == "2027-01-15T08:00:00Z"
    assert layered([("course", own)], hardened=True)[0] == hard.policy


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_becomes_looser_by_hardening(preset: str) -> None:
    before, after = merge([(C, {"preset": preset})]), merge([(C, {"preset": preset})], hardened_until=1.0)
    for name, info in FIELDS.items():
        rule, _, field = name.partition(".")
        assert as_strict(info, after.values[rule][field].value, before.values[rule][field].value), name


def test_days_of_hardening_are_a_setting() -> None:
    assert layered([]) == (merge([]).policy, 7)
    assert layered([("school", {"restraint": {"harden_days": 0}})])[1] == 0


# --- what does not fit ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "field", "told"),
    [
        ({"locked": ["late_lock.hours"]}, "locked", "<rule>.<field>"),
        ({"locked": "late_lock.minutes"}, "locked", "a list"),
        ({"locked": [7]}, "locked", "no such field"),
        ({"late_lock": {"minutes": 20}}, "late_lock.minutes", "before the door closes"),
        ({"late_lock": {"hard_minutes": 4}}, "late_lock.hard_minutes", "before the door closes"),
        ({"late_lock": {"minutes": 20, "hard_minutes": 19}}, "late_lock.hard_minutes", "before the door closes"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(document: dict[str, Any], field: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(C, document)
    ((at, said),) = refused.value.problems
    assert (at, told in said) == (field, True)


def test_a_fault_above_is_not_the_fault_of_the_layer_below() -> None:
    above: Layers = [(D, {"gravity": {}, "late_lock": {"minutes": 999}, "preset": "lax"})]
    merged = checked(C, {"late_lock": {"minutes": 9}}, above)
    assert {p.field for p in merged.problems_of(D)} == {"gravity", "late_lock.minutes", "preset"}
    assert merged.values["late_lock"]["minutes"].value == 9


def test_a_contradiction_is_told_to_the_lowest_layer_that_says_one_of_its_numbers() -> None:
    made = merge([(S, {"late_lock": {"minutes": 12}}), (C, {"late_lock": {"hard_minutes": 5}})])
    assert [(p.level, p.kind) for p in made.problems] == [(C, ProblemKind.CONTRADICTION)]


_VALUES = st.one_of(st.integers(-5, 300), st.booleans(), st.none(), st.sampled_from(["hold", "off", "hosts", "x", ""]))
_DOCUMENT = st.fixed_dictionaries(
    {},
    optional={
        "preset": st.sampled_from([*PRESETS, "lax", ""]),
        "locked": st.lists(st.sampled_from([*FIELDS, "a.b"]), max_size=6),
        **{r.name: st.dictionaries(st.sampled_from([*r.settings.model_fields, "z"]), _VALUES) for r in RULES},
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_DOCUMENT, min_size=4, max_size=4), st.booleans())
def test_merging_never_fails_and_no_layer_gets_under_a_lock(documents: list[dict[str, Any]], hard: bool) -> None:
    layers = list(zip(Level, documents, strict=True))
    for size in range(1, 5):
        upper, lower = merge(layers[:size]), merge(layers, hardened_until=1.0 if hard else None)
        for name, info in FIELDS.items():
            rule, _, field = name.partition(".")
            found, floor = lower.values[rule][field], upper.values[rule][field]
            assert found.value == getattr(lower.policy.rules[rule], field)
            if floor.locked_by:
                assert found.locked_by
                assert as_strict(info, found.value, floor.value), name


# --- every field knows its direction ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_every_field_says_which_way_is_stricter(rule: Rule) -> None:
    for name, info in rule.settings.model_fields.items():
        way = direction(info)
        assert way in ("lower", "higher") or (isinstance(way, list) and len(way) > 1), name
        if isinstance(way, list):
            assert info.default in way
            schema = rule.settings.model_json_schema()["properties"][name]
            assert set(way) == set(schema.get("enum", [True, False])), name
