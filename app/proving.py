"""Looks for proof: what a platform accepted is in effect when its own list or an event shows it, and not before."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from adapters.base import Adapter
from adapters.http import spending
from app.connections import Connected
from app.domain.actions import UNSEEN, Confirm, Outcome, OutcomeKind
from app.domain.errors import Gone, MenshenError
from app.domain.events import RosterPolled
from app.pipeline import Pipeline
from app.store.log import Queued

ATTEMPT = 8.0  # seconds that one request to a platform may take, whatever the adapter does
LOOKS = {Confirm.READ: (0.3, 1.2, 2.5, 4.0), Confirm.EVENT: (1.5, 3.5)}  # seconds after a request: read back

Settle = Callable[[Queued, Outcome], Awaitable[None]]


@dataclass(slots=True)
class Awaited:
    """A request that was accepted and whose effect has not shown yet."""

    intent: Queued
    due: float


class Proving:
    """Reads back, lesson by lesson, until everything that was asked there is proven or overdue."""

    def __init__(self, pipeline: Pipeline, now: Callable[[], float], settle: Settle) -> None:
        self._pipeline = pipeline
        self._now = now
        self._settle = settle
        self._awaited: dict[str, dict[str, Awaited]] = {}  # by lesson, by intent
        self._looking: dict[str, asyncio.Task[None]] = {}  # by lesson
        self._closing = False
        self._log = structlog.get_logger("menshen.proving")

    def expect(self, connected: Connected, intent: Queued) -> None:
        """The platform accepted this: look whether it takes effect."""
        due = self._now() + connected.adapter.settles_seconds
        self._awaited.setdefault(intent.lesson, {})[intent.id] = Awaited(intent=intent, due=due)
        if intent.lesson not in self._looking:
            look = self._look(connected, intent.school, intent.lesson, intent.lesson_key)
            self._looking[intent.lesson] = asyncio.create_task(look)

    def forget(self, lesson: str, intent: str) -> None:
        """It is settled."""
        self._awaited.get(lesson, {}).pop(intent, None)

    async def close(self) -> None:
        """Stop looking; what is not proven is found again at the next start."""
        self._closing = True
        tasks = list(self._looking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self, connected: Connected, school: str, lesson: str, key: str) -> None:
        try:
            started, step = self._now(), 0
            while (awaited := self._awaited.get(lesson)) and not self._closing:
                quick = any(confirmed_by(connected.adapter, a.intent) is Confirm.READ for a in awaited.values())
                looks = LOOKS[Confirm.READ if quick else Confirm.EVENT]
                last = max(a.due for a in awaited.values())
                at = started + looks[step] if step < len(looks) else last
                step += 1
                await asyncio.sleep(max(0.05, min(at, last) - self._now()))
                answered = await self._read_back(connected, school, lesson, key)
                await self._give_up(lesson, answered)
                if step > len(looks):
                    started, step = self._now(), 0
        finally:
            self._looking.pop(lesson, None)
            if not self._awaited.get(lesson):
                self._awaited.pop(lesson, None)

    async def _read_back(self, connected: Connected, school: str, lesson: str, key: str) -> bool:
        """Ask for the list; False when the platform did not answer, so that nothing can be said."""
        if not self._awaited.get(lesson):
            return True
        asked_at = self._now()
        lane = min(a.intent.lane for a in self._awaited[lesson].values())
        try:
            async with asyncio.timeout(ATTEMPT):
                with spending(lane):
                    seen = await connected.adapter.participants(key)
            await self._pipeline.tell(school, lesson, RosterPolled(at=self._now(), attendance=seen, asked_at=asked_at))
            return True
        except Gone:
            return False
        except (MenshenError, TimeoutError) as e:
            self._log.warning("cannot read back", lesson=lesson, error=type(e).__name__)
            return False
        except Exception:  # an adapter's own mistake is logged; what it was to prove is given up when it is due
            self._log.exception("adapter failed", lesson=lesson)
            return False

    async def _give_up(self, lesson: str, answered: bool) -> None:
        """What did not show in time is unconfirmed, and the ladder hears of it."""
        now = self._now()
        overdue = [a.intent for a in self._awaited.get(lesson, {}).values() if a.due <= now]
        for intent in overdue:
            self._awaited[lesson].pop(intent.id, None)
            await self._settle(intent, Outcome(kind=OutcomeKind.UNCONFIRMED, code="" if answered else UNSEEN))


def confirmed_by(adapter: Adapter[Any], intent: Queued) -> Confirm:
    """How this action proves itself, to this person in this lesson."""
    return adapter.supports(intent.action.kind, intent.action.target, intent.lesson_key).confirm
