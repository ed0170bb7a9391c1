"""Cells of spreadsheets that people send and open: what they are written in, and what must not run."""

from app.domain.errors import Invalid

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that begins so


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def plain(cell: str) -> str:
    """A cell without the apostrophe that keeps it from being run, and without spaces around."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def decoded(raw: bytes, field: str) -> str:
    """UTF-8 or UTF-16 as its mark says, else UTF-8, else what Chinese Windows writes."""
    try:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            return raw.decode("utf-16")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        raise Invalid(problems=((field, "text in UTF-8 or GB18030"),)) from None
