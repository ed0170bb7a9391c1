"""`menshen replay`: a lesson of the database or a file runs again, and the console is told what came of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import MenshenError, NotFound, StoreError
from app.replay import archive, recording, sides, telling
from app.replay.archive import Archive
from app.replay.picture import ENGLISH, draw
from app.replay.recording import Recording
from app.store.engine import open_engine
from policies.base import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was typed."""

    what: str
    policy: str = ""
    save: str = ""
    picture: str = ""
    json: bool = False


def run(wish: Wish, database: Callable[[], str], echo: Callable[[str], object]) -> bool:
    """Whether the record was reproduced (a script has none). Raises MenshenError for what is wrong."""
    policy = archive.policy_of(wish.policy) if wish.policy else None
    path = Path(wish.what)
    try:
        found = _of_file(wish, path, policy) if _names_a_file(path) else _of_lesson(wish, database(), policy)
    except SQLAlchemyError as e:
        raise StoreError(f"the database cannot be read: {' '.join(str(e).split())[:200]}") from e
    name = Path(wish.policy).name or ("its own policy" if _names_a_file(path) else "today's policy")
    if wish.picture:
        _write(wish.picture, draw(found, ENGLISH, policy=name).encode())
    if wish.json:
        echo(msgspec.json.encode(telling.as_json(found, texts=True)).decode())
    else:
        for line in telling.lines(found, name):
            echo(line)
    return found.again is None or found.again.same


def _names_a_file(path: Path) -> bool:
    return path.is_file() or path.suffix == ".jsonl" or len(path.parts) > 1


def _of_file(wish: Wish, path: Path, policy: Policy | None) -> sides.Sides:
    if wish.save:
        raise MenshenError("--save writes the recording of a lesson; this is a file already")
    if archive.kind_of(path) == recording.KIND:
        return sides.of_recording(partial(archive.recording_in, path), policy)
    return sides.of_script(partial(archive.script_in, path), policy)


def _of_lesson(wish: Wish, database: str, policy: Policy | None) -> sides.Sides:
    engine = open_engine(_there(database))
    try:
        lessons = Archive(engine)
        school = lessons.school_of(wish.what)
        opened: Callable[[], AbstractContextManager[Recording]] = partial(lessons.open, school, wish.what)
        if wish.save:
            _save(wish.save, opened)
        return sides.of_recording(opened, policy or lessons.today(school, wish.what))
    finally:
        engine.dispose()


def _there(database: str) -> str:
    """The address of a database that exists: looking at one must not make it."""
    if database.startswith("sqlite:///") and not Path(database.removeprefix("sqlite:///")).is_file():
        raise NotFound(f"no database at {database}")
    return database


def _save(name: str, opened: Callable[[], AbstractContextManager[Recording]]) -> None:
    """Names and chat are in it: only its owner may read it."""
    path = Path(name)
    try:
        path.touch(mode=0o600)
        with opened() as found, path.open("wb") as out:
            recording.write(found, out)
    except OSError as e:
        raise StoreError(f"{name}: {e.strerror}") from e


def _write(name: str, body: bytes) -> None:
    try:
        Path(name).write_bytes(body)
    except OSError as e:
        raise StoreError(f"{name}: {e.strerror}") from e
