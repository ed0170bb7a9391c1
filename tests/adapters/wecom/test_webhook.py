"""Whether a callback is genuine: the published vectors, rotation, age, addressee, and XML that means harm."""

import hashlib
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from adapters import envelope
from adapters.base import Delivery
from adapters.http import Http
from adapters.wecom import WeComAdapter, markup
from app.domain.errors import Malformed, NotAuthentic
from app.domain.events import ParticipantWaiting
from tests.adapters.conformance import NOW
from tests.adapters.wecom import vectors as v
from tests.adapters.wecom.cloud import settings
from tests.adapters.wecom.sample import KEY, PREVIOUS, TOKEN, deliver, notice

OTHER_KEY = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210abcdefg"


def adapter(**more: Any) -> WeComAdapter:
    return WeComAdapter(settings(**more), Http())


def asked(echo: str, signature: str, stamp: str = v.STAMP, nonce: str = v.NONCE) -> Delivery:
    query = f"msg_signature={signature}&timestamp={stamp}&nonce={nonce}&echostr={echo}"
    return Delivery(method="GET", path="/hooks/c", query=query, headers={}, body=b"", received_at=float(stamp))


def posted(sealed: str = v.EVENT_SEALED, signature: str = v.EVENT_SIGNATURE, **more: Any) -> Delivery:
    query = f"msg_signature={signature}&timestamp={v.STAMP}&nonce={v.NONCE}"
    usual: dict[str, Any] = {"body": v.envelope_of(sealed), "received_at": float(v.STAMP)}
    return Delivery(method="POST", path="/hooks/c", query=query, headers={}, **(usual | more))


# --- vectors ----------------------------------------------------------------------------------------------------------


def test_the_key_of_the_vector_is_its_thirty_two_bytes() -> None:
    assert envelope.key_of(v.AES_KEY).hex() == v.KEY_HEX


@pytest.mark.parametrize("echo", [v.ECHO_ENCODED, v.ECHO, v.ECHO.replace("+", " ")], ids=["encoded", "raw", "form"])
def test_the_check_of_the_address_is_answered_with_the_bare_text(echo: str) -> None:
    reply = adapter().handshake(asked(echo, v.ECHO_SIGNATURE))
    assert reply is not None
    assert (reply.status, reply.body) == (200, v.ECHO_PLAIN)


def test_the_vendors_own_sample_is_answered() -> None:
    school = adapter(token=v.VENDOR_TOKEN, encoding_aes_key=v.VENDOR_KEY, corpid=v.VENDOR_CORPID)
    delivery = asked(quote(v.VENDOR_ECHO, safe=""), v.VENDOR_SIGNATURE, v.VENDOR_STAMP, v.VENDOR_NONCE)
    reply = school.handshake(delivery)
    assert reply is not None
    assert reply.body == v.VENDOR_PLAIN


def test_the_event_of_the_vector_is_somebody_who_waits() -> None:
    school = adapter()
    school.verify(posted())
    (fact,) = school.parse(posted())
    assert (fact.lesson_key, fact.event.kind, fact.event.at) == ("hyXXXX01", "participant.waiting", 1763640000.0)
    assert isinstance(fact.event, ParticipantWaiting)
    assert fact.event.participant.id == "tmpOpenId01"
    assert len(v.EVENT_PLAIN) == 378
    assert fact.delivery_id == hashlib.sha256(v.EVENT_PLAIN).hexdigest()


def test_it_is_sealed_again_as_it_came() -> None:
    key = envelope.key_of(v.AES_KEY)
    assert envelope.sealed(key, v.EVENT_PLAIN, v.CORPID.encode(), b"0123456789abcdef") == v.EVENT_SEALED
    assert envelope.signature(v.TOKEN, v.STAMP, v.NONCE, v.EVENT_SEALED) == v.EVENT_SIGNATURE


# --- forgeries --------------------------------------------------------------------------------------------------------


def test_one_digit_of_the_signature_is_enough_to_be_refused() -> None:
    for delivery in (posted(signature=v.EVENT_SIGNATURE[:-1] + "6"), posted(signature=v.EVENT_SIGNATURE.upper())):
        with pytest.raises(NotAuthentic):
            adapter().verify(delivery)
    with pytest.raises(NotAuthentic):
        adapter().handshake(asked(v.ECHO_ENCODED, v.ECHO_SIGNATURE[:-1] + "f"))


@pytest.mark.parametrize("corpid", ["wwOTHER", "evil" + v.CORPID, v.CORPID + "x", v.CORPID[:-1]])
def test_a_message_for_another_corp_is_refused_under_the_right_token(corpid: str) -> None:
    """Compared whole: the end of the addressee alone would let a corp named evil<CorpID> in."""
    with pytest.raises(NotAuthentic):
        adapter(corpid=corpid).verify(posted())
    delivery = deliver(notice("join_meeting"), NOW, TOKEN, receiver=corpid)
    with pytest.raises(NotAuthentic):
        adapter().verify(delivery)
    with pytest.raises(NotAuthentic):
        adapter().parse(delivery)


def test_a_message_for_nobody_is_refused() -> None:
    with pytest.raises(NotAuthentic):
        adapter().verify(deliver(notice("join_meeting"), NOW, TOKEN, receiver=""))


@pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce"])
def test_without_a_part_of_the_query_nothing_is_proven(missing: str) -> None:
    delivery = posted()
    parts = [p for p in delivery.query.split("&") if not p.startswith(missing)]
    for query in ("&".join(parts), "&".join([*parts, f"{missing}="])):
        with pytest.raises(NotAuthentic):
            adapter().verify(replace(delivery, query=query))


