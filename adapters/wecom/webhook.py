"""Callbacks of WeCom: whether they are genuine, and what they carry (pages 90930, 90968, 90238).

Pure. The signature covers the sealed text in `Encrypt` (POST) or `echostr` (GET) exactly as received; inside it says
for which corp it is meant, and that is compared whole.
"""

from urllib.parse import unquote

from adapters import envelope
from adapters.base import Delivery, Received, Reply
from adapters.signing import fresh, same
from adapters.wecom import events, markup
from adapters.wecom.errors import PLATFORM
from adapters.wecom.settings import WeComSettings
from app.domain.errors import Malformed, NotAuthentic

# Seconds. The vendor repeats three times within a minute, perhaps with the old timestamp, and names no window.
WINDOW = 900.0
ACCEPTED = Reply(body=b"success")  # or an empty body; JSON is not understood


def verify(settings: WeComSettings, delivery: Delivery) -> None:
    """Age, signature under either Token, and the corp it is meant for. Raises NotAuthentic.

    What is signed and cannot be opened passes: `parse` says that the EncodingAESKey does not fit.
    """
    sealed = _signed(settings, delivery)
    try:
        _opened(settings, sealed)
    except Malformed:
        return


def handshake(settings: WeComSettings, delivery: Delivery) -> Reply | None:
    """The bare plain text behind `echostr`, within a second, when the address is saved in the console."""
    if delivery.method.upper() != "GET":
        return None
    try:
        return Reply(body=_opened(settings, _signed(settings, delivery)))
    except Malformed as e:
        raise NotAuthentic(PLATFORM, e.detail) from e


def parse(settings: WeComSettings, delivery: Delivery, host_of: events.HostOf) -> tuple[Received, ...]:
    """The facts in a verified delivery. Raises Malformed for what cannot be read."""
    content = _opened(settings, _sealed(delivery.body))
    return events.received(content, received_at=delivery.received_at, host_of=host_of)


def _signed(settings: WeComSettings, delivery: Delivery) -> str:
    """The sealed text, once its signature and age are right."""
    if not settings.tokens or not settings.aes_keys:
        raise NotAuthentic(PLATFORM, "no Token or no EncodingAESKey is set")
    query = _query(delivery.query)
    signature, stamp, nonce = (query.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
    if not (signature and stamp and nonce):
        raise NotAuthentic(PLATFORM, "msg_signature, timestamp or nonce is missing")
    if not fresh(stamp, now=delivery.received_at, window=WINDOW):
        raise NotAuthentic(PLATFORM, "the timestamp is more than 15 minutes off")
    asked = delivery.method.upper() == "GET"
    # Base64 has no spaces: where there are some, a proxy decoded a "+" as a form does.
    sealed = query.get("echostr", "").replace(" ", "+") if asked else _sealed(delivery.body)
    if not sealed:
        raise NotAuthentic(PLATFORM, "there is nothing that the signature could cover")
    if not any(envelope.fits(token, stamp, nonce, sealed, signature) for token in settings.tokens):
        raise NotAuthentic(PLATFORM, "the signature does not fit the Token")
    return sealed


def _query(query: str) -> dict[str, str]:
    """Percent-decoded only: decoding as a form would turn a raw "+" into a space. The first of a name counts."""
    found: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        found.setdefault(name, unquote(value))
    return found


def _sealed(body: bytes) -> str:
    document = markup.read(body)
    return document["Encrypt"] if document else ""


def _opened(settings: WeComSettings, sealed: str) -> bytes:
    """The message. Raises Malformed when no key opens it, NotAuthentic when it is meant for somebody else."""
    for key in settings.aes_keys:
        try:
            message, receiver = envelope.opened(key, sealed)
        except envelope.Unreadable:
            continue
        if not same(settings.corpid, receiver.decode("utf-8", "replace")):
            raise NotAuthentic(PLATFORM, "the message is meant for another corp")
        return message
    raise Malformed(PLATFORM, "the message cannot be opened: compare the EncodingAESKey with the console")
