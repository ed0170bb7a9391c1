"""Recorded lessons for tests: a class with a raid in a database of its own, and the same as a file."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.pipeline import Pipeline
from app.replay.recording import of_lesson, write
from tests.app.guarded import CONNECTION, SCHOOL, Guarded
from tests.builders import pressed, pupil, stranger, teacher

# Nothing takes effect in these recordings; who asks for the door to be closed would only be asked for it again.
NO_DOOR = {rule: {"mode": "off"} for rule in ("keep_out", "join_wave")}


async def raid(school: Guarded, pipeline: Pipeline, strangers: int = 9) -> None:
    """A teacher, a pupil, then strangers; from the fifth on by other rules; somebody presses, the lesson ends."""
    for event, who in (("lesson.started", None), ("participant.joined", teacher()), ("participant.joined", pupil(1))):
        await pipeline.receive(CONNECTION, school.post(event, who))
    school.at += 600
    for n in range(strangers):
        if n == 4:
            school.rules({"preset": "exam", **NO_DOOR})
            school.at += 5
        await pipeline.receive(CONNECTION, school.post("participant.joined", stranger(n)))
    await pipeline.press(SCHOOL, school.lesson(), pressed("calm", at=school.at))
    school.at += 120
    await pipeline.receive(CONNECTION, school.post("lesson.ended"))


@contextmanager
def raided(folder: Path) -> Iterator[Guarded]:
    """A school in whose class a raid was recorded."""
    school = Guarded(f"sqlite:///{folder}/menshen.db").create()
    school.course(document={"preset": "seminar", **NO_DOOR})
    school.run(lambda pipeline: raid(school, pipeline))
    try:
        yield school
    finally:
        school.close()


def file_of(school: Guarded) -> bytes:
    """The newest lesson as a file."""
    out = io.BytesIO()
    with school.reader.begin() as db:
        write(of_lesson(db, SCHOOL, school.lesson()), out)
    return out.getvalue()
