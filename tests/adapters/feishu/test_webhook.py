"""Pushed events of Feishu: genuine ones are read, anything else is refused. The vectors were made by the SDK."""

import json
from dataclasses import replace
from typing import Any

import pytest

from adapters.base import STREAMED, Delivery
from adapters.feishu import FeishuAdapter, webhook
from adapters.http import Http
from app.domain.errors import Malformed, NotAuthentic
from app.domain.events import LessonStarted, ParticipantJoined
from tests.adapters.conformance import NOW
from tests.adapters.feishu.cloud import settings
from tests.adapters.feishu.sample import (
    KEY,
    PREVIOUS_KEY,
    PREVIOUS_TOKEN,
    PUPIL,
    TOKEN,
    content,
    deliver,
    sealed,
)

STAMP, NONCE, AT = "1763640000", "8f14e45fceea167a", 1763640000.0
CHALLENGE = (
    "MDEyMzQ1Njc4OWFiY2RlZnkEW3RhxKDTw9CMtnYYQUqXo9tPEw5A4IVZRysJjOZWfAF7BhS699Glu9tcU2tgIb6+NjwjRxRsTlZx2889/bCfvNEwK3"
    "vknP/T8p9Ni0ZyXPRlgKhjUC2dJyVhSTaOOA=="
)
EVENT = (
    '{"schema":"2.0","header":{"event_id":"5e3702a84e847582be8db7fb73283c02","event_type":"vc.meeting.join_meeting_v1",'
    '"create_time":"1763640000000","token":"menshen-verification-token","app_id":"cli_a000000000000001","tenant_key":'
    '"2ca1d211f64f6438"},"event":{"meeting":{"id":"6911188411934433028","meeting_no":"235812466"},"operator":{"id":{'
    '"open_id":"ou_84aad35d084aa403a838cf73ee18467"},"user_role":1,"user_type":1}}}'
)
SEALED = (
    "MDEyMzQ1Njc4OWFiY2RlZmjjWw1K1JBBsmGZUt1Tkvo3H9DFgKPYICkswFQOLYo3Z+Ix4oZ4/gDhtaBID48LZicgZ/N8zJJWAtyf3EisO3mbYcTlRi"
    "MQhM+4GWUvLXexPbaFbuIk/ixYZ5crxM5WfSEtY7YKf1poVty8BOHDNZlQzVAONjdD4qWuoMvs0CaooOU0Qx291e8EyMMt4y/tQ9AS/o834wsJs3/ZY"
    "A1/a1Tdqnt+Cs/2B26BFI95RHZfLnFBmwGVAWoHR+GClfjX/61rxnXv43ZTlbWDASWI8A7LM2AO/2DW8SmgDGnvg0PMMo7zJ02Nx2eC4n1vUQBFm8By"
    "1U3FN+te/ed66/T/JRE/sdF9rajTW2veJx27lkgX9o4A3KamXaw+r5jdkywSUf/SfyEN2HcSEF9Ex6ZpMOL/KtsnpS9OU8BwsQKsTjgb7VDeWWbeMQ"
    "KFgjf2E0nshaQaDLxAo9mQkmr01RsEQw0Ig7BUl42Q6AyePGIkkH7wDxIS1cssGBFPGC2FSpmT7C1Vr4lWmsZFaGEZvEFqeHMSbGcSgj2qOtvWI1b1"
    "ThKN"
)
SIGNATURE = "e7d5c80e5dc313b891baedaabb933d06ebfb69056c3e4899a9cd437ba652f12e"
OVER_THE_PLAIN_TEXT = "f1400d07736797a3823a8b84aee860098ab4a5de5a894283fe3e3d86d86f21ae"


def adapter(**more: Any) -> FeishuAdapter:
    known = {"mode": "http", "encrypt_key": KEY, "verification_token": TOKEN}
    return FeishuAdapter(settings(**(known | more)), Http())


def vector(sealed_text: str = SEALED, signature: str = SIGNATURE, *, at: float = AT) -> Delivery:
    return Delivery(
        method="POST", path="/hooks/c-1", query="", received_at=at, body=f'{{"encrypt":"{sealed_text}"}}'.encode(),
        headers={"x-lark-request-timestamp": STAMP, "x-lark-request-nonce": NONCE, "x-lark-signature": signature},
    )  # fmt: skip


# --- the vectors ------------------------------------------------------------------------------------------------------


def test_the_event_verifies_and_is_read() -> None:
    adapter().verify(vector())
    (fact,) = adapter().parse(vector())
    assert fact.lesson_key == "235812466:6911188411934433028"
    assert fact.delivery_id == "5e3702a84e847582be8db7fb73283c02"
    assert isinstance(fact.event, ParticipantJoined)
    assert fact.event.participant.account == PUPIL
    assert fact.event.at == AT


def test_what_is_sealed_is_the_published_text() -> None:
    assert webhook.decrypted(KEY, SEALED).decode() == EVENT
    assert sealed(KEY, EVENT.encode()) == SEALED
    assert sealed(KEY, json.dumps(json.loads(webhook.decrypted(KEY, CHALLENGE)), separators=(",", ":")).encode()) == (
        CHALLENGE
    )


