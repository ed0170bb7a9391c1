"""Draw every page with rich data into a folder, and photograph it: `python -m tests.app.web.preview /tmp/preview`."""

import dataclasses
import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment
from playwright.sync_api import Browser, Page, Route

from adapters.preparation import Precaution
from app.notices import all_notices, notices
from app.web import pages, views, words
from app.web.views import classes as class_views
from app.web.views import office as office_views
from app.web.words import Language, Translator
from tests import chromium
from tests.app.web import cases, offices, policies, rooms
from tests.app.web.rooms import START

STATIC = Path(pages.__file__).parent / "static"
ORIGIN = "http://panel.localhost"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8"}
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'"


def drawn(translator: Translator) -> Iterator[tuple[str, str]]:
    """Every page under a name."""
    env = pages.templates()
    frame = pages.Frame(words=translator, path="/lessons/L1", csrf="c", user="李老师", practice=True)
    reader = rooms.reader(translator)
    for name, room in rooms.ROOMS.items():
        r = room()
        view = views.lesson(r.state, r.rows, r.capabilities, reader, title="7-3 数学", teacher="李老师")
        yield f"lesson-{name}", pages.render(env, "lesson.html", frame, view=view)
        if name == "raid":
            yield "fragments", pages.render(env, "fragments.html", frame, view=view)
            yield "end", pages.render(env, "end.html", frame, view=view)
    listed = views.lessons(cases.lessons(), cases.states(rooms.raid()), reader)
    nothing: dict[str, Any] = {"notices": (), "classes": (), "more_classes": False}
    yield "lessons", pages.render(env, "lessons.html", frame, lessons=listed, older="/lessons?after=x", **nothing)
    yield "lessons-none", pages.render(env, "lessons.html", frame, lessons=(), older="", **nothing)
    outside = dataclasses.replace(frame, user="", path="/signin")
    for problem in ("", "wrong", "link", "often", "ended"):
        signin = {"problem": problem, "token": "", "next": "/lessons", "mail": "li@example.org"}
        yield f"signin{problem and '-'}{problem}", pages.render(env, "signin.html", outside, **signin)
    yield "signin-token", pages.render(env, "signin.html", outside, problem="", token="t", next="", mail="")
    for kind in ("not_found", "not_allowed", "stale", "invalid", "conflict", "busy", "failed"):
        problems = (("note", "at most 4000 characters"),) if kind == "invalid" else ()
        error = {"kind": kind, "problems": problems, "time": "09:12:03", "back": "/lessons"}
        yield f"error-{kind}", pages.render(env, "error.html", outside, **error)
    yield from reviewed(env, dataclasses.replace(frame, path="/incidents"), reader)
    yield from office(env, dataclasses.replace(frame, path="/connections", office=True), reader)


def reviewed(env: Environment, frame: pages.Frame, reader: views.Reader) -> Iterator[tuple[str, str]]:
    """The pages of school IT."""
    chosen = {"status": "open", "course": "", "verdict": "", "rule": "", "since": "", "until": "", "drill": False}
    offered = views.choices((("k1", "7-3 数学"),), reader)
    listed = views.incidents(cases.incidents(), reader)
    more = {"choices": offered, "chosen": chosen, "newer": "/incidents", "older": "/incidents?after=x"}
    yield "incidents", pages.render(env, "incidents.html", frame, incidents=listed, **more)
    yield "incidents-none", pages.render(env, "incidents.html", frame, incidents=(), **more)
    for name in ("raid", "hostile"):
        room = rooms.ROOMS[name]()
        view = views.incident(cases.record(room), room.state, room.capabilities, reader)
        yield f"incident-{name}", pages.render(env, "incident.html", frame, view=view, exports=("csv", "json"))


