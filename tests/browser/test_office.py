"""The office in a browser, with script turned off: connections, a class before it begins, and a step done by hand."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from adapters.drill.classroom.running import running_classroom
from adapters.drill.classroom.settings import ClassroomSettings, Hidden
from app import practice
from app.store.desk import NewCourse, UserRole
from tests.browser.classroom import ClassRoom, Classroom
from tests.browser.house import House
from tests.browser.loopback import Caller, until
from tests.browser.visitors import DESKTOP, PHONE, Visitor, overlaps

Visit = Callable[..., Visitor]
TOKEN, SECRET = "token-of-the-other-classroom", "secret-of-the-other-classroom"
WORDS = {
    "zh-Hans": ("连接", "剩余额度", "立即检查", "能做什么", "开始准备", "课前准备"),
    "vi": ("Kết nối", "Hạn mức còn lại", "Kiểm tra ngay", "Làm được những gì", "Chuẩn bị", "Trước giờ học"),
    "en": ("Connections", "What is left of its budgets", "Check now", "What it can do", "Prepare", "Before class"),
}


def fits(visitor: Visitor, *parts: str) -> None:
    """Nothing is wider than the window, and nothing lies on anything else, on a phone and on a wide screen."""
    for width, height in (PHONE, DESKTOP):
        visitor.page.set_viewport_size({"width": width, "height": height})
        assert visitor.wide() <= 0
        assert overlaps(visitor.page, parts) == []


@pytest.mark.parametrize("tag", WORDS)
def test_school_it_checks_a_connection_without_script(house: House, visit: Visit, tag: str) -> None:
    title, left, now, can, _, _ = WORDS[tag]
    it = visit(house.link_of(house.person("IT", UserRole.IT)), script=False)
    it.open(f"/lessons?lang={tag}")
    it.find('header nav a[href="/connections"]').click()
    it.open(f"/connections?lang={tag}")
    it.sees("h1", title)
    it.find(f'a[href="/connections/{practice.CONNECTION}"]').last.click()
    it.open(f"/connections/{practice.CONNECTION}?lang={tag}")
    for said in (left, can):
        it.sees("main", said)
    expect(it.find("input[readonly]")).to_have_value(f"{house.url}/hooks/{practice.CONNECTION}")
    fits(it, ".office > .card", ".check-head > *", ".budgets > li > *")
    it.find("#check button").filter(has_text=now).click()
    it.page.wait_for_url("**#check")
    expect(it.find("#check .finding.is-ok").first).to_be_visible()
    fits(it, ".finding > *", ".abilities > li")


@pytest.mark.parametrize("tag", WORDS)
def test_a_teacher_prepares_a_lesson_without_script(house: House, visit: Visit, tag: str) -> None:
    lesson = house.open_class(f"13 {tag} <b>数学</b>", teachers=(house.person("王老师").mail,))
    teacher = visit(house.link_of(lesson.teacher()), script=False)
    teacher.open(f"/lessons?lang={tag}")
    teacher.find(f'a[href="/classes/{lesson.course}"]').click()
    teacher.open(f"/classes/{lesson.course}?lang={tag}")
    teacher.sees("main", WORDS[tag][5])
    fits(teacher, ".office > .card", ".times > *", ".chips > *")
    teacher.find("select[name=meeting]").select_option("")
    teacher.find("main form button.main").click()
    teacher.page.wait_for_url("**#report")
    expect(teacher.find(".finding.is-set")).to_have_count(6)
    expect(teacher.find(".finding.is-impossible")).to_have_count(2)
    teacher.open(f"/classes/{lesson.course}?lang={tag}")
    fits(teacher, ".finding > *", ".titled > *", ".facts > *")
    assert teacher.find("main b").count() == 0


def test_a_pupil_comes_in_by_his_own_link(house: House, visit: Visit) -> None:
    lesson = house.open_class("13-4 数学")
    teacher = visit(house.teacher_link(), script=False)
    teacher.open(f"/classes/{lesson.course}")
    teacher.find("select[name=meeting]").select_option(lesson.room.meeting)
    teacher.find("main form button.main").click()
    teacher.page.wait_for_url("**#report")
    raw = teacher.context.request.get(f"{house.url}/classes/{lesson.course}/links.csv").body()
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    name, link = next((row[1], row[2]) for row in rows[1:] if row[1] == lesson.pupil_name())
    pupil = visit()
    pupil.open(link)
    expect(pupil.find("#choice")).to_be_hidden()
    pupil.find("#door button").click()
    people = until(lambda: [p for p in lesson.detail()["participants"] if p["name"] == name])
    assert [(p["trust"], p["facts"]) for p in people] == [("verified", ["link"])]


# --- by hand ----------------------------------------------------------------------------------------------------------


@contextmanager
def chat_by_hand(house: House) -> Iterator[tuple[ClassRoom, str, str]]:
    """A classroom whose chat only its teacher's own page closes, connected to the service: room, address, lesson."""
    settings = ClassroomSettings(
        token=TOKEN, secret=SECRET, rate=1000.0, burst=1000, hides=frozenset({Hidden.CHAT_CONTROL})
    )
    with running_classroom(settings) as url:
        opened = {"base_url": url, "token": TOKEN, "secret": SECRET, "hides": ["chat_control"]}
        made = house.api.ask("POST", "/connections", {"platform": "drill", "name": "手动", "settings": opened})
        hook = made["webhook_url"]
        Caller(f"{url}/api", TOKEN).ask("PUT", "/webhook", {"url": hook})
        course = house.desk.courses.create(
            practice.SCHOOL,
            NewCourse(
                name="14-1 手动", connection=made["id"], meetings=("by-hand",), teachers=(practice.TEACHER,),
                policy={"preset": "seminar"}, drill=True,
            ),
        )  # fmt: skip
        room = Classroom(url, TOKEN).open("by-hand", "14-1")
        try:
            yield room, url, house.lesson_of(course.id)
        finally:
            room.end()


