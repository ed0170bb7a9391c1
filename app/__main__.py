"""menshen: the console commands. `python -m app` is the same."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
import uvicorn

from app import practice
from app.domain.errors import Invalid, MenshenError, NotFound
from app.settings import BadSettings, Settings, load
from app.store.desk import Desk, TokenKind, User, UserRole
from policies.documents import checked
from policies.merged import Level

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="Menshen guards live online classes.")
users = typer.Typer(no_args_is_help=True, help="People who may sign in.")
tokens = typer.Typer(no_args_is_help=True, help="Tokens for the API.")
policies = typer.Typer(no_args_is_help=True, help="Policies of all schools together.")
cli.add_typer(users, name="user")
cli.add_typer(policies, name="policy")
cli.add_typer(tokens, name="token")


def main() -> None:
    """The entry point: errors of ours are told in one line."""
    try:
        cli()
    except MenshenError as e:
        typer.echo(f"menshen: {e}", err=True)
        sys.exit(1)


@cli.command()
def serve() -> None:
    """Run the service (and, with MENSHEN_PRACTICE=1, the practice classroom beside it)."""
    settings = load(os.environ)
    _log_as(settings)
    if practice.free_port(int(settings.port), within=1) is None:
        raise BadSettings(f"port {settings.port} is in use: stop what listens there, or choose another with PORT=")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises the signal again after its own shutdown
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is the way to stop, not an error
        asyncio.run(_serve_practice(settings) if settings.is_practice else _serve(settings))


async def _serve(settings: Settings) -> None:
    from app.main import create_app

    await _server(create_app(settings), settings).serve()


async def _serve_practice(settings: Settings) -> None:
    from app.main import create_app

    port = practice.free_port(int(settings.classroom_port) or int(settings.port) + 1)
    if port is None:
        raise BadSettings("no free port for the practice classroom: choose one with MENSHEN_CLASSROOM_PORT")
    classroom = practice.classroom_of(settings, port)
    with practice.running_classroom(port, classroom):
        app = create_app(settings)
        practice.furnish(app.service.desk, classroom)
        server = _server(app, settings)
        serving = asyncio.create_task(server.serve())
        await asyncio.wait({serving, asyncio.create_task(server.listening.wait())}, return_when="FIRST_COMPLETED")
        if not serving.done():
            await practice.begin(app.service, settings)
            for line in practice.welcome(app.service.desk, settings, classroom):
                typer.echo(line)
        await serving


class Server(uvicorn.Server):
    """uvicorn, and a sign that it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As ever, and then tell."""
        await super().startup(sockets)
        from app.main import spare_the_collector

        spare_the_collector()
        self.listening.set()


def _server(app: Callable[..., Any], settings: Settings) -> Server:
    config = uvicorn.Config(
        app, host=settings.host, port=int(settings.port), loop="uvloop", http="httptools", ws="websockets-sansio",
        access_log=False, log_level="warning", lifespan="on", timeout_graceful_shutdown=3, ws_per_message_deflate=False,
        server_header=False, forwarded_allow_ips=settings.proxies,
    )  # fmt: skip
    return Server(config)


@cli.command()
def verify() -> None:
    """Check the hash chain of every lesson; exit code 1 when one does not hold."""
    from app.store.engine import open_engine
    from app.store.review import verify as check

    if not check(open_engine(_database()), typer.echo):
        raise typer.Exit(1)


@cli.command()
def replay(
    what: Annotated[str, typer.Argument(metavar="LESSON|FILE", help="a lesson's id, a recording or a script")],
    policy: Annotated[str, typer.Option(help="a preset, or a file with a policy document")] = "",
    save: Annotated[str, typer.Option(help="write the recording of a lesson into this file")] = "",
    picture: Annotated[str, typer.Option(help="draw the timeline into this SVG file")] = "",
    json: Annotated[bool, typer.Option("--json", help="print JSON instead of a table")] = False,
) -> None:
    """Run a lesson again: whether its record follows from its events, and what another policy would have done."""
    from app.replay.console import Wish, run

    same = run(Wish(what=what, policy=policy, save=save, picture=picture, json=json), _database, typer.echo)
    if not same:
        raise typer.Exit(2)


@cli.command()
def migrate() -> None:
    """Bring the database to the tables of this version."""
    from app.store.engine import open_engine
    from app.store.migrate import upgrade

    upgrade(open_engine(_database(), writer=True))
    typer.echo("The database is up to date.")


@cli.command()
def matrix(check: Annotated[bool, typer.Option(help="only say whether the README is up to date")] = False) -> None:
    """Write the capability matrix into the README."""
    from app.matrix import write

    if not write(check_only=check):
        typer.echo("README.md is not up to date: run `menshen matrix`", err=True)
        raise typer.Exit(1)


@cli.command()
def docs(check: Annotated[bool, typer.Option(help="only say whether the pages are up to date")] = False) -> None:
    """Write the tables of docs/settings.md and docs/policies.md."""
    from app.reference import write

    if (stale := write(check_only=check)) and check:
        typer.echo(f"not up to date: docs/{', docs/'.join(stale)}; run `menshen docs`", err=True)
        raise typer.Exit(1)


@users.command("add")
def user_add(
    mail: str,
    name: Annotated[str, typer.Option(help="what colleagues call this person")],
    role: Annotated[UserRole, typer.Option(help="what this person may do")] = UserRole.TEACHER,
    school: Annotated[str, typer.Option(help="the school's id, where there are several")] = "",
) -> None:
    """Add somebody and print a one-time sign-in link."""
    with _desk() as (desk, settings):
        user = desk.people.create_user(school or _only_school(desk), mail=mail, name=name, role=role)
        link = desk.tokens.issue(user, TokenKind.LINK, ttl=practice.LINK_SECONDS)
        typer.echo(f"{user.name} ({user.role}): {settings.base_url}/signin/{link}")


@users.command("link")
def user_link(mail: str) -> None:
    """Print a fresh one-time sign-in link for somebody."""
    with _desk() as (desk, settings):
        for user in _accounts(desk, mail):
            link = desk.tokens.issue(user, TokenKind.LINK, ttl=practice.LINK_SECONDS)
            typer.echo(f"{user.name} ({user.role}): {settings.base_url}/signin/{link}")


@users.command("password")
def user_password(mail: str) -> None:
    """Ask for a password and set it; without one, people sign in by link only."""
    from app.web.auth.door import Passwords

    hashed = Passwords().hash(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    with _desk() as (desk, _settings):
        for user in _accounts(desk, mail):
            desk.people.set_password(user.school, user.id, hashed)
            desk.tokens.revoke_all(user, TokenKind.SESSION)
            typer.echo(f"{user.name} ({user.role}): the password is set, and every session has ended.")


@users.command("disable")
def user_disable(mail: str, back: Annotated[bool, typer.Option(help="let this person in again")] = False) -> None:
    """Shut somebody out at once: no sign-in, no session, no token of this person works any more."""
    with _desk() as (desk, _settings):
        for user in _accounts(desk, mail, disabled=back):
            desk.people.set_disabled(user.school, user.id, not back)
            typer.echo(f"{user.name} ({user.role}): {'may sign in again' if back else 'is shut out'}.")


def _accounts(desk: Desk, mail: str, *, disabled: bool = False) -> tuple[User, ...]:
    found = desk.people.accounts(mail, disabled=disabled)
    if not found:
        raise NotFound(f"nobody {'is shut out' if disabled else 'signs in'} here with the mail {mail}")
    return found


def _only_school(desk: Desk) -> str:
    """The school of this database; a first one with standard settings where there is none yet."""
    known = desk.people.schools() or (desk.people.create_school(name="School"),)
    if len(known) > 1:
        raise Invalid(problems=(("--school", "one of: " + ", ".join(s.id for s in known)),))
    return known[0].id


@cli.command()
def school(
    name: Annotated[str, typer.Option(help="what the school is called")] = "",
    zone: Annotated[str, typer.Option(help="its time zone, such as Asia/Ho_Chi_Minh")] = "",
    language: Annotated[str, typer.Option(help="zh-Hans, vi or en: what new people see first")] = "",
) -> None:
    """Show or change the school: its name, time zone and first language."""
    with _desk() as (desk, _settings):
        desk.people.change_school(_only_school(desk), name=name, zone=zone, language=language)
        for known in desk.people.schools():
            typer.echo(f"{known.id}: {known.name}, {known.zone}, {known.language}")


@tokens.command("create")
def token_create(
    role: Annotated[UserRole, typer.Option(help="what programs with this token may do")] = UserRole.IT,
    name: Annotated[str, typer.Option(help="what the token is for")] = "api",
    days: Annotated[int, typer.Option(help="days until it ends")] = 365,
) -> None:
    """Print a new API token; it is shown this once."""
    with _desk() as (desk, _settings):
        mail = f"token-{os.urandom(4).hex()}@menshen.invalid"  # `menshen user disable` takes it back
        owner = desk.people.create_user(_only_school(desk), mail=mail, name=name, role=role)
        typer.echo(desk.tokens.issue(owner, TokenKind.API, ttl=days * 86400.0, role=role, name=name))
        typer.echo(f"To take it back: menshen user disable {mail}", err=True)


@policies.command("district")
def policy_district(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the document, as JSON")],
    school: Annotated[list[str] | None, typer.Option(help="only these schools; all when left out")] = None,
) -> None:
    """Put the district's policy into every school of this installation, or refuse it as a whole."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as e:
        raise Invalid(problems=(("document", f"JSON: {e}"),)) from None
    if not isinstance(document, dict):
        raise Invalid(problems=(("document", "a JSON object"),))
    checked(Level.DISTRICT, document)
    with _desk() as (desk, _settings):
        known = {s.id: s.name for s in desk.people.schools()}
        if missing := sorted(set(school or ()) - set(known)):
            raise NotFound(f"no such school: {', '.join(missing)}")
        for id, version in desk.layers.put_district(school or tuple(known), document, by="console").items():
            typer.echo(f"{id}: {known[id]}, version {version}")


