"""What is asked of Janus, in which order, and what its error codes become; the stand-in records every request."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from adapters.health import Finding, Health
from adapters.http import Http
from adapters.janus import JanusAdapter, JanusSettings
from app.domain.actions import Action, ActionKind, Outcome, OutcomeKind
from app.domain.errors import AdapterError, Gone, Refused, Transient
from app.domain.events import Attendance
from app.domain.people import Participant
from tests.adapters.janus.sample import ADDRESS, AN, GUARD, ROOM, ROOM_SECRET, TEACHER, plugin_says, settings, yes
from tests.adapters.loopback import Asked, Said, loopback

Kind = ActionKind


class Script:
    """Janus as in the sample, except for what a test lets it say; keeps what it was asked, in words."""

    def __init__(self, **plugin_answers: dict[str, Any]) -> None:
        self._plugin_answers = plugin_answers
        self.core_answers: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, asked: Asked) -> Said:
        if not asked.body:
            return Said(body=b'{"janus": "keepalive"}')
        body = json.loads(asked.body)
        self.bodies.append(body)
        inner = body.get("request") or body.get("body") or {}
        door = "admin" if asked.target.startswith("/admin") else "client"
        plugin = body.get("plugin", "").removeprefix("janus.plugin.")
        words = (door, body["janus"], plugin, inner.get("request", ""), inner.get("action", ""))
        self.asked.append(" ".join(w for w in words if w))
        answer = json.loads(yes(asked).body)
        if inner and inner["request"] in self._plugin_answers:
            said = self._plugin_answers[inner["request"]]
            answer |= {"response": said} if door == "admin" else {"plugindata": {"data": said}}
        return Said(body=json.dumps(answer | self.core_answers.get(body["janus"], {})).encode())


def ask(script: Callable[[Asked], Said], question: Callable[[JanusAdapter], Awaitable[Any]], **changes: object) -> Any:
    """The answer to a question, or the AdapterError that it raised."""

    async def run() -> Any:
        http = Http(connect_seconds=1, total_seconds=2)
        async with loopback(script) as server:
            known = JanusSettings.model_validate({**settings(server.base_url), **changes})
            try:
                return await question(JanusAdapter(known, http))
            except AdapterError as e:
                return e
            finally:
                await http.close()

    return asyncio.run(run())


def do(script: Callable[[Asked], Said], kind: ActionKind, target: Participant | None = AN, **changes: object) -> Any:
    action = Action(kind=kind, target=target, text="Please be polite")
    return ask(script, lambda adapter: adapter.perform(ROOM, action), **changes)


def test_a_ban_closes_the_way_in_before_it_puts_anybody_out() -> None:
    script = Script()
    assert do(script, Kind.BAN) == Outcome(kind=OutcomeKind.REQUESTED)
    assert script.asked == [
        "admin message_plugin videoroom allowed remove",
        "admin message_plugin textroom allowed remove",
        "admin message_plugin textroom allowed remove",  # our register
        "admin message_plugin videoroom kick",
        "admin remove_token",
        "admin destroy_session",
    ]


def test_every_moderating_request_carries_the_secret_of_its_room_and_no_other() -> None:
    script = Script()
    do(script, Kind.KICK)
    derived = JanusSettings.model_validate(settings("http://127.0.0.1:9")).secret_of(ROOM)
    assert script.bodies[0]["request"]["secret"] == derived != ROOM_SECRET
    do(script, Kind.KICK, derive_room_secrets=False)
    assert script.bodies[-2]["request"]["secret"] == ROOM_SECRET


def test_the_chat_kick_that_kills_the_server_is_never_sent_through_the_admin_api() -> None:
    script = Script()
    for kind in ActionKind:
        do(script, kind)
    assert "client message kick" in script.asked
    assert not any(a.startswith("admin message_plugin textroom kick") for a in script.asked)

    with pytest.raises(Refused):
        asyncio.run(_kick_writer_through_admin())


async def _kick_writer_through_admin() -> None:
    room = JanusAdapter(JanusSettings.model_validate(settings("http://127.0.0.1:9")), Http()).classroom(ROOM)
    await room.text("kick", username="id-an")


def test_our_session_is_ended_also_when_the_chat_has_gone_meanwhile() -> None:
    script = Script(kick={"textroom": "error", "error_code": 417, "error": "No such room"})
    assert do(script, Kind.SILENCE).kind is OutcomeKind.REQUESTED
    assert script.asked[script.asked.index("client message kick") + 1] == "client destroy"


def test_our_token_is_given_to_the_server_when_it_does_not_know_it() -> None:
    script = Script()
    turned_away = iter([True, False])

    def forgetful(asked: Asked) -> Said:
        said = script(asked)
        if script.asked[-1] == "client create" and next(turned_away):
            return Said(body=b'{"janus": "error", "error": {"code": 403, "reason": "Unauthorized"}}')
        return said

    assert do(forgetful, Kind.SILENCE).kind is OutcomeKind.REQUESTED
    assert script.asked[2:5] == ["client create", "admin add_token", "client create"]
    assert script.bodies[3]["token"] == GUARD


def test_what_a_pupil_sends_is_looked_up_where_he_sits_now() -> None:
    script = Script()
    do(script, Kind.STOP_SHARE)
    assert script.asked == ["admin handle_info", "admin message_plugin videoroom moderate"]
    moderated = script.bodies[-1]["request"]
    assert (moderated["id"], moderated["mid"], moderated["mute"]) == ("id-an", "2", True)

    do(script, Kind.MUTE, replace(AN, address=""))
    assert script.asked[2:5] == ["admin list_sessions", "admin list_handles", "admin handle_info"]
    assert script.bodies[-1]["request"]["mid"] == "0"


@pytest.mark.parametrize("address", ["", "{", "[]", '{"session": "x"}', '{"session": 99}', "\ud800"])
def test_an_address_that_leads_nowhere_is_no_hindrance(address: str) -> None:
    assert do(Script(), Kind.MUTE, replace(AN, address=address)).kind is OutcomeKind.REQUESTED


def test_an_address_of_somebody_else_moderates_nobody_else() -> None:
    assert isinstance(do(Script(), Kind.MUTE, Participant(id="id-binh", address=ADDRESS)), Gone)


def test_who_is_asked_for_by_link_needs_one() -> None:
    for kind in (Kind.ADMIT, Kind.UNBAN):
        assert isinstance(do(Script(), kind, Participant(id="id-an")), Refused)
    assert isinstance(do(Script(), Kind.BAN, replace(AN, link=TEACHER)), Refused)
    assert isinstance(do(Script(), Kind.KICK, None), Refused)


@pytest.mark.parametrize(
    ("code", "expected"),
    [(403, Refused), (405, Refused), (458, Gone), (459, Gone), (460, Refused), (470, Gone), (472, Transient),
     (490, Transient), (None, Refused)],
)  # fmt: skip
def test_core_errors_become_ours(code: int | None, expected: type[AdapterError]) -> None:
    script = Script()
    script.core_answers["message_plugin"] = {"janus": "error", "error": {"code": code, "reason": "because"}}
    error = do(script, Kind.LOCK)
    assert type(error) is expected
    assert (error.code, error.detail) == (str(code or 0), "because")


@pytest.mark.parametrize(
    ("code", "expected"),
    [(426, Gone), (428, Gone), (429, Refused), (430, Refused), (433, Refused), (432, Refused), (499, Transient)],
)
def test_videoroom_errors_become_ours(code: int, expected: type[AdapterError]) -> None:
    script = Script(enable_recording={"videoroom": "event", "error_code": code, "error": "because"})
    assert type(do(script, Kind.START_RECORDING)) is expected


@pytest.mark.parametrize(
    ("code", "expected"), [(417, Gone), (419, Refused), (413, Refused), (423, Gone), (499, Transient)]
)
def test_textroom_errors_become_ours(code: int, expected: type[AdapterError]) -> None:
    script = Script(announcement={"textroom": "error", "error_code": code, "error": "because"})
    assert type(do(script, Kind.ANNOUNCE)) is expected


def test_an_error_text_of_the_server_is_told_without_secrets() -> None:
    script = Script(kick={"error_code": 433, "error": f"Unauthorized ({ROOM_SECRET}, {'ab' * 32}, {TEACHER})"})
    error = do(script, Kind.KICK)
    assert error.detail == "Unauthorized (***, ***, ***)"


def test_a_class_that_does_not_exist_is_not_live_and_a_server_that_does_not_is_an_error() -> None:
    no_room = Script(listparticipants={"videoroom": "event", "error_code": 426, "error": "No such room"})
    assert ask(no_room, lambda a: a.participants(ROOM)) == Attendance(inside=(), live=False)
    assert isinstance(ask(lambda _: Said(status=404), lambda a: a.participants(ROOM)), Gone)


def test_without_the_visit_nothing_is_claimed_about_what_a_moderator_holds_back() -> None:
    attendance = ask(Script(), lambda a: a.participants(ROOM), client_url="")
    (presence,) = attendance.inside
    assert presence.participant == AN
    assert (presence.audio, presence.video, presence.share) == (None, None, None)


def test_with_the_visit_a_stream_that_is_held_back_does_not_count() -> None:
    streams = [{"type": "audio", "mid": "0", "moderated": True}, {"type": "video", "mid": "1"}]
    script = Script(join={"videoroom": "joined", "publishers": [{"id": "id-an", "streams": streams}]})
    (presence,) = ask(script, lambda a: a.participants(ROOM)).inside
    assert (presence.audio, presence.video, presence.share) == (False, True, False)


def test_a_visit_of_another_process_of_ours_is_nobody() -> None:
    visitor = {"id": "menshen-guard-0a", "display": "Menshen 门神", "publisher": False}
    script = Script(listparticipants={"videoroom": "participants", "participants": [visitor]})
    mine = {"type": "publisher", "room": ROOM, "id": visitor["id"], "streams": []}
    info = {"plugin": "janus.plugin.videoroom", "token": GUARD, "plugin_specific": mine}
    script.core_answers["handle_info"] = {"info": info}
    assert ask(script, lambda a: a.participants(ROOM)).inside == ()


def test_the_answer_to_our_visit_may_come_later_than_other_news() -> None:
    script = Script()
    marks: list[str] = []
    news = iter([{"janus": "keepalive"}, {"janus": "event", "transaction": "not-ours"}])

    def late(asked: Asked) -> Said:
        if asked.method == "GET":
            answer = {
                "janus": "event",
                "transaction": marks[0],
                "plugindata": {"data": plugin_says({"request": "join"})},
            }
            return Said(body=json.dumps(next(news, answer)).encode())
        said = script(asked)
        if script.asked[-1] != "client message join":
            return said
        marks.append(script.bodies[-1]["transaction"])
        return Said(body=b'{"janus": "ack"}')

    (presence,) = ask(late, lambda a: a.participants(ROOM)).inside
    assert presence.audio is True


def test_a_class_is_opened_with_its_links_known_before_its_door_exists() -> None:
    script = Script()
    ask(script, lambda a: a.open_class(ROOM, ["link-an", "link-binh"]))
    created = next(b["request"] for b in script.bodies if b.get("request", {}).get("request") == "create")
    assert set(created["allowed"]) == {"link-an", "link-binh", TEACHER, GUARD}
    assert created["require_pvtid"] is True
    assert created["is_private"] is True
    assert script.asked.count("admin add_token") == 4
    assert script.asked.index("admin message_plugin videoroom create") == 4


@pytest.mark.parametrize("kind", [Kind.RENAME, Kind.HOLD, Kind.DENY, Kind.WARN, Kind.DELETE_MESSAGE])
def test_what_janus_cannot_do_is_said_and_nothing_sent(kind: ActionKind) -> None:
    script = Script()
    assert do(script, kind) == Outcome(kind=OutcomeKind.UNSUPPORTED)
    assert script.asked == []


def codes(health: Health, finding: Finding) -> set[str]:
    return {c.code for c in health.checked if c.finding is finding}


def test_a_probe_names_what_has_to_be_put_right() -> None:
    script = Script(
        exists={"videoroom": "event", "error_code": 430, "error": "Invalid element type (room should be an integer)"}
    )
    script.core_answers["info"] = {"janus": "server_info", "auth_token": False, "plugins": {}, "events": {}}
    health = ask(script, lambda a: a.probe(), event_password="", chat_secret="", client_url="")
    assert codes(health, Finding.PROBLEM) == {
        "plugins", "event_handlers", "token_auth", "string_ids", "event_password",
    }  # fmt: skip
    assert codes(health, Finding.WARNING) == {"client_api", "chat_address"}
    assert codes(health, Finding.UNKNOWN) == {"event_path"}


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/admin", "127.0.0.1:7088", "", "http://"])
def test_an_address_that_is_none_is_not_accepted(address: str) -> None:
    with pytest.raises(ValueError, match="admin_url"):
        JanusSettings.model_validate({**settings("http://127.0.0.1:9"), "admin_url": address})
