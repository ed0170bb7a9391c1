"""The platform by itself: strangers at its door, hostile bodies, its own rules, its limits, its command."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route

from adapters.drill.classroom.faults import Faults, Where, read_rule
from adapters.drill.classroom.limits import Bucket
from adapters.drill.classroom.people import Place, Role, Visitor
from adapters.drill.classroom.room import MEMORY, Refusal, Room
from adapters.drill.classroom.seats import Seats
from adapters.drill.classroom.server import create_classroom
from adapters.drill.classroom.settings import ClassroomSettings
from app.domain import events as ev
from tests.adapters.drill.school import MEETING, SECRET, TOKEN, School, school

ROOT = Path(__file__).parents[3]


def test_nothing_of_the_control_api_works_without_the_token() -> None:
    """Every route under /api, found in the application itself, so that a new one cannot be forgotten."""
    routes = [r for r in create_classroom(ClassroomSettings(token=TOKEN, secret=SECRET)).routes if isinstance(r, Route)]
    guarded = [(m, r.path) for r in routes if r.path.startswith("/api") for m in (r.methods or set()) - {"HEAD"}]
    assert len(guarded) > 20
    with school() as here:
        here.start()
        for method, path in guarded:
            for token in (b"", b"Bearer", b"Bearer wrong", b"Basic dG9rZW4=", b"Bearer \xe9", TOKEN.encode()):
                address = path.format(meeting=MEETING, person="x", verb="end", message="x", group="x")
                answer = here.door.request(method, address, headers={b"authorization": token})
                assert answer.status_code == 401, (method, path, token)


HOSTILE = (
    "[]",
    "{",
    '"x"',
    "[" * 60_000,
    '{"name": 7}',
    '{"name": "", "audio": "yes"}',
    '{"device": {}}',
    "x" * 70_000,
)


def test_a_hostile_body_is_refused(here: School) -> None:
    for body in HOSTILE:
        answer = here.door.post(f"/rooms/{MEETING}/join", content=body)
        assert answer.status_code in {400, 413}, body[:40]
    assert here.attendance().inside == ()


def test_a_hostile_name_arrives_cut_and_readable(here: School) -> None:
    raw = json.dumps({"name": "\ud800\x00\n" + "长" * 500})  # a lone surrogate, control characters, far too long
    assert here.door.post(f"/rooms/{MEETING}/join", content=raw).status_code == 201
    assert here.receiver.first(ev.ParticipantJoined).participant.name == "?" + "长" * 59


def test_nobody_acts_from_a_seat_that_is_not_his(here: School) -> None:
    pupil = here.join()
    for seat in ("", "made-up", pupil.id):
        answer = here.door.post(f"/rooms/{MEETING}/say", json={"text": "x"}, headers={"x-seat": seat})
        assert answer.status_code == 401
    assert pupil.does("nothing").status_code == 400


def test_of_very_many_seats_the_oldest_is_forgotten() -> None:
    seats, room = Seats(SECRET, ()), Room(id="m1")
    room.start("o")
    person, _ = room.join(Visitor(name="x"))
    keys = [seats.seat(room, person) for _ in range(MEMORY + 1)]
    with pytest.raises(Refusal):
        seats.seated(room, keys[0])
    assert {seats.seated(room, key) for key in keys[1:]} == {person.id}


def test_a_senseless_switch_or_meeting_is_refused(here: School) -> None:
    senseless: tuple[object, ...] = ({"colour": True}, {"locked": 1}, {"locked": None}, [])
    for switches in senseless:
        here.api("PATCH", f"/api/meetings/{MEETING}/switches", switches, status=(400,))
    for id in ("a b", "../x", "x" * 65, "a:b"):
        here.api("POST", "/api/meetings", {"id": id}, status=(400,))


def test_unknown_people_verbs_and_meetings_are_404(here: School) -> None:
    one = f"/api/meetings/{MEETING}"
    for path in (f"{one}/participants/nobody/kick", f"{one}/dance", "/api/meetings/none/switches", f"{one}/messages/x"):
        method = {"switches": "PATCH", "x": "DELETE"}.get(path.rsplit("/", 1)[-1], "POST")
        assert here.host.request(method, path).status_code == 404
    pupil = here.join()
    assert here.host.post(f"{one}/participants/{pupil.id}/dance").status_code == 404
    assert here.host.post(f"{one}/participants/{pupil.id}/deny").status_code == 409


def test_the_front_door_leads_to_the_lesson_in_progress(here: School) -> None:
    assert here.door.get("/").headers["location"] == f"/join/{MEETING}"
    page = here.door.get(f"/join/{MEETING}")
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_classroom_without_secrets_does_not_start() -> None:
    with pytest.raises(ValueError, match="token and a secret"):
        ClassroomSettings(token="", secret="x")
    assert "hush" not in repr(ClassroomSettings(token="hush", secret="hush"))


def test_the_command_serves_and_refuses_to_start_without_secrets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "adapters.drill.classroom", "--port", str(port), "--hide", "bans"]
    bare = {k: v for k, v in os.environ.items() if not k.startswith("DRILL_")}
    refused = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, timeout=60, check=False)
    assert refused.returncode == 2
    assert b"--token" in refused.stderr
    process = subprocess.Popen(command, cwd=ROOT, env={**bare, "DRILL_TOKEN": TOKEN, "DRILL_SECRET": SECRET})
    patient = httpx.HTTPTransport(retries=8)  # until it listens
    with httpx.Client(transport=patient, headers={"authorization": f"Bearer {TOKEN}"}) as client:
        try:
            assert client.get(f"http://127.0.0.1:{port}/api/me").json()["hides"] == ["bans"]
        finally:
            process.terminate()
            process.wait(20)


# --- the rules of a room, without a server ---


def room(**switches: bool) -> Room:
    made = Room(id="r")
    made.set_switches(switches)
    made.start("1")
    return made


def test_what_has_happened_already_happens_no_more() -> None:
    a = room(waiting_room=True)
    person, _ = a.join(Visitor(name="x", device="d"))
    assert len(a.admit(person.id)) == 1
    assert a.admit(person.id) == ()
    assert len(a.set_media(person.id, "audio", on=True)) == 1
    assert len(a.stop_media(person.id, "audio")) == 1
    assert a.stop_media(person.id, "audio") == ()
    assert len(a.hold(person.id)) == 1
    assert a.hold(person.id) == ()
    assert len(a.set_switches({"locked": True})) == 1
    assert a.set_switches({"locked": True}) == ()
    assert len(a.ban(person.id)) == 1
    assert a.ban(person.id) == ()
    assert len(a.end()) == 1
    assert a.end() == ()


def test_an_empty_account_bans_nobody_else() -> None:
    a = room()
    first, _ = a.join(Visitor(name="x", device="one"))
    a.ban(first.id)
    a.join(Visitor(name="x", device="two"))
    a.join(Visitor(name="y"))
    with pytest.raises(Refusal, match="banned"):
        a.join(Visitor(name="z", device="one", account="pupil-01"))


VERBS = st.sampled_from(["join", "admit", "deny", "hold", "kick", "ban", "unban", "audio", "share", "leave", "lock"])


@given(st.lists(st.tuples(VERBS, st.integers(0, 5)), max_size=60))
def test_whatever_is_asked_nobody_is_in_two_places_and_only_insiders_send(asked: list[tuple[str, int]]) -> None:
    a = room(waiting_room=True)
    for verb, number in asked:
        ids = list(a.persons)
        id = ids[number % len(ids)] if ids else "nobody"
        try:
            match verb:
                case "join":
                    a.join(Visitor(name="x", device=str(number), role=Role.HOST if number == 5 else Role.ATTENDEE))
                case "audio" | "share":
                    a.set_media(id, verb, on=True)
                case "lock":
                    a.set_switches({"locked": number % 2 == 0})
                case _:
                    getattr(a, verb)(id)
        except Refusal:
            continue
    for person in a.persons.values():
        assert person.place is Place.INSIDE or not (person.audio or person.share)
        assert (person.place is Place.GONE) == bool(person.left_because)
        assert not (person.id in a.bans and person.place is not Place.GONE)


def test_the_bucket_refills_with_time() -> None:
    bucket = Bucket(rate=2.0, burst=3)
    assert [bucket.take(10.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert bucket.take(10.5) == 0.0
    assert bucket.take(10.5) > 0.0
    assert [bucket.take(100.0) for _ in range(4)][:3] == [0.0, 0.0, 0.0]


def test_a_fault_is_spent_as_often_as_it_was_ordered() -> None:
    faults = Faults()
    faults.replace((read_rule({"fault": "429", "match": {"action": "k*"}, "times": 2}),))
    asked = [faults.spend(Where.CONTROL, {"action": ("kick",)}) for _ in range(3)]
    assert [a is not None for a in asked] == [True, True, False]
    assert faults.spend(Where.WEBHOOK, {"action": ("kick",)}) is None
    assert faults.rules() == ()


def test_five_hundred_events_arrive_each_once_and_in_order(here: School) -> None:
    pupils = [here.join(f"user{n}") for n in range(10)]
    with httpx.Client(base_url=here.base_url) as client:
        for turn in range(50):
            for pupil in pupils:
                pupil.client = client
                assert pupil.does("audio", on=turn % 2 == 0).status_code == 200
    here.receiver.until(lambda: sum(isinstance(e, ev.MediaEvent) for e in here.receiver.events()) == 500)
    for pupil in pupils:
        mine = [e for e in here.receiver.events() if isinstance(e, ev.MediaEvent) and e.participant.id == pupil.id]
        assert [e.kind for e in mine] == ["audio.unmuted", "audio.muted"] * 25
