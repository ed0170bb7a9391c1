"""The practice platform as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from adapters.drill.classroom.hosting import hosting_routes
from adapters.drill.classroom.hub import Classroom
from adapters.drill.classroom.instruments import instrument_routes
from adapters.drill.classroom.settings import ClassroomSettings
from adapters.drill.classroom.visiting import visiting_routes


def create_classroom(settings: ClassroomSettings) -> Starlette:
    """One whole platform; it forgets everything when it stops."""
    return application(Classroom(settings))


def application(classroom: Classroom) -> Starlette:
    """The doors of a platform: instruments, control API, and the pages of its visitors."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await classroom.close()

    routes = [*instrument_routes(classroom), *hosting_routes(classroom), *visiting_routes(classroom)]
    return Starlette(routes=routes, lifespan=lifespan)
