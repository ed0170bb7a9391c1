"""The stage: the practice classroom itself, the people of a script in it, and the record of what really happened."""

import random
from collections.abc import Callable, Mapping
from functools import partial
from itertools import cycle
from urllib.parse import unquote

import msgspec

from adapters.drill.classroom.faults import read_rule
from adapters.drill.classroom.happenings import Happening, Happenings, Name
from adapters.drill.classroom.hub import Classroom
from adapters.drill.classroom.people import Account, Place, Role, Visitor
from adapters.drill.classroom.room import Refusal, Room
from adapters.drill.classroom.server import application
from adapters.drill.classroom.settings import ClassroomSettings, Hidden
from app.replay.truth import Fact, What
from scenarios.hours import START, clock
from scenarios.poverty import Entry, Poverty
from scenarios.score import Asked
from scenarios.script import Act, Actor, Deed, Kind, Script
from scenarios.wire import EVENT, Network, Wire

HOST, TOKEN, SECRET, MEETING = "classroom", "token-of-the-scenario", "secret-of-the-scenario", "7-3"

_FACTS = {
    Name.WAITING: What.WAITS, Name.JOINED: What.INSIDE, Name.LEFT: What.OUT, Name.AUDIO_UNMUTED: What.HEARD,
    Name.AUDIO_MUTED: What.UNHEARD, Name.VIDEO_STARTED: What.SEEN, Name.VIDEO_STOPPED: What.UNSEEN,
    Name.SHARE_STARTED: What.SHOWS, Name.SHARE_STOPPED: What.SHOWS_NOT, Name.CHAT_POSTED: What.WROTE,
}  # fmt: skip
_PUT_OUT = ("kicked", "banned", "denied")


class Watched(Classroom):
    """A classroom that tells somebody everything that happens, whatever its webhooks tell."""

    def __init__(self, settings: ClassroomSettings, network: Network, told: Callable[[Happening], None]) -> None:
        super().__init__(settings, now=clock().now, http=Wire(network, EVENT))
        self._told = told

    def publish(self, room: Room, happened: Happenings) -> None:
        super().publish(room, happened)
        for happening in happened:
            self._told(happening)


