"""DingTalk, for the laws of tests/adapters/test_conformance.py. A strict stand-in of its API is in cloud.py."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from adapters.base import Delivery
from adapters.dingtalk import DingTalkAdapter
from adapters.envelope import key_of, sealed, signature
from app.domain.people import Participant, Role
from tests.adapters.conformance import NOW, Faults, Fixture, Sample
from tests.adapters.loopback import Asked, Said

TOKEN, PREVIOUS = "menshenToken01", "menshenTokenBefore"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PREVIOUS_AES_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
CLIENT_ID, CLIENT_SECRET = "dingmenshen0001", "menshen-client-secret-0001"
ROBOT_TOKEN, ROBOT_SECRET = "robot-access-token-000001", "SECmenshenexample0001"
CORP = "dingcorp0001"
RUN = "607452e01401526ee39609e1"
BOOKING = "f2fbaa7d-0000-45d6-0000-000000000001"
PUPIL, TEACHER = "2iPOpupilUnionId", "2iPOteacherUnionId"
JOINED = int(NOW * 1000)


def deliver(content: bytes, at: float, secret: str) -> Delivery:
    """HTTP push: the sealed text in the body, its signature in the query."""
    stamp, nonce = str(int(at * 1000)), "AbCdEfGh"
    coded = sealed(key_of(AES_KEY), content, CLIENT_ID.encode(), b"0123456789abcdef")
    query = {"msg_signature": signature(secret, stamp, nonce, coded), "timestamp": stamp, "nonce": nonce}
    return Delivery(
        method="POST", path="/hooks/c-1", query=urlencode(query), headers={"content-type": "application/json"},
        body=json.dumps({"encrypt": coded}).encode(), received_at=at,
    )  # fmt: skip


def fixture(name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A notification as the vendor's pages show it (ids invented), and the facts that it stands for."""
    document = json.loads((Path(__file__).with_name("fixtures") / f"{name}.json").read_text())
    return document["push"], document["gives"]


NAMES = tuple(sorted(p.stem for p in Path(__file__).with_name("fixtures").glob("*.json")))


def _fixture(name: str) -> Fixture:
    push, gives = fixture(name)
    return Fixture(content=json.dumps(push, ensure_ascii=False).encode(), kinds=tuple(g["kind"] for g in gives))


MEMBER = {
    "unionId": PUPIL, "conferenceId": RUN, "userNick": "小明", "joinTime": JOINED, "leaveTime": 0, "duration": 0,
    "host": False, "coHost": False, "attendStatus": 3, "pstnJoin": False,
}  # fmt: skip
INFO = {
    "conferenceId": RUN, "title": "高一3班 数学", "status": 2, "creatorId": TEACHER, "startTime": JOINED,
    "scheduleConferenceId": BOOKING, "cloudRecordStatus": 0, "bizType": "3",
}  # fmt: skip
BOOKED = {"hostUnionId": TEACHER, "muteOnJoin": 0, "moziConfVirtualExtraSetting": {"enableChat": 1}}


def yes(asked: Asked) -> Said:
    """Everything is accepted, and the class with one pupil stays as it was, whatever is asked."""
    user = {"userId": PUPIL, "nick": "小明", "attendStatus": 3, "cameraStatus": 2, "micStatus": 2}
    running = {"conferenceId": RUN, "status": 2, "mediaStatus": 0, "userList": [user]}
    answer: dict[str, object] = {
        "success": True, "memberModels": [MEMBER], "nextToken": "", "totalCount": 1, "infos": [running],
        "confInfo": INFO, "scheduleConfSettingModel": BOOKED, "processQueryKey": "key-1", "onGoingConfList": [],
        "endpoint": "ws://127.0.0.1:9/connect", "ticket": "t+1/2=", "errcode": 0, "errmsg": "ok",
        "result": {"details": [], "has_more": False},
    }  # fmt: skip
    return grants(asked) or Said(body=json.dumps(answer).encode())


