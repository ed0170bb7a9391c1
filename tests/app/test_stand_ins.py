"""What stands in for an action that a platform does not have: asked once, and not again and again."""

from pathlib import Path

import pytest

from adapters.drill import DrillAdapter
from app.domain.actions import ActionKind, Confirm, Level, Support, Words
from app.domain.events import ClockTicked
from app.domain.people import Participant
from app.pipeline import Pipeline
from tests.app.guarded import CONNECTION, SCHOOL, Guarded, guarded
from tests.builders import MINUTE, START, pressed, stranger, teacher

LOCKS = Words(zh="在会议窗口点「锁定」", vi="Bấm khóa trong cửa sổ lớp", en="Press lock in the lesson's window")
NO_DOOR = Support(level=Level.NONE, confirm=Confirm.NEVER, note="no waiting room", instead=(ActionKind.LOCK,))
NO_HOLD = Support(level=Level.NONE, confirm=Confirm.NEVER, note="no waiting room", instead=(ActionKind.ALERT,))


class NoDoor(DrillAdapter):
    """No waiting room: the room is locked instead, and people are called about whoever should wait."""

    lock = Support(confirm=Confirm.EVENT)

    def supports(self, kind: ActionKind, target: Participant | None = None, lesson_key: str = "") -> Support:
        own = {ActionKind.OPEN_WAITING_ROOM: NO_DOOR, ActionKind.HOLD: NO_HOLD, ActionKind.LOCK: self.lock}
        return own.get(kind) or super().supports(kind, target, lesson_key)


class LockedByHand(NoDoor):
    """The same where only the teacher's own client locks."""

    lock = Support(level=Level.MANUAL, note="no call", instead=(ActionKind.ALERT,), instruction=LOCKS)


async def opened(pipeline: Pipeline, school: Guarded) -> str:
    for delivery in (school.post("lesson.started"), school.post("participant.joined", teacher())):
        await pipeline.receive(CONNECTION, delivery)
    return school.lesson()


async def minutes_pass(pipeline: Pipeline, school: Guarded, lesson: str, minutes: int) -> None:
    """The clock ticks, and people come and go."""
    for n in range(minutes):
        school.at += MINUTE
        await pipeline.tell(SCHOOL, lesson, ClockTicked(at=school.at))
        await pipeline.receive(CONNECTION, school.post("participant.joined", stranger(n)))


def kinds(school: Guarded) -> list[str]:
    return [row.kind for row in school.rows("intents")]


def test_calm_locks_once_and_the_lock_ends_by_itself(tmp_path: Path) -> None:
    async def story(pipeline: Pipeline) -> None:
        lesson = await opened(pipeline, school)
        await pipeline.press(SCHOOL, lesson, pressed("calm", at=school.at))
        locks = [s for s in school.loaded(lesson).state.intents.values() if s.action.kind is ActionKind.LOCK]
        assert [s.until for s in locks] == [school.at + 15 * MINUTE]

    with guarded(f"sqlite:///{tmp_path}/menshen.db", registry={"drill": NoDoor}) as school:
        school.run(story)


@pytest.mark.parametrize("kind", [LockedByHand, NoDoor])
def test_a_late_door_is_asked_for_once(tmp_path: Path, kind: type[NoDoor]) -> None:
    """Also where there is no waiting room: the lock comes later, once, under way or by hand."""

    async def story(pipeline: Pipeline) -> None:
        lesson = await opened(pipeline, school)
        school.at = START + 9 * MINUTE
        await minutes_pass(pipeline, school, lesson, 30)

    with guarded(f"sqlite:///{tmp_path}/menshen.db", registry={"drill": kind}) as school:
        others = ("roster_only", "silent_stranger", "keep_out", "join_wave")
        school.rules({"preset": "lecture", **{name: {"mode": "off"} for name in others}})
        school.run(story)
        assert kinds(school).count("lock") == 1
        assert school.kinds().count("clock.ticked") <= (2 if kind is LockedByHand else 30)  # one a minute at the most


def test_people_are_called_once_a_minute_about_the_same_presence(tmp_path: Path) -> None:
    async def story(pipeline: Pipeline) -> None:
        await opened(pipeline, school)
        for _ in range(5):
            await pipeline.receive(CONNECTION, school.post("participant.renamed", stranger(1)))
            await pipeline.receive(CONNECTION, school.post("participant.joined", stranger(1)))
        assert kinds(school).count("alert") == 1
        school.at += MINUTE + 1
        await pipeline.receive(CONNECTION, school.post("participant.joined", stranger(1)))

    with guarded(f"sqlite:///{tmp_path}/menshen.db", registry={"drill": NoDoor}) as school:
        school.run(story)
        assert kinds(school).count("alert") == 2
