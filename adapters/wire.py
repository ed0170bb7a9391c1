"""What a request to a vendor is written as: its path and query, one segment of a path, its JSON body."""

import json
from collections.abc import Sequence
from urllib.parse import quote

Query = Sequence[tuple[str, str | int]]


def target(path: str, query: Query) -> str:
    """Path and query as they are signed and sent: a "+" in a value travels as "%2B", half a surrogate pair as "?"."""
    pairs = "&".join(f"{name}={quote(str(value), safe='', errors='replace')}" for name, value in query)
    return f"{path}?{pairs}" if pairs else path


def segment(text: str) -> str:
    """One path segment: whatever comes must not reach another path."""
    return quote(text, safe="")


def dumps(document: object) -> bytes:
    """JSON in UTF-8 without spaces, made once; half a surrogate pair of a hostile text becomes a question mark.

    Nothing is escaped that need not be: to WeCom an escape is error 40033.
    """
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
