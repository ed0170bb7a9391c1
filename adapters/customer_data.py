"""`customer_data`: the vendor's wrapping of what a personal link hands back, the same for both platforms of Tencent."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from adapters import untrusted
from adapters.wire import dumps
from app.domain.errors import Refused

LONGEST_TOKEN = 160  # ASCII characters, so that the wrapped form stays within 256 bytes
LONGEST = 512  # characters read of a `customer_data`


def wrapped(platform: str, token: str) -> str:
    """A token in the vendor's wrapping: base64 of {"ver","userData"}. Raises Refused for one that does not fit."""
    if not 1 <= len(token) <= LONGEST_TOKEN or not token.isascii() or not token.isprintable():
        raise Refused(platform, "a link token must be 1 to 160 printable ASCII characters", code="token")
    return base64.b64encode(dumps({"ver": "1.0", "userData": token})).decode()


def user_data(value: object, longest: int) -> str:
    """Our token out of `customer_data`: base64 of {"ver","userData"} as sent, that JSON itself, or the bare token.

    Of what was wrapped `longest` characters are kept.
    """
    plain = untrusted.text(value, LONGEST).strip()
    for candidate in (plain, _decoded(plain)):
        wrapper = _object(candidate)
        if "userData" in wrapper:
            return untrusted.text(wrapper["userData"], longest)
    return plain


def _decoded(plain: str) -> str:
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _object(candidate: str) -> Mapping[str, Any]:
    return untrusted.members(untrusted.loads(candidate)) if candidate.startswith("{") else {}