def test_a_step_by_hand_is_shown_in_every_language_until_it_has_happened(house: House, visit: Visit) -> None:
    with chat_by_hand(house) as (room, url, lesson):
        teacher = visit(house.teacher_link())
        teacher.open(f"/lessons/{lesson}")
        teacher.press("close_chat", within="#switches")
        shown = ".by-hand"
        teacher.sees("#state .banner.is-manual", "在您自己的课堂页面上按“关闭聊天”。")
        teacher.sees(f"#timeline {shown}", "在您自己的课堂页面上按“关闭聊天”。")
        teacher.sees("#timeline .outcome.is-manual", "请手动操作")
        for tag, said in (("vi", "hãy bấm “Đóng trò chuyện”"), ("en", "press “Close chat”")):
            teacher.open(f"/lessons/{lesson}?lang={tag}")
            teacher.sees(f"#timeline {shown}", said)
            assert teacher.wide() <= 0
        assert room.switches()["chat_closed"] is False  # nothing was pretended

        # The teacher presses it in his own client, and the panel that is still open hears of it.
        guest = Caller(url)
        door = guest.get("/rooms/by-hand")["pupils"]
        sign_in = next(p["sign_in"] for p in door if p["staff"])
        seat = guest.ask("POST", "/rooms/by-hand/join", {"sign_in": sign_in})["seat"]
        guest.ask("POST", "/rooms/by-hand/switches", {"chat_closed": True}, x_seat=seat)
        teacher.sees("#timeline .outcome.is-confirmed", "")
        expect(teacher.find(f"#timeline {shown}")).to_have_count(0, timeout=20_000)
        expect(teacher.find("#state .banner.is-manual")).to_have_count(0)
        expect(teacher.find("#switches .switch.is-closed")).not_to_have_count(0)


def test_the_teachers_own_page_has_the_button(house: House, visit: Visit) -> None:
    lesson = house.open_class("14-2 数学")
    teacher = visit(locale="en-US")
    teacher.open(f"{house.classroom.url}/join/{lesson.room.meeting}?lang=en")
    teacher.find("#pupil").select_option(label="李老师")
    teacher.find("#door button").click()
    closed = lesson.room.switches()["chat_closed"]
    button = teacher.find("#chat-switch")
    expect(button).to_have_text("Open chat" if closed else "Close chat")
    button.click()
    until(lambda: lesson.room.switches()["chat_closed"] is not closed)
    assert teacher.wide() <= 0
