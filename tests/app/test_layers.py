"""Layers in running lessons, on SQLite and on PostgreSQL: a change reaches them, a raid hardens the class, and ends."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.errors import Conflict, NotFound
from app.domain.incidents import Verdict
from app.pipeline import Pipeline
from app.store import tables as t
from app.store.courses import AGAIN
from app.store.desk.layers import LayersDesk
from app.store.layers import DAY, Kept
from app.store.review import Judgement, Review
from policies import RULES
from policies.base import Policy
from tests.app.guarded import CONNECTION, SCHOOL, Guarded, guarded
from tests.builders import pupil, stranger, teacher

BY_NAME = {rule.name: rule for rule in RULES}


@pytest.fixture
def school(database_url: str) -> Iterator[Guarded]:
    with guarded(database_url) as made:
        yield made


def desk(school: Guarded) -> LayersDesk:
    return LayersDesk(school.reader, school.engine, school.now)


async def opened(pipeline: Pipeline, school: Guarded, meeting: str = "m1", *people: Any) -> str:
    """A live lesson; its id."""
    await pipeline.receive(CONNECTION, school.post("lesson.started", meeting=meeting))
    for person in (teacher(), *people):
        await pipeline.receive(CONNECTION, school.post("participant.joined", person, meeting=meeting))
    return str(max(school.rows("lessons"), key=lambda row: (row.key == meeting, row.run)).id)


async def ended(pipeline: Pipeline, school: Guarded, meeting: str = "m1") -> None:
    await pipeline.receive(CONNECTION, school.post("lesson.ended", meeting=meeting))


async def setting(pipeline: Pipeline, lesson: str, rule: str, field: str) -> Any:
    """What is in force in a lesson."""
    policy: Policy = (await pipeline.look(SCHOOL, lesson)).course.policy
    return getattr(policy.of(BY_NAME[rule]), field)


def test_a_running_lesson_follows_every_layer(school: Guarded) -> None:
    layers = desk(school)

    async def story(pipeline: Pipeline) -> None:
        lesson = await opened(pipeline, school)

        async def minutes() -> int:
            return int(await setting(pipeline, lesson, "late_lock", "minutes"))

        assert await minutes() == 15
        layers.put_district([SCHOOL], {"late_lock": {"minutes": 12}}, by="d")
        assert await minutes() == 12
        layers.put(SCHOOL, Kept.SCHOOL, {"late_lock": {"minutes": 11}}, by="it")
        assert await minutes() == 11
        layers.put(SCHOOL, Kept.LESSON, {"late_lock": {"minutes": 3}}, by="it", lesson=lesson)
        assert await minutes() == 3
        layers.put(SCHOOL, Kept.LESSON, {}, by="it", lesson=lesson)
        assert await minutes() == 11
        locked = {"late_lock": {"minutes": 2}, "locked": ["late_lock.minutes"]}
        layers.put_district([SCHOOL], locked, by="d", seen={SCHOOL: 1})
        assert await minutes() == 2

    school.run(story)


def test_the_document_of_a_lesson_ends_with_it(school: Guarded) -> None:
    layers = desk(school)

    async def story(pipeline: Pipeline) -> None:
        lesson = await opened(pipeline, school)
        layers.put(SCHOOL, Kept.LESSON, {"late_lock": {"minutes": 3}}, by="it", lesson=lesson)
        await ended(pipeline, school)
        with pytest.raises(Conflict):
            layers.put(SCHOOL, Kept.LESSON, {}, by="it", lesson=lesson)
        with pytest.raises(NotFound):
            layers.put(SCHOOL, Kept.LESSON, {}, by="it", lesson="another")
        school.at += 60
        following = await opened(pipeline, school)
        assert following != lesson
        assert await setting(pipeline, following, "late_lock", "minutes") == 15

    school.run(story)


def test_a_version_that_moved_is_a_conflict(school: Guarded) -> None:
    layers = desk(school)
    assert layers.put(SCHOOL, Kept.SCHOOL, {"preset": "exam"}, by="it", seen=0) == 1
    for seen in (0, 2):
        with pytest.raises(Conflict):
            layers.put(SCHOOL, Kept.SCHOOL, {}, by="it", seen=seen)
    with pytest.raises(Conflict):
        layers.put_district([SCHOOL, "s-other"], {"preset": "strict"}, by="d", seen={"s-other": 4})
    assert layers.get(SCHOOL, Kept.DISTRICT) == ({}, 0)  # in all of them or in none
    assert layers.get(SCHOOL, Kept.SCHOOL) == ({"preset": "exam"}, 1)


# --- hardening --------------------------------------------------------------------------------------------------------


async def raided(pipeline: Pipeline, school: Guarded, strangers: int = 9) -> str:
    """A lesson with strangers in it; of nine it is a raid. It is over afterwards."""
    lesson = await opened(pipeline, school, "m1", pupil(1), *(stranger(n) for n in range(strangers)))
    school.at += 2
    await ended(pipeline, school)
    school.at += 60
    return lesson


def test_after_a_raid_the_next_lessons_are_guarded_more_strictly_for_a_week(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        first = await raided(pipeline, school)
        assert await setting(pipeline, first, "roster_only", "strangers") == "hold"  # no lesson by its own raid
        second = await opened(pipeline, school)
        assert await setting(pipeline, second, "roster_only", "strangers") == "deny"
        assert await setting(pipeline, second, "quiet_start", "mode") == "enforce"  # the seminar has it off
        school.at += 7 * DAY
        assert await setting(pipeline, second, "roster_only", "strangers") == "hold"

    school.run(story)


def test_one_stranger_is_no_raid_unless_it_says_so(school: Guarded) -> None:
    review = Review(school.reader, school.engine, school.now)

    async def story(pipeline: Pipeline) -> None:
        await raided(pipeline, school, strangers=1)
        second = await opened(pipeline, school)
        assert await setting(pipeline, second, "roster_only", "strangers") == "hold"
        (incident,) = (row.id for row in school.rows("incidents") if row.severity >= 3)
        review.judge(SCHOOL, incident, Judgement(verdict=Verdict.TRUE_POSITIVE, note="", reviewer="it"))
        assert await setting(pipeline, second, "roster_only", "strangers") == "deny"

    school.run(story)


@pytest.mark.parametrize("verdict", [Verdict.FALSE_POSITIVE, Verdict.BENIGN, Verdict.TEST])
def test_a_verdict_that_it_was_no_raid_ends_it_at_once(school: Guarded, verdict: Verdict) -> None:
    review = Review(school.reader, school.engine, school.now)

    async def story(pipeline: Pipeline) -> None:
        await raided(pipeline, school)
        second = await opened(pipeline, school)
        (incident,) = (row.id for row in school.rows("incidents") if row.severity >= 3)
        for given, strangers in ((Verdict.TRUE_POSITIVE, "deny"), (verdict, "hold"), (Verdict.UNREVIEWED, "deny")):
            review.judge(SCHOOL, incident, Judgement(verdict=given, note="", reviewer="it"))
            assert await setting(pipeline, second, "roster_only", "strangers") == strangers

    school.run(story)


def test_it_ends_the_hardening_and_a_new_raid_brings_it_back(school: Guarded) -> None:
    layers = desk(school)

    async def story(pipeline: Pipeline) -> None:
        await raided(pipeline, school)
        second = await opened(pipeline, school)
        layers.relieve(SCHOOL, "c1", by="it")
        assert layers.raids(SCHOOL, "c1", 7) == ()
        assert await setting(pipeline, second, "roster_only", "strangers") == "hold"
        await ended(pipeline, school)
        school.at += 60
        await raided(pipeline, school)
        third = await opened(pipeline, school)
        assert await setting(pipeline, third, "roster_only", "strangers") == "deny"

    school.run(story)


def test_never_means_never_and_a_drill_is_no_raid(school: Guarded) -> None:
    school.course("c2", meeting="m2", drill=True)
    school.rules({"preset": "seminar", "restraint": {"harden_days": 0}})
    layers = desk(school)

    async def story(pipeline: Pipeline) -> None:
        await raided(pipeline, school)
        second = await opened(pipeline, school)
        assert await setting(pipeline, second, "roster_only", "strangers") == "hold"
        await opened(pipeline, school, "m2", stranger(1))
        assert layers.raids(SCHOOL, "c2", 7) == ()

    school.run(story)


def test_raids_are_asked_for_once_an_hour_and_not_for_every_event(school: Guarded) -> None:
    school.course("c2", meeting="m2")

    async def story(pipeline: Pipeline) -> None:
        lesson = await opened(pipeline, school)
        other = await opened(pipeline, school, "m1:2")  # the same class, in another room
        with school.engine.begin() as db:
            db.execute(t.incidents.insert().values(_incident(other, school.at)))
        school.at += AGAIN - 1
        assert await setting(pipeline, lesson, "roster_only", "strangers") == "hold"
        school.at += 1
        assert await setting(pipeline, lesson, "roster_only", "strangers") == "deny"

    school.run(story)


def _incident(lesson: str, at: float) -> dict[str, Any]:
    return {
        "school_id": SCHOOL, "id": f"{lesson}.9", "lesson_id": lesson, "course_id": "c1", "opened_at": at,
        "last_at": at, "severity": 3, "rules": ",roster_only,", "reason": "stranger", "actions": 9, "evidence_from": 1,
        "status": "open", "verdict": "unreviewed", "note": "", "reviewer": "", "reviewed_at": None, "drill": False,
        "pupil": False,
    }  # fmt: skip
