"""School IT after a raid: finds the incident, reads what was done and why, judges and keeps it, takes measures back."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from app import practice
from tests.browser.house import House, OpenClass
from tests.browser.loopback import until, until_equal
from tests.browser.visitors import DESKTOP, Visitor

Visit = Callable[..., Visitor]


def disturbed(house: House, name: str) -> OpenClass:
    """A class into which a stranger came, whom a rule held, and which a colleague calmed."""
    lesson = house.open_class(name)
    lesson.is_quiet()
    stranger = lesson.room.enter("Night Owl")
    until_equal(stranger.place, "waiting")
    house.api.ask("POST", f"/lessons/{lesson.lesson}/buttons", {"button": "calm"})
    until(lambda: lesson.room.switches()["locked"])
    lesson.is_quiet()
    return lesson


def test_it_finds_reads_and_judges_an_incident(house: House, visit: Visit) -> None:
    lesson = disturbed(house, "9-1 数学")
    it = visit(house.it_link(), size=DESKTOP)
    it.open("/incidents")
    it.find("select[name=course]").select_option(lesson.course)
    it.find("select[name=rule]").select_option("roster_only")
    it.find("form.filters button").click()
    expect(it.find("li.case")).to_have_count(1)
    it.find("select[name=rule]").select_option("late_lock")
    it.find("form.filters button").click()
    expect(it.find("li.case")).to_have_count(0)
    it.page.go_back()

    it.find("a.case-title").click()
    held = it.find("table.rows tbody tr").filter(has=it.find("td:nth-child(3)").filter(has_text="移回等候室"))
    assert held.count() >= 1
    for part in ("Night Owl", "仅限名单", "不在班级名单中", "已生效", "秒"):
        expect(held.first).to_contain_text(part)
    came = it.find("table.rows tbody tr").filter(has_text="进入课堂").first
    expect(came).to_contain_text("Night Owl")
    pressed = it.find("table.rows tbody tr").filter(has_text="锁定课堂").first
    expect(pressed).to_contain_text("按钮")

    it.find("select[name=verdict]").select_option("true_positive")
    it.find("textarea[name=note]").fill("第一行\n第二行: told the class teacher")
    it.find("aside form button").first.click()
    it.sees("dl.facts .verdict", "属实")
    expect(it.find("textarea[name=note]")).to_have_value("第一行\n第二行: told the class teacher")
    it.open(f"/incidents?course={lesson.course}&verdict=true_positive")
    expect(it.find("li.case")).to_have_count(1)


def test_the_files_hold_every_action(house: House, visit: Visit, tmp_path: Path) -> None:
    lesson = disturbed(house, "9-2 数学")
    case = lesson.detail()["incident"]
    mine = {asked.id for asked, row in zip(lesson.asked(), intent_rows(lesson), strict=True) if row["incident"] == case}
    assert len(mine) >= 7
    it = visit(house.it_link(), size=DESKTOP)
    it.open(f"/incidents/{case}")
    files = {}
    for kind in ("csv", "json"):
        with it.page.expect_download() as download:
            it.find(f'a[href$="/export.{kind}"]').click()
        files[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[kind])

    record = json.loads(files["json"].read_text())
    assert {step["intent"] for step in record["steps"]} == mine
    assert {step["outcome"] for step in record["steps"]} == {"confirmed"}
    assert record["mark"] == "DRILL"

    rows = list(csv.reader(io.StringIO(files["csv"].read_text(encoding="utf-8-sig"))))
    numbers = {row[2] for row in rows[1:] if row[6] == "intent" and row[5] == "1"}
    assert numbers == {id.rpartition(".")[2] for id in mine}
    assert {len(row) for row in rows} == {len(rows[0])}


def test_a_measure_is_taken_back_from_the_incident(house: House, visit: Visit) -> None:
    lesson = disturbed(house, "9-3 数学")
    it = visit(house.it_link(), size=DESKTOP)
    it.open(f"/incidents/{lesson.detail()['incident']}")
    it.find("tr").filter(has_text="锁定课堂").locator(".undo button").first.click()
    until(lambda: not lesson.room.switches()["locked"])
    assert lesson.room.switches()["chat_closed"]  # only that one
    user = house.desk.people.by_mail(practice.SCHOOL, practice.IT)
    until(lambda: [asked.kind for asked in lesson.asked("button_undo") if asked.by == user.id] == ["unlock"])


def test_the_incident_is_read_with_the_keyboard(house: House, visit: Visit) -> None:
    lesson = disturbed(house, "9-4 数学")
    it = visit(house.it_link(), size=DESKTOP)
    it.open(f"/incidents?course={lesson.course}")
    it.page.keyboard.press("j")
    it.page.keyboard.press("Enter")
    it.page.wait_for_url(f"**/incidents/{lesson.detail()['incident']}")
    it.page.keyboard.press("v")
    expect(it.find("select[name=verdict]")).to_be_focused()


def intent_rows(lesson: OpenClass) -> list[dict[str, object]]:
    """The rows behind `lesson.asked()`."""
    return [row for row in lesson.rows() if row["kind"] == "intent"]
