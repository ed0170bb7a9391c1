"""Connections over the API: connect a platform, list what is connected, ask whether it works."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from app.domain.errors import NotFound
from app.web.api import shapes
from app.web.auth import Program, Verb, demand
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


@router.post("/{connection}/check", summary="Check a connection")
async def check(request: Request, actor: Program, connection: shapes.Id) -> shapes.Check:
    """Asks the platform whether credentials, scopes and quota suffice."""
    demand(actor, Verb.CONNECT)
    connected = service_of(request).connections.get(connection)
    if connected is None or connected.school != actor.school:
        raise NotFound("no such connection")
    health = await connected.adapter.probe()
    findings = [
        shapes.Finding(code=c.code, finding=c.finding.value, detail=shapes.sentence(c.detail)) for c in health.checked
    ]
    return shapes.Check(ok=health.ok, findings=findings)