def office(env: Environment, frame: pages.Frame, reader: views.Reader) -> Iterator[tuple[str, str]]:
    """Connections, and classes before they begin."""
    told = office_views.noticed(all_notices(offices.LOOKS, reader.now, reader.zone), reader)
    cards = [
        office_views.card(s, offices.adapter(), notices(s, reader.now, reader.zone), reader) for s in offices.LOOKS
    ]
    yield "connections", pages.render(env, "connections.html", frame, connections=cards, notices=told)
    yield "connections-none", pages.render(env, "connections.html", frame, connections=(), notices=())
    for seen in offices.LOOKS:
        view = office_views.connection(
            seen, offices.adapter(), offices.capabilities(), reader, webhook="https://menshen.school.example/hooks/x1",
            consents=[("李老师", START)] if seen is offices.RICH else [], asks_consent=seen is not offices.QUIET,
        )  # fmt: skip
        own = office_views.noticed(notices(seen, reader.now, reader.zone), reader)
        yield f"connection-{seen.id[2:]}", pages.render(env, "connection.html", frame, view=view, notices=own)
    courses, prepared = offices.courses()
    listed = class_views.cards(courses, prepared, reader)
    lessons = views.lessons(cases.lessons(), cases.states(rooms.raid()), reader)
    start: dict[str, Any] = {"lessons": lessons, "older": "", "notices": told, "classes": listed}
    home = dataclasses.replace(frame, path="/lessons")
    yield "start", pages.render(env, "lessons.html", home, more_classes=True, **start)
    yield "classes", pages.render(env, "classes.html", home, classes=listed, older="/classes?after=x")
    yield "classes-none", pages.render(env, "classes.html", home, classes=(), older="")
    for name, course in (("before", courses[0]), ("before-never", courses[2])):
        mine = name == "before"
        before = class_views.before(
            course, prepared.get(course.id), Precaution, reader, host="ou_7d8a6e6df7621556ce0d21922b67",
            may_prepare=mine, consent="/connect/c/consent" if mine else "", consented=False, lessons=lessons[:2],
        )  # fmt: skip
        yield name, pages.render(env, "before.html", dataclasses.replace(home, office=False), view=before)
        if mine:
            hard = dataclasses.replace(before, hardened="2026-11-27 10:00", may_relieve=True)
            yield "before-hardened", pages.render(env, "before.html", home, view=hard)
    for name, template, context in policies.shown(reader):
        yield name, pages.render(env, template, dataclasses.replace(frame, path="/policy"), **context)
    for outcome in ("allowed", "declined", "stale", "failed"):
        more = {"outcome": outcome, "detail": "invalid_grant" if outcome == "failed" else "", "on": "/", "again": "/x"}
        yield f"consented-{outcome}", pages.render(env, "consented.html", home, **more)


class Opened:
    """A page in the browser, and what the browser complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        self.posted: list[tuple[str, str]] = []
        page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.said.append(str(e)))

    def evaluate(self, script: str) -> Any:
        return self.page.evaluate(script)


@contextmanager
def opened(
    browser: Browser,
    html: str,
    width: int,
    scheme: Scheme = "light",
    *,
    answer: str = "",
    status: int = 200,
    script: bool = True,
) -> Iterator[Opened]:
    """Show a page as the service would: with its static files and security policy, on a live line that says nothing.

    `answer` and `status` are what htmx gets for its requests.
    """
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, java_script_enabled=script
    )
    shown = Opened(context.new_page())

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
        if route.request.method == "POST":
            shown.posted.append((path, route.request.post_data or ""))
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        elif "hx-request" in route.request.headers:
            route.fulfill(body=answer, status=status, content_type=TYPES[".html"])
        else:
            route.fulfill(body=html, content_type=TYPES[".html"], headers={"Content-Security-Policy": POLICY})

    context.route("**/*", serve)
    context.route_web_socket("**/live/**", lambda socket: None)
    try:
        shown.page.goto(f"{ORIGIN}/")
        yield shown
    finally:
        context.close()


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
                for width, scheme in itertools.product((390, 1280), SCHEMES):
                    with opened(browser, html, width, scheme) as page:
                        page.page.screenshot(path=folder / f"{full}-{width}-{scheme}.png")
                        sys.stderr.writelines(f"{full}: {line}\n" for line in page.said)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
