"""A strict stand-in for WeCom's API on loopback, written from the vendor's pages and SDKs alone.

It hands out tokens that expire, wants exactly the members that a call has, answers 200 to everything, pages as the
vendor does, and says "ok" without doing anything when a device is wrong.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from aiohttp import web

from adapters.notes import Notes
from adapters.wecom import WeComAdapter, WeComSettings
from tests.adapters.conformance import NOW
from tests.adapters.stand_in import Seen, StandIn, talking
from tests.adapters.wecom.sample import CORPID, KEY, MEETING, SECRET, TOKEN, notice
from tests.adapters.wecom.shapes import BODIES, CONTROL, NAMED, PERSON, QUERIES, misfit

AGENT = 1000014
SILENT = {"audio_state": False, "video_state": False, "screen_shared_state": False}
ROBOT_KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
TEACHER = "tmpOpenIdTeacher+/="  # all the characters that need care


def row(tmp_openid: str, device: int, userid: str = "", **more: Any) -> dict[str, Any]:
    """One line of the list of those inside."""
    return {
        "userid": userid, "tmp_openid": tmp_openid, "join_time": "1795132800", "instance_id": device, "role": 0,
        "join_type": 0, "audio_state": True, "video_state": True, "screen_shared_state": True,
    } | more  # fmt: skip


def waiter(tmp_openid: str, device: int, userid: str = "", tag: str = "") -> dict[str, Any]:
    """One line of the waiting room list."""
    return {"userid": userid, "tmp_openid": tmp_openid, "instance_id": device, "customer_data": tag}


class Refusal(Exception):
    def __init__(self, code: int, text: str = "refused") -> None:
        self.code, self.text = code, text


@dataclass
class Cloud(StandIn):
    """The corp behind the API. Tests set its fields and look at them afterwards."""

    inside: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    switches: dict[str, Any] = field(default_factory=dict)
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    banned: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)  # customer_data -> url
    links_as_list: bool = False
    meetings: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {MEETING: {"status": 2, "meeting_type": 0, "settings": {}}}
    )
    shown: Callable[[dict[str, Any]], dict[str, Any]] = dict  # what get_info tells of the settings
    foreign: set[str] = field(default_factory=set)  # meetings that another app created
    forbidden: dict[str, int] = field(default_factory=dict)  # path -> errcode
    unsettable: set[str] = field(default_factory=set)  # settings of a plan that are refused
    other_forms: bool = False  # take `operated_user` as a list and `opereated_users`, as the vendor's tables say
    members: set[str] = field(default_factory=lambda: {"teacher01", "stu001", "stu002", "it01"})
    excess: list[str] = field(default_factory=list)
    agent: dict[str, Any] = field(default_factory=lambda: {"close": 0, "allow_partys": {"partyid": [1]}})
    seats: list[str] = field(default_factory=lambda: ["teacher01"])
    departments: list[dict[str, Any]] = field(default_factory=list)
    students: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    corp_departments: list[dict[str, Any]] = field(default_factory=lambda: [{"id": 1, "name": "学校", "parentid": 0}])
    said: list[tuple[str, str]] = field(default_factory=list)  # (by what, text)
    tokens: list[str] = field(default_factory=list)
    life: int = 7200
    clock: Callable[[], float] = lambda: NOW
    tell: Callable[[bytes], None] = lambda _: None  # who hears the callbacks, before they are sealed

    @property
    def controls(self) -> list[Seen]:
        return [s for s in self.seen if s.path.startswith(CONTROL)]

    @property
    def calls(self) -> list[Seen]:
        return [s for s in self.seen if s.path != "/cgi-bin/gettoken"]

    def expire(self) -> None:
        """Withdraw every token."""
        self.tokens = [f"{t} withdrawn" for t in self.tokens]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        seen = await self.heard(request)
        try:
            if seen.path == "/cgi-bin/gettoken":
                return self._said(self._grant(seen.query))
            self._check(seen)
            if (ready := await self.scripted()) is not None:
                return ready
            return self._said(self._answer(seen))
        except Refusal as e:
            text = f"{e.text}, hint: [1763640000_12_0a1b], from ip: 203.0.113.7, more info at https://open.work.example"
            return web.json_response({"errcode": e.code, "errmsg": text})

    def _said(self, members: dict[str, Any]) -> web.Response:
        response = web.json_response({"errcode": 0, "errmsg": "ok", **members})
        response.headers["Date"] = formatdate(self.clock(), usegmt=True)
        return response

    def _grant(self, query: dict[str, str]) -> dict[str, Any]:
        if query.keys() != {"corpid", "corpsecret"} or query["corpid"] != CORPID:
            raise Refusal(40013, "invalid corpid")
        if query["corpsecret"] != SECRET:
            raise Refusal(40001, "invalid credential")
        self.tokens.append(f"accesstoken-{len(self.tokens):06}-+/=")
        return {"access_token": self.tokens[-1], "expires_in": self.life}

    def _check(self, seen: Seen) -> None:
        query = seen.query
        if seen.path == "/cgi-bin/webhook/send":
            if query != {"key": ROBOT_KEY}:
                raise Refusal(93000, "invalid webhook url")
        elif "access_token" not in query:
            raise Refusal(41001, "access_token missing")
        elif query["access_token"] not in self.tokens:
            raise Refusal(42001 if f"{query['access_token']} withdrawn" in self.tokens else 40014, "access_token")
        if code := self.forbidden.get(seen.path):
            raise Refusal(code, "api forbidden")

    def _answer(self, seen: Seen) -> dict[str, Any]:
        if seen.path in QUERIES:
            if seen.method != "GET" or not QUERIES[seen.path] <= seen.query.keys() - {"access_token"}:
                raise Refusal(40035, "query")
            return self._read(seen.path, seen.query)
        if seen.path not in BODIES or seen.method != "POST":
            raise Refusal(40035, "no such call")
        if "\\u" in seen.body.decode():
            raise Refusal(40033, "escaped")
        body = seen.members
        if self.other_forms:
            body = self._as_the_tables_say(seen.path, body)
        if bad := misfit(body, BODIES[seen.path]):
            raise Refusal(40058, bad)
        if seen.path.startswith(CONTROL):
            return self._control(seen.path.removeprefix(CONTROL), body)
        answer: dict[str, Any] = getattr(self, "_" + seen.path.rpartition("/")[2])(body)
        return answer

    def _as_the_tables_say(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path == CONTROL + "mute_user":
            if misfit(body.get("operated_user"), [PERSON]):
                raise Refusal(40035, "operated_user")
            return {**body, "operated_user": body["operated_user"][0]}
        if path == CONTROL + "set_nicknames":
            if misfit(body.get("opereated_users"), [NAMED]):
                raise Refusal(40058, "opereated_users")
            return {"meetingid": body["meetingid"], "operated_users": body["opereated_users"]}
        return body

    # --- reads ---

    def _read(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        if path == "/cgi-bin/agent/get":
            if query["agentid"] != str(AGENT):
                raise Refusal(301002, "not allowed")
            return {"agentid": AGENT, **self.agent}
        if path == "/cgi-bin/school/agent/get_allow_scope":
            return {"allow_scope": {"students": [], "departments": [1]}}
        if path == "/cgi-bin/school/department/list":
            found = [d for d in self.departments if query.get("id") in (None, str(d["id"]))]
            if "id" in query and not found:
                raise Refusal(60123, "department")
            return {"departments": found}
        if path == "/cgi-bin/school/user/list":
            return {"students": self.students.get(query["department_id"], [])}
        if path == "/cgi-bin/department/list":
            return {"department": self.corp_departments}
        if path == "/cgi-bin/user/get":
            if query["userid"] not in self.members:
                raise Refusal(60111, "userid not found")
            return {"userid": query["userid"], "name": f"name of {query['userid']}", "mobile": "13900000000"}
        rows = [{"userid": u, "name": f"name of {u}", "department": [1]} for u in sorted(self.members)]
        return {"userlist": rows}

    def _meeting(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["meetingid"] not in self.meetings:
            raise Refusal(400123, "meeting not found")
        return self.meetings[body["meetingid"]]

    def _paged(self, name: str, rows: list[dict[str, Any]], body: dict[str, Any], default: int) -> dict[str, Any]:
        size = body.get("limit", default)
        if not 1 <= size <= 50:
            raise Refusal(40035, "limit")
        if body.get("cursor") and not body["cursor"].startswith(f"c{size}-"):
            raise Refusal(40035, "limit changed between pages")
        start = int(body["cursor"].partition("-")[2]) if body.get("cursor") else 0
        more = len(rows) > start + size
        return {name: rows[start : start + size], "has_more": more, "next_cursor": f"c{size}-{start + size}"}

    def _get_realtime_attendee_list(self, body: dict[str, Any]) -> dict[str, Any]:
        meeting = self._meeting(body)
        if meeting.get("meeting_type") == 1 and body.get("sub_meetingid") != meeting.get("current_sub_meetingid"):
            raise Refusal(40058, "sub_meetingid")
        running = meeting["status"] == 2
        return {"status": "1", **self._paged("attendees", self.inside if running else [], body, 50)}

    def _get_current_user_list(self, body: dict[str, Any]) -> dict[str, Any]:
        running = self._meeting(body)["status"] == 2 and self.switches.get("enable_waiting_room", True)
        return self._paged("user_list", self.waiting if running else [], body, 10)

    def _get_attendee_list(self, body: dict[str, Any]) -> dict[str, Any]:
        if not 0 < body["end_time"] - body["start_time"] <= 31 * 86_400:
            raise Refusal(40035, "window")
        return {"attendees": self.history, "has_more": False, "next_cursor": ""}

    def _get_info(self, body: dict[str, Any]) -> dict[str, Any]:
        meeting = self._meeting(body)
        link = f"https://meeting.example/{body['meetingid']}"
        return {**meeting, "settings": self.shown(meeting["settings"]), "meeting_link": link}

    def _list(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"userid_list": self.seats, "has_more": False, "next_cursor": ""}

    # --- before class ---

    def _settings(self, body: dict[str, Any]) -> dict[str, Any]:
        settings = body.get("settings", {})
        if self.unsettable & settings.keys():
            raise Refusal(40058, "settings")
        return dict(settings)

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        title = body.get("title", "")
        if not title or (len(title.encode()) > 40 and len(title) > 20) or body["meeting_start"] <= self.clock():
            raise Refusal(40058, "title or start")
        if not 300 <= body["meeting_duration"] <= 86_399:
            raise Refusal(40058, "duration")
        if not {body["admin_userid"], *body.get("settings", {}).get("hosts", {}).get("userid", [])} <= self.members:
            raise Refusal(40031, "some userid is unknown")
        meeting = f"hyNEW{len(self.meetings):02}"
        self.meetings[meeting] = {"status": 1, "meeting_type": 0, "title": title, "settings": self._settings(body)}
        excess = {"excess_users": self.excess} if self.excess else {}
        return {
            "meetingid": meeting, "meeting_code": "123456789", "meeting_link": f"https://meeting.example/{meeting}",
            **excess,
        }  # fmt: skip

    def _update(self, body: dict[str, Any]) -> dict[str, Any]:
        meeting = self._meeting(body)
        if meeting["status"] != 1 or ("meeting_start" in body) != ("meeting_duration" in body):
            raise Refusal(400200, "only while scheduled")
        meeting["settings"] |= self._settings(body)
        return {}

    def _set_invitees(self, body: dict[str, Any]) -> dict[str, Any]:
        userids = [i["userid"] for i in body["invitees"]]
        if not set(userids) <= self.members:
            raise Refusal(40031, "some userid is unknown")
        self._meeting(body)["invitees"] = userids
        return {}

    def _create_customer_short_url(self, body: dict[str, Any]) -> dict[str, Any]:
        self._meeting(body)
        if len(body["customer_data"]) > 256:
            raise Refusal(40058, "customer_data")
        url = self.links.setdefault(body["customer_data"], f"https://meeting.example/l/{len(self.links)}")
        made = {"customer_data": body["customer_data"], "meeting_short_url": url}
        return {"meeting_short_url_customer_data": [made] if self.links_as_list else made}

    def _get_customer_short_url(self, body: dict[str, Any]) -> dict[str, Any]:
        self._meeting(body)
        rows = [{"customer_data": d, "meeting_short_url": u} for d, u in self.links.items()]
        return {"meeting_short_url_customer_data_list": rows}

    # --- messages ---

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        if "agentid" in body and (body["agentid"] != AGENT or not set(body["touser"].split("|")) & self.members):
            raise Refusal(81013, "all invalid")
        if len(body["text"]["content"].encode()) > 2048:
            raise Refusal(40058, "too long")
        self.said.append(("app" if "agentid" in body else "robot", body["text"]["content"]))
        return {}

    # --- controls ---

    def _control(self, control: str, body: dict[str, Any]) -> dict[str, Any]:
        meeting = self._meeting(body)
        if body["meetingid"] in self.foreign:
            raise Refusal(60011, "no privilege")
        if control == "set":
            self._switch({k: v for k, v in body.items() if k != "meetingid"})
        elif control == "dismiss":
            self._tell("meeting_end")
            meeting["status"], self.inside, self.waiting = 3, [], []
            meeting["number_taken_back"] = bool(body.get("retrieve_code"))
        else:
            for user in body.get("operated_users") or [body["operated_user"]]:
                self._to_person(control, body, user)
        return {}

    def _switch(self, wanted: dict[str, Any]) -> None:
        if not wanted.get("mute_all"):
            wanted.pop("allow_unmute_self", None)  # accepted and ignored
        if wanted.get("allow_chat", 0) not in (0, 1, 2):
            raise Refusal(40035, "allow_chat")
        self.switches |= wanted
        if "mute_all" in wanted:
            self._tell("meeting_mute_all" if wanted["mute_all"] else "meeting_unmute_all")
            for r in self.inside:
                r["audio_state"] = r["audio_state"] and (not wanted["mute_all"] or r["role"] != 0)

    def _tell(self, change: str, about: dict[str, Any] | None = None, *, actor: bool = False) -> None:
        """A callback: about somebody who does it himself (`actor`), or to whom this app does it as "sys"."""
        if about is None or actor:
            who = about or {"tmp_openid": "", "userid": "sys"}
            self.tell(notice(change, openid=who["tmp_openid"], userid=who["userid"]))
            return
        target = {"UserId": about["userid"], "TmpOpenId": about["tmp_openid"]}
        self.tell(notice(change, openid="", userid="sys", OperatedUser=target))

    def comes(self, who: dict[str, Any]) -> None:
        """Somebody at the door: a row of either list."""
        waits = "customer_data" in who
        (self.waiting if waits else self.inside).append(who)
        self._tell("join_waiting_room" if waits else "join_meeting", who, actor=True)

    def _to_person(self, control: str, body: dict[str, Any], user: dict[str, Any]) -> None:
        rows = self.waiting if body.get("operate_type") in (1, 3) else self.inside
        who = (user["tmp_openid"], user["instance_id"])
        found = next((r for r in rows if (r["tmp_openid"], r["instance_id"]) == who), None)
        if found is None:
            return  # a wrong device: "ok", and nothing happens
        if control == "mute_user":
            found["audio_state"] = not body["option"]
        elif control == "switch_user_video":
            found["video_state"] = body["video"]
        elif control == "close_screen_share":
            found["screen_shared_state"] = False
            self._tell("close_screen_share", found, actor=True)
        elif control == "set_nicknames":
            if len(user["nickname"]) > 20:
                raise Refusal(40058, "nickname")
            self.names[who] = user["nickname"]
        else:
            self._move(body, rows, found)

    def _move(self, body: dict[str, Any], rows: list[dict[str, Any]], found: dict[str, Any]) -> None:
        operate = body.get("operate_type")
        if operate in (1, 2) and "allow_rejoin" in body:
            raise Refusal(40035, "allow_rejoin")
        rows.remove(found)
        if operate == 1:
            self.inside.append(row(found["tmp_openid"], found["instance_id"], found["userid"], **SILENT))
            self._tell("join_from_meeting_room", found)
        elif operate == 2:
            self.waiting.append(waiter(found["tmp_openid"], found["instance_id"], found["userid"]))
            self._tell("move_to_waiting_room", found)
        else:
            if operate == 3:
                self._tell("quit_waiting_room", found)
            else:
                self._tell("quit_meeting", found, actor=True)
            if body.get("allow_rejoin") is False:
                self.banned.append(found["tmp_openid"])


def settings(base_url: str = "http://127.0.0.1:1", **more: Any) -> WeComSettings:
    """Invented credentials; token and key are those of the test vectors."""
    values: dict[str, Any] = {
        "base_url": base_url, "corpid": CORPID, "corpsecret": SECRET, "agentid": AGENT, "token": TOKEN,
        "encoding_aes_key": KEY,
    }  # fmt: skip
    return WeComSettings.model_validate(values | more)


@asynccontextmanager
async def connected(
    cloud: Cloud, *, notes: Notes | None = None, seconds: float = 5.0, **more: Any
) -> AsyncIterator[WeComAdapter]:
    """An adapter that talks to the cloud over real HTTP."""
    async with talking(
        cloud,
        lambda base, http: WeComAdapter(settings(**{"base_url": base, **more}), http, notes, now=cloud.clock),
        seconds,
    ) as adapter:
        yield adapter
