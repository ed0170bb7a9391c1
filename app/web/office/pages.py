"""The pages of school IT: its connections, one of them, and "check now"."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.notices import notices
from app.web.auth import Genuine, SignedIn, Verb, demand, frame
from app.web.office import consent, reading
from app.web.pages import render
from app.web.readers import reader_of
from app.web.service import service_of
from app.web.views import office

router = APIRouter(include_in_schema=False)


@router.get("/connections")
async def connections(request: Request, actor: SignedIn) -> Response:
    """Every connection with how it hears and what is the matter."""
    demand(actor, Verb.CONNECT)
    service = service_of(request)
    reader = await run_in_threadpool(reader_of, request, actor)
    seen = await reading.looks(service, actor.school)
    cards = [
        office.card(s, service.connections[s.id].adapter, notices(s, reader.now, reader.zone), reader) for s in seen
    ]
    told = office.noticed(await reading.told(service, actor.school, reader.zone), reader)
    return HTMLResponse(
        render(service.pages, "connections.html", frame(request, actor), connections=cards, notices=told)
    )


@router.get("/connections/{connection}")
async def show(request: Request, actor: SignedIn, connection: str) -> Response:
    """One connection whole."""
    demand(actor, Verb.CONNECT)
    service = service_of(request)
    connected = reading.connected_of(service, actor, connection)
    reader = await run_in_threadpool(reader_of, request, actor)
    seen = await reading.look_at(service, connected)
    view = office.connection(
        seen, connected.adapter, service.connections.capabilities(connection), reader,
        webhook=f"{service.settings.base_url}/hooks/{connection}",
        consents=[(reader.who(c.user), c.at) for c in consent.given(connected)],
        asks_consent=consent.asks(service, connected),
    )  # fmt: skip
    told = office.noticed(notices(seen, reader.now, reader.zone), reader)
    html = render(service.pages, "connection.html", frame(request, actor), view=view, notices=told)
    return HTMLResponse(html)


@router.post("/connections/{connection}/check", dependencies=[Genuine])
async def check(request: Request, actor: SignedIn, connection: str) -> Response:
    """Ask the platform now, and show what it said."""
    await reading.checked(service_of(request), actor, connection)
    return RedirectResponse(f"/connections/{connection}#check", status_code=303)
