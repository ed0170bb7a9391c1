"""A rehearsed raid and a calm class: what each player does and when is planned from a seed, then played."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from adapters.drill.classroom.hub import Classroom
from adapters.drill.classroom.people import Account, Place, Role, Visitor
from adapters.drill.classroom.room import Refusal, Room


class Deed(StrEnum):
    """One thing that a player does."""

    JOIN = "join"
    SAY = "say"
    AUDIO_ON = "audio_on"
    AUDIO_OFF = "audio_off"
    VIDEO_ON = "video_on"
    SHARE_ON = "share_on"
    RENAME = "rename"
    RETURN = "return"  # come back under `text` if put out; nothing otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """At `at` seconds player number `player` does this; `text` is a name or a line of chat."""

    at: float
    player: int
    deed: Deed
    text: str = ""


_HANDLES = (
    "user8812",
    "xX_N01SE_Xx",
    "雪花飘飘",
    "guest",
    "🔥🔥🔥",
    "Khách lạ",
    "anon77",
    "路人甲",
    "zz",
    "Người qua đường",
)
_NOISE = (
    "哈哈哈哈哈哈哈哈哈", "雪花飘飘~~~~~", "加群看好戏 http://spam.example/join", "闭嘴吧", "HAHAHAHAHA",
    "sooo boring!!!", "đồ ngốc", "vào nhóm http://spam.example/vui", "666666666",
    "shut up everybody", "下课下课下课", "AAAAAAAAAAAA",
)  # fmt: skip
_CALM = ("老师好", "好的", "明白了", "请问第三题怎么做？", "Dạ em hiểu rồi", "Em chào thầy", "Yes", "I have a question")


def plan_raid(*, seed: int, strangers: int, seconds: float, names: Sequence[str]) -> tuple[Step, ...]:
    """Who does what in a raid, in order of time. `names` are those of the class, for the lookalikes."""
    chance = random.Random(seed)
    steps: list[Step] = []
    for player in range(strangers):
        arrives = chance.uniform(0, seconds * 0.2)
        steps.append(Step(at=arrives, player=player, deed=Deed.JOIN, text=_alias(chance, player, names)))
        at = arrives + chance.uniform(0.2, 1.0)
        while at < seconds:
            steps.append(_mischief(chance, player, at, names))
            at += chance.uniform(0.15, 1.2)
    return tuple(sorted(steps, key=lambda s: (s.at, s.player)))


def plan_class(*, seed: int, pupils: int, seconds: float) -> tuple[Step, ...]:
    """An ordinary lesson: all arrive in a few seconds, some greet, now and then one speaks for a moment."""
    chance = random.Random(seed)
    spread = min(seconds * 0.2, 4.0)
    steps = [Step(at=chance.uniform(0, spread), player=p, deed=Deed.JOIN) for p in range(pupils)]
    at = spread + 1.0
    while at < seconds and pupils:
        player = chance.randrange(pupils)
        if chance.random() < 0.5:
            steps.append(Step(at=at, player=player, deed=Deed.SAY, text=chance.choice(_CALM)))
        else:
            speaks = chance.uniform(2.0, 5.0)
            steps.append(Step(at=at, player=player, deed=Deed.AUDIO_ON))
            steps.append(Step(at=at + speaks, player=player, deed=Deed.AUDIO_OFF))
        at += chance.uniform(4.0, 9.0)
    return tuple(sorted(steps, key=lambda s: (s.at, s.player)))


def lookalike(chance: random.Random, name: str) -> str:
    """A name that passes for another at a glance."""
    tricks: tuple[Callable[[str], str], ...] = (
        lambda n: n + " ",
        lambda n: n + "\u200b",
        lambda n: n + "1",
        lambda n: n.replace("a", "а").replace("e", "е") if n.isascii() else n + "。",  # Cyrillic а, е
        lambda n: n.upper() if n.isascii() else " ".join(n),
    )
    return chance.choice(tricks)(name)


def _alias(chance: random.Random, player: int, names: Sequence[str]) -> str:
    if names and player % 3 == 2:
        return lookalike(chance, chance.choice(names))
    return f"{chance.choice(_HANDLES)}{chance.randrange(100)}"


def _mischief(chance: random.Random, player: int, at: float, names: Sequence[str]) -> Step:
    deed = chance.choices(
        (Deed.SAY, Deed.AUDIO_ON, Deed.SHARE_ON, Deed.VIDEO_ON, Deed.RENAME, Deed.RETURN), (40, 20, 12, 6, 4, 18)
    )[0]
    text = chance.choice(_NOISE) if deed is Deed.SAY else ""
    if deed in {Deed.RENAME, Deed.RETURN}:
        text = _alias(chance, chance.randrange(3), names)
    return Step(at=at, player=player, deed=deed, text=text)


class Play:
    """A plan on stage: turns steps into what a visitor's page would ask, and takes every refusal like a visitor."""

    def __init__(self, classroom: Classroom, room: Room, *, tag: str, cast: Sequence[Account] = ()) -> None:
        self._classroom = classroom
        self._room = room
        self._tag = tag
        self._cast = cast
        self._persons: dict[int, str] = {}
        self._returns: dict[int, int] = {}

    async def run(self, steps: Sequence[Step], *, speed: float = 1.0) -> None:
        """Play all steps; `speed` 10 is ten times as fast."""
        begun = asyncio.get_running_loop().time()
        for step in steps:
            await asyncio.sleep(max(0.0, begun + step.at / speed - asyncio.get_running_loop().time()))
            try:
                self._do(step)
            except Refusal:
                continue  # a closed door is what the guard is for

    def leave(self) -> None:
        """Take everybody of this play out of the room."""
        for person in self._persons.values():
            if person in self._room.persons:
                self._classroom.publish(self._room, self._room.leave(person))

    def _do(self, step: Step) -> None:
        if step.deed is Deed.JOIN:
            return self._join(step.player, step.text)
        person = self._persons.get(step.player)
        if person is None or person not in self._room.persons:
            return self._join(step.player, step.text) if step.deed is Deed.RETURN else None
        place = self._room.person(person).place
        if step.deed is Deed.RETURN:
            return self._join(step.player, step.text) if place is Place.GONE and self._room.live else None
        if place is Place.INSIDE:
            self._act(person, step)
        return None

    def _act(self, person: str, step: Step) -> None:
        room = self._room
        match step.deed:
            case Deed.SAY:
                happened = room.say(person, step.text)
            case Deed.RENAME:
                happened = room.rename(person, step.text)
            case Deed.VIDEO_ON:
                happened = room.set_media(person, "video", on=True)
            case Deed.SHARE_ON:
                happened = room.set_media(person, "share", on=True)
            case _:
                happened = room.set_media(person, "audio", on=step.deed is Deed.AUDIO_ON)
        self._classroom.publish(room, happened)

    def _join(self, player: int, name: str) -> None:
        again = self._returns.get(player, 0)
        self._returns[player] = again + 1
        if self._cast:
            account = self._cast[player]
            role = Role.HOST if account.staff else Role.ATTENDEE
            device = f"{self._tag}-{account.id}"
            visitor = Visitor(name=account.name, account=account.id, device=device, ip="192.0.2.10", role=role)
        else:
            device = f"{self._tag}-{player}-{again // 2}"  # every second return comes from another device
            visitor = Visitor(name=name, device=device, ip=f"198.51.100.{player % 250 + 1}", audio=player % 2 == 0)
        person, happened = self._room.join(visitor)
        self._persons[player] = person.id
        self._classroom.publish(self._room, happened)
