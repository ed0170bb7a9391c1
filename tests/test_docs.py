"""The documentation keeps up: made tables are current, nothing goes unnamed, what people shall type is accepted."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import typer
from babel.messages.pofile import read_po

from adapters import REGISTRY
from adapters.http import Http
from app import matrix, reference
from app.__main__ import cli
from app.connections import Connections
from app.domain.actions import Button, OutcomeKind
from app.main import create_app
from app.settings import Settings
from app.web.auth.edge import ASGI, Message
from app.web.words import DOMAIN, Language
from policies import RULES
from policies.documents import PRESETS, policy

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LANGUAGES = {"zh": Language.ZH, "vi": Language.VI, "en": Language.EN}
BLOCK = re.compile(r"^```(?:\w+)?\n(.*?)^```", re.M | re.S)
CALL = re.compile(r"^(?:api|curl) .*?(?=^\S|\Z)", re.M | re.S)


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def everything() -> str:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]
    return "\n".join(p.read_text(encoding="utf-8") for p in pages)


# --- made tables ------------------------------------------------------------------------------------------------------


def test_the_made_tables_are_up_to_date() -> None:
    assert reference.write(check_only=True) == (), "run `menshen docs`"


def test_the_matrix_of_the_readme_is_up_to_date() -> None:
    assert matrix.write(check_only=True), "run `menshen matrix`"


def test_a_made_table_that_was_touched_is_found_and_made_again(tmp_path: Path) -> None:
    for name in reference.pages():
        (tmp_path / name).write_text(page(f"docs/{name}").replace("240", "241"), encoding="utf-8")
    assert reference.write(check_only=True, docs=tmp_path) == ("policies.md",)
    assert reference.write(check_only=False, docs=tmp_path) == ("policies.md",)
    assert reference.write(check_only=True, docs=tmp_path) == ()
    assert "1 to 240" in (tmp_path / "policies.md").read_text(encoding="utf-8")


# --- nothing goes unnamed ---------------------------------------------------------------------------------------------


def commands() -> Iterator[str]:
    tree = typer.main.get_command(cli)
    for name, command in getattr(tree, "commands", {}).items():
        below = getattr(command, "commands", None)
        yield from (f"menshen {name} {under}" for under in below) if below else [f"menshen {name}"]


def names() -> dict[str, list[str]]:
    """What there is, as the documentation should write it."""
    return {
        "rules": [f"`{rule.name}`" for rule in RULES],
        "fields": [f"`{rule.name}.{name}`" for rule in RULES for name in rule.settings.model_fields if name != "mode"],
        "presets": [f"`{preset}`" for preset in PRESETS],
        "settings": [f"`MENSHEN_{field.name.upper()}`" for field in fields(Settings)],
        "buttons": [f"`{button}`" for button in Button],
        "platforms": [f"`{platform}`" for platform in REGISTRY],
        "commands": list(commands()),
    }


@pytest.mark.parametrize("kind", names())
def test_everything_is_named_in_the_documentation(kind: str) -> None:
    told, wanted = everything(), names()[kind]
    assert wanted
    assert [name for name in wanted if name not in told] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_teacher_reads_the_words_that_stand_on_the_buttons(language: str) -> None:
    folder = ROOT / "app/web/locales" / LANGUAGES[language].folder / "LC_MESSAGES"
    with (folder / f"{DOMAIN}.po").open("rb") as file:
        words = {str(m.id): str(m.string) for m in read_po(file, domain=DOMAIN)}
    keys = [f"button.{b}" for b in Button] + [f"outcome.{o}" for o in OutcomeKind]
    keys += [f"mood.{m}" for m in ("calm", "watching", "attack", "blind")]
    keys += [f"trust.{t}" for t in ("verified", "claimed", "stranger")]
    told = page(f"docs/teacher.{language}.md")
    assert [words[key] for key in keys if words[key] not in told] == []


@pytest.mark.parametrize("subject", ["teacher", "it"])
def test_a_guide_has_the_same_parts_in_every_language(subject: str) -> None:
    texts = {language: page(f"docs/{subject}.{language}.md") for language in LANGUAGES}
    assert len({re.sub(r"[^#|\n]", "", t).count("\n#") for t in texts.values()}) == 1
    typed = [[b for b in BLOCK.findall(t) if b.isascii()] for t in texts.values()]
    assert typed[0] == typed[1] == typed[2]


def test_links_lead_somewhere() -> None:
    for path in [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.glob("*.md")]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8")):
            assert link.startswith("docs/images/") or (path.parent / link).exists(), f"{path.name}: {link}"


# --- what people are told to type -------------------------------------------------------------------------------------


def calls() -> list[str]:
    found = [call for block in BLOCK.findall(page("docs/it.en.md")) for call in CALL.findall(block)]
    assert len(found) > 15
    return found


def body_of(call: str) -> object:
    told = re.search(r"-d '(.*)'", call, re.S)
    return json.loads(told[1].replace("'$CONNECTION'", "c1")) if told else None


def test_every_address_that_is_told_exists(tmp_path: Path) -> None:
    settings = Settings(
        secret_key="0" * 32, public_url="http://127.0.0.1", database_url=f"sqlite:///{tmp_path / 'menshen.db'}"
    )
    app = create_app(settings)
    known = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, methods in _described(app)["paths"].items()
        for method in methods
    }
    for call in calls():
        address = re.search(r"\$MENSHEN(/api/v1[^\s\"?]*)", call)
        assert address, call
        given = re.search(r"-X (\w+)", call)
        method = given[1] if given else "POST" if "-d '" in call else "GET"
        path = re.sub(r"\$[A-Z]+", "{}", address[1])
        assert (method, re.sub(r"export\.\w+$", "export.{}", path)) in known, call


async def _asking(answering: Awaitable[None]) -> None:
    await answering


def _described(app: ASGI) -> dict[str, dict[str, dict[str, object]]]:
    """The service's own description of its addresses, as it stands at /api/openapi.json."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/api/openapi.json", "raw_path": b"/api/openapi.json", "root_path": "",
        "query_string": b"", "headers": [], "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }  # fmt: skip
    asyncio.run(_asking(app(scope, receive, send)))
    body = b"".join(m.get("body", b"") for m in sent)
    described: dict[str, dict[str, dict[str, object]]] = json.loads(body)
    return described


def test_every_platform_is_connected_with_settings_that_are_accepted() -> None:
    connections = Connections(REGISTRY, Http, time.time)
    connected = set()
    for call in calls():
        body = body_of(call)
        if isinstance(body, dict) and "platform" in body:
            connections.validate(body["platform"], body["settings"])
            connected.add(body["platform"])
        elif isinstance(body, dict) and "settings" in body:  # the second round for Janus
            connections.validate("janus", body["settings"])
    assert connected == set(REGISTRY)


def test_every_policy_that_is_shown_is_valid() -> None:
    shown = [body_of(call) for call in calls()]
    documents = [b.get("policy", b) for b in shown if isinstance(b, dict) and ("policy" in b or "preset" in b)]
    documents += [json.loads(b) for b in BLOCK.findall(page("docs/policies.md")) if b.startswith("{")]
    assert len(documents) >= 3
    for document in documents:
        policy(document)


def test_every_button_that_is_pressed_exists() -> None:
    pressed = [b["button"] for b in map(body_of, calls()) if isinstance(b, dict) and "button" in b]
    assert pressed
    assert set(pressed) <= set(Button)
