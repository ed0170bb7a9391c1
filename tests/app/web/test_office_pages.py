"""The pages of the office: what school IT and teachers see and press, without script."""

import re
from typing import Any, cast

import httpx
import pytest

from adapters.preparation import Precaution, Result, Step
from app.domain.actions import Words
from app.domain.errors import AdapterError, Gone, Refused, Transient
from app.store.desk import NewPreparation, UserRole
from app.web.auth.door import Passwords
from tests.app.web.houses import PASSWORD, House
from tests.app.web.scripted import HAND, Scripted


def platform(school: House, connection: str) -> Scripted:
    return cast(Scripted, school.service.connections[connection].adapter)


def sign_in(school: House, role: UserRole = UserRole.IT, name: str = "") -> None:
    school.client.cookies.clear()
    user = school.user(role, name)
    school.desk.people.set_password(school.school.id, user.id, Passwords().hash(PASSWORD))
    assert school.sign_in(user.mail).status_code == 303


def post(school: House, path: str, page: str, **data: str) -> httpx.Response:
    return school.client.post(path, data={"csrf": school.form(page), **data})


def prepared(school: House, course: str, **data: str) -> httpx.Response:
    page = f"/classes/{course}"
    html = school.client.get(page).text
    filled = {
        name: cast(re.Match[str], re.search(rf'name="{name}" value="([^"]*)"', html))[1]
        for name in ("starts", "ends", "host", "key")
    }
    return post(school, f"{page}/prepare", page, **{**filled, "meeting": "", **data})


# --- connections ------------------------------------------------------------------------------------------------------


def test_school_it_reads_checks_and_reads_again(scripted: House) -> None:
    connection = scripted.connect()
    sign_in(scripted)
    page = scripted.client.get("/connections")
    assert (page.status_code, "Room" in page.text, "Not checked yet" in page.text) == (200, True, True)
    one = scripted.client.get(f"/connections/{connection}").text
    for said in (f"/hooks/{connection}", "5\u00a0000 of 5\u00a0000 left", "600 are kept for emergencies", "Check now"):
        assert said in one
    answer = post(scripted, f"/connections/{connection}/check", f"/connections/{connection}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/connections/{connection}#check")
    assert "good" not in one
    again = scripted.client.get(f"/connections/{connection}").text
    assert ("good" in again, "Not checked yet" in again) == (True, False)


def test_a_budget_that_ends_is_said_on_the_start_page_and_only_to_school_it(scripted: House) -> None:
    made = scripted.course()
    for _ in range(4500):
        scripted.service.connections[made["connection"]].allowance.take()
    sign_in(scripted)
    start = scripted.client.get("/lessons").text
    assert "kept for the emergency buttons" in start
    assert f'href="/connections/{made["connection"]}"' in start
    sign_in(scripted, UserRole.TEACHER)
    assert "kept for the emergency buttons" not in scripted.client.get("/lessons").text


def test_a_connection_that_cannot_be_used_any_more_is_said(scripted: House) -> None:
    settings = {"base_url": "http://127.0.0.1:9", "left_over": "from an older version"}
    scripted.desk.connections.create(scripted.school.id, platform="drill", name="Old one", settings=settings)
    sign_in(scripted)
    for path in ("/lessons", "/connections"):
        page = scripted.client.get(path).text
        assert "Old one" in page
        assert "do not fit this version" in page


def test_a_page_in_each_language(scripted: House) -> None:
    connection = scripted.connect()
    sign_in(scripted)
    for tag, said in (("zh-Hans", "立即检查"), ("vi", "Kiểm tra ngay"), ("en", "Check now")):
        assert said in scripted.client.get(f"/connections/{connection}?lang={tag}").text


@pytest.mark.parametrize("role", [UserRole.TEACHER, UserRole.CO_GUARD])
def test_connections_are_nobody_elses_pages(scripted: House, role: UserRole) -> None:
    made = scripted.course()
    sign_in(scripted, role)
    assert 'href="/connections"' not in scripted.client.get("/lessons").text
    for path in ("/connections", f"/connections/{made['connection']}"):
        assert scripted.client.get(path).status_code == 403
    answer = post(scripted, f"/connections/{made['connection']}/check", "/lessons")
    assert answer.status_code == 403
    assert scripted.desk.checks.newest(scripted.school.id) == {}


