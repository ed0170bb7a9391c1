"""The school that is measured: connections, courses, rosters, and the webhooks of their lessons."""

import hashlib
import hmac
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

SECRET = b"bench-webhook-secret"
CONNECTIONS = 8


@dataclass
class Pupil:
    """A pupil of a lesson, and what he is doing."""

    id: str
    name: str
    account: str
    inside: bool = False
    audio: bool = False


@dataclass
class Class:
    """One lesson."""

    meeting: str
    connection: str
    pupils: list[Pupil]
    serial: int = 0
    strangers: set[str] = field(default_factory=set)


@dataclass
class School:
    """All lessons; makes signed requests, deterministic by seed."""

    lessons: int
    pupils: int = 40
    seed: int = 1
    classes: list[Class] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        for n in range(self.lessons):
            pupils = [Pupil(id=f"m{n}-p{i}", name=f"学生{n}-{i}", account=f"acc-{n}-{i}") for i in range(self.pupils)]
            self.classes.append(Class(meeting=f"m{n}", connection=f"bench{n % CONNECTIONS}", pupils=pupils))

    def roster(self, one: Class) -> list[dict[str, object]]:
        """The roster of a class, as the API takes it."""
        return [{"id": p.account, "name": p.name, "accounts": [p.account]} for p in one.pupils]

    def start(self, one: Class) -> bytes:
        """The lesson starts."""
        return self.request(one, "lesson.started", None)

    def join(self, one: Class, pupil: Pupil) -> bytes:
        """A pupil comes."""
        pupil.inside = True
        return self.request(one, "participant.joined", _who(pupil))

    def stranger(self, one: Class) -> tuple[bytes, bytes]:
        """(request, path of the call that holds him)."""
        one.serial += 1
        person = f"{one.meeting}-x{one.serial}"
        who = {"id": person, "name": f"user{one.serial}", "device": f"d{person}", "role": "attendee", "ip": "192.0.2.9"}
        return self.request(
            one, "participant.joined", who
        ), f"/api/meetings/{one.meeting}/participants/{person}/hold".encode()

    def ordinary(self) -> bytes:
        """Something that happens in a lesson: coming, going, speaking, chatting."""
        one = self._chance.choice(self.classes)
        pupil = self._chance.choice(one.pupils)
        if not pupil.inside:
            return self.join(one, pupil)
        what = self._chance.random()
        if what < 0.25:
            pupil.inside = pupil.audio = False
            return self.request(one, "participant.left", _who(pupil))
        if what < 0.55:
            return self.request(
                one, "chat.posted", _who(pupil), message={"id": f"c{one.serial}", "text": "老师好 xin chào"}
            )
        if what < 0.95:
            return self.request(one, "video.started", _who(pupil))
        pupil.audio = not pupil.audio
        return self.request(one, "audio.unmuted" if pupil.audio else "audio.muted", _who(pupil))

    def did(self, path: bytes) -> None:
        """The platform was asked for something: a held stranger is no longer inside."""
        parts = path.decode().split("/")
        if len(parts) != 7:
            return
        one = self.classes[int(parts[3][1:])]
        if parts[6] in ("hold", "kick"):
            one.strangers.discard(parts[5])
        elif parts[6] == "mute" and "-p" in parts[5]:
            one.pupils[int(parts[5].rpartition("-p")[2])].audio = False

    def listing(self, path: bytes) -> bytes:
        """The participant list of a lesson, true at this moment."""
        one = self.classes[int(path.decode().split("/")[3].split("?")[0][1:])]
        inside = [_who(p) | {"audio": p.audio} for p in one.pupils if p.inside]
        inside += [{"id": s, "name": "user", "device": f"d{s}", "role": "attendee"} for s in sorted(one.strangers)]
        return json.dumps({"ok": True, "live": True, "occurrence": "", "inside": inside, "waiting": []}).encode()

    def any_class(self) -> Class:
        """One lesson by chance."""
        return self._chance.choice(self.classes)

    def request(self, one: Class, event: str, who: dict[str, Any] | None, **more: object) -> bytes:
        """A whole signed HTTP request."""
        one.serial += 1
        now = time.time()
        body = {
            "delivery": f"{one.meeting}-{one.serial}-{self._chance.getrandbits(32):x}", "event": event,
            "at": int(now * 1000), "seq": one.serial, "meeting": {"id": one.meeting, "occurrence": "", "title": "数学"},
            **more,
        }  # fmt: skip
        if who is not None:
            body["participant"] = who
        raw = json.dumps(body, ensure_ascii=False).encode()
        stamp = str(int(now)).encode()
        signature = hmac.new(SECRET, stamp + b"." + raw, hashlib.sha256).hexdigest().encode()
        return (
            b"POST /hooks/" + one.connection.encode() + b" HTTP/1.1\r\nhost: localhost\r\n"
            b"content-type: application/json\r\nx-drill-timestamp: " + stamp
            + b"\r\nx-drill-signature: " + signature
            + b"\r\ncontent-length: " + str(len(raw)).encode() + b"\r\n\r\n" + raw
        )  # fmt: skip


def _who(pupil: Pupil) -> dict[str, Any]:
    return {
        "id": pupil.id, "name": pupil.name, "account": pupil.account, "link": "", "device": f"d-{pupil.id}",
        "role": "attendee", "ip": "192.0.2.10",
    }  # fmt: skip
