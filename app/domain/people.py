"""Who is in a lesson, who belongs there, and how sure we are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.names import Keys, Likeness, keys_of, name_key


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
    LINK_SHARED = "link_shared"  # by a personal link that more people use at once than one person has devices
    REGISTERED = "registered"  # by an e-mail that the platform tells
    STAFF = "staff"  # the entry is a teacher's
    NAME = "name"
    NAME_LOOSE = "name_loose"  # the name but for order, accents, numbers, words of address, old characters, disguise
    NAME_TWICE = "name_twice"  # several roster entries carry this name
    DISGUISED = "disguised"  # letters that only look like the name's, or blank ones among them
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


class Roster:
    """The list of those who belong, indexed for matching. An empty roster means: not loaded.

    A list may come packed: `unpack` gives the entries when somebody is first looked up, because most events of most
    lessons ask for nobody. Equal rosters have equal entries.
    """

    __slots__ = ("_accounts", "_entries", "_likes", "_names", "_staff", "_unpack")

    def __init__(
        self, entries: tuple[RosterEntry, ...] = (), *, unpack: Callable[[], tuple[RosterEntry, ...]] | None = None
    ) -> None:
        self._entries = None if unpack else entries
        self._unpack = unpack
        self._accounts: dict[str, RosterEntry] | None = None
        self._names: dict[str, tuple[RosterEntry, ...]] | None = None
        self._likes: dict[tuple[Likeness, str], tuple[RosterEntry, ...]] | None = None
        self._staff: tuple[Keys, ...] | None = None

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

    @property
    def _by_likeness(self) -> dict[tuple[Likeness, str], tuple[RosterEntry, ...]]:
        if self._likes is None:
            self._likes = _index_likes(self.entries)
        return self._likes

    @property
    def staff_names(self) -> tuple[Keys, ...]:
        """The names and aliases of those who teach, as they are compared."""
        if self._staff is None:
            names = {n: None for e in self.entries if e.staff for n in (e.name, *e.aliases) if name_key(n)}
            self._staff = tuple(map(keys_of, names))
        return self._staff

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
        """All entries whose name or alias compares equal, but for what nobody sees."""
        return self._by_name.get(name_key(name), ())

    def by_likeness(self, name: str) -> tuple[Likeness, tuple[RosterEntry, ...]]:
        """The entries whose names are most like this one, and how like they are."""
        if same := self.by_name(name):
            return Likeness.SAME, same
        for how, key in _forms(keys_of(name)):
            if found := self._by_likeness.get((how, key)):
                return how, found
        return Likeness.NONE, ()


def _forms(keys: Keys) -> tuple[tuple[Likeness, str], ...]:
    return (Likeness.FORM, keys.plain), (Likeness.ACCENTS, keys.bare), (Likeness.GLANCE, keys.glance)


def _index_likes(entries: Iterable[RosterEntry]) -> dict[tuple[Likeness, str], tuple[RosterEntry, ...]]:
    """Entries by the looser forms of their names; a form in which only numbers told people apart leads to nobody."""
    index: dict[tuple[Likeness, str], dict[str, RosterEntry]] = {}
    names: dict[tuple[Likeness, str], set[str]] = {}
    numbered: set[tuple[Likeness, str]] = set()
    for entry in entries:
        for keys in map(keys_of, (entry.name, *entry.aliases)):
            for form in _forms(keys):
                if not form[1]:
                    continue
                index.setdefault(form, {})[entry.id] = entry
                names.setdefault(form, set()).add(keys.exact)
                if keys.numbered:
                    numbered.add(form)
    useless = {f for f in numbered if len(index[f]) > 1 and len(names[f]) > 1}
    return {form: tuple(found.values()) for form, found in index.items() if form not in useless}


def _index_names(entries: Iterable[RosterEntry]) -> dict[str, tuple[RosterEntry, ...]]:
    index: dict[str, tuple[RosterEntry, ...]] = {}
    for entry in entries:
        for key in {name_key(n) for n in (entry.name, *entry.aliases)} - {""}:
            index[key] = (*index.get(key, ()), entry)
    return index


def match(roster: Roster, participant: Participant) -> Match:
    """Match a presence to the roster by the strongest there is: link or account, registration, then name.

    A name alone never proves anything, however well it fits.
    """
    if not roster:
        return Match(entry=None, trust=Trust.STRANGER, facts=(Fact.NO_ROSTER,))
    if participant.link and (entry := roster.by_account(participant.link)):
        return _verified(entry, Fact.LINK)
    if entry := roster.by_account(participant.account, *participant.accounts):
        return _verified(entry, Fact.ACCOUNT)
    if entry := roster.by_account(participant.email):
        return _verified(entry, Fact.REGISTERED)
    return _named(roster, participant.name)


def _verified(entry: RosterEntry, fact: Fact) -> Match:
    facts = (fact, Fact.STAFF) if entry.staff else (fact,)
    return Match(entry=entry.id, trust=Trust.VERIFIED, facts=facts)


def _named(roster: Roster, name: str) -> Match:
    """Whom the name alone claims to be."""
    how, found = roster.by_likeness(name)
    if not found:
        return Match(entry=None, trust=Trust.STRANGER, facts=(Fact.NOT_LISTED,))
    facts = [Fact.NAME if how is Likeness.SAME else Fact.NAME_LOOSE]
    if len(found) > 1:
        facts = [Fact.NAME_TWICE, *facts[: how is not Likeness.SAME]]
    if keys_of(name).disguised:
        facts.append(Fact.DISGUISED)
    return Match(entry=found[0].id if len(found) == 1 else None, trust=Trust.CLAIMED, facts=tuple(facts))