def test_a_check_needs_a_form_of_ours(scripted: House) -> None:
    connection = scripted.connect()
    sign_in(scripted)
    assert scripted.client.post(f"/connections/{connection}/check", data={"csrf": "made up"}).status_code == 403
    assert scripted.desk.checks.newest(scripted.school.id) == {}


@pytest.mark.parametrize("path", ["/connections/nothing", "/classes/nothing", "/classes/nothing/links.csv"])
def test_what_is_not_there_is_not_found(scripted: House, path: str) -> None:
    scripted.connect()
    sign_in(scripted)
    assert scripted.client.get(path).status_code == 404


# --- classes ----------------------------------------------------------------------------------------------------------


def test_a_teacher_prepares_her_class_and_reads_what_is_left_for_her(scripted: House) -> None:
    made = scripted.course(roster=[{"id": "S1", "name": "王小明"}])
    sign_in(scripted, UserRole.TEACHER)
    assert "Not prepared yet" in scripted.client.get("/lessons").text
    answer = prepared(scripted, made["id"], host="li@vendor")
    assert answer.status_code == 303, answer.text
    page = scripted.client.get(f"/classes/{made['id']}").text
    for said in (
        "Waiting room",
        "By hand",
        "Press “Close chat”.",
        "https://vendor.example/j/made-1",
        "a note",
        "links.csv",
    ):
        assert said in page, said
    assert 'value="li@vendor"' in page  # offered again
    start = scripted.client.get("/lessons").text
    assert "things left for you" in start
    (told,) = platform(scripted, made["connection"]).asked
    assert told.ends_at - told.starts_at == 45 * 60
    sheet = scripted.client.get(f"/classes/{made['id']}/links.csv")
    assert sheet.headers["content-disposition"].startswith("attachment;")
    assert "王小明" in sheet.content.decode("utf-8-sig")


def test_times_are_those_of_the_schools_clocks(scripted: House) -> None:
    made = scripted.course()
    sign_in(scripted, UserRole.TEACHER)
    prepared(scripted, made["id"], starts="2025-10-10T08:00", ends="2025-10-10T08:45")
    (told,) = platform(scripted, made["connection"]).asked
    assert told.starts_at == 1_760_054_400.0  # 2025-10-10T00:00Z: 8 in Shanghai


def test_a_co_guard_reads_but_is_offered_no_button(scripted: House) -> None:
    made = scripted.course(roster=[{"id": "S1", "name": "x"}])
    sign_in(scripted, UserRole.TEACHER)
    prepared(scripted, made["id"])
    offered = scripted.client.get(f"/classes/{made['id']}").text
    assert ("/prepare" in offered, "links.csv" in offered) == (True, True)
    sign_in(scripted, UserRole.CO_GUARD)
    page = scripted.client.get(f"/classes/{made['id']}")
    assert page.status_code == 200
    assert "/prepare" not in page.text
    assert "links.csv" not in page.text
    data = {"starts": "2025-10-10T08:00", "ends": "2025-10-10T08:45"}
    answer = post(scripted, f"/classes/{made['id']}/prepare", "/lessons", **data)
    assert answer.status_code == 403
    assert scripted.client.get(f"/classes/{made['id']}/links.csv").status_code == 403
    assert len(platform(scripted, made["connection"]).asked) == 1


def test_a_class_of_somebody_else_does_not_exist(scripted: House) -> None:
    made = scripted.course()
    sign_in(scripted, UserRole.TEACHER)
    assert made["name"] in scripted.client.get("/classes").text
    sign_in(scripted, UserRole.TEACHER, "other")
    assert made["name"] not in scripted.client.get("/classes").text
    assert scripted.client.get(f"/classes/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refused("drill", "no licence \u202eevil"), "The platform refused. Nothing was changed here"),
        (Transient("drill", "try later"), "busy or cannot be reached"),
        (Gone("drill", "no such meeting"), "does not know this meeting"),
    ],
    ids=lambda v: type(v).__name__,
)
def test_a_platform_that_fails_is_said_on_the_page(scripted: House, error: AdapterError, said: str) -> None:
    made = scripted.course()
    sign_in(scripted, UserRole.TEACHER)
    prepared(scripted, made["id"])
    platform(scripted, made["connection"]).error = error
    answer = prepared(scripted, made["id"])
    assert answer.status_code == 502
    assert said in answer.text
    assert "\u202e" not in answer.text
    assert "https://vendor.example/j/made-1" in answer.text  # the report before is still there


