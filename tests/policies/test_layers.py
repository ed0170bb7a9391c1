"""Layers: what is said lower wins, a lock lets only the stricter through, nothing stored ever breaks a lesson."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from app.domain.errors import Invalid
from app.web import words
from policies import RULES
from policies.base import Rule, Settings, setting
from policies.documents import PRESETS, Layers, checked, layered, merge
from policies.merged import Level, Origin, Problem, ProblemKind, Value
from policies.strictness import allowed, as_strict, direction

D, S, C, L = Level.DISTRICT, Level.SCHOOL, Level.COURSE, Level.LESSON
KNOWN = tuple(sorted(rule.name for rule in RULES))
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


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"gravity": {}}, Problem(C, "gravity", ProblemKind.UNKNOWN_RULE, allowed=KNOWN)),
        ({"preset": "lax"}, Problem(C, "preset", ProblemKind.CHOICE, allowed=PRESETS)),
        ({"sharing": {}, "share_guard": {}}, Problem(C, "sharing", ProblemKind.FORMER, said="share_guard")),
        ({"links": 7}, Problem(C, "links", ProblemKind.NO_OBJECT)),
        ({"locked": 7}, Problem(C, "locked", ProblemKind.NO_LIST)),
        ({"locked": ["links.sloth"]}, Problem(C, "locked", ProblemKind.UNKNOWN_LOCK, said="links.sloth")),
        ({"locked": ["sloth.links"]}, Problem(C, "locked", ProblemKind.UNKNOWN_LOCK, said="sloth.links")),
        (
            {"silent_stranger": {"sloth": 7}},
            Problem(C, "silent_stranger.sloth", ProblemKind.UNKNOWN_FIELD, allowed=("mode", "minutes", "then")),
        ),
        (
            {"silent_stranger": {"minutes": 0}},
            Problem(
                C, "silent_stranger.minutes", ProblemKind.VALUE, said="Input should be greater than or equal to 1",
                about="minutes that somebody unknown may be silent before people are told (1 to 120)",
            ),
        ),
        (
            {"after_class": {"end_minutes": 1}},
            Problem(
                C, "after_class.end_minutes", ProblemKind.CONTRADICTION,
                said="the room is ended before microphones are closed",
            ),
        ),
        (
            {"late_lock": {"minutes": 9}},
            Problem(C, "late_lock.minutes", ProblemKind.LOCKED, said="8", by=S, floor=8),
        ),
    ],
)  # fmt: skip
def test_a_problem_says_where_what_and_what_is_allowed(document: dict[str, Any], problem: Problem) -> None:
    above: Layers = [(S, {"late_lock": {"minutes": 8}, "locked": ["late_lock.minutes"]})]
    assert merge([*above, (C, document)]).problems == (problem,)


def test_what_is_wrong_beside_what_is_right_leaves_the_right() -> None:
    made = merge([(C, {"silent_stranger": {"sloth": 7, "minutes": 9, "then": "x"}})]).values["silent_stranger"]
    assert (made["minutes"].value, made["then"].value) == (9, "tell")
    assert set(made) == {"mode", "minutes", "then"}


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(C, "x", ProblemKind.UNKNOWN_RULE, allowed=("a", "b")), "no such rule; known: a, b"),
        (Problem(C, "x", ProblemKind.UNKNOWN_FIELD, allowed=("a", "b")), "no such field; known: a, b"),
        (Problem(C, "x", ProblemKind.CHOICE, allowed=("a", "b")), "one of: a, b"),
        (Problem(C, "x", ProblemKind.NO_OBJECT), "an object of settings"),
        (Problem(C, "x", ProblemKind.NO_LIST), 'a list of fields, such as ["roster_only.strangers"]'),
        (
            Problem(C, "x", ProblemKind.UNKNOWN_LOCK, said="y" * 99),
            "y" * 80 + ": no such field; written as <rule>.<field>",
        ),
        (
            Problem(C, "x", ProblemKind.LOCKED, said="8", by=S),
            "the school has locked this at 8: the course may make it stricter, not looser",
        ),
        (Problem(C, "x", ProblemKind.VALUE, said="Too much", about="0 to 9"), "Too much. Allowed: 0 to 9"),
    ],
)  # fmt: skip
def test_a_problem_has_a_sentence_for_programs(problem: Problem, text: str) -> None:
    assert problem.text == text


def test_every_contradiction_is_about_fields_that_there_are_and_has_its_words() -> None:
    meant = {
        "late_lock": {"minutes": 20, "hard_minutes": 19},
        "noise": {"times": 3, "stranger_times": 4},
        "share_guard": {"from_minute": 20, "to_minute": 20},
        "after_class": {"mute_minutes": 9, "end_minutes": 8},
        "ladder": {"mute_at": 4, "hold_at": 3, "kick_at": 2, "ban_at": 1},
    }
    just_right = {
        "late_lock": {"minutes": 20, "hard_minutes": 20},
        "noise": {"times": 3, "stranger_times": 3},
        "share_guard": {"from_minute": 20, "to_minute": 21},
        "after_class": {"mute_minutes": 9, "end_minutes": 9},
        "ladder": {"mute_at": 2, "hold_at": 2, "kick_at": 2, "ban_at": 2},
    }
    told = []
    for rule in RULES:
        assert not tuple(rule.settings().contradictions())
        if rule.name in meant:
            assert not tuple(rule.settings.model_validate(just_right[rule.name]).contradictions())
            found = tuple(rule.settings.model_validate(meant[rule.name]).contradictions())
            assert all(set(c.fields) <= set(rule.settings.model_fields) and len(c.fields) == 2 for c in found)
            told += [c.why for c in found]
    assert len(told) == 7
    assert set(told) == set(words.CONTRADICTIONS)


def test_a_hardening_that_is_no_stricter_changes_nothing_and_nobody_is_named_for_it() -> None:
    made = merge([(C, {"preset": "strict"})], hardened_until=1.0)
    assert "until" not in made.told()["roster_only"]["strangers"]
    assert "until" in merge([(C, {"preset": "open_day"})], hardened_until=1.0).told()["roster_only"]["strangers"]


def test_who_chose_the_preset_is_told() -> None:
    assert (merge([]).preset_by, merge([]).policy.preset) == (None, "lecture")
    made = merge([(D, {"preset": "exam"}), (S, {"preset": "strict"}), (C, {})])
    assert (made.preset_by, made.policy.preset) == (S, "strict")


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


def test_a_field_carries_its_default_its_bounds_its_sentence_and_its_direction() -> None:
    class Knocks(Settings):
        times: int = setting(3, "knocks in a minute", stricter="lower", ge=1, le=20)
        then: str = setting("tell", "what follows", stricter=("tell", "hold"))

    times, then = Knocks.model_fields["times"], Knocks.model_fields["then"]
    assert (times.default, times.description, direction(times)) == (3, "knocks in a minute", "lower")
    assert (then.default, then.description, direction(then)) == ("tell", "what follows", ["tell", "hold"])
    assert Knocks.model_json_schema()["properties"]["times"]["maximum"] == 20
    with pytest.raises(ValidationError):
        Knocks(times=21)


LOWER, HIGHER = setting(5, "", stricter="lower"), setting(5, "", stricter="higher")
CHOICE, UNSAID = setting("b", "", stricter=("a", "b", "c")), FieldInfo(default=5)


@pytest.mark.parametrize(
    ("info", "value", "than", "expected"),
    [
        (LOWER, 4, 5, True),
        (LOWER, 5, 5, True),
        (LOWER, 6, 5, False),
        (HIGHER, 6, 5, True),
        (HIGHER, 4, 5, False),
        (HIGHER, 4.5, 5, False),
        (CHOICE, "c", "b", True),
        (CHOICE, "b", "b", True),
        (CHOICE, "a", "b", False),
        (CHOICE, "x", "a", False),
        (CHOICE, "c", "x", False),
        # lists: the one that holds all of the other is the higher one
        (HIGHER, ("a", "b"), ("a",), True),
        (HIGHER, ("b", "a"), ("a", "b"), True),
        (HIGHER, ("a",), ("a", "b"), False),
        (LOWER, ("a",), ("a", "b"), True),
        (LOWER, ("a", "b"), ("a",), False),
        (LOWER, frozenset("a"), frozenset("ab"), True),
        # what cannot be compared
        (LOWER, True, 5, False),
        (LOWER, "4", "5", False),
        (UNSAID, 5, 5, True),
        (UNSAID, 4, 5, False),
        (UNSAID, 6, 5, False),
        (UNSAID, ("a",), ("a", "b"), False),
        (UNSAID, ("a", "b"), ("a",), False),
    ],
)
def test_which_of_two_values_is_the_stricter_one(info: Any, value: Any, than: Any, expected: bool) -> None:
    assert as_strict(info, value, than) is expected


def test_of_a_choice_the_values_that_a_lock_leaves_are_told_from_the_loosest() -> None:
    assert allowed(CHOICE, "b") == ("b", "c")
    assert allowed(CHOICE, "a") == ("a", "b", "c")
    assert allowed(LOWER, 5) == allowed(UNSAID, 5) == ()
    assert direction(UNSAID) == ""


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_every_field_says_which_way_is_stricter(rule: Rule) -> None:
    for name, info in rule.settings.model_fields.items():
        way = direction(info)
        assert way in ("lower", "higher") or (isinstance(way, list) and len(way) > 1), name
        if isinstance(way, list):
            assert info.default in way
            schema = rule.settings.model_json_schema()["properties"][name]
            assert set(way) == set(schema.get("enum", [True, False])), name