@cli.command()
def raid(
    strangers: Annotated[int, typer.Option(help="how many strangers burst in")] = 6,
    seconds: Annotated[float, typer.Option(help="how long it lasts")] = 30.0,
) -> None:
    """Start the scripted raid in the practice lesson."""
    with _desk() as (desk, settings):
        opened = next(s for r, s in desk.connections.opened() if r.id == practice.CONNECTION)
    asyncio.run(practice.raid_from_outside(opened, strangers=strangers, seconds=seconds))
    typer.echo(f"The raid runs: watch it at {settings.base_url}/lessons")


def _database() -> str:
    """The address of the database, which some commands need alone."""
    return os.environ.get("MENSHEN_DATABASE_URL") or Settings().database_url


@contextlib.contextmanager
def _desk() -> Iterator[tuple[Desk, Settings]]:
    from app.clock import now
    from app.connections import Seal
    from app.store.engine import open_engine
    from app.store.migrate import upgrade

    settings = load(os.environ, serving=False)
    writer = open_engine(settings.database_url, writer=True)
    upgrade(writer)
    reader = open_engine(settings.database_url)
    try:
        yield Desk(reader, writer, Seal(settings.secret_key), now), settings
    finally:
        reader.dispose()
        writer.dispose()


def _log_as(settings: Settings) -> None:
    """One JSON object a line on stderr; control characters in values cannot break a line."""
    level = logging.getLevelNamesMapping().get(settings.log.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


if __name__ == "__main__":
    main()
