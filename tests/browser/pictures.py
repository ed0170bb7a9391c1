"""Renews the pictures of the README from a practice school in a raid: python -m tests.browser.pictures [folder]"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect

from app import practice
from tests import chromium
from tests.browser.house import House, OpenClass, running_house
from tests.browser.loopback import until
from tests.browser.visitors import DESKTOP, PHONE, Visitor

FOLDER = Path(__file__).parents[2] / "docs" / "images"


def take(house: House, browser: Browser, folder: Path) -> None:
    """A raid in the practice lesson; in its middle the teacher calms the room."""
    lesson, folder = house.practice_lesson(), folder
    folder.mkdir(parents=True, exist_ok=True)
    until(lambda: len(lesson.room.look()["inside"]) > practice.PUPILS)
    teacher = Visitor(browser, house.url, locale="zh-CN", size=PHONE, scale=2)
    teacher.sign_in(house.teacher_link())
    teacher.open(lesson.url)
    teacher.find("form.raid button").click()
    until(lambda: len(lesson.room.look()["waiting"]) >= 4)
    _steady(teacher, lesson)
    teacher.page.screenshot(path=folder / "raid-390-zh.png")

    teacher.press("calm")
    until(lambda: lesson.room.switches()["locked"])
    wide = Visitor(browser, house.url, size=DESKTOP)
    wide.sign_in(house.guard_link())
    wide.open(f"/lessons/{lesson.lesson}?lang=en")
    wide.page.screenshot(path=folder / "raid-1280-en.png")

    it = Visitor(browser, house.url, size=DESKTOP)
    it.sign_in(house.it_link())
    it.open(f"/incidents/{lesson.detail()['incident']}?lang=vi")
    it.page.screenshot(path=folder / "incident-1280-vi.png")
    for visitor in (teacher, wide, it):
        visitor.context.close()


def _steady(visitor: Visitor, lesson: OpenClass) -> None:
    """Wait until the panel shows the strangers who wait in the room."""
    waiting = len(lesson.room.look()["waiting"])
    expect(visitor.find("#state .mood.is-attack")).to_be_visible(timeout=20_000)
    until(lambda: visitor.find("#people .is-strangers li.person").count() >= min(4, waiting))


def main() -> None:
    """Take the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    with tempfile.TemporaryDirectory() as data, running_house(Path(data)) as house:
        program = chromium.program()
        if program is None:
            sys.exit("Chromium is not on this machine: apt-get install --no-install-recommends chromium fonts-noto-cjk")
        with chromium.running(program) as browser:
            take(house, browser, folder)


if __name__ == "__main__":
    main()
