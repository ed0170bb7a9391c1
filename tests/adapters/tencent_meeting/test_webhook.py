"""Deliveries of Tencent Meeting: genuine ones are read, anything else is refused."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pydantic import SecretStr

from adapters.base import Delivery
from adapters.http import Http
from adapters.tencent_meeting import TencentMeetingAdapter
from app.domain.errors import Malformed, NotAuthentic
from app.domain.events import LessonEnded, ParticipantJoined, Unknown
from tests.adapters.conformance import NOW
from tests.adapters.tencent_meeting.cloud import MEETING, settings
from tests.adapters.tencent_meeting.vectors import (
    AES_KEY,
    GET_AES,
    GET_PLAIN,
    POST_AES,
    POST_PLAIN,
    TOKEN,
    VENDOR_DATA,
    VENDOR_SIGNATURE,
    VENDOR_TOKEN,
)  # fmt: skip

STAMP, NONCE = "1795132800123", "987654321"


def adapter(**more: Any) -> TencentMeetingAdapter:
    return TencentMeetingAdapter(settings(**more), Http())


def delivery(
    *, body: bytes = b"", query: str = "", signature: str, stamp: str = STAMP, nonce: str = NONCE, at: float = NOW
) -> Delivery:
    return Delivery(
        method="POST" if body else "GET",
        path="/hooks/1",
        query=query,
        headers={"timestamp": stamp, "nonce": nonce, "signature": signature},
        body=body,
        received_at=at,
    )


def sha1(text: str) -> str:
    """The vendor's choice of digest."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def signed(data: str, *, token: str = TOKEN, at: float = NOW) -> Delivery:
    """A POST as the platform would send it, signed by arithmetic of its own."""
    text = "".join(sorted([token, STAMP, NONCE, data]))
    body = json.dumps({"data": data}).encode()
    return delivery(body=body, signature=sha1(text), at=at)


def encrypted(plain: bytes, block: int = 128) -> str:
    """The other way round, by the cryptography library."""
    key = base64.b64decode(AES_KEY + "=")
    padder = padding.PKCS7(block).padder()
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()).decode()


PLAIN = delivery(body=POST_PLAIN[0], signature=POST_PLAIN[1])
CODED = delivery(body=POST_AES[0], signature=POST_AES[1])


# --- the published vectors ----------------------------------------------------------------------------------------


def test_the_vendors_own_example_verifies_and_becomes_an_event() -> None:
    theirs = delivery(
        body=json.dumps({"data": VENDOR_DATA}).encode(),
        signature=VENDOR_SIGNATURE, stamp="1609239040864", nonce="14964161", at=1609239041.0,
    )  # fmt: skip
    vendor = adapter(webhook_token=SecretStr(VENDOR_TOKEN))
    vendor.verify(theirs)
    (fact,) = vendor.parse(theirs)
    assert fact.lesson_key == "6058890385480921052"
    assert isinstance(fact.event, Unknown)
    assert fact.event.name == "meeting.created"
    assert fact.event.at == 1609239041.0  # its operate_time is local time as text: ours is taken


def test_a_plain_post_without_padding_verifies_and_decodes() -> None:
    adapter().verify(PLAIN)
    (fact,) = adapter().parse(PLAIN)
    assert fact.lesson_key == MEETING
    assert isinstance(fact.event, ParticipantJoined)
    assert fact.event.at == 1795132800.123
    assert fact.event.participant.id == "bXNvcGVuaWQtMDAx:3"
    assert fact.event.participant.name == "访客"


def test_an_encrypted_post_verifies_and_decodes() -> None:
    keyed = adapter(encoding_aes_key=AES_KEY)
    keyed.verify(CODED)
    (fact,) = keyed.parse(CODED)
    assert (fact.lesson_key, fact.event) == (MEETING, LessonEnded(at=1795136400.0))


@pytest.mark.parametrize(("vector", "key"), [(GET_PLAIN, ""), (GET_AES, AES_KEY)])
def test_the_url_check_is_answered_with_exactly_the_text_behind_it(vector: tuple[str, str, bytes], key: str) -> None:
    query, signature, answer = vector
    reply = adapter(encoding_aes_key=key).handshake(delivery(query=query, signature=signature))
    assert reply is not None
    assert (reply.status, reply.body) == (200, answer)


def test_a_raw_plus_in_the_url_check_is_not_a_space() -> None:
    check = base64.b64encode(b"\xfb\xef\xbeplus>>").decode()
    assert "+" in check
    text = "".join(sorted([TOKEN, STAMP, NONCE, check]))
    signature = sha1(text)
    for query in (
        f"check_str={check}",
        f"check_str={quote(check, safe='')}",
        f"check_str={check.replace('+', '%20')}",
        f"a=1&check_str={check}&b=2",
    ):
        reply = adapter().handshake(delivery(query=query, signature=signature))
        assert reply is not None
        assert reply.body == b"\xfb\xef\xbeplus>>"


def test_a_post_is_no_handshake_and_the_answer_to_an_event_is_the_magic_sentence() -> None:
    assert adapter().handshake(PLAIN) is None
    assert adapter().accepted.body == b"successfully received callback"
    assert adapter().accepted.status == 200


# --- what is refused ----------------------------------------------------------------------------------------------


