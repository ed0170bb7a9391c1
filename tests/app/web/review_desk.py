"""The review's pages and API over a small school, with people who may more or less."""

import asyncio
import re
from html.parser import HTMLParser
from typing import Any

import httpx
from fastapi import FastAPI

from app import practice
from app.clock import Clock
from app.connections import Seal
from app.listening import Listening
from app.live import Live
from app.replay.archive import Archive
from app.settings import Settings
from app.store.desk import Desk, UserRole
from app.store.desk.tokens import TokenKind
from app.store.usage import Leases
from app.web import errors, pages, review, words
from app.web.service import Service
from tests.app.store.scripted import SCHOOL, School

KEY = "a-secret-key-that-only-tests-know-0001"
PEOPLE = {
    "li": UserRole.TEACHER,  # teaches maths
    "other": UserRole.TEACHER,  # teaches nothing
    "it": UserRole.IT,
    "admin": UserRole.ADMIN,
}


class ReviewDesk:
    """A school whose record is looked at through the web. `as_page` signs somebody in, `as_program` gives a token."""

    def __init__(self, school: School) -> None:
        self.school = school
        seal = Seal(KEY)
        self.desk = Desk(school.reader, school.writer, seal, lambda: school.at)
        settings = Settings(secret_key=KEY, public_url="http://testserver")
        clock = Clock(school.pipeline, school.connections, lambda: school.at)
        leases = Leases(school.writer)
        listening = Listening(school.pipeline, school.connections, leases, clock, lambda: school.at)
        service = Service(
            settings=settings, now=lambda: school.at, desk=self.desk, review=school.review, seal=seal,
            archive=Archive(school.reader),
            connections=school.connections, pipeline=school.pipeline, live=Live(), words=words.load(),
            pages=pages.templates(), start_raid=practice.start_raid, listening=listening,
        )  # fmt: skip
        self.app = FastAPI()
        self.app.state.service = service
        errors.install(self.app)
        self.app.include_router(review.router)
        self.users = {
            name: self.desk.people.create_user(SCHOOL, mail=f"{name}@school.example", name=name.title(), role=role)
            for name, role in PEOPLE.items()
        }

    def as_page(self, name: str) -> "Client":
        """A browser in which somebody is signed in."""
        secret = self.desk.tokens.issue(self.users[name], TokenKind.SESSION, ttl=1e9)
        return Client(self.app, {"cookie": f"menshen={secret}", "accept": "text/html"})

    def as_program(self, name: str) -> "Client":
        """A program with somebody's token."""
        secret = self.desk.tokens.issue(self.users[name], TokenKind.API)
        return Client(self.app, {"authorization": f"Bearer {secret}"})

    def nobody(self) -> "Client":
        return Client(self.app, {})


class Client:
    """Asks the application and waits for its answer."""

    def __init__(self, app: FastAPI, headers: dict[str, str]) -> None:
        self._app, self._headers = app, headers

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self._ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self._ask("POST", path, **more)

    def patch(self, path: str, **more: Any) -> httpx.Response:
        return self._ask("PATCH", path, **more)

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def asking() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://testserver", headers=self._headers
            ) as client:
                return await client.request(method, path, **more)

        return asyncio.run(asking())


class _Fields(HTMLParser):
    """The hidden fields of a form."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self._action, self._inside = action, False
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self._inside = told.get("action") == self._action and not self.found
        if self._inside and tag == "input" and told.get("type") == "hidden":
            self.found[told.get("name") or ""] = told.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"


def fields(html: str, action: str) -> dict[str, str]:
    """What the first form of that address sends without being filled in."""
    parser = _Fields(action)
    parser.feed(html)
    return parser.found


def text_of(html: str) -> str:
    """The page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
