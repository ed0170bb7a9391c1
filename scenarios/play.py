"""One scenario on one platform: the real service against the practice classroom that wears it."""

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from adapters.drill.classroom.webhooks import sign
from app.replay.again import Again, again
from app.replay.truth import calm_after, disturbances, disturbed_seconds, longest_wait, stays
from app.store.review import Filter
from scenarios import hours, wire
from scenarios.house import CONNECTION, SCHOOL, House
from scenarios.poverty import poverty_of
from scenarios.score import Score, Touch
from scenarios.script import Habits, Kind, Moment, Move, Script
from scenarios.stage import SECRET, Stage
from scenarios.teacher import Teacher
from scenarios.worn import wearing

SEED = 20221102
MEMORY = Path("/dev/shm")  # noqa: S108  a file system in memory, where there is one: nothing here has to last
KEPT_OUT = 20.0  # seconds before the door after which a pupil counts as kept out of the lesson
AGAINST = ("hold", "deny", "kick", "ban", "mute", "stop_video", "stop_share", "silence", "rename")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A scenario on a platform and what came of it."""

    script: str
    platform: str
    score: Score
    failed: tuple[str, ...]  # the pass conditions that were not met

    @property
    def passed(self) -> bool:
        """Whether everything came out as the scenario wants."""
        return not self.failed


def play(script: Script, platform: str, *, seed: int = SEED, habits: Habits | None = None) -> Played:
    """Play it from beginning to end; the same seed gives the same figures."""
    script = replace(script, habits=habits or script.habits)
    random.seed(seed)  # the executor spreads its retries with this
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        score = hours.live(lambda: _lesson(script, platform, seed, Path(folder)))
    failed = tuple(wanted.text for wanted in script.wanted if not wanted.met(score))
    return Played(script=script.id, platform=platform, score=score, failed=failed)


async def _lesson(script: Script, platform: str, seed: int, folder: Path) -> Score:
    network = wire.Network()
    stage = Stage(script, network, poverty=poverty_of(platform), seed=seed)
    house = House(folder, wearing(platform), stage, network)
    await house.open()
    teacher = Teacher(house, stage, network, script.habits)
    guarding = asyncio.create_task(teacher.guard())
    stage.begin()
    backstage = Backstage(house, stage)
    moves = [asyncio.create_task(backstage.move(moment)) for moment in script.moments]
    await asyncio.sleep(script.seconds)
    for task in (guarding, *moves):
        task.cancel()
    results = await asyncio.gather(guarding, *moves, return_exceptions=True)
    found = await _score(house, stage, teacher, backstage)
    await house.close()
    await stage.classroom.close()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return found


class Backstage:
    """What happens to platform and service while the lesson runs."""

    def __init__(self, house: House, stage: Stage) -> None:
        self._house = house
        self._stage = stage
        self.forged: Counter[int] = Counter()
        self.notes: dict[str, object] = {"forged": self.forged}

    async def move(self, moment: Moment) -> None:
        """Wait for the moment and do it."""
        await asyncio.sleep(moment.at)
        what = moment.what
        match moment.move:
            case Move.FAULTS:
                self._stage.misbehave(list(what["rules"]))
            case Move.PRESS:
                await self._house.press(str(what["button"]), by=str(what["by"]), key=str(what.get("key", "")))
            case Move.RESTART:
                await self._house.close()
                await asyncio.sleep(float(what["seconds"]))
                await self._house.open()
            case Move.FORGE:
                await self._forge(what)
            case Move.DEAF:
                self._stage.classroom.sender.url = ""
            case Move.ERASE:
                self._house.app.service.review.erase(hours.clock().now() + 1.0)
            case Move.END:
                self._stage.classroom.publish(self._stage.room, self._stage.room.end())
            case Move.JUDGE:
                self._house.judge(str(what["verdict"]))
            case Move.READ:
                answer = await self._house.read(str(what["path"]))
                self.notes[str(what["as"])] = {"status": answer.status, "text": answer.body.decode()}
            case Move.NOTE:
                self.notes[str(what["as"])] = await self._note()

    async def _forge(self, what: Mapping[str, object]) -> None:
        """A delivery with the platform's own signature that says something wrong."""
        body = self._stage.body(what)
        stamp = str(int(hours.clock().now()))
        headers = {"x-drill-timestamp": stamp, "x-drill-signature": sign(SECRET, stamp, body)}
        answer = await wire.ask(self._house.app, "POST", f"/hooks/{CONNECTION}", "", headers, body)
        self.forged[answer.status] += 1

    async def _note(self) -> dict[str, object]:
        """Room and service side by side, at this moment."""
        state = await self._house.state()
        named, erased = self._house.named_rows()
        return {
            "named": named,
            "erased": erased,
            "switches": self._stage.room.switches,
            "inside": {p.id for p in self._stage.room.present() if p.place == "inside"},
            "believed": set(state.inside),
            "blind": state.blind,
        }


async def _score(house: House, stage: Stage, teacher: Teacher, backstage: Backstage) -> Score:
    end, hostile = stage.now, stage.hostile()
    spans = disturbances(stage.facts, hostile, end)
    inside = stays(stage.facts, hostile, end)
    return Score(
        calm=calm_after(spans, end),
        first=spans[0].start if spans else None,
        disturbed=disturbed_seconds(spans),
        acts=len(spans),
        strangers_in=len(inside),
        entries=sum(map(len, inside.values())),
        longest_stay=max((s.seconds for spans in inside.values() for s in spans), default=0.0),
        touched=tuple(_touched(stage, end)),
        presses=house.presses,
        by_hand=teacher.by_hand,
        told=house.told(),
        asked=tuple(stage.asked),
        stays=stays(stage.facts, stage.cast(), end),
        rows=tuple((row.recorded_at - hours.START, row.kind) for row in house.rows),
        notes=backstage.notes,
        **await _record(house),
    )


def _touched(stage: Stage, end: float) -> list[Touch]:
    found = []
    for actor in stage.script.cast:
        if actor.kind is not Kind.PUPIL or actor.hostile:
            continue
        found += [
            Touch(who=actor.key, what=a.what) for a in stage.asked if a.ok and a.who == actor.key and a.what in AGAINST
        ]
        if longest_wait(stage.facts, actor.key, end) > KEPT_OUT:
            found.append(Touch(who=actor.key, what="kept out"))
    return found


async def _record(house: House) -> dict[str, Any]:
    """What the service has on record: how many incidents, whether its chain holds and it follows from its events."""
    review = house.app.service.review
    return {
        "incidents": len(review.incidents(SCHOOL, Filter()).items),
        "chain": all(walked.broken is None for walked in review.walk(SCHOOL)),
        "again": tuple(_again(house, record.id) for record in house.app.service.desk.lessons.page(SCHOOL).items),
    }


def _again(house: House, lesson: str) -> Again:
    with house.app.service.archive.open(SCHOOL, lesson) as recording:
        return again(recording)
