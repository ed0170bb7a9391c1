"""An independent library seals and signs in the same way: what it makes we read, what we make it reads."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto, _get_signature
from wechatpy.exceptions import InvalidAppIdException

from adapters.base import Delivery
from adapters.dingtalk import DingTalkAdapter
from adapters.envelope import key_of
from adapters.http import Http
from app.domain.errors import Malformed, NotAuthentic
from tests.adapters.conformance import NOW
from tests.adapters.dingtalk.cloud import settings
from tests.adapters.dingtalk.sample import AES_KEY, CLIENT_ID, TOKEN
from tests.adapters.dingtalk.vectors import ALL, MEMBER, Vector

OURS = DingTalkAdapter(settings(token=TOKEN, aes_key=AES_KEY), Http())
THEIRS = PrpCrypto(key_of(AES_KEY))
STAMP, NONCE = str(int(NOW * 1000)), "AbCdEfGh"


def posted(coded: str, signature: str) -> Delivery:
    query = {"msg_signature": signature, "timestamp": STAMP, "nonce": NONCE}
    body = json.dumps({"encrypt": coded}).encode()
    return Delivery(method="POST", path="", query=urlencode(query), headers={}, body=body, received_at=NOW)


def by_them(message: str, owner: str = CLIENT_ID) -> Delivery:
    coded = THEIRS.encrypt(message, owner).decode()
    return posted(coded, _get_signature(TOKEN, STAMP, NONCE, coded))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_what_they_seal_and_sign_is_read(words: str) -> None:
    delivery = by_them(json.dumps({"EventType": "a_kind", "words": words}, ensure_ascii=False))
    OURS.verify(delivery)
    (fact,) = OURS.parse(delivery)
    assert fact.event.kind == "unknown"


def test_what_we_answer_they_open_and_find_well_signed() -> None:
    told = json.loads(OURS.answer(by_them('{"EventType":"check_url"}')).body)
    assert THEIRS.decrypt(told["encrypt"], CLIENT_ID) == "success"
    assert told["msg_signature"] == _get_signature(TOKEN, told["timeStamp"], told["nonce"], told["encrypt"])


@pytest.mark.parametrize("vector", ALL, ids=lambda v: v.plain[:24])
def test_they_agree_on_every_published_text(vector: Vector) -> None:
    assert PrpCrypto(key_of(vector.aes_key)).decrypt(vector.sealed, vector.owner) == vector.plain
    assert _get_signature(vector.token, vector.stamp, vector.nonce, vector.sealed) == vector.signature


@pytest.mark.parametrize("at", range(0, len(MEMBER.sealed) - 4, 61))
def test_one_flipped_byte_is_refused_by_both(at: int) -> None:
    good = by_them(MEMBER.plain)
    query: dict[str, Any] = dict(parse_qsl(good.query))
    coded = json.loads(good.body)["encrypt"]
    flipped = coded[:at] + ("A" if coded[at] != "A" else "B") + coded[at + 1 :]
    assert _get_signature(TOKEN, STAMP, NONCE, flipped) != query["msg_signature"]
    with pytest.raises(NotAuthentic):
        OURS.verify(replace(good, body=json.dumps({"encrypt": flipped}).encode()))


def test_a_message_for_somebody_else_is_refused_by_both() -> None:
    delivery = by_them('{"EventType":"a_kind"}', "dingsomebodyelse")
    with pytest.raises(Malformed, match="owner_key"):
        OURS.parse(delivery)
    with pytest.raises(InvalidAppIdException):
        THEIRS.decrypt(json.loads(delivery.body)["encrypt"], CLIENT_ID)
