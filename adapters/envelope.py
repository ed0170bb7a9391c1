"""The encrypted callbacks of DingTalk and WeCom, which seal a message in the same way (pure).

A sealed text is base64 of AES-256-CBC over: 16 random bytes, the message's length (4 bytes, big-endian, in bytes), the
message, and whom it is for; padded to 32 bytes. The signature is SHA-1 over the sorted texts: secret token, timestamp,
nonce and the sealed text.
"""

import base64
import binascii
import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from adapters.signing import same

KEY_LENGTH = 43  # characters; with one "=" they are the base64 of 32 bytes
BLOCK = 32  # bytes to which a message is padded: twice the cipher's own block
HEAD = 20  # bytes before the message: random prefix and length


class Unreadable(ValueError):
    """The sealed text cannot be opened with this key: compare it with the platform's console."""


def key_of(text: str) -> bytes:
    """The 32 bytes behind an AES key of 43 letters and digits; b"" when it is empty or not one.

    The last character may carry stray low bits: real keys do, and base64 drops them.
    """
    if len(text) != KEY_LENGTH or not text.isascii() or not text.isalnum():
        return b""
    try:
        return base64.b64decode(text + "=")
    except (binascii.Error, ValueError):
        return b""


def signature(token: str, timestamp: str, nonce: str, sealed: str) -> str:
    """Lower-case hex over the four texts, sorted byte by byte."""
    parts = sorted(t.encode("utf-8", "surrogatepass") for t in (token, timestamp, nonce, sealed))
    return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()


def fits(token: str, timestamp: str, nonce: str, sealed: str, given: str) -> bool:
    """Whether a signature is right, in constant time; an empty token never verifies anything."""
    return same(signature(token, timestamp, nonce, sealed), given) and bool(token)


def opened(key: bytes, sealed: str) -> tuple[bytes, bytes]:
    """The message and whom it is for: everything behind the message, to be compared whole. Raises Unreadable."""
    try:
        raw = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError) as e:
        raise Unreadable("not base64") from e
    if not raw or len(raw) % 16 or len(key) != 32:
        raise Unreadable("not whole blocks")
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).decryptor()
    plain = _unpadded(decryptor.update(raw) + decryptor.finalize())
    length = int.from_bytes(plain[16:HEAD], "big")
    if len(plain) < HEAD or HEAD + length > len(plain):
        raise Unreadable("the length does not fit")
    return plain[HEAD : HEAD + length], plain[HEAD + length :]


def sealed(key: bytes, message: bytes, receiver: bytes, prefix: bytes) -> str:
    """Seal a message. `prefix` is 16 random bytes."""
    plain = prefix + len(message).to_bytes(4, "big") + message + receiver
    count = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([count]) * count) + encryptor.finalize()).decode()


def _unpadded(plain: bytes) -> bytes:
    count = plain[-1]
    if not 1 <= count <= BLOCK or plain[-count:] != bytes([count]) * count:
        raise Unreadable("the padding is wrong")
    return plain[:-count]
