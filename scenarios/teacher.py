"""The teacher of a scenario: alone, not quick, the panel open. Presses, follows by-hand instructions, admits."""

import asyncio
import contextlib

from adapters.drill import DrillSettings
from adapters.drill.classroom.people import Place
from adapters.drill.control import Room
from app.domain.actions import Action, ActionKind
from app.domain.errors import AdapterError
from app.domain.people import Participant
from app.replay.truth import disturbances
from scenarios.house import House
from scenarios.script import Actor, Habits, Kind
from scenarios.stage import HOST, MEETING, SECRET, TOKEN, Stage
from scenarios.wire import CALL, Network, Wire

TEACHER = "teacher"  # her key in every cast
LOOK = 1.0  # seconds between two looks at class and panel
LATELY = 12.0  # seconds after which something that is over no longer disturbs


class Teacher:
    """Looks at the class once a second and does what `habits` say."""

    def __init__(self, house: House, stage: Stage, network: Network, habits: Habits) -> None:
        self._house = house
        self._stage = stage
        self._habits = habits
        self._since: float | None = None  # when this disturbance was first noticed
        self._pressed = -1e9
        self._shown: dict[int, float] = {}  # by-hand instructions, by place in the panel
        self._waits: dict[str, float] = {}
        self._client = Wire(network, CALL)
        self.by_hand = 0

    async def guard(self) -> None:
        """For as long as the lesson lasts."""
        while True:
            await asyncio.sleep(LOOK)
            if self._stage.place(TEACHER) is not Place.INSIDE:
                continue  # her own line is down
            with contextlib.suppress(RuntimeError):  # the service is down for a moment: the panel says so
                await self._calm()
                await self._by_hand()
                await self._admit()

    async def _calm(self) -> None:
        """Disturbed for long enough? Then one press; and again, but not at once."""
        patience = self._habits.presses
        if patience is None:
            return
        now = self._stage.now
        spans = disturbances(self._stage.facts, self._stage.hostile(), now)
        if not any(s.end >= now - LATELY for s in spans):
            self._since = None
            return
        self._since = now if self._since is None else self._since
        if now - self._since >= patience - LOOK and now - self._pressed >= self._habits.again:
            self._pressed = now
            await self._house.press("calm")

    async def _by_hand(self) -> None:
        """What the panel asks for is done in the platform's own client, a while after it was shown."""
        patience = self._habits.by_hand
        if patience is None:
            return
        for place, told in enumerate(self._house.told()):
            if told.outcome != "manual":
                continue
            shown = self._shown.setdefault(place, self._stage.now)
            if 0 <= shown <= self._stage.now - patience:
                self._shown[place] = float("inf")
                await self._do(ActionKind(told.kind), told.who)

    async def _do(self, kind: ActionKind, who: str) -> None:
        self.by_hand += 1
        target = Participant(id=self._stage.presence(who)) if who else None
        settings = DrillSettings(base_url=f"http://{HOST}", token=TOKEN, secret=SECRET)
        with contextlib.suppress(AdapterError):  # he has gone meanwhile, or the platform has no such button
            await Room(settings, self._client, MEETING).perform(Action(kind=kind, target=target))

    async def _admit(self) -> None:
        """Pupils at the door whom she knows by sight are let in; whoever only uses their name is not."""
        patience = self._habits.admits
        if patience is None:
            return
        for actor in self._stage.script.cast:
            if not self._belongs(actor):
                self._waits.pop(actor.key, None)
                continue
            since = self._waits.setdefault(actor.key, self._stage.now)
            if self._stage.now - since >= patience and actor.key in await self._seen_waiting():
                self._waits[actor.key] = self._stage.now
                await self._house.press("admit", self._stage.presence(actor.key))

    def _belongs(self, actor: Actor) -> bool:
        pupil = actor.kind is Kind.PUPIL and not actor.hostile
        return pupil and self._stage.place(actor.key) is Place.WAITING

    async def _seen_waiting(self) -> set[str]:
        """Who waits, as the panel shows it."""
        return {self._stage.who(presence) for presence in (await self._house.state()).waiting}
