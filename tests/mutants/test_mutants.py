"""What is a mutant, which one is put where, and which survivors still want to be looked at."""

import pytest

from policies import strictness
from tests.mutants.made import Mutant, files, module_of, mutants, of_source
from tests.mutants.page import Reason, new, outlived, page, reasons, score
from tests.mutants.trial import Fate, put_in_place

DOOR = '''
LIMIT = 3

@dataclass
class Door:
    def full(self, inside: int) -> bool:
        """Whether nobody fits in any more."""
        return inside >= LIMIT
'''


def test_a_mutant_is_a_function_with_one_change_and_tables_and_types_are_left_alone() -> None:
    (mutant,) = of_source("policies.doors", DOOR)
    assert mutant.key == ("policies.doors.Door.full", "return inside >= LIMIT", "return inside > LIMIT")
    assert "inside > LIMIT" in mutant.source
    assert list(mutant.lines) == [8]


def test_no_two_mutants_are_the_same() -> None:
    path = next(f for f in files() if module_of(f) == "policies.rungs")
    made = list(mutants(path))
    assert len(made) > 100
    assert len({m.source for m in made}) == len(made)


def test_whoever_holds_the_function_already_meets_the_mutant(monkeypatch: pytest.MonkeyPatch) -> None:
    path = next(f for f in files() if module_of(f) == "policies.strictness")
    held = strictness.direction
    before = held.__code__
    mutant = next(m for m in mutants(path) if m.name == held.__name__)
    monkeypatch.setattr(held, "__code__", before)
    put_in_place(mutant)
    assert held.__code__ is not before
    assert held.__code__.co_filename == f"<{mutant.where}>"


def survivor(was: str = "a < b") -> Mutant:
    return Mutant(
        module="policies.doors", owner="", name="full", lines=range(1, 2), was=was, becomes="a <= b", source=was
    )


TABLE = """# why
Nobody can be between two numbers.
\tpolicies.doors.*\ta < b\t*
"""


def test_a_survivor_with_a_reason_is_not_new() -> None:
    known = reasons(TABLE)
    fates = {survivor(): Fate.SURVIVED, survivor("c < d"): Fate.NO_TESTS, survivor("e < f"): Fate.KILLED}
    assert new(fates, known) == (survivor("c < d"),)
    assert not outlived(fates, known)
    assert outlived({survivor(): Fate.KILLED}, known) == known


def test_the_page_counts_every_survivor_and_shows_it_with_its_reason() -> None:
    fates = {survivor(): Fate.SURVIVED, survivor("c < d"): Fate.NO_TESTS, survivor("e < f"): Fate.TIMEOUT}
    assert score(fates.values()) == pytest.approx(33.3, abs=0.1)
    text = page(fates, reasons(TABLE))
    assert "| `policies.doors` | 3 | 0 | 1 | 1 | 1 | 33.3 % |" in text
    assert "### Nobody can be between two numbers.\n\n- `policies.doors.full`: `a < b` becomes `a <= b`" in text
    assert text.endswith("nobody has looked at yet\n\n- `policies.doors.full`: `c < d` becomes `a <= b`\n")


def test_a_line_of_the_list_that_is_neither_a_reason_nor_a_mutant_is_refused() -> None:
    with pytest.raises(ValueError, match="neither"):
        reasons("why\n\tpolicies.doors.full\ta < b\n")
    assert reasons(TABLE) == (Reason("Nobody can be between two numbers.", "policies.doors.*", "a < b", "*"),)