def test_a_get_without_echostr_proves_nothing() -> None:
    delivery = asked("", envelope.signature(v.TOKEN, v.STAMP, v.NONCE, ""))
    with pytest.raises(NotAuthentic):
        adapter().handshake(delivery)


@pytest.mark.parametrize("closed", [{"token": ""}, {"encoding_aes_key": ""}])
def test_without_token_or_key_the_door_is_closed(closed: dict[str, str]) -> None:
    school = adapter(**closed)
    for token in (TOKEN, ""):
        with pytest.raises(NotAuthentic):
            school.verify(deliver(notice("join_meeting"), NOW, token))
    with pytest.raises(NotAuthentic):
        school.handshake(asked(v.ECHO_ENCODED, v.ECHO_SIGNATURE))


@pytest.mark.parametrize("seconds", [-905.0, 905.0])
def test_an_old_check_of_the_address_is_refused_too(seconds: float) -> None:
    delivery = asked(v.ECHO_ENCODED, v.ECHO_SIGNATURE)
    with pytest.raises(NotAuthentic):
        adapter().handshake(replace(delivery, received_at=delivery.received_at + seconds))


# --- rotation ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [TOKEN, PREVIOUS])
@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
def test_during_a_rotation_both_tokens_and_both_keys_are_good(token: str, key: str) -> None:
    school = adapter(previous_token=PREVIOUS, previous_encoding_aes_key=OTHER_KEY)
    delivery = deliver(notice("join_meeting"), NOW, token, key=key)
    school.verify(delivery)
    assert [f.event.kind for f in school.parse(delivery)] == ["participant.joined"]


def test_the_same_message_sealed_anew_has_the_same_id() -> None:
    """Prefix, nonce and seal may be new at each retry; the message is not."""
    school = adapter(previous_token=PREVIOUS, previous_encoding_aes_key=OTHER_KEY)
    first = deliver(notice("join_meeting"), NOW, TOKEN)
    again = deliver(notice("join_meeting"), NOW + 20, PREVIOUS, key=OTHER_KEY)
    assert first.body != again.body
    assert school.parse(first)[0].delivery_id == school.parse(again)[0].delivery_id


def test_a_genuine_message_that_our_key_cannot_open_is_told_as_such() -> None:
    """Not a forgery: somebody changed the EncodingAESKey in the console, and school IT has to hear of it."""
    delivery = deliver(notice("join_meeting"), NOW, TOKEN, key=OTHER_KEY)
    adapter().verify(delivery)
    with pytest.raises(Malformed, match="EncodingAESKey"):
        adapter().parse(delivery)


def test_a_stored_delivery_is_acknowledged_with_a_text_that_the_vendor_understands() -> None:
    reply = adapter().answer(posted())
    assert (reply.status, reply.body) == (200, b"success")
    assert adapter().handshake(posted()) is None


# --- XML that means harm ----------------------------------------------------------------------------------------------

LAUGHTER = "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefghi", "bcdefghij", strict=True))
LAUGHS = f'<!DOCTYPE xml [<!ENTITY a "ha">{LAUGHTER}]><xml><Encrypt>&j;</Encrypt></xml>'.encode()
HARM = {
    "billion laughs": LAUGHS,
    "external entity": b'<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>',
    "external subset": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd"><xml><Encrypt>a</Encrypt></xml>',
    "parameter entity": b'<!DOCTYPE xml [<!ENTITY % p "x"> %p;]><xml><Encrypt>a</Encrypt></xml>',
    "empty document type": b"<!DOCTYPE xml><xml><Encrypt>a</Encrypt></xml>",
    "too large": b"<xml><Encrypt>" + b"a" * markup.LARGEST + b"</Encrypt></xml>",
    "unclosed": b"<xml><Encrypt>a",
    "not xml": b'{"Encrypt": "a"}',
    "nothing": b"",
    "unknown encoding": b'<?xml version="1.0" encoding="utf-7"?><xml><Encrypt>a</Encrypt></xml>',
    "half a pair": b"<xml><Encrypt>&#xD800;</Encrypt></xml>",
    "a NUL": b"<xml><Encrypt>&#0;</Encrypt></xml>",
    "no UTF-8": b"<xml><Encrypt>\xff\xfe</Encrypt></xml>",
}


@pytest.mark.parametrize("harm", HARM)
def test_harmful_xml_outside_is_no_document(harm: str) -> None:
    assert markup.read(HARM[harm]) is None
    with pytest.raises(NotAuthentic):
        adapter().verify(posted(body=HARM[harm]))


@pytest.mark.parametrize("harm", HARM)
def test_harmful_xml_inside_is_malformed(harm: str) -> None:
    delivery = deliver(HARM[harm], NOW, TOKEN)
    if len(HARM[harm]) < markup.LARGEST:
        adapter().verify(delivery)
    with pytest.raises(Malformed):
        adapter().parse(delivery)


def test_deep_nesting_is_read_without_being_followed() -> None:
    deep = b"<a>" * 30_000 + b"</a>" * 30_000
    document = markup.read(b"<xml><Event>e</Event><Deep>" + deep + b"</Deep></xml>")
    assert document is not None
    assert document["Event"] == "e"
    assert document["Deep"] == ""


def test_the_first_of_two_elements_counts_and_cdata_is_text() -> None:
    document = markup.read(b"<xml><Event><![CDATA[<a>&amp;]]></Event><Event>second</Event><!-- c --></xml>")
    assert document is not None
    assert document["Event"] == "<a>&amp;"
    assert document["Nothing"] == ""
