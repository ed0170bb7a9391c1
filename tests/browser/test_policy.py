"""The rules in a browser with script turned off: changed in two steps in every layer, and a teacher looks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from app.store.desk import UserRole
from tests.browser.house import House
from tests.browser.test_office import fits
from tests.browser.visitors import Visitor

Visit = Callable[..., Visitor]
WORDS = {
    "zh-Hans": ("本班规则", "会有什么变化", "已保存", "只有学校信息技术人员可以更改"),
    "vi": ("Quy tắc của lớp này", "Sẽ thay đổi gì", "Đã lưu", "Chỉ bộ phận IT của trường"),
    "en": ("Rules of this class", "What would change", "Saved", "Only school IT can change this"),
}


@pytest.mark.parametrize("tag", WORDS)
def test_school_it_changes_the_rules_of_a_class_without_script(house: House, visit: Visit, tag: str) -> None:
    title, _, saved, _ = WORDS[tag]
    lesson = house.open_class(f"15 {tag} <b>数学</b>")
    path = f"/classes/{lesson.course}/policy"
    it = visit(house.link_of(house.person("IT", UserRole.IT)), script=False)
    it.answers.add(422)
    it.open(f"{path}?lang={tag}")
    it.sees("main", title)
    fits(it, ".policy > .card", "[open] .setting > *", ".rule-title > *", "header nav a")
    it.find("#late_lock summary").click()
    it.find('[name="late_lock.minutes"]').fill("16")
    it.find(".save-bar button").click()
    expect(it.find(".setting.is-bad .problem")).to_have_count(1)  # after the room is locked
    expect(it.find('[name="late_lock.minutes"]')).to_have_value("16")
    fits(it, ".policy > .card", "[open] .setting > *")
    it.find('[name="late_lock.minutes"]').fill("6")
    it.find(".save-bar button").click()
    expect(it.find("li.change")).to_have_count(1)
    fits(it, ".office > .card", ".check-head > button")
    it.find("button[value=save]").click()
    it.page.wait_for_url("**saved=1")
    it.open(f"{path}?saved=1&lang={tag}")
    it.sees("#flashes", saved)
    expect(it.find('[name="late_lock.minutes"]')).to_have_value("6")
    assert it.find("main b").count() == 0


@pytest.mark.parametrize("tag", WORDS)
def test_a_teacher_looks_at_the_rules(house: House, visit: Visit, tag: str) -> None:
    lesson = house.open_class(f"16 {tag}")
    teacher = visit(house.teacher_link(), script=False)
    teacher.open(f"/classes/{lesson.course}?lang={tag}")
    teacher.find(f'a[href="/classes/{lesson.course}/policy"]').click()
    teacher.open(f"/classes/{lesson.course}/policy?lang={tag}")
    teacher.sees("main", WORDS[tag][3])
    expect(teacher.find("main select, main input:not([type=hidden])")).to_have_count(0)
    fits(teacher, ".policy > .card", ".rule-title > *")


LESSON = {
    "zh-Hans": ("仅本节课的规则", "来自本节课"),
    "vi": ("Quy tắc riêng cho buổi học này", "từ buổi học"),
    "en": ("Rules for this lesson only", "from the lesson"),
}


@pytest.mark.parametrize("tag", LESSON)
def test_school_it_changes_the_rules_of_one_lesson_without_script(house: House, visit: Visit, tag: str) -> None:
    title, origin = LESSON[tag]
    lesson = house.open_class(f"17 {tag} <b>数学</b>")
    path = f"/lessons/{lesson.lesson}/policy"
    it = visit(house.link_of(house.person("IT", UserRole.IT)), script=False)
    it.open(f"{lesson.url}?lang={tag}")
    fits(it, ".lesson > *", ".practice > *")
    it.find(f'main a[href="{path}"]').click()
    it.open(f"{path}?lang={tag}")
    it.sees("main", title)
    fits(it, ".office-head > *", ".policy > .card")
    it.find("#late_lock summary").click()
    it.find('[name="late_lock.minutes"]').fill("6")
    it.find(".save-bar button").click()
    expect(it.find("li.change")).to_have_count(1)
    fits(it, ".office > .card", ".check-head > button")
    it.find("button[value=save]").click()
    it.page.wait_for_url("**saved=1")
    it.open(f"{path}?lang={tag}")
    it.sees("#late_lock", origin)
    it.open(f"/classes/{lesson.course}?lang={tag}")
    expect(it.find(f'main a[href="{path}"]')).to_have_text(title)
    fits(it, ".office-head > *", ".office > .card")
    assert it.find("main b").count() == 0


@pytest.mark.parametrize("tag", LESSON)
def test_the_district_sees_what_a_change_would_do(house: House, visit: Visit, tag: str) -> None:
    district = visit(house.link_of(house.person("District", UserRole.DISTRICT)), script=False)
    assert district.page.url == f"{house.url}/policy/district"
    district.open(f"/policy/district?lang={tag}")
    expect(district.find("header nav a")).to_have_count(1)
    fits(district, ".office-head > *", ".policy > .card", "header nav a")
    district.find("#late_lock summary").click()
    district.find('[name="late_lock.minutes"]').fill("6")
    district.find('#late_lock [name="lock"]').first.check()
    fits(district, "[open] .setting > *")
    district.find(".save-bar button").click()
    expect(district.find("li.change, li.finding.is-asked")).to_have_count(2)
    fits(district, ".office > .card", ".check-head > button")
    district.find("button[value=again]").click()  # every class of the other tests would follow
    expect(district.find('[name="late_lock.minutes"]')).to_have_value("6")
