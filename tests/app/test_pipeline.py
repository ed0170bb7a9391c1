"""The path of one event, on SQLite and on PostgreSQL: durable, once, in order, whatever the neighbours do."""

import asyncio
import itertools
import json
import random
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event as engine_event
from sqlalchemy import text, update

from adapters.base import Delivery, Received
from app.domain.actions import Outcome, OutcomeKind
from app.domain.errors import NotAuthentic, NotFound
from app.domain.events import ClockTicked, OutcomeSettled, SightLost
from app.domain.state import Status
from app.pipeline import KEPT_BODY, Committed, NotStored, Overloaded, Pipeline, Work
from app.replay.again import again
from app.replay.recording import of_lesson
from app.store import tables as t
from app.store.log import SNAPSHOT_EVERY
from tests.app.guarded import CONNECTION, MEETING, SCHOOL, Guarded, guarded
from tests.builders import MINUTE, START, polled, pressed, pupil, started, stranger, teacher


@pytest.fixture
def school(database_url: str) -> Iterator[Guarded]:
    with guarded(database_url) as made:
        yield made


async def receive(pipeline: Pipeline, *deliveries: Delivery) -> None:
    """One after the other."""
    for delivery in deliveries:
        await pipeline.receive(CONNECTION, delivery)


async def together(pipeline: Pipeline, *deliveries: Delivery) -> list[BaseException | object]:
    """All at once: they wait for one commit."""
    return await asyncio.gather(*(pipeline.receive(CONNECTION, d) for d in deliveries), return_exceptions=True)


def opening(school: Guarded) -> list[Delivery]:
    return [school.post("lesson.started"), school.post("participant.joined", teacher())]


# --- once -------------------------------------------------------------------------------------------------------------


def test_an_acknowledged_delivery_is_in_the_log_exactly_once(school: Guarded) -> None:
    """Twice in one batch, again in the next, and again after a restart."""
    posts = [school.post("participant.joined", pupil(n)) for n in (1, 2, 3)]

    async def story(pipeline: Pipeline) -> None:
        assert not [r for r in await together(pipeline, *posts, *posts) if isinstance(r, BaseException)]
        await receive(pipeline, *posts)
        assert pipeline.counted["duplicate"] == 6

    school.run(story)
    school.again().run(lambda pipeline: receive(pipeline, *posts))
    assert school.kinds() == ["lesson.framed", *["participant.joined"] * 3]
    assert len(school.rows("deliveries")) == 3


def test_what_is_rolled_back_and_done_again_counts_once(school: Guarded) -> None:
    """A neighbour in the same batch is poison, so that each is taken again alone."""
    school.course("broken", meeting="m9", document='{"preset": "cut off')
    known, nobodys = school.post("participant.joined", pupil(1)), school.post("lesson.started", meeting="private")
    poison = school.post("participant.joined", stranger(9), meeting="m9")

    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, known)
        await together(pipeline, known, nobodys, poison)
        assert pipeline.counted == {"accepted": 4, "duplicate": 1, "unclaimed": 1, "poison": 1}

    school.run(story)


def test_what_waits_together_is_one_transaction(school: Guarded) -> None:
    commits: list[object] = []
    engine_event.listen(school.engine, "commit", commits.append)
    posts = [school.post("participant.joined", pupil(n % 5 + 1, id=f"p{n}")) for n in range(50)]

    async def story(pipeline: Pipeline) -> None:
        await together(pipeline, *posts)

    school.run(story)
    assert len(commits) == 1
    assert len(school.kinds()) == 1 + 50


def test_a_forgery_goes_no_further(school: Guarded) -> None:
    body = school.post("participant.joined", stranger(1)).body

    async def story(pipeline: Pipeline) -> None:
        with pytest.raises(NotAuthentic):
            await pipeline.receive(CONNECTION, school.signed(body, secret="guessed"))
        with pytest.raises(NotFound):
            await pipeline.receive("nobody", school.signed(body))
        assert pipeline.counted == {"forged": 1}

    school.run(story)
    assert school.rows("log") == school.rows("deliveries") == school.rows("quarantine") == []


# --- what does not fit ------------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_quarantined_and_answered(school: Guarded) -> None:
    junk = school.signed(b'{"event": 7')

    async def story(pipeline: Pipeline) -> None:
        results = await together(pipeline, *opening(school), junk, school.post("participant.joined", pupil(1)))
        assert not [r for r in results if isinstance(r, BaseException)]

    school.run(story)
    assert school.kinds().count("participant.joined") == 2
    (kept,) = school.rows("quarantine")
    assert (bytes(kept.body), kept.connection_id) == (junk.body, CONNECTION)
    assert kept.reason


