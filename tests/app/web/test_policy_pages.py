"""The settings pages: what school IT changes in two steps without script, what teachers see, what hardens a class."""

import html
import json
import re
from typing import Any

import httpx
import pytest

from app.domain.incidents import Verdict
from app.store.desk import UserRole
from app.store.layers import Kept
from app.store.review import Judgement
from app.store.review.incidents import Filter
from app.web.auth.door import Passwords
from policies import ALWAYS, RULES
from tests.app.web.houses import PASSWORD, House


def sign_in(school: House, role: UserRole = UserRole.IT, name: str = "") -> None:
    school.client.cookies.clear()
    user = school.user(role, name)
    school.desk.people.set_password(school.school.id, user.id, Passwords().hash(PASSWORD))
    assert school.sign_in(user.mail).status_code == 303


def post(school: House, page: str, **data: Any) -> httpx.Response:
    return school.client.post(page, data={"csrf": school.form(page), "step": "look", **data})


def hidden(answer: httpx.Response) -> dict[str, str]:
    """What the second step carries along."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    return {name: html.unescape(value) for name, value in found}


def save(school: House, page: str, look: httpx.Response) -> httpx.Response:
    return school.client.post(page, data={**hidden(look), "step": "save"})


def test_it_changes_the_schools_rules_in_two_steps(school: House) -> None:
    sign_in(school)
    look = post(school, "/policy", preset="seminar", **{"late_lock.minutes": "7", "lock": "roster_only.strangers"})
    assert look.status_code == 200
    for said in (
        "Before it is saved",
        "Door closes after, minutes",
        "10 → <strong>7</strong>",
        "locked",
        "Strangers",
    ):
        assert said in look.text
    assert "no recorded lessons were compared" in look.text
    assert school.desk.layers.get(school.school.id, Kept.SCHOOL) == ({}, 0)  # nothing is saved by looking
    saved = save(school, "/policy", look)
    assert (saved.status_code, saved.headers["location"]) == (303, "/policy?saved=1")
    wanted = {"preset": "seminar", "late_lock": {"minutes": 7}, "locked": ["roster_only.strangers"]}
    assert school.desk.layers.get(school.school.id, Kept.SCHOOL) == (wanted, 1)
    page = school.client.get("/policy?saved=1").text
    assert "Saved." in page
    assert 'value="7"' in page
    assert re.search(r'value="roster_only.strangers" checked', page)


def test_every_rule_and_field_stands_on_the_page(school: House) -> None:
    sign_in(school)
    page = school.client.get("/policy").text
    for rule in RULES:
        assert f'id="{rule.name}"' in page
        for name in rule.settings.model_fields:
            assert (f'name="{rule.name}.{name}"' in page) is not (name == "mode" and rule.name in ALWAYS)


def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(school: House) -> None:
    sign_in(school)
    filled = {"late_lock.minutes": "999", "quiet_start.minutes": "<b>x", "share_guard.who": "roster", "preset": "exam"}
    answer = post(school, "/policy", **filled)
    assert answer.status_code == 422
    for said in (
        'value="999"',
        'value="&lt;b&gt;x"',
        'id="problem-late_lock.minutes"',
        "0 to 240",
        "Nothing was saved",
    ):
        assert said in answer.text
    assert re.search(r'<option value="roster" selected', answer.text)
    assert re.search(r'<option value="exam" selected', answer.text)
    assert school.desk.layers.get(school.school.id, Kept.SCHOOL) == ({}, 0)


def test_numbers_that_contradict_each_other_are_refused_at_the_field(school: House) -> None:
    sign_in(school)
    answer = post(school, "/policy", **{"late_lock.minutes": "30"})
    assert (answer.status_code, "locked before the door closes" in answer.text) == (422, True)


def test_back_from_the_second_step_the_form_is_as_it_was(school: House) -> None:
    sign_in(school)
    look = post(school, "/policy", **{"late_lock.minutes": "3"})
    again = school.client.post("/policy", data={**hidden(look), "step": "again"})
    assert (again.status_code, 'value="3"' in again.text) == (200, True)


def test_a_class_may_be_stricter_than_a_lock_and_not_looser(school: House) -> None:
    made = school.course(policy={})
    put = {"late_lock": {"minutes": 8}, "locked": ["late_lock.minutes", "roster_only.strangers"]}
    school.desk.layers.put(school.school.id, Kept.SCHOOL, put, by="it")
    sign_in(school)
    path = f"/classes/{made['id']}/policy"
    page = school.client.get(path).text
    assert 'max="8"' in page
    assert "locked by the school" in page
    choices = re.search(r'name="roster_only.strangers".*?</select>', page, re.S)
    assert choices
    assert 'value="deny"' in choices[0]
    assert 'value="watch"' not in choices[0]
    assert "only stricter is possible here" in post(school, path, **{"late_lock.minutes": "9"}).text
    assert save(school, path, post(school, path, **{"late_lock.minutes": "5"})).status_code == 303
    assert school.desk.documents.policy(school.school.id, made["id"])[0] == {"late_lock": {"minutes": 5}}


def test_a_lock_that_came_later_wins_and_the_page_says_so(school: House) -> None:
    made = school.course(policy={"late_lock": {"minutes": 12}})
    put = {"late_lock": {"minutes": 4}, "locked": ["late_lock.minutes"]}
    school.desk.layers.put(school.school.id, Kept.SCHOOL, put, by="it")
    sign_in(school)
    page = school.client.get(f"/classes/{made['id']}/policy").text
    assert "Asked for “12” (from the class); the lock of the school wins." in page


def test_teachers_look_and_cannot_change(school: House) -> None:
    made = school.course()
    sign_in(school, UserRole.TEACHER)
    for path in ("/policy", f"/classes/{made['id']}/policy"):
        page = school.client.get(path)
        assert (page.status_code, "Only school IT can change this" in page.text) == (200, True)
        assert "<select" not in page.text
        answer = school.client.post(path, data={"csrf": school.form(path), "step": "look", "preset": "open_day"})
        assert answer.status_code == 403
    other = school.course(meetings=["m-2"], teachers=[], co_guards=[])
    assert school.client.get(f"/classes/{other['id']}/policy").status_code == 404


@pytest.mark.parametrize("document", ["", "[]", "{", '{"preset": "\\ud800"}', '{"a": NaN}', "[" * 100_000])
def test_a_second_step_that_was_tampered_with_changes_nothing(school: House, document: str) -> None:
    sign_in(school)
    for step in ("save", "again"):
        assert post(school, "/policy", step=step, document=document, version="0").status_code == 422
    assert post(school, "/policy", step="save", document="{}", version="x").status_code == 422
    assert school.desk.layers.get(school.school.id, Kept.SCHOOL) == ({}, 0)


def test_who_saves_late_sees_that_somebody_was_first(school: House) -> None:
    sign_in(school)
    look = post(school, "/policy", preset="exam")
    school.desk.layers.put(school.school.id, Kept.SCHOOL, {"preset": "open_day"}, by="another")
    late = save(school, "/policy", look)
    assert (late.status_code, "Somebody else changed this meanwhile" in late.text) == (409, True)
    assert re.search(r'<option value="exam" selected', late.text)  # what was chosen is still there
    assert school.desk.layers.get(school.school.id, Kept.SCHOOL)[0] == {"preset": "open_day"}


@pytest.mark.parametrize(
    ("tag", "said"),
    [("zh-Hans", "全校规则"), ("vi", "Quy tắc của toàn trường"), ("en", "Rules for the whole school")],
)
def test_the_page_in_each_language(school: House, tag: str, said: str) -> None:
    sign_in(school)
    page = school.client.get(f"/policy?lang={tag}").text
    assert said in page
    keys = r">[^<]*\b(setting|rule_about|choice|origin|layer|mode)\.[a-z]"
    assert not re.search(keys, page)


def test_a_raided_class_is_guarded_more_strictly_until_it_presses(school: House) -> None:
    made = school.course(policy={"preset": "seminar"}, roster=[{"id": f"S{n}", "name": f"pupil {n}"} for n in range(3)])
    school.lesson(made, "p-1")  # a stranger, who is sent out
    for incident in school.service.review.incidents(school.school.id, Filter()).items:
        judged = Judgement(verdict=Verdict.TRUE_POSITIVE, note="", reviewer="it")
        school.service.review.judge(school.school.id, incident.id, judged)
    sign_in(school)
    path = f"/classes/{made['id']}"
    page = school.client.get(path).text
    assert "Guarded more strictly until" in page
    told = school.client.get(f"/api/v1/courses/{made['id']}/policy?effective=1", headers=school.token()).json()
    assert told["late_lock"]["minutes"]["origin"] == "hardening"
    assert told["late_lock"]["minutes"]["until"].endswith("Z")
    assert school.client.post(f"{path}/relief", data={"csrf": school.form(path)}).status_code == 303
    assert "Guarded more strictly until" not in school.client.get(path).text


def test_what_was_said_under_a_former_name_stays_when_something_else_is_changed(school: House) -> None:
    put = {"sharing": {"who": "roster"}, "locked": ["sharing.who"]}
    school.desk.layers.put(school.school.id, Kept.SCHOOL, put, by="it")
    sign_in(school)
    page = school.client.get("/policy").text
    assert re.search(r'<option value="roster" selected', page)
    assert re.search(r'value="share_guard.who" checked', page)


def test_documents_in_forms_are_plain_json(school: House) -> None:
    sign_in(school)
    assert json.loads(hidden(post(school, "/policy", **{"quiet_start.chat": "false"}))["document"]) == {
        "quiet_start": {"chat": False}
    }


def test_the_second_step_stays_in_the_language_of_the_first(school: House) -> None:
    sign_in(school)
    page = school.client.get("/policy?lang=vi").text
    assert 'action="/policy?lang=vi"' in page
    told = {"csrf": school.form("/policy"), "step": "look", "preset": "exam", "version": "0"}
    assert '<html lang="vi">' in school.client.post("/policy?lang=vi", data=told).text
    assert 'action="/policy"' in school.client.get("/policy?lang=tlh").text
