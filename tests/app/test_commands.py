"""What school IT types: somebody is shut out and let in again."""

from pathlib import Path

from typer.testing import CliRunner

from app.__main__ import cli
from tests.app.desks import KEY

MAIL = "lan@school.example"


def test_who_was_shut_out_can_be_let_in_again(tmp_path: Path) -> None:
    env = {"MENSHEN_DATABASE_URL": f"sqlite:///{tmp_path}/menshen.db", "MENSHEN_SECRET_KEY": KEY}
    runner = CliRunner(env=env)
    assert runner.invoke(cli, ["user", "add", MAIL, "--name", "Lan"]).exit_code == 0
    assert runner.invoke(cli, ["user", "disable", MAIL, "--back"]).exit_code != 0  # nobody is shut out yet
    assert "is shut out" in runner.invoke(cli, ["user", "disable", MAIL]).output
    assert runner.invoke(cli, ["user", "link", MAIL]).exit_code != 0
    assert "may sign in again" in runner.invoke(cli, ["user", "disable", MAIL, "--back"]).output
    assert "/signin/" in runner.invoke(cli, ["user", "link", MAIL]).output
