"""The log follows from its events: run again, every row comes out byte for byte, and a changed one does not."""

import io
import random
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from app.domain.errors import Invalid
from app.pipeline import Pipeline
from app.replay.again import Again, again
from app.replay.recording import of_file, of_lesson, write
from tests.app.guarded import CONNECTION, SCHOOL, Guarded
from tests.builders import pressed, pupil, stranger, teacher


@pytest.fixture
def file(tmp_path: Path) -> bytes:
    """A lesson with a raid, a press and a policy that changes in the middle, as a file."""
    school = Guarded(f"sqlite:///{tmp_path}/menshen.db").create()
    school.course()

    async def story(pipeline: Pipeline) -> None:
        for event, who in (
            ("lesson.started", None),
            ("participant.joined", teacher()),
            ("participant.joined", pupil(1)),
        ):
            await pipeline.receive(CONNECTION, school.post(event, who))
        school.at += 600
        for n in range(4):
            await pipeline.receive(CONNECTION, school.post("participant.joined", stranger(n)))
        school.rules({"preset": "exam"})
        school.at += 5
        for n in range(4, 9):
            await pipeline.receive(CONNECTION, school.post("participant.joined", stranger(n)))
        await pipeline.press(SCHOOL, school.lesson(), pressed("calm", at=school.at))

    school.run(story)
    out = io.BytesIO()
    with school.reader.begin() as db:
        write(of_lesson(db, SCHOOL, school.lesson()), out)
    school.close()
    return out.getvalue()


def replayed(file: bytes) -> Again:
    return again(of_file(io.BytesIO(file)))


def test_every_row_comes_out_byte_for_byte(file: bytes) -> None:
    found = replayed(file)
    assert found.same, found.difference
    assert found.rows >= 30
    assert found.decisions >= 15
    assert file.count(b'{"frame":') == 2  # the policy changed on the way


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"reason":"stranger"', b'"reason":"strangers"'), (b'"name":"user8801"', b'"name":"user8802"')],
    ids=["a reason", "a name"],
)
def test_a_row_that_was_changed_is_named(file: bytes, old: bytes, new: bytes) -> None:
    lines = file.splitlines(keepends=True)
    where = next(i for i, line in enumerate(lines) if b'"kind":"intent"' in line and old in line)
    lines[where] = lines[where].replace(old, new)
    found = replayed(b"".join(lines))
    assert found.difference is not None
    assert found.difference.number == msgspec.json.decode(lines[where])["n"]
    assert new.decode() in found.difference.wanted


def test_a_decision_that_nobody_made_is_named(file: bytes) -> None:
    lines = file.splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if b"lesson.started" in line)
    made_up = next(line for line in lines if b'"kind":"intent"' in line)
    number = msgspec.json.decode(lines[start])["n"] + 5
    cut = next(i for i, line in enumerate(lines) if f'"n":{number},'.encode() in line)
    forged = [
        *lines[:cut],
        made_up.replace(made_up[: made_up.index(b",")], f'{{"n":{number}'.encode()),
        *lines[cut + 1 :],
    ]
    assert not replayed(b"".join(forged)).same


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda f: f[:-40], "line .*ends in the middle"),
        (lambda f: f.replace(b'"n":7,', b'"n":9,'), "n: 9 after 6"),
        (lambda f: f.replace(b'"version":1', b'"version":2', 1), "this Menshen reads version 1"),
        (lambda f: f.replace(b'"menshen":"recording"', b'"menshen":"script"', 1), "wanted is a 'recording'"),
        (lambda f: b"\n".join(line for line in f.split(b"\n") if b'{"frame"' not in line), "frame .* is not there"),
        (lambda f: f.replace(b'"kind":"participant.joined"', b'"kind":"participant.flew"', 1), "participant.flew"),
        (lambda f: b"", "no file of Menshen"),
        (lambda f: random.Random(1).randbytes(300), "no file of Menshen"),
    ],
    ids=["cut off", "out of order", "version", "another kind", "no frame", "unknown event", "empty", "noise"],
)
def test_a_file_that_cannot_be_run_is_refused_with_its_line(
    file: bytes, change: Callable[[bytes], bytes], problem: str
) -> None:
    with pytest.raises(Invalid) as e:
        replayed(change(file))
    text = "; ".join(f"{where}: {what}" for where, what in e.value.problems)
    assert re.search(problem, text), text
