"""What Tencent Meeting is said to be able to do agrees with what is sent, and with what can be seen afterwards."""

import time
from pathlib import Path

import pytest

import adapters.tencent_meeting
from adapters.memory import MOST, Memory
from adapters.tencent_meeting import TencentMeetingAdapter
from adapters.tencent_meeting.control import OTHERS, ROOM
from adapters.tencent_meeting.events import READINGS
from app.domain.actions import ActionKind as Kind
from app.domain.actions import Confirm, Level

TABLE = TencentMeetingAdapter.capabilities


def test_every_action_kind_is_declared_and_calls_exist_for_what_is_promised() -> None:
    assert set(TABLE) == set(Kind)
    promised = {k for k, s in TABLE.items() if s.level in (Level.NATIVE, Level.PARTIAL)} - {Kind.ALERT}
    assert promised == OTHERS.keys() | ROOM.keys()


@pytest.mark.parametrize(
    ("kind", "instead"),
    [(Kind.SILENCE, Kind.CLOSE_CHAT), (Kind.DELETE_MESSAGE, Kind.CLOSE_CHAT), (Kind.ANNOUNCE, Kind.ALERT),
     (Kind.WARN, Kind.ALERT), (Kind.UNBAN, Kind.ALERT), (Kind.START_RECORDING, Kind.ALERT)],
)  # fmt: skip
def test_the_honest_fallbacks(kind: Kind, instead: Kind) -> None:
    assert TABLE[kind].level is Level.NONE
    assert TABLE[kind].instead == (instead,)


@pytest.mark.parametrize("kind", [k for k in ROOM if k not in (Kind.MUTE_ALL, Kind.ALLOW_UNMUTE)])
def test_a_switch_that_nobody_can_read_is_never_said_to_be_confirmed(kind: Kind) -> None:
    assert TABLE[kind].confirm is Confirm.NEVER


def test_the_budget_leaves_room_for_the_panic_button() -> None:
    minute, day = TencentMeetingAdapter.budgets
    assert (minute.calls, minute.seconds) == (250, 60.0)
    assert 0 < minute.reserve < minute.calls
    assert (day.calls, day.seconds) == (200_000, 86_400.0)


def test_memory_forgets_in_time_and_does_not_grow() -> None:
    now = time.time()
    clock = [now]
    memory: Memory[int] = Memory(lambda: clock[0], 10.0)
    for n in range(MOST + 5):
        memory.put(str(n), n)
    assert memory.get("4") is None
    assert memory.get("5") == 5
    clock[0] = now + 10.0
    assert memory.get("5") is None


README = (Path(adapters.tencent_meeting.__file__).parent / "README.md").read_text()


def test_the_readme_names_every_event_that_is_read() -> None:
    assert all(f"`{name}`" in README for name in READINGS)
