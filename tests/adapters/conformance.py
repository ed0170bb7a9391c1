"""What an adapter brings to the laws in test_conformance.py: a `SAMPLE` in tests/adapters/<platform>/sample.py.

The sample says how a school would set the connection up, how the platform would sign a delivery, and what the platform
answers when it says yes and when it says no. It holds no tests: those are the same for everybody.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from adapters.base import Adapter, Delivery
from app.domain.actions import PERSON_ACTIONS, Action, ActionKind
from app.domain.errors import AdapterError
from app.domain.people import Participant
from tests.adapters.loopback import Asked, Said

NOW = 1_795_132_800.0  # 2026-11-20T00:00:00Z


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """One notification of the platform before it is signed, and the kinds of the events that it stands for."""

    content: bytes
    kinds: tuple[str, ...]
    retried: bool = True  # whether the platform sends it again when it was not taken


def _bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


def _nobody(asked: Asked) -> Said | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How the platform says each of these, in its own form; None = it has no such thing."""

    expired: Said | None = None  # the access token is no longer good: a new one, and the same request once more
    scope: Said | None = None  # a permission is missing or was taken away; `scope_named` must reach the intent's note
    scope_named: str = ""
    spent: Said | None = None  # the quota of the day or month is used up: asking again is no use
    busy: tuple[Said, ...] = ()  # too many requests, with and without the seconds to wait
    busy_seconds: tuple[float | None, ...] = ()  # what `retry_after` then is, one for each of `busy`
    nobody: Said | None = None  # a meeting that is not there, or not ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Everything the laws need to know about one platform.

    `settings(base_url)` is what a school would type in, with `secret` and `previous` for the webhook; `secrets` are all
    texts in there that nobody may ever read. `deliver(content, at, secret)` is the request that the platform would
    send. `yes` answers a request of ours as the platform does when it accepts and nothing changes by it.
    """

    adapter: type[Adapter[Any]]
    settings: Callable[[str], Mapping[str, object]]
    secret: str
    previous: str
    without_secret: Mapping[str, object]  # settings to lay over the others, so that deliveries have no secret at all
    secrets: tuple[str, ...]

    deliver: Callable[[bytes, float, str], Delivery]
    fixtures: Mapping[str, Fixture]
    unseen: bytes  # a notification of a kind that does not exist
    proofs: tuple[str, ...]  # the headers without which a delivery that has them proves nothing
    body_is_signed: bool = True
    stale_after: float | None  # seconds after which an old delivery is refused; None = the platform signs no time

    yes: Callable[[Asked], Said]
    complaint: Callable[[str], Said]  # a refusal in the platform's own form that carries this text
    lesson_key: str
    target: Participant
    operator: Participant
    texts: Mapping[ActionKind, str] = field(default_factory=dict)  # where "Tạm dừng 请安静" will not do
    reference: str = "message-1"
    # What a bare HTTP status means here, where the platform itself uses it otherwise. The reason stands in the sample.
    unlike: Mapping[int, type[AdapterError]] = field(default_factory=dict)

    # Notifications that are no JSON bring their own way of taking apart and putting together.
    apart: Callable[[bytes], Any] = json.loads
    together: Callable[[Any], bytes] = _bytes
    optional: Callable[[str], bool] | None = None  # members without which a notification still tells its fact
    enums: Callable[[str], bool] | None = None  # members whose values the vendor may add to
    grants: Callable[[Asked], Said | None] = _nobody  # the answer to a request for an access token, None for others
    faults: Faults = field(default_factory=Faults)
    notes: Mapping[str, str] = field(default_factory=dict)  # what the connection remembers from before

    @property
    def platform(self) -> str:
        return self.adapter.platform

    def action(self, kind: ActionKind) -> Action:
        """One wish of this kind, addressed as the panel would."""
        return Action(
            kind=kind,
            target=self.target if kind in PERSON_ACTIONS else None,
            operator=self.operator,
            text=self.texts.get(kind, "Tạm dừng 请安静"),
            reference=self.reference if kind is ActionKind.DELETE_MESSAGE else "",
        )


def samples() -> tuple[Sample, ...]:
    """The sample of every folder beside this file that has one."""
    here = Path(__file__).parent
    names = sorted(p.parent.name for p in here.glob("*/sample.py"))
    return tuple(import_module(f"tests.adapters.{name}.sample").SAMPLE for name in names)
