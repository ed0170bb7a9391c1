"""Whole groups of people in a line of a script's header: a class, its teachers, guests, a gang.

A group of `count` people makes key1, key2 ...; without a count it is one person called by its key. Pupils and teachers
stand on the list and sign in with an account unless the group says otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec

from app.domain.people import Participant, Role, RosterEntry
from app.replay import invented

Kind = Literal["pupil", "staff", "guest", "intruder"]
SCHOOL = "school.example"


class Group(msgspec.Struct, forbid_unknown_fields=True):
    """Some people of one kind.

    `names` are taken by turn; without them they are invented. `forms` = how those names stand in the lesson, by turn.
    `like` names another group whose people these are (second devices), or pretend to be (intruders). `by` = what the
    platform vouches for. `listed` = on the class's list. `hostile` = what they do disturbs the lesson.
    """

    kind: Kind = "pupil"
    count: Annotated[int, msgspec.Meta(ge=0, le=5000)] = 0
    language: invented.Language = "zh"
    names: tuple[str, ...] = ()
    forms: tuple[invented.Form, ...] = ("plain",)
    like: str = ""
    by: Literal["", "account", "link", "name"] = ""
    listed: bool | None = None
    hostile: bool | None = None
    role: Literal["", "host", "cohost", "attendee"] = ""
    network: str = ""

    @property
    def belongs(self) -> bool:
        """Whether these are people of the class."""
        return self.kind in ("pupil", "staff")

    def names_of(self, key: str, groups: Mapping[str, "Group"]) -> tuple[str, ...]:
        """Everybody's own name, in order."""
        if self.like and not self.names:
            theirs = groups[self.like].names_of(self.like, groups)
            return tuple(theirs[n % len(theirs)] for n in range(self.count or 1))
        names, offset = self.names, sum(map(ord, key)) % 7 if self.kind == "guest" else 0
        if names:
            return tuple(names[n % len(names)] for n in range(self.count or 1))
        if self.kind == "intruder":
            return tuple(invented.handle(n) for n in range(self.count or 1))
        return tuple(invented.pupil(self.language, n + 200 * offset) for n in range(self.count or 1))

    def keys(self, key: str) -> tuple[str, ...]:
        """How the script calls these people, in order."""
        return tuple(f"{key}{n}" for n in range(1, self.count + 1)) if self.count else (key,)


@dataclass(slots=True)
class Cast:
    """Everybody of a script."""

    people: dict[str, Participant] = field(default_factory=dict)
    roster: list[RosterEntry] = field(default_factory=list)
    hostile: set[str] = field(default_factory=set)
    belong: set[str] = field(default_factory=set)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)


def cast(groups: Mapping[str, Group]) -> Cast:
    """The people of these groups. Raises ValueError for a group that is like one that is not there, or like another."""
    done = Cast()
    for key, group in groups.items():
        if group.like and (group.like not in groups or groups[group.like].like):
            raise ValueError(f"{key}: like: {group.like!r} is no group with people of its own")
        done.groups[key] = group.keys(key)
        for n, (who, name) in enumerate(zip(done.groups[key], group.names_of(key, groups), strict=True)):
            _add(done, group, who, name, n, _self(group, who, n, groups))
    return done


def _self(group: Group, who: str, n: int, groups: Mapping[str, Group]) -> str:
    """By what key this person is known outside the lesson."""
    if not group.like:
        return who
    theirs = groups[group.like].keys(group.like)
    return theirs[n % len(theirs)]


def _add(done: Cast, group: Group, who: str, name: str, n: int, known: str) -> None:
    by = group.by or ("account" if group.belongs else "name")
    account, link = f"{known}@{SCHOOL}", f"link-{known}"
    role = group.role or ("host" if group.kind == "staff" else "attendee")
    done.people[who] = Participant(
        id=who, name=invented.shown(name, group.forms[n % len(group.forms)], n + 1),
        account=account if by == "account" else "", link=link if by == "link" else "", role=Role(role),
        network=group.network,
    )  # fmt: skip
    if (group.belongs if group.listed is None else group.listed) and not group.like:
        entry = RosterEntry(id=f"e-{who}", name=name, accounts=(account, link), staff=group.kind == "staff")
        done.roster.append(entry)
    if group.belongs:
        done.belong.add(who)
    if group.kind == "intruder" if group.hostile is None else group.hostile:
        done.hostile.add(who)


def chosen(told: str, groups: Mapping[str, Iterable[str]], people: Mapping[str, object]) -> tuple[str, ...]:
    """The people that a line names: keys, groups and ranges such as `p3-20`, parted by commas. Raises KeyError."""
    found: list[str] = []
    for part in told.replace(" ", "").split(","):
        if part in groups:
            found += groups[part]
            continue
        head, dash, last = part.rpartition("-")
        key = head.rstrip("0123456789")
        if dash and last.isdigit() and key != head:
            found += [f"{key}{n}" for n in range(int(head[len(key) :]), int(last) + 1)]
        else:
            found.append(part)
    for who in found:
        if who not in people:
            raise KeyError(who)
    return tuple(found)
