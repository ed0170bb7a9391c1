"""The two documents of a course, each with a version: its own policy layer, and the roster of those who belong."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from app.domain.errors import Conflict
from app.domain.people import RosterEntry
from app.store import codec, strikes
from app.store import tables as t
from app.store.desk.courses import change, read
from app.store.desk.roster import RosterChange, carried, checked, linked, shrunk


class DocumentsDesk:
    """Reads and replaces policies and rosters; a live lesson takes over a new version with its next event."""

    def __init__(self, reader: Engine, writer: Engine, now: Callable[[], float]) -> None:
        self._reader, self._writer, self._now = reader, writer, now

    def policy(self, school: str, course: str) -> tuple[dict[str, Any], int]:
        """The course's own policy document and its version. Raises NotFound."""
        with self._reader.begin() as db:
            row = read(db, school, course, t.courses.c.policy, t.courses.c.policy_version)
        document: dict[str, Any] = json.loads(row.policy)
        return document, row.policy_version

    def put_policy(self, school: str, course: str, document: Mapping[str, Any], *, seen: int | None = None) -> int:
        """Replace the document (validated by the caller); its new version.

        `seen` is the version that the writer had before his eyes. Raises NotFound, and Conflict when it moved since.
        """
        with self._writer.begin() as db:
            version: int = read(db, school, course, t.courses.c.policy_version, lock=True).policy_version
            _unmoved(version, seen)
            change(db, school, course, policy=json.dumps(document), policy_version=version + 1)
        return version + 1

    def roster(self, school: str, course: str) -> tuple[tuple[RosterEntry, ...], RosterChange]:
        """Who belongs, with version and size. Raises NotFound."""
        c = t.courses.c
        with self._reader.begin() as db:
            row = read(db, school, course, c.roster, c.roster_version, c.roster_shrunk)
        entries = codec.roster_from(row.roster).entries
        return entries, RosterChange(version=row.roster_version, size=len(entries), shrunk=row.roster_shrunk)

    def put_roster(
        self, school: str, course: str, entries: Sequence[RosterEntry], *, confirm_shrink: bool = False,
        seen: int | None = None,
    ) -> RosterChange:  # fmt: skip
        """Replace who belongs. Raises NotFound, Invalid, and Conflict when the version is not `seen` any more."""
        told = checked(entries)
        c = t.courses.c
        with self._writer.begin() as db:
            row = read(db, school, course, c.roster, c.roster_version, c.roster_shrunk, lock=True)
            _unmoved(row.roster_version, seen)
            before = codec.roster_from(row.roster).entries
            told = carried(before, told)
            made = RosterChange(
                version=row.roster_version + 1,
                size=len(told),
                shrunk=shrunk(len(before), len(told), was=row.roster_shrunk, confirmed=confirm_shrink),
            )
            change(db, school, course, roster=codec.roster_text(told), roster_version=made.version,
                    roster_shrunk=made.shrunk, roster_at=self._now())  # fmt: skip
            if not made.shrunk:  # a list that nobody believes takes nobody off it
                strikes.leave(db, school, course, {e.id for e in before} - {e.id for e in told})
        return made

    def give_links(
        self, school: str, course: str, *, renew: bool = False
    ) -> tuple[tuple[RosterEntry, ...], RosterChange | None]:
        """Everybody on the list with a token for a link; what changed, None when all had one. Raises NotFound."""
        c = t.courses.c
        with self._writer.begin() as db:
            row = read(db, school, course, c.roster, c.roster_version, c.roster_shrunk, lock=True)
            before = codec.roster_from(row.roster).entries
            after = linked(before, renew=renew)
            if after == before:
                return before, None
            made = RosterChange(version=row.roster_version + 1, size=len(after), shrunk=row.roster_shrunk)
            change(db, school, course, roster=codec.roster_text(after), roster_version=made.version)
        return after, made


def _unmoved(version: int, seen: int | None) -> None:
    if seen is not None and seen != version:
        raise Conflict(f"version {version} is in force, not {seen}: load it again")
