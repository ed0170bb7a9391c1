"""Time that passes only when everybody waits: an event loop in which ten minutes take as long as their work.

Nothing is patched. The loop's own clock is a number; whenever nothing is ready to run, it jumps to the next timer. Work
on other threads (the writer's commits, blocking endpoints) is done before time goes on.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

import anyio.to_thread
from anyio import CapacityLimiter

START = 1_790_000_000.0  # when every lesson begins, seconds since the epoch
COMMIT = 0.004  # seconds of this time that a transaction takes, so that what comes meanwhile gathers as in real life
LONGEST = 7 * 24 * 3600.0  # seconds of this time after which a story is taken to go in circles
PATIENCE = 60.0  # real seconds for which a thread may be at work

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Standstill(RuntimeError):
    """Everybody waits for something that will never happen, or the same happens again and again without end."""


class _Jumping(selectors.DefaultSelector):
    """Instead of waiting, moves the loop's clock; waits for real only while a thread is at work."""

    def __init__(self) -> None:
        super().__init__()
        self.jump: Callable[[float], None] = lambda seconds: None
        self.busy: Callable[[], bool] = lambda: False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.busy():
            found: list[tuple[selectors.SelectorKey, int]] = super().select(0 if timeout == 0 else PATIENCE)
            if not found and timeout != 0:
                raise Standstill("a thread does not come to an end")
            return found
        if timeout is None:
            raise Standstill("everybody waits")
        self.jump(max(0.0, timeout))
        found = super().select(0)
        return found


class Hours(asyncio.SelectorEventLoop):
    """The event loop. `now` is the wall clock of everybody in it."""

    def __init__(self) -> None:
        self._at = 0.0
        selector = _Jumping()
        selector.jump, selector.busy = self._jump, self._threads
        super().__init__(selector)
        self.limiter: CapacityLimiter | None = None

    def time(self) -> float:
        return self._at

    def now(self) -> float:
        """Seconds since the epoch."""
        return START + self._at

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Do it at once, on this thread; the answer is there after COMMIT."""
        future: asyncio.Future[T] = self.create_future()
        try:
            found = func(*args)
        except Exception as e:  # handed to whoever waits, as an executor does
            self.call_later(COMMIT, _fail, future, e)
        else:
            self.call_later(COMMIT, _finish, future, found)
        return future

    def _jump(self, seconds: float) -> None:
        self._at += seconds
        if self._at > LONGEST:
            raise Standstill("the story has no end")

    def _threads(self) -> bool:
        return self.limiter is not None and self.limiter.borrowed_tokens > 0


def _finish(future: "asyncio.Future[Any]", found: Any) -> None:
    if not future.done():
        future.set_result(found)


def _fail(future: "asyncio.Future[Any]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def clock() -> Hours:
    """The hours that the caller lives in."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Hours)
    return loop


def live(story: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The story, in hours of its own."""

    async def told() -> T:
        clock().limiter = anyio.to_thread.current_default_thread_limiter()
        return await story()

    with asyncio.Runner(loop_factory=Hours) as runner:
        return runner.run(told())
