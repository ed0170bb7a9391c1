"""The control API: what the host's programs may ask, with the bearer token."""

import asyncio
import hmac
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from adapters.drill.classroom.answers import Endpoint, body_of, flag, ok, refused, refusing, text
from adapters.drill.classroom.faults import Fault, FaultRule, Where
from adapters.drill.classroom.happenings import Happenings, Switches, as_switches
from adapters.drill.classroom.hub import Classroom
from adapters.drill.classroom.people import NAME_LENGTH, Place, Role, clean, practice_groups
from adapters.drill.classroom.room import Refusal, Room
from adapters.drill.classroom.settings import Hidden
from adapters.drill.classroom.views import as_list, as_row

Verb = Callable[[Room, str, dict[str, Any]], Happenings | None]

_PERSON_VERBS: dict[str, Verb] = {
    "admit": lambda room, id, _: room.admit(id),
    "deny": lambda room, id, _: room.deny(id),
    "hold": lambda room, id, _: room.hold(id),
    "kick": lambda room, id, _: room.kick(id),
    "ban": lambda room, id, _: room.ban(id),
    "unban": lambda room, id, body: room.unban(id, account=text(body, "account"), device=text(body, "device")),
    "rename": lambda room, id, body: room.rename(id, text(body, "name")),
    "mute": lambda room, id, _: room.stop_media(id, "audio"),
    "stop_video": lambda room, id, _: room.stop_media(id, "video"),
    "stop_share": lambda room, id, _: room.stop_media(id, "share"),
    "silence": lambda room, id, _: room.silence(id, on=True),
    "unsilence": lambda room, id, _: room.silence(id, on=False),
    "notice": lambda room, id, body: room.notify(id, text(body, "text")),
    "role": lambda room, id, body: room.set_role(id, _role(text(body, "role"))),
}
_ROOM_VERBS: dict[str, Verb] = {
    "stop_video": lambda room, *_: room.stop_media_of_all("video"),
    "stop_share": lambda room, *_: room.stop_media_of_all("share"),
    "announce": lambda room, _, body: room.announce(text(body, "text")),
    "end": lambda room, *_: room.end(),
}
_UNPLANNED = {
    Hidden.WAITING_ROOM: {"admit", "deny", "hold"},
    Hidden.BANS: {"ban", "unban"},
}


def hosting_routes(classroom: Classroom) -> list[Route]:
    """Everything under /api that acts on meetings."""
    api = _Hosting(classroom)
    one = "/api/meetings/{meeting}"
    routes: list[tuple[str, str, Endpoint]] = [
        ("GET", "/api/me", api.me),
        ("GET", "/api/accounts", api.accounts),
        ("GET", "/api/groups", api.groups),
        ("GET", "/api/groups/{group}", api.group),
        ("GET", "/api/meetings", api.meetings),
        ("POST", "/api/meetings", api.create),
        ("GET", one, api.meeting),
        ("PUT", one + "/preparation", api.prepare),
        ("POST", one + "/start", api.start),
        ("GET", one + "/bans", api.bans),
        ("GET", one + "/participants", api.participants),
        ("GET", one + "/participants/{person}", api.participant),
        ("POST", one + "/participants/{person}/{verb}", api.person_verb),
        ("PATCH", one + "/switches", api.switches),
        ("GET", one + "/messages/{message}", api.message),
        ("DELETE", one + "/messages/{message}", api.delete_message),
        ("POST", one + "/{verb}", api.room_verb),
    ]
    return [Route(path, api.guarded(endpoint), methods=[method]) for method, path, endpoint in routes]


def authorised(classroom: Classroom, endpoint: Endpoint) -> Endpoint:
    """The endpoint, for holders of the token only."""
    expected = f"Bearer {classroom.settings.token}".encode()

    async def answer(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, expected):
            return refused("bad_token")
        return await refusing(endpoint)(request)

    return answer


