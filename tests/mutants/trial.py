"""One process collects the tests once; every mutant lives in a fork of it, where it meets the tests that come by."""

import gc
import importlib
import inspect
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import partial
from math import ceil
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.made import ROOMS, ROOT, Mutant, module_of

# What is left out measures time, searches at random, plays whole lessons, or reads a page that a whole run has written.
# It takes seconds where an example takes a thousandth of one; what it notices an example should have noticed before.
TESTS = ("tests/policies", "tests/app/domain")
LEFT_OUT = (
    "tests/policies/test_laws.py",
    "tests/policies/test_calm_lessons.py",
    "tests/policies/test_emergency.py::TestCalmAndRestore",
    "tests/policies/test_layers.py::test_merging_never_fails_and_no_layer_gets_under_a_lock",
    "tests/policies/test_terms.py::test_a_line_costs_microseconds_however_long_the_list",
    "tests/policies/test_terms.py::test_a_list_may_be_long_but_not_endless",
    "tests/app/domain/test_converges.py",
    "tests/app/domain/test_name_attacks.py",
    "tests/app/domain/test_names.py::test_likeness_takes_any_text_and_everybody_is_like_himself",
)
ARGUMENTS = (*TESTS, *(f"--deselect={test}" for test in LEFT_OUT), "-s", "-p", "no:xdist", "-p", "no:cacheprovider",
             "-o", "timeout=0", "-o", "faulthandler_timeout=0")  # fmt: skip

SECONDS = 10  # of processor time, and as much again as the tests took when somebody watched every line
MEMORY = 4 << 30
BROKEN = 2  # the exit code of a mutant that could not be put in place


class Fate(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"
    TIMEOUT = "timeout"
    NO_TESTS = "no tests"


Told = Callable[[Mutant, Fate], None]


def judge(mutants: Iterable[Mutant], told: Told, jobs: int = 1) -> None:
    """Let every mutant meet the tests; `told` hears what became of each, in the order in which that is known."""
    os.environ.setdefault("HYPOTHESIS", "quick")
    trial = _Trial(tuple(mutants), told, jobs)
    code = pytest.main(list(ARGUMENTS), plugins=[trial])
    if code or not trial.over:
        raise SystemExit(f"the tests could not be collected, or fail without any mutant ({code})")


class _Trial:
    """A pytest plugin that takes the place of the loop over the tests."""

    def __init__(self, mutants: Sequence[Mutant], told: Told, jobs: int) -> None:
        self.over = False
        self._mutants, self._told, self._jobs = mutants, told, jobs
        self._running: dict[int, Mutant] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            return False
        items = session.items
        reach = _Reach(items)
        gc.collect()
        gc.freeze()
        for mutant in self._mutants:
            chosen = reach.of(mutant)
            if not chosen:
                self._told(mutant, Fate.NO_TESTS)
                continue
            while len(self._running) >= self._jobs:
                self._one_ends()
            seconds = SECONDS + ceil(sum(reach.seconds[n] for n in chosen))
            meeting = partial(_meets, mutant, [items[n] for n in chosen], seconds)
            self._running[_forked(meeting)] = mutant
        while self._running:
            self._one_ends()
        self.over = True
        return True

    def _one_ends(self) -> None:
        pid, status = os.wait()
        mutant, code = self._running.pop(pid), os.waitstatus_to_exitcode(status)
        if code == BROKEN:
            raise RuntimeError(f"cannot be put in place: {mutant}")
        fates = {0: Fate.SURVIVED, -signal.SIGXCPU: Fate.TIMEOUT, -signal.SIGKILL: Fate.TIMEOUT}
        self._told(mutant, fates.get(code, Fate.KILLED))


def _forked(run: Callable[[], int]) -> int:
    pid = os.fork()
    if pid == 0:
        code = BROKEN
        try:
            code = run()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return pid


def _meets(mutant: Mutant, items: Sequence[pytest.Item], seconds: int) -> int:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stdout.fileno())
    used = ceil(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, used + seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    put_in_place(mutant)
    return 0 if all(_passes(item, after) for item, after in zip(items, [*items[1:], None], strict=True)) else 1


def _passes(item: pytest.Item, after: pytest.Item | None) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=after))


