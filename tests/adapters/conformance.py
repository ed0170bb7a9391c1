"""What an adapter brings to the laws in test_conformance.py: a `SAMPLE` in tests/adapters/<platform>/sample.py.

The sample says how a school would set the connection up, how the platform would sign a delivery, and what the platform
answers when it says yes. It holds no tests: those are the same for everybody.
"""

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
