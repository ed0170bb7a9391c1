"""HTTP push: genuine deliveries are read and answered, anything else is refused."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from adapters.base import STREAMED, Delivery, Reply
from adapters.dingtalk import DingTalkAdapter
from adapters.http import Http
from app.domain.errors import Malformed, NotAuthentic
from app.domain.events import ParticipantJoined
from tests.adapters.dingtalk.cloud import settings
from tests.adapters.dingtalk.vectors import ALL, CHECK, MEMBER, REPLY, VENDORS, Vector

PREFIX = b"0123456789abcdef"
AT = 1795132800.123


def adapter(vector: Vector = CHECK, **more: Any) -> DingTalkAdapter:
    ours = {"token": vector.token, "aes_key": vector.aes_key, "owner_key": vector.owner, "mode": "http"}
    return DingTalkAdapter(settings(**(ours | more)), Http(), random=lambda count: PREFIX[:count])


def posted(vector: Vector, *, at: float | None = None, **query: str) -> Delivery:
    asked = {"msg_signature": vector.signature, "timestamp": vector.stamp, "nonce": vector.nonce} | query
    stamp = float(vector.stamp) / (1000 if len(vector.stamp) == 13 else 1)
    return Delivery(
        method="POST", path="/hooks/1", query=urlencode({k: v for k, v in asked.items() if v}), headers={},
        body=json.dumps({"encrypt": vector.sealed}).encode(), received_at=stamp if at is None else at,
    )  # fmt: skip


def sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def crypt(vector: Vector, message: bytes, owner: bytes | None = None) -> str:
    """Sealed by the cryptography library's own padding and by arithmetic of this file."""
    key = base64.b64decode(vector.aes_key + "=")
    plain = PREFIX + len(message).to_bytes(4, "big") + message + (vector.owner.encode() if owner is None else owner)
    padder = padding.PKCS7(256).padder()
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()).decode()


def decrypt(vector: Vector, coded: str) -> tuple[bytes, bytes]:
    key = base64.b64decode(vector.aes_key + "=")
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).decryptor()
    unpadder = padding.PKCS7(256).unpadder()
    raw = unpadder.update(decryptor.update(base64.b64decode(coded)) + decryptor.finalize()) + unpadder.finalize()
    length = int.from_bytes(raw[16:20], "big")
    return raw[20 : 20 + length], raw[20 + length :]


def resealed(message: bytes, **changes: Any) -> Vector:
    """A message sealed and signed as the platform would."""
    base = replace(CHECK, **changes)
    coded = crypt(base, message)
    return replace(base, sealed=coded, signature=sha1(base.token, base.stamp, base.nonce, coded), plain="")


# --- vectors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", ALL, ids=lambda v: v.plain[:30])
def test_every_published_text_verifies_and_opens(vector: Vector) -> None:
    own = adapter(vector)
    own.verify(posted(vector))
    assert decrypt(vector, vector.sealed) == (vector.plain.encode(), vector.owner.encode())
    if vector.plain.startswith("{") and "check" not in vector.plain:
        assert own.parse(posted(vector))


def test_the_member_event_of_the_vectors_is_somebody_from_outside() -> None:
    (fact,) = adapter().parse(posted(MEMBER))
    assert fact.lesson_key == ":607452e01401526ee39609e1"
    assert isinstance(fact.event, ParticipantJoined)
    assert fact.event.at == AT
    assert (fact.event.participant.name, fact.event.participant.account) == ("小明", "")


@pytest.mark.parametrize("vector", [CHECK, *VENDORS[:2]], ids=lambda v: v.plain)
def test_the_check_of_the_address_is_answered_with_the_sealed_word(vector: Vector) -> None:
    reply = adapter(vector).handshake(posted(vector))
    assert reply is not None
    assert (reply.status, reply.content_type.partition(";")[0]) == (200, "application/json")
    told = json.loads(reply.body)
    assert told.keys() == {"msg_signature", "timeStamp", "nonce", "encrypt"}
    assert decrypt(vector, told["encrypt"]) == (b"success", vector.owner.encode())
    assert told["msg_signature"] == sha1(vector.token, told["timeStamp"], told["nonce"], told["encrypt"])
    assert told["timeStamp"].isdecimal()


def test_the_reply_is_the_one_of_the_vectors() -> None:
    told = json.loads(adapter().answer(posted(MEMBER)).body)
    assert (told["encrypt"], told["timeStamp"]) == (REPLY.sealed, REPLY.stamp)
    assert told["msg_signature"] == sha1(REPLY.token, REPLY.stamp, told["nonce"], REPLY.sealed)
    assert len(told["nonce"]) == 8


def test_every_reply_has_a_random_prefix_and_nonce_of_its_own() -> None:
    own = DingTalkAdapter(settings(token=CHECK.token, aes_key=CHECK.aes_key, owner_key=CHECK.owner), Http())
    replies = {own.answer(posted(MEMBER)).body for _ in range(20)}
    assert len(replies) == 20


def test_an_event_is_no_handshake() -> None:
    assert adapter().handshake(posted(MEMBER)) is None


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce"])
def test_a_missing_part_is_refused(missing: str) -> None:
    for own in (adapter().verify, adapter().handshake):
        without: Any = {missing: ""}
        with pytest.raises(NotAuthentic):
            own(posted(CHECK, **without))


def test_one_flipped_byte_is_refused_wherever_it_is() -> None:
    tried = 0
    for at in range(0, len(MEMBER.sealed), 7):
        other = "A" if MEMBER.sealed[at] != "A" else "B"
        changed = replace(MEMBER, sealed=MEMBER.sealed[:at] + other + MEMBER.sealed[at + 1 :])
        with pytest.raises(NotAuthentic):
            adapter().verify(posted(changed))
        tried += 1
    assert tried > 50