@pytest.mark.parametrize("starts", ["", "soon", "2025-10-10", "2099-01-01T00:00", "0001-01-01T00:00", "x" * 50])
def test_a_time_that_is_none_is_refused(scripted: House, starts: str) -> None:
    made = scripted.course()
    sign_in(scripted, UserRole.TEACHER)
    answer = prepared(scripted, made["id"], starts=starts)
    assert answer.status_code == 422
    assert platform(scripted, made["connection"]).asked == []


def test_hostile_words_are_only_words(scripted: House) -> None:
    evil = "<script>alert(1)</script>\u202e" + "x" * 100
    made = scripted.course(name="<b>7-3</b> {{ 7*7 }}")
    words = Words(zh=evil, vi=evil, en=evil)
    platform(scripted, made["connection"]).steps = (
        Step(precaution=Precaution.CHAT_OFF, result=Result.REFUSED, detail=words),
    )
    sign_in(scripted, UserRole.TEACHER)
    prepared(scripted, made["id"])
    page = scripted.client.get(f"/classes/{made['id']}").text
    assert "<script>alert" not in page
    assert "<b>7-3" not in page
    assert "{{ 7*7 }}" in page
    assert "\u202e" not in page


def test_an_address_that_is_no_web_address_is_no_link(scripted: House) -> None:
    made = scripted.course()
    sign_in(scripted, UserRole.TEACHER)
    for url, shown in (("https://vendor.example/j/1", True), ("javascript:alert(1)", False)):
        scripted.clock.pass_by(1)
        new = NewPreparation(
            connection=made["connection"], meeting="m-1", starts_at=scripted.clock.at, ends_at=scripted.clock.at + 60,
            host="", by="u", url=url,
        )  # fmt: skip
        scripted.desk.preparations.keep(scripted.school.id, made["id"], new)
        assert (url in scripted.client.get(f"/classes/{made['id']}").text) is shown


# --- consent ----------------------------------------------------------------------------------------------------------


def leave(school: House, connection: str) -> str:
    """To the platform; gives the state that comes back."""
    answer = school.client.get(f"/connect/{connection}/consent")
    assert answer.status_code == 303, answer.text
    sent = httpx.URL(answer.headers["location"])
    assert sent.host == "vendor.example"
    assert sent.params["redirect_uri"] == f"http://menshen.test/connect/{connection}/consented"
    return str(sent.params["state"])


def back(school: House, connection: str, **query: Any) -> httpx.Response:
    return school.client.get(f"/connect/{connection}/consented", params=query)


def test_a_teacher_allows_it_once_and_it_shows(scripted: House) -> None:
    made = scripted.course()
    connection = made["connection"]
    sign_in(scripted, UserRole.TEACHER)
    assert f"/connect/{connection}/consent" in scripted.client.get(f"/classes/{made['id']}").text
    answer = back(scripted, connection, code="the-code", state=leave(scripted, connection))
    assert (answer.status_code, "Allowed. Thank you." in answer.text) == (200, True)
    assert platform(scripted, connection).codes == ["the-code"]
    page = scripted.client.get(f"/classes/{made['id']}").text
    assert "You have allowed Menshen" in page
    assert 'value="ou_teacher"' in page  # whose meeting it is
    sign_in(scripted)
    assert "Teacher" in scripted.client.get(f"/connections/{connection}").text.partition('id="consent"')[2]


def test_a_state_is_good_once(scripted: House) -> None:
    connection = scripted.course()["connection"]
    sign_in(scripted, UserRole.TEACHER)
    state = leave(scripted, connection)
    assert back(scripted, connection, code="one", state=state).status_code == 200
    again = back(scripted, connection, code="two", state=state)
    assert (again.status_code, "no longer good" in again.text) == (403, True)
    assert platform(scripted, connection).codes == ["one"]


