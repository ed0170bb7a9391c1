"""Where lessons are found to run again: in the database by id, or in a file; and the policy that they run under."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Engine, and_, select

from app.domain.errors import Invalid, NotFound
from app.replay import recording, script
from app.replay.recording import Recording, Row
from app.replay.script import Script
from app.store import layers
from app.store import tables as t
from app.store.layers import Kept
from policies import documents
from policies.base import Policy

BREATH = 20  # rows, about 2 ms of work
POLICY_BYTES = 1_000_000  # of a policy in a file


@dataclass(frozen=True, slots=True)
class Recorded:
    """A lesson that is over: whose it is, and how many rows it has."""

    school: str
    course: str
    lesson: str
    rows: int
    drill: bool


class Archive:
    """The lessons that a database holds. Blocking."""

    def __init__(self, reader: Engine) -> None:
        self._reader = reader

    @contextmanager
    def open(self, school: str, lesson: str, *, gently: bool = False) -> Iterator[Recording]:
        """The recording of a lesson; its rows are read as they are asked for. Raises NotFound.

        `gently` = beside a service on duty: whoever reads gives way again and again.
        """
        with self._reader.begin() as db:
            found = recording.of_lesson(db, school, lesson)
            rows = found.rows
            if gently:
                found.rows = _giving_way(rows)
            try:
                yield found
            finally:
                found.close()
                found.rows = rows
                found.close()

    def school_of(self, lesson: str) -> str:
        """The school of a lesson by its id, where there are several. Raises NotFound."""
        with self._reader.begin() as db:
            found = db.execute(select(t.lessons.c.school_id).where(t.lessons.c.id == lesson).limit(1)).scalar()
        if found is None:
            raise NotFound(f"no lesson {lesson[:40]} in this database, and no file of that name")
        return str(found)

    def today(self, school: str, lesson: str) -> Policy:
        """By what the course of a lesson is judged now, all layers together. Raises NotFound."""
        mine = and_(t.lessons.c.school_id == school, t.lessons.c.id == lesson)
        course = and_(t.courses.c.school_id == t.lessons.c.school_id, t.courses.c.id == t.lessons.c.course_id)
        with self._reader.begin() as db:
            text = db.execute(select(t.courses.c.policy).join(t.lessons, course).where(mine)).scalar()
            if text is None:
                raise NotFound("no such lesson")
            above = layers.texts(db, school)
        told = [(level.value, json.loads(above[level])) for level in (Kept.DISTRICT, Kept.SCHOOL) if level in above]
        return documents.layered([*told, ("course", json.loads(text))])[0]

    def since(self, schools: Sequence[str], began: float, *, course: str = "") -> Sequence[Recorded]:
        """The lessons of schools, or of one course, that began since then and are over, newest first."""
        c = t.lessons.c
        query = (
            select(c.school_id, c.course_id, c.id, c.number, c.drill)
            .where(c.school_id.in_(schools), c.started_at >= began, c.ended_at.is_not(None))
            .order_by(c.started_at.desc(), c.school_id, c.id)
        )
        with self._reader.begin() as db:
            found = db.execute(query.where(c.course_id == course) if course else query)
            return [Recorded(*row) for row in found]


def _giving_way(rows: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count % BREATH == 0:
            time.sleep(0.0005)  # without it a waiting event would wait for the interpreter's own switch, 5 ms
        yield row


# --- files ------------------------------------------------------------------------------------------------------------


def kind_of(path: Path) -> str:
    """Whether a file is a recording or a script. Raises Invalid and NotFound."""
    with _reading(path) as lines:
        return recording.kind_of(next(lines, b""))


@contextmanager
def recording_in(path: Path) -> Iterator[Recording]:
    """The recording in a file, read as a stream. Raises Invalid and NotFound."""
    with _reading(path) as lines:
        yield recording.of_file(lines)


@contextmanager
def script_in(path: Path, policy: Policy | None = None) -> Iterator[Script]:
    """The script in a file, read as a stream, under its own policy or another. Raises Invalid and NotFound."""
    with _reading(path) as lines:
        yield script.of_file(lines, policy)


@contextmanager
def _reading(path: Path) -> Iterator[Iterator[bytes]]:
    try:
        with path.open("rb") as file:
            yield recording.lines_of(file)
    except OSError as e:
        raise NotFound(f"{path}: {e.strerror}") from e


def policy_of(name: str) -> Policy:
    """A preset by its name, or the policy document in a JSON or YAML file. Raises Invalid and NotFound."""
    if name in documents.PRESETS:
        return documents.policy({"preset": name})
    path = Path(name)
    if not path.is_file():
        known = ", ".join(documents.PRESETS)
        raise NotFound(f"no policy {name[:80]}: one of {known}, or a file with a policy document")
    return documents.policy(_document(path))


def _document(path: Path) -> dict[str, Any]:
    raw = path.read_bytes()[: POLICY_BYTES + 1]
    if len(raw) > POLICY_BYTES:
        raise Invalid(problems=((path.name, f"longer than {POLICY_BYTES} bytes"),))
    try:
        told = yaml.safe_load(raw.decode())  # JSON is YAML, too
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as e:
        raise Invalid(problems=((path.name, " ".join(str(e).split())),)) from e
    if not isinstance(told, dict):
        raise Invalid(problems=((path.name, "a document: {preset: lecture, ...}"),))
    return told
