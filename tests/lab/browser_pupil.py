"""Pupils in a real Chromium with fake camera, microphone and screen, on the stock janus.js.

async with browser_class(server.ws_url) as seats:
    an = await seats.pupil("class-7b", "an", link="...")
    await an.join()
"""

import json
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page, TimeoutError, async_playwright

from tests.lab.needs import needs

FILES = {
    "/": (Path(__file__).with_name("pupil.html"), "text/html; charset=utf-8", ""),
    "/lib/janus.js": (
        Path("/usr/share/javascript/janus-gateway/janus.js"), "text/javascript", "libjs-janus-gateway",
    ),
    "/lib/adapter.js": (
        Path("/usr/share/javascript/webrtc-adapter/adapter.js"), "text/javascript", "libjs-webrtc-adapter",
    ),
}  # fmt: skip
FLAGS = (
    "--use-fake-device-for-media-stream=fps=5",
    "--use-fake-ui-for-media-stream",  # grants camera, microphone and screen without asking
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class BrowserPupil:
    """One pupil in a browser of his own. Methods wait until the page has done it, and raise what the page says."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name, self.id = page, name, f"id-{name}"

    async def state(self) -> str:
        """ready, in class, kicked, or class ended."""
        return str(await self.page.evaluate("pupil.state"))

    async def join(self) -> None:
        """Enter the class."""
        await self.page.evaluate("pupil.join()")

    async def send(self, *kinds: str) -> None:
        """Send "audio", "video", "screen", any of them, and whatever was sent before."""
        await self.page.evaluate("kinds => pupil.send(...kinds)", list(kinds))
        await self.page.wait_for_function("pupil.sending")

    async def watch(self, other: str) -> None:
        """Receive what another one sends."""
        await self.page.evaluate("other => pupil.watch(other)", other)

    async def sees(self, other: str, mid: str, *, seconds: float = 10.0) -> bool:
        """Whether further frames of another one's picture arrive in time."""
        picture = f"{other}/{mid}"
        begun = await self.page.evaluate("id => pupil.frames(id)", picture)
        try:
            await self.page.wait_for_function(
                "([id, n]) => pupil.frames(id) > n + 2", arg=[picture, begun], timeout=seconds * 1000
            )
        except TimeoutError:
            return False
        return True

    async def enter_chat(self) -> None:
        """Enter the text room."""
        await self.page.evaluate("pupil.enterChat()")

    async def say(self, text: str) -> None:
        """Write a line."""
        await self.page.evaluate("text => pupil.say(text)", text)

    async def becomes(self, state: str) -> None:
        """Wait until the page shows a state."""
        await self.page.wait_for_function("state => pupil.state === state", arg=state, timeout=10_000)


class Seats:
    """A running browser in which pupils take their seats."""

    def __init__(self, browser: Browser, page_url: str, ws_url: str) -> None:
        self._browser, self._page_url, self._ws_url = browser, page_url, ws_url

    async def pupil(self, room: str, name: str, *, link: str, pin: str = "") -> BrowserPupil:
        """A pupil whose page is open and who has not joined yet. Each has cookies and storage of his own."""
        context = await self._browser.new_context(viewport={"width": 640, "height": 480})
        page = await context.new_page()
        given = {"ws": self._ws_url, "link": link, "room": room, "id": f"id-{name}", "name": name, "pin": pin}
        await page.goto(f"{self._page_url}#{quote(json.dumps({k: v for k, v in given.items() if v}))}")
        await page.wait_for_function("window.pupil && pupil.state === 'ready'")
        return BrowserPupil(page, name)


@asynccontextmanager
async def browser_class(ws_url: str) -> AsyncIterator[Seats]:
    """Start a browser and the page's server; stop both in the end."""
    program = needs("chromium", "chromium-browser", "google-chrome")
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium's sandbox does not work for root
    with page_server() as page_url:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=[*FLAGS, *as_root])
            try:
                yield Seats(browser, page_url, ws_url)
            finally:
                await browser.close()


@contextmanager
def page_server() -> Iterator[str]:
    """Serve the pupil's page on loopback, which browsers take for a secure origin."""
    for path, _, package in FILES.values():
        if not path.is_file():
            pytest.fail(f"{path} is missing: apt-get install --no-install-recommends {package}")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Pages(BaseHTTPRequestHandler):
    """The page and its two libraries."""

    def do_GET(self) -> None:
        if self.path not in FILES:
            self.send_error(404)
            return
        path, kind, _ = FILES[self.path]
        content = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