def test_a_poisonous_delivery_is_quarantined_and_its_neighbours_survive(school: Guarded) -> None:
    """The policy of another class is no JSON any more: its events are kept aside, ours are decided upon."""
    school.course("broken", meeting="m9", document='{"preset": "cut off')
    poison = school.post("participant.joined", stranger(9), meeting="m9", padding="x" * KEPT_BODY)

    async def story(pipeline: Pipeline) -> None:
        first, last = school.post("participant.joined", pupil(1)), school.post("participant.joined", stranger(2))
        results = await together(pipeline, *opening(school), first, poison, last)
        assert not [r for r in results if isinstance(r, BaseException)]
        assert pipeline.counted["poison"] == 1

    school.run(story)
    (kept,) = school.rows("quarantine")
    assert bytes(kept.body) == poison.body[:KEPT_BODY]
    assert "hold" in {row.kind for row in school.rows("intents")}
    assert school.chain_holds() > 4


def test_text_that_a_database_refuses_is_no_reason_to_be_sent_again_for_ever(school: Guarded) -> None:
    """PostgreSQL stores no NUL; the title comes from outside."""
    odd = Received(lesson_key=MEETING, delivery_id="odd", event=started(title="7-3\u0000"))

    async def story(pipeline: Pipeline) -> None:
        work = Work(school=SCHOOL, connection=CONNECTION, items=(odd,), body=b"as it came")
        joined = school.post("participant.joined", pupil(1))
        await asyncio.gather(pipeline.submit(work), pipeline.receive(CONNECTION, joined))

    school.run(story)
    assert "participant.joined" in school.kinds()
    assert len(school.rows("quarantine")) + school.kinds().count("lesson.started") == 1


def test_a_meeting_of_no_class_is_only_counted(school: Guarded) -> None:
    posts = [school.post("participant.joined", stranger(n), meeting="private") for n in range(3)]

    async def story(pipeline: Pipeline) -> None:
        await together(pipeline, *posts)
        await receive(pipeline, school.post("chat.posted", stranger(1), meeting="private", message={"text": "hi"}))

    school.run(story)
    (row,) = school.rows("unclaimed")
    assert (row.meeting, row.events) == ("private", 4)
    assert school.rows("log") == school.rows("lessons") == school.rows("quarantine") == []


def test_an_unknown_kind_of_event_is_kept_in_the_lesson(school: Guarded) -> None:
    school.run(lambda pipeline: receive(pipeline, *opening(school), school.post("weather.changed")))
    assert school.kinds()[-1] == "unknown"


def test_too_many_at_once_are_told_to_come_again(school: Guarded) -> None:
    school.limit = 10

    async def story(pipeline: Pipeline) -> None:
        posts = [school.post("participant.joined", pupil(1, id=f"p{n}")) for n in range(15)]
        results = await together(pipeline, *posts)
        refused = [d for d, r in zip(posts, results, strict=True) if isinstance(r, Overloaded)]
        assert len(refused) == 5
        await together(pipeline, *refused)

    school.run(story)
    assert len(school.kinds()) == 1 + 15


def test_who_comes_while_the_service_stops_is_told_to_come_again(school: Guarded) -> None:
    """And does not wait for an answer that never comes: the server waits for him in turn."""

    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, *opening(school))
        await pipeline.close()
        async with asyncio.timeout(10):
            with pytest.raises(NotStored):
                await receive(pipeline, school.post("participant.joined", pupil(1)))

    school.run(story)
    assert school.kinds().count("participant.joined") == 1


def test_what_the_database_does_not_take_is_not_acknowledged(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, *opening(school))
        post = school.post("participant.joined", pupil(1))
        with school.engine.begin() as db:
            db.execute(text("ALTER TABLE log RENAME TO elsewhere"))
        with pytest.raises(NotStored):
            await pipeline.receive(CONNECTION, post)
        with school.engine.begin() as db:
            db.execute(text("ALTER TABLE elsewhere RENAME TO log"))
        await pipeline.receive(CONNECTION, post)

    school.run(story)
    assert school.kinds().count("participant.joined") == 2
    school.chain_holds()


def test_a_reader_that_stumbles_keeps_nobody_from_the_answer(school: Guarded) -> None:
    heard: list[Committed] = []

    def stumbles(committed: Committed) -> None:
        raise RuntimeError("a panel")

    async def story(pipeline: Pipeline) -> None:
        pipeline.sinks += [stumbles, heard.append]
        async with asyncio.timeout(10):
            await receive(pipeline, *opening(school))

    school.run(story)
    assert len(heard) == 2


