"""What WeCom is said to be able to do agrees with what is sent, what can be seen afterwards, and the guide."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import adapters.wecom
from adapters.budget import Counts
from adapters.http import Http
from adapters.wecom import WeComAdapter
from adapters.wecom.by_hand import INSTRUCTIONS
from adapters.wecom.control import PERSONAL, ROOM
from adapters.wecom.errors import FAULTS
from adapters.wecom.events import READINGS
from app.domain.actions import ActionKind as Kind
from app.domain.actions import Confirm, Level
from app.domain.events import EVENTS
from tests.adapters.wecom.cloud import settings
from tests.adapters.wecom.sample import SAMPLE

TABLE = WeComAdapter.capabilities
README = (Path(adapters.wecom.__file__).parent / "README.md").read_text()


def test_calls_exist_for_what_is_promised_and_for_nothing_else() -> None:
    promised = {k for k, s in TABLE.items() if s.level in (Level.NATIVE, Level.PARTIAL)} - {Kind.ALERT}
    assert promised == PERSONAL.keys() | ROOM.keys() | {Kind.END}


@pytest.mark.parametrize(
    ("kind", "instead"),
    [(Kind.SILENCE, Kind.CLOSE_CHAT), (Kind.DELETE_MESSAGE, Kind.CLOSE_CHAT), (Kind.ANNOUNCE, Kind.ALERT),
     (Kind.WARN, Kind.ALERT), (Kind.UNBAN, Kind.ALERT)],
)  # fmt: skip
def test_the_honest_fallbacks(kind: Kind, instead: Kind) -> None:
    assert TABLE[kind].level is Level.NONE
    assert TABLE[kind].instead == (instead,)


@pytest.mark.parametrize("kind", [*(k for k in ROOM if k not in (Kind.MUTE_ALL, Kind.ALLOW_UNMUTE)), Kind.RENAME])
def test_what_nobody_can_read_is_never_said_to_be_confirmed(kind: Kind) -> None:
    assert TABLE[kind].confirm is Confirm.NEVER


def test_what_the_teacher_does_by_hand_names_the_button_in_his_own_client() -> None:
    for kind, words in INSTRUCTIONS.items():
        assert "「" in words.zh, kind
        assert "版本" in words.zh
        assert "phiên bản" in words.vi
        assert "version" in words.en
    manual = {k for k, s in TABLE.items() if s.level is Level.MANUAL}
    assert manual == {Kind.START_RECORDING, Kind.STOP_RECORDING}
    assert PERSONAL.keys() | ROOM.keys() | {Kind.END} | manual == INSTRUCTIONS.keys()


def test_the_budgets_leave_room_for_the_panic_button() -> None:
    adapter = WeComAdapter(settings(), Http())
    assert len({b.name for b in adapter.limits()}) == len(adapter.limits()) == 2
    assert [(b.calls, b.seconds) for b in adapter.limits()] == [(10_000, 60.0), (150_000, 3600.0)]
    assert all(0 < b.reserve < b.calls and b.counts is Counts.CALLS for b in adapter.limits())
    assert adapter.every(hot=True) == adapter.every(hot=False) == 3.0


def test_an_account_is_a_corp_and_its_app_and_no_secret() -> None:
    assert WeComAdapter(settings(), Http()).account == "ww0123456789abcdef:1000014"
    assert WeComAdapter(settings(corpsecret="another-one-000000"), Http()).account == "ww0123456789abcdef:1000014"
    assert WeComAdapter(settings(agentid=2), Http()).account != "ww0123456789abcdef:1000014"


def test_what_it_tells_is_what_its_events_are() -> None:
    told = {kind for fixture in SAMPLE.fixtures.values() for kind in fixture.kinds}
    assert WeComAdapter.tells == told
    assert told <= EVENTS.keys()


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [("base_url", "ftp://x"), ("base_url", "https://a@host"), ("base_url", "https://host/path"), ("corpid", ""),
     ("corpid", "ww é"), ("corpsecret", ""), ("agentid", 0), ("agentid", "x"), ("encoding_aes_key", "short"),
     ("previous_encoding_aes_key", "a" * 42), ("encoding_aes_key", "a" * 42 + "="),
     ("allow_external_user_true_means", "maybe"), ("alert_userids", ["a|b"]), ("alert_userids", [""]),
     ("alert_userids", ["u"] * 101)],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_and_keeps_secrets(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**{field: value, **({"token": "tokenThatNobodySees"} if field != "token" else {})})
    assert "tokenThatNobodySees" not in str(refused.value)


def test_spaces_of_a_careless_paste_are_cut_off() -> None:
    pasted = settings(
        corpid=" ww0123456789abcdef ", corpsecret=" s ", token="t\n", base_url=" http://127.0.0.1:1/ ",
        alert_userids=" it01 | it02, it03 ",
    )  # fmt: skip
    assert (pasted.corpid, pasted.corpsecret.get_secret_value()) == ("ww0123456789abcdef", "s")
    assert (pasted.token.get_secret_value(), pasted.base_url) == ("t", "http://127.0.0.1:1")
    assert pasted.alert_userids == ("it01", "it02", "it03")


# --- the guide --------------------------------------------------------------------------------------------------------


def test_the_readme_names_every_event_that_is_read_and_every_code() -> None:
    assert all(f"`{name}`" in README for name in READINGS)
    assert all(code in README for code in FAULTS)