def grants(asked: Asked) -> Said | None:
    """An access token, as page obtain-the-access-token-of-an-internal-app shows it."""
    if asked.target != "/v1.0/oauth2/accessToken":
        return None
    return Said(body=json.dumps({"accessToken": "tok123", "expireIn": 7200}).encode())


def error(status: int, code: str, message: str = "失败", **more: Any) -> Said:
    """An error of the new API."""
    return Said(status=status, body=json.dumps({"code": code, "message": message, "requestid": "R-1", **more}).encode())


def complaint(text: str) -> Said:
    return error(400, "somethingNew", text)


OPTIONAL = {
    "duration", "deviceType", "pstnJoin", "leaveTime", "joinTime", "host", "coHost", "outerOrgMember", "userNick",
    "userId", "attendStatus", "title", "bizType", "status", "creatorNick", "startTime", "confDuration", "invitedNum",
    "activeNum", "attendNum", "calendarEventId", "bizScene", "EventTime", "CorpId", "BizId", "eventId", "statusSeqNum",
    "creatorId", "roomCode",
}  # fmt: skip
ENUMS = {"deviceType", "attendStatus", "bizType", "status", "bizScene", "changeScene", "liveStatus"}

WALL = json.dumps({"status": 1111, "wait": 5}).encode()
SPENT = error(403, "Forbidden.AccessDenied.ApiCountLimitForOrg")
SCOPE = error(
    403, "Forbidden.AccessDenied.AccessTokenPermissionDenied",
    accessdenieddetail={"requiredScopes": ["VideoConference.Conference.Write"]},
)  # fmt: skip

SAMPLE = Sample(
    adapter=DingTalkAdapter,
    settings=lambda base_url: {
        "base_url": base_url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "corp_id": CORP, "mode": "http",
        "token": TOKEN, "previous_token": PREVIOUS, "aes_key": AES_KEY, "previous_aes_key": PREVIOUS_AES_KEY,
        "robot_access_token": ROBOT_TOKEN, "robot_secret": ROBOT_SECRET, "open_conversation_id": "cidClass",
        "robot_code": "dingrobot01",
    },
    secret=TOKEN,
    previous=PREVIOUS,
    without_secret={"token": "", "previous_token": ""},
    secrets=(TOKEN, PREVIOUS, AES_KEY, PREVIOUS_AES_KEY, CLIENT_SECRET, ROBOT_TOKEN, ROBOT_SECRET),
    deliver=deliver,
    fixtures={name: _fixture(name) for name in NAMES},
    unseen=json.dumps({"EventType": "meeting_moon_phase", "EventTime": JOINED, "phase": "full"}).encode(),
    proofs=(),
    stale_after=900.0,
    yes=yes,
    complaint=complaint,
    lesson_key=f"{BOOKING}:{RUN}",
    target=Participant(id=f"{PUPIL}@{JOINED}", name="小明", account=PUPIL, address=PUPIL),
    operator=Participant(
        id=f"{TEACHER}@{JOINED}", name="王老师", account=TEACHER, address=TEACHER, role=Role.HOST
    ),
    optional=lambda name: name in OPTIONAL,
    enums=lambda name: name in ENUMS,
    grants=grants,
    faults=Faults(
        expired=error(400, "InvalidAuthentication", "不合法的access_token"),
        scope=SCOPE,
        scope_named="VideoConference.Conference.Write",
        spent=SPENT,
        busy=(
            error(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"),
            Said(body=WALL),
            Said(status=429, body=b"", headers={"Retry-After": "7"}),
            Said(status=503, body=b""),
        ),
        busy_seconds=(1.0, 5.0, 7.0, None),
        nobody=error(404, "roomNotFound", "ROOM NOT FOUND"),
    ),
    # These calls are not documented: they are used where a check of the connection has found them.
    notes={"call.updateNick": "found", "call.updateSettings": "found"},
)  # fmt: skip
