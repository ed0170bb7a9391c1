"""Connections as API and pages look at them. Runs on the event loop, where budgets and streams live."""

from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool

from app.checking import check
from app.connections import Connected
from app.domain.errors import NotFound
from app.notices import Look, Notice, all_notices, look, unusable
from app.store.desk import CheckRecord, Found
from app.store.desk.paging import MOST
from app.web.auth import Actor, Verb, demand
from app.web.readers import zone_of
from app.web.service import Service


def connected_of(service: Service, actor: Actor, connection: str) -> Connected:
    """A connection of the actor's school that can be used. Raises NotFound."""
    connected = service.connections.get(connection)
    if connected is None or connected.school != actor.school:
        raise NotFound("no such connection")
    return connected


async def looks(service: Service, school: str) -> tuple[Look, ...]:
    """Every connection of a school as it stands."""
    checks = await run_in_threadpool(service.desk.checks.newest, school)
    mine = [c for c in service.connections.all() if c.school == school]
    return tuple(look(c, service.connections, service.listening, checks.get(c.id)) for c in mine)


async def look_at(service: Service, connected: Connected) -> Look:
    """One of them."""
    checks = await run_in_threadpool(service.desk.checks.newest, connected.school)
    return look(connected, service.connections, service.listening, checks.get(connected.id))


async def noticed(service: Service, actor: Actor) -> tuple[Notice, ...]:
    """What school IT should know just now; nothing for everybody else."""
    if not actor.sees_all:
        return ()
    zone = await run_in_threadpool(zone_of, service, actor)
    return await told(service, actor.school, zone)


async def told(service: Service, school: str, zone: ZoneInfo) -> tuple[Notice, ...]:
    """What is to be said about the connections of a school, those that cannot be used among them."""
    stored = (await run_in_threadpool(service.desk.connections.page, school, limit=MOST)).items
    broken = tuple(unusable(r.id, r.name) for r in stored if service.connections.get(r.id) is None)
    return (*broken, *all_notices(await looks(service, school), service.now(), zone))


async def checked(service: Service, actor: Actor, connection: str) -> CheckRecord:
    """Ask the platform, and keep what it says. Raises NotAllowed and NotFound."""
    demand(actor, Verb.CONNECT)
    connected = connected_of(service, actor, connection)
    zone = await run_in_threadpool(zone_of, service, actor)
    found = await check(connected, await look_at(service, connected), service.now, zone)
    kept = [Found(code=c.code, finding=c.finding.value, detail=c.detail) for c in found]
    return await run_in_threadpool(service.desk.checks.keep, actor.school, connection, service.now(), kept)
