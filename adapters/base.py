"""The contract between Menshen and one platform, and the values that cross it.

An adapter has a pure half (verify, handshake, parse, answer, supports: same input, same answer; no clock but
`received_at`, no I/O) and a driving half (perform, participants, listen, prepare, roster, probe, close).
tests/adapters/conformance.py holds its laws.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from adapters.budget import Budget
from adapters.health import Health
from adapters.http import Http
from adapters.notes import Notes
from adapters.preparation import Preparation, Prepared
from app.domain.actions import Action, ActionKind, Capabilities, Outcome, Support, Words
from app.domain.errors import Gone, Refused
from app.domain.events import EVENTS, Attendance, Event
from app.domain.people import Participant, RosterEntry


class Way(StrEnum):
    """How the facts of a platform come in. All of them end in a `Delivery`."""

    WEBHOOK = "webhook"  # the platform calls us: signed, and encrypted where it can be
    STREAM = "stream"  # we dial out and hold a WebSocket open: for schools without a public address
    POLL = "poll"  # we ask again and again, within the budget
    PUSH = "push"  # the platform calls us with an OIDC token, as long as a subscription is renewed


STREAMED = "STREAM"  # `Delivery.method` of what came over a connection that we dialled: the web never says that word


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The raw bytes of one webhook request, or of one frame of a stream (`method` STREAMED).

    Header names are lower case; `query` is the raw query string.
    """

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

    `lesson_key` is `meeting` or `meeting:occurrence` as this platform names it; "" for facts about no lesson. Where a
    fact names only the occurrence it is `:occurrence`: it belongs to the lesson of which another fact (or `resolve`)
    tells both, and waits for that.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A class, department or group chat of the school's address book that a roster can be taken from."""

    id: str
    name: str


class ConnectionSettings(BaseModel):
    """Credentials and addresses of one connection. Secrets are SecretStr, so that no repr shows them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every text in here that must never be told, the longest first."""
        named = (getattr(self, name) for name in type(self).model_fields)
        found = {s.get_secret_value() for s in named if isinstance(s, SecretStr)} - {""}
        return tuple(sorted(found, key=len, reverse=True))


def host(typed: str, *, why: str = "") -> str:
    """The address of an API as `http(s)://host[:port]`, as somebody typed it. Raises ValueError for anything else.

    `why` it must not have a path is told to whoever typed one.
    """
    parts = urlsplit(typed.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("must be http(s)://host[:port]")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"must not have a path{why}")
    return f"{parts.scheme}://{parts.netloc}"