# --- putting a mutant in the place of a function that others already hold ---------------------------------------------


def put_in_place(mutant: Mutant) -> None:
    """Whoever imported the function keeps the same object; what it does is another thing from now on."""
    module = importlib.import_module(mutant.module)
    world = dict(vars(module))
    exec(compile(mutant.source, f"<{mutant.where}>", "exec", dont_inherit=True), world)  # noqa: S102  our own source with one change: a mutant has to run
    function, changed = (_function(names, mutant) for names in (vars(module), world))
    for old, new in zip(_within(function.__code__), _within(changed.__code__), strict=False):
        for made in _made_by(old) if old.co_freevars == new.co_freevars else ():
            made.__code__ = new
    function.__code__, function.__defaults__ = changed.__code__, changed.__defaults__
    function.__kwdefaults__ = changed.__kwdefaults__
    _forget()


def _within(code: CodeType) -> list[CodeType]:
    """The functions that a function makes: some were made while modules were imported, and are in use."""
    return [c for c in code.co_consts if isinstance(c, CodeType) and not c.co_name.endswith(("comp>", "expr>"))]


def _made_by(code: CodeType) -> list[FunctionType]:
    gc.unfreeze()  # what is frozen is found by nobody
    return [f for f in gc.get_referrers(code) if isinstance(f, FunctionType) and f.__code__ is code]


def _forget() -> None:
    """Empty what functions remember of earlier calls: nobody would see that they answer something else now."""
    for name in [n for n in sys.modules if n.partition(".")[0] in ("policies", "app")]:
        for kept in vars(sys.modules[name]).values():
            if forget := getattr(kept, "cache_clear", None):
                forget()


def _function(names: dict[str, Any], mutant: Mutant) -> FunctionType:
    found = vars(names[mutant.owner])[mutant.name] if mutant.owner else names[mutant.name]
    function = inspect.unwrap(getattr(found, "fget", None) or getattr(found, "__func__", found))
    assert isinstance(function, FunctionType)
    return function


# --- which tests come by ----------------------------------------------------------------------------------------------


class _Reach:
    """By line: the tests that came by. All tests run once for it, in a fork: what they leave behind dies with it."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self._rooms = [item.path.stem.removeprefix("test_") for item in items]
        with tempfile.TemporaryDirectory() as folder:
            book = Path(folder) / "reach.json"
            _, status = os.waitpid(_forked(partial(_walk, items, book)), 0)
            if status:
                raise SystemExit("a test fails without any mutant")
            told = json.loads(book.read_text())
        self.seconds: list[float] = told["seconds"]
        self._lines: dict[str, dict[str, list[int]]] = told["lines"]

    def of(self, mutant: Mutant) -> list[int]:
        """The tests of the mutant's own room first, then the quick ones."""
        lines, rooms = self._lines.get(mutant.module, {}), mutant.module.split(".")
        found = {n for line in mutant.lines for n in lines.get(str(line), ())}
        return sorted(found, key=lambda n: (self._rooms[n] not in rooms, self.seconds[n]))


def _walk(items: Sequence[pytest.Item], book: Path) -> int:
    watch = coverage.Coverage(data_file=None, include=[f"{ROOT / room}/**" for room in ROOMS], config_file=False)
    seconds, fine = [], True
    watch.start()
    for number, (item, after) in enumerate(zip(items, [*items[1:], None], strict=True)):
        _forget()  # each test comes by all that it needs, whatever the tests before it have asked for
        watch.switch_context(str(number))
        began = time.perf_counter()
        if not _passes(item, after):
            sys.stderr.write(f"fails without any mutant: {item.nodeid}\n")
            fine = False
        seconds.append(time.perf_counter() - began)
    watch.stop()
    book.write_text(json.dumps({"seconds": seconds, "lines": dict(_lines(watch.get_data()))}))
    return 0 if fine else 1


def _lines(data: coverage.CoverageData) -> Iterator[tuple[str, dict[int, list[int]]]]:
    for file in data.measured_files():
        by_line: dict[int, list[int]] = defaultdict(list)
        for line, tests in data.contexts_by_lineno(file).items():
            by_line[line] = [int(test) for test in tests if test]
        yield module_of(Path(file)), by_line
