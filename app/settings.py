"""Everything that can be set from outside, read once from MENSHEN_* and frozen. docs/settings.md is made from here."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from app.domain.errors import MenshenError

PLACEHOLDERS = frozenset({"", "changeme", "change-me", "secret", "password", "menshen", "placeholder"})
SECRET_BYTES = 32


class BadSettings(MenshenError):
    """A setting is missing or unsafe."""


def _setting(default: str, doc: str) -> str:
    value: str = field(default=default, metadata={"doc": doc})
    return value


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Each field is the environment variable MENSHEN_<NAME>; all are text, converted by the properties below."""

    database_url: str = _setting(
        "sqlite:///data/menshen.db", "SQLAlchemy address: sqlite:///... or postgresql+psycopg://..."
    )
    secret_key: str = field(
        default="", repr=False, metadata={"doc": "at least 32 characters; made in data/ on the first practice start"}
    )
    public_url: str = _setting("", "the address people and platforms use, e.g. https://menshen.school.example")
    practice: str = _setting("0", "1 = practice school, practice classroom and a lesson in progress")
    host: str = _setting("127.0.0.1", "address to listen on")
    port: str = _setting("8000", "port to listen on")
    classroom_port: str = _setting("0", "port of the practice classroom; 0 = the next free one after MENSHEN_PORT")
    proxies: str = _setting(
        "127.0.0.1", "addresses of reverse proxies whose X-Forwarded-* headers are believed, by comma"
    )
    log: str = _setting("info", "debug, info, warning or error")
    data: str = _setting("data", "folder for the secret of the practice mode")
    workers_queue: str = _setting("5000", "webhooks that may wait for a commit before new ones get 503")
    retention_days: str = _setting("30", "days after which names, chat and raw bodies outside incidents are erased")

    @property
    def is_practice(self) -> bool:
        """Whether the practice school is on."""
        return self.practice == "1"

    @property
    def base_url(self) -> str:
        """The public address without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether cookies may insist on TLS."""
        return self.base_url.startswith("https://")


def load(environ: Mapping[str, str], *, serving: bool = True) -> Settings:
    """Read and check the settings. Raises BadSettings naming the variable and what to do.

    Commands beside a service (`serving` False) need no public address, and find the practice secret by themselves.
    """
    given = {
        f.name: environ[f"MENSHEN_{f.name.upper()}"] for f in fields(Settings) if f"MENSHEN_{f.name.upper()}" in environ
    }
    if "port" not in given and environ.get("PORT"):
        given["port"] = environ["PORT"]
    settings = Settings(**given)
    for name in ("port", "classroom_port", "workers_queue", "retention_days"):
        if not getattr(settings, name).isdigit():
            raise BadSettings(f"MENSHEN_{name.upper()} must be a whole number, not {getattr(settings, name)!r}")
    if settings.is_practice or (not serving and _made_secret(settings).exists()):
        return settings if settings.secret_key else _with_made_secret(settings, given)
    if settings.secret_key.lower() in PLACEHOLDERS or len(settings.secret_key) < SECRET_BYTES:
        raise BadSettings(
            "MENSHEN_SECRET_KEY must be at least 32 random characters: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    if serving and not settings.public_url.startswith(("https://", "http://")):
        raise BadSettings("MENSHEN_PUBLIC_URL must be the address people use, e.g. https://menshen.school.example")
    return settings


def _with_made_secret(settings: Settings, given: Mapping[str, str]) -> Settings:
    """The practice mode makes its own secret once and keeps it beside the practice database."""
    path = _made_secret(settings)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return Settings(**{**given, "secret_key": path.read_text().strip()})


def _made_secret(settings: Settings) -> Path:
    return Path(settings.data) / "secret"
