"""Personal links as a spreadsheet for handing out: no name in it can run as a formula."""

import csv
import io
from collections.abc import Iterable

from starlette.responses import Response

from app.domain.people import RosterEntry
from app.web.exports import cell


def write(people: Iterable[tuple[RosterEntry, str]]) -> bytes:
    """One line for each person: UTF-8 with a byte order mark, without which Excel shows Chinese as noise."""
    out = io.StringIO(newline="")
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(("id", "name", "link"))
    for entry, link in people:
        table.writerow(map(cell, (entry.id, entry.name, link)))
    return out.getvalue().encode("utf-8-sig")


def attachment(people: Iterable[tuple[RosterEntry, str]]) -> Response:
    """A file that a browser saves and never shows."""
    headers = {"content-disposition": 'attachment; filename="links.csv"', "x-content-type-options": "nosniff"}
    return Response(write(people), headers=headers, media_type="text/csv; charset=utf-8")
