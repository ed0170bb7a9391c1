"""What the service does by itself now and then: forget what is too old, write down what the budgets have left."""

import asyncio
import gc
from collections.abc import Callable, Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from app.connections import Connections
from app.memory import ConnectionMemory
from app.store.usage import Used

FORGET_EVERY = 6 * 3600.0  # seconds
REMEMBER_EVERY = 1.0  # seconds


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
