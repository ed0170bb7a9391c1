"""The contract between Menshen and one platform, and the values that cross it.

An adapter has a pure half (verify, handshake, parse: same delivery, same answer; no clock but `received_at`, no I/O)
and a driving half (perform, participants, probe, close). tests/adapters/conformance.py holds its laws.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from adapters.http import Http
from app.domain.actions import Action, ActionKind, Capabilities, Outcome, Support, Words
from app.domain.events import Attendance, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The raw bytes of one webhook request. Header names are lower case; `query` is the raw query string."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the platform gets as the answer to a delivery."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One fact out of a delivery.

    `lesson_key` is `meeting` or `meeting:occurrence` as this platform names it; "" for facts about no lesson.
    `delivery_id` is the platform's own id of this fact, or a hash of what makes it unique; the same delivery sent
    again gives the same ids.
    """

    lesson_key: str
    delivery_id: str
    event: Event


class Proof(StrEnum):
    """How far an adapter has been proven without the vendor's cloud."""

    LAB = "lab"  # against the real server
    ORACLE = "oracle"  # against the vendor's SDK, schema or test vectors
    PAPER = "paper"  # against documents only


class Finding(StrEnum):
    """How one probe ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNKNOWN = "unknown"  # cannot be found out from here; `detail` says how to settle it on the school's own tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One thing that `probe` looked at. `code` is stable; `detail` says what to do, in three languages."""

    code: str
    finding: Finding
    detail: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a probe of the connection found."""

    checked: tuple[Checked, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether nothing needs a person."""
        return all(c.finding is not Finding.PROBLEM for c in self.checked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """At most `calls` requests in any `seconds`; `reserve` of them are kept for the panic lane."""

    calls: int
    seconds: float
    reserve: int = 0


class ConnectionSettings(BaseModel):
    """Credentials and addresses of one connection. Secrets are SecretStr, so that no repr shows them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


S = TypeVar("S", bound=ConnectionSettings)


class Adapter(ABC, Generic[S]):
    """One connection to one platform. Construction does no I/O."""

    platform: ClassVar[str]
    title: ClassVar[Words]
    proof: ClassVar[Proof]
    capabilities: ClassVar[Capabilities]
    settings_type: ClassVar[type[ConnectionSettings]]
    budgets: ClassVar[tuple[Budget, ...]] = ()
    poll_seconds: ClassVar[float] = 30.0  # how often the participant list may be read in a quiet lesson
    settles_seconds: ClassVar[float] = 5.0  # how long an accepted action may take to show its effect
    accepted: ClassVar[Reply] = Reply()  # the answer that tells the platform "stored"

    def __init__(self, settings: S, http: Http) -> None:
        self.settings = settings
        self.http = http

    def supports(self, kind: ActionKind) -> Support:
        """What this connection can do about an action kind (the platform's table, unless a connection knows less)."""
        return self.capabilities[kind]

    def limits(self) -> tuple[Budget, ...]:
        """What this connection may ask for (the platform's numbers, unless its settings say otherwise)."""
        return self.budgets

    @abstractmethod
    def verify(self, delivery: Delivery) -> None:
        """Check the signature on the raw bytes. Raises NotAuthentic, also when our own secret is empty."""

    @abstractmethod
    def handshake(self, delivery: Delivery) -> Reply | None:
        """The answer to a URL verification (which it verifies itself, raising NotAuthentic), or None."""

    @abstractmethod
    def parse(self, delivery: Delivery) -> tuple[Received, ...]:
        """The facts in a verified delivery, in order; unknown kinds become Unknown. Raises Malformed."""

    @abstractmethod
    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        """Ask the platform for one native or partial action. Raises AdapterError and nothing else."""

    @abstractmethod
    async def participants(self, lesson_key: str) -> Attendance:
        """The platform's own list of who is inside and who waits. Raises AdapterError and nothing else."""

    @abstractmethod
    async def probe(self) -> Health:
        """Whether credentials, scopes and quota suffice. Never raises: a failure is a finding."""

    async def close(self) -> None:
        """Give back what this connection holds open. The shared Http is closed by its owner."""
