"""What a month allows (billing model of 2025-11-19): per organisation, all its internal apps together.

A class of 40 makes at least 80 events, so the free edition is used up after some 35 classes a month. Therefore nothing
is read without need, and some calls are kept for the panic lane.
"""

from collections.abc import Mapping

from adapters.budget import Budget, Counts, Period
from adapters.dingtalk.settings import DingTalkSettings

MONTH = 30 * 86_400.0
EDITIONS: Mapping[str, tuple[int, int]] = {"standard": (5_000, 3_000), "professional": (200_000, 50_000)}
PER_SECOND = Budget(name="second", calls=20, seconds=1.0, reserve=4)  # the vendor's number is per app and call
WEALTHY = 100_000  # calls a month from which an incident may be watched closely
NEVER = float("inf")
CLOSELY, SPARINGLY = 15.0, 60.0  # seconds between two reads (two calls each) while an incident runs


def limits(settings: DingTalkSettings) -> tuple[Budget, ...]:
    """The budgets of one connection."""
    calls, events = numbers(settings)
    return (PER_SECOND, *_monthly(calls, events))


def numbers(settings: DingTalkSettings) -> tuple[int, int]:
    """Calls and events of a month."""
    calls, events = EDITIONS.get(settings.edition, EDITIONS["standard"])
    return settings.calls_per_month or calls, settings.events_per_month or events


def _monthly(calls: int, events: int) -> tuple[Budget, Budget]:
    return (
        Budget(name="calls", calls=calls, seconds=MONTH, reserve=min(calls // 10, 5_000), period=Period.MONTH),
        Budget(name="events", calls=events, seconds=MONTH, period=Period.MONTH, counts=Counts.EVENTS),
    )


STANDARD = (PER_SECOND, *_monthly(*EDITIONS["standard"]))


def every(settings: DingTalkSettings, *, hot: bool) -> float:
    """Seconds between two reads of a list: never while all is quiet, for then the events tell."""
    if not hot:
        return NEVER
    return CLOSELY if numbers(settings)[0] >= WEALTHY else SPARINGLY
