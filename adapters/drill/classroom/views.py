"""How people and rooms look: in the lists for the host's programs, and on a person's own page."""

from dataclasses import asdict
from typing import Any

from adapters.drill.classroom.happenings import as_participant, as_switches
from adapters.drill.classroom.people import Person, Place
from adapters.drill.classroom.room import Room
from adapters.drill.classroom.settings import Hidden


def as_list(room: Room, hides: frozenset[Hidden]) -> dict[str, Any]:
    """The list for the host's programs, without what this platform hides."""
    answer: dict[str, Any] = {
        "live": room.live,
        "occurrence": room.occurrence,
        "title": room.title,
        "inside": [as_row(p) for p in room.present(Place.INSIDE)],
        "announcement": room.announcement,
    }
    if Hidden.WAITING_ROOM not in hides:
        answer["waiting"] = [as_row(p) for p in room.present(Place.WAITING)]
    if Hidden.SWITCHES not in hides:
        answer["switches"] = as_switches(room.switches)
    return answer


def as_row(person: Person) -> dict[str, Any]:
    """A person in a list, with what he sends."""
    media = {"audio": person.audio, "video": person.video, "share": person.share}
    return {**as_participant(person), **media, "silenced": person.silenced, "notice": person.notice}


def as_page(room: Room, id: str) -> dict[str, Any]:
    """What one person's own page shows. Those who wait or are out see nothing of the room."""
    me = room.person(id)
    view: dict[str, Any] = {
        "title": room.title,
        "live": room.live,
        "me": {
            "id": me.id, "name": me.name, "place": me.place.value, "role": me.role.value, "audio": me.audio,
            "video": me.video, "share": me.share, "silenced": me.silenced, "notice": me.notice,
            "left_because": me.left_because,
        },
    }  # fmt: skip
    if me.place is not Place.INSIDE:
        return view
    inside = room.present(Place.INSIDE)
    shown = sorted(inside, key=lambda p: (p.id != me.id, not p.share, not p.audio))[:60]
    view["switches"] = as_switches(room.switches)
    view["announcement"] = room.announcement
    view["count"] = len(inside)
    view["people"] = [
        {"id": p.id, "name": p.name, "role": p.role.value, "audio": p.audio, "video": p.video, "share": p.share}
        for p in shown
    ]
    view["chat"] = [asdict(m) for m in list(room.messages.values())[-40:]]
    return view
