"""Keyed hashes and time windows that several platforms share. Pure."""

import hashlib
import hmac
import math
from collections.abc import Iterable


class Keyed:
    """HMAC-SHA256 with the key schedule done once; an empty secret never verifies anything."""

    def __init__(self, secret: bytes) -> None:
        self._empty = not secret
        self._base = hmac.new(secret or b"\0", digestmod=hashlib.sha256)

    def hexdigest(self, *parts: bytes) -> str:
        """Lower-case hex of the HMAC over the concatenated parts."""
        mac = self._base.copy()
        for part in parts:
            mac.update(part)
        return mac.hexdigest()

    def accepts(self, signature: str, *parts: bytes) -> bool:
        """Whether a hex signature fits, in constant time."""
        return same(self.hexdigest(*parts), signature) and not self._empty

    def __repr__(self) -> str:
        return "Keyed(***)"


def same(expected: str, given: str) -> bool:
    """Compare two texts in constant time; text that is not ASCII never fits."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def fresh(stamp: str, *, now: float, window: float, unit: float = 1.0) -> bool:
    """Whether a decimal timestamp (`unit` seconds per count) lies within `window` seconds of now, either way."""
    try:
        at = float(stamp) * unit
    except ValueError:
        return False
    return math.isfinite(at) and abs(now - at) <= window


def digest_id(parts: Iterable[bytes]) -> str:
    """A delivery id for platforms that send none: the first 32 hex digits of SHA-256 over the parts."""
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big"))
        hashed.update(part)
    return hashed.hexdigest()[:32]
