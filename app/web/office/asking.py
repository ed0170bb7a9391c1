"""A question to a platform that somebody waits for: within the budget, in time, with an answer that says who failed."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from adapters.http import spending
from app.domain.actions import Lane
from app.domain.errors import Malformed, NotAuthentic, Refused, Transient

T = TypeVar("T")
LONGEST = 60.0  # seconds


async def ask(platform: str, question: Awaitable[T]) -> T:
    """The platform's answer. Raises Refused, Gone and Transient: whoever asked us has done nothing wrong."""
    try:
        with spending(Lane.ROUTINE):
            async with asyncio.timeout(LONGEST):
                return await question
    except TimeoutError:
        raise Transient(platform, "the platform took too long") from None
    except (Malformed, NotAuthentic) as e:
        raise Refused(platform, f"the platform's answer cannot be used: {e}", code=e.code) from None
