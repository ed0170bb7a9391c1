"""The people of a lesson as the panel lists them: strangers first, then names to check, pupils folded, hosts last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.actions import Button, Capabilities
from app.domain.people import Fact, Role, Trust
from app.domain.state import LessonState, Person, Status
from app.web.views.acts import Act, act
from app.web.views.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One presence. `line` says in one sentence where it is and what is known; `acts` come one tap away, `more` two."""

    id: str
    name: str
    mark: str
    line: str
    acts: tuple[Act, ...] = ()
    more: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People of one kind. A folded group shows its count and opens on demand."""

    key: str  # strangers, claimed, unchecked, pupils, hosts
    title: str
    count: str
    rows: tuple[PersonRow, ...]
    folded: bool = False


WAITING = ((Button.ADMIT, Button.DENY), (Button.BAN,))
INSIDE = ((Button.HOLD, Button.KICK), (Button.MUTE, Button.BAN))
PUPIL = ((Button.MUTE,), (Button.HOLD, Button.KICK, Button.BAN))

_MARKS = {"strangers": "stranger", "claimed": "claimed", "unchecked": "person", "pupils": "verified", "hosts": "host"}


def judged(state: LessonState) -> bool:
    """Whether there is a class list by which people can be told apart."""
    return bool(state.roster) and not state.roster_shrunk


def groups(state: LessonState, capabilities: Capabilities, reader: Reader) -> tuple[Group, ...]:
    """Everybody, in the order in which a teacher needs them. Groups without anybody are left out."""
    sorted_out: dict[str, list[Person]] = {key: [] for key in _MARKS}
    for person in (*state.inside.values(), *state.waiting.values()):
        sorted_out[_group_of(state, person)].append(person)
    titles = {
        "strangers": reader.words("Strangers"),
        "claimed": reader.words("Names to check"),
        "unchecked": reader.words("People, not checked"),
        "pupils": reader.words("Pupils"),
        "hosts": reader.words("Hosts"),
    }
    return tuple(
        Group(
            key=key,
            title=titles[key],
            count=_count(state, key, people),
            rows=tuple(_row(state, p, key, capabilities, reader) for p in people),
            folded=key in ("pupils", "hosts"),
        )
        for key, people in sorted_out.items()
        if people or (key == "pupils" and state.roster)
    )


def _group_of(state: LessonState, person: Person) -> str:
    if person.staff:
        return "hosts"
    if person.trusted:
        return "pupils"
    if not judged(state):
        return "unchecked"
    return "strangers" if person.match.trust is Trust.STRANGER else "claimed"


def _count(state: LessonState, key: str, people: Sequence[Person]) -> str:
    """How many; pupils against the class list."""
    if key != "pupils" or not judged(state):
        return str(len(people))
    listed = sum(not entry.staff for entry in state.roster.entries)
    return f"{sum(_inside(state, p) for p in people)} / {listed}"


def _inside(state: LessonState, person: Person) -> bool:
    return person.participant.id in state.inside


def _row(state: LessonState, person: Person, group: str, capabilities: Capabilities, reader: Reader) -> PersonRow:
    waits = not _inside(state, person)
    name = reader.name(person.participant.name)
    first, then = ((), ()) if person.staff else WAITING if waits else PUPIL if group == "pupils" else INSIDE

    def buttons(chosen: Iterable[Button]) -> tuple[Act, ...]:
        return tuple(act(reader, capabilities, b, live=state.status is Status.LIVE, name=name) for b in chosen)

    return PersonRow(
        id=person.participant.id,
        name=name,
        mark=_MARKS[group],
        line=" · ".join(_known(state, person, waits, reader)),
        acts=buttons(first),
        more=buttons(then),
    )


def _known(state: LessonState, person: Person, waits: bool, reader: Reader) -> Iterable[str]:
    words = reader.words
    if waits:
        yield words("In the waiting room")
    if person.staff:
        yield words.word("role", person.participant.role)
    elif person.vouched:
        yield words("Let in by a teacher")
    elif person.match.trust is Trust.CLAIMED and _owner_inside(state, person):
        yield words("The owner of this name is already in class")
    else:
        yield from (words.word("fact", fact) for fact in person.match.facts or (Fact.NOT_LISTED,))
    if person.share:
        yield words("shares the screen")
    if person.audio and person.participant.role is Role.ATTENDEE:
        yield words("microphone on")


def _owner_inside(state: LessonState, person: Person) -> bool:
    entry = person.match.entry
    others = (p for p in state.inside.values() if p.participant.id != person.participant.id)
    return entry is not None and any(p.match.entry == entry for p in others)
