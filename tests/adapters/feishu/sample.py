"""Feishu, for the laws of tests/adapters/test_conformance.py. A strict stand-in of its API is in cloud.py."""

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from adapters.base import Delivery
from adapters.feishu import FeishuAdapter
from app.domain.people import Participant, Role
from tests.adapters.conformance import NOW, Faults, Fixture, Sample
from tests.adapters.loopback import Asked, Said

KEY, PREVIOUS_KEY = "menshen-encrypt-key", "menshen-encrypt-key-before"
TOKEN, PREVIOUS_TOKEN = "menshen-verification-token", "menshen-verification-token-before"
SECRET, ROBOT_SECRET, ROBOT = "menshenAppSecretExample0001", "menshen-bot-secret", "a1b2c3d4-menshen-robot-0001"
APP = "cli_a000000000000001"
NUMBER, MEETING, RESERVE = "235812466", "6911188411934433028", "6911188411934973028"
PUPIL, TEACHER = "ou_84aad35d084aa403a838cf73ee18467", "ou_3ec3f6a28a0d08c45d895276e8e5e19b"
USER_TOKEN, REFRESH = "eyJhbGciOiJFUzI1NiJ9.menshen", "ur-menshen-refresh-0001"


def user(open_id: str = PUPIL, role: int = 1) -> dict[str, Any]:
    ids = {"union_id": f"on_{open_id[3:]}", "user_id": f"u{open_id[3:9]}", "open_id": open_id}
    return {"id": ids, "user_role": role, "user_type": 1}


def meeting(**more: Any) -> dict[str, Any]:
    return {
        "id": MEETING, "topic": "数学", "meeting_no": NUMBER, "meeting_source": 4, "start_time": "1795132800",
        "end_time": "1795136400", "host_user": user(TEACHER, 2), "owner": user(TEACHER, 2), "meeting_sub_type": 1,
        "security_setting": {"security_level": 1, "group_ids": [], "user_ids": [], "room_ids": [],
                             "has_set_security_contacts_and_group": True},
        "webinar_setting": {"webinar_type": 1},
    } | more  # fmt: skip


def content(kind: str, *, token: str = TOKEN, **body: Any) -> bytes:
    """An event of schema 2.0; of a meeting, unless `body` says otherwise."""
    header = {
        "event_id": hashlib.sha256(kind.encode()).hexdigest()[:32], "event_type": kind, "token": token,
        "create_time": str(int(NOW * 1000)), "app_id": APP, "tenant_key": "2ca1d211f64f6438",
    }  # fmt: skip
    event = body or {"meeting": meeting(), "operator": user()}
    return json.dumps({"schema": "2.0", "header": header, "event": event}, ensure_ascii=False).encode()


def sealed(key: str, plain: bytes, iv: bytes = b"0123456789abcdef") -> str:
    """The other way round, by the cryptography library."""
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES256(hashlib.sha256(key.encode()).digest()), modes.CBC(iv)).encryptor()
    whole = padder.update(plain) + padder.finalize()
    return base64.b64encode(iv + encryptor.update(whole) + encryptor.finalize()).decode()


def deliver(body: bytes, at: float, secret: str) -> Delivery:
    """Sealed and signed with the Encrypt Key `secret`."""
    raw = json.dumps({"encrypt": sealed(secret, body)}).encode()
    stamp, nonce = str(int(at)), "8f14e45fceea167a"
    signature = hashlib.sha256(f"{stamp}{nonce}{secret}".encode() + raw).hexdigest()
    return Delivery(
        method="POST", path="/hooks/c-1", query="", received_at=at, body=raw,
        headers={"x-lark-request-timestamp": stamp, "x-lark-request-nonce": nonce, "x-lark-signature": signature,
                 "content-type": "application/json"},
    )  # fmt: skip


def ok(**data: Any) -> Said:
    return Said(body=json.dumps({"code": 0, "msg": "success", "data": data}, ensure_ascii=False).encode())


def failed(code: int, status: int = 400, msg: str = "failed", **more: Any) -> Said:
    headers = {"Content-Type": "application/json", **more.pop("headers", {})}
    return Said(status=status, body=json.dumps({"code": code, "msg": msg, **more}).encode(), headers=headers)


def yes(asked: Asked) -> Said:
    """Controls are accepted; the list shows everything as it was."""
    if granted := grants(asked):
        return granted
    if asked.target.startswith("/callback/ws/endpoint"):
        return ok(URL="ws://127.0.0.1:9/ws?device_id=1&service_id=33554678", ClientConfig={"PingInterval": 120})
    row = {"id": PUPIL, "first_join_time": "1795132800", "user_type": 1, "is_host": False, "is_cohost": False,
           "is_external": False, "status": 2}  # fmt: skip
    listed = {"id": MEETING, "meeting_no": NUMBER, "status": 2, "participants": [row]}
    results = [{"id": PUPIL, "user_type": 1, "result": 1}]
    return ok(meeting=listed, kickout_results=results, reserve={"id": RESERVE, "meeting_no": NUMBER}, items=[])


def grants(asked: Asked) -> Said | None:
    """The app's token, and a teacher's."""
    if asked.target.startswith("/open-apis/auth/v3/tenant_access_token"):
        body = {"code": 0, "msg": "ok", "tenant_access_token": "t-menshen", "expire": 7200}
        return Said(body=json.dumps(body).encode())
    if asked.target.startswith("/open-apis/authen/v2/oauth/token"):
        body = {"code": 0, "access_token": USER_TOKEN, "expires_in": 7200, "refresh_token": REFRESH}
        return Said(body=json.dumps(body).encode())
    return None