def test_one_flipped_byte_is_refused_wherever_it_is() -> None:
    body = POST_PLAIN[0]
    data = range(body.index(b":") + 2, len(body) - 2)
    for i in data:
        forged = body[:i] + (b"A" if body[i : i + 1] != b"A" else b"B") + body[i + 1 :]
        with pytest.raises(NotAuthentic):
            adapter().verify(replace(PLAIN, body=forged))
    assert len(data) > 100
    for name, value in PLAIN.headers.items():
        changed = {**PLAIN.headers, name: value[:-1] + ("1" if value[-1] != "1" else "2")}
        with pytest.raises(NotAuthentic):
            adapter().verify(replace(PLAIN, headers=changed))


@pytest.mark.parametrize("missing", ["timestamp", "nonce", "signature"])
def test_a_missing_or_empty_header_is_refused(missing: str) -> None:
    for headers in ({k: v for k, v in PLAIN.headers.items() if k != missing}, {**PLAIN.headers, missing: ""}):
        with pytest.raises(NotAuthentic):
            adapter().verify(replace(PLAIN, headers=headers))


@pytest.mark.parametrize("age", [899.0, -899.0])
def test_a_repeated_delivery_with_its_old_timestamp_is_still_accepted(age: float) -> None:
    adapter().verify(replace(PLAIN, received_at=1795132800.123 + age))


@pytest.mark.parametrize("age", [901.0, -901.0, 86_400.0])
def test_a_delivery_outside_the_quarter_of_an_hour_is_refused(age: float) -> None:
    with pytest.raises(NotAuthentic):
        adapter().verify(replace(PLAIN, received_at=1795132800.123 + age))


@pytest.mark.parametrize("stamp", ["nan", "inf", "-1", "1e400", "", "abc", "１７９５１３２８００１２３", "9" * 400])
def test_a_timestamp_that_is_none_is_refused(stamp: str) -> None:
    with pytest.raises(NotAuthentic):
        adapter().verify(replace(PLAIN, headers={**PLAIN.headers, "timestamp": stamp}))


def test_an_empty_token_means_closed() -> None:
    data = base64.b64encode(b"{}").decode()
    with pytest.raises(NotAuthentic):
        adapter(webhook_token=SecretStr("")).verify(signed(data, token=""))
    with pytest.raises(NotAuthentic):
        adapter(webhook_token=SecretStr("")).handshake(delivery(query=GET_PLAIN[0], signature=GET_PLAIN[1]))


def test_during_a_rotation_both_tokens_are_accepted_and_afterwards_one() -> None:
    rotating = adapter(webhook_token=SecretStr("NewToken0000000000000000a"), previous_webhook_token=SecretStr(TOKEN))
    rotating.verify(PLAIN)
    rotating.verify(signed("e30=", token="NewToken0000000000000000a"))
    with pytest.raises(NotAuthentic):
        adapter(webhook_token=SecretStr("NewToken0000000000000000a")).verify(PLAIN)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b'{"data":1}', b'{"data":""}', b"\xff\xfe", b"[" * 99_999]
)
def test_a_body_without_signed_text_proves_nothing(body: bytes) -> None:
    with pytest.raises(NotAuthentic):
        adapter().verify(replace(PLAIN, body=body))


@pytest.mark.parametrize("query", ["", "check_str=", "check=1", "check_str", "&&=", "check_str=%FF%FE"])
def test_a_url_check_without_a_genuine_text_is_refused(query: str) -> None:
    with pytest.raises(NotAuthentic):
        adapter().handshake(delivery(query=query, signature=GET_PLAIN[1]))


# --- what is genuine and cannot be read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "plain",
    [
        b"", b"nothing", b"[]", b"null", b"1", b'"text"', b"{}", b'{"event":1,"payload":[]}', b"\xff\xfe\x00",
        b'{"event":"meeting.end"}', b'{"event":"meeting.end","payload":{}}', b'{"event":"","payload":[{}]}',
        b'{"a":' * 50_000, b'{"event":"x","payload":[' + b"9" * 5000 + b"]}",
    ],
)  # fmt: skip
def test_what_is_no_notification_is_malformed(plain: bytes) -> None:
    genuine = signed(base64.b64encode(plain).decode() or "=")
    adapter().verify(genuine)
    with pytest.raises(Malformed):
        adapter().parse(genuine)


def test_a_wrong_encoding_aes_key_is_malformed_on_either_side() -> None:
    other = AES_KEY[::-1]
    with pytest.raises(Malformed, match="EncodingAESKey"):
        adapter(encoding_aes_key=other).parse(CODED)
    with pytest.raises(Malformed, match="EncodingAESKey"):
        adapter(encoding_aes_key=AES_KEY).parse(PLAIN)
    with pytest.raises(Malformed):
        adapter().parse(CODED)


@pytest.mark.parametrize("block", [128, 256])
@pytest.mark.parametrize("length", range(33))
def test_whatever_the_library_encrypts_is_decrypted(length: int, block: int) -> None:
    document = {
        "event": "meeting.end",
        "trace_id": "x" * length,
        "payload": [{"meeting_info": {"meeting_id": MEETING}}],
    }
    genuine = signed(encrypted(json.dumps(document, ensure_ascii=False).encode(), block))
    keyed = adapter(encoding_aes_key=AES_KEY)
    keyed.verify(genuine)
    assert keyed.parse(genuine)[0].lesson_key == MEETING


def test_bytes_after_the_document_are_tolerated() -> None:
    plain = b'{"event":"meeting.end","trace_id":"t","payload":[{"meeting_info":{"meeting_id":"1"}}]}' + AES_KEY.encode()
    (fact,) = adapter(encoding_aes_key=AES_KEY).parse(signed(encrypted(plain)))
    assert fact.lesson_key == "1"
