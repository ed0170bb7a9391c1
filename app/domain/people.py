"""Who is in a lesson, who belongs there, and how sure we are."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What the platform lets a participant do."""

    HOST = "host"
    COHOST = "cohost"
    ATTENDEE = "attendee"


class Trust(StrEnum):
    """How well a participant is known."""

    VERIFIED = "verified"  # the platform vouches for an account or a personal link of the roster
    CLAIMED = "claimed"  # only the name fits
    STRANGER = "stranger"


class Fact(StrEnum):
    """What a match rests on; each becomes one sentence in three languages."""

    ACCOUNT = "account"
    LINK = "link"
    STAFF = "staff"  # host or co-host by the platform's word, and a teacher of the course by account
    NAME = "name"
    NAME_TWICE = "name_twice"  # several roster entries carry this name
    NO_ROSTER = "no_roster"
    NOT_LISTED = "not_listed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One presence in a lesson, as the platform describes it. Every text here may be attacker-controlled.

    `id` is the platform's id of this presence; `account` the platform's account id ("" for guests); `link` the
    opaque personal-link or room token that the platform hands back ("" if none); `address` is opaque to
    Menshen: whatever the adapter needs to reach this presence again (device code, session handle), copied from
    the newest event; `accounts` further account ids of the same person that the platform vouches for.
    """

    id: str
    name: str = ""
    account: str = ""
    email: str = ""
    link: str = ""
    role: Role = Role.ATTENDEE
    address: str = ""
    network: str = ""
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """A person who belongs to the course. `accounts` holds account ids, e-mails and personal-link tokens."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    staff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whom a participant was matched to, how strongly, and on which facts."""

    entry: str | None
    trust: Trust
    facts: tuple[Fact, ...] = ()


def name_key(name: str) -> str:
    """The form of a name used for comparing only: NFKC, no ignorables or blank fillers, case and spaces folded.

    The original stays as evidence. "đ" does not decompose in Unicode, so it is mapped by hand.
    """
    text = unicodedata.normalize("NFKC", name).replace("đ", "d").replace("Đ", "D")
    spaced = (" " if c.isspace() else c for c in text)  # a tab is a control character, but it does part two words
    kept = (c for c in spaced if unicodedata.category(c) not in _IGNORED and c not in FILLERS)
    return " ".join("".join(kept).casefold().split())


_IGNORED = frozenset({"Cf", "Cc", "Co", "Cn"})
FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")  # letters by category, blank to the eye


class Roster:
    """The list of those who belong, indexed for matching. An empty roster means: not loaded.

    A list may come packed: `unpack` gives the entries when somebody is first looked up, because most events of most
    lessons ask for nobody. Equal rosters have equal entries.
    """

    __slots__ = ("_accounts", "_entries", "_names", "_unpack")

    def __init__(
        self, entries: tuple[RosterEntry, ...] = (), *, unpack: Callable[[], tuple[RosterEntry, ...]] | None = None
    ) -> None:
        self._entries = None if unpack else entries
        self._unpack = unpack
        self._accounts: dict[str, RosterEntry] | None = None
        self._names: dict[str, tuple[RosterEntry, ...]] | None = None

    @property
    def entries(self) -> tuple[RosterEntry, ...]:
        """Everybody, in the order of the list."""
        if self._entries is None:
            self._entries = self._unpack() if self._unpack else ()
        return self._entries

    @property
    def _by_account(self) -> dict[str, RosterEntry]:
        if self._accounts is None:
            self._accounts = {a.casefold(): e for e in self.entries for a in e.accounts if a}
        return self._accounts

    @property
    def _by_name(self) -> dict[str, tuple[RosterEntry, ...]]:
        if self._names is None:
            self._names = _index_names(self.entries)
        return self._names

    def __bool__(self) -> bool:
        return self._entries is None or bool(self._entries)  # an empty list never comes packed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Roster) and self.entries == other.entries

    def __hash__(self) -> int:
        return hash(self.entries)

    def __repr__(self) -> str:
        return f"Roster({self.entries!r})"

    def by_account(self, *accounts: str) -> RosterEntry | None:
        """The entry that lists one of these accounts, e-mails or link tokens; None if none does."""
        return next((e for a in accounts if a and (e := self._by_account.get(a.casefold()))), None)

    def by_name(self, name: str) -> tuple[RosterEntry, ...]:
        """All entries whose name or alias compares equal."""
        return self._by_name.get(name_key(name), ())


def _index_names(entries: Iterable[RosterEntry]) -> dict[str, tuple[RosterEntry, ...]]:
    index: dict[str, tuple[RosterEntry, ...]] = {}
    for entry in entries:
        for key in {name_key(n) for n in (entry.name, *entry.aliases)} - {""}:
            index[key] = (*index.get(key, ()), entry)
    return index


def match(roster: Roster, participant: Participant) -> Match:
    """Match a presence to the roster: account or personal link first, then name; never by name alone to verified."""
    if not roster:
        return Match(entry=None, trust=Trust.STRANGER, facts=(Fact.NO_ROSTER,))
    if participant.link and (entry := roster.by_account(participant.link)):
        return Match(entry=entry.id, trust=Trust.VERIFIED, facts=(Fact.LINK,))
    if entry := roster.by_account(participant.account, participant.email, *participant.accounts):
        return Match(entry=entry.id, trust=Trust.VERIFIED, facts=(Fact.ACCOUNT,))
    named = roster.by_name(participant.name)
    if len(named) == 1:
        return Match(entry=named[0].id, trust=Trust.CLAIMED, facts=(Fact.NAME,))
    if named:
        return Match(entry=None, trust=Trust.CLAIMED, facts=(Fact.NAME_TWICE,))
    return Match(entry=None, trust=Trust.STRANGER, facts=(Fact.NOT_LISTED,))
