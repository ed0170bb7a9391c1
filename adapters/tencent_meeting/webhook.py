"""Webhook deliveries of Tencent Meeting: whether they are genuine, and what text they carry (51608, 51612, 54658).

Pure. The signature covers the text in `data` (POST) or `check_str` (GET) exactly as received, so nothing is parsed
beyond that text before it is verified.
"""

import base64
import binascii
import hashlib
import json
from urllib.parse import unquote

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pydantic import SecretStr

from adapters import untrusted
from adapters.base import Delivery, Received, Reply
from adapters.signing import fresh, same
from adapters.tencent_meeting import events
from adapters.tencent_meeting.errors import PLATFORM
from adapters.tencent_meeting.settings import TencentMeetingSettings, aes_key
from app.domain.errors import Malformed, NotAuthentic

WINDOW = 900.0  # seconds; the vendor repeats after 1, 3 and 6 minutes, perhaps with the old timestamp
ACCEPTED = Reply(body=b"successfully received callback")  # exactly this sentence, or the vendor repeats
BLOCK = 16
LARGEST_PADDING = 32  # the vendor's relatives pad to 32; both are read


def verify(settings: TencentMeetingSettings, delivery: Delivery) -> None:
    """Check age and signature, under the present Token or the one before. Raises NotAuthentic."""
    stamp, nonce, signature = (delivery.headers.get(h, "") for h in ("timestamp", "nonce", "signature"))
    if not (stamp and nonce and signature):
        raise NotAuthentic(PLATFORM, "a timestamp, nonce or signature header is missing")
    if not fresh(stamp, now=delivery.received_at, window=WINDOW, unit=0.001):
        raise NotAuthentic(PLATFORM, "the timestamp is more than 15 minutes off")
    signed = _signed_text(delivery)
    if signed is None:
        raise NotAuthentic(PLATFORM, "there is nothing that the signature could cover")
    tokens = (settings.webhook_token, settings.previous_webhook_token)
    if not any(_fits(token, stamp, nonce, signed, signature) for token in tokens):
        raise NotAuthentic(PLATFORM, "the signature does not fit the Token")


def handshake(settings: TencentMeetingSettings, delivery: Delivery) -> Reply | None:
    """The plain text behind `check_str` for the URL check, which comes back later as a heartbeat; None for a POST."""
    if delivery.method.upper() != "GET":
        return None
    verify(settings, delivery)
    return Reply(body=_plain(settings, _check_str(delivery.query) or ""))


def parse(settings: TencentMeetingSettings, delivery: Delivery) -> tuple[Received, ...]:
    """The facts in a verified delivery, oldest first. Raises Malformed for what cannot be read."""
    try:
        text = _plain(settings, _data(delivery.body) or "").decode("utf-8").lstrip("\ufeff \t\r\n")
        # Bytes after the document are allowed: page 54658 can be read as "message followed by the key".
        document, _ = json.JSONDecoder().raw_decode(text)
        return events.received(document, received_at=delivery.received_at, account=settings.operator_userid)
    except (ValueError, RecursionError) as e:
        raise Malformed(PLATFORM, f"the notification is not readable JSON ({type(e).__name__})") from e


def _fits(token: SecretStr, stamp: str, nonce: str, signed: str, signature: str) -> bool:
    secret = token.get_secret_value()
    joined = "".join(sorted((secret, stamp, nonce, signed)))
    digest = hashlib.sha1(joined.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    return same(digest, signature) and bool(secret)


def _signed_text(delivery: Delivery) -> str | None:
    return _check_str(delivery.query) if delivery.method.upper() == "GET" else _data(delivery.body)


def _check_str(query: str) -> str | None:
    """`check_str` with percent-decoding only: decoding it as a form would turn a raw "+" into a space."""
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name == "check_str" and value:
            return unquote(value).replace(" ", "+")  # base64 has no spaces: a proxy decoded it as a form
    return None


def _data(body: bytes) -> str | None:
    data = untrusted.members(untrusted.loads(body)).get("data")
    return data if isinstance(data, str) and data else None


def _plain(settings: TencentMeetingSettings, coded: str) -> bytes:
    """Base64, with or without its padding, and AES-256-CBC under it when a key is set. Raises Malformed."""
    try:
        raw = base64.b64decode(coded.rstrip("=") + "=" * (-len(coded.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError) as e:
        raise Malformed(PLATFORM, "the notification is not base64") from e
    if not settings.encoding_aes_key.get_secret_value():
        return raw
    key = aes_key(settings.encoding_aes_key)
    if not raw or len(raw) % BLOCK:
        raise Malformed(PLATFORM, "the notification is not encrypted: compare the EncodingAESKey with the console")
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:BLOCK])).decryptor()
    return _unpadded(decryptor.update(raw) + decryptor.finalize())


def _unpadded(plain: bytes) -> bytes:
    count = plain[-1]
    if not 1 <= count <= LARGEST_PADDING or plain[-count:] != bytes([count]) * count:
        raise Malformed(PLATFORM, "the notification cannot be decrypted: compare the EncodingAESKey with the console")
    return plain[:-count]
