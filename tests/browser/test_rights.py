"""Whose lesson it is: colleagues see nothing of it, forms of other sites do nothing, co-guards do not end it."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.house import House
from tests.browser.visitors import Visitor

Visit = Callable[..., Visitor]
POST = """async ([path, fields]) => (await fetch(path, {
  method: "POST", redirect: "manual", headers: { accept: "text/html" }, body: new URLSearchParams(fields) })).status"""


def test_a_teacher_does_not_learn_that_a_colleague_has_a_lesson(house: House, visit: Visit) -> None:
    lesson = house.open_class("10-1 数学")
    stranger = lesson.room.enter("Somebody")
    other = visit(house.link_of(house.person("王老师")))
    other.answers = {404}
    expect(other.find("a.lesson-card")).to_have_count(0)
    for path in ("", "/fragments", "/end"):
        answer = other.page.goto(lesson.url + path)
        assert answer is not None
        assert answer.status == 404
    assert "10-1" not in other.page.content()
    csrf = other.find("input[name=csrf]").first.get_attribute("value")
    for button in ("calm", "end"):
        fields = {"csrf": csrf, "button": button, "key": f"key-of-{button}", "participant": stranger.id}
        assert other.page.evaluate(POST, [f"/lessons/{lesson.lesson}/press", fields]) == 404
    closed = other.page.evaluate(
        """path => new Promise(done => { const s = new WebSocket(`ws://${location.host}${path}`);
           s.onmessage = m => done(m.data); s.onclose = () => done("closed"); })""",
        f"/live/{lesson.lesson}",
    )
    assert closed == "closed"
    other.complaints = [c for c in other.complaints if "/live/" not in c]  # the browser's note about the refusal
    assert not [asked for asked in lesson.asked() if asked.by]


def test_a_form_without_our_token_or_from_another_page_does_nothing(house: House, visit: Visit) -> None:
    lesson = house.open_class("10-2 数学")
    teacher = visit(house.teacher_link())
    teacher.answers = {403}
    teacher.open(lesson.url)
    csrf = teacher.find("input[name=csrf]").first.get_attribute("value") or ""
    press = {"button": "calm", "key": "a-key-of-mine"}
    for token in ({}, {"csrf": ""}, {"csrf": csrf[:-1] + "x" * (csrf[-1] != "x") + "y" * (csrf[-1] == "x")}):
        assert teacher.page.evaluate(POST, [f"/lessons/{lesson.lesson}/press", press | token]) == 403
    other = visit(house.guard_link())
    other.open(lesson.url)
    theirs = {"csrf": other.find("input[name=csrf]").first.get_attribute("value") or ""}
    assert teacher.page.evaluate(POST, [f"/lessons/{lesson.lesson}/press", press | theirs]) == 403

    # The teacher's own browser and token, but sent by a page that is not ours.
    elsewhere = {"origin": house.classroom.url, "sec-fetch-site": "same-site"}
    form: dict[str, str | float | bool] = {**press, "csrf": csrf}
    action = f"{house.url}/lessons/{lesson.lesson}/press"
    status = teacher.context.request.post(action, form=form, headers=elsewhere, max_redirects=0).status
    assert status == 403
    assert not [asked for asked in lesson.asked() if asked.by]
    assert teacher.page.evaluate(POST, [f"/lessons/{lesson.lesson}/press", form]) == 0  # "see other", not followed
    assert [asked for asked in lesson.asked() if asked.by]


def test_a_co_guard_helps_but_does_not_end_the_class(house: House, visit: Visit) -> None:
    lesson = house.open_class("10-3 数学")
    guard = visit(house.guard_link())
    guard.answers = {403}
    guard.open(lesson.url)
    csrf = guard.find("input[name=csrf]").first.get_attribute("value")
    fields = {"csrf": csrf, "button": "end", "key": "end-of-guard"}
    assert guard.page.evaluate(POST, [f"/lessons/{lesson.lesson}/press", fields]) == 403
    assert guard.page.evaluate(POST, [f"/lessons/{lesson.lesson}/end", fields]) == 403
    guard.press("close_chat" if guard.find('button[value="close_chat"]').count() else "open_chat")
    guard.sees("#timeline", "周老师")
    guard.open(lesson.url + "/end")
    guard.sees("[role=alert]", "您没有权限打开")
    assert lesson.room.look()["live"]


def test_a_co_guard_is_not_offered_the_button_that_is_not_hers(house: House, visit: Visit) -> None:
    lesson = house.open_class("10-4 数学")
    guard = visit(house.guard_link())
    guard.open(lesson.url)
    expect(guard.find("a.end-link")).to_have_count(0)
