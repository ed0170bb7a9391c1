"""HTTP push of DingTalk: whether it is genuine, what it carries, and the sealed word that answers it. Pure.

Page configure-stream-push: SHA-1 over token, timestamp, nonce and the sealed text; AES under the aes_key; every POST,
the check of the address too, is answered with the sealed word "success". What came over the stream needs none of it.
"""

from collections.abc import Callable
from urllib.parse import parse_qsl

from adapters.base import STREAMED, Delivery, Received, Reply
from adapters.dingtalk import events
from adapters.dingtalk.errors import PLATFORM
from adapters.dingtalk.settings import DingTalkSettings
from adapters.dingtalk.wire import text
from adapters.envelope import Unreadable, fits, key_of, opened, sealed, signature
from adapters.signing import fresh
from adapters.untrusted import loads, members
from adapters.wire import dumps
from app.domain.errors import Malformed, NotAuthentic

WINDOW = 900.0  # seconds; the vendor repeats after 10 s and 30 s, and a clock may be wrong by minutes
SUCCESS = b"success"
CHECKS = frozenset({"check_url", "check_create_suite_url", "check_update_suite_url"})  # asked when an address is saved
NONCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"

Random = Callable[[int], bytes]  # that many random bytes


def verify(settings: DingTalkSettings, delivery: Delivery) -> None:
    """Age and signature, under the present Token or the one before. Raises NotAuthentic; streamed is genuine."""
    if delivery.method != STREAMED:
        _token(settings, delivery)


def handshake(settings: DingTalkSettings, delivery: Delivery, random: Random) -> Reply | None:
    """The answer to the check of the address, None for every other delivery. Raises NotAuthentic."""
    if delivery.method == STREAMED:
        return None
    verify(settings, delivery)
    try:
        content, _ = _opened(settings, delivery)
    except Malformed:
        return None  # parse says what is wrong with it
    kind = members(loads(content)).get("EventType")
    return answer(settings, delivery, random) if isinstance(kind, str) and kind in CHECKS else None


def parse(settings: DingTalkSettings, delivery: Delivery) -> tuple[Received, ...]:
    """The facts in a verified delivery. Raises Malformed for what cannot be read."""
    if delivery.method == STREAMED:
        return events.received(events.of_frame(delivery.body, delivery.received_at))
    content, _ = _opened(settings, delivery)
    return events.received(events.of_push(content, delivery.received_at))


def answer(settings: DingTalkSettings, delivery: Delivery, random: Random) -> Reply:
    """The sealed "success", under the Token and key that the delivery itself used: mid-rotation that is what it knows.

    The timestamp is the moment of receipt, in milliseconds.
    """
    if delivery.method == STREAMED:
        return Reply()
    token = _token(settings, delivery)
    try:
        _, key = _opened(settings, delivery)
    except Malformed:
        key = next(iter(_keys(settings)), b"")
    stamp = str(int(delivery.received_at * 1000))
    nonce = "".join(NONCE_LETTERS[b % len(NONCE_LETTERS)] for b in random(8))
    text_ = sealed(key, SUCCESS, settings.owner.encode(), random(16))
    reply = {
        "msg_signature": signature(token, stamp, nonce, text_), "timeStamp": stamp, "nonce": nonce, "encrypt": text_,
    }  # fmt: skip
    return Reply(body=dumps(reply), content_type="application/json; charset=utf-8")


def _token(settings: DingTalkSettings, delivery: Delivery) -> str:
    """The Token that signed this delivery. Raises NotAuthentic."""
    query = dict(parse_qsl(delivery.query))
    stamp, nonce = query.get("timestamp") or query.get("timeStamp", ""), query.get("nonce", "")
    given, coded = query.get("msg_signature") or query.get("signature", ""), _coded(delivery)
    if not (stamp and nonce and given and coded):
        raise NotAuthentic(PLATFORM, "a timestamp, nonce, signature or sealed text is missing")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) in (10, 13)):
        raise NotAuthentic(PLATFORM, "the timestamp is none")
    unit = 0.001 if len(stamp) == 13 else 1.0  # samples of the vendor show seconds too
    if not fresh(stamp, now=delivery.received_at, window=WINDOW, unit=unit):
        raise NotAuthentic(PLATFORM, "the timestamp is more than 15 minutes off")
    tokens = (settings.token.get_secret_value(), settings.previous_token.get_secret_value())
    found = [token for token in tokens if fits(token, stamp, nonce, coded, given)]
    if not found or not _keys(settings):
        raise NotAuthentic(PLATFORM, "the signature does not fit the Token, or there is no Token or aes_key here")
    return found[0]


def _coded(delivery: Delivery) -> str:
    return text(members(loads(delivery.body)).get("encrypt"), len(delivery.body))


def _keys(settings: DingTalkSettings) -> tuple[bytes, ...]:
    secrets = (settings.aes_key.get_secret_value(), settings.previous_aes_key.get_secret_value())
    return tuple(key for key in map(key_of, secrets) if key)


def _opened(settings: DingTalkSettings, delivery: Delivery) -> tuple[bytes, bytes]:
    """The message and the key that opened it. Raises Malformed; the owner is compared whole."""
    coded, stranger = _coded(delivery), False
    for key in _keys(settings):
        try:
            content, owner = opened(key, coded)
        except Unreadable:
            continue
        if owner == settings.owner.encode():
            return content, key
        stranger = True
    if stranger:
        raise Malformed(PLATFORM, "the notification is addressed to another app: owner_key is Client ID or CorpId")
    raise Malformed(PLATFORM, "the notification cannot be decrypted: compare the aes_key with the console")
