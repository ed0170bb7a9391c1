"""Terms as programs and spreadsheets send them: JSON or CSV, with errors that name the line."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.domain.errors import Invalid, Malformed
from app.web.cells import decoded, harmless, plain
from policies.terms.lists import ANY, Term, checked

HEADINGS: dict[str, tuple[str, ...]] = {
    "severity": ("severity", "程度", "级别", "类别", "mức độ", "loại"),
    "language": ("language", "语言", "ngôn ngữ"),
    "term": ("term", "word", "词语", "词", "từ", "từ ngữ"),
    "note": ("note", "source", "备注", "来源", "ghi chú", "nguồn"),
}
_COLUMN = {heading: column for column, headings in HEADINGS.items() for heading in headings}
_CONTROL = str.maketrans(
    "\t\n", "\0\0"
)  # a tab inside a term would part it anew: it is refused like every control character


def read(kind: str, raw: bytes) -> tuple[Term, ...]:
    """The terms of a body of this media type. Raises Invalid naming every line that is wrong, and Malformed."""
    return _from_csv(raw) if kind == "text/csv" else _from_json(raw)


def write(terms: Iterable[Term]) -> bytes:
    """A spreadsheet of terms: UTF-8 with a byte order mark, no cell of which can run."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(HEADINGS)
    table.writerows(map(harmless, (t.severity, t.language, t.term, t.note)) for t in terms)
    return out.getvalue().encode("utf-8-sig")


def _from_json(raw: bytes) -> tuple[Term, ...]:
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        raise Malformed("", "the body is not JSON") from None
    if isinstance(told, dict) and "terms" in told:
        told = told["terms"]
    if not isinstance(told, list):
        raise Invalid(problems=(("terms", "a list of objects with severity, language, term and note"),))
    wrong = [(f"line {n}", problem) for n, line in enumerate(told, 1) if (problem := _shape(line))]
    if wrong:
        raise Invalid(problems=tuple(wrong[:500]))
    return checked([_term(line) for line in told])


def _shape(line: Any) -> str:
    if not isinstance(line, dict):
        return "an object with severity, language, term and note"
    unknown = [str(name)[:40] for name in line if name not in HEADINGS]
    if unknown:
        return "no such field: " + ", ".join(unknown[:5])
    return "" if all(isinstance(value, str) for value in line.values()) else "text in every field"


def _term(cells: dict[str, str]) -> Term:
    severity, language, term, note = (plain(cells.get(name, "")).translate(_CONTROL) for name in HEADINGS)
    site = severity == "site"
    return Term(severity, language or (ANY if site else ""), term.casefold() if site else term, note)


def _from_csv(raw: bytes) -> tuple[Term, ...]:
    lines: list[int] = []
    terms: list[Term] = []
    for line, cells in _rows(decoded(raw, "terms")):
        lines.append(line)
        terms.append(_term(cells))
    return checked(terms, lines)


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by column) of each row that is not blank."""
    head = text.lstrip().partition("\n")[0]
    delimiter = next((d for d in (",", "\t", ";") if d in head), ",")
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: Sequence[str] = ()
    try:
        for cells in table:
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _columns(cells, table.line_num)
                continue
            if any(cell.strip() for cell in cells[len(columns) :]):
                raise Invalid(
                    problems=((f"line {table.line_num}", f"{len(cells)} cells under {len(columns)} headings"),)
                )
            yield table.line_num, dict(zip(columns, cells, strict=False))
        if not columns:
            _columns((), 1)
    except csv.Error as e:
        raise Invalid(problems=((f"line {table.line_num}", f"not CSV: {e}"),)) from None


def _columns(headings: Sequence[str], line: int) -> Sequence[str]:
    columns = [_COLUMN.get(" ".join(unicodedata.normalize("NFKC", h).casefold().split()), "") for h in headings]
    wrong = [f"no column {name}" for name in ("severity", "language", "term") if name not in columns]
    wrong += [f"two columns {name}" for name in HEADINGS if columns.count(name) > 1]
    if wrong:
        raise Invalid(problems=tuple((f"line {line}", problem) for problem in wrong))
    return columns
