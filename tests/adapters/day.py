"""A day of one class beside a vendor's stand-in: the whole service, in real time, and the cloud that it talks to."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from adapters import REGISTRY
from adapters.base import Adapter
from app.clock import Pace
from app.domain.people import Roster
from tests.adapters.stand_in import StandIn, served
from tests.app.duty import QUICK, Service
from tests.app.guarded import Guarded

C = TypeVar("C", bound=StandIn)


@dataclass(kw_only=True)
class SchoolDay(Service, Generic[C]):
    """What a test can see and do: the service, and the cloud where people come and go."""

    cloud: C


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """Which class is guarded, and by which rules."""

    platform: str
    settings: Mapping[str, Any]  # of the connection; where the cloud is gets added
    meeting: str
    listed: Roster
    document: dict[str, Any]
    adapter: type[Adapter[Any]] | None = None  # instead of the platform's own
    pace: Pace = QUICK


def guard_a_day(
    tmp_path: Path, cloud: C, timetable: Timetable, story: Callable[[SchoolDay[C]], Awaitable[None]]
) -> Guarded:
    """The story; gives the school as it was left."""
    registry = dict(REGISTRY) | ({timetable.platform: timetable.adapter} if timetable.adapter else {})
    school = Guarded(f"sqlite:///{tmp_path}/menshen.db", registry=registry, clock=time.time).create()
    school.course(meeting=timetable.meeting, listed=timetable.listed, document=timetable.document)

    async def told() -> None:
        async with served(cloud) as base_url:
            settings = {**timetable.settings, "base_url": base_url}
            day = SchoolDay[C].wired(school, timetable.platform, settings, pace=timetable.pace, cloud=cloud)
            async with day.running():
                await story(day)

    with closing(school):
        asyncio.run(told())
    return school
