"""Webhooks without a network: what is authentic, what each body means, and what cannot be read."""

import hashlib
import hmac
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Delivery
from adapters.drill import DrillAdapter, DrillSettings
from adapters.drill.classroom.happenings import Name
from adapters.drill.classroom.webhooks import sign
from adapters.http import Http
from app.domain.errors import Malformed, NotAuthentic
from app.domain.events import LessonEnded, Unknown

NOW = 1_790_000_000.0
STAMP = "1790000000"
BODY = json.dumps(
    {"delivery": "d1", "event": "lesson.ended", "at": 1790000000000, "meeting": {"id": "7-3", "occurrence": "19a"}}
).encode()
FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.json"))


def adapter(key: str = "now", previous: str | None = None) -> DrillAdapter:
    values = {"base_url": "http://127.0.0.1:9", "token": "t", "secret": key, "previous_secret": previous}
    return DrillAdapter(DrillSettings.model_validate(values), Http())


def post(body: bytes = BODY, *, key: str = "now", stamp: str = STAMP, at: float = NOW) -> Delivery:
    headers = {"x-drill-timestamp": stamp, "x-drill-signature": sign(key, stamp, body)}
    return Delivery(method="POST", path="/hooks/1", query="", headers=headers, body=body, received_at=at)


def test_the_signature_is_what_the_readme_says() -> None:
    expected = hmac.new(b"now", STAMP.encode() + b"." + BODY, hashlib.sha256).hexdigest()
    assert post().headers["x-drill-signature"] == expected
    adapter().verify(post())


def test_one_changed_bit_anywhere_is_refused() -> None:
    good, tried = post(), 0
    for position in range(len(BODY)):
        changed = bytes(b ^ 1 if i == position else b for i, b in enumerate(BODY))
        with pytest.raises(NotAuthentic):
            adapter().verify(replace(good, body=changed))
        tried += 1
    assert tried == len(BODY)


@pytest.mark.parametrize("header", ["x-drill-timestamp", "x-drill-signature"])
@pytest.mark.parametrize("value", [None, "", "é", "0" * 64, "\ud800"])
def test_a_missing_or_wrong_header_is_refused(header: str, value: str | None) -> None:
    headers = {k: v for k, v in post().headers.items() if k != header}
    with pytest.raises(NotAuthentic):
        adapter().verify(replace(post(), headers=headers if value is None else {**headers, header: value}))


@pytest.mark.parametrize("stamp", ["1789999099", "1790000901", "nan", "inf", "never", "1e400"])
def test_a_stale_or_senseless_timestamp_is_refused_even_when_signed(stamp: str) -> None:
    with pytest.raises(NotAuthentic):
        adapter().verify(post(stamp=stamp))


@pytest.mark.parametrize("stamp", ["1789999100", "1790000900"])
def test_a_timestamp_at_the_edge_of_the_window_is_accepted(stamp: str) -> None:
    adapter().verify(post(stamp=stamp))


def test_a_wrong_secret_is_refused_and_an_empty_one_means_closed() -> None:
    with pytest.raises(NotAuthentic):
        adapter().verify(post(key="other"))
    with pytest.raises(NotAuthentic):
        adapter(key="").verify(post(key=""))
    with pytest.raises(NotAuthentic):
        adapter(previous="").verify(post(key=""))


def test_during_rotation_both_secrets_are_accepted() -> None:
    for key in ("now", "before"):
        adapter(previous="before").verify(post(key=key))
    with pytest.raises(NotAuthentic):
        adapter().verify(post(key="before"))


def test_the_url_check_is_answered_only_when_it_is_signed() -> None:
    good = f"challenge=abc&timestamp={STAMP}&signature={sign('now', STAMP, b'abc')}"
    check = replace(post(), method="GET", query=good, body=b"", headers={})
    reply = adapter().handshake(check)
    assert reply is not None
    assert (reply.status, reply.body) == (200, b"abc")
    assert adapter().handshake(post()) is None
    for bad in ("", "challenge=abc", good.replace("abc", "abd", 1), good.replace(STAMP, "1780000000")):
        with pytest.raises(NotAuthentic):
            adapter().handshake(replace(check, query=bad))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.stem)
def test_every_fixture_gives_what_it_says(path: Path) -> None:
    fixture = json.loads(path.read_text())
    delivery = post(json.dumps(fixture["body"], ensure_ascii=False).encode())
    received = adapter().parse(delivery)
    assert received == adapter().parse(delivery)
    shown = [
        {"lesson_key": r.lesson_key, "delivery_id": r.delivery_id, "kind": r.event.kind, "event": _shown(r.event)}
        for r in received
    ]
    assert shown == fixture["expected"]


def _shown(event: Any) -> dict[str, Any]:
    fields = asdict(event)
    if isinstance(event, Unknown):
        assert json.loads(fields.pop("raw"))["event"] == event.name
    for holder, rare in ((fields, "admitted"), (fields.get("participant") or {}, "accounts")):
        if rare in holder:
            assert not holder.pop(rare), "the practice classroom tells no such thing"
    return fields


def test_every_event_of_the_platform_has_a_fixture() -> None:
    seen = {json.loads(p.read_text())["body"]["event"] for p in FIXTURES}
    assert {n.value for n in Name} <= seen


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"delivery": "d", "event": "lesson.ended"}',
        b'{"delivery": "", "event": "lesson.ended", "at": 1}',
        b'{"delivery": "d", "event": "lesson.ended", "at": -1}',
        b'{"delivery": "d", "event": "lesson.ended", "at": 1e999}',
        b'{"delivery": "d", "event": "lesson.ended", "at": 99999999999999999999999}',
        b'{"delivery": "d", "event": "lesson.ended", "at": true}',
        b'{"delivery": "d", "event": "audio.muted", "at": 1, "meeting": {"id": "7-3"}}',
        b'{"delivery": "d", "event": "audio.muted", "at": 1, "participant": {"id": ""}}',
        b'{"delivery": "d", "event": "audio.muted", "at": 1, "participant": {"id": "p", "name": ["x"]}}',
        b'{"delivery": "d", "event": "chat.posted", "at": 1, "participant": {"id": "p"}}',
        b'{"delivery": "d", "event": "settings.changed", "at": 1}',
        b'{"delivery": "d", "event": "settings.changed", "at": 1, "switches": {"locked": "yes"}}',
    ],
)
def test_what_cannot_be_read_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        adapter().parse(post(body))


def test_an_event_of_no_lesson_and_a_role_nobody_knows() -> None:
    (received,) = adapter().parse(post(b'{"delivery": "d", "event": "lesson.ended", "at": 1000}'))
    assert (received.lesson_key, received.event) == ("", LessonEnded(at=1.0))
    raw = b'{"delivery": "d", "event": "audio.muted", "at": 1, "participant": {"id": "p", "role": "emperor"}}'
    (received,) = adapter().parse(post(raw))
    assert asdict(received.event)["participant"]["role"] == "attendee"


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(lambda v: json.dumps(v).encode()))
def test_nothing_but_malformed_escapes(body: bytes) -> None:
    try:
        adapter().parse(post(body))
    except Malformed:
        return


def test_no_secret_shows() -> None:
    made = DrillAdapter(
        DrillSettings.model_validate({"base_url": "http://127.0.0.1:9", "token": "tttt", "secret": "ssss"}), Http()
    )
    shown = repr(made.settings) + repr(vars(made)) + str(made.settings.model_dump())
    assert "tttt" not in shown
    assert "ssss" not in shown
