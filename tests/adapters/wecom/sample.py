"""WeCom, for the laws of tests/adapters/test_conformance.py. A strict stand-in of its API is in cloud.py."""

import json
from typing import Any
from xml.sax.saxutils import escape

import defusedxml.ElementTree

from adapters import envelope
from adapters.base import Delivery
from adapters.wecom import WeComAdapter
from app.domain.people import Participant, Role
from tests.adapters.conformance import NOW, Faults, Fixture, Sample
from tests.adapters.loopback import Asked, Said

TOKEN, PREVIOUS, KEY = "menshenToken01", "menshenToken00", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP0"
CORPID, SECRET, ACCESS = "ww0123456789abcdef", "menshenCorpSecretExample-000000000001", "accesstoken000001"
ROBOT = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
MEETING, PUPIL, TEACHER = "hyXXXX01", "tmpOpenId01", "tmpOpenId02"


def xml(document: Any) -> bytes:
    """A notification as XML; what is no document becomes a text in its place."""
    return f"<xml>{_inner(document)}</xml>".encode("utf-8", "surrogatepass")


def _inner(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_inner(part)}</{name}>" for name, part in value.items())
    if isinstance(value, list):
        return "".join(f"<item>{_inner(part)}</item>" for part in value)
    return escape("" if value is None else str(value))


def apart(content: bytes) -> Any:
    """The XML as a dict of texts and dicts."""
    root = defusedxml.ElementTree.fromstring(content)
    return {c.tag: {part.tag: part.text or "" for part in c} if len(c) else c.text or "" for c in root}


def notice(change: str, *, openid: str = PUPIL, userid: str = "", event: str = "meeting_change", **more: Any) -> bytes:
    """One event of a meeting, in the order of elements of the vendor's samples."""
    return xml(
        {
            "ToUserName": CORPID, "FromUserName": userid, "FromUserTmpOpenId": openid, "CreateTime": int(NOW),
            "MsgType": "event", "Event": event, "ChangeType": change, "MeetingId": MEETING, **more,
        }
    )  # fmt: skip


def by_teacher(change: str, **more: Any) -> bytes:
    return notice(change, openid=TEACHER, userid="teacher01", **more)


def concerning(change: str, **more: str) -> bytes:
    """An event in which the teacher does something to the pupil."""
    return by_teacher(change, OperatedUser={"UserId": "", "TmpOpenId": PUPIL, **more})


def deliver(content: bytes, at: float, secret: str, *, key: str = KEY, receiver: str = CORPID) -> Delivery:
    """Sealed and signed as the vendor does it."""
    sealed = envelope.sealed(envelope.key_of(key), content, receiver.encode(), b"0123456789abcdef")
    stamp, nonce = str(int(at)), "1372623149"
    signature = envelope.signature(secret, stamp, nonce, sealed)
    body = f"<xml><ToUserName><![CDATA[{CORPID}]]></ToUserName><AgentID><![CDATA[1000014]]></AgentID>"
    return Delivery(
        method="POST", path="/hooks/c-1", query=f"msg_signature={signature}&timestamp={stamp}&nonce={nonce}",
        headers={"content-type": "text/xml"}, received_at=at,
        body=f"{body}<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode(),
    )  # fmt: skip


def said(headers: dict[str, str] | None = None, **members: Any) -> Said:
    kind = {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}
    return Said(body=json.dumps(members, ensure_ascii=False).encode(), headers=kind)


def no(code: int, text: str = "refused", headers: dict[str, str] | None = None) -> Said:
    hint = "hint: [1763640000_12_0a1b2c3d4e5f], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/"
    return said(headers=headers, errcode=code, errmsg=f"{text}, {hint}devtool/query?e={code}")


def grants(asked: Asked) -> Said | None:
    if not asked.target.startswith("/cgi-bin/gettoken?"):
        return None
    return said(errcode=0, errmsg="ok", access_token=ACCESS, expires_in=7200)


