"""Finds out which meeting a run belongs to when facts of it came before anybody told: asks the platform, then files."""

import asyncio
from collections.abc import Iterable, Sequence

import structlog

from adapters.http import spending
from app.connections import Connections
from app.domain.actions import Lane
from app.domain.errors import Gone, MenshenError
from app.pipeline import Committed, Pipeline
from app.store.runs import Run

PATIENCE = 0.5  # seconds in which another event usually tells it, for nothing
PAUSES = (2.0, 10.0, 60.0, 300.0)  # seconds between two questions to a platform that does not answer


class Resolving:
    """Fed by the pipeline after each commit; lives on one event loop."""

    def __init__(
        self,
        pipeline: Pipeline,
        connections: Connections,
        *,
        patience: float = PATIENCE,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._patience, self._pauses = patience, pauses
        self._pipeline = pipeline
        self._connections = connections
        self._asking: dict[Run, asyncio.Task[None]] = {}
        self._log = structlog.get_logger("menshen.resolving")

    def __call__(self, committed: Committed) -> None:
        """A batch was committed: ask about the runs that something waits for."""
        self.resume(committed.parked)

    def resume(self, runs: Iterable[Run]) -> None:
        """Ask about these runs, unless somebody is asking."""
        for run in runs:
            if run not in self._asking and self._connections.get(run[1]) is not None:
                self._asking[run] = asyncio.create_task(self._ask(run))

    async def _ask(self, run: Run) -> None:
        try:
            await self._until_told(*run)
        finally:
            self._asking.pop(run, None)

    async def _until_told(self, school: str, connection: str, occurrence: str) -> None:
        await asyncio.sleep(self._patience)
        for pause in (*self._pauses, None):
            try:
                if await self._asked(school, connection, occurrence):
                    return
            except MenshenError as e:
                self._log.warning("not resolved", connection=connection, error=type(e).__name__)
            if pause is not None:
                await asyncio.sleep(pause)

    async def _asked(self, school: str, connection: str, occurrence: str) -> bool:
        """Whether it is settled: known meanwhile, told by the platform, or nobody's."""
        if self._pipeline.knows((school, connection, occurrence)):
            return True
        try:
            with spending(Lane.ROUTINE):
                key = await self._connections[connection].adapter.resolve(f":{occurrence}")
        except Gone:
            key = f":{occurrence}"
        await self._pipeline.learn(school, connection, key)
        return True

    async def answered(self) -> None:
        """Wait until nobody is asked any more."""
        while self._asking:
            await asyncio.gather(*self._asking.values())

    async def close(self) -> None:
        """Stop asking; what waits is found again at the next start."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
