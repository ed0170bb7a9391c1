"""Tencent Meeting, for the laws of tests/adapters/test_conformance.py. A strict stand-in of its API is in cloud.py."""

import base64
import hashlib
import json
from typing import Any

from adapters.base import Delivery
from adapters.tencent_meeting import TencentMeetingAdapter
from app.domain.people import Participant, Role
from tests.adapters.conformance import NOW, Fixture, Sample
from tests.adapters.loopback import Asked, Said

TOKEN, PREVIOUS, KEY = "MenshenToken1234567890abc", "MenshenTokenBefore1234567", "menshenSecretKeyExample0000001"
MEETING = "7567173273889276131"
PUPIL = {"userid": "", "uuid": "WMpupil", "ms_open_id": "bXNvcGVuaWQtMDAx", "user_name": "访客", "instance_id": "3"}
TEACHER = {"userid": "teacher01", "uuid": "WMteacher", "ms_open_id": "bXNvcGVuaWQtMDAy", "instance_id": "1"}


def content(event: str, *, operator: dict[str, str] = PUPIL, **more: Any) -> bytes:
    info = {"meeting_id": MEETING, "subject": "数学", "meeting_type": 0, "action_scene_type": 0}
    entry = {"operate_time": int(NOW * 1000), "operator": operator, "meeting_info": info, **more}
    return json.dumps({"event": event, "trace_id": f"t-{event}", "payload": [entry]}, ensure_ascii=False).encode()


def deliver(body: bytes, at: float, secret: str) -> Delivery:
    """The vendor sends base64 without its padding, and signs that text."""
    data = base64.b64encode(body).decode().rstrip("=")
    stamp, nonce = str(int(at * 1000)), "987654321"
    signature = hashlib.sha1("".join(sorted([secret, stamp, nonce, data])).encode(), usedforsecurity=False).hexdigest()
    return Delivery(
        method="POST", path="/hooks/c-1", query="", received_at=at, body=json.dumps({"data": data}).encode(),
        headers={"timestamp": stamp, "nonce": nonce, "signature": signature, "content-type": "application/json"},
    )  # fmt: skip


def yes(asked: Asked) -> Said:
    """Controls are accepted with an empty object; the lists show everything as it was."""
    if asked.method != "GET":
        return Said(body=b"{}")
    row = {
        "userid": "", "ms_open_id": PUPIL["ms_open_id"], "instanceid": 3, "user_role": 0,
        "user_name": base64.b64encode("访客".encode()).decode(),
        "audio_state": True, "video_state": True, "screen_shared_state": True,
    }  # fmt: skip
    answer = {
        "status": "MEETING_STATE_STARTED", "total_count": 1, "total_page": 1, "current_page": 1,
        "participants": [row], "ms_open_id": TEACHER["ms_open_id"],
        "meeting_info_list": [{"meeting_id": MEETING, "status": "MEETING_STATE_STARTED"}],
    }  # fmt: skip
    return Said(body=json.dumps(answer).encode())


def complaint(text: str) -> Said:
    return Said(status=400, body=json.dumps({"error_info": {"error_code": 190004, "message": text}}).encode())


PERSONAL = {
    "meeting.participant-joined": "participant.joined",
    "meeting.participant-left": "participant.left",
    "meeting.participant-jbh-waiting": "participant.joined",
    "meeting.participant-joined-waiting-room": "participant.waiting",
    "meeting.share-screen-open": "share.started",
    "meeting.share-screen-close": "share.stopped",
}
DONE_TO = {
    "meeting.participant-left-waiting-room": "participant.left",
    "meeting.participant-admitted": "participant.joined",
    "meeting.participant-put-in-waiting-room": "participant.waiting",
    "meeting.participant-role-changed": "participant.role_changed",
}
OF_THE_ROOM = {
    "meeting.started": "lesson.started",
    "meeting.end": "lesson.ended",
    "meeting.mute-all": "settings.changed",
    "meeting.unmute-all": "settings.changed",
    "recording.started": "settings.changed",
}

SAMPLE = Sample(
    adapter=TencentMeetingAdapter,
    settings=lambda base_url: {
        "base_url": base_url, "app_id": "1400000001", "sdk_id": "12345678901",
        "secret_id": "AKIDmenshenexample0000001", "secret_key": KEY, "operator_userid": "teacher01",
        "webhook_token": TOKEN, "previous_webhook_token": PREVIOUS,
    },
    secret=TOKEN,
    previous=PREVIOUS,
    without_secret={"webhook_token": "", "previous_webhook_token": ""},
    secrets=(TOKEN, PREVIOUS, KEY),
    deliver=deliver,
    fixtures={
        **{e: Fixture(content=content(e), kinds=(k,)) for e, k in PERSONAL.items()},
        **{
            e: Fixture(content=content(e, operator=TEACHER, to_operator={**PUPIL, "user_role": 6}), kinds=(k,))
            for e, k in DONE_TO.items()
        },
        **{e: Fixture(content=content(e, operator=TEACHER), kinds=(k,)) for e, k in OF_THE_ROOM.items()},
    },
    unseen=content("meeting.whiteboard-opened"),
    proofs=("timestamp", "nonce", "signature"),
    stale_after=900.0,
    yes=yes,
    complaint=complaint,
    lesson_key=MEETING,
    target=Participant(id="bXNvcGVuaWQtMDAx:3", name="访客", address="3"),
    operator=Participant(id="bXNvcGVuaWQtMDAy:1", name="王老师", role=Role.HOST, address="1"),
)  # fmt: skip
