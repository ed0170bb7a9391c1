"""Every page in Simplified Chinese, Vietnamese and English, on a phone and on a wide screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from app.store.desk import UserRole
from tests.browser.house import House, OpenClass
from tests.browser.loopback import until, until_equal
from tests.browser.visitors import DESKTOP, PHONE, Visitor, overlaps

Visit = Callable[..., Visitor]
WORDS = {
    "zh-Hans": {
        "panel": (
            "一键防护", "恢复课堂", "结束课堂 (长按)", "准入", "拒绝", "陌生人", "撤销", "已生效", "演练", "移回等候室",
        ),
        "menu": ("移出并禁止再入",),
        "incident": ("事件", "研判结论", "属实", "误报", "无害", "测试", "一键取证"),
        "signin": ("登录",),
    },
    "vi": {
        "panel": (
            "Bảo vệ ngay", "Khôi phục lớp", "Kết thúc lớp (nhấn giữ)", "Cho vào", "Từ chối", "Người lạ", "Hoàn tác",
            "Đã có hiệu lực", "Diễn tập", "Đưa về phòng chờ",
        ),
        "menu": ("Mời ra và chặn",),
        "incident": ("Sự cố", "Kết luận", "Đúng", "Báo nhầm", "Vô hại", "Thử nghiệm", "Lưu bằng chứng"),
        "signin": ("Đăng nhập",),
    },
    "en": {
        "panel": (
            "Calm the room", "Restore", "End class (hold)", "Admit", "Deny", "Strangers", "Undo", "Confirmed", "Drill",
            "Back to waiting room",
        ),
        "menu": ("Remove and block",),
        "incident": ("Incident", "Verdict", "True", "False alarm", "Harmless", "Test", "Save evidence"),
        "signin": ("Sign in",),
    },
}  # fmt: skip


@pytest.fixture
def lesson(house: House) -> OpenClass:
    """A class with a teacher of its own, a pupil, and a stranger who waits."""
    lesson = house.open_class("12-1 数学", teachers=(house.person("王老师").mail,))
    lesson.is_quiet()
    stranger = lesson.room.enter("Người qua đường 88")
    until_equal(stranger.place, "waiting")
    lesson.room.enter_as_pupil(lesson.pupil_name())
    until(lambda: lesson.detail()["incident"])
    return lesson


def choose(visitor: Visitor, tag: str) -> None:
    """The language menu of the page."""
    visitor.find("details.menu summary").click()
    visitor.find(f'details.menu button[name=language][value="{tag}"]').click()
    expect(visitor.find("html")).to_have_attribute("lang", tag)


def reads(visitor: Visitor, words: tuple[str, ...], within: str = "body") -> None:
    """Whether all of these stand on the page, where people see them."""
    for word in words:
        expect(visitor.find(within).first).to_contain_text(word)


@pytest.mark.parametrize("tag", WORDS)
def test_the_lesson_speaks_the_language_that_was_chosen(
    house: House, visit: Visit, lesson: OpenClass, tag: str
) -> None:
    teacher = visit(house.link_of(lesson.teacher()))
    teacher.open(lesson.url)
    choose(teacher, tag)
    assert teacher.page.url == lesson.url
    reads(teacher, WORDS[tag]["panel"])
    for width, height in (PHONE, DESKTOP):
        teacher.page.set_viewport_size({"width": width, "height": height})
        assert teacher.wide() <= 0
        assert overlaps(teacher.page, [".bar .switch", ".bar .big-form button"]) == []
        assert overlaps(teacher.page, ["#people .is-strangers .about", "#people .is-strangers .acts > *"]) == []
        assert cut_off(teacher) == []
    teacher.find("#people .is-strangers details.more summary").first.click()
    reads(teacher, WORDS[tag]["menu"], "#people .is-strangers .sheet")


def test_a_lesson_that_was_asked_for_in_one_language_stays_in_it(house: House, visit: Visit, lesson: OpenClass) -> None:
    """Also what the page fetches later, when something happens."""
    teacher = visit(house.link_of(lesson.teacher()), locale="zh-CN")
    teacher.open(f"{lesson.url}?lang=vi")
    lesson.room.enter("Người qua đường 99")
    teacher.sees("#people", "Người qua đường 99")
    reads(teacher, WORDS["vi"]["panel"])
    assert not any(word in teacher.page.inner_text("body") for word in WORDS["zh-Hans"]["panel"])


@pytest.mark.parametrize("tag", WORDS)
def test_the_incident_speaks_the_language_that_was_chosen(
    house: House, visit: Visit, lesson: OpenClass, tag: str
) -> None:
    it = visit(house.link_of(house.person("IT", UserRole.IT)), size=DESKTOP)
    it.open(f"/incidents?course={lesson.course}")
    choose(it, tag)
    it.open(f"/incidents/{lesson.detail()['incident']}")
    assert it.language() == tag
    reads(it, WORDS[tag]["incident"])
    for width, height in (DESKTOP, PHONE):
        it.page.set_viewport_size({"width": width, "height": height})
        assert it.wide() <= 0
        assert cut_off(it) == []


@pytest.mark.parametrize(("tag", "locale"), [("zh-Hans", "zh-CN"), ("vi", "vi-VN"), ("en", "en-US"), ("zh-Hans", "de")])
def test_the_sign_in_page_speaks_the_language_of_the_browser(house: House, visit: Visit, tag: str, locale: str) -> None:
    visitor = visit(locale=locale)
    visitor.open("/signin")
    assert visitor.language() == tag
    reads(visitor, WORDS[tag]["signin"], "main")


def cut_off(visitor: Visitor) -> list[str]:
    """Buttons whose words do not fit into them."""
    script = """() => [...document.querySelectorAll("button, a.button, .mood")]
      .filter(e => e.offsetParent && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
      .map(e => e.textContent.trim())"""
    return list(visitor.page.evaluate(script))
