"""The practice classroom, for the laws of tests/adapters/test_conformance.py."""

import json

from adapters.base import Delivery
from adapters.drill import DrillAdapter
from adapters.drill.classroom.webhooks import sign
from app.domain.actions import ActionKind
from app.domain.people import Participant, Role
from tests.adapters.conformance import NOW, Fixture, Sample
from tests.adapters.loopback import Asked, Said

SECRET, PREVIOUS, TOKEN = "drill-secret-of-today", "drill-secret-before", "drill-token-000001"
MEETING = {"id": "m-1", "occurrence": "o-1", "title": "数学"}
PERSON = {"id": "p-1", "name": "访客", "account": "", "device": "d-1", "role": "attendee", "ip": "192.0.2.7"}


def content(event: str, **more: object) -> bytes:
    body = {"delivery": f"d-{event}", "event": event, "at": int(NOW * 1000), "meeting": MEETING, **more}
    return json.dumps(body, ensure_ascii=False).encode()


def about(event: str, **more: object) -> bytes:
    return content(event, participant=PERSON, **more)


def deliver(body: bytes, at: float, secret: str) -> Delivery:
    stamp = str(int(at))
    headers = {"x-drill-delivery": "d-1", "x-drill-timestamp": stamp, "x-drill-signature": sign(secret, stamp, body)}
    return Delivery(method="POST", path="/hooks/c-1", query="", headers=headers, body=body, received_at=at)


def yes(asked: Asked) -> Said:
    """Every wish is granted in words; the list shows the person untouched, and a deleted line is still there."""
    row = {**PERSON, "audio": True, "video": True, "share": True, "silenced": None}
    bans = [{"id": "p-1"}]
    answer = {"ok": True, "live": True, "occurrence": "o-1", "inside": [row], "participant": row, "bans": bans}
    return Said(body=json.dumps(answer).encode())


SAMPLE = Sample(
    adapter=DrillAdapter,
    settings=lambda base_url: {
        "base_url": base_url, "token": TOKEN, "secret": SECRET, "previous_secret": PREVIOUS,
    },
    secret=SECRET,
    previous=PREVIOUS,
    without_secret={"secret": "", "previous_secret": ""},
    secrets=(SECRET, PREVIOUS, TOKEN),
    deliver=deliver,
    fixtures={
        **{
            kind: Fixture(content=about(kind), kinds=(kind,))
            for kind in (
                "participant.waiting", "participant.joined", "participant.left", "participant.renamed",
                "participant.role_changed", "audio.unmuted", "audio.muted", "video.started", "video.stopped",
                "share.started", "share.stopped",
            )
        },
        "lesson.started": Fixture(
            content=content("lesson.started", switches={"locked": False}), kinds=("lesson.started", "settings.changed")
        ),
        "lesson.ended": Fixture(content=content("lesson.ended"), kinds=("lesson.ended",)),
        "chat.posted": Fixture(
            content=about("chat.posted", message={"id": "m-1", "text": "加群 123"}), kinds=("chat.posted",)
        ),
        "settings.changed": Fixture(
            content=content("settings.changed", switches={"chat_closed": True}), kinds=("settings.changed",)
        ),
    },
    unseen=content("whiteboard.opened"),
    proofs=("x-drill-timestamp", "x-drill-signature"),
    stale_after=900.0,
    yes=yes,
    complaint=lambda text: Said(status=400, body=json.dumps({"ok": False, "error": {"code": text}}).encode()),
    lesson_key="m-1:o-1",
    target=Participant(id="p-1", name="访客", address="d-1"),
    operator=Participant(id="p-0", name="王老师", role=Role.HOST, address="d-0"),
    texts={ActionKind.RENAME: "访客1"},
)  # fmt: skip
