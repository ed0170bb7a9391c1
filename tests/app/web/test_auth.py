"""Who gets in, who may do what, and what every page carries."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from app.domain.errors import Invalid
from app.domain.state import Status
from app.store.desk import Part, TokenKind, UserRole
from app.web.auth import Actor, Of, Reason, Verb, may, names_hidden
from app.web.auth.door import Door, Passwords, Throttle
from app.web.auth.edge import MAX_BODY
from app.web.auth.signin import inside
from tests.app.desks import Clock
from tests.app.web.houses import PASSWORD, House, house


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, public_url="https://menshen.example") as opened:
        yield opened


def actor(role: UserRole) -> Actor:
    return Actor(school="s", user="u", name="Lan", mail="lan@school.example", role=role, language="en")


def link(school: House, role: UserRole = UserRole.TEACHER) -> str:
    return f"/signin/{school.desk.tokens.issue(school.user(role), TokenKind.LINK, ttl=600)}"


def press(school: House, path: str) -> Any:
    return school.client.post(path, data={"csrf": school.form(path)})


# --- rights -----------------------------------------------------------------------------------------------------------

T, C = Part.TEACHER, Part.CO_GUARD


@pytest.mark.parametrize(
    ("role", "part", "allowed"),
    [
        (UserRole.TEACHER, T, {"see", "see_policy", "press", "end", "review", "set_roster", "prepare"}),
        (UserRole.TEACHER, C, {"see", "see_policy", "press", "review"}),
        (UserRole.CO_GUARD, C, {"see", "see_policy", "press", "review"}),
        (UserRole.CO_GUARD, T, {"see", "see_policy", "press", "review"}),
        (UserRole.TEACHER, None, {"see_policy"}),
        (UserRole.CO_GUARD, None, {"see_policy"}),
        (UserRole.IT, None, {v.value for v in Verb} - {"administer", "set_district"}),
        (UserRole.ADMIN, None, {v.value for v in Verb} - {"set_district"}),
        (UserRole.DISTRICT, None, {"see_policy", "set_district"}),
        (UserRole.DISTRICT, T, {"see_policy", "set_district"}),
    ],
)
def test_the_table_of_rights(role: UserRole, part: Part | None, allowed: set[str]) -> None:
    assert {v.value for v in Verb if may(actor(role), v, Of(school="s", part=part)) is True} == allowed


@pytest.mark.parametrize("role", list(UserRole))
def test_nothing_of_another_school_exists(role: UserRole) -> None:
    answers = {may(actor(role), verb, Of(school="another", part=T)) for verb in Verb}
    assert answers == {Reason.UNKNOWN}


def test_what_a_teacher_does_not_guard_does_not_exist_for_him() -> None:
    assert may(actor(UserRole.TEACHER), Verb.SEE, Of(school="s")) is Reason.UNKNOWN
    assert may(actor(UserRole.CO_GUARD), Verb.END, Of(school="s", part=C)) is Reason.TEACHERS


def test_names_are_masked_for_the_school_once_a_lesson_is_over() -> None:
    over, live = Status.ENDED, Status.LIVE
    assert names_hidden(actor(UserRole.IT), over, reveal=False)
    assert not names_hidden(actor(UserRole.IT), over, reveal=True)
    assert not names_hidden(actor(UserRole.IT), live, reveal=False)
    assert not names_hidden(actor(UserRole.TEACHER), over, reveal=False)


# --- passwords --------------------------------------------------------------------------------------------------------


def test_the_right_password_lets_in(school: House) -> None:
    user = school.user(password=PASSWORD)
    answer = school.sign_in(user.mail.upper(), next="/lessons?status=live")
    assert (answer.status_code, answer.headers["location"]) == (303, "/lessons?status=live")
    assert school.client.get("/lessons").status_code == 200


@pytest.mark.parametrize("password", ["", "wrong", "x" * 10_000, "\x00", "密码"])
def test_a_wrong_password_and_an_unknown_mail_get_the_same_answer(school: House, password: str) -> None:
    user = school.user(password=PASSWORD)
    wrong = school.sign_in(user.mail, password)
    nobody = school.sign_in("nobody@school.example", password)
    assert wrong.status_code == nobody.status_code == 401
    assert "Mail address and password do not fit" in wrong.text
    strip = [page.text.replace(user.mail, "").replace("nobody@school.example", "") for page in (wrong, nobody)]
    assert strip[0] == strip[1]


@pytest.mark.parametrize("mail", ["", "\x00", "a" * 10_000, "'; drop table users; --", "\u202e", "😀"])
def test_a_hostile_mail_is_only_unknown(school: House, mail: str) -> None:
    assert school.sign_in(mail).status_code == 401


def test_an_account_without_a_password_has_none_that_fits(school: House) -> None:
    user = school.user()
    assert school.sign_in(user.mail, "").status_code == 401
    assert school.sign_in(user.mail, "nobody has this password").status_code == 401


def test_whoever_is_shut_out_cannot_sign_in(school: House) -> None:
    user = school.user(password=PASSWORD)
    school.desk.people.set_disabled(school.school.id, user.id, True)
    assert school.sign_in(user.mail).status_code == 401


def test_guessing_is_slowed_down_even_with_the_right_password(school: House) -> None:
    user = school.user(password=PASSWORD)
    tries = [school.sign_in(user.mail, "wrong").status_code for _ in range(8)]
    assert tries == [401] * 8
    stopped = school.sign_in(user.mail)
    assert stopped.status_code == 429
    assert int(stopped.headers["retry-after"]) > 0
    school.clock.pass_by(901)
    assert school.sign_in(user.mail).status_code == 303


def test_a_hash_says_nothing_and_takes_only_fitting_lengths() -> None:
    passwords = Passwords()
    stored = passwords.hash(PASSWORD)
    assert stored.startswith("$argon2id$")
    assert passwords.fits(stored, PASSWORD)
    assert not passwords.fits(stored, PASSWORD + "x")
    assert not passwords.fits("not a hash", PASSWORD)
    for wrong in ("short", "x" * 300):
        with pytest.raises(Invalid, match="10 to 256"):
            passwords.hash(wrong)


def test_a_throttle_forgets_the_oldest_and_never_grows() -> None:
    clock = Clock()
    throttle = Throttle(clock, tries=1, seconds=60, keys=3)
    assert [throttle.wait(k) for k in "abcd"] == [0.0] * 4
    assert throttle.wait("d") == 60
    assert throttle.wait("a") == 0.0  # was forgotten
    throttle.forgive("d")
    assert throttle.wait("d") == 0.0


def test_nobody_locks_a_teacher_out_by_guessing() -> None:
    door = Door(Clock())
    waits = [door.wait("lan@school.example", "198.51.100.9") for _ in range(500)]
    assert waits[7:9] == [0.0, 900.0]
    assert door.wait("lan@school.example", "192.0.2.1") == 0.0  # the teacher herself, from elsewhere


def test_a_mail_that_is_tried_from_everywhere_is_closed_for_a_while() -> None:
    door = Door(Clock())
    waits = [door.wait("lan@school.example", f"198.51.100.{i}") for i in range(61)]
    assert waits[:60] == [0.0] * 60
    assert waits[60] > 0


def test_many_mails_from_one_address_are_slowed_down_too() -> None:
    door = Door(Clock())
    waits = [door.wait(f"{i}@school.example", "192.0.2.1") for i in range(121)]
    assert waits[:120] == [0.0] * 120
    assert waits[120] > 0
    assert door.wait("x@school.example", "192.0.2.2") == 0.0
    assert asyncio.run(door.fits("", "anything")) is False


# --- links ------------------------------------------------------------------------------------------------------------


def test_a_link_survives_previewers_and_lets_in_once(school: House) -> None:
    path = link(school)
    for _ in range(3):
        assert school.client.get(path).status_code == 200  # a chat program looks at it
    assert press(school, path).headers["location"] == "/lessons"
    assert school.client.get("/lessons").status_code == 200
    assert school.client.get(path).status_code == 410


def test_a_used_link_says_so(school: House) -> None:
    path = link(school)
    token = school.form(path)
    first = school.client.post(path, data={"csrf": token})
    assert first.status_code == 303
    school.client.cookies.clear()
    again = school.client.post(path, data={"csrf": school.form("/signin")})
    assert again.status_code == 410
    assert "menshen" not in again.cookies


@pytest.mark.parametrize("secret", ["x", "a.b.c", "%00", "%ff%fe", "a" * 5000, "menshen-link..x"])
def test_a_made_up_link_lets_nobody_in(school: House, secret: str) -> None:
    assert school.client.get(f"/signin/{secret}").status_code == 410


def test_an_old_link_lets_nobody_in(school: House) -> None:
    path = link(school)
    token = school.form(path)
    school.clock.pass_by(601)
    assert school.client.post(path, data={"csrf": token}).status_code == 410


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_signing_in_gives_a_new_session_and_ends_the_one_before(school: House) -> None:
    user = school.user(password=PASSWORD)
    school.sign_in(user.mail)
    first = school.client.cookies["menshen"]
    school.sign_in(user.mail)
    assert school.client.cookies["menshen"] != first
    assert school.desk.tokens.find(first, TokenKind.SESSION) is None


def test_a_session_that_was_planted_is_not_taken_over(school: House) -> None:
    school.client.cookies.set("menshen", "planted.by.attacker", domain="127.0.0.1", path="/")
    school.sign_in(school.user(password=PASSWORD).mail)
    assert school.client.cookies["menshen"].startswith("menshen-session.")


def test_signing_out_ends_the_session_in_the_store(school: House) -> None:
    press(school, link(school))
    kept = school.client.cookies["menshen"]
    out = school.client.post("/signout", data={"csrf": school.form("/lessons")})
    assert (out.status_code, out.headers["location"]) == (303, "/signin")
    assert school.desk.tokens.find(kept, TokenKind.SESSION) is None
    assert school.client.get("/lessons").status_code == 303


@pytest.mark.parametrize(
    ("role", "idle", "longest"), [(UserRole.TEACHER, 10 * 86400, 30 * 86400), (UserRole.IT, 7200, 12 * 3600)]
)
def test_a_session_ends_unused_and_ends_at_last(school: House, role: UserRole, idle: int, longest: int) -> None:
    def reads() -> bool:
        return school.client.get("/lessons").status_code == 200

    press(school, link(school, role))
    school.clock.pass_by(idle + 1)
    assert not reads()
    press(school, link(school, role))
    spent = 0
    while spent + idle // 2 < longest:
        school.clock.pass_by(idle // 2)
        spent += idle // 2
        assert reads()
    school.clock.pass_by(longest - spent)
    assert not reads()


def test_the_cookie_is_out_of_reach(school: House) -> None:
    plain = press(school, link(school)).headers["set-cookie"]
    assert plain.startswith("menshen=")
    assert all(word in plain for word in ("HttpOnly", "SameSite=lax", "Path=/"))
    assert "Secure" not in plain


def test_over_https_the_cookie_belongs_to_this_host_alone(secure: House) -> None:
    path = link(secure)
    token = secure.form(path)
    [visit] = [c for c in secure.client.cookies.jar if c.name == "__Host-menshen-visit"]
    assert visit.secure
    sent = {"cookie": f"{visit.name}={visit.value}"}  # as a browser behind the school's TLS does
    strict = secure.client.post(path, data={"csrf": token}, headers=sent).headers["set-cookie"]
    assert strict.startswith("__Host-menshen=")
    assert all(word in strict for word in ("HttpOnly", "SameSite=lax", "Path=/", "Secure"))
    assert "Domain" not in strict


def test_an_api_token_is_no_session(school: House) -> None:
    secret = school.token(UserRole.ADMIN)["authorization"].removeprefix("Bearer ")
    school.client.cookies.set("menshen", secret)
    assert school.client.get("/lessons").status_code == 303


def test_a_session_is_no_api_token(school: House) -> None:
    press(school, link(school))
    assert school.client.get("/api/v1/lessons").status_code == 401
    stolen = {"authorization": f"Bearer {school.client.cookies['menshen']}"}
    assert school.client.get("/api/v1/lessons", headers=stolen).status_code == 401


@pytest.mark.parametrize(
    ("next", "leads"),
    [
        ("/lessons/abc?after=3", "/lessons/abc?after=3"),
        ("//evil.example", "/lessons"),
        ("/\\evil.example", "/lessons"),
        ("https://evil.example", "/lessons"),
        ("javascript:alert(1)", "/lessons"),
        ("/a\nSet-Cookie: x", "/lessons"),
        ("/" + "a" * 1000, "/lessons"),
        ("", "/lessons"),
    ],
)
def test_after_signing_in_one_stays_here(next: str, leads: str) -> None:
    assert inside(next) == leads


# --- forms of other sites ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
        {"origin": "http://menshen.test.evil.example"},
        {"origin": "http://[::1"},
    ],
)
def test_another_site_cannot_send_our_forms(school: House, headers: dict[str, str]) -> None:
    press(school, link(school))
    token = school.form("/lessons")
    answer = school.client.post("/signout", data={"csrf": token}, headers=headers)
    assert answer.status_code == 403
    assert school.client.get("/lessons").status_code == 200


@pytest.mark.parametrize("headers", [{"origin": "http://menshen.test"}, {"sec-fetch-site": "same-origin"}, {}])
def test_our_own_page_can(school: House, headers: dict[str, str]) -> None:
    press(school, link(school))
    token = school.form("/lessons")
    answer = school.client.post("/signout", data={"csrf": token}, headers=headers)
    assert answer.status_code == 303


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 64])
def test_a_form_without_its_token_does_nothing(school: House, token: str) -> None:
    press(school, link(school))
    assert school.client.post("/signout", data={"csrf": token}).status_code == 403
    assert school.client.post("/signout", headers={b"x-csrf-token": token.encode()}).status_code == 403
    assert (
        school.client.post("/signout", content=b"\xff\x00", headers={"content-type": "text/plain"}).status_code == 403
    )
    assert school.client.get("/lessons").status_code == 200


def test_the_token_of_one_session_is_worth_nothing_in_another(school: House) -> None:
    press(school, link(school))
    old = school.form("/lessons")
    school.client.cookies.clear()
    press(school, link(school))
    assert school.client.post("/signout", data={"csrf": old}).status_code == 403


def test_nobody_is_signed_in_from_another_site(school: House) -> None:
    path = link(school)
    assert school.client.post(path, data={"csrf": "x"}).status_code == 403
    assert school.client.get(path).status_code == 200  # it was not used up


# --- language ---------------------------------------------------------------------------------------------------------


def test_a_visitor_chooses_a_language_and_keeps_it(school: House) -> None:
    token = school.form("/signin")
    answer = school.client.post("/language", data={"csrf": token, "language": "vi", "next": "/signin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin")
    assert 'lang="vi"' in school.client.get("/signin").text


def test_whoever_is_signed_in_finds_his_language_everywhere(school: House) -> None:
    press(school, link(school))
    school.client.post("/language", data={"csrf": school.form("/lessons"), "language": "zh-Hans"})
    assert school.desk.people.user(school.school.id, school.user().id).language == "zh-Hans"
    assert school.client.post("/language", data={"csrf": school.form("/lessons"), "language": "x"}).status_code == 422


# --- headers ----------------------------------------------------------------------------------------------------------


def test_every_page_carries_its_headers(school: House) -> None:
    headers = school.client.get("/signin").headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers


def test_https_is_told_to_stay(secure: House) -> None:
    assert "max-age" in secure.client.get("/signin").headers["strict-transport-security"]


def test_webhooks_carry_none_of_them(school: House) -> None:
    assert "content-security-policy" not in school.client.post("/hooks/nothing").headers


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_has_an_end(school: House, declared: bool) -> None:
    """What says that it is too long is not even read; what says nothing is read up to there."""
    length = {"content-length": str(MAX_BODY + 1)} if declared else {"transfer-encoding": "chunked"}
    with closing(HTTPConnection(school.address, timeout=10)) as sending:
        sending.putrequest("PUT", f"/api/v1/courses/{school.course()['id']}/roster")
        for name, value in (school.token() | length).items():
            sending.putheader(name, value)
        sending.endheaders()
        sending.send(b"x" if declared else b"%x\r\n%b\r\n" % (MAX_BODY + 1, b"x" * (MAX_BODY + 1)))
        answer = sending.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["type"] == "urn:menshen:problem:too-large"


def test_a_body_that_stops_half_way_is_not_waited_for(school: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.auth.edge.BODY_SECONDS", 0.2)
    host, port = school.address.split(":")
    path = f"/api/v1/courses/{school.course()['id']}/roster"
    head = [f"PUT {path} HTTP/1.1", f"Host: {school.address}", "Content-Length: 100"]
    head += [f"{name}: {value}" for name, value in school.token().items()]
    with socket.create_connection((host, int(port)), timeout=10) as slow:
        slow.sendall("\r\n".join([*head, "", "half a ro"]).encode())
        answer = slow.makefile("rb").read()  # ends only because the server hangs up
    assert answer.startswith(b"HTTP/1.1 408 ")


# --- sockets ----------------------------------------------------------------------------------------------------------


def hear(school: House, lesson: str, headers: dict[str, str]) -> str | bytes:
    """The first message of a socket."""
    with connect(f"ws://{school.address}/live/{lesson}", additional_headers=headers, open_timeout=10) as hearing:
        return hearing.recv(timeout=10)


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "https://evil.example"}, {"authorization": "Bearer made.up.secret"}]
)
def test_a_socket_of_a_stranger_is_refused(school: House, headers: dict[str, str]) -> None:
    lesson = school.lesson(school.course())
    with pytest.raises(InvalidStatus) as refused:
        hear(school, lesson, headers)
    assert refused.value.response.status_code == 403


def test_a_cookie_opens_a_socket_from_our_own_page_only(school: House) -> None:
    lesson = school.lesson(school.course(), "p-1")
    press(school, link(school))
    cookie = {"cookie": f"menshen={school.client.cookies['menshen']}"}
    assert hear(school, lesson, {**cookie, "origin": f"http://{school.address}"})
    for elsewhere in ({"origin": "https://evil.example"}, {}):
        with pytest.raises(InvalidStatus) as refused:
            hear(school, lesson, {**cookie, **elsewhere})
        assert refused.value.response.status_code == 403


def test_a_program_opens_a_socket_with_its_token(school: House) -> None:
    lesson = school.lesson(school.course(), "p-1")
    assert hear(school, lesson, school.token())


def test_an_actor_is_what_his_token_says(school: House) -> None:
    assert replace(actor(UserRole.IT), role=UserRole.TEACHER).guards == "lan@school.example"
    assert actor(UserRole.IT).guards is None