# --- lessons ----------------------------------------------------------------------------------------------------------


def test_a_meeting_that_is_held_again_is_a_new_lesson_and_late_events_stay_with_the_old_one(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, *opening(school))
        school.at += 40 * MINUTE
        await receive(pipeline, school.post("lesson.ended"))
        first = school.lesson()
        late = school.post("participant.joined", stranger(1), at=school.at - 5)
        await receive(pipeline, late, school.post("lesson.started", at=school.at - 30))
        assert school.lesson() == first
        assert school.loaded(first).state.status is Status.ENDED
        school.at += 10 * MINUTE
        await receive(pipeline, school.post("participant.joined", teacher("t-again")))
        assert school.lesson() != first
        assert school.loaded(school.lesson()).run == 2
        await receive(pipeline, school.post("participant.left", teacher(), at=START + 99))
        assert set(school.loaded(school.lesson()).state.inside) == {"t-again"}

    school.run(story)
    assert school.rows("intents") == []  # nobody was judged in a lesson that is over
    assert [row.status for row in sorted(school.rows("lessons"), key=lambda r: r.run)] == ["ended", "live"]


def test_after_a_restart_the_log_folds_to_the_same_state(school: Guarded) -> None:
    """Across two snapshots, with every kind of trouble in between."""
    chance = random.Random(7)

    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, *opening(school))
        lesson = school.lesson()
        everybody = [pupil(n) for n in range(1, 6)] + [stranger(n) for n in range(1, 9)]
        for _ in range(110):
            school.at += 2.5
            who = chance.choice(everybody)
            kind = chance.choice(["joined", "left", "waiting", "renamed"])
            media = chance.choice(["audio.unmuted", "audio.muted", "share.started", "chat.posted"])
            batch = [
                school.post(f"participant.{kind}", who),
                school.post(media, who, message={"id": "1", "text": "hm"}),
            ]
            batch += [school.post("settings.changed", switches={"chat_closed": chance.random() < 0.5})]
            await together(pipeline, *batch)
            await pipeline.tell(SCHOOL, lesson, polled([teacher(), *chance.sample(everybody, 4)], [], at=school.at))
        await pipeline.press(SCHOOL, lesson, pressed("calm", at=school.at))
        await pipeline.tell(SCHOOL, lesson, SightLost(at=school.at, reason="no_events"))
        loaded = school.loaded(lesson)
        assert loaded.number > 2 * SNAPSHOT_EVERY
        assert 0 < loaded.snapshot_number < loaded.number
        assert school.folded(lesson) == loaded.state
        assert school.chain_holds() == loaded.number

    school.run(story)


def test_another_roster_is_in_force_from_the_next_event_on(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, *opening(school), school.post("participant.waiting", stranger(1)))
        with school.engine.begin() as db:
            listed = json.dumps([{"id": "r9", "name": "x", "accounts": ["account-9"]}])
            db.execute(update(t.courses).values(roster=listed, roster_version=2))
        await receive(pipeline, school.post("participant.waiting", pupil(9)))
        state = school.loaded(school.lesson()).state
        assert state.waiting["p9"].trusted
        assert state.roster_version == 2

    school.run(story)
    assert [row.kind for row in school.rows("intents")][-1] == "admit"


# --- buttons ----------------------------------------------------------------------------------------------------------


def test_a_button_with_the_same_key_is_one_press(school: Guarded) -> None:
    """Pressed twice before the first answer came, again later, and again after a restart."""

    async def story(pipeline: Pipeline) -> tuple[str, ...]:
        await receive(pipeline, *opening(school))
        lesson, press = school.lesson(), pressed("calm", at=school.at, key="k")
        both = await asyncio.gather(*(pipeline.press(SCHOOL, lesson, press) for _ in range(2)))
        assert both[0] == both[1] == await pipeline.press(SCHOOL, lesson, press)
        assert len(both[0]) == 6
        return both[0]

    async def afterwards(pipeline: Pipeline) -> tuple[str, ...]:
        return await pipeline.press(SCHOOL, school.lesson(), pressed("calm", at=school.at, key="k"))

    first = school.run(story)
    assert school.again().run(afterwards) == first
    assert school.kinds().count("button.pressed") == 1
    assert len(school.rows("intents")) == 6