def test_a_state_ends_after_ten_minutes(scripted: House) -> None:
    connection = scripted.course()["connection"]
    sign_in(scripted, UserRole.TEACHER)
    early, late = leave(scripted, connection), leave(scripted, connection)
    scripted.clock.pass_by(599)
    assert back(scripted, connection, code="one", state=early).status_code == 200
    scripted.clock.pass_by(1)
    assert back(scripted, connection, code="two", state=late).status_code == 403


@pytest.mark.parametrize("change", ["session", "connection", "signature", "secret", "none", "junk"])
def test_a_state_of_another_browser_or_connection_is_no_good(scripted: House, change: str) -> None:
    made = scripted.course()
    connection, other = made["connection"], scripted.course(meetings=["m-2"])["connection"]
    sign_in(scripted, UserRole.TEACHER)
    state = leave(scripted, connection)
    if change == "session":
        sign_in(scripted, UserRole.TEACHER)
    told = {
        "connection": state, "signature": state[:-1] + ("0" if state[-1] != "0" else "1"),
        "secret": state.replace("menshen-consent.", "menshen-link."), "none": "", "junk": "\u202e~" * 3000,
    }.get(change, state)  # fmt: skip
    answer = back(scripted, other if change == "connection" else connection, code="x", state=told)
    assert answer.status_code == 403
    assert platform(scripted, connection).codes == platform(scripted, other).codes == []


def test_no_is_an_answer(scripted: House) -> None:
    connection = scripted.course()["connection"]
    sign_in(scripted, UserRole.TEACHER)
    answer = back(scripted, connection, error="access_denied", state=leave(scripted, connection))
    assert (answer.status_code, "Nothing was allowed." in answer.text) == (200, True)
    assert platform(scripted, connection).codes == []


@pytest.mark.parametrize("error", [Refused("drill", "bad code"), Transient("drill", "later"), Gone("drill", "who?")])
def test_a_platform_that_does_not_confirm_is_said(scripted: House, error: AdapterError) -> None:
    made = scripted.course()
    connection = made["connection"]
    sign_in(scripted, UserRole.TEACHER)
    state = leave(scripted, connection)
    platform(scripted, connection).error = error
    answer = back(scripted, connection, code="x", state=state)
    assert (answer.status_code, "did not confirm" in answer.text) == (502, True)
    assert "You have allowed" not in scripted.client.get(f"/classes/{made['id']}").text


@pytest.mark.parametrize("code", ["x" * 5000, "a\nb", "\x00"])
def test_a_code_that_is_none_goes_nowhere(scripted: House, code: str) -> None:
    connection = scripted.course()["connection"]
    sign_in(scripted, UserRole.TEACHER)
    assert back(scripted, connection, code=code, state=leave(scripted, connection)).status_code == 422
    assert platform(scripted, connection).codes == []


def test_who_may_allow(scripted: House) -> None:
    connection = scripted.course()["connection"]
    path = f"/connect/{connection}/consent"
    scripted.client.cookies.clear()
    assert scripted.client.get(path).headers["location"].startswith("/signin")
    for role, name, status in (
        (UserRole.TEACHER, "", 303),
        (UserRole.IT, "", 303),
        (UserRole.ADMIN, "", 303),
        (UserRole.CO_GUARD, "", 403),
        (UserRole.TEACHER, "elsewhere", 404),
    ):
        sign_in(scripted, role, name)
        assert scripted.client.get(path).status_code == status, role


def test_where_nothing_is_to_be_allowed_there_is_no_link(school: House) -> None:
    made = school.course()
    sign_in(school, UserRole.TEACHER)
    page = school.client.get(f"/classes/{made['id']}")
    assert (page.status_code, "/consent" in page.text) == (200, False)
    assert school.client.get(f"/connect/{made['connection']}/consent").status_code == 404


def test_a_step_by_hand_speaks_the_readers_language(scripted: House) -> None:
    made = scripted.course()
    sign_in(scripted, UserRole.TEACHER)
    prepared(scripted, made["id"])
    for tag in ("zh-Hans", "vi", "en"):
        said = getattr(HAND, tag.partition("-")[0])
        assert said in scripted.client.get(f"/classes/{made['id']}?lang={tag}").text
