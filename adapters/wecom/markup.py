"""The XML of callbacks, read without document types, entities or anything to fetch, and not beyond a size. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from adapters.wecom import people

LARGEST = 256 * 1024  # bytes; the longest documented notification has one kilobyte
MOST_ROWS = 200  # elements of one name that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The first two levels of a callback: texts, and groups of texts, by element name. Deeper ones do not exist."""

    texts: Mapping[str, str]
    groups: Mapping[str, tuple[Mapping[str, str], ...]]

    def __getitem__(self, name: str) -> str:
        """The text of that element, without white space around it; "" when it is missing."""
        return self.texts.get(name, "")

    def group(self, name: str) -> tuple[Mapping[str, str], ...]:
        """Every element of that name that has elements of its own."""
        return self.groups.get(name, ())


def read(content: bytes) -> Document | None:
    """The document; None for what is no XML, has a document type or entities, or is too large."""
    if len(content) > LARGEST:
        return None
    try:
        root = defusedxml.ElementTree.fromstring(content, forbid_dtd=True)
    except (SyntaxError, ValueError, LookupError, DefusedXmlException):
        return None
    texts: dict[str, str] = {}
    groups: dict[str, list[Mapping[str, str]]] = {}
    for child in root:
        inner = {part.tag: _text(part.text) for part in reversed(child)}
        if not inner:
            texts.setdefault(child.tag, _text(child.text))
        elif len(groups.setdefault(child.tag, [])) < MOST_ROWS:
            groups[child.tag].append(inner)
    return Document(texts=texts, groups={name: tuple(rows) for name, rows in groups.items()})


def _text(value: str | None) -> str:
    return people.text((value or "").strip(), LARGEST)