def yes(asked: Asked) -> Said:
    """Whatever is asked is accepted, and the lists show everything as it was."""
    granted = grants(asked)
    if granted is not None:
        return granted
    row = {"userid": "", "tmp_openid": PUPIL, "instance_id": 3, "customer_data": "", "role": 0, "join_type": 0}
    states = {"audio_state": True, "video_state": True, "screen_shared_state": True, "join_time": "1795132800"}
    return said(
        errcode=0, errmsg="ok", has_more=False, next_cursor="", attendees=[{**row, **states}],
        user_list=[{**row, "instance_id": 4}],  # and he waits on another device too, so that he can be let in
        status=2, meeting_type=0, userid_list=["teacher01"], allow_partys={"partyid": [1]}, close=0,
        meetingid=MEETING, departments=[], department=[],
    )  # fmt: skip


PERSONAL = {
    "join_meeting": "participant.joined",
    "quit_meeting": "participant.left",
    "join_waiting_room": "participant.waiting",
    "open_screen_share": "share.started",
    "close_screen_share": "share.stopped",
}
DONE_TO = {
    "quit_waiting_room": "participant.left",
    "join_from_meeting_room": "participant.joined",
    "move_to_waiting_room": "participant.waiting",
}
OF_THE_ROOM = {
    "meeting_start": "lesson.started",
    "meeting_end": "lesson.ended",
    "cancel_meeting": "lesson.ended",
    "meeting_mute_all": "settings.changed",
    "meeting_unmute_all": "settings.changed",
    "start_recording": "settings.changed",
    "pause_recording": "settings.changed",
    "resume_recording": "settings.changed",
    "stop_recording": "settings.changed",
}
KEPT = ("modify_meeting", "recording_complete", "delete_recording", "pstn_status_update", "medium_upload")
OPTIONAL = {"ToUserName", "FromUserName", "CreateTime", "MsgType", "UserId", "AgentID"}

SAMPLE = Sample(
    adapter=WeComAdapter,
    settings=lambda base_url: {
        "base_url": base_url, "corpid": CORPID, "corpsecret": SECRET, "agentid": 1000014, "token": TOKEN,
        "previous_token": PREVIOUS, "encoding_aes_key": KEY, "robot_key": ROBOT, "alert_userids": ["it01"],
    },
    secret=TOKEN,
    previous=PREVIOUS,
    without_secret={"token": "", "previous_token": "", "encoding_aes_key": ""},
    secrets=(TOKEN, PREVIOUS, KEY, SECRET, ROBOT),
    deliver=deliver,
    fixtures={
        **{c: Fixture(content=notice(c), kinds=(k,)) for c, k in PERSONAL.items()},
        **{c: Fixture(content=concerning(c), kinds=(k,)) for c, k in DONE_TO.items()},
        "role_change": Fixture(content=concerning("role_change", UserRole="6"), kinds=("participant.role_changed",)),
        **{c: Fixture(content=by_teacher(c), kinds=(k,)) for c, k in OF_THE_ROOM.items()},
        **{c: Fixture(content=by_teacher(c), kinds=("unknown",)) for c in KEPT},
        "start_meeting": Fixture(
            content=notice("start_meeting", userid="teacher01", event="meeting_statistics", Status=1).replace(
                f"<MeetingId>{MEETING}</MeetingId>".encode(), b""
            ),
            kinds=("unknown",),
        ),
    },
    unseen=notice("whiteboard_opened"),
    proofs=(),
    stale_after=900.0,
    yes=yes,
    complaint=lambda text: said(errcode=40035, errmsg=text),
    lesson_key=MEETING,
    target=Participant(id=PUPIL, address="inside:3"),
    operator=Participant(id=TEACHER, account="teacher01", role=Role.HOST, address="inside:1"),
    apart=apart,
    together=xml,
    optional=lambda name: name in OPTIONAL,
    enums=lambda name: name in {"UserRole", "Status"},
    grants=grants,
    faults=Faults(
        expired=no(42001, "access_token expired"),
        scope=no(48002, "api forbidden"),
        scope_named="可调用接口的应用",
        busy=(no(45009, "api freq out of limit"), no(45033), no(45009, headers={"Retry-After": "120"})),
        busy_seconds=(60.0, 60.0, 120.0),
        nobody=no(400123, "meeting not found"),
    ),
)  # fmt: skip
