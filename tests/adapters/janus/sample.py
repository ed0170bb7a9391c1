"""Janus, for the laws of tests/adapters/test_conformance.py. The real server is driven in tests/lab."""

import json
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

from adapters.base import Delivery
from adapters.janus import JanusAdapter
from app.domain.people import Participant, Role
from tests.adapters.conformance import NOW, Fixture, Sample
from tests.adapters.loopback import Asked, Said

SECRET, PREVIOUS = "janus-webhook-of-today", "janus-webhook-before"
OTHERS = {
    "admin_secret": "janus-admin-secret-1",
    "admin_key": "janus-admin-key-0001",
    "room_secret": "janus-room-secret-01",
    "pin": "janus-pin-00000001",
}
TEACHER = "link-of-the-teacher-0001"
ROOM = "class-7b"
STREAMS = [
    {"type": "audio", "mid": "0"},
    {"type": "video", "mid": "1"},
    {"type": "video", "mid": "2", "description": "screen"},
]


def content(plugin: str, number: int, **data: object) -> bytes:
    event = {"plugin": f"janus.plugin.{plugin}", "data": {"room": ROOM, **data}}
    stamp = int(NOW * 1_000_000) + number
    entry = {"emitter": "janus-1", "type": 64, "timestamp": stamp, "session_id": 11, "handle_id": 21, "event": event}
    return json.dumps(entry, ensure_ascii=False).encode()


def about(event: str, number: int, **more: object) -> bytes:
    return content("videoroom", number, event=event, id="p-1", display="访客", token="link-000001", **more)


def deliver(body: bytes, at: float, secret: str) -> Delivery:
    """Events come with basic authentication, lines of chat with a secret in the address; Janus signs nothing."""
    if b'"textroom": "message"' in body:
        query, headers = urlencode({"chat": secret}), {"content-type": "application/json"}
    else:
        query, headers = "", {"authorization": "Basic " + b64encode(f"menshen:{secret}".encode()).decode()}
    return Delivery(method="POST", path="/hooks/c-1", query=query, headers=headers, body=body, received_at=at)


def yes(asked: Asked) -> Said:
    """Every wish is granted in words, and every question shows the class as it was."""
    body = json.loads(asked.body) if asked.body else {}
    answer: dict[str, Any] = {"janus": "success", "transaction": body.get("transaction"), "data": {"id": 31}}
    if body.get("janus") == "list_sessions":
        answer["sessions"] = [11]
    elif body.get("janus") == "list_handles":
        answer["handles"] = [21]
    elif body.get("janus") == "handle_info":
        seat = {"type": "publisher", "room": ROOM, "id": "p-1", "display": "访客", "streams": STREAMS}
        answer["info"] = {"plugin": "janus.plugin.videoroom", "token": "link-000001", "plugin_specific": seat}
    elif body.get("janus") == "message_plugin":
        answer["response"] = _plugin(body["request"])
    elif body.get("janus") == "message":
        answer["plugindata"] = {"data": {"publishers": []}}
    return Said(body=json.dumps(answer).encode())


def _plugin(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "videoroom": "success",
        "participants": [{"id": "p-1", "display": "访客", "publisher": True}],
        "allowed": ["link-000001", TEACHER],
        "exists": True,
        "list": [{"room": ROOM, "record": False}],
    }


SAMPLE = Sample(
    adapter=JanusAdapter,
    settings=lambda base_url: {
        **OTHERS, "admin_url": base_url + "/admin", "client_url": base_url + "/janus",
        "event_password": SECRET, "previous_event_password": PREVIOUS,
        "chat_secret": SECRET, "previous_chat_secret": PREVIOUS, "host_tokens": [TEACHER],
    },
    secret=SECRET,
    previous=PREVIOUS,
    without_secret={
        "event_password": "", "previous_event_password": "", "chat_secret": "", "previous_chat_secret": "",
    },
    secrets=(SECRET, PREVIOUS, TEACHER, *OTHERS.values()),
    deliver=deliver,
    fixtures={
        "created": Fixture(content=content("videoroom", 1, event="created"), kinds=("lesson.started",)),
        "destroyed": Fixture(content=content("videoroom", 2, event="destroyed"), kinds=("lesson.ended",)),
        "joined": Fixture(content=about("joined", 3), kinds=("participant.joined",)),
        "leaving": Fixture(content=about("leaving", 4), kinds=("participant.left",)),
        "kicked": Fixture(content=about("kicked", 5), kinds=("participant.left",)),
        "published": Fixture(
            content=about("published", 6, streams=STREAMS), kinds=("audio.unmuted", "video.started", "share.started")
        ),
        "unpublished": Fixture(
            content=about("unpublished", 7), kinds=("audio.muted", "video.stopped", "share.stopped")
        ),
        "moderated": Fixture(content=about("moderated", 8, mid="0", moderation="muted"), kinds=("stream.changed",)),
        "chat closed": Fixture(content=content("textroom", 9, event="destroyed"), kinds=("settings.changed",)),
        "a line of chat": Fixture(
            content=json.dumps({"textroom": "message", "room": ROOM, "from": "p-1", "text": "加群 123"}).encode(),
            kinds=("chat.posted",),
            retried=False,  # the moment of arrival tells it from another line of the same words
        ),
    },
    unseen=content("videoroom", 10, event="whiteboard_opened", id="p-1"),
    proofs=("authorization",),
    body_is_signed=False,
    stale_after=None,
    yes=yes,
    complaint=lambda text: Said(body=json.dumps({"janus": "error", "error": {"code": 403, "reason": text}}).encode()),
    lesson_key=ROOM,
    target=Participant(id="p-1", name="访客", link="link-000001", address='{"session":11,"handle":21}'),
    operator=Participant(id="p-0", name="王老师", link=TEACHER, role=Role.HOST),
)  # fmt: skip
