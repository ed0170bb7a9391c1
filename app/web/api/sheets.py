"""Rosters as spreadsheets: CSV as schools export it in China and Vietnam, and CSV that is safe to open.

Columns id, name, aliases, accounts (and staff) under English, Chinese or Vietnamese headings, in any order; several
values in a cell are separated by semicolons. Errors name the line.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.domain.errors import Invalid
from app.domain.people import RosterEntry
from app.store.desk.roster import MOST_ENTRIES, PROBLEMS, checked, without_link
from app.web.cells import decoded, harmless, plain

HEADINGS: dict[str, tuple[str, ...]] = {
    "id": ("id", "student id", "student_id", "学号", "學號", "学籍号", "编号", "mã hs", "mã học sinh", "mshs", "mã số"),
    "name": ("name", "student name", "姓名", "名字", "họ tên", "họ và tên", "tên học sinh"),
    "aliases": ("aliases", "alias", "别名", "曾用名", "昵称", "tên khác", "biệt danh", "tên gọi khác"),
    "accounts": ("accounts", "account", "mail", "email", "账号", "帐号", "账户", "邮箱", "tài khoản", "thư điện tử"),
    "staff": ("staff", "teacher", "教师", "老师", "giáo viên"),
}
_COLUMN = {heading: column for column, headings in HEADINGS.items() for heading in headings}
_YES = frozenset({"1", "true", "yes", "x", "y", "是", "有"})
_SEVERAL = re.compile("[;；]")


def read(raw: bytes) -> tuple[RosterEntry, ...]:
    """The entries of a spreadsheet. Raises Invalid naming the lines that are wrong."""
    text = decoded(raw, "roster")
    lines: list[int] = []
    entries: list[RosterEntry] = []
    try:
        for line, cells in _rows(text):
            lines.append(line)
            entries.append(_entry(cells))
            if len(entries) > MOST_ENTRIES:
                raise Invalid(problems=((f"line {line}", f"at most {MOST_ENTRIES} people"),))
        return checked(entries)
    except Invalid as e:
        raise Invalid(problems=tuple(_by_line(e.problems, lines))) from None


def write(entries: Sequence[RosterEntry]) -> bytes:
    """A spreadsheet of the entries: UTF-8 with a byte order mark, without which Excel shows Chinese as noise."""
    with_staff = any(entry.staff for entry in entries)
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(("id", "name", "aliases", "accounts", *(("staff",) if with_staff else ())))
    for entry in map(without_link, entries):
        cells = (entry.id, entry.name, ";".join(entry.aliases), ";".join(entry.accounts))
        table.writerow((*map(harmless, cells), *(("1" if entry.staff else "",) if with_staff else ())))
    return out.getvalue().encode("utf-8-sig")


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by column) of each row that is not blank."""
    heading = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = next((d for d in (",", "\t", ";") if d in heading), ",")
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    while (cells := _next(table)) is not None:
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = _columns(cells, table.line_num)
            continue
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            raise Invalid(problems=((f"line {table.line_num}", f"{len(cells)} cells under {len(columns)} headings"),))
        yield table.line_num, dict(zip(columns, cells, strict=False))
    if not columns:
        _columns([], 1)


def _next(table: Any) -> list[str] | None:
    """The next row of a csv.reader; None at the end. Raises Invalid naming the line."""
    try:
        row: list[str] | None = next(table, None)
    except csv.Error as e:
        raise Invalid(problems=((f"line {table.line_num}", f"not CSV: {e}"),)) from None
    return row


def _columns(headings: Sequence[str], line: int) -> list[str]:
    columns = [_COLUMN.get(_folded(h), "") for h in headings]
    problems = [
        (f"line {line}", f"no column {wanted}: call it one of {', '.join(HEADINGS[wanted][:8])}")
        for wanted in ("id", "name")
        if wanted not in columns
    ]
    problems += [(f"line {line}", f"two columns {c}") for c in HEADINGS if columns.count(c) > 1]
    if problems:
        raise Invalid(problems=tuple(problems))
    return columns


def _folded(heading: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", heading).casefold().split())


def _entry(cells: dict[str, str]) -> RosterEntry:
    return RosterEntry(
        id=plain(cells.get("id", "")),
        name=plain(cells.get("name", "")),
        aliases=_several(cells.get("aliases", "")),
        accounts=_several(cells.get("accounts", "")),
        staff=_folded(cells.get("staff", "")) in _YES,
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in _SEVERAL.split(plain(cell)) if part.strip()))


def _by_line(problems: Iterable[tuple[str, str]], lines: Sequence[int]) -> Iterator[tuple[str, str]]:
    """The same problems, with lines where the roster's check counts entries."""

    def at(entry: re.Match[str]) -> str:
        return f"line {lines[int(entry[1])]}, "

    for field, problem in list(problems)[:PROBLEMS]:
        said = re.sub(r"of entry (\d+)", lambda m: f"of line {lines[int(m[1])]}", problem)
        yield re.sub(r"^roster\[(\d+)\]\.", at, field), said