def test_an_old_name_of_a_parameter_is_read_too() -> None:
    own = adapter()
    own.verify(posted(CHECK, msg_signature="", signature=CHECK.signature))
    own.verify(posted(CHECK, timestamp="", timeStamp=CHECK.stamp))


@pytest.mark.parametrize("age", [-890.0, 40.0, 600.0, 890.0])
def test_every_retry_is_accepted(age: float) -> None:
    adapter().verify(posted(CHECK, at=AT + age))


@pytest.mark.parametrize("age", [-910.0, 910.0, 86_400.0])
def test_an_old_delivery_is_refused(age: float) -> None:
    with pytest.raises(NotAuthentic):
        adapter().verify(posted(CHECK, at=AT + age))


@pytest.mark.parametrize("stamp", ["nan", "inf", "-1", "1e12", "179513280012", "１７９５１３２８００１２３", "9" * 400])
def test_a_timestamp_that_is_none_is_refused(stamp: str) -> None:
    signed = sha1(CHECK.token, stamp, CHECK.nonce, CHECK.sealed)
    with pytest.raises(NotAuthentic):
        adapter().verify(posted(CHECK, timestamp=stamp, msg_signature=signed))


@pytest.mark.parametrize("closed", [{"token": ""}, {"aes_key": ""}, {"token": "", "aes_key": ""}])
def test_an_empty_secret_means_closed(closed: dict[str, Any]) -> None:
    forged = replace(CHECK, token="", signature=sha1("", CHECK.stamp, CHECK.nonce, CHECK.sealed))
    for delivery in (posted(CHECK), posted(forged)):
        with pytest.raises(NotAuthentic):
            adapter(**closed).verify(delivery)
        with pytest.raises(NotAuthentic):
            adapter(**closed).handshake(delivery)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"encrypt":1}', b'{"encrypt":""}', b"\xff", b"[" * 99_999])
def test_a_body_without_a_sealed_text_proves_nothing(body: bytes) -> None:
    with pytest.raises(NotAuthentic):
        adapter().verify(replace(posted(CHECK), body=body))


def test_what_is_called_by_get_is_refused() -> None:
    with pytest.raises(NotAuthentic):
        adapter().handshake(Delivery(method="GET", path="", query="", headers={}, body=b"", received_at=AT))


# --- rotation ---------------------------------------------------------------------------------------------------------

NEW: dict[str, Any] = {"token": "menshenTokenNew", "aes_key": "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"}


def test_while_secrets_change_both_are_read_and_each_is_answered_under_its_own() -> None:
    rotating = adapter(**NEW, previous_token=CHECK.token, previous_aes_key=CHECK.aes_key)
    new = resealed(MEMBER.plain.encode(), **NEW)
    for vector in (MEMBER, new):
        rotating.verify(posted(vector))
        assert len(rotating.parse(posted(vector))) == 1
        told = json.loads(rotating.answer(posted(vector)).body)
        assert decrypt(vector, told["encrypt"])[0] == b"success"
        assert told["msg_signature"] == sha1(vector.token, told["timeStamp"], told["nonce"], told["encrypt"])


def test_after_a_rotation_the_old_token_is_worth_nothing() -> None:
    with pytest.raises(NotAuthentic):
        adapter(**NEW).verify(posted(MEMBER))


# --- genuine and unreadable -------------------------------------------------------------------------------------------


def test_a_message_for_another_app_is_malformed_and_says_which_setting() -> None:
    with pytest.raises(Malformed, match="owner_key"):
        adapter(owner_key="dingsomebodyelse").parse(posted(MEMBER))
    assert adapter(owner_key="dingsomebodyelse").handshake(posted(CHECK)) is None


def test_without_an_owner_of_its_own_the_client_id_is_meant() -> None:
    assert len(adapter(owner_key="").parse(posted(MEMBER))) == 1


def test_a_wrong_key_is_malformed_and_the_delivery_is_still_answered() -> None:
    own = adapter(aes_key=NEW["aes_key"])
    with pytest.raises(Malformed, match="aes_key"):
        own.parse(posted(MEMBER))
    assert own.answer(posted(MEMBER)).status == 200


@pytest.mark.parametrize(
    "plain", [b"", b"nothing", b"[]", b"null", b"{}", b'{"EventType":1}', b"\xff", b'{"a":' * 9999]
)
def test_what_is_no_notification_is_malformed(plain: bytes) -> None:
    delivery = posted(resealed(plain))
    adapter().verify(delivery)
    with pytest.raises(Malformed):
        adapter().parse(delivery)


@pytest.mark.parametrize("length", range(40))
def test_whatever_the_library_seals_is_opened(length: int) -> None:
    """Half of all messages carry a padding longer than 16, which a generic unpadder refuses."""
    message = json.dumps({"EventType": "x" * length + "小"}, ensure_ascii=False).encode()
    (fact,) = adapter().parse(posted(resealed(message)))
    assert fact.event.kind == "unknown"


# --- the stream -------------------------------------------------------------------------------------------------------


def test_what_came_over_the_stream_is_genuine_by_its_channel_and_needs_no_secret() -> None:
    frame = {"type": "EVENT", "headers": {"eventType": "x", "messageId": "m-1"}, "data": "{}"}
    streamed = Delivery(method=STREAMED, path="", query="", headers={}, body=json.dumps(frame).encode(), received_at=AT)
    own = adapter(token="", aes_key="")
    own.verify(streamed)
    assert own.handshake(streamed) is None
    assert len(own.parse(streamed)) == 1
    assert own.answer(streamed) == Reply()
