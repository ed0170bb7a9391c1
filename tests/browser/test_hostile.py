"""Names and chat are written by attackers: on every page and in every file they are text and nothing else."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.house import House
from tests.browser.loopback import until, until_equal
from tests.browser.visitors import DESKTOP, Visitor, overlaps

Visit = Callable[..., Visitor]
NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "\u202egnp.exe \u2066李老师",
    "line one\nline two\r\nSet-Cookie: a=b",
    '=HYPERLINK("http://127.0.0.1:1/","Lan")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "{{ 7*7 }}{% raw %}${7*7}",
    "m" * 10_000,
    "W" * 60,
    "z\u0335\u0336\u0337\u0338" * 12,
    "\u200b\u200b",
)
TURNING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b"


def test_hostile_names_are_inert_in_the_panel_the_incident_and_the_files(
    house: House, visit: Visit, tmp_path: Path
) -> None:
    lesson = house.open_class("<b>11-1</b>")
    lesson.is_quiet()
    guests = [lesson.room.enter(name) for name in NAMES]
    for guest in guests:
        until_equal(guest.place, "waiting")
    lesson.is_quiet()

    for size in (None, DESKTOP):
        teacher = visit(house.teacher_link(), **({"size": size} if size else {}))
        teacher.open(lesson.url)
        expect(teacher.find("#people .is-strangers li.person")).to_have_count(len(NAMES))
        shown = teacher.find("#people bdi.name").all_inner_texts()
        assert "<script>alert(1)</script>" in shown
        assert max(map(len, shown)) <= 41  # 40 characters and an ellipsis
        assert all(name.strip() for name in shown)
        assert not set("".join(shown)) & set(TURNING)
        assert teacher.find("main script, main img").count() == 0
        assert teacher.wide() <= 0
        assert overlaps(teacher.page, ["#people .about", "#people .acts"]) == []

    it = visit(house.it_link(), size=DESKTOP)
    case = until(lambda: lesson.detail()["incident"])
    it.open(f"/incidents/{case}")
    expect(it.find("table.rows")).to_contain_text("<script>alert(1)</script>")
    assert it.find("main script, main img").count() == 0
    assert it.wide() <= 0
    it.open("/incidents")
    assert it.find("main script, main img, main b").count() == 0

    it.open(f"/incidents/{case}")
    for query in ("", "?names=1"):
        raw = it.context.request.get(f"{house.url}/incidents/{case}/export.csv{query}")
        assert raw.headers["content-disposition"].startswith("attachment;")
        rows = list(csv.reader(io.StringIO(raw.body().decode("utf-8-sig"))))
        cells = [cell for row in rows for cell in row]
        assert not [cell for cell in cells if cell[:1] in "=+-@\t\r\n" and cell]
        assert not [cell for cell in cells if set(cell) & set(TURNING)]
        assert len({len(row) for row in rows}) == 1
    assert any("'=HYPERLINK" in cell for cell in cells)
    told = it.context.request.get(f"{house.url}/incidents/{case}/export.json?names=1").body()
    assert b"<script" not in told
    assert json.loads(told)["steps"]


def test_hostile_chat_and_renames_are_inert(house: House, visit: Visit) -> None:
    lesson = house.open_class("11-2")
    lesson.is_quiet()
    house.api.ask("POST", f"/lessons/{lesson.lesson}/buttons", {"button": "open_chat"})
    until(lambda: not lesson.room.switches()["chat_closed"])
    pupil = lesson.room.enter_as_pupil(lesson.pupil_name())
    until_equal(pupil.place, "inside")
    teacher = visit(house.teacher_link())
    teacher.open(lesson.url)
    pupil.say("<img src=x onerror=alert(3)><script>alert(4)</script>")
    pupil.rename("</bdi><script>alert(5)</script>")
    teacher.sees("#timeline", "</bdi><script>alert(5)</script>")
    assert teacher.find("main script, main img").count() == 0

    lesson.room.enter("Somebody else")  # the incident keeps what was said before it
    case = until(lambda: lesson.detail()["incident"])
    it = visit(house.it_link(), size=DESKTOP)
    it.open(f"/incidents/{case}")
    it.sees("table.rows", "<img src=x onerror=alert(3)><script>alert(4)</script>")
    assert it.find("main script, main img").count() == 0
