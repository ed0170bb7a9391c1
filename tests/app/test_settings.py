"""Settings: read once, refused when unsafe, and no secret in any message."""

import stat
from pathlib import Path

import pytest

from app.settings import BadSettings, Settings, load

GOOD = {"MENSHEN_SECRET_KEY": "k" * 40, "MENSHEN_PUBLIC_URL": "https://menshen.school.example"}


def test_a_service_needs_a_secret_and_an_address_and_nothing_else() -> None:
    settings = load(GOOD)
    assert (settings.database_url, settings.host, settings.port) == ("sqlite:///data/menshen.db", "127.0.0.1", "8000")
    assert (settings.is_practice, settings.secure) == (False, True)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"MENSHEN_SECRET_KEY": ""}, "MENSHEN_SECRET_KEY"),
        ({"MENSHEN_SECRET_KEY": "changeme"}, "MENSHEN_SECRET_KEY"),
        ({"MENSHEN_SECRET_KEY": "ChangeMe"}, "MENSHEN_SECRET_KEY"),
        ({"MENSHEN_SECRET_KEY": "k" * 31}, "MENSHEN_SECRET_KEY"),
        ({"MENSHEN_PUBLIC_URL": ""}, "MENSHEN_PUBLIC_URL"),
        ({"MENSHEN_PUBLIC_URL": "menshen.school.example"}, "MENSHEN_PUBLIC_URL"),
        ({"MENSHEN_PORT": "http"}, "MENSHEN_PORT"),
        ({"MENSHEN_RETENTION_DAYS": "-1"}, "MENSHEN_RETENTION_DAYS"),
        ({"MENSHEN_WORKERS_QUEUE": ""}, "MENSHEN_WORKERS_QUEUE"),
    ],
)
def test_what_is_unsafe_or_senseless_is_refused_by_name(given: dict[str, str], named: str) -> None:
    with pytest.raises(BadSettings, match=named) as refused:
        load({**GOOD, **given})
    assert "k" * 31 not in str(refused.value)


def test_the_practice_mode_makes_its_own_secret_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = load({"MENSHEN_PRACTICE": "1", "MENSHEN_DATA": str(tmp_path / "data")})
    again = load({"MENSHEN_PRACTICE": "1", "MENSHEN_DATA": str(tmp_path / "data")})
    assert len(first.secret_key) >= 32
    assert first == again
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600


def test_a_given_secret_is_used_in_the_practice_mode_too(tmp_path: Path) -> None:
    given = {"MENSHEN_PRACTICE": "1", "MENSHEN_DATA": str(tmp_path), "MENSHEN_SECRET_KEY": "k" * 40}
    assert load(given).secret_key == "k" * 40
    assert list(tmp_path.iterdir()) == []


def test_port_is_understood_where_only_that_is_set() -> None:
    assert load({**GOOD, "PORT": "9000"}).port == "9000"
    assert load({**GOOD, "PORT": "9000", "MENSHEN_PORT": "9001"}).port == "9001"
    assert load({**GOOD, "PORT": ""}).port == "8000"


def test_addresses_lose_their_last_slash() -> None:
    assert load({**GOOD, "MENSHEN_PUBLIC_URL": "https://x.example/m/"}).base_url == "https://x.example/m"
    assert Settings(host="0.0.0.0", port="1").base_url == "http://0.0.0.0:1"  # noqa: S104  a text, nothing listens


def test_the_secret_is_in_no_repr() -> None:
    assert "k" * 40 not in repr(load(GOOD))


def test_a_command_beside_the_practice_school_finds_its_secret(tmp_path: Path) -> None:
    data = {"MENSHEN_DATA": str(tmp_path / "data")}
    with pytest.raises(BadSettings, match="MENSHEN_SECRET_KEY"):
        load(data, serving=False)
    made = load({**data, "MENSHEN_PRACTICE": "1"}).secret_key
    assert load(data, serving=False).secret_key == made
    with pytest.raises(BadSettings):  # but nobody serves a school with it by accident
        load({**data, "MENSHEN_PUBLIC_URL": "https://x.example"})


def test_a_command_needs_no_public_address() -> None:
    assert load({"MENSHEN_SECRET_KEY": "k" * 40}, serving=False).secret_key == "k" * 40
