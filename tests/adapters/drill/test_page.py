"""The join page in a real browser on a phone's width: three languages, true states, hostile names harmless."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from app.domain.actions import ActionKind
from app.domain.events import ParticipantLeft
from tests.adapters.drill.school import MEETING, School, school

PHONE: ViewportSize = {"width": 390, "height": 844}
SHOTS = os.environ.get("DRILL_SHOTS", "")  # a folder for pictures, for people who want to look


@pytest.fixture
def phone(browser: Browser, here: School) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda e: problems.append(str(e)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" and "status of" not in m.text else None)
    page.goto(f"{here.base_url}/join/{MEETING}?lang=en")
    yield page
    context.close()
    assert problems == []


def picture(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def join_as_stranger(page: Page, name: str) -> None:
    page.locator("#door label:has([value=stranger])").click()  # waits for the door, which the page shows by and by
    page.fill("#name", name)
    page.click("#door button.primary")


@pytest.mark.parametrize(
    ("lang", "join", "inside"),
    [
        ("zh-Hans", "加入课堂", "已在课堂中"),
        ("vi", "Vào lớp", "Bạn đang trong lớp"),
        ("en", "Join the lesson", "You are in the lesson"),
    ],
)
def test_a_pupil_joins_in_each_language(here: School, phone: Page, lang: str, join: str, inside: str) -> None:
    phone.goto(f"{here.base_url}/join/{MEETING}?lang={lang}")
    expect(phone.locator("html")).to_have_attribute("lang", lang)
    expect(phone.locator("#door button.primary")).to_have_text(join)
    picture(phone, f"door-{lang}")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.select_option("#pupil", label="李小红")
    phone.click("#door button.primary")
    expect(phone.locator("#state-word")).to_have_text(inside)
    here.join("Nguyễn Minh An", sign_in=here.sign_in("Nguyễn Minh An"), audio=True).does("say", text="Em chào thầy")
    here.join("", sign_in=here.sign_in("李老师"), audio=True).does("say", text="同学们好!")
    expect(phone.locator("#list li")).to_have_count(3)
    picture(phone, f"inside-{lang}")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_what_a_stranger_does_and_what_is_done_to_him(here: School, phone: Page) -> None:
    join_as_stranger(phone, "user8812")
    expect(phone.locator("#state-word")).to_have_text("You are in the lesson")
    phone.click("#audio")
    expect(phone.locator("#audio")).to_have_attribute("aria-pressed", "true")
    phone.fill("#text", "hello <b>all</b>")
    phone.keyboard.press("Enter")
    expect(phone.locator("#lines li")).to_contain_text("hello <b>all</b>")
    for kind in (ActionKind.MUTE_ALL, ActionKind.FORBID_UNMUTE, ActionKind.CLOSE_CHAT, ActionKind.RESTRICT_SHARE):
        here.perform(kind)
    expect(phone.locator("#audio")).to_be_disabled()
    expect(phone.locator("#audio")).to_have_attribute("aria-pressed", "false")
    expect(phone.locator("#limits li")).to_have_count(3)
    expect(phone.locator("#text")).to_be_disabled()
    here.perform(ActionKind.ANNOUNCE, text="我们马上继续")
    target = here.attendance().inside[0].participant
    here.perform(ActionKind.WARN, target, text="Please be kind")
    expect(phone.locator("#announcement")).to_contain_text("我们马上继续")
    expect(phone.locator("#notice")).to_contain_text("Please be kind")
    picture(phone, "bound")
    here.perform(ActionKind.HOLD, target)
    expect(phone.locator("#state-word")).to_have_text("You are waiting")
    expect(phone.locator("#talk")).to_be_hidden()
    picture(phone, "waiting")
    here.perform(ActionKind.BAN, target)
    expect(phone.locator("#state-word")).to_have_text("You were taken out and cannot join for now")
    picture(phone, "banned")
    phone.click("#leave")
    join_as_stranger(phone, "another name")
    expect(phone.locator("#problem")).to_contain_text("You cannot join this lesson for now")
    picture(phone, "refused")


def test_a_hostile_name_is_only_text(here: School, phone: Page) -> None:
    name = '<img src=x onerror="document.title=1">\u202eabc'
    join_as_stranger(phone, name)
    expect(phone.locator("#list")).to_contain_text("<img src=x")
    assert phone.locator("#list img").count() == 0


def test_a_reload_keeps_the_seat_and_the_end_is_shown(here: School, phone: Page) -> None:
    join_as_stranger(phone, "user8812")
    expect(phone.locator("#state-word")).to_have_text("You are in the lesson")
    phone.reload()
    expect(phone.locator("#state-word")).to_have_text("You are in the lesson")
    assert len(here.attendance().inside) == 1
    here.perform(ActionKind.END)
    expect(phone.locator("#state-word")).to_have_text("The lesson is over")


def test_closing_the_page_means_leaving(browser: Browser) -> None:
    with school(grace_seconds=1.0) as here:
        here.start()
        here.join("still here, without a page")
        page = browser.new_page()
        page.goto(f"{here.base_url}/join/{MEETING}?lang=en")
        join_as_stranger(page, "user8812")
        expect(page.locator("#state-word")).to_have_text("You are in the lesson")
        page.close()
        assert here.receiver.first(ParticipantLeft).participant.name == "user8812"
        assert len(here.attendance().inside) == 1


def test_dark_and_light(here: School, browser: Browser) -> None:
    grounds = set()
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        context = browser.new_context(viewport=PHONE, color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{here.base_url}/join/{MEETING}?lang=zh-Hans")
        expect(page.locator("#door")).to_be_visible()
        picture(page, f"door-{scheme}")
        join_as_stranger(page, "路人甲")
        expect(page.locator("#controls")).to_be_visible()
        picture(page, f"inside-{scheme}")
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        context.close()
    assert len(grounds) == 2