VIOLATION = {"permission_violations": [{"type": "action_scope_required", "subject": "vc:meeting"}]}
ROOM = {"meeting": meeting()}
FIXTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "vc.meeting.meeting_started_v1": ("lesson.started", {}),
    "vc.meeting.meeting_ended_v1": ("lesson.ended", {}),
    "vc.meeting.all_meeting_started_v1": ("lesson.started", {}),
    "vc.meeting.all_meeting_ended_v1": ("lesson.ended", {}),
    "vc.meeting.participant_meeting_ended_v1": ("lesson.ended", {**ROOM, "subscriber_ids": [user()["id"]]}),
    "vc.meeting.join_meeting_v1": ("participant.joined", {}),
    "vc.meeting.leave_meeting_v1": (
        "participant.left", {**ROOM, "operator": user(TEACHER, 2), "leave_reason": 3, "leave_user": user()},
    ),
    "vc.meeting.share_started_v1": ("share.started", {}),
    "vc.meeting.share_ended_v1": ("share.stopped", {}),
    "vc.meeting.recording_started_v1": ("settings.changed", {}),
    "vc.meeting.recording_ended_v1": ("settings.changed", {}),
    "vc.meeting.recording_ready_v1": ("unknown", {**ROOM, "url": "https://meetings.example/rec", "duration": "30000"}),
    "vc.bot.meeting_activity_v1": (
        "chat.posted",
        {"meeting_activity_items": [{
            "meeting": {"id": MEETING, "topic": "数学", "meeting_no": NUMBER, "host_user": {"id": TEACHER}},
            "activity_event_type": "chat_received",
            "chat_received_items": [{
                "operator": {"id": PUPIL, "user_type": 1, "user_role": 1, "user_name": "访客"}, "message_id": "7001",
                "message_type": 1, "content": "hello", "send_time": "1795132800",
            }],
        }]},
    ),
}  # fmt: skip

# Without these a notification still tells its fact.
OPTIONAL = frozenset(
    {
        "topic", "meeting_source", "start_time", "end_time", "host_user", "owner", "meeting_sub_type", "union_id",
        "user_id", "security_setting", "webinar_setting", "user_role", "user_type", "leave_reason", "leave_user",
        "app_id", "tenant_key", "token", "create_time", "event_id", "schema", "subscriber_ids", "send_time",
        "message_type", "user_name", "message_id",
    }
)  # fmt: skip
ENUMS = frozenset(
    {
        "user_role", "user_type", "leave_reason", "security_level", "meeting_source", "meeting_sub_type",
        "webinar_type", "activity_event_type", "message_type",
    }
)  # fmt: skip

SAMPLE = Sample(
    adapter=FeishuAdapter,
    settings=lambda base_url: {
        "base_url": base_url, "app_id": APP, "app_secret": SECRET, "mode": "http", "encrypt_key": KEY,
        "previous_encrypt_key": PREVIOUS_KEY, "verification_token": TOKEN,
        "previous_verification_token": PREVIOUS_TOKEN, "robot_webhook": ROBOT, "robot_secret": ROBOT_SECRET,
    },
    secret=KEY,
    previous=PREVIOUS_KEY,
    without_secret={"encrypt_key": "", "previous_encrypt_key": ""},
    # Not the robot's address: the loopback server writes every path into its log. test_control.py looks after it.
    secrets=(KEY, PREVIOUS_KEY, TOKEN, PREVIOUS_TOKEN, SECRET, ROBOT_SECRET, USER_TOKEN, REFRESH),
    deliver=deliver,
    fixtures={k: Fixture(content=content(k, **body), kinds=(kind,)) for k, (kind, body) in FIXTURES.items()},
    unseen=content("vc.meeting.whiteboard_opened_v1"),
    proofs=("x-lark-request-timestamp", "x-lark-request-nonce", "x-lark-signature"),
    stale_after=28_800.0,
    yes=yes,
    complaint=lambda text: failed(121003, 400, text),
    lesson_key=f"{NUMBER}:{MEETING}",
    target=Participant(id=PUPIL, name="访客", account=PUPIL, address="1"),
    operator=Participant(id=TEACHER, name="王老师", account=TEACHER, role=Role.HOST, address="1"),
    reference="om_1234567890abcdef",
    optional=lambda name: name in OPTIONAL,
    enums=lambda name: name in ENUMS,
    grants=grants,
    faults=Faults(
        expired=failed(99991663, 400, "Invalid access token for authorization."),
        scope=failed(99991672, 400, "Access denied. One of the following scopes is required: [vc:meeting]",
                     error=VIOLATION),
        scope_named="vc:meeting",
        spent=failed(99991403, 400, "This month's API call quota has been exceeded"),
        busy=(
            failed(99991400, 429, "request trigger frequency limit", headers={"x-ogw-ratelimit-reset": "7"}),
            failed(99991400, 400, "request trigger frequency limit"),
        ),
        busy_seconds=(7.0, None),
        nobody=failed(121004, 404, "no data"),
    ),
    notes={
        f"reserve:{NUMBER}": json.dumps({"id": RESERVE, "number": NUMBER, "hosts": [TEACHER], "until": NOW + 7200}),
        f"user:{TEACHER}": json.dumps({"access": USER_TOKEN, "refresh": REFRESH, "until": 4_000_000_000}),
    },
)  # fmt: skip