def test_the_challenge_is_answered_without_a_signature() -> None:
    for headers in ({}, {"x-lark-signature": "0" * 64}):
        reply = adapter().handshake(replace(vector(CHALLENGE), headers=headers))
        assert reply is not None
        assert reply.body == b'{"challenge": "ajls384kdjx98XX"}'
        assert reply.status == 200


@pytest.mark.parametrize("signature", ["0" * 64, OVER_THE_PLAIN_TEXT, SIGNATURE.upper(), SIGNATURE[:-1], "", "é"])
def test_other_signatures_are_refused(signature: str) -> None:
    with pytest.raises(NotAuthentic):
        adapter().verify(vector(signature=signature))


def test_a_signature_over_the_decrypted_text_is_another_one() -> None:
    assert webhook.signature_of(STAMP, NONCE, KEY, EVENT.encode()) == OVER_THE_PLAIN_TEXT
    assert webhook.signature_of(STAMP, NONCE, KEY, vector().body) == SIGNATURE


# --- who may speak ----------------------------------------------------------------------------------------------------


def test_a_body_that_somebody_wrote_anew_is_refused() -> None:
    """A proxy that parses and writes the JSON again breaks the signature (node-sdk issue 46)."""
    with pytest.raises(NotAuthentic):
        adapter().verify(replace(vector(), body=json.dumps(json.loads(vector().body)).encode()))


def test_a_plain_body_is_refused_even_if_it_is_signed() -> None:
    body = EVENT.encode()
    signed = replace(vector(), body=body)
    headers = {**signed.headers, "x-lark-signature": webhook.signature_of(STAMP, NONCE, KEY, body)}
    with pytest.raises(NotAuthentic, match="not encrypted"):
        adapter().verify(replace(signed, headers=headers))


def test_a_plain_challenge_is_not_answered() -> None:
    body = json.dumps({"challenge": "x", "token": TOKEN, "type": "url_verification"}).encode()
    assert adapter().handshake(replace(vector(), body=body)) is None


@pytest.mark.parametrize(
    "more",
    [
        {"encrypt_key": "", "previous_encrypt_key": ""},
        {"verification_token": "", "previous_verification_token": ""},
        {"encrypt_key": "another-key"},
        {"verification_token": "another-token"},
    ],
)
def test_without_the_right_secrets_everything_is_closed(more: dict[str, str]) -> None:
    with pytest.raises(NotAuthentic):
        adapter(**more).verify(vector())
    try:
        assert adapter(**more).handshake(vector(CHALLENGE)) is None
    except NotAuthentic:
        assert "encrypt_key" not in more


def test_both_secrets_work_while_they_are_changed() -> None:
    known = adapter(previous_encrypt_key=PREVIOUS_KEY, previous_verification_token=PREVIOUS_TOKEN)
    for key in (KEY, PREVIOUS_KEY):
        for token in (TOKEN, PREVIOUS_TOKEN):
            delivery = deliver(content("vc.meeting.meeting_started_v1", token=token), NOW, key)
            known.verify(delivery)
            assert isinstance(known.parse(delivery)[0].event, LessonStarted)
            greeting = {"challenge": "c", "token": token, "type": "url_verification"}
            reply = known.handshake(deliver(json.dumps(greeting).encode(), NOW, key))
            assert reply is not None


def test_the_token_of_somebody_else_is_refused() -> None:
    for token in ("somebody", "", None, 7, ["x"]):
        body = json.loads(content("vc.meeting.meeting_started_v1"))
        body["header"]["token"] = token
        with pytest.raises(NotAuthentic):
            adapter().verify(deliver(json.dumps(body).encode(), NOW, KEY))


def test_every_retry_is_accepted_and_nothing_older() -> None:
    for seconds in (0.0, 15.0, 315.0, 3915.0, 25_515.0, -600.0):
        adapter().verify(vector(at=AT + seconds))
    for seconds in (28_801.0, -28_801.0):
        with pytest.raises(NotAuthentic):
            adapter().verify(vector(at=AT + seconds))


@pytest.mark.parametrize(
    "text", ["", "!", "AAAA", "MDEyMzQ1Njc4OWFiY2RlZg==", "MDEyMzQ1Njc4OWFiY2RlZmlqa2w=", sealed("another", b"{}")]
)
def test_what_no_key_opens_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        adapter().parse(vector(text))


# --- what came over the stream ----------------------------------------------------------------------------------------


def test_what_came_over_the_stream_is_plain_unsigned_and_has_no_token() -> None:
    streamed = replace(vector(), method=STREAMED, headers={}, body=content("vc.meeting.meeting_started_v1", token=""))
    for known in (adapter(), adapter(encrypt_key="", verification_token="")):
        assert known.handshake(streamed) is None
        known.verify(streamed)
        assert isinstance(known.parse(streamed)[0].event, LessonStarted)


def test_a_pushed_body_in_plain_is_not_read_as_if_it_were_streamed() -> None:
    with pytest.raises(Malformed):
        adapter().parse(replace(vector(), body=content("vc.meeting.meeting_started_v1")))


def test_the_answer_is_what_the_sdk_answers() -> None:
    reply = adapter().answer(vector())
    assert (reply.status, reply.body) == (200, b'{"msg":"success"}')
    assert reply.content_type == "application/json; charset=utf-8"