class _Hosting:
    def __init__(self, classroom: Classroom) -> None:
        self._classroom = classroom

    def guarded(self, endpoint: Endpoint) -> Endpoint:
        """Token, then rate limit, then whatever fault is on order, then the endpoint."""

        async def answer(request: Request) -> Response:
            wait = self._classroom.bucket.take(asyncio.get_running_loop().time())
            if wait:
                return refused("slow_down", retry_after=wait)
            rule = self._classroom.faults.spend(Where.CONTROL, await _facts(request))
            return await (endpoint(request) if rule is None else _faulty(rule, endpoint, request))

        return authorised(self._classroom, answer)

    def _room(self, request: Request) -> Room:
        """The meeting, if it is still the occurrence that the caller means."""
        room = self._classroom.room(request.path_params["meeting"])
        meant = request.query_params.get("occurrence", "")
        if meant and meant != room.occurrence:
            raise Refusal("ended")
        return room

    def _live(self, request: Request) -> Room:
        room = self._room(request)
        if not room.live:
            raise Refusal("ended")
        return room

    async def me(self, request: Request) -> Response:
        sender, settings = self._classroom.sender, self._classroom.settings
        webhook = {
            "url": sender.url, "verified": sender.verified, "delivered": sender.delivered, "failed": len(sender.failed),
        }  # fmt: skip
        hides = sorted(h.value for h in settings.hides)
        return ok(school=settings.school, webhook=webhook, hides=hides, rate=settings.rate, burst=settings.burst)

    async def accounts(self, request: Request) -> Response:
        signed = self._classroom.seats.signed
        rows = [
            {"id": a.id, "name": a.name, "staff": a.staff, "link": signed("link", a.id)}
            for a in self._classroom.seats.accounts.values()
        ]
        return ok(accounts=rows)

    async def groups(self, request: Request) -> Response:
        """The classes of the address book; names only."""
        return ok(groups=[{"id": id, "name": name} for id, (name, _) in practice_groups().items()])

    async def group(self, request: Request) -> Response:
        """Who belongs to one of them."""
        found = practice_groups().get(request.path_params["group"])
        if found is None:
            raise Refusal("unknown_group")
        accounts = self._classroom.seats.accounts
        members = [accounts[id] for id in found[1] if id in accounts]
        return ok(members=[{"id": a.id, "name": a.name, "staff": a.staff} for a in members])

    async def prepare(self, request: Request) -> Response:
        """{"invited": {token: name}} are the personal links; with "host_first" a host who comes starts the lesson."""
        body = await body_of(request)
        invited = body.get("invited", {})
        if not isinstance(invited, dict) or not all(isinstance(v, str) for v in invited.values()):
            raise Refusal("bad_invited")
        room = self._classroom.room(request.path_params["meeting"])
        room.invited = {str(token): clean(name, NAME_LENGTH) for token, name in invited.items()}
        room.host_first = flag(body, "host_first")
        return ok(invited=len(room.invited))

    async def meetings(self, request: Request) -> Response:
        return ok(meetings=[_summary(r) for r in self._classroom.rooms.values()])

    async def create(self, request: Request) -> Response:
        body = await body_of(request)
        wanted = self._allowed(wanted_switches(body.get("switches", {})))
        room = self._classroom.create(text(body, "id"), text(body, "title"))
        happened = room.set_switches(wanted)
        self._classroom.publish(room, happened if room.live else ())  # before the start there is nobody to be told
        if flag(body, "start"):
            self._classroom.start(room)
        return JSONResponse({"ok": True, **_summary(room)}, status_code=201)

    async def meeting(self, request: Request) -> Response:
        room = self._room(request)
        shown = {} if Hidden.SWITCHES in self._classroom.settings.hides else {"switches": as_switches(room.switches)}
        return ok(**_summary(room), **shown)

    async def start(self, request: Request) -> Response:
        room = self._classroom.room(request.path_params["meeting"])
        self._classroom.start(room)
        return ok(**_summary(room))

    async def participants(self, request: Request) -> Response:
        return ok(**as_list(self._room(request), self._classroom.settings.hides))

    async def participant(self, request: Request) -> Response:
        room = self._live(request)
        person = room.person(request.path_params["person"])
        row = {**as_row(person), "place": person.place.value, "banned": person.id in room.bans}
        return ok(participant=row)

    async def bans(self, request: Request) -> Response:
        rows = [{"id": id, "account": b.account, "device": b.device} for id, b in self._room(request).bans.items()]
        return ok(bans=rows)

    async def person_verb(self, request: Request) -> Response:
        verb = request.path_params["verb"]
        room = self._room(request) if verb == "unban" else self._live(request)
        self._planned(verb)
        return await self._act(request, _PERSON_VERBS.get(verb), room, request.path_params["person"])

    async def room_verb(self, request: Request) -> Response:
        verb, room = request.path_params["verb"], self._room(request)
        if verb != "end" and not room.live:
            raise Refusal("ended")
        return await self._act(request, _ROOM_VERBS.get(verb), room, "")

    async def _act(self, request: Request, verb: Verb | None, room: Room, id: str) -> Response:
        if verb is None:
            raise Refusal("unknown_verb")
        happened = verb(room, id, await body_of(request))
        self._classroom.publish(room, happened or ())
        return ok()

    async def switches(self, request: Request) -> Response:
        room = self._live(request)
        self._classroom.publish(room, room.set_switches(self._allowed(wanted_switches(await body_of(request)))))
        return ok()

    def _allowed(self, changes: dict[str, bool]) -> dict[str, bool]:
        """What programs may switch here; the rest is for the teacher's own page."""
        if Hidden.CHAT_CONTROL in self._classroom.settings.hides and "chat_closed" in changes:
            raise Refusal("not_in_plan")
        return changes

    async def message(self, request: Request) -> Response:
        found = self._live(request).messages.get(request.path_params["message"])
        if found is None:
            raise Refusal("unknown_message")
        return ok(message={"id": found.id, "by": found.by, "text": found.text})

    async def delete_message(self, request: Request) -> Response:
        room = self._live(request)
        self._classroom.publish(room, room.delete_message(request.path_params["message"]))
        return ok()

    def _planned(self, verb: str) -> None:
        if any(verb in _UNPLANNED.get(h, ()) for h in self._classroom.settings.hides):
            raise Refusal("not_in_plan")


