"""How one practice platform is set up."""

from dataclasses import dataclass, field
from enum import StrEnum

from adapters.drill.classroom.people import Account, practice_accounts


class Hidden(StrEnum):
    """What this platform can be made to lack, as real ones do."""

    CHAT_EVENTS = "chat_events"  # chat works, but no event tells about it
    MEDIA_EVENTS = "media_events"  # microphones, cameras, shares: only in the list
    WAITING_ROOM = "waiting_room"  # there is none
    SWITCHES = "switches"  # they can be set but neither read back nor heard of
    BANS = "bans"  # nobody can be kept out
    CHAT_CONTROL = "chat_control"  # only the teacher's own page closes and opens the chat


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassroomSettings:
    """`rate` control calls per second and `burst` at once per token; `retry_seconds` are the pauses between tries.

    `grace_seconds` is how long a page may be disconnected before its person counts as gone. With `open_sign_in`
    anybody may sign in as a practice pupil without a password, which is what a rehearsal needs.
    """

    token: str = field(repr=False)
    secret: str = field(repr=False)
    webhook: str = ""
    school: str = "practice"
    rate: float = 20.0
    burst: int = 40
    retry_seconds: tuple[float, ...] = (0.2, 1.0, 3.0)
    in_flight: int = 64
    grace_seconds: float = 10.0
    hides: frozenset[Hidden] = frozenset()
    open_sign_in: bool = True
    accounts: tuple[Account, ...] = field(default_factory=practice_accounts)

    def __post_init__(self) -> None:
        if not self.token or not self.secret:
            raise ValueError("the practice platform needs a token and a secret")
