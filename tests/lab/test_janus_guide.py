"""The guide for school IT, taken at its word: its configuration runs, and a missing program is named."""

import asyncio
import re
from pathlib import Path

import pytest

import adapters.janus
from adapters.health import Finding
from adapters.http import Http
from adapters.janus import JanusAdapter
from app.domain.events import LessonStarted
from tests.lab.classes import CHAT_SECRET
from tests.lab.inbox import Inbox
from tests.lab.janus_server import JanusServer
from tests.lab.needs import needs

GUIDE = Path(adapters.janus.__file__).with_name("README.md")

# What a school puts in place of the words of the guide.
TYPED_IN = {
    "/etc/janus": "@CONF@",
    "/usr/lib/x86_64-linux-gnu/janus": "@LIB@",
    "ADMIN-SECRET": "@ADMIN_SECRET@",
    "ADMIN-KEY": "@ADMIN_KEY@",
    "https://MENSHEN/hooks/CONNECTION": "@EVENT_URL@",
    '"menshen"': '"@EVENT_USER@"',
    "EVENT-PASSWORD": "@EVENT_PASSWORD@",
    "8088": "@HTTP_PORT@",
    "7088": "@ADMIN_PORT@",
    "8188  wss": '@WS_PORT@  ws_ip = "127.0.0.1"  wss',  # the lab stays on loopback
}


def guided() -> dict[str, str]:
    """The configuration files of the guide, by name."""
    block = GUIDE.read_text().split("```")[1]
    for word, mark in TYPED_IN.items():
        assert word in block
        block = block.replace(word, mark)
    parts = re.split(r"^# (\S+\.jcfg)$", block, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_a_server_set_up_by_the_guide_needs_no_repair() -> None:
    async def story(server: JanusServer, inbox: Inbox) -> None:
        http = Http()
        settings = server.settings(chat_secret=CHAT_SECRET, chat_post_url=inbox.url)
        adapter = JanusAdapter(settings, http)
        findings = {c.code: c.finding for c in (await adapter.probe()).checked}
        await adapter.open_class("class-7b", ["link-an"])
        await http.close()
        assert {code for code, finding in findings.items() if finding is not Finding.OK} == {"event_path"}
        inbox.first(lambda d: next((r for r in adapter.parse(d) if isinstance(r.event, LessonStarted)), None))

    files = guided()
    assert len(files) == 6
    server = JanusServer(event_user="menshen", event_password="lab-pw", templates=files)
    with Inbox() as inbox:
        server.event_url = inbox.url
        with server:
            asyncio.run(story(server, inbox))


def test_a_missing_program_leaves_the_lab_out_by_name() -> None:
    with pytest.raises(pytest.skip.Exception, match="not on this machine: janus-that-nobody-installed"):
        needs("janus-that-nobody-installed")
    assert needs("janus-that-nobody-installed", "janus").endswith("janus")
