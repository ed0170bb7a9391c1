"""A request to Tencent Meeting carries the signature that the vendor computes."""

import pytest

from adapters.tencent_meeting.signing import Signer
from adapters.wire import dumps, target
from tests.adapters.conformance import NOW
from tests.adapters.tencent_meeting.cloud import settings

STATUS = b'{"operator_id":"teacher01","operator_id_type":1,"instanceid":1,"mute_all":true,"allow_unmute_by_self":false}'
KICK = (
    '{"operator_id":"teacher01","operator_id_type":1,"instanceid":1,"allow_rejoin":false,"reason":"不在名单",'
    '"users":[{"to_operator_id":"bXNvcGVuaWQtMDAx","to_operator_id_type":4,"instanceid":3}]}'
).encode()
ROOM = "/v1/real-control/meetings/7567173273889276131"
LIST = (
    "/v1/meetings/7567173273889276131/real-time-participants"
    "?operator_id=teacher01&operator_id_type=1&page=1&page_size=50"
)
VECTORS = [
    (1234567, "PUT", f"{ROOM}/status", STATUS,
     "MTc5MmM3YjMxYjM3YWY1NGNlMjkxZWQ5OGI1NmI3NjdmMDk3MmY5MGRmNThlYjA1MDY3OTI1MWVmNTQ5MjA3ZQ=="),
    (1234568, "GET", LIST, b"",
     "ODRhOGZkYTIyMjk5NTMwMjdmYTQ4MWQ2Y2MzNjgwZWM2NzgyMWVkYmQ3NTg0NWViN2NlZmJjMzgwNWZhODU5OQ=="),
    (1234569, "PUT", f"{ROOM}/kickout", KICK,
     "NTM5ZDkwZWVjY2FkMGY5NTY2MjYyM2E1OTk1NDA3Y2EzZjAyM2M5MzE1YjJhOTg1MDA1YTFhNTM4ZmUzNDIxNQ=="),
]  # fmt: skip


@pytest.mark.parametrize(("nonce", "method", "where", "body", "signature"), VECTORS)
def test_the_published_vectors_are_reproduced(nonce: int, method: str, where: str, body: bytes, signature: str) -> None:
    headers = Signer(settings(), now=lambda: NOW, nonce=lambda: nonce).headers(method, where, body)
    assert headers["X-TC-Signature"] == signature
    assert headers["X-TC-Nonce"] == str(nonce)
    assert headers["X-TC-Timestamp"] == "1795132800"


@pytest.mark.parametrize(("nonce", "method", "where", "body", "signature"), VECTORS)
def test_one_changed_byte_changes_the_signature(
    nonce: int, method: str, where: str, body: bytes, signature: str
) -> None:
    def signed(where: str, body: bytes) -> str:
        return Signer(settings(), now=lambda: NOW, nonce=lambda: nonce).headers(method, where, body)["X-TC-Signature"]

    assert signed(where.replace("7567", "7568"), body) != signature
    assert signed(where, body + b" ") != signature


def test_the_body_of_the_third_vector_is_what_we_serialise() -> None:
    user = {"to_operator_id": "bXNvcGVuaWQtMDAx", "to_operator_id_type": 4, "instanceid": 3}
    members = {"operator_id": "teacher01", "operator_id_type": 1, "instanceid": 1, "allow_rejoin": False}
    assert dumps({**members, "reason": "不在名单", "users": [user]}) == KICK


def test_a_plus_in_a_query_travels_and_is_signed_percent_encoded() -> None:
    assert target("/v1/x", (("operator_id", "a+/b=="), ("page", 1))) == "/v1/x?operator_id=a%2B%2Fb%3D%3D&page=1"


def test_no_two_requests_share_a_nonce_even_when_the_clock_stands_still_and_the_source_repeats_itself() -> None:
    own = Signer(settings(), now=lambda: NOW)
    stuck = Signer(settings(), now=lambda: NOW, nonce=lambda: 42)
    for signer in (own, stuck):
        nonces = [int(signer.headers("GET", "/", b"")["X-TC-Nonce"]) for _ in range(500)]
        assert len(set(nonces)) == 500
        assert all(0 < n < 2**64 for n in nonces)
    assert len(own.headers("GET", "/", b"")["X-TC-Nonce"]) == 19


def test_an_app_without_sdk_id_sends_no_such_header() -> None:
    assert "SdkId" not in Signer(settings(sdk_id=""), now=lambda: NOW).headers("GET", "/", b"")
    assert Signer(settings(), now=lambda: NOW).headers("GET", "/", b"")["SdkId"] == "12345678901"


def test_no_secret_shows_in_a_repr_or_in_a_validation_error() -> None:
    shown = repr(settings()) + repr(Signer(settings(), now=lambda: NOW))
    assert "menshenSecretKey" not in shown
    assert "MenshenToken" not in shown
    with pytest.raises(ValueError, match="encoding_aes_key") as refused:
        settings(encoding_aes_key="tooShortAndSecret")
    assert "tooShortAndSecret" not in str(refused.value)


@pytest.mark.parametrize("bad", ["ftp://x", "https://x/path", "https://u:p@x", "https://x?q=1", "nothing", ""])
def test_an_address_that_could_not_be_signed_for_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        settings(bad)


@pytest.mark.parametrize("field", ["app_id", "sdk_id", "secret_id"])
def test_a_credential_that_does_not_fit_into_a_header_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        settings(**{field: "1400\r\nX-Other: 1"})
