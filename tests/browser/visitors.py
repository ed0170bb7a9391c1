"""People at their browsers. Whatever a page complains about on its console is a failure of the test."""

import re
from collections.abc import Iterable

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, expect

PHONE = (390, 844)
DESKTOP = (1280, 900)
# What a browser itself notes about an answer that the test asked for, such as "404 (Not Found)".
_ANSWER = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
_OFFLINE = re.compile(r"ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|^htmx:(afterRequest|sendError), ")


class Visitor:
    """One person with a browser of his own."""

    def __init__(
        self, browser: Browser, url: str, *, size: tuple[int, int] = PHONE, locale: str = "zh-CN", script: bool = True,
        scale: int = 1,
    ) -> None:  # fmt: skip
        self.url = url
        width, height = size
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, java_script_enabled=script,
            reduced_motion="reduce", has_touch=width < 900, device_scale_factor=scale,
        )  # fmt: skip
        self.complaints: list[str] = []
        self.answers: set[int] = set()  # statuses of error pages that the test wants to see
        self.goes_offline = False
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("dialog", self._asked)

    def sign_in(self, link: str) -> None:
        """Open a one-time link and press its button."""
        self.page.goto(link)
        self.page.locator("main form button").click()
        self.page.wait_for_url(lambda url: "/signin/" not in url)

    def open(self, path: str) -> None:
        """A page of the service, by path or whole address."""
        self.page.goto(path if path.startswith("http") else self.url + path)

    def find(self, selector: str) -> Locator:
        """What is on the page."""
        return self.page.locator(selector)

    def press(self, button: str, *, within: str = "") -> None:
        """A button of the panel by its value."""
        self.page.locator(f'{within} button[name=button][value="{button}"]'.strip()).first.click()

    def person(self, id: str) -> Locator:
        """The row of somebody in the panel, found by the form that acts on him."""
        return self.page.locator("#people li.person").filter(
            has=self.page.locator(f'input[name=participant][value="{id}"]')
        )

    def language(self) -> str | None:
        """What the page says that it is written in."""
        return self.page.locator("html").get_attribute("lang")

    def sees(self, selector: str, text: str | re.Pattern[str], *, seconds: float = 20.0) -> None:
        """Wait until something on the page reads so."""
        expect(self.page.locator(selector).first).to_contain_text(text, timeout=seconds * 1000)

    def wide(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if (answer := _ANSWER.search(message.text)) and int(answer[1]) in self.answers:
            return
        if self.goes_offline and _OFFLINE.search(message.text):
            return
        self.complaints.append(f"{message.type} at {self.page.url}: {message.text}")

    def _asked(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog at {self.page.url}: {dialog.message}")
        dialog.dismiss()


def overlaps(page: Page, selectors: Iterable[str]) -> list[str]:
    """Pairs of visible things among these that lie on each other."""
    script = """selectors => {
      const seen = selectors.flatMap(selector => [...document.querySelectorAll(selector)].map((element, number) =>
        ({ name: selector + "#" + number, element, box: element.getBoundingClientRect() })))
        .filter(({ box }) => box.width && box.height);
      const touch = (p, q) => p.left < q.right - 1 && q.left < p.right - 1
        && p.top < q.bottom - 1 && q.top < p.bottom - 1;
      const apart = (a, b) => !a.element.contains(b.element) && !b.element.contains(a.element);
      return seen.flatMap((a, at) => seen.slice(at + 1).filter(b => apart(a, b) && touch(a.box, b.box))
        .map(b => a.name + " lies on " + b.name));
    }"""
    return list(page.evaluate(script, list(selectors)))
