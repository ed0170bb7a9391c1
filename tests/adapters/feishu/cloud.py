"""A strict stand-in of Feishu's cloud, written from the vendor's pages and the SDK's models: it runs on loopback.

It wants the right kind of token, refuses members and queries that the SDK does not have and values of the wrong type,
writes numbers as text, pages as the vendor does, keeps state, and lies, throttles or forgets tokens when told to.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from adapters.feishu import FeishuAdapter, FeishuSettings
from adapters.notes import Notes
from tests.adapters.conformance import NOW
from tests.adapters.feishu.sample import APP, MEETING, NUMBER, PUPIL, RESERVE, SECRET, TEACHER
from tests.adapters.feishu.wire import ROUTES, Route, fits
from tests.adapters.stand_in import Seen, StandIn, talking

CHAT = "oc_a0553eda9014c201e6969b478895c230"
LESSON = f"{NUMBER}:{MEETING}"
ROSTER_TENANT = "2ca1d211f64f6438"


def row(open_id: str = PUPIL, **more: Any) -> dict[str, Any]:
    """One line of a meeting's list, with numbers as text as there."""
    return {
        "id": open_id, "first_join_time": "1795132800", "final_leave_time": "0", "in_meeting_duration": "60",
        "user_type": 1, "is_host": False, "is_cohost": False, "is_external": False, "status": 2,
    } | more  # fmt: skip


@dataclass
class Chat:
    """A group: who is in it, and who may write."""

    members: dict[str, str] = field(default_factory=lambda: {TEACHER: "王老师", PUPIL: "访客"})
    owner: str = TEACHER
    managers: list[str] = field(default_factory=list)
    setting: str = "all_members"
    moderators: list[str] = field(default_factory=list)
    messages: set[str] = field(default_factory=lambda: {"om_1"})
    bot_is_owner: bool = True
    hidden: bool = False  # nobody is told who may write


