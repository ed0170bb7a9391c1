"""What the service does by itself now and then: forget what is too old, write down what the budgets have left, warn."""

import asyncio
import gc
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from app.connections import Connections
from app.listening import Listening
from app.memory import ConnectionMemory
from app.notices import Notice, all_notices, look
from app.store.desk import Desk
from app.store.usage import Used

FORGET_EVERY = 6 * 3600.0  # seconds
REMEMBER_EVERY = 1.0  # seconds
WARN_EVERY = 600.0  # seconds between two looks at what school IT should know
AGAIN = 86_400.0  # seconds after which the same warning is written to the log once more


async def forget(forgetting: Iterable[Callable[[], object]]) -> None:
    """Let everybody erase what is too old, now and every few hours."""
    while True:
        try:
            for erase in forgetting:
                await run_in_threadpool(erase)
            gc.collect()
        except SQLAlchemyError as e:
            structlog.get_logger("menshen").error("not erased", error=type(e).__name__)
        await asyncio.sleep(FORGET_EVERY)


async def remember(connections: Connections, memory: ConnectionMemory) -> None:
    """Write down what the platforms' budgets have left, ahead of what is used."""
    while True:
        await asyncio.sleep(REMEMBER_EVERY)
        try:
            await run_in_threadpool(write_down, connections, memory, exact=False)
        except SQLAlchemyError as e:
            structlog.get_logger("menshen").error("usage not written", error=type(e).__name__)


def write_down(connections: Connections, memory: ConnectionMemory, *, exact: bool) -> None:
    """The budgets of every account; `exact` at an orderly stop, when nothing more is sent."""
    schools: dict[str, dict[str, tuple[Used, ...]]] = {}
    for (school, account), allowance in list(connections.allowances().items()):
        if rows := allowance.unwritten(exact=exact):
            schools.setdefault(school, {})[account] = rows
    for school, accounts in schools.items():
        memory.save(school, accounts)


class Warnings:
    """What was written to the log, so that nothing is written twice a day. `now` is seconds since the epoch."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._told: dict[tuple[str, str, str], float] = {}

    def write(self, school: str, notices: Iterable[Notice]) -> int:
        """Write what is new or a day old; how many lines that was."""
        now = self.now()
        self._told = {key: at for key, at in self._told.items() if now - at < AGAIN}
        fresh = [n for n in notices if (school, n.code, n.about) not in self._told]
        for notice in fresh:
            self._told[school, notice.code, notice.about] = now
            structlog.get_logger("menshen").warning(
                notice.code, connection=notice.connection, name=notice.name, detail=notice.detail.en
            )
        return len(fresh)


async def warn(connections: Connections, listening: Listening, desk: Desk, warnings: Warnings) -> None:
    """Write to the log what school IT should know, each thing once a day."""
    while True:
        await asyncio.sleep(WARN_EVERY)
        try:
            for school in await run_in_threadpool(desk.people.schools):
                checks = await run_in_threadpool(desk.checks.newest, school.id)
                mine = [c for c in connections.all() if c.school == school.id]
                seen = [look(c, connections, listening, checks.get(c.id)) for c in mine]
                warnings.write(school.id, all_notices(seen, warnings.now(), ZoneInfo(school.zone)))
        except SQLAlchemyError as e:
            structlog.get_logger("menshen").error("not looked", error=type(e).__name__)
