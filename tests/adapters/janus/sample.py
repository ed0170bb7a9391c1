"""Janus, for the laws of tests/adapters/test_conformance.py; the posts in `fixtures` are copies from the wire."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from adapters.base import Delivery
from adapters.janus import JanusAdapter, JanusSettings
from app.domain.people import Participant, Role
from tests.adapters.conformance import NOW, Fixture, Sample
from tests.adapters.loopback import Asked, Said

SECRET, PREVIOUS = "event-password-of-today", "event-password-before"
ADMIN_SECRET, ADMIN_KEY, ROOM_SECRET = "admin-secret-000001", "admin-key-0000001", "room-secret-000001"
TEACHER, PIN, ROOM = "link-of-the-teacher", "pin-of-the-rooms", "class-7b"
ADDRESS = '{"session":11,"handle":22}'
AN = Participant(id="id-an", name="an", link="link-an", address=ADDRESS)
STREAMS = [
    {"type": "audio", "mindex": 0, "mid": "0", "codec": "opus"},
    {"type": "video", "mindex": 1, "mid": "1", "codec": "vp8"},
    {"type": "video", "mindex": 2, "mid": "2", "codec": "vp8", "description": "screen"},
]


def settings(base_url: str) -> dict[str, object]:
    """What a school would type in. The chat address has the same secrets as the event handler, for the laws' sake."""
    return {
        "admin_url": f"{base_url}/admin", "client_url": f"{base_url}/janus", "admin_secret": ADMIN_SECRET,
        "admin_key": ADMIN_KEY, "room_secret": ROOM_SECRET, "pin": PIN, "event_user": "janus",
        "event_password": SECRET, "previous_event_password": PREVIOUS, "chat_secret": SECRET,
        "previous_chat_secret": PREVIOUS, "chat_post_url": "http://127.0.0.1:9/hooks/c-1", "host_tokens": [TEACHER],
    }  # fmt: skip


GUARD = JanusSettings.model_validate(settings("http://127.0.0.1:9")).guard_token


def deliver(content: bytes, at: float, secret: str) -> Delivery:
    """As Janus posts it: events with basic authentication, lines of a chat with nothing but their address."""
    if content.startswith(b'{"textroom"'):
        query, headers = urlencode({"chat": secret}), {"content-type": "application/json"}
    else:
        query, headers = "", {"authorization": "Basic " + b64encode(f"janus:{secret}".encode()).decode()}
    return Delivery(method="POST", path="/hooks/c-1", query=query, headers=headers, body=content, received_at=at)


def recorded(name: str) -> tuple[bytes, list[dict[str, Any]]]:
    """A post as it was on the wire, and the facts that it stands for."""
    text = (Path(__file__).with_name("fixtures") / f"{name}.json").read_text().replace("@guard@", GUARD)
    content = json.loads(text)
    return json.dumps(content["post"], ensure_ascii=False).encode(), content["gives"]


NAMES = tuple(sorted(p.stem for p in Path(__file__).with_name("fixtures").glob("*.json")))


def _fixture(name: str) -> Fixture:
    post, gives = recorded(name)
    return Fixture(content=post, kinds=tuple(g["kind"] for g in gives), retried=not name.startswith("chat-line"))


def yes(asked: Asked) -> Said:
    """Janus with one class in which one pupil sits and writes though his link is not admitted, whatever is asked."""
    body = json.loads(asked.body)
    path = asked.target.partition("/janus")[2]
    answer: dict[str, object] = {"janus": "success", "transaction": body["transaction"], "data": {"id": 33}}
    if body["janus"] == "list_sessions":
        answer["sessions"] = [11]
    if body["janus"] == "list_handles":
        answer["handles"] = [22]
    if body["janus"] == "handle_info":
        mine = {"type": "publisher", "room": ROOM, "id": AN.id, "display": AN.name, "streams": STREAMS}
        answer["info"] = {"plugin": "janus.plugin.videoroom", "token": AN.link, "plugin_specific": mine}
    if body["janus"] == "message_plugin":
        answer["response"] = plugin_says(body["request"], body["plugin"])
    if body["janus"] == "message" and path:
        answer["plugindata"] = {"data": plugin_says(body["body"])}
    return Said(body=json.dumps(answer).encode())


def plugin_says(request: dict[str, Any], plugin: str = "") -> dict[str, object]:
    """The answer of a room. There is a chat, but never the class that was to be prepared."""
    match request["request"]:
        case "listparticipants":
            row = {"id": AN.id, "username": AN.id, "display": AN.name, "publisher": True}
            return {"videoroom": "participants", "participants": [row]}
        case "allowed":
            return {"videoroom": "success", "allowed": ["link-binh", TEACHER]}
        case "exists":
            return {"textroom": "success", "room": ROOM, "exists": plugin.endswith("textroom")}
        case "list":
            return {"videoroom": "success", "list": [{"room": ROOM, "record": False}]}
        case "join":
            return {"videoroom": "joined", "publishers": [{"id": AN.id, "streams": STREAMS}]}
        case _:
            return {"videoroom": "success"}


def complaint(text: str) -> Said:
    """A refusal in Janus' own form."""
    return Said(body=json.dumps({"janus": "error", "error": {"code": 403, "reason": text}}).encode())


SAMPLE = Sample(
    adapter=JanusAdapter,
    settings=settings,
    secret=SECRET,
    previous=PREVIOUS,
    without_secret={
        "event_password": "", "previous_event_password": "", "chat_secret": "", "previous_chat_secret": "",
    },
    secrets=(SECRET, PREVIOUS, ADMIN_SECRET, ADMIN_KEY, ROOM_SECRET, TEACHER, PIN, GUARD),
    deliver=deliver,
    fixtures={name: _fixture(name) for name in NAMES},
    unseen=json.dumps(
        {"type": 64, "timestamp": int(NOW * 1e6), "event": {"plugin": "janus.plugin.videoroom",
                                                            "data": {"event": "whiteboard", "room": ROOM}}}
    ).encode(),
    proofs=("authorization",),
    body_is_signed=False,
    stale_after=None,
    yes=yes,
    complaint=complaint,
    lesson_key=ROOM,
    target=AN,
    operator=Participant(id="id-teacher", name="teacher", role=Role.HOST, link=TEACHER),
)  # fmt: skip
