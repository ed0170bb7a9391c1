"""A part of the trial that docs/matching.md shows whole: doubles are found, honest pupils are left alone."""

from tests.app.domain.name_attacks import ATTACKS, HONEST
from tests.app.domain.name_trial import BEGIN, CLASSES, DOCS, END, PUPILS, SEED, Trial, trial

SOME = 120  # classes


def test_doubles_are_found_and_honest_pupils_are_left_alone() -> None:
    done = trial(SOME)
    doubles, twins, honest = Trial.whole(done.attacks), Trial.whole(done.twins), Trial.whole(done.honest)
    assert (done.attacks.keys(), done.honest.keys()) == (ATTACKS.keys(), HONEST.keys())
    assert min(t.tried for t in done.attacks.values()) > SOME / 8  # every attack fits some names
    assert (doubles.tried, honest.tried) > (SOME * 10, SOME * 30)
    assert doubles.share >= 0.99, [t.examples for t in done.attacks.values()]
    assert twins.share >= 0.99, [t.examples for t in done.twins.values()]
    assert honest.share <= 0.001, [t.examples for t in done.honest.values()]
    assert done.unlisted.share <= 0.001, done.unlisted.examples
    assert done.vouched.held == 0, done.vouched.examples


def test_the_same_seed_gives_the_same_trial() -> None:
    assert trial(5) == trial(5)
    assert trial(5) != trial(5, SEED + 1)


def test_the_documentation_shows_a_whole_trial_that_kept_to_the_bounds() -> None:
    told = DOCS.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert f"Seed {SEED}, {CLASSES} classes, {CLASSES * (PUPILS + 1)} people." in told
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in told.splitlines() if "%" in line]
    assert {row[0] for row in rows} > {*ATTACKS, *HONEST}
    doubles, twins, honest = (float(row[3].rstrip("%")) for row in rows if row[0] == "**all together**")
    assert (doubles >= 99.0, twins >= 99.0, honest <= 0.1) == (True, True, True)
