"""One meeting: who is in it, what its switches say, and who may do what. No clock, no network, no randomness."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from adapters.drill.classroom.happenings import Happening, Happenings, Message, Name, Switches, as_switches
from adapters.drill.classroom.people import NAME_LENGTH, TEXT_LENGTH, Ban, Person, Place, Role, Visitor, clean

CAPACITY = 2000  # persons at a time
MEMORY = 20_000  # presences, lines of chat and seat keys that are remembered; older ones are forgotten


class Refusal(Exception):
    """The room does not do that. `code` says why and is part of the API."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_MEDIA = {
    "audio": (Name.AUDIO_UNMUTED, Name.AUDIO_MUTED),
    "video": (Name.VIDEO_STARTED, Name.VIDEO_STOPPED),
    "share": (Name.SHARE_STARTED, Name.SHARE_STOPPED),
}


class Room:
    """A meeting over its life. Every command returns what happened, in order; nothing happened = nothing returned."""

    def __init__(self, *, id: str, title: str = "", has_waiting_room: bool = True) -> None:
        self.id = id
        self.title = title
        self.has_waiting_room = has_waiting_room
        self.live = False
        self.occurrence = ""
        self.switches = Switches()
        self.persons: dict[str, Person] = {}
        self.messages: dict[str, Message] = {}
        self.bans: dict[str, Ban] = {}
        self.announcement = ""
        self.invited: dict[str, str] = {}  # name by token of a personal link
        self.host_first = False  # whether a host who comes starts the lesson
        self._count = 0

    # The life of the meeting

    def start(self, occurrence: str) -> Happenings:
        """Open the room for a new occurrence: bans and switches of the meeting stay, the people do not."""
        if self.live:
            return ()
        self.live, self.occurrence = True, occurrence
        self.persons, self.messages, self.announcement, self._count = {}, {}, "", 0
        return (Happening(name=Name.STARTED, more={"switches": as_switches(self.switches)}),)

    def end(self) -> Happenings:
        """Close the room; everybody is put out at once."""
        if not self.live:
            return ()
        self.live = False
        for person in self.present():
            self._put(person, place=Place.GONE, left_because="ended", audio=False, video=False, share=False)
        self.switches = replace(self.switches, recording=False, muted_all=False, locked=False)
        return (Happening(name=Name.ENDED),)

    # What one can see

    def present(self, *places: Place) -> tuple[Person, ...]:
        """Everybody in one of these places; without places, everybody who is not gone."""
        wanted = places or (Place.WAITING, Place.INSIDE)
        return tuple(p for p in self.persons.values() if p.place in wanted)

    def person(self, id: str) -> Person:
        """Somebody who is or was here in this occurrence."""
        if id not in self.persons:
            raise Refusal("unknown_participant")
        return self.persons[id]

    # What anybody may try

    def join(self, visitor: Visitor) -> tuple[Person, Happenings]:
        """Come to the door: into the room, into the waiting room, or refused."""
        self._admissible(visitor)
        leads = visitor.role is not Role.ATTENDEE
        waits = self.switches.waiting_room and self.has_waiting_room and not leads
        person = Person(
            id=self._next("p"),
            name=clean(visitor.name, NAME_LENGTH) or "?",
            account=visitor.account,
            link=visitor.link,
            device=visitor.device,
            role=visitor.role,
            ip=visitor.ip,
            place=Place.WAITING if waits else Place.INSIDE,
        )
        self.persons[person.id] = person
        _forget(self.persons, lambda p: p.place is Place.GONE)
        if waits:
            return person, (Happening(name=Name.WAITING, person=person, more={"reason": "arrived"}),)
        joined = Happening(name=Name.JOINED, person=person)
        opens = visitor.audio and (leads or not self._enters_muted())
        return self.persons[person.id], (joined, *(self._media(person, "audio", on=True) if opens else ()))

    def leave(self, id: str) -> Happenings:
        """Go of one's own will."""
        return self._remove(self.person(id), "left")

    def say(self, id: str, text: str) -> Happenings:
        """Post a line of chat."""
        person = self._inside(id)
        if not person.leads and self.switches.chat_closed:
            raise Refusal("chat_closed")
        if person.silenced:
            raise Refusal("silenced")
        said = clean(text, TEXT_LENGTH)
        if not said:
            raise Refusal("empty")
        message = Message(id=self._next("m"), by=person.id, name=person.name, text=said)
        self.messages[message.id] = message
        _forget(self.messages, lambda _: True)
        return (Happening(name=Name.CHAT_POSTED, person=person, more={"message": {"id": message.id, "text": said}}),)

    def set_media(self, id: str, medium: str, *, on: bool) -> Happenings:
        """Switch one's own microphone, camera or share."""
        person = self._inside(id)
        if on and not person.leads:
            if medium == "audio" and self.switches.unmute_forbidden:
                raise Refusal("unmute_forbidden")
            if medium == "share" and self.switches.share_restricted:
                raise Refusal("share_restricted")
        happened = self._media(person, medium, on=on)
        if happened and on and medium == "audio" and not person.leads and self.switches.muted_all:
            return (*happened, *self._switch({"muted_all": False}))
        return happened

    def rename(self, id: str, name: str) -> Happenings:
        """Take or be given another name."""
        person, new = self._present(id), clean(name, NAME_LENGTH)
        if not new:
            raise Refusal("empty")
        if new == person.name:
            return ()
        return (Happening(name=Name.RENAMED, person=self._put(person, name=new), more={"was": person.name}),)

    # What the host decides about one person

    def admit(self, id: str) -> Happenings:
        """Let somebody in from the waiting room."""
        person = self._present(id)
        if person.place is Place.INSIDE:
            return ()
        return (Happening(name=Name.JOINED, person=self._put(person, place=Place.INSIDE)),)

    def deny(self, id: str) -> Happenings:
        """Send somebody away who waits."""
        person = self._target(id)
        if person.place is Place.INSIDE:
            raise Refusal("already_inside")
        return self._remove(person, "denied")

    def hold(self, id: str) -> Happenings:
        """Put somebody back into the waiting room; what he sends stops."""
        person = self._target(id)
        if person.place is Place.WAITING:
            return ()
        person = self._put(person, place=Place.WAITING, audio=False, video=False, share=False)
        return (Happening(name=Name.WAITING, person=person, more={"reason": "held"}),)

    def kick(self, id: str) -> Happenings:
        """Put somebody out; he may come back."""
        return self._remove(self._target(id), "kicked")

    def ban(self, id: str) -> Happenings:
        """Put somebody out and keep the same account, link and device out; also after he has left."""
        person = self.person(id)
        if person.leads:
            raise Refusal("host")
        self.bans[id] = Ban(account=person.account, device=person.device, link=person.link)
        return () if person.place is Place.GONE else self._remove(person, "banned")

    def unban(self, id: str, *, account: str = "", device: str = "") -> None:
        """Take back a ban, found by presence or by what it keeps out. No ban, nothing to do."""
        shown = Visitor(name="", account=account, device=device)
        for ban in [b for b, kept in self.bans.items() if b == id or kept.covers(shown)]:
            del self.bans[ban]

    def stop_media(self, id: str, medium: str) -> Happenings:
        """Mute somebody, stop his camera or his share. One who waits sends nothing."""
        return self._media(self._present(id), medium, on=False)

    def stop_media_of_all(self, medium: str) -> Happenings:
        """The same for every attendee."""
        attendees = (p for p in self.present(Place.INSIDE) if not p.leads)
        return tuple(h for p in attendees for h in self._media(p, medium, on=False))

    def silence(self, id: str, *, on: bool) -> None:
        """Close or open the chat for one person."""
        self._put(self._target(id), silenced=on)

    def notify(self, id: str, text: str) -> None:
        """Show a private notice to one person; "" takes it away."""
        self._put(self._present(id), notice=clean(text, TEXT_LENGTH))

    def set_role(self, id: str, role: Role) -> Happenings:
        """Make somebody host, co-host or attendee."""
        person = self._present(id)
        if person.role is role:
            return ()
        changed = self._put(person, role=role)
        return (Happening(name=Name.ROLE_CHANGED, person=changed, more={"was": person.role.value}),)

    # What the host decides about the room

    def set_switches(self, changes: Mapping[str, bool]) -> Happenings:
        """Bring switches to the wanted state; `muted_all` also mutes every attendee, each time it is asked for."""
        if not self.has_waiting_room and changes.get("waiting_room"):
            raise Refusal("not_in_plan")
        muted = self.stop_media_of_all("audio") if changes.get("muted_all") else ()
        return (*muted, *self._switch(changes))

    def set_switches_as(self, id: str, changes: Mapping[str, bool]) -> Happenings:
        """The same, pressed by somebody inside who leads."""
        if not self._inside(id).leads:
            raise Refusal("not_host")
        return self.set_switches(changes)

    def announce(self, text: str) -> None:
        """Pin one announcement for everybody; "" takes it down."""
        self.announcement = clean(text, TEXT_LENGTH)

    def delete_message(self, id: str) -> Happenings:
        """Take a line of chat away."""
        number = id.removeprefix(f"{self.occurrence}-m")
        if not number.isdecimal() or int(number) > self._count:
            raise Refusal("unknown_message")
        message = self.messages.pop(id, None)
        return () if message is None else (Happening(name=Name.CHAT_DELETED, more={"message": {"id": id}}),)

    # Inside

    def _next(self, kind: str) -> str:
        self._count += 1
        return f"{self.occurrence}-{kind}{self._count}"

    def _admissible(self, visitor: Visitor) -> None:
        if not self.live:
            raise Refusal("not_live")
        if any(ban.covers(visitor) for ban in self.bans.values()):
            raise Refusal("banned")
        if self.switches.locked and visitor.role is Role.ATTENDEE:
            raise Refusal("locked")
        if len(self.present()) >= CAPACITY:
            raise Refusal("full")

    def _enters_muted(self) -> bool:
        return self.switches.mute_on_entry or self.switches.unmute_forbidden or self.switches.muted_all

    def _present(self, id: str) -> Person:
        person = self.person(id)
        if person.place is Place.GONE:
            raise Refusal("gone")
        return person

    def _inside(self, id: str) -> Person:
        person = self._present(id)
        if person.place is Place.WAITING:
            raise Refusal("waiting")
        return person

    def _target(self, id: str) -> Person:
        person = self._present(id)
        if person.leads:
            raise Refusal("host")
        return person

    def _put(self, person: Person, **changes: Any) -> Person:
        changed = replace(person, **changes)
        self.persons[person.id] = changed
        return changed

    def _remove(self, person: Person, reason: str) -> Happenings:
        if person.place is Place.GONE:
            return ()
        gone = self._put(person, place=Place.GONE, left_because=reason, audio=False, video=False, share=False)
        return (Happening(name=Name.LEFT, person=gone, more={"was": person.place.value, "reason": reason}),)

    def _media(self, person: Person, medium: str, *, on: bool) -> Happenings:
        if getattr(person, medium) == on:
            return ()
        started, stopped = _MEDIA[medium]
        return (Happening(name=started if on else stopped, person=self._put(person, **{medium: on})),)

    def _switch(self, changes: Mapping[str, bool]) -> Happenings:
        wanted = replace(self.switches, **changes)
        if wanted == self.switches:
            return ()
        self.switches = wanted
        return (Happening(name=Name.SETTINGS_CHANGED, more={"switches": as_switches(wanted)}),)


T = TypeVar("T")


def _forget(kept: dict[str, T], forgettable: Callable[[T], bool]) -> None:
    """Drop the oldest forgettable entries beyond MEMORY."""
    excess: Iterable[str] = ()
    if len(kept) > MEMORY:
        excess = [k for k, v in list(kept.items())[: len(kept) - MEMORY] if forgettable(v)]
    for key in excess:
        del kept[key]
