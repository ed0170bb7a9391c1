"""Facts that name only a run of a meeting wait for whoever tells the meeting, and are lost to nobody."""

import asyncio
from collections.abc import Iterator
from typing import ClassVar

import pytest

from adapters.base import Delivery
from adapters.drill import DrillAdapter
from app.domain.errors import Gone, Transient
from app.domain.events import ParticipantJoined, ParticipantLeft
from app.pipeline import Pipeline
from app.resolving import Resolving
from tests.app.guarded import CONNECTION, MEETING, SCHOOL, Guarded, guarded
from tests.builders import pupil, stranger, teacher

RUN = "r-7"
WHOLE, SHORT = f"{MEETING}:{RUN}", f":{RUN}"


class Telling(DrillAdapter):
    """The real adapter; `answers` says what becomes of each question about a run."""

    answers: ClassVar[list[str | Exception]] = []
    asked: ClassVar[list[str]] = []

    async def resolve(self, lesson_key: str) -> str:
        self.asked.append(lesson_key)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def school(database_url: str) -> Iterator[Guarded]:
    with guarded(database_url, registry={"drill": Telling}) as made:
        yield made


async def receive(pipeline: Pipeline, *deliveries: Delivery) -> None:
    for delivery in deliveries:
        await pipeline.receive(CONNECTION, delivery)


def test_facts_of_a_run_come_into_the_lesson_that_another_fact_names(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, school.post("participant.joined", pupil(1), meeting=SHORT))
        assert school.rows("lessons") == []
        assert len(school.rows("parked")) == 1
        await receive(pipeline, school.post("lesson.started", meeting=WHOLE))
        await receive(pipeline, school.post("participant.joined", pupil(2), meeting=SHORT))

    school.run(story)
    state = school.folded(school.lesson(WHOLE))
    assert state.inside.keys() == {pupil(1).id, pupil(2).id}
    assert school.rows("parked") == []
    assert len(school.rows("lessons")) == 1
    school.chain_holds()


def test_what_waited_comes_in_the_order_in_which_it_happened(school: Guarded) -> None:
    joined = school.post("participant.joined", pupil(1), meeting=SHORT, at=school.at - 2)
    left = school.post("participant.left", pupil(1), meeting=SHORT, at=school.at - 1)

    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, left, joined, school.post("lesson.started", meeting=WHOLE, at=school.at - 3))

    school.run(story)
    assert school.kinds() == ["lesson.framed", "lesson.started", ParticipantJoined.kind, ParticipantLeft.kind]
    assert not school.folded(school.lesson(WHOLE)).inside


def test_a_repetition_of_what_waits_waits_once(school: Guarded) -> None:
    posted = school.post("participant.joined", pupil(1), meeting=SHORT)

    async def story(pipeline: Pipeline) -> None:
        await asyncio.gather(*(pipeline.receive(CONNECTION, posted) for _ in range(3)))
        await receive(pipeline, posted, school.post("lesson.started", meeting=WHOLE), posted)

    school.run(story)
    assert school.kinds().count(ParticipantJoined.kind) == 1


def test_all_of_it_may_come_in_one_commit(school: Guarded) -> None:
    posts = [
        school.post("participant.joined", teacher(), meeting=SHORT),
        school.post("lesson.started", meeting=WHOLE),
        *(school.post("participant.joined", pupil(n), meeting=SHORT) for n in range(1, 6)),
    ]

    async def story(pipeline: Pipeline) -> None:
        await asyncio.gather(*(pipeline.receive(CONNECTION, p) for p in posts))

    school.run(story)
    assert len(school.folded(school.lesson(WHOLE)).inside) == 6


def test_a_stranger_who_was_faster_than_the_meetings_name_is_held_all_the_same(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, school.post("participant.joined", stranger(1), meeting=SHORT))
        await receive(pipeline, school.post("lesson.started", meeting=WHOLE))

    school.run(story)
    assert [row.kind for row in school.rows("intents")] == ["hold"]


def test_a_run_of_a_meeting_that_no_course_lists_is_only_counted(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, school.post("lesson.started", meeting=f"staff:{RUN}"))
        await receive(pipeline, school.post("participant.joined", pupil(1), meeting=SHORT))
        assert pipeline.counted["unclaimed"] == 2

    school.run(story)
    assert school.rows("lessons") == school.rows("parked") == []


def test_after_a_restart_the_run_is_still_known(school: Guarded) -> None:
    school.run(lambda pipeline: receive(pipeline, school.post("lesson.started", meeting=WHOLE)))
    late = school.post("participant.joined", pupil(1), meeting=SHORT)
    school.again().run(lambda pipeline: receive(pipeline, late))
    assert len(school.folded(school.lesson(WHOLE)).inside) == 1


# --- when nobody tells it ---------------------------------------------------------------------------------------------


def resolved(school: Guarded, *answers: str | Exception, after_a_stop: bool = False) -> list[str]:
    """What is asked about a run of which a pupil's coming is the only sign, until the platform has answered."""
    Telling.answers[:], Telling.asked[:] = answers, []

    async def story(pipeline: Pipeline) -> None:
        connections = school.connect()
        resolving = Resolving(pipeline, connections, patience=0.0, pauses=(0.0,) * len(answers))
        pipeline.sinks.append(resolving)
        if after_a_stop:
            resolving.resume(school.log.parked())
        else:
            await receive(pipeline, school.post("participant.joined", pupil(1), meeting=SHORT))
        async with asyncio.timeout(5):
            await resolving.answered()
        await resolving.close()
        await connections.close()

    school.run(story)
    return list(Telling.asked)


def test_the_platform_is_asked_which_meeting_it_is(school: Guarded) -> None:
    assert resolved(school, Transient("drill", "busy"), WHOLE) == [SHORT, SHORT]
    assert len(school.folded(school.lesson(WHOLE)).inside) == 1


def test_a_run_of_nothing_is_forgotten(school: Guarded) -> None:
    assert resolved(school, Gone("drill")) == [SHORT]
    assert school.rows("lessons") == school.rows("parked") == []


def test_what_waited_when_the_process_stopped_is_asked_about_by_the_next_one(school: Guarded) -> None:
    school.run(lambda pipeline: receive(pipeline, school.post("participant.joined", pupil(1), meeting=SHORT)))
    assert school.again().log.parked() == ((SCHOOL, CONNECTION, RUN),)
    assert resolved(school.again(), WHOLE, after_a_stop=True) == [SHORT]
    assert len(school.folded(school.lesson(WHOLE)).inside) == 1
    assert school.log.parked() == ()


def test_what_nobody_could_name_is_forgotten_in_time(school: Guarded) -> None:
    school.run(lambda pipeline: receive(pipeline, school.post("participant.joined", pupil(1), meeting=SHORT)))
    school.log.forget_parked(school.at)
    assert school.log.parked() == ((SCHOOL, CONNECTION, RUN),)
    school.log.forget_parked(school.at + 1)
    assert school.log.parked() == ()
