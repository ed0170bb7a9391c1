"""Play the golden scenarios: `python -m scenarios [--write | --check] [--platform NAME] [--scenario S1]`.

Without options every scenario is played on every platform and the figures are printed. `--write` puts them into
docs/scenarios.md, `--check` says whether they stand there already.
"""

import argparse
import os

from adapters import REGISTRY
from scenarios import page
from scenarios.catalogue import SCENARIOS
from scenarios.play import SEED
from scenarios.side_by_side import played


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m scenarios", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/scenarios.md")
    parser.add_argument("--check", action="store_true", help="fail if docs/scenarios.md says something else")
    parser.add_argument("--platform", action="append", choices=list(REGISTRY), default=[])
    parser.add_argument("--scenario", action="append", choices=list(SCENARIOS), default=[])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4))
    given = parser.parse_args()
    if (given.write or given.check) and (given.platform or given.scenario or given.seed != SEED):
        parser.error("the page holds every scenario on every platform, by the usual seed")
    platforms, scenarios = given.platform or list(REGISTRY), given.scenario or list(SCENARIOS)
    results = tuple(played(((s, p, given.seed, True) for p in platforms for s in scenarios), given.jobs))
    unfollowed = tuple(
        played(((r.script, r.platform, given.seed, False) for r in results if r.score.by_hand), given.jobs)
    )
    if given.write or given.check:
        text = page.text(results, unfollowed)
        if given.check and text != page.PAGE.read_text(encoding="utf-8"):
            raise SystemExit(f"{page.PAGE.name} is out of date: python -m scenarios --write")
        page.PAGE.write_text(text, encoding="utf-8") if given.write else None
        return
    for result in results:
        print(page.line(result))


if __name__ == "__main__":
    main()
