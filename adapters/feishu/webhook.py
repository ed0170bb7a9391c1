"""Pushed events of Feishu: whether they are genuine, and what they carry (`event/dispatcher_handler.py` of lark-oapi).

Pure. An Encrypt Key and a Verification Token are needed: without the key the vendor signs nothing. The signature covers
the body as received, still encrypted; the check of the address is not signed and rests on key and token. What came
over the long connection is neither encrypted nor signed, and its token is empty.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from adapters import untrusted
from adapters.base import STREAMED, Delivery, Received, Reply
from adapters.feishu import events, people
from adapters.feishu.errors import PLATFORM
from adapters.feishu.settings import FeishuSettings
from adapters.signing import fresh, same
from app.domain.errors import Malformed, NotAuthentic

WINDOW = 28_800.0  # seconds: repeated after 15 s, 5 min, 1 h and 6 h, perhaps with the first timestamp
JSON = "application/json; charset=utf-8"
ACCEPTED = Reply(body=b'{"msg":"success"}', content_type=JSON)
CHECK = "url_verification"
BLOCK = 16
PROOFS = ("x-lark-request-timestamp", "x-lark-request-nonce", "x-lark-signature")


def verify(settings: FeishuSettings, delivery: Delivery) -> None:
    """Check age, signature and token, under the present secrets or those before. Raises NotAuthentic."""
    if delivery.method == STREAMED:
        return
    stamp, nonce, signature = (delivery.headers.get(name, "") for name in PROOFS)
    if not (stamp and nonce and signature):
        raise NotAuthentic(PLATFORM, "a timestamp, nonce or signature header is missing")
    if not fresh(stamp, now=delivery.received_at, window=WINDOW):
        raise NotAuthentic(PLATFORM, "the timestamp is more than 8 hours off")
    sealed = _sealed(delivery.body)
    if sealed is None:
        raise NotAuthentic(PLATFORM, "the event is not encrypted")
    for key in _keys(settings):
        if same(signature_of(stamp, nonce, key, delivery.body), signature):
            _check_token(settings, _opened(key, sealed))
            return
    raise NotAuthentic(PLATFORM, "the signature does not fit the Encrypt Key")


def handshake(settings: FeishuSettings, delivery: Delivery) -> Reply | None:
    """The challenge back for the check of the address; None for everything else. Raises NotAuthentic."""
    if delivery.method == STREAMED:
        return None
    document = _plain(settings, delivery.body)
    if document.get("type") != CHECK:
        return None
    _check_token(settings, document)
    answer = {"challenge": people.text(document.get("challenge"), people.MAX_TEXT)}
    return Reply(body=json.dumps(answer).encode(), content_type=JSON)


def parse(settings: FeishuSettings, delivery: Delivery) -> tuple[Received, ...]:
    """The facts in a verified delivery. Raises Malformed for what cannot be read."""
    try:
        if delivery.method == STREAMED:
            document: Any = json.loads(delivery.body.decode("utf-8"))
        else:
            document = _plain(settings, delivery.body)
        return events.received(document, received_at=delivery.received_at, hours_east=settings.hours_east)
    except (ValueError, RecursionError) as e:
        raise Malformed(PLATFORM, f"the event is not readable JSON ({type(e).__name__})") from e


def signature_of(stamp: str, nonce: str, key: str, body: bytes) -> str:
    """Lower-case hex of SHA-256 over timestamp, nonce, key and body."""
    head = f"{stamp}{nonce}{key}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(head + body).hexdigest()


def decrypted(key: str, sealed: str) -> bytes:
    """AES-256-CBC under SHA-256 of the key, initial vector first, padded to 16. Raises ValueError."""
    raw = base64.b64decode(sealed, validate=True)
    if len(raw) < 2 * BLOCK or len(raw) % BLOCK:
        raise ValueError("not whole blocks")
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    decryptor = Cipher(algorithms.AES256(digest), modes.CBC(raw[:BLOCK])).decryptor()
    plain = decryptor.update(raw[BLOCK:]) + decryptor.finalize()
    count = plain[-1]
    if not 1 <= count <= BLOCK or plain[-count:] != bytes([count]) * count:
        raise ValueError("the padding is wrong")
    return plain[:-count]


def _keys(settings: FeishuSettings) -> Iterator[str]:
    """The Encrypt Keys that may be in use; an empty one opens nothing."""
    for secret in (settings.encrypt_key, settings.previous_encrypt_key):
        if key := secret.get_secret_value():
            yield key


def _check_token(settings: FeishuSettings, document: dict[str, Any]) -> None:
    """Raises NotAuthentic, also where there is no token here to compare with."""
    header = untrusted.members(document.get("header"))
    given = header.get("token") if "event_type" in header else document.get("token")
    known = (settings.verification_token, settings.previous_verification_token)
    fits = [same(secret.get_secret_value(), str(given)) and bool(secret.get_secret_value()) for secret in known]
    if not any(fits):
        raise NotAuthentic(PLATFORM, "the Verification Token does not fit")


def _plain(settings: FeishuSettings, body: bytes) -> dict[str, Any]:
    """The document inside an encrypted body, {} when no key of ours opens it."""
    sealed = _sealed(body)
    if sealed is None:
        return {}
    return next((found for key in _keys(settings) if (found := _opened(key, sealed))), {})


def _sealed(body: bytes) -> str | None:
    sealed = untrusted.members(untrusted.loads(body)).get("encrypt")
    return sealed if isinstance(sealed, str) and sealed else None


def _opened(key: str, sealed: str) -> dict[str, Any]:
    """The JSON object under a key, {} when there is none: the token check and `parse` say no to that."""
    try:
        document = json.loads(decrypted(key, sealed).decode("utf-8"))
    except (ValueError, RecursionError, binascii.Error):
        return {}
    return document if isinstance(document, dict) else {}
