"""Many scenarios at once, each in a process of its own."""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import structlog

from scenarios.catalogue import SCENARIOS
from scenarios.play import Played, play

Task = tuple[str, str, int, bool]  # scenario, platform, seed, whether the teacher follows by-hand instructions


def perform(task: Task) -> Played:
    """Play one scenario on one platform, in a process of its own."""
    scenario, platform, seed, follows = task
    script = SCENARIOS[scenario]()
    habits = script.habits if follows else replace(script.habits, by_hand=None)
    return play(script, platform, seed=seed, habits=habits)


def quiet() -> None:
    """The service's own log lines would only stand between the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def played(tasks: Iterable[Task], jobs: int) -> Iterator[Played]:
    """All of them, side by side, in the order of the tasks."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=quiet) as pool:
        yield from pool.map(perform, tasks)
