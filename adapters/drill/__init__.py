"""The practice classroom as a platform: rehearsals, the demonstration and the tests all go through this adapter."""

from typing import ClassVar

from adapters.base import Adapter, Delivery, Group, Proof, Received, Reply
from adapters.budget import Budget
from adapters.drill import address_book, webhook
from adapters.drill.capabilities import CAPABILITIES, without
from adapters.drill.control import Room
from adapters.drill.prepare import prepare
from adapters.drill.probe import probe
from adapters.drill.settings import DrillSettings
from adapters.health import Health
from adapters.http import Http
from adapters.notes import Notes
from adapters.preparation import Preparation, Prepared
from adapters.signing import Keyed
from app.domain.actions import Action, ActionKind, Capabilities, Level, Outcome, OutcomeKind, Support, Words
from app.domain.events import Attendance
from app.domain.people import Participant, RosterEntry

__all__ = ["DrillAdapter", "DrillSettings"]


class DrillAdapter(Adapter[DrillSettings]):
    """One connection to one practice classroom."""

    platform: ClassVar[str] = "drill"
    title: ClassVar[Words] = Words(zh="演练课堂", vi="Lớp diễn tập", en="Practice classroom")
    proof: ClassVar[Proof] = Proof.LAB
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    settings_type = DrillSettings
    budgets: ClassVar[tuple[Budget, ...]] = (Budget(calls=20, seconds=1.0, reserve=5),)  # its default rate
    poll_seconds: ClassVar[float] = 10.0
    settles_seconds: ClassVar[float] = 3.0

    def __init__(self, settings: DrillSettings, http: Http, notes: Notes | None = None) -> None:
        super().__init__(settings, http, notes)
        self._supported = without(settings.hides)
        secrets = (settings.secret, settings.previous_secret)
        self._keys = tuple(Keyed(s.get_secret_value().encode()) for s in secrets if s is not None)

    def supports(self, kind: ActionKind, target: Participant | None = None, lesson_key: str = "") -> Support:
        """What this connection can do, less what it was set up to lack."""
        return self._supported[kind]

    def limits(self) -> tuple[Budget, ...]:
        """The rate that this classroom was started with; a quarter of it is kept for the panic lane."""
        calls = self.settings.calls_per_second
        return (Budget(calls=calls, seconds=1.0, reserve=calls // 4),)

    def verify(self, delivery: Delivery) -> None:
        webhook.verify(self._keys, delivery)

    def handshake(self, delivery: Delivery) -> Reply | None:
        return webhook.handshake(self._keys, delivery)

    def parse(self, delivery: Delivery) -> tuple[Received, ...]:
        return webhook.parse(delivery)

    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        support = self.supports(action.kind)
        if support.level is Level.NONE:
            return Outcome(kind=OutcomeKind.UNSUPPORTED)
        if support.level is Level.MANUAL:
            return Outcome(kind=OutcomeKind.MANUAL, instruction=support.instruction)
        return await Room(self.settings, self.http, lesson_key).perform(action)

    async def participants(self, lesson_key: str) -> Attendance:
        return await Room(self.settings, self.http, lesson_key).attendance()

    async def probe(self) -> Health:
        return await probe(self.settings, self.http)

    async def prepare(self, preparation: Preparation) -> Prepared:
        return await prepare(self.settings, self.http, preparation)

    async def groups(self) -> tuple[Group, ...]:
        return await address_book.groups(self.settings, self.http)

    async def roster(self, group: str) -> tuple[RosterEntry, ...]:
        return await address_book.roster(self.settings, self.http, group)
