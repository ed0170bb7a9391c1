"""A strict stand-in of DingTalk's APIs on loopback: it demands the token, refuses what does not fit, and keeps state.

It can be told to lie (say yes and do nothing), to let tokens expire, to throttle, and to answer from a script.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from adapters.dingtalk import DingTalkAdapter, DingTalkSettings
from adapters.notes import Notes
from tests.adapters.conformance import NOW
from tests.adapters.dingtalk.gateway import Gateway
from tests.adapters.dingtalk.sample import BOOKING, CLIENT_ID, CLIENT_SECRET, CORP, JOINED, PUPIL, RUN, TEACHER
from tests.adapters.dingtalk.shapes import GRANT, ROBOT, SHAPES, wrong
from tests.adapters.stand_in import Seen, StandIn, talking

KEY = f"{BOOKING}:{RUN}"
OTHER = "2iPOsecondPupilId"


class Refusal(Exception):
    """An error in the form of the new API."""

    def __init__(self, code: str, status: int = 400, **more: Any) -> None:
        super().__init__(code)
        self.code, self.status, self.more = code, status, more


def row(who: str, name: str = "小明", *, joined: int = JOINED, **more: Any) -> dict[str, Any]:
    """A member of the list, with what the query tells of him under keys that begin with "_"."""
    return {
        "unionId": who, "conferenceId": RUN, "userNick": name, "joinTime": joined, "leaveTime": 0, "duration": 0,
        "host": False, "coHost": False, "attendStatus": 3, "pstnJoin": False, "_mic": 2, "_camera": 2, **more,
    }  # fmt: skip


def teacher() -> dict[str, Any]:
    return row(TEACHER, "王老师", host=True, _mic=2)


@dataclass
class Cloud(StandIn):
    """One organisation with one running class. Tests set its fields and look at them afterwards."""

    inside: list[dict[str, Any]] = field(default_factory=lambda: [teacher(), row(PUPIL), row(OTHER, "小红")])
    status: int = 2
    forced: bool = False
    locked: bool = False
    sharing: bool = True
    recording: int = 0
    banned: list[str] = field(default_factory=list)
    invited: list[str] = field(default_factory=list)
    creator: str = TEACHER
    bookings: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            BOOKING: {
                "hostUnionId": TEACHER,
                "confAllowedCorpId": CORP,
                "muteOnJoin": 0,
                "screenShareForbidden": 0,
                "moziConfVirtualExtraSetting": {
                    "waitingRoom": 0,
                    "joinBeforeHost": 1,
                    "enableChat": 1,
                    "lockNick": 0,
                    "enableWebAnonymousJoin": True,
                },
            }
        }
    )
    booked: bool = True  # whether the running conference belongs to the booking
    messages: list[tuple[str, str]] = field(default_factory=list)
    undocumented: bool = True
    deaf: bool = False  # says yes and does nothing
    page: int = 100  # rows that the list gives at once, whatever is asked for
    token_on_last_page: bool = False
    secret: str = CLIENT_SECRET
    scopes: set[str] = field(
        default_factory=lambda: {"VideoConference.Conference.Write", "VideoConference.Conference.Read"}
    )
    granted: int = 0
    tokens: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    legacy: Callable[[str, dict[str, str]], Any] | None = None
    gateway: Gateway = field(default_factory=Gateway)

    @property
    def asked(self) -> list[Seen]:
        """Everything but requests for tokens."""
        return [s for s in self.seen if "oauth2" not in s.path]

    @property
    def writes(self) -> list[Seen]:
        """What changes something, or would."""
        reads = ("/query", "/connections/open")
        return [s for s in self.asked if s.method != "GET" and not s.path.endswith(reads)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/connect":
            return await self.gateway.connected(request)
        seen = await self.heard(request)
        try:
            if "oauth2" not in seen.path and (ready := await self.scripted()) is not None:
                return ready
            return web.json_response(self._answer(seen, request))
        except Refusal as e:
            told = {"code": e.code, "message": "; ".join(self.problems[-1:]) or "失败", "requestid": "R-1", **e.more}
            return web.json_response(told, status=e.status)

    def _answer(self, seen: Seen, request: web.Request) -> Any:
        if seen.path == "/v1.0/oauth2/accessToken":
            return self._grant(seen)
        if seen.path == "/v1.0/gateway/connections/open":
            return self._problem(self.gateway.wrong(seen), lambda: self.gateway.opened(request, self.secret))
        if seen.path == "/robot/send":
            return self._robot(seen)
        if seen.path.startswith("/topapi/"):
            return self._old(seen)
        for shape in SHAPES:
            parts = shape.matches(seen.method, seen.path)
            if parts is not None:
                self._check(seen, shape)
                return getattr(self, "_" + shape.name)(*parts, **{**seen.query, **(seen.members or {})})
        raise Refusal("InvalidAction.NotFound", 404)

    def _problem(self, found: str, otherwise: Callable[[], Any]) -> Any:
        if found:
            self.problems.append(found)
            raise Refusal("paramError")
        return otherwise()

    def _check(self, seen: Seen, shape: Any) -> None:
        if seen.headers.get("x-acs-dingtalk-access-token") not in self.tokens:
            raise Refusal("InvalidAuthentication", 400)
        needed = "VideoConference.Conference." + ("Read" if seen.method == "GET" or shape.name == "query" else "Write")
        if shape.path.startswith("/v1.0/conference") and needed not in self.scopes:
            raise Refusal("Forbidden.AccessDenied.AccessTokenPermissionDenied", 403,
                          accessdenieddetail={"requiredScopes": [needed]})  # fmt: skip
        unknown = seen.query.keys() - shape.query.keys()
        missing = [n for n, need in shape.query.items() if need and not seen.query.get(n)]
        found = f"query has {sorted(unknown)}, lacks {missing}" if unknown or missing else ""
        if shape.body is not None:
            found = found or ("" if seen.typed else "no JSON type") or wrong(seen.members, shape.body)
        elif seen.body:
            found = "a body where none belongs"
        self._problem(found, lambda: None)

    def _grant(self, seen: Seen) -> Any:
        if not seen.typed:
            raise Refusal("Missingbody")
        self._problem(wrong(seen.members, GRANT), lambda: None)
        if (seen.members["appKey"], seen.members["appSecret"]) != (CLIENT_ID, self.secret):
            raise Refusal("invalidClientIdOrSecret")
        self.granted += 1
        self.tokens = {f"tok-{self.granted}"}
        return {"accessToken": f"tok-{self.granted}", "expireIn": 7200}

    def expire(self) -> None:
        """The token is no longer good."""
        self.tokens = set()

    def _robot(self, seen: Seen) -> Any:
        found = wrong(seen.members, ROBOT)
        if found:
            self.problems.append(found)
            return {"errcode": 310000, "errmsg": "bad"}
        self.messages.append(("robot", seen.members["text"]["content"]))
        return {"errcode": 0, "errmsg": "ok"}

    def _old(self, seen: Seen) -> Any:
        if seen.query.get("access_token") not in self.tokens:
            return {"errcode": 88, "sub_code": "40014", "sub_msg": "不合法的access_token",
                    "errmsg": "ding talk error[subcode=40014,submsg=不合法的access_token]"}  # fmt: skip
        form = seen.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        if seen.method != "POST" or not form or self.legacy is None:
            return {
                "errcode": 88,
                "sub_code": "60011",
                "sub_msg": "应用尚未开通所需的权限：[qyapi_addresslist_edu_read]",
            }
        return self.legacy(seen.path, dict(parse_qsl(seen.body.decode())))

    # --- reads ---

    def _room(self, run: str) -> None:
        if run != RUN:
            raise Refusal("roomNotFound", 404)

    def _info(self, run: str) -> Any:
        self._room(run)
        told = {
            "conferenceId": run, "title": "高一3班 数学", "status": self.status, "creatorId": self.creator,
            "creatorNick": "王老师", "startTime": JOINED, "bizType": "3" if self.booked else "0",
            "cloudRecordStatus": self.recording,
        }  # fmt: skip
        return {"confInfo": told | ({"scheduleConferenceId": BOOKING} if self.booked else {})}

    def _members(self, run: str, nextToken: str = "0", maxResults: str = "128") -> Any:
        self._room(run)
        start, size = int(nextToken), min(int(maxResults), self.page)
        shown = [{k: v for k, v in m.items() if not k.startswith("_")} for m in self.inside[start : start + size]]
        more = start + size < len(self.inside) or (self.token_on_last_page and shown)
        return {"memberModels": shown, "totalCount": len(self.inside), "nextToken": str(start + size) if more else ""}

    def _query(self, conferenceIdList: list[str]) -> Any:
        if RUN not in conferenceIdList or self.status != 2:
            return {"infos": []}
        users = [
            {"userId": m["unionId"], "nick": m["userNick"], "attendStatus": m["attendStatus"],
             "cameraStatus": m["_camera"], "micStatus": m["_mic"]}
            for m in self.inside
        ]  # fmt: skip
        media = 4 if self.forced else 0
        return {"infos": [{"conferenceId": RUN, "title": "数学", "status": 2, "mediaStatus": media, "userList": users}]}

    def _runs(self, booking: str, **_: str) -> Any:
        if booking not in self.bookings:
            raise Refusal("invalidScheduleConferenceId")
        return {"conferenceList": [{"conferenceId": RUN, "status": self.status, "title": "数学", "roomCode": "838"}]}

    def _ongoing(self, unionId: str) -> Any:
        mine = [m for m in self.inside if m["unionId"] == unionId and m["attendStatus"] == 3]
        shown = [{k: v for k, v in m.items() if not k.startswith("_")} for m in mine]
        return {
            "onGoingConfIdList": [RUN] if shown else [],
            "memberModelMap": dict.fromkeys([RUN], shown[0]) if shown else {},
        }

    def _org(self, **_: str) -> Any:
        return {"onGoingConfList": [], "hasMore": False, "totalCount": 0}

    # --- controls ---

    def _close(self, run: str, unionId: str) -> Any:
        self._room(run)
        if self.status == 1:
            raise Refusal("resourceClose")
        if not any(m["unionId"] == unionId and m["host"] for m in self.inside):
            raise Refusal("noPermission", 403)
        if not self.deaf:
            self.status, self.inside = 1, []
        return {"code": 200, "cause": "sucess"}

    def _control(self, run: str) -> bool:
        """Whether anything is done about it."""
        self._room(run)
        if self.status != 2:
            raise Refusal("confClosed")
        return not self.deaf

    def _update(self, run: str, **wanted: bool) -> Any:
        if not self.undocumented:
            raise Refusal("InvalidAction.NotFound", 404)
        if self._control(run) and "forbiddenShareScreen" in wanted:
            self.sharing = not wanted["forbiddenShareScreen"]
        return {"code": "200", "case": "success"}

    def _nick(self, run: str, nick: str, unionId: str) -> Any:
        if not self.undocumented:
            raise Refusal("InvalidAction.NotFound", 404)
        for member in self._of(unionId) if self._control(run) else ():
            member["userNick"] = nick
        return {"success": True}

    def _of(self, who: str) -> list[dict[str, Any]]:
        found = [m for m in self.inside if m["unionId"] == who]
        if not found:
            raise Refusal("unknownUserError")
        return found

    def _mute(self, run: str, action: str, userList: list[dict[str, str]]) -> Any:
        if len(userList) != 1:
            raise Refusal("paramsError")
        done = self._control(run)
        for member in self._of(userList[0]["unionId"]):
            member["_mic"] = (1 if action == "mute" else 2) if done else member["_mic"]
        return {"success": True}

    def _mute_all(self, run: str, action: str, forceMute: bool = False) -> Any:
        if self._control(run):
            self.forced = forceMute
            for member in self.inside:
                member["_mic"] = member["_mic"] if member["host"] else (1 if action == "mute" else 2)
        return {"success": True}

    def _kick(self, run: str, userList: list[dict[str, str]], forbiddenRejoin: bool = False) -> Any:
        done = self._control(run)
        for who in (u["unionId"] for u in userList):
            for member in self._of(who):
                if done:
                    member["attendStatus"] = 5
            self.banned += [who] if forbiddenRejoin and done else []
        return {"success": True}

    def _lock(self, run: str, action: str) -> Any:
        if self._control(run):
            self.locked = action == "lock"
        return {"success": True}

    def _host_only(self, run: str, who: str) -> bool:
        done = self._control(run)
        if not any(m["unionId"] == who and m["host"] for m in self.inside):
            raise Refusal("noPermission", 400)
        return done

    def _record(self, run: str, unionId: str, **_: str) -> Any:
        self.recording = 1 if self._host_only(run, unionId) else self.recording
        return {"code": "200"}

    def _stop_record(self, run: str, unionId: str) -> Any:
        self.recording = 3 if self._host_only(run, unionId) else self.recording
        return {"code": "200"}

    def _invite(self, run: str, unionId: str, inviteeList: list[dict[str, str]]) -> Any:
        self._control(run)
        self.invited += [i["unionId"] for i in inviteeList]
        return {"success": True}

    # --- bookings ---

    def _book(self, creatorUnionId: str, scheduleConfSettingModel: Any = None, **_: Any) -> Any:
        booking = f"b00c{len(self.bookings)}-0000"
        default = {"waitingRoom": 0, "joinBeforeHost": 1, "enableChat": 1}
        self.bookings[booking] = {"muteOnJoin": 0, "moziConfVirtualExtraSetting": default,
                                  **(scheduleConfSettingModel or {})}  # fmt: skip
        return {"requestId": "R-2", "scheduleConferenceId": booking, "roomCode": "838 722 100",
                "url": f"https://meeting.example/j/{booking}", "phones": []}  # fmt: skip

    def _booking(self, booking: str, requestUnionId: str) -> Any:
        return {"scheduleConferenceId": booking, "url": f"https://meeting.example/j/{booking}", "title": "数学"}

    def _read_settings(self, scheduleConferenceId: str) -> Any:
        if scheduleConferenceId not in self.bookings:
            raise Refusal("scheduleConferenceIdError")
        return {"scheduleConfSettingModel": self.bookings[scheduleConferenceId]}

    def _write_settings(self, creatorUnionId: str, scheduleConferenceId: str, scheduleConfSettingModel: Any) -> Any:
        if scheduleConferenceId not in self.bookings:
            raise Refusal("scheduleConferenceIdError")
        if creatorUnionId != self.creator:
            raise Refusal("creatorUidError")
        if not self.deaf:  # what is left out is gone: the stricter reading of the documents
            self.bookings[scheduleConferenceId] = scheduleConfSettingModel
        return {"success": True}

    def _group_message(self, msgParam: str, **_: str) -> Any:
        self.messages.append(("group", json.loads(msgParam)["content"]))
        return {"processQueryKey": "key-1"}


def settings(base_url: str = "http://127.0.0.1:1", **more: Any) -> DingTalkSettings:
    """Invented credentials."""
    values = {"base_url": base_url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "corp_id": CORP}
    return DingTalkSettings.model_validate(values | more)


@asynccontextmanager
async def connected(
    cloud: Cloud,
    *,
    notes: Notes | None = None,
    now: Callable[[], float] = lambda: NOW,
    seconds: float = 5.0,
    **more: Any,
) -> AsyncIterator[DingTalkAdapter]:
    """An adapter that talks to the cloud over real HTTP. Afterwards nothing that was sent may have been malformed."""
    async with talking(
        cloud, lambda base, http: DingTalkAdapter(settings(base, **more), http, notes, now=now), seconds
    ) as adapter:
        yield adapter
    assert cloud.problems == []
