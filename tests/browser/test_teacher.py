"""A teacher in a raid, on a phone: from the printed link to the end of the class, confirmed by the platform."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from app import practice
from tests.browser.house import House
from tests.browser.loopback import until, until_equal
from tests.browser.visitors import DESKTOP, Visitor

Visit = Callable[..., Visitor]
CALMED = ("muted_all", "unmute_forbidden", "chat_closed", "share_restricted", "waiting_room", "locked")


def test_a_link_is_not_used_up_by_looking_and_lets_in_once(house: House, visit: Visit) -> None:
    link, teacher = house.links["teacher"], visit()
    teacher.answers = {410}
    for _ in range(2):  # as the preview of a chat program would
        teacher.open(link)
        expect(teacher.find("main form button")).to_be_visible()
    teacher.find("main form button").click()
    teacher.page.wait_for_url("**/lessons")
    teacher.sees("a.lesson-card", "7-3 数学")

    other = visit()
    other.answers = {410}
    other.open(link)
    other.sees("[role=alert]", "此链接已用过或已过期。请重新索取")
    expect(other.find("input[name=mail]")).to_be_visible()
    other.open("/lessons")
    assert "/signin" in other.page.url


def test_the_service_holds_a_raid_before_anybody_presses_and_gives_back_what_calm_took(
    house: House, visit: Visit
) -> None:
    lesson, teacher = house.practice_lesson(), visit(house.teacher_link())
    room = lesson.room
    teacher.find(f'a.lesson-card[href="/lessons/{lesson.lesson}"]').click()
    pupils = until(lambda: p if len(p := known(room.look())) == practice.PUPILS + 1 else None)
    teacher.find("form.raid button").click()

    # Nobody has pressed anything, and every stranger waits outside.
    until(lambda: len(strangers(room.look()["waiting"])) >= 3 and not strangers(room.look()["inside"]))
    teacher.sees("#state .mood", "受到干扰")
    teacher.sees("#people .is-strangers .person", "在等候室")
    assert not [asked for asked in lesson.asked() if asked.by]

    before = room.switches()
    teacher.press("calm")
    until(lambda: all(room.switches()[name] for name in CALMED))
    expect(teacher.find("#switches .switch.is-closed")).to_have_count(4, timeout=20_000)
    teacher.sees("#timeline", "李老师")

    teacher.press("restore")
    until_equal(room.switches, before)
    expect(teacher.find(".restore-button")).to_be_disabled()

    assert known(room.look()) == pupils  # the raid cost no pupil a minute of the lesson
    put_out = [asked for asked in lesson.asked() if asked.kind in ("hold", "kick", "ban", "deny")]
    assert {asked.account for asked in put_out} == {""}


def test_a_raid_that_runs_already_is_simply_shown(house: House, visit: Visit) -> None:
    lesson = house.open_class("7-9 音乐")
    teacher = visit(house.teacher_link())
    teacher.open(lesson.url)
    for _ in range(2):
        teacher.find("form.raid button").click()
        teacher.page.wait_for_url(lesson.url)
        expect(teacher.find("#state .mood")).to_be_visible()


def test_one_person_is_let_in_sent_back_and_put_out_for_good(house: House, visit: Visit) -> None:
    lesson = house.open_class("7-4 语文")
    guest = lesson.room.enter("Guest Parent")
    until_equal(guest.place, "waiting")
    teacher = visit(house.teacher_link(), size=DESKTOP)
    teacher.open(lesson.url)

    row = teacher.person(guest.id)
    row.locator("button[value=admit]").click()
    until_equal(guest.place, "inside")
    # A human vouched for him: no rule sends him back, and he is among the pupils now.
    teacher.sees("#group-pupils", "Guest Parent")
    teacher.find("#group-pupils > summary").click()
    row.locator("details.more summary").click()
    row.locator("button[value=hold]").click()
    until_equal(guest.place, "waiting")

    row.locator("details.more summary").click()
    row.locator("button[value=ban]").click()
    until_equal(guest.place, "gone")
    assert lesson.room.banned(guest.id)

    nuisance = lesson.room.enter("Loud Guest")
    until_equal(nuisance.place, "waiting")
    teacher.person(nuisance.id).locator("button[value=admit]").click()
    until_equal(nuisance.place, "inside")
    teacher.sees("#group-pupils", "Loud Guest")
    expect(teacher.find("#group-pupils")).to_have_attribute("open", "")  # what was open stays open
    teacher.person(nuisance.id).locator("details.more summary").click()
    teacher.person(nuisance.id).locator("button[value=kick]").click()
    until_equal(nuisance.place, "gone")
    assert not lesson.room.banned(nuisance.id)


def test_the_class_ends_by_press_and_hold_and_not_by_a_click(house: House, visit: Visit) -> None:
    lesson = house.open_class("7-5 英语")
    lesson.room.fill(3)
    teacher = visit(house.teacher_link())
    teacher.open(lesson.url)
    end = teacher.find("a.end-link")
    end.evaluate("link => link.scrollIntoView()")  # at once: a live refresh may replace the link
    end.click()
    end.tap()
    assert teacher.page.url == lesson.url
    assert lesson.room.look()["live"]

    def held() -> bool:
        """The mouse goes there and presses; people who come meanwhile may have moved the link away under it."""
        end.hover()
        teacher.page.mouse.down()
        if end.and_(teacher.page.locator(".holding")).count():
            return True
        teacher.page.mouse.up()
        return False

    until(held)
    until(lambda: not lesson.room.look()["live"])
    teacher.page.mouse.up()
    teacher.sees("#state", "已结束")
    assert [asked.kind for asked in lesson.asked("button_end")] == ["end"]


def test_everything_that_matters_works_without_script(house: House, visit: Visit) -> None:
    lesson = house.open_class("7-6 物理")
    guest = lesson.room.enter("Guest")
    until_equal(guest.place, "waiting")
    lesson.is_quiet()
    before = lesson.room.switches()
    teacher = visit(house.teacher_link(), script=False)
    teacher.open(lesson.url)

    teacher.press("calm")
    assert teacher.page.url == lesson.url
    until(lambda: all(lesson.room.switches()[name] for name in CALMED))
    until(lambda: _reloaded(teacher).find("#switches .switch.is-closed").count() == 4)
    teacher.press("restore")
    until_equal(lesson.room.switches, before)

    teacher.person(guest.id).locator("button[value=deny]").click()
    until_equal(guest.place, "gone")

    teacher.find("a.end-link").click()
    assert lesson.room.look()["live"]
    teacher.find("main button.danger").click()
    until(lambda: not lesson.room.look()["live"])
    until(lambda: "已结束" in (_reloaded(teacher).find("#state").text_content() or ""))


def test_two_people_and_a_nervous_finger_calm_the_room_once(house: House, visit: Visit) -> None:
    lesson = house.open_class("7-7 化学")
    teacher = visit(house.teacher_link())
    colleague = visit(house.guard_link())
    for panel in (teacher, colleague):
        panel.open(lesson.url)
        expect(panel.find(".calm-button")).to_be_enabled()
    for panel in (teacher, colleague):  # a double click each, without waiting for any answer
        panel.page.evaluate("() => { const b = document.querySelector('.calm-button'); b.click(); b.click(); }")
    until(lambda: all(lesson.room.switches()[name] for name in CALMED))
    until(lambda: len([r for r in lesson.rows() if r["kind"] == "button.pressed"]) >= 2)

    kinds = [asked.kind for asked in lesson.asked("button_calm")]
    assert len(kinds) == len(set(kinds))
    assert "mute_all" in kinds


def test_a_press_counts_even_when_the_panel_changes_under_the_finger(house: House, visit: Visit) -> None:
    lesson = house.open_class("7-8 生物")
    teacher = visit(house.teacher_link())
    teacher.open(lesson.url)
    button = teacher.find(".calm-button")
    button.hover()
    teacher.page.mouse.down()
    with teacher.page.expect_response("**/fragments"):
        guest = lesson.room.enter("In Between")
    until_equal(guest.place, "waiting")
    teacher.page.wait_for_timeout(400)  # the finger stays down while the answer is drawn
    teacher.page.mouse.up()
    until(lambda: all(lesson.room.switches()[name] for name in CALMED))
    teacher.sees("#people", "In Between")


# --- what the stories ask -------------------------------------------------------------------------------------------


def strangers(people: list[dict[str, Any]]) -> list[str]:
    """Those without an account of the school."""
    return [p["id"] for p in people if not p["account"]]


def known(room: dict[str, Any]) -> set[str]:
    """The accounts of the school that are in class."""
    return {p["account"] for p in room["inside"] if p["account"]}


def _reloaded(visitor: Visitor) -> Visitor:
    visitor.page.reload()
    return visitor
