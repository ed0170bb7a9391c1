"""A private Janus server on loopback, as an ordinary child process: own ports, own secrets, own configuration.

with JanusServer(event_url=inbox.event_url, event_user="menshen", event_password="...") as server:
    settings = server.settings()
"""

import atexit
import glob
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from adapters.janus import JanusSettings
from tests.lab.needs import needs

TEMPLATES = Path(__file__).with_name("conf")
PLUGINS = {"janus.plugin.videoroom", "janus.plugin.textroom"}


class JanusServer:
    """Janus from `with` to the end of the block. Events go to `event_url`, which should answer until then."""

    def __init__(
        self, *, event_url: str = "", event_user: str, event_password: str, templates: Mapping[str, str] | None = None
    ) -> None:
        self._program = needs("janus")
        self._http, self._ws, self._admin = free_ports(3)
        self.http_url = f"http://127.0.0.1:{self._http}/janus"
        self.ws_url = f"ws://127.0.0.1:{self._ws}"
        self.admin_url = f"http://127.0.0.1:{self._admin}/admin"
        self.admin_secret, self.admin_key = secrets.token_hex(16), secrets.token_hex(16)
        self.event_url, self.event_user, self.event_password = event_url, event_user, event_password
        self._templates = shipped() if templates is None else templates
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()

    def connection(self, **more: object) -> dict[str, object]:
        """What a school would type in to connect this server."""
        return {
            "admin_url": self.admin_url, "admin_secret": self.admin_secret, "admin_key": self.admin_key,
            "client_url": self.http_url, "room_secret": "lab-room-secret",
            "event_user": self.event_user, "event_password": self.event_password, **more,
        }  # fmt: skip

    def settings(self, **more: object) -> JanusSettings:
        """The same, validated."""
        return JanusSettings.model_validate(self.connection(**more))

    def ask(self, command: str, **body: Any) -> dict[str, Any]:
        """One Admin API request of the test itself, past the adapter."""
        content = {"janus": command, "transaction": "lab", "admin_secret": self.admin_secret, **body}
        request = urllib.request.Request(self.admin_url, json.dumps(content).encode())
        with urllib.request.urlopen(request, timeout=5) as answer:
            return dict(json.load(answer))

    def ask_plugin(self, plugin: str, request: str, **fields: Any) -> dict[str, Any]:
        """One plugin request of the test itself. Never a textroom kick: it kills the server."""
        message = {"request": request, "transaction": "lab", **fields}
        answer = self.ask("message_plugin", plugin=f"janus.plugin.{plugin}", request=message)
        return dict(answer["response"])

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="janus-lab-"))
        self._write_configuration()
        # Its posts use libcurl, which obeys proxy variables.
        env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        command = [self._program, "--config", str(self._folder / "janus.jcfg"), "--configs-folder", str(self._folder)]
        with (self._folder / "janus.log").open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=env, cwd=self._folder
            )
        atexit.register(self.stop)  # no orphan when a test run is cut short
        self._wait_until_ready(time.monotonic() + 20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask the process to end; kill it if it does not."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        atexit.unregister(self.stop)
        if self._folder != Path():
            shutil.rmtree(self._folder, ignore_errors=True)

    def _write_configuration(self) -> None:
        values = {
            "LIB": library(), "CONF": str(self._folder), "ADMIN_SECRET": self.admin_secret, "ADMIN_KEY": self.admin_key,
            "HTTP_PORT": str(self._http), "WS_PORT": str(self._ws), "ADMIN_PORT": str(self._admin),
            "EVENT_URL": self.event_url, "EVENT_USER": self.event_user, "EVENT_PASSWORD": self.event_password,
        }  # fmt: skip
        for file, text in self._templates.items():
            for name, value in values.items():
                text = text.replace(f"@{name}@", value)
            (self._folder / file).write_text(text)

    def _wait_until_ready(self, deadline: float) -> None:
        """Ready is when both HTTP servers and the WebSocket port answer and both plugins are loaded."""
        while not self._answers():
            if not self.alive or time.monotonic() > deadline:
                log = (self._folder / "janus.log").read_text(errors="replace")[-3000:]
                self.stop()
                raise RuntimeError(f"Janus did not start:\n{log}")
            time.sleep(0.02)  # between two looks at a program that cannot call us

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.http_url}/info", timeout=1) as answer:
                loaded = set(json.load(answer)["plugins"])
            self.ask("ping")
            socket.create_connection(("127.0.0.1", self._ws), 1).close()
        except OSError:
            return False
        return loaded >= PLUGINS


def shipped() -> dict[str, str]:
    """The configuration files of the lab, by name."""
    return {f.name.removesuffix(".in"): f.read_text() for f in TEMPLATES.glob("*.jcfg.in")}


def free_ports(count: int) -> tuple[int, ...]:
    """So many free TCP ports of loopback; all are held until the last one is known."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return tuple(one.getsockname()[1] for one in held)
    finally:
        for one in held:
            one.close()


def library() -> str:
    """The folder with Janus' plugins (Debian: /usr/lib/<triplet>/janus)."""
    for path in (*glob.glob("/usr/lib/*/janus"), "/usr/lib/janus"):
        if Path(path, "plugins", "libjanus_videoroom.so").is_file():
            return path
    raise RuntimeError("Janus' plugins are not installed: apt-get install --no-install-recommends janus")
