"""A strict stand-in for Tencent Meeting's REST API on loopback, written from the vendor's pages alone.

It checks every signature by its own arithmetic, remembers nonces, knows which kinds of operator id each call takes,
wants every required member and no other, and answers "ok" without doing anything when a device code is wrong.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from adapters.tencent_meeting import TencentMeetingAdapter, TencentMeetingSettings
from tests.adapters.conformance import NOW
from tests.adapters.stand_in import Seen, StandIn, talking

MEETING = "7567173273889276131"
TEACHER = "bXNvcGVuaWQ+dGVhY2hlci8wMQ=="  # an ms_open_id with all the characters that need care
TEACHER_USERID = "teacher+01@school"
SECRET_ID, SECRET_KEY = "AKIDmenshenexample0000001", "menshenSecretKeyExample0000001"

OPERATOR = {"operator_id", "operator_id_type", "instanceid"}
BODIES: dict[str, tuple[set[str], set[str]]] = {  # control -> (required, optional) beside the operator
    "status": (set(), {"mute_all", "allow_unmute_by_self", "participant_join_mute", "meeting_locked",
                       "hide_meeting_code_password", "allow_chat", "share_screen", "auto_waiting_room"}),
    "mutes": ({"mute", "user"}, set()),
    "kickout": ({"allow_rejoin", "users"}, {"reason"}),
    "waiting-room": ({"operate_type", "users"}, {"allow_rejoin"}),
    "video": ({"user"}, {"video"}),
    "screen-shared": ({"user"}, set()),
    "names": ({"users"}, set()),
    "doc": ({"enable_upload_doc"}, set()),
    "dismiss": ({"reason_code"}, {"reason_detail", "force_dismiss_meeting", "retrieve_code"}),
}  # fmt: skip
BY_SDK = {control: {4} for control in BODIES} | {"status": {1, 3, 4}, "dismiss": {1, 3, 4}}
BY_PAGES = {control: {1, 4} for control in BODIES}


def row(ms_open_id: str, device: int, name: str = "访客", **more: Any) -> dict[str, Any]:
    """One line of the participant list, with the name in base64 as there."""
    return {
        "userid": "", "open_id": "", "ms_open_id": ms_open_id, "instanceid": device,
        "user_name": base64.b64encode(name.encode()).decode(), "user_role": 0, "join_time": "1795132800",
        "join_type": 1, "audio_state": True, "video_state": True, "screen_shared_state": True, "app_version": "3.30.0",
        "customer_data": "",
    } | more  # fmt: skip


class Refusal(Exception):
    def __init__(self, code: int, status: int = 400) -> None:
        self.code, self.status = code, status


@dataclass
class Cloud(StandIn):
    """The classroom behind the API. Tests set its fields and look at them afterwards."""

    status: str = "MEETING_STATE_STARTED"
    inside: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    switches: dict[str, Any] = field(default_factory=dict)
    banned: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    meetings: list[dict[str, Any]] = field(
        default_factory=lambda: [{"meeting_id": MEETING, "status": "MEETING_STATE_STARTED"}]
    )
    occurrence: str = ""
    teacher: str = TEACHER
    hosts: set[str] = field(default_factory=lambda: {TEACHER, TEACHER_USERID})
    creator: str = TEACHER_USERID
    types: dict[str, set[int]] = field(default_factory=lambda: dict(BY_SDK))
    empty: bool = False  # answer success with nothing instead of {}
    clock: Callable[[], float] = lambda: NOW
    requests: list[web.Request] = field(default_factory=list)
    pairs: set[tuple[str, str]] = field(default_factory=set)

    @property
    def controls(self) -> list[Seen]:
        return [s for s in self.seen if s.method != "GET"]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        seen = await self.heard(request)
        self.requests.append(request)
        try:
            self._check_signature(seen)
            if (ready := await self.scripted()) is not None:
                return ready
            answer = self._answer(request, seen)
        except Refusal as e:
            info = {"error_code": e.code, "new_error_code": 200_000_000 + e.code, "message": "失败"}
            return web.json_response({"error_info": info}, status=e.status)
        if answer is None:
            return web.Response(status=200, body=b"" if self.empty else b"{}")
        return web.json_response(answer)

    def _check_signature(self, seen: Seen) -> None:
        h = seen.headers
        if h.get("appid") != "1400000001" or h.get("sdkid") != "12345678901" or h.get("x-tc-key") != SECRET_ID:
            raise Refusal(190303)
        if h.get("x-tc-registered") != "1" or not seen.typed:
            raise Refusal(200003)
        nonce, stamp = h["x-tc-nonce"], h["x-tc-timestamp"]
        if not nonce.isdecimal() or not 0 < int(nonce) < 2**64 or abs(self.clock() - int(stamp)) > 300:
            raise Refusal(190300)
        text = f"{seen.method}\nX-TC-Key={SECRET_ID}&X-TC-Nonce={nonce}&X-TC-Timestamp={stamp}\n{seen.target}\n"
        digest = hmac.new(SECRET_KEY.encode(), text.encode() + seen.body, hashlib.sha256).hexdigest()
        if h.get("x-tc-signature") != base64.b64encode(digest.encode()).decode():
            raise Refusal(200003)
        if (nonce, stamp) in self.pairs:
            raise Refusal(190301)
        self.pairs.add((nonce, stamp))

    def _answer(self, request: web.Request, seen: Seen) -> Any:
        parts = request.path.strip("/").split("/")
        if parts == ["v1", "meetings"]:
            return {"meeting_number": len(self.meetings), "meeting_info_list": self.meetings}
        if parts == ["v1", "meetings", "customer-short-url"]:
            return self._new_link(seen.members)
        meeting = parts[3] if parts[1] == "real-control" else parts[2]
        if meeting != MEETING:
            raise Refusal(9003)
        if seen.method == "GET":
            return self._read(parts[-1], request.query)
        return self._control(parts[-1], seen.members)

    # --- reads ---

    def _read(self, what: str, query: Any) -> Any:
        if what == "waiting-room-participants":
            if query["userid"] != self.creator:
                raise Refusal(9042)
            rows = self.waiting if self.status == "MEETING_STATE_STARTED" else []
            return self._page(rows, query, 10)
        if query["operator_id_type"] != "1":
            raise Refusal(190004)
        if query["operator_id"] != TEACHER_USERID:
            raise Refusal(20001)
        if what == "ms-open-id":
            return {"meeting_id": MEETING, "ms_open_id": self.teacher}
        if what == "customer-short-url":
            return {"meeting_short_url_customer_data": [
                {"customer_data": d, "meeting_short_url": u} for d, u in self.links.items()
            ]}  # fmt: skip
        if what == MEETING:
            info = {"meeting_id": MEETING, "status": self.status, "current_sub_meeting_id": self.occurrence}
            return {"meeting_number": 1, "meeting_info_list": [info]}
        if self.occurrence and query.get("sub_meeting_id") != self.occurrence:
            raise Refusal(190004)
        if not 1 <= int(query["page_size"]) <= 50:
            raise Refusal(190004)
        return {"meeting_id": MEETING, "status": self.status, "subject": "5pWw5a2m"} | self._page(
            self.inside, query, 50
        )

    def _page(self, rows: list[dict[str, Any]], query: Any, default: int) -> dict[str, Any]:
        page, size = int(query.get("page", 1)), int(query.get("page_size", default))
        shown = rows[(page - 1) * size : page * size]
        return {
            "total_count": len(rows), "total_page": -(-len(rows) // size), "current_page": page,
            "current_size": len(shown), "participants": shown,
        }  # fmt: skip

    # --- controls ---

    def _control(self, control: str, members: dict[str, Any]) -> None:
        required, optional = BODIES[control]
        if not OPERATOR | required <= members.keys() <= OPERATOR | required | optional:
            raise Refusal(190004)
        if members["operator_id_type"] not in self.types[control]:
            raise Refusal(190004)
        if members["operator_id"] not in self.hosts:
            raise Refusal(9042)
        if type(members["instanceid"]) is not int:
            raise Refusal(190004)
        if control == "status":
            return self._switch({k: v for k, v in members.items() if k not in OPERATOR})
        if control == "dismiss":
            self.status, self.inside = "MEETING_STATE_INIT", []
            return None
        if control == "doc":
            self.switches["doc"] = members["enable_upload_doc"]
            return None
        for user in members.get("users") or [members["user"]]:
            self._to_person(control, members, user)
        return None

    def _switch(self, wanted: dict[str, Any]) -> None:
        if not wanted.get("mute_all"):
            wanted.pop("allow_unmute_by_self", None)  # accepted and ignored
        self.switches |= wanted

    def _to_person(self, control: str, members: dict[str, Any], user: dict[str, Any]) -> None:
        shape = {"ms_open_id", "instanceid", "nick_name"} if control == "names" else {
            "to_operator_id", "to_operator_id_type", "instanceid"}  # fmt: skip
        if user.keys() != shape or user.get("to_operator_id_type", 4) != 4 or type(user["instanceid"]) is not int:
            raise Refusal(190004)
        who = (user.get("to_operator_id") or user.get("ms_open_id"), user["instanceid"])
        waits = control == "waiting-room" and members["operate_type"] in (1, 3)
        rows = self.waiting if waits else self.inside
        found = next((r for r in rows if (r["ms_open_id"], r["instanceid"]) == who), None)
        if found is None:
            return  # a wrong device: "ok", and nothing happens
        if control == "mutes":
            found["audio_state"] = not members["mute"]
        elif control == "video":
            found["video_state"] = members["video"]
        elif control == "screen-shared":
            found["screen_shared_state"] = False
        elif control == "names":
            if len(user["nick_name"]) > 20:
                raise Refusal(190004)
            found["user_name"] = base64.b64encode(user["nick_name"].encode()).decode()
        else:
            self._move(control, members, rows, found)

    def _move(self, control: str, members: dict[str, Any], rows: list[dict[str, Any]], found: dict[str, Any]) -> None:
        operate = members.get("operate_type")
        if operate == 2 and found["instanceid"] in (20, 21, 22):
            raise Refusal(9103)
        if operate in (1, 2) and "allow_rejoin" in members:
            raise Refusal(190004)
        rows.remove(found)
        if operate == 1:
            self.inside.append(found)
        elif operate == 2:
            self.waiting.append(found)
        elif members.get("allow_rejoin") is False:
            self.banned.append(found["ms_open_id"])

    def _new_link(self, members: dict[str, Any]) -> Any:
        if members.keys() != {"meeting_id", "operator_id", "operator_id_type", "customer_data"}:
            raise Refusal(190004)
        data = members["customer_data"]
        if len(data) > 256 or json.loads(base64.b64decode(data, validate=True)).keys() != {"ver", "userData"}:
            raise Refusal(202002)
        if len(self.links) >= 300:
            raise Refusal(202005)
        url = self.links.setdefault(data, f"https://meeting.example/{len(self.links)}")
        return {"meeting_short_url_customer_data": {"customer_data": data, "meeting_short_url": url}}


def settings(base_url: str = "http://127.0.0.1:1", **more: Any) -> TencentMeetingSettings:
    """Invented credentials; the secrets are those of the published test vectors."""
    values: dict[str, Any] = {
        "base_url": base_url, "app_id": "1400000001", "sdk_id": "12345678901", "secret_id": SECRET_ID,
        "secret_key": SecretStr(SECRET_KEY), "webhook_token": SecretStr("MenshenToken1234567890abc"),
        "operator_userid": TEACHER_USERID,
    }  # fmt: skip
    return TencentMeetingSettings(**(values | more))


@asynccontextmanager
async def connected(cloud: Cloud, *, seconds: float = 5.0, **more: Any) -> AsyncIterator[TencentMeetingAdapter]:
    """An adapter that talks to the cloud over real HTTP."""
    async with talking(
        cloud, lambda base, http: TencentMeetingAdapter(settings(base, **more), http, now=cloud.clock), seconds
    ) as adapter:
        yield adapter