class Refusal(Exception):
    def __init__(self, code: int, status: int = 400, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        self.code, self.status, self.headers, self.more = code, status, dict(headers or {}), more


@dataclass
class Cloud(StandIn):
    """The tenant behind the API. Tests set its fields and look at them afterwards."""

    status: int = 2
    inside: list[dict[str, Any]] = field(default_factory=lambda: [row(TEACHER, is_host=True), row()])
    host: str = TEACHER
    reserves: dict[str, dict[str, Any]] = field(default_factory=dict)
    hides_permissions: bool = False  # reads of a reservation do not show who may join
    chats: dict[str, Chat] = field(default_factory=lambda: {CHAT: Chat()})
    users: dict[str, dict[str, Any]] = field(default_factory=dict)  # by open_id, with `departments`
    departments: dict[str, str] = field(default_factory=dict)  # id -> parent
    sent: list[dict[str, Any]] = field(default_factory=list)  # messages of the bot
    said: list[dict[str, Any]] = field(default_factory=list)  # messages of the group robot
    recording: bool = False
    tenant_may_kick: bool = True
    unmovable: set[str] = field(default_factory=set)  # kicks of these fail with result 2 inside code 0
    lies: bool = False  # kicks say "done" and do nothing
    bot: str = "gray"  # gray (20017) | there
    bot_in: set[str] = field(default_factory=set)
    bot_events: list[dict[str, Any]] = field(default_factory=list)
    token: str = "t-menshen-1"
    granted: int = 0
    teachers: dict[str, str] = field(default_factory=dict)  # user token -> open_id
    refreshes: dict[str, str] = field(default_factory=dict)  # refresh token that is still good -> open_id
    codes: dict[str, str] = field(default_factory=dict)  # consent code -> open_id
    socket: Callable[[web.Request], Any] | None = None

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(s.method, s.target) for s in self.seen if not s.path.endswith("/internal")]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/ws":
            assert self.socket is not None
            stream: web.StreamResponse = await self.socket(request)
            return stream
        seen = await self.heard(request)
        try:
            return await self._answer(request, seen)
        except Refusal as e:
            document = {"code": e.code, "msg": "failed", **e.more}
            return web.json_response(document, status=e.status, headers={"X-Tt-Logid": "20261120LOG1", **e.headers})

    async def _answer(self, request: web.Request, seen: Seen) -> web.StreamResponse:
        for route in ROUTES:
            found = re.fullmatch(route.path, seen.path)
            if found and route.method == seen.method:
                caller = self._caller(route, seen)
                if caller and (ready := await self.scripted()) is not None:  # of calls with a token only
                    return ready
                self._check(route, request, seen)
                answer: Any = getattr(self, f"on_{route.name}")(request, seen.members, caller, *found.groups())
                full = answer if route.plain else {"code": 0, "msg": "success", "data": answer or {}}
                return web.json_response(full)
        raise Refusal(404, 404)

    def _caller(self, route: Route, seen: Seen) -> str:
        """Who asks: "app", a teacher's open_id, or "" where no token is wanted."""
        if not route.tokens:
            if "authorization" in seen.headers:
                raise Refusal(99992402)
            return ""
        bearer = seen.headers.get("authorization", "").partition("Bearer ")[2]
        if not bearer:
            raise Refusal(99991661)
        caller = "app" if bearer == self.token and self.granted else self.teachers.get(bearer, "")
        if not caller or ("app" if caller == "app" else "user") not in route.tokens:
            raise Refusal(99991663 if bearer.startswith("t-") else 99991668)
        return caller

    def _check(self, route: Route, request: web.Request, seen: Seen) -> None:
        """Nothing that the SDK's request has not, everything that it must have, and of the right type."""
        given = set(request.query)
        if given - route.query - route.wanted or route.wanted - given:
            raise Refusal(99992402, field_violations=sorted(given ^ route.wanted))
        if route.body is None:
            if seen.body:
                raise Refusal(9499)
            return
        if not seen.typed or not fits(seen.members, route.body):
            raise Refusal(9499)

    # --- tokens -----------------------------------------------------------------------------------------------------

    def on_token(self, _: Any, members: Any, __: str) -> dict[str, Any]:
        if (members["app_id"], members["app_secret"]) != (APP, SECRET):
            return {"code": 10014, "msg": "app secret invalid"}  # with HTTP 200, as the vendor does
        self.granted += 1
        return {"code": 0, "msg": "ok", "tenant_access_token": self.token, "expire": 7200}

    def forget_token(self) -> None:
        """The present token is no longer good; the next one is another."""
        self.token = f"t-menshen-{int(self.token.rpartition('-')[2]) + 1}"

    def grant(self, teacher: str) -> dict[str, Any]:
        number = len(self.teachers) + 1
        access, refresh = f"eyJ.user.{number}", f"ur-{number}"
        self.teachers[access] = self.refreshes[refresh] = teacher
        return {
            "code": 0, "access_token": access, "expires_in": 7200, "refresh_token": refresh,
            "refresh_token_expires_in": 604800, "token_type": "Bearer", "scope": "vc:meeting offline_access",
        }  # fmt: skip

    def on_oauth(self, _: Any, members: Any, __: str) -> dict[str, Any]:
        if (members["client_id"], members["client_secret"]) != (APP, SECRET):
            raise Refusal(20002, error="invalid_client")
        if members["grant_type"] == "authorization_code":
            if members.get("code") not in self.codes:
                raise Refusal(20003, error="invalid_grant")
            return self.grant(self.codes.pop(members["code"]))
        if members.get("refresh_token") not in self.refreshes:
            raise Refusal(20073, error="invalid_grant")
        return self.grant(self.refreshes.pop(members["refresh_token"]))

    def on_user_info(self, _: Any, __: Any, caller: str) -> dict[str, Any]:
        return {"open_id": caller, "union_id": f"on_{caller[3:]}", "name": "王老师"}

    def on_tenant(self, *_: Any) -> dict[str, Any]:
        return {"tenant": {"name": "School", "tenant_key": ROSTER_TENANT}}

    def on_endpoint(self, _: Any, members: Any, __: str) -> dict[str, Any]:
        if (members["AppID"], members["AppSecret"]) != (APP, SECRET):
            return {"code": 514, "msg": "auth failed"}
        url = f"{self.base.replace('http', 'ws', 1)}/ws?device_id=7&service_id=33554678"
        config = {"ReconnectCount": -1, "ReconnectInterval": 120, "ReconnectNonce": 30, "PingInterval": 120}
        return {"code": 0, "msg": "ok", "data": {"URL": url, "ClientConfig": config}}

    # --- meetings -----------------------------------------------------------------------------------------------------

    def _known(self, meeting_id: str, code: int = 122002) -> None:
        if meeting_id != MEETING:
            raise Refusal(code, 404)

    def _running(self, meeting_id: str) -> None:
        self._known(meeting_id)
        if self.status != 2:
            raise Refusal(122001)

    def on_meeting(self, request: web.Request, _: Any, __: str, meeting_id: str) -> dict[str, Any]:
        self._known(meeting_id, 121004)
        everybody = self.inside if request.query.get("with_participants") == "true" else None
        return {"meeting": {
            "id": MEETING, "topic": "数学", "url": "https://vc.example/j/1", "meeting_no": NUMBER,
            "create_time": "1795132700", "start_time": "1795132800", "end_time": "0", "status": self.status,
            "host_user": {"id": self.host, "user_type": 1}, "participant_count": str(len(self.inside)),
            "participant_count_accumulated": str(len(self.inside)),
            **({"participants": everybody} if everybody is not None else {}),
        }}  # fmt: skip

    def on_by_number(self, request: web.Request, *_: Any) -> dict[str, Any]:
        ours = request.query["meeting_no"] == NUMBER
        brief = {"id": MEETING, "meeting_no": NUMBER, "status": self.status}
        return {"has_more": False, "page_token": "", "meeting_briefs": [brief] if ours else []}

    def on_kickout(self, _: Any, members: Any, caller: str, meeting_id: str) -> dict[str, Any]:
        self._running(meeting_id)
        if caller == "app" and not self.tenant_may_kick:
            raise Refusal(121005, 403)
        users = members["kickout_users"]
        if not 1 <= len(users) <= 10:
            raise Refusal(121003)
        return {"kickout_results": [{**u, "result": 1 if self._kicked(u) else 2} for u in users]}

    def _kicked(self, user: Mapping[str, Any]) -> bool:
        if self.lies:
            return True
        if user["id"] in self.unmovable:
            return False
        found = [r for r in self.inside if (r["id"], r["user_type"]) == (user["id"], user["user_type"])]
        for r in found:
            r["status"] = 4
        return bool(found)

    def on_end(self, _: Any, __: Any, caller: str, meeting_id: str) -> None:
        self._led(meeting_id, caller)
        self.status, self.inside = 3, []

    def on_record(self, _: Any, __: Any, caller: str, meeting_id: str, what: str) -> None:
        self._led(meeting_id, caller)
        self.recording = what == "start"

    def _led(self, meeting_id: str, caller: str) -> None:
        self._running(meeting_id)
        if not any(r["id"] == caller and r["status"] == 2 for r in self.inside):
            raise Refusal(122003)
        if caller != self.host:
            raise Refusal(121005, 403)

    def on_set_host(self, _: Any, members: Any, __: str, meeting_id: str) -> dict[str, Any]:
        self._running(meeting_id)
        wanted = members["host_user"]["id"]
        if not any(r["id"] == wanted and r["status"] == 2 for r in self.inside):
            raise Refusal(122004)
        self.host = wanted
        for r in self.inside:
            r["is_host"] = r["id"] == wanted
        return {"host_user": members["host_user"]}

    # --- reservations -----------------------------------------------------------------------------------------------

    def on_apply(self, _: Any, members: Any, __: str) -> dict[str, Any]:
        if "owner_id" not in members:
            raise Refusal(121003)
        known = RESERVE if not self.reserves else str(int(RESERVE) + len(self.reserves))
        number = NUMBER if known == RESERVE else str(112000000 + len(self.reserves))
        self.reserves[known] = {"meeting_no": number, **members}
        hosts = members["meeting_settings"].get("assign_host_list", [])
        if len(hosts) > 10:
            raise Refusal(123003)
        foreign = [h["id"] for h in hosts if self.users and h["id"] not in self.users]
        check = {"invalid_host_id_list": foreign}
        return {"reserve": self._reserve(known), "reserve_correction_check_info": check}

    def _reserve(self, known: str) -> dict[str, Any]:
        kept = self.reserves[known]
        settings = dict(kept["meeting_settings"])
        if self.hides_permissions:
            settings.pop("action_permissions", None)
        return {
            "id": known, "meeting_no": kept["meeting_no"], "url": f"https://vc.example/j/{kept['meeting_no']}",
            "app_link": "https://applink.example/x", "end_time": kept["end_time"], "meeting_settings": settings,
        }  # fmt: skip

    def _own(self, known: str) -> dict[str, Any]:
        if known not in self.reserves:
            raise Refusal(121004, 404)
        return self.reserves[known]

    def on_update(self, _: Any, members: Any, __: str, known: str) -> dict[str, Any]:
        kept = self._own(known)
        kept["end_time"] = members.get("end_time", kept["end_time"])
        kept["meeting_settings"] = {**kept["meeting_settings"], **members.get("meeting_settings", {})}
        return {"reserve": self._reserve(known)}

    def on_reserve(self, _: Any, __: Any, ___: str, known: str) -> dict[str, Any]:
        self._own(known)
        return {"reserve": self._reserve(known)}

    def on_active(self, _: Any, __: Any, ___: str, known: str) -> dict[str, Any]:
        if self._own(known)["meeting_no"] != NUMBER or self.status != 2:
            raise Refusal(121004, 404)
        return {"meeting": {"id": MEETING, "meeting_no": NUMBER, "status": self.status}}

    def who_may_join(self, known: str = RESERVE) -> dict[str, Any] | None:
        """The one checker of who may join; None = everybody."""
        permissions = self.reserves[known]["meeting_settings"].get("action_permissions", [])
        checkers = [c for p in permissions if p["permission"] == 3 for c in p["permission_checkers"]]
        assert len(checkers) <= 1, "several checkers combine with OR"
        return checkers[0] if checkers else None

    # --- the meeting bot ----------------------------------------------------------------------------------------------

    def _bot(self, meeting_id: str) -> None:
        if self.bot == "gray":
            raise Refusal(20017)
        if meeting_id != MEETING:
            raise Refusal(20002)
        if meeting_id not in self.bot_in:
            raise Refusal(10005)

    def on_bot_join(self, _: Any, members: Any, __: str) -> dict[str, Any]:
        if self.bot == "gray":
            raise Refusal(20017)
        if members["join_identify"]["meeting_no"] != NUMBER:
            raise Refusal(20002)
        self.bot_in.add(MEETING)
        return {"meeting": {"id": MEETING}, "join_user": {"id": "cli_bot", "user_type": 10}}

    def on_bot_events(self, request: web.Request, *_: Any) -> dict[str, Any]:
        self._bot(request.query["meeting_id"])
        if not 20 <= int(request.query["page_size"]) <= 100:
            raise Refusal(121003)
        start = int(request.query.get("page_token") or 0)
        shown = self.bot_events[start : start + 2]
        following = start + len(shown)
        return {"has_more": following < len(self.bot_events), "page_token": str(following), "events": shown}

    def on_bot_message(self, _: Any, members: Any, __: str) -> None:
        self._bot(members["meeting_id"])
        self.sent.append(members)

    def on_bot_mute(self, _: Any, members: Any, __: str) -> None:
        self._bot(members["meeting_id"])
        self.sent.append({"muted": members["target_user_id"]})

    # --- groups -----------------------------------------------------------------------------------------------------

    def _chat(self, chat_id: str) -> Chat:
        if chat_id not in self.chats:
            raise Refusal(232006)
        return self.chats[chat_id]

    def _mastered(self, chat_id: str) -> Chat:
        chat = self._chat(chat_id)
        if not chat.bot_is_owner:
            raise Refusal(232017)
        return chat

    def on_chats(self, request: web.Request, *_: Any) -> dict[str, Any]:
        return _page(request, [{"chat_id": c, "name": "高一3班", "chat_status": "normal"} for c in self.chats])

    def on_chat(self, _: Any, __: Any, ___: str, chat_id: str) -> dict[str, Any]:
        chat = self._chat(chat_id)
        return {
            "name": "高一3班", "owner_id": chat.owner, "owner_id_type": "open_id",
            "user_manager_id_list": chat.managers, "moderation_permission": chat.setting, "chat_status": "normal",
        }  # fmt: skip

    def on_members(self, request: web.Request, _: Any, __: str, chat_id: str) -> dict[str, Any]:
        members = self._chat(chat_id).members.items()
        rows = [
            {"member_id_type": "open_id", "member_id": m, "name": n, "tenant_key": ROSTER_TENANT} for m, n in members
        ]
        return _page(request, rows) | {"member_total": len(rows)}

    def on_remove(self, _: Any, members: Any, __: str, chat_id: str) -> dict[str, Any]:
        chat = self._mastered(chat_id)
        wanted = members["id_list"]
        if not 1 <= len(wanted) <= 50:
            raise Refusal(232001)
        if chat.owner in wanted:
            raise Refusal(232076)
        if not any(m in chat.members for m in wanted):
            raise Refusal(232027)
        return {"invalid_id_list": [m for m in wanted if chat.members.pop(m, None) is None]}

    def on_moderation(self, request: web.Request, _: Any, __: str, chat_id: str) -> dict[str, Any]:
        chat = self._chat(chat_id)
        if chat.hidden:
            raise Refusal(232011)
        rows = [{"user_id_type": "open_id", "user_id": m} for m in chat.moderators]
        return _page(request, rows) | {"moderation_setting": chat.setting}

    def on_moderate(self, _: Any, members: Any, __: str, chat_id: str) -> None:
        chat = self._mastered(chat_id)
        added, removed = members.get("moderator_added_list", []), members.get("moderator_removed_list", [])
        chat.setting = members.get("moderation_setting", chat.setting)
        if chat.setting == "moderator_list":
            if not added and not removed:
                raise Refusal(232001)
            kept = [m for m in chat.moderators if m not in removed]
            chat.moderators = [*kept, *(m for m in added if m in chat.members and m not in kept)]

    def on_recall(self, _: Any, __: Any, ___: str, message: str) -> None:
        if not any(message in chat.messages for chat in self.chats.values()):
            raise Refusal(230011)
        for chat in self.chats.values():
            chat.messages.discard(message)

    def on_message(self, _: Any, members: Any, __: str) -> dict[str, Any]:
        json.loads(members["content"])["text"]
        self.sent.append(members)
        return {"message_id": f"om_{len(self.sent)}"}

    def on_robot(self, _: Any, members: Any, __: str) -> dict[str, Any]:
        self.said.append(members)
        return {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}

    # --- address book -----------------------------------------------------------------------------------------------

    def on_departments(self, request: web.Request, _: Any, __: str, parent: str) -> dict[str, Any]:
        if request.query.get("department_id_type") not in ("open_department_id", None):
            raise Refusal(99992402)
        deep = request.query.get("fetch_child") == "true"
        found = [d for d, p in self.departments.items() if p == parent or (deep and parent in self._above(d))]
        return _page(request, [{"open_department_id": d, "name": f"班级 {d}"} for d in found])

    def _above(self, department: str) -> list[str]:
        parent = self.departments.get(department)
        return [parent, *self._above(parent)] if parent else []

    def on_users(self, request: web.Request, *_: Any) -> dict[str, Any]:
        wanted = request.query["department_id"]
        return _page(request, [u for u in self.users.values() if wanted in u.get("departments", [])])

    def on_batch(self, request: web.Request, *_: Any) -> dict[str, Any]:
        wanted = request.query.getall("user_ids")
        if len(wanted) > 50:
            raise Refusal(99992402)
        return {"items": [self.users[u] for u in wanted if u in self.users]}

    def on_user(self, request: web.Request, _: Any, __: str, known: str) -> dict[str, Any]:
        kind = request.query["user_id_type"]
        found = next((u for u in self.users.values() if u.get(kind) == known), None)
        if found is None:
            raise Refusal(41050)
        return {"user": found}


def _page(request: web.Request, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """As the vendor pages: an opaque token, and at most what was asked for."""
    size, token = int(request.query.get("page_size", 20)), request.query.get("page_token", "")
    if not 1 <= size <= 100 or (token and not token.startswith("p-")):
        raise Refusal(99992402)
    start = int(token[2:] or 0) if token else 0
    more = start + size < len(rows)
    return {"items": rows[start : start + size], "has_more": more, "page_token": f"p-{start + size}" if more else ""}


def settings(base_url: str = "http://127.0.0.1:1", **more: Any) -> FeishuSettings:
    """Invented credentials; the secrets are those of the test vectors."""
    values = {"base_url": base_url, "app_id": APP, "app_secret": SECRET}
    return FeishuSettings.model_validate(values | more)


@asynccontextmanager
async def connected(
    cloud: Cloud, *, notes: Notes | None = None, now: Callable[[], float] = lambda: NOW, **more: Any
) -> AsyncIterator[FeishuAdapter]:
    """An adapter that talks to the cloud over real HTTP."""
    async with talking(
        cloud, lambda base, http: FeishuAdapter(settings(base, **more), http, notes, now=now, poll_pause=0.0)
    ) as adapter:
        yield adapter
