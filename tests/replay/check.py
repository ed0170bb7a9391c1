"""Thousands of generated lessons: `python -m tests.replay.check [--lessons N] [--write]`, or `make corpus-check`.

It fails where a rule touched or kept out somebody of the class in a calm lesson, or put a pupil out in a raid.
"""

import argparse
import multiprocessing
import os
import sys
from pathlib import Path

from app.domain.actions import STRENGTH, ActionKind
from app.replay.trace import Done
from app.replay.truth import What
from tests.replay.corpus import CLOSES, Lesson, lesson_of, told
from tests.replay.generator import Made, made
from tests.replay.page import Result, failed, page

PAGE = Path(__file__).parents[2] / "docs" / "corpus.md"
LESSONS = 2000


def of_seed(seed: int) -> Result:
    """Make the lesson, play it, and keep the figures."""
    lesson = made(seed)
    return _result(lesson, lesson_of(list(lesson.lines), lesson.policy))


def _result(m: Made, lesson: Lesson) -> Result:
    done, report = lesson.report.automatic, lesson.report
    return Result(
        seed=m.seed, raid=m.raid, holds=m.holds, preset=m.policy["preset"], platform=m.platform,
        acted=frozenset(d.rule for d in done if _acts(d)),
        told=frozenset(d.rule for d in done if d.kind is ActionKind.ALERT),
        first=report.first, calm=report.calm, hurt=() if m.raid else tuple(map(told, lesson.hurt())),
        kept_out=len(report.kept_out) - (late := _late(lesson)), late=late, gone=tuple(map(told, lesson.gone())),
        spoiled=() if m.raid else tuple(c for c in lesson.complaints() if c.startswith("the room")),
    )  # fmt: skip


def _late(lesson: Lesson) -> int:
    """How many came when the room was locked for the late: where there is no waiting room, the policy says so."""
    if not any((d.rule, d.kind) == ("late_lock", ActionKind.LOCK) for d in lesson.report.automatic):
        return 0
    return sum(lesson.first.get(who) is What.SHUT_OUT for who in lesson.report.kept_out)


def _acts(d: Done) -> bool:
    return d.kind in STRENGTH or (d.kind in CLOSES and d.reason not in ("late_lock", "quiet_start"))


def main() -> None:
    """Play them and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.replay.check", description=__doc__)
    parser.add_argument("--lessons", type=int, default=LESSONS)
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4))
    given = parser.parse_args()
    with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
        results = pool.map(of_seed, range(given.lessons), chunksize=10)
    text = page(results)
    if given.write:
        PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    if failed(results):
        sys.exit(1)


if __name__ == "__main__":
    main()