def test_the_same_key_on_another_button_is_another_press(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> tuple[str, ...]:
        await receive(pipeline, *opening(school))
        lesson = school.lesson()
        first = await pipeline.press(SCHOOL, lesson, pressed("close_chat", at=school.at, key="k"))
        return (*first, *await pipeline.press(SCHOOL, lesson, pressed("lock", at=school.at, key="k")))

    assert len(set(school.run(story))) == 2


def test_two_teachers_at_once_make_one_set_of_actions(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, *opening(school))
        presses = [pressed("calm", at=school.at, by=f"u{n}", key=f"k{n}") for n in range(3)]
        answers = await asyncio.gather(*(pipeline.press(SCHOOL, school.lesson(), p) for p in presses))
        assert [len(a) for a in answers] == [6, 0, 0]

    school.run(story)
    assert len(school.rows("intents")) == 6


def test_a_button_of_no_lesson_is_told_so(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        with pytest.raises(NotFound):
            await pipeline.press(SCHOOL, "nowhere", pressed("calm"))
        await receive(pipeline, *opening(school))
        with pytest.raises(NotFound):
            await pipeline.press("another school", school.lesson(), pressed("calm"))

    school.run(story)
    assert school.rows("intents") == []


# --- intents and incidents --------------------------------------------------------------------------------------------


def raid(school: Guarded) -> list[Delivery]:
    """Strangers come, one shares."""
    posts = [school.post("participant.joined", stranger(n)) for n in range(1, 7)]
    return [*opening(school), *posts, school.post("share.started", stranger(2))]


def test_house_1_and_2_every_intent_has_one_incident_and_every_incident_a_reason(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, *raid(school))
        school.at += 2 * MINUTE
        await pipeline.press(SCHOOL, school.lesson(), pressed("calm", at=school.at))
        school.at += 11 * MINUTE  # another disturbance, another incident
        await receive(pipeline, school.post("participant.joined", stranger(9)))
        await receive(pipeline, school.post("participant.waiting", pupil(4)))

    school.run(story)
    intents, incidents = school.rows("intents"), {row.id: row for row in school.rows("incidents")}
    logged = [row for row in school.rows("log") if row.kind == "intent"]
    assert len(intents) == len(logged) >= 13
    assert {row.incident_id for row in intents} == {row.incident_id for row in logged} == set(incidents)
    assert len([i for i in incidents if not i.endswith(".routine")]) == 2
    for id, incident in incidents.items():
        of_it = [row for row in intents if row.incident_id == id]
        assert (incident.actions, incident.reason != "") == (len(of_it), True)
        assert set(incident.rules.strip(",").split(",")) == {row.rule for row in of_it}
        assert 1 <= incident.evidence_from <= min(row.number for row in of_it)


def test_a_drills_rows_are_marked_as_such(school: Guarded) -> None:
    school.course("rehearsal", meeting="m2", drill=True)
    school.run(lambda pipeline: receive(pipeline, school.post("participant.joined", stranger(1), meeting="m2")))
    assert [row.drill for row in school.rows("lessons")] == [True]
    assert {row.drill for row in school.rows("incidents")} == {True}


def test_an_intent_is_queued_only_after_its_commit(school: Guarded) -> None:
    seen: list[tuple[str, str]] = []

    def executor(committed: Committed) -> None:
        stored = {row.id: row.status for row in school.rows("intents")}
        seen.extend((q.id, stored[q.id]) for q in committed.queued)

    async def story(pipeline: Pipeline) -> None:
        pipeline.sinks.append(executor)
        await receive(pipeline, *raid(school))

    school.run(story)
    assert len(seen) >= 6
    assert {status for _, status in seen} == {"pending"}


def test_an_outcome_settles_its_intent_in_log_queue_and_fold(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, *opening(school), school.post("participant.joined", stranger(1)))
        lesson = school.lesson()
        (standing,) = school.loaded(lesson).state.open_intents()
        told = OutcomeSettled(
            at=school.at, intent=standing.id, action=standing.action, outcome=Outcome(kind=OutcomeKind.REQUESTED)
        )
        await pipeline.tell(SCHOOL, lesson, told)
        assert [q.status for q in school.log.unfinished()] == [OutcomeKind.REQUESTED]
        await receive(pipeline, school.post("participant.waiting", stranger(1), at=school.at))
        assert school.log.unfinished() == ()
        assert school.loaded(lesson).state.intents[standing.id].status is OutcomeKind.CONFIRMED

    school.run(story)
    assert [row.status for row in school.rows("intents", kind="hold")] == ["confirmed"]
    assert school.kinds().count("outcome.settled") == 2  # requested and confirmed


# --- the chain --------------------------------------------------------------------------------------------------------


def test_the_chain_holds_and_still_holds_when_names_are_erased(school: Guarded) -> None:
    school.run(lambda pipeline: receive(pipeline, *raid(school)))
    rows = school.chain_holds()
    assert rows == len(school.rows("log")) > 10
    with school.engine.begin() as db:
        db.execute(update(t.log).values(private=None, salt=None))
    assert school.chain_holds() == rows
    assert set(school.folded(school.lesson()).inside) >= {"t", "x1"}  # and what is left can still be folded


def test_a_changed_row_breaks_it(school: Guarded) -> None:
    school.run(lambda pipeline: receive(pipeline, *raid(school)))
    with school.engine.begin() as db:
        db.execute(update(t.log).where(t.log.c.number == 4).values(at=t.log.c.at + 1))
    with pytest.raises(AssertionError):
        school.chain_holds()


# --- two writers ------------------------------------------------------------------------------------------------------


def test_two_processes_on_one_database_keep_one_gapless_log(postgres_url: str) -> None:
    """Deliveries of the same lessons reach both, some reach both of them twice, from the very first one on."""
    with guarded(postgres_url) as one:
        one.course("c2", meeting="m2")
        two = one.again()
        chance = random.Random(3)

        async def story(mine: Pipeline, other: Pipeline) -> int:
            sent = 0
            for turn in range(25):
                one.at = two.at = START + turn
                batch = [
                    one.post(
                        "participant.joined", pupil(n % 5 + 1, id=f"p{turn}-{n}"), meeting=chance.choice(("m1", "m2"))
                    )
                    for n in range(4)
                ]
                batch.append(one.post("participant.joined", stranger(turn), meeting="m1"))
                both = [(p, d) for d in batch for p in chance.choice(((mine,), (other,), (mine, other)))]
                chance.shuffle(both)
                await asyncio.gather(*(until_acknowledged(p, d) for p, d in both))
                sent += len(batch)
            return sent

        async def told() -> int:
            connections = one.connect()
            mine, other = Pipeline(one.log, connections, one.now), Pipeline(two.log, connections, two.now)
            try:
                return await story(mine, other)
            finally:
                await mine.close()
                await other.close()
                await connections.close()

        sent = asyncio.run(told())
        assert one.kinds().count("participant.joined") == sent
        for meeting in ("m1", "m2"):
            lesson = one.lesson(meeting)
            rows = one.rows("log", lesson_id=lesson)
            assert [r.number for r in rows] == list(range(1, len(rows) + 1))
            assert one.loaded(lesson).state == two.loaded(lesson).state == one.folded(lesson)
        assert one.chain_holds() > sent
        assert len(one.rows("lessons")) == 2


async def until_acknowledged(pipeline: Pipeline, delivery: Delivery) -> None:
    """As a platform does: once more when it was not stored."""
    for _ in range(3):
        (result,) = await together(pipeline, delivery)
        if not isinstance(result, BaseException):
            return
    raise AssertionError(f"never stored: {result!r}")


def test_the_meeting_of_these_tests_belongs_to_their_class(school: Guarded) -> None:
    assert [row.meeting for row in school.rows("meetings")] == [MEETING]


def slowly() -> Callable[[], float]:
    """The clock of rules of which each takes 60 ms."""
    looks = itertools.count()
    return lambda: next(looks) * 0.06


def test_a_rule_that_keeps_the_others_waiting_is_an_incident_of_its_own(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        await receive(pipeline, school.post("participant.joined", stranger(1)))
        await receive(pipeline, school.post("participant.joined", stranger(2)))

    school.run(story, spent=slowly())
    slow = [row for row in school.rows("log") if row.kind == "rule.failed"]
    told = [json.loads(row.body) for row in school.rows("log") if row.kind == "intent"]
    alerts = [t["rule"] for t in told if t["reason"] == "rule_slow"]
    assert alerts == [json.loads(row.body)["rule"] for row in slow]
    assert len(alerts) == 1  # once a minute
    assert [t for t in told if t["action"]["kind"] == "hold"]  # the rules went on
    with school.reader.begin() as db:
        assert (found := again(of_lesson(db, SCHOOL, school.lesson()))).same, found.difference


def test_a_slow_rule_is_told_of_although_the_moment_itself_led_to_nothing(school: Guarded) -> None:
    school.run(lambda pipeline: receive(pipeline, school.post("participant.joined", pupil(1))))
    school.at += 1
    school.run(lambda pipeline: pipeline.tell(SCHOOL, school.lesson(), ClockTicked(at=school.at)), spent=slowly())
    kinds = [row.kind for row in school.rows("log")]
    assert "clock.ticked" not in kinds
    assert kinds.count("rule.failed") == 1
