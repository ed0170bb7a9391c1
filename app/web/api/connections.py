"""Connections over the API: connect a platform, list what is connected, ask whether it works."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from app.notices import notices
from app.web.api import connection_shapes as told
from app.web.api import shapes
from app.web.auth import Program, Verb, demand
from app.web.office import reading
from app.web.office.asking import ask
from app.web.readers import zone_of
from app.web.service import service_of

router = APIRouter(prefix="/connections", tags=["connections"])


@router.post("", status_code=201, summary="Connect a platform")
async def connect(request: Request, actor: Program, body: shapes.ConnectionIn) -> shapes.Connection:
    """The settings are checked, sealed and used at once. Register the `webhook_url` at the platform."""
    demand(actor, Verb.CONNECT)
    service = service_of(request)
    shapes.legible("settings", body.settings)
    stored = service.connections.validate(body.platform, body.settings)
    record = await run_in_threadpool(
        service.desk.connections.create, actor.school, platform=body.platform, name=body.name, settings=stored
    )
    service.connections.add(
        school=record.school, connection=record.id, name=record.name, platform=record.platform, settings=stored
    )
    return shapes.connection(record, service.settings.base_url)


@router.put("/{connection}", summary="Change the settings of a connection")
async def change(request: Request, actor: Program, connection: shapes.Id, body: shapes.SettingsIn) -> shapes.Connection:
    """All settings anew, for rotated secrets for example; used at once, and the webhook address stays."""
    demand(actor, Verb.CONNECT)
    service = service_of(request)
    record = await run_in_threadpool(service.desk.connections.get, actor.school, connection)
    shapes.legible("settings", body.settings)
    stored = service.connections.validate(record.platform, body.settings)
    await run_in_threadpool(service.desk.connections.replace, actor.school, connection, stored)
    service.connections.add(
        school=record.school, connection=record.id, name=record.name, platform=record.platform, settings=stored
    )
    return shapes.connection(record, service.settings.base_url)


@router.get("", summary="List connections")
def connections(
    request: Request, actor: Program, after: shapes.After = "", limit: shapes.Limit = 50
) -> shapes.ConnectionList:
    """Without their secrets."""
    demand(actor, Verb.CONNECT)
    service = service_of(request)
    page = service.desk.connections.page(actor.school, after=after, limit=limit)
    return shapes.ConnectionList(
        items=[shapes.connection(record, service.settings.base_url) for record in page.items], next=page.next
    )


@router.get("/{connection}", summary="Read a connection")
async def read(request: Request, actor: Program, connection: shapes.Id) -> told.ConnectionDetail:
    """How it hears, what is left of its budgets and when they end at today's pace, what it can do, its newest check."""
    demand(actor, Verb.CONNECT)
    service = service_of(request)
    record = await run_in_threadpool(service.desk.connections.get, actor.school, connection)
    connected = reading.connected_of(service, actor, connection)
    seen, now = await reading.look_at(service, connected), service.now()
    zone = await run_in_threadpool(zone_of, service, actor)
    return told.ConnectionDetail(
        **shapes.connection(record, service.settings.base_url).model_dump(),
        ways=told.ways(connected),
        stream=told.stream(seen, now),
        budgets=[told.budget(left) for left in seen.left],
        notices=told.notices(notices(seen, now, zone)),
        capabilities=told.capabilities(service.connections.capabilities(connection)),
        check=told.check(seen.check) if seen.check else None,
    )


@router.post("/{connection}/check", summary="Check a connection")
async def check(request: Request, actor: Program, connection: shapes.Id) -> told.KeptCheck:
    """Asks the platform whether credentials, scopes and quota suffice, and looks at budgets, stream and clock.

    What cannot be found out from here is a finding of its own, `unknown`, with how to settle it on your own tenant. The
    report is kept and shown until the next one.
    """
    return told.check(await reading.checked(service_of(request), actor, connection))


@router.get("/{connection}/groups", summary="List the classes of the address book")
async def groups(request: Request, actor: Program, connection: shapes.Id) -> told.Groups:
    """What a roster can be imported from; none where the platform has no address book."""
    demand(actor, Verb.CONNECT)
    connected = reading.connected_of(service_of(request), actor, connection)
    return told.groups(await ask(connected.adapter.platform, connected.adapter.groups()))