async def _facts(request: Request) -> dict[str, tuple[str, ...]]:
    """What a fault may be matched against: the path, and the verb or switch names as actions."""
    actions = [str(request.path_params.get("verb") or request.scope["path"].rsplit("/", 1)[-1])]
    if request.method == "PATCH":
        actions += (await body_of(request)).keys()
    meeting = str(request.path_params.get("meeting", ""))
    return {"path": (request.url.path,), "action": tuple(actions), "meeting": (meeting,)}


async def _faulty(rule: FaultRule, endpoint: Endpoint, request: Request) -> Response:
    match rule.fault:
        case Fault.DELAY:
            await asyncio.sleep(1.0 if rule.value is None else rule.value)
            return await endpoint(request)
        case Fault.BUSY:
            return refused("slow_down", retry_after=1.0 if rule.value is None else rule.value)
        case Fault.LIE:
            return ok()
        case Fault.GARBAGE:
            return HTMLResponse("<html><body>Maintenance</body></html>")
        case Fault.LOST:
            await endpoint(request)
            return HTMLResponse("Gateway Timeout", status_code=504)
        case Fault.TIMEOUT:
            await asyncio.sleep(30.0 if rule.value is None else rule.value)
            return HTMLResponse("Gateway Timeout", status_code=504)
        case _:
            return JSONResponse({"ok": False, "error": {"code": "broken"}}, status_code=int(rule.value or 503))


def _summary(room: Room) -> dict[str, Any]:
    return {
        "id": room.id,
        "title": room.title,
        "live": room.live,
        "occurrence": room.occurrence,
        "inside": len(room.present(Place.INSIDE)),
        "join": f"/join/{room.id}",
    }


def wanted_switches(raw: object) -> dict[str, bool]:
    """The switches in a body. Raises Refusal."""
    known = as_switches(Switches())
    if not isinstance(raw, dict) or not set(raw) <= set(known) or not all(isinstance(v, bool) for v in raw.values()):
        raise Refusal("bad_switches")
    return raw


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise Refusal("bad_role") from None
