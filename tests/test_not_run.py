"""A test that did not run is named, and in CI only a missing program excuses it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

EXCUSED = """
import pytest
def test_that_runs(): pass
@pytest.mark.needs("no-such-program")
def test_absent(): raise AssertionError("ran without its program")
@pytest.mark.needs("no-such-program", "sh")
def test_either(): pass
@pytest.mark.xfail
def test_known_to_fail(): assert False
"""
AT_WILL = "import pytest\ndef test_moody(): pytest.skip('flaky today')"
UNTRUE = "import pytest\ndef test_liar(): pytest.skip('not on this machine: sh')"
WHOLE_FILE = "import pytest\npytest.skip('later', allow_module_level=True)"


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_missing_program_excuses_a_test_by_name(tmp_path: Path, workers: str) -> None:
    run = _pytest(tmp_path, EXCUSED, ci="true", workers=workers)
    assert run.returncode == pytest.ExitCode.OK, run.stdout
    assert "NOT RUN" in run.stdout
    assert "test_absent: not on this machine: no-such-program" in run.stdout
    assert "2 passed, 1 skipped, 1 xfailed" in run.stdout


@pytest.mark.parametrize(
    ("story", "named"),
    [(AT_WILL, "test_moody: flaky today"), (UNTRUE, "test_liar: not on"), (WHOLE_FILE, "test_it.py: later")],
    ids=["at will", "untrue", "a whole file"],
)
def test_nothing_else_excuses_a_test_in_ci(tmp_path: Path, story: str, named: str) -> None:
    run = _pytest(tmp_path, story, ci="true")
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout
    assert named in run.stdout


def test_a_developer_may_skip_but_it_is_named(tmp_path: Path) -> None:
    run = _pytest(tmp_path, AT_WILL, ci="")
    assert run.returncode == pytest.ExitCode.OK, run.stdout
    assert "test_moody: flaky today" in run.stdout


def _pytest(folder: Path, story: str, *, ci: str, workers: str = "0") -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(story)
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-p", "tests.not_run", "-n", workers, "test_it.py"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
