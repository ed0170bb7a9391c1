"""A course's list of those who belong: what a valid one looks like, and when a shorter one is not believed."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.domain.errors import Invalid
from app.domain.people import RosterEntry
from app.store.desk import typed

MOST_ENTRIES = 5000
MOST_ALIASES = 20
ID = 128
PROBLEMS = 50  # told at once; the rest shows when these are mended

LINK = "pl_"  # how a token of a personal link begins among the accounts of an entry
LINK_BYTES = 18

GUARDED_FROM = 10  # people; a shorter list may lose anybody without a question
MAY_LOSE = 0.2  # the part of a list that may go at once


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChange:
    """A list that is in force now. `shrunk` = so much shorter that nobody is judged by it until it is confirmed."""

    version: int
    size: int
    shrunk: bool


def checked(entries: Sequence[RosterEntry]) -> tuple[RosterEntry, ...]:
    """The entries as they will be kept. Raises Invalid naming each place that is wrong."""
    problems: list[tuple[str, str]] = []
    if len(entries) > MOST_ENTRIES:
        raise Invalid(problems=(("roster", f"at most {MOST_ENTRIES} people"),))
    ids: dict[str, int] = {}
    owners: dict[str, int] = {}
    for i, entry in enumerate(entries):
        problems.extend((f"roster[{i}].{field}", wrong) for field, wrong in _wrong(entry))
        if ids.setdefault(entry.id, i) != i:
            problems.append((f"roster[{i}].id", f"is the id of entry {ids[entry.id]} already"))
        for account in entry.accounts:
            if owners.setdefault(account.casefold(), i) != i:
                problems.append((f"roster[{i}].accounts", f"an account of entry {owners[account.casefold()]} already"))
    if problems:
        raise Invalid(problems=tuple(problems[:PROBLEMS]))
    return tuple(entries)


def _wrong(entry: RosterEntry) -> Iterable[tuple[str, str]]:
    for field, value, longest in (("id", entry.id, ID), ("name", entry.name, typed.LINE)):
        if wrong := typed.problem(value, at_most=longest):
            yield field, wrong
    for field, values, longest in (("aliases", entry.aliases, typed.LINE), ("accounts", entry.accounts, typed.MAIL)):
        if len(values) > MOST_ALIASES:
            yield field, f"at most {MOST_ALIASES}"
        for value in values:
            if wrong := typed.problem(value, at_most=longest):
                yield field, wrong


def shrunk(before: int, after: int, *, was: bool, confirmed: bool) -> bool:
    """Whether a replacement of `before` people by `after` is too short to be believed.

    An unbelieved list stays so when it is sent again (a broken nightly export does that), until somebody confirms it
    or it grows back by what was lost at least.
    """
    if confirmed:
        return False
    if was:
        return after < max(GUARDED_FROM, before / (1 - MAY_LOSE))
    return before >= GUARDED_FROM and after < before * (1 - MAY_LOSE)


# --- personal links ---------------------------------------------------------------------------------------------------


def link_of(entry: RosterEntry) -> str:
    """The token in somebody's personal link; "" when he has none."""
    return next((account for account in entry.accounts if account.startswith(LINK)), "")


def without_link(entry: RosterEntry) -> RosterEntry:
    """An entry as people and platforms may see it: whoever reads the token could come in as its owner."""
    return replace(entry, accounts=tuple(a for a in entry.accounts if not a.startswith(LINK)))


def with_link(entry: RosterEntry, token: str) -> RosterEntry:
    """An entry with this token instead of the one before."""
    plain = without_link(entry)
    return replace(plain, accounts=(*plain.accounts, token)) if token else plain


def linked(entries: Iterable[RosterEntry], *, renew: bool) -> tuple[RosterEntry, ...]:
    """Everybody but staff with a token; those who have one keep it, unless all are made anew."""

    def token(entry: RosterEntry) -> str:
        kept = "" if renew else link_of(entry)
        return kept or LINK + secrets.token_urlsafe(LINK_BYTES)

    return tuple(e if e.staff else with_link(e, token(e)) for e in entries)


def carried(before: Iterable[RosterEntry], after: Iterable[RosterEntry]) -> tuple[RosterEntry, ...]:
    """A new list in which those who were there keep their links: a nightly export knows nothing of them."""
    tokens = {entry.id: link_of(entry) for entry in before}
    return tuple(with_link(e, link_of(e) or tokens.get(e.id, "")) for e in after)
