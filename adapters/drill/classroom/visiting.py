"""What pupils and guests use: the join page, the API behind it, and the WebSocket that keeps the page true."""

import asyncio
import secrets
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters import untrusted
from adapters.drill.classroom.answers import Endpoint, body_of, flag, ok, refusing, text
from adapters.drill.classroom.happenings import Happenings
from adapters.drill.classroom.hosting import wanted_switches
from adapters.drill.classroom.hub import Classroom
from adapters.drill.classroom.people import Place, Role, Visitor, clean
from adapters.drill.classroom.room import Refusal, Room
from adapters.drill.classroom.views import as_page

_PAGE = Path(__file__).parent / "page"
_PAGE_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_GATHER_SECONDS = 0.08  # changes within this time reach a page as one


def visiting_routes(classroom: Classroom) -> list[BaseRoute]:
    """Everything that needs no token of the school."""
    api = _Visiting(classroom)
    one = "/rooms/{meeting}"
    routes: list[tuple[str, str, Endpoint]] = [
        ("GET", "/", api.front),
        ("GET", "/join/{meeting}", api.page),
        ("GET", one, api.door),
        ("POST", one + "/join", api.join),
        ("GET", one + "/me", api.me),
        ("POST", one + "/leave", api.leave),
        ("POST", one + "/say", api.say),
        ("POST", one + "/rename", api.rename),
        ("POST", one + "/switches", api.switches),
        ("POST", one + "/{medium:str}", api.medium),
    ]
    plain: list[BaseRoute] = [Route(path, refusing(endpoint), methods=[method]) for method, path, endpoint in routes]
    live = WebSocketRoute(one + "/live", api.live)
    return [*plain, live, Mount("/page", StaticFiles(directory=_PAGE))]