class Stage:
    """One script on stage. `poverty` is that of the platform which the classroom wears."""

    def __init__(self, script: Script, network: Network, *, poverty: Poverty, seed: int) -> None:
        self.script = script
        self.chance = random.Random(seed)
        self.facts: list[Fact] = []
        self.asked: list[Asked] = []
        self._entry = poverty.entry
        self._cast = {a.key: a for a in script.cast}
        self._persons: dict[str, str] = {}  # actor -> newest presence
        self._actors: dict[str, str] = {}  # presence -> actor
        self._entries: dict[str, int] = {}
        self._names = {a.key: cycle((*(a.returns.names if a.returns else ()), a.name)) for a in script.cast}
        self._coming: set[str] = set()
        self._forged = 0
        accounts = tuple(
            Account(id=a.key, name=a.name, staff=a.kind is Kind.TEACHER) for a in script.roster() if a.signed_in
        )
        settings = ClassroomSettings(
            token=TOKEN, secret=SECRET, rate=script.rate, burst=script.burst, accounts=accounts,
            hides=frozenset() if poverty.waits else frozenset({Hidden.WAITING_ROOM}),
        )  # fmt: skip
        self.classroom = Watched(settings, network, self._witness)
        network.hosts[HOST] = application(self.classroom)
        self.room = self.classroom.create(MEETING, script.title)

    # --- time and people ----------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Seconds of the lesson."""
        return clock().now() - START

    def begin(self) -> None:
        """Open the classroom and set everybody going."""
        wanted = dict(self.script.switches)
        if not self.room.has_waiting_room:
            wanted.pop("waiting_room", None)
        self.room.set_switches(wanted)
        self.classroom.start(self.room)
        for actor in self.script.cast:
            self.at(actor.joins, partial(self._come, actor))
            for act in actor.acts:
                self.at(act.at, partial(self._play, actor, act, 0))

    def at(self, moment: float, what: Callable[[], None]) -> None:
        """Do something at a moment of the lesson."""
        loop = clock()
        loop.call_at(max(loop.time(), loop.time() + moment - self.now), what)

    def who(self, presence: str) -> str:
        """Which actor a presence is; "" for nobody."""
        return self._actors.get(presence, "")

    def presence(self, actor: str) -> str:
        """The newest presence of an actor; "" before he came."""
        return self._persons.get(actor, "")

    def place(self, actor: str) -> Place:
        """Where somebody is."""
        presence = self.presence(actor)
        return self.room.persons[presence].place if presence in self.room.persons else Place.GONE

    def cast(self) -> tuple[str, ...]:
        """Everybody in the story."""
        return tuple(self._cast)

    def hostile(self) -> tuple[str, ...]:
        """Whom the room has to be calm of."""
        return tuple(a.key for a in self.script.cast if a.hostile)

    def body(self, what: Mapping[str, object]) -> bytes:
        """A webhook body about the presence of `who`, which says that it is `as`."""
        claimed = self._cast.get(str(what["as"]))
        person = {
            "id": self.presence(str(what.get("who", ""))) or f"{self.room.occurrence}-{what['as']}",
            "name": what.get("name", claimed.name if claimed else ""),
            "account": claimed.key if claimed else "",
            "role": "attendee",
        }
        self._forged += 1
        return msgspec.json.encode(
            {
                "delivery": f"forged-{self._forged}", "event": what["event"], "at": round(clock().now() * 1000),
                "meeting": {"id": MEETING, "occurrence": self.room.occurrence}, "participant": person,
                "message": {"id": f"m{self._forged}", "text": what.get("text", "")},
            }
        )  # fmt: skip

    def misbehave(self, rules: list[dict[str, object]]) -> None:
        """From now on the platform fails by these rules."""
        self.classroom.faults.replace(tuple(read_rule(rule) for rule in rules))

    # --- what people do -----------------------------------------------------------------------------------------------

    def _play(self, actor: Actor, act: Act, count: int) -> None:
        again = self.now + act.every
        if act.every and again <= act.until:
            self.at(again + self.chance.uniform(0, 0.1), lambda: self._play(actor, act, count + 1))
        text = act.texts[count % len(act.texts)]
        if act.deed is Deed.COME:
            if self.place(actor.key) is Place.GONE:
                self._come(actor, text)
        elif self.place(actor.key) is not Place.GONE:
            self._do(actor, act.deed, text)

    def _do(self, actor: Actor, deed: Deed, text: str) -> None:
        try:
            happened = _DEEDS[deed](self.room, self.presence(actor.key), text)
        except Refusal:
            return  # a closed door, a closed chat: that is what the guard is for
        self.classroom.publish(self.room, happened)

    def _come(self, actor: Actor, name: str = "") -> None:
        visitor = self._visitor(actor, name or actor.called or actor.name)
        self._entries[actor.key] = self._entries.get(actor.key, 0) + 1
        try:
            person, happened = self.room.join(visitor)
        except Refusal:
            self._fact(actor.key, What.SHUT_OUT)
            self._come_back(actor)
            return
        self._persons[actor.key] = person.id
        self._actors[person.id] = actor.key
        self.classroom.publish(self.room, happened)

    def _visitor(self, actor: Actor, name: str) -> Visitor:
        base, tries = actor.key.partition("~")[0], self._entries.get(actor.key, 0)
        stranger = actor.kind is Kind.STRANGER
        known = actor.signed_in and not stranger
        link = ""
        if self._entry is Entry.LINK:  # nobody comes in without one: intruders come by the one that was passed on
            link = link_of(next(a.key for a in self.script.cast if a.kind is Kind.PUPIL) if stranger else base)
        return Visitor(
            name=name,
            account=base if known and self._entry is Entry.ACCOUNT else "",
            link=link,
            device=f"{actor.key}-{tries // 2 if stranger else 0}",  # every second return comes from another device
            ip="198.51.100.7" if stranger else "192.0.2.10",
            role=Role.HOST if actor.kind is Kind.TEACHER else Role.ATTENDEE,
            audio=actor.music,
        )

    def _come_back(self, actor: Actor) -> None:
        back = actor.returns
        if back is None or actor.key in self._coming:
            return
        pause = self.chance.uniform(back.least, back.most)
        if self.now + pause > back.until:
            return
        self._coming.add(actor.key)
        self.at(self.now + pause, lambda: self._returns(actor))

    def _returns(self, actor: Actor) -> None:
        self._coming.discard(actor.key)
        if not self.room.live or self.place(actor.key) is Place.INSIDE:
            return
        if self.place(actor.key) is Place.WAITING:
            self.classroom.publish(self.room, self.room.leave(self.presence(actor.key)))
        self._come(actor, next(self._names[actor.key]))

    # --- the record ---------------------------------------------------------------------------------------------------

    def _fact(self, who: str, what: What, detail: str = "") -> None:
        self.facts.append(Fact(at=self.now, who=who, what=what, detail=detail))

    def _witness(self, happening: Happening) -> None:
        if happening.name is Name.ENDED:
            for actor in self._cast:
                self._fact(actor, What.OUT)
        key = self.who(happening.person.id) if happening.person else ""
        what = _FACTS.get(happening.name)
        if not key or what is None:
            return
        self._fact(key, what, str(happening.more.get("message", {}).get("text", "")))
        if what is What.WAITS or happening.more.get("reason") in _PUT_OUT:
            self._come_back(self._cast[key])

    def overhear(self, method: str, path: str, body: bytes, status: int) -> None:
        """A control call that was answered: what was asked of the platform, and about whom."""
        parts = [unquote(p) for p in path.split("/")]  # "", api, meetings, <id>, ...
        if method == "GET" or len(parts) < 5:
            return
        ok = 200 <= status < 300
        if method == "PATCH":
            for switch, value in msgspec.json.decode(body).items():
                self.asked.append(Asked(at=self.now, what=f"{switch}={value}", who="", ok=ok))
        else:
            who = self.who(parts[5]) if parts[4] == "participants" and len(parts) > 5 else ""
            self.asked.append(Asked(at=self.now, what=parts[-1], who=who, ok=ok))


_DEEDS: dict[Deed, Callable[[Room, str, str], Happenings]] = {
    Deed.SAY: lambda room, id, text: room.say(id, text),
    Deed.SPEAK: lambda room, id, _: room.set_media(id, "audio", on=True),
    Deed.HUSH: lambda room, id, _: room.set_media(id, "audio", on=False),
    Deed.FILM: lambda room, id, _: room.set_media(id, "video", on=True),
    Deed.SHARE: lambda room, id, _: room.set_media(id, "share", on=True),
    Deed.UNSHARE: lambda room, id, _: room.set_media(id, "share", on=False),
    Deed.RENAME: lambda room, id, text: room.rename(id, text),
    Deed.LEAVE: lambda room, id, _: room.leave(id),
    Deed.LEAD: lambda room, id, _: room.set_role(id, Role.COHOST),
    Deed.FOLLOW: lambda room, id, _: room.set_role(id, Role.ATTENDEE),
}


def link_of(key: str) -> str:
    """The personal link of somebody on the roster."""
    return f"link-{key}"
