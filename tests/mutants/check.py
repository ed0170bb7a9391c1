"""What the tests would not notice: `python -m tests.mutants.check [MODULE ...] [--write]`, or `make mutants`.

It fails where fewer mutants are noticed than docs/mutants.md promises, and shows the survivors that nobody has looked
at. Whoever has looked at one and lets it stay writes it into looked_at.tsv, with the reason.
"""

import argparse
import os
import sys

from tests.mutants.made import ROOT, Mutant, files, module_of, mutants
from tests.mutants.page import ENOUGH, new, outlived, page, reasons, score, shown
from tests.mutants.trial import Fate, judge

PAGE = ROOT / "docs" / "mutants.md"
LOOKED_AT = ROOT / "tests" / "mutants" / "looked_at.tsv"


def main() -> None:
    """Make them, let them meet the tests, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.check", description=__doc__)
    parser.add_argument("module", nargs="*", help="only these, such as policies.noise")
    parser.add_argument("--every", type=int, default=1, help="only every n-th mutant")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4))
    given = parser.parse_args()
    paths = [path for path in files() if not given.module or module_of(path) in given.module]
    chosen = [mutant for path in paths for mutant in mutants(path)][:: given.every]
    fates = judged(chosen, given.jobs)
    known = reasons(LOOKED_AT.read_text(encoding="utf-8"))
    if given.write:
        PAGE.write_text(page(fates, known, every=given.every), encoding="utf-8")
    sys.stdout.writelines(f"{shown(mutant)}\n" for mutant in new(fates, known))
    if len(paths) == len(files()) and given.every == 1:
        sys.stdout.writelines(f"looked_at.tsv: nothing survives like {reason}\n" for reason in outlived(fates, known))
    sys.stdout.write(f"{score(fates.values()):.1f} % of {len(fates)} mutants are noticed\n")
    if score(fates.values()) < ENOUGH:
        sys.exit(1)


def judged(chosen: list[Mutant], jobs: int) -> dict[Mutant, Fate]:
    """What becomes of each, in the order in which they were made; it says how far it is on a terminal."""
    fates: dict[Mutant, Fate] = {}

    def told(mutant: Mutant, fate: Fate) -> None:
        fates[mutant] = fate
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{len(fates)} of {len(chosen)}")

    judge(chosen, told, jobs)
    return {mutant: fates[mutant] for mutant in chosen}


if __name__ == "__main__":
    main()