class _Visiting:
    def __init__(self, classroom: Classroom) -> None:
        self._classroom = classroom
        self._pages: dict[str, int] = {}  # person -> open pages

    def _room(self, request: Request | WebSocket) -> Room:
        return self._classroom.room(request.path_params["meeting"])

    def _seat(self, request: Request) -> tuple[Room, str]:
        room = self._room(request)
        return room, self._classroom.seats.seated(room, request.headers.get("x-seat", ""))

    def _done(self, room: Room, id: str, happened: Happenings) -> Response:
        self._classroom.publish(room, happened)
        return ok(**as_page(room, id))

    async def front(self, request: Request) -> Response:
        live = next((r.id for r in self._classroom.rooms.values() if r.live), None)
        if live is None:
            raise Refusal("unknown_meeting")
        return RedirectResponse(f"/join/{live}", status_code=302)

    async def page(self, request: Request) -> Response:
        return FileResponse(_PAGE / "join.html", headers=_PAGE_HEADERS)

    async def door(self, request: Request) -> Response:
        """What one sees before joining: the title, and in the practice school the pupils to sign in as."""
        room = self._room(request)
        pupils = []
        if self._classroom.settings.open_sign_in:
            accounts = self._classroom.settings.accounts
            signed = self._classroom.seats.signed
            pupils = [{"name": a.name, "staff": a.staff, "sign_in": signed("sign_in", a.id)} for a in accounts]
        return ok(title=room.title, live=room.live, host_first=room.host_first, pupils=pupils)

    async def join(self, request: Request) -> Response:
        room, body = self._room(request), await body_of(request)
        visitor = self._visitor(request, room, body)
        if room.host_first and visitor.role is Role.HOST:
            self._classroom.start(room)
        person, happened = room.join(visitor)
        self._classroom.publish(room, happened)
        if flag(body, "page"):  # a page that is closed before its WebSocket opens has left, too
            self._expect_page(room, person.id)
        key = self._classroom.seats.seat(room, person)
        return JSONResponse({"ok": True, "seat": key, **as_page(room, person.id)}, status_code=201)

    def _visitor(self, request: Request, room: Room, body: dict[str, object]) -> Visitor:
        name, sign_in, link = text(body, "name"), text(body, "sign_in"), text(body, "link")
        account = self._classroom.seats.account_of("sign_in", sign_in) if sign_in else None
        listed = room.invited.get(link, "")
        invited = self._classroom.seats.account_of("link", link) if link and not listed else None
        known = account or invited
        return Visitor(
            name=name or (known.name if known else listed),
            account=account.id if account else "",
            link=link,
            device=clean(text(body, "device"), 64) or secrets.token_hex(8),
            ip=request.client.host if request.client else "",
            role=Role.HOST if known and known.staff else Role.ATTENDEE,
            audio=flag(body, "audio"),
        )

    async def me(self, request: Request) -> Response:
        room, id = self._seat(request)
        return ok(**as_page(room, id))

    async def leave(self, request: Request) -> Response:
        room, id = self._seat(request)
        return self._done(room, id, room.leave(id))

    async def say(self, request: Request) -> Response:
        room, id = self._seat(request)
        return self._done(room, id, room.say(id, text(await body_of(request), "text")))

    async def rename(self, request: Request) -> Response:
        room, id = self._seat(request)
        return self._done(room, id, room.rename(id, text(await body_of(request), "name")))

    async def switches(self, request: Request) -> Response:
        """What a teacher presses on his own page."""
        room, id = self._seat(request)
        return self._done(room, id, room.set_switches_as(id, wanted_switches(await body_of(request))))

    async def medium(self, request: Request) -> Response:
        room, id = self._seat(request)
        medium = request.path_params["medium"]
        if medium not in {"audio", "video", "share"}:
            raise Refusal("unknown_medium")
        on = flag(await body_of(request), "on", default=True)
        return self._done(room, id, room.set_media(id, medium, on=on))

    # The page's WebSocket

    async def live(self, socket: WebSocket) -> None:
        """First message in: {"seat": key}. Out: the whole view at each change, changes close together as one."""
        await socket.accept()
        try:
            room = self._room(socket)
            id = self._classroom.seats.seated(room, text(_object(await socket.receive_text()), "seat"))
        except (Refusal, WebSocketDisconnect, KeyError):
            await _close(socket)
            return
        watcher = self._classroom.watch(room)
        self._pages[id] = self._pages.get(id, 0) + 1
        listening = asyncio.create_task(_until_closed(socket))
        try:
            await self._show(socket, room, id, watcher, listening)
        finally:
            listening.cancel()
            self._classroom.unwatch(room, watcher)
            self._page_closed(room, id)

    async def _show(
        self, socket: WebSocket, room: Room, id: str, watcher: asyncio.Event, listening: asyncio.Task[None]
    ) -> None:
        while not listening.done() and id in room.persons:
            watcher.clear()
            view = as_page(room, id)
            try:
                await socket.send_json(view)
            except (WebSocketDisconnect, RuntimeError):  # closed while sending
                return
            if view["me"]["place"] == Place.GONE.value:
                break
            changed = asyncio.create_task(watcher.wait())
            await asyncio.wait({changed, listening}, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            await asyncio.sleep(_GATHER_SECONDS)
        if not listening.done():
            await _close(socket)

    def _page_closed(self, room: Room, id: str) -> None:
        self._pages[id] -= 1
        if self._pages[id] == 0:
            del self._pages[id]
            self._expect_page(room, id)

    def _expect_page(self, room: Room, id: str) -> None:
        grace = self._classroom.settings.grace_seconds
        asyncio.get_running_loop().call_later(grace, self._leave_unless_back, room, id)

    def _leave_unless_back(self, room: Room, id: str) -> None:
        if id not in self._pages and id in room.persons:
            self._classroom.publish(room, room.leave(id))


def _object(raw: str) -> dict[str, object]:
    found = untrusted.loads(raw)
    if not isinstance(found, dict):
        raise Refusal("bad_json")
    return found


async def _until_closed(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, KeyError):
        return


async def _close(socket: WebSocket) -> None:
    try:
        await socket.close()
    except RuntimeError:
        return  # it was closed from the other side