S = TypeVar("S", bound=ConnectionSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRoom:
    """A second kind of room on the same platform, with a table of its own: the class's group chat, say."""

    title: Words
    capabilities: Capabilities


Take = Callable[[Delivery], Awaitable[Reply]]  # returns when the delivery is committed; raises StoreError when not
Opened = Callable[[], None]  # says that a session is open and its facts come in


def _nobody_asks() -> None:
    """Nobody wants to know."""


class Adapter(ABC, Generic[S]):
    """One connection to one platform. Construction does no I/O."""

    platform: ClassVar[str]
    title: ClassVar[Words]
    proof: ClassVar[Proof]
    capabilities: ClassVar[Capabilities]
    settings_type: ClassVar[type[ConnectionSettings]]
    budgets: ClassVar[tuple[Budget, ...]] = ()
    ways: ClassVar[tuple[Way, ...]] = (Way.WEBHOOK,)  # what the platform offers and we use, the best first
    other_rooms: ClassVar[tuple[OtherRoom, ...]] = ()
    tells: ClassVar[frozenset[str]] = frozenset(EVENTS)  # the kinds of events that can come from it
    together: ClassVar[frozenset[ActionKind]] = frozenset()  # switches that one call sets: `perform` gathers them
    poll_seconds: ClassVar[float] = 30.0  # how often the participant list may be read in a quiet lesson
    settles_seconds: ClassVar[float] = 5.0  # how long an accepted action may take to show its effect
    accepted: ClassVar[Reply] = Reply()  # the answer that tells the platform "stored"

    def __init__(self, settings: S, http: Http, notes: Notes | None = None) -> None:
        self.settings = settings
        self.http = http
        self.notes = notes or Notes()

    # --- what this connection is ------------------------------------------------------------------------------------

    @property
    def account(self) -> str:
        """Whom the platform counts and serves: connections of equal accounts share budgets and one stream.

        Never a secret. "" = nobody but this connection.
        """
        return ""

    @property
    def listens(self) -> bool:
        """Whether this connection, as it is set up, gets its facts by `listen`."""
        return False

    def supports(self, kind: ActionKind, target: Participant | None = None, lesson_key: str = "") -> Support:
        """What this connection can do about an action kind, for this person and in this lesson. Pure and quick.

        The platform's table, unless the connection (edition, licence, probe), the lesson (who created it) or the
        target (an id that the call needs and this person does not have) says less.
        """
        return self.capabilities[kind]

    def limits(self) -> tuple[Budget, ...]:
        """What this connection may ask for (the platform's numbers, unless its settings say otherwise)."""
        return self.budgets

    def every(self, *, hot: bool) -> float | None:
        """Seconds between two reads of a lesson's list; `hot` while an incident runs. None = the clock's own pace.

        infinity = only at the start, after a gap and to prove a measure: where every call is paid for.
        """
        return None

    # --- inbound, pure ----------------------------------------------------------------------------------------------

    @abstractmethod
    def verify(self, delivery: Delivery) -> None:
        """Check the signature on the raw bytes. Raises NotAuthentic, also when our own secret is empty.

        What came over a stream that we dialled (STREAMED) is genuine by its channel.
        """

    @abstractmethod
    def handshake(self, delivery: Delivery) -> Reply | None:
        """The answer to a URL verification (which it verifies itself, raising NotAuthentic), or None."""

    @abstractmethod
    def parse(self, delivery: Delivery) -> tuple[Received, ...]:
        """The facts in a verified delivery, in order; unknown kinds become Unknown. Raises Malformed."""

    def answer(self, delivery: Delivery) -> Reply:
        """What tells the platform that this delivery is stored, where that is not the same for all."""
        return self.accepted

    # --- driving ----------------------------------------------------------------------------------------------------

    @abstractmethod
    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        """Ask the platform for one native or partial action. Raises AdapterError and nothing else."""

    @abstractmethod
    async def participants(self, lesson_key: str) -> Attendance:
        """The platform's own list of who is inside and who waits. Raises AdapterError and nothing else."""

    @abstractmethod
    async def probe(self) -> Health:
        """Whether credentials, scopes and quota suffice. Never raises: a failure is a finding."""

    async def listen(self, take: Take, opened: Opened = _nobody_asks) -> None:
        """Reach out for the facts until the platform ends it: one session of a stream, or polling without an end.

        Calls `opened` as soon as facts can come in.

        Each delivery is acknowledged to the platform after `take` has returned, never before. The caller dials
        again, after a pause that grows while sessions fail. Returns when the session ended as the platform wished
        (dial again at once); raises AdapterError and nothing else.
        """
        raise Refused(self.platform, "nothing to listen to", code="no_stream")

    async def resolve(self, lesson_key: str) -> str:
        """The whole `meeting:occurrence` of a `:occurrence`. Raises Gone when the platform knows no such thing."""
        raise Gone(self.platform, "no other name is known", code="no_meeting")

    async def prepare(self, preparation: Preparation) -> Prepared:
        """Create or harden a meeting before class, and tell field by field what became of it. Raises AdapterError."""
        raise Refused(self.platform, "nothing can be set before class", code="no_preparation")

    async def groups(self) -> tuple[Group, ...]:
        """The classes of the school's address book. Raises AdapterError; () where there is none."""
        return ()

    async def roster(self, group: str) -> tuple[RosterEntry, ...]:
        """Who belongs to a class by the school's address book, without anything a rule does not need."""
        raise Refused(self.platform, "there is no address book to read", code="no_address_book")

    def consent(self, redirect: str, state: str) -> str:
        """The address at which a teacher allows us what only he may do; "" where nothing is to be allowed.

        The platform sends him back to `redirect` with `state` and a code.
        """
        return ""

    async def consented(self, redirect: str, code: str) -> str:
        """Turn the code into a token and note it; the teacher's account on the platform. Raises AdapterError."""
        raise Refused(self.platform, "there is nothing to allow", code="no_consent")

    async def renew(self) -> float | None:
        """Make or prolong what the platform needs to go on sending; seconds until it must be asked again.

        None = nothing ever runs out. Raises AdapterError.
        """
        return None

    async def close(self) -> None:
        """Give back what this connection holds open. The shared Http is closed by its owner."""
