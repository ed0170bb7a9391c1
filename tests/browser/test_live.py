"""What every open panel shows while things happen: the same rows, no gap after a lost connection, honest blindness."""

import re
import time
from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import expect

from tests.browser.house import House
from tests.browser.loopback import until, until_equal
from tests.browser.visitors import Visitor

Visit = Callable[..., Visitor]
SEEN_WITHIN = 10.0  # seconds after which it must be known that nothing is seen
DRAWN_WITHIN = 5.0  # seconds more until a slow machine has drawn it


def test_two_panels_show_the_same_row_within_moments(house: House, visit: Visit) -> None:
    lesson = house.open_class("8-1 地理")
    panels = [visit(house.teacher_link()), visit(house.guard_link(), size=(1280, 900))]
    for panel in panels:
        panel.open(lesson.url)
    lesson.room.enter("Mirror Guest")
    for panel in panels:
        panel.sees("#people .is-strangers", "Mirror Guest", seconds=5)
    row = next(r["number"] for r in lesson.rows() if r["kind"] == "participant.waiting")
    for panel in panels:
        panel.sees(f"#row-{row}", "Mirror Guest", seconds=5)


def test_a_panel_that_lost_its_connection_says_so_and_catches_up(house: House, visit: Visit) -> None:
    lesson = house.open_class("8-2 历史")
    teacher = visit(house.teacher_link())
    teacher.goes_offline = True
    teacher.open(lesson.url)
    lesson.is_quiet()
    teacher.context.set_offline(True)
    lesson.room.enter("While Away")
    until(lambda: any(asked.name == "While Away" for asked in lesson.asked()))
    expect(teacher.find("#lost")).to_be_visible(timeout=(SEEN_WITHIN + DRAWN_WITHIN) * 1000)

    teacher.context.set_offline(False)
    expect(teacher.find("#lost")).to_be_hidden(timeout=20_000)
    teacher.sees("#people", "While Away")
    expect(teacher.find("#timeline [id^=row-]").first).to_be_visible()
    shown = teacher.page.evaluate("[...document.querySelectorAll('#timeline [id^=row-]')].map(e => +e.id.slice(4))")
    told = {r["number"] for r in lesson.rows() if r["kind"].startswith("participant.") or r["kind"] == "intent"}
    assert told <= set(shown)


def test_a_classroom_that_tells_nothing_is_called_blind_and_seen_again(house: House, visit: Visit) -> None:
    lesson = house.open_class("8-3 政治")
    teacher = visit(house.teacher_link())
    teacher.open(lesson.url)
    lesson.is_quiet()
    expect(teacher.find("#state .banner.is-blind")).to_have_count(0)
    house.classroom.faults({"where": "webhook", "fault": "silence", "match": {"meeting": lesson.room.meeting}})
    try:
        lesson.room.enter("Unheard")
        entered = time.time()
        teacher.sees("#state .banner.is-blind", "平台不再发来消息", seconds=SEEN_WITHIN + DRAWN_WITHIN)
        teacher.sees("#state .mood", "无法获取课堂状态")
        assert lesson.detail()["sight"]["ok"] is False
        lost = next(r["recorded_at"] for r in lesson.rows() if r["kind"] == "sight.lost")
        assert datetime.fromisoformat(lost).timestamp() - entered < SEEN_WITHIN
    finally:
        house.classroom.faults()
    friend = lesson.room.enter("Heard")
    until_equal(friend.place, "waiting")
    expect(teacher.find("#state .banner.is-blind")).to_have_count(0, timeout=20_000)
    assert lesson.detail()["sight"]["ok"] is True
    teacher.sees("#timeline", re.compile("恢复|重新"))
