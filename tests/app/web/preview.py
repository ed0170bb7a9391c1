"""Draw every page with rich data into a folder, and photograph it: `python -m tests.app.web.preview /tmp/preview`."""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Route

from app.web import pages, words
from app.web.views import lesson
from app.web.words import Language, Translator
from tests import chromium
from tests.app.web import rooms

STATIC = Path(pages.__file__).parent / "static"
ORIGIN = "http://panel.localhost"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8"}
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'"


def drawn(translator: Translator) -> Iterator[tuple[str, str]]:
    """Every page under a name."""
    env = pages.templates()
    frame = pages.Frame(words=translator, path="/lessons/L1", csrf="c", user="李老师", reviews=True, practice=True)
    for name, room in rooms.ROOMS.items():
        r = room()
        view = lesson(r.state, r.rows, r.capabilities, rooms.reader(translator), title="7-3 数学", teacher="李老师")
        yield f"lesson-{name}", pages.render(env, "lesson.html", frame, view=view)


def photograph(browser: Browser, name: str, html: str, folder: Path, width: int, dark: bool) -> list[str]:
    """One picture; returns what the browser complained about."""
    said: list[str] = []
    scheme = "dark" if dark else "light"
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, device_scale_factor=1)
    page = context.new_page()
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            route.fulfill(body=html, content_type=TYPES[".html"], headers={"Content-Security-Policy": POLICY})

    context.route("**/*", serve)
    page.goto(f"{ORIGIN}/")
    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=False)
    context.close()
    return said


def main(folder: Path, only: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    catalogues = words.load()
    with chromium.running(chromium.program() or "chromium") as browser:
        for language in Language:
            for name, html in drawn(catalogues[language]):
                full = f"{name}-{language.value}"
                (folder / f"{full}.html").write_text(html)
                if only and only not in full:
                    continue
                for width, dark in itertools.product((390, 1280), (False, True)):
                    for line in photograph(browser, full, html, folder, width, dark):
                        sys.stderr.write(f"{full}: {line}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
