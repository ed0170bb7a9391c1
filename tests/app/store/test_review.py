"""What school IT finds after class: every action in exactly one incident, and the list, the record and the verdict."""

from collections import Counter

import pytest
from sqlalchemy import insert, select, update

from app.domain import events as ev
from app.domain.actions import Button, OutcomeKind, Severity
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.incidents import IncidentStatus, Verdict
from app.domain.people import Participant
from app.replay.again import again
from app.replay.recording import of_lesson
from app.store import codec
from app.store import tables as t
from app.store.review import Filter, Judgement
from tests.app.store.scripted import CONNECTION, MATHS, MUSIC, NINE, REHEARSAL, SCHOOL, STRANGER, School

DAY = 86_400.0


def test_every_action_belongs_to_exactly_one_incident(school: School) -> None:
    lesson = school.begin(MATHS)
    school.raid(MATHS, NINE + 60)
    school.press(lesson, Button.CALM)
    school.raid(MATHS, NINE + 2000, Participant(id="p-2", name="user9"))
    with school.reader.begin() as db:
        intents = db.execute(select(t.intents)).all()
        incidents = {row.id: row for row in db.execute(select(t.incidents))}
        logged = db.execute(select(t.log).where(t.log.c.kind == "intent")).all()
    assert len(intents) >= 8
    assert {i.incident_id for i in intents} == set(incidents)
    assert Counter(i.incident_id for i in intents) == {key: row.actions for key, row in incidents.items()}
    assert [(r.number, r.incident_id) for r in logged] == [
        (i.number, i.incident_id) for i in sorted(intents, key=lambda i: i.number)
    ]


def test_routine_is_hidden_until_asked_for(school: School) -> None:
    school.begin(MATHS)
    raided = school.raid(MATHS, NINE + 60)
    assert [i.id for i in school.listed()] == [raided]
    assert {i.id for i in school.listed(severity=Severity.INFO)} == {raided, f"{school.lesson(MATHS)}.routine"}
    assert school.listed(severity=Severity.CRITICAL) == ()


def test_the_list_is_narrowed_by_every_filter(school: School) -> None:
    school.begin(MATHS)
    first = school.raid(MATHS, NINE + 60)
    school.begin(MUSIC, NINE + 1000)
    stranger = Participant(id="p-2", name="Guest")
    school.hear(MUSIC, ev.ParticipantJoined(at=NINE + 1060, participant=stranger))
    school.hear(MUSIC, ev.ShareStarted(at=NINE + 1061, participant=stranger))
    second = school.newest(school.lesson(MUSIC))
    school.review.judge(SCHOOL, first, Judgement(verdict=Verdict.BENIGN, note="", reviewer="it@school.example"))

    def found(**chosen: object) -> list[str]:
        return [i.id for i in school.listed(**chosen)]

    assert found() == [second, first]
    assert found(course=MATHS) == [first]
    assert found(rule="share_guard") == [second]
    assert found(rule="roster_only") == [second, first]
    assert found(rule="roster") == found(rule="%") == found(rule="roster_onl_") == []
    assert found(status=IncidentStatus.OPEN) == [second]
    assert found(verdict=Verdict.BENIGN) == found(status=IncidentStatus.REVIEWED) == [first]
    assert found(since=NINE + 1000) == [second]
    assert found(until=NINE + 1000) == [first]
    assert found(guard="li@school.example") == [first]
    assert found(guard="someone@school.example") == []


def test_rehearsals_and_real_lessons_never_stand_in_one_list(school: School) -> None:
    school.begin(MATHS)
    real = school.raid(MATHS, NINE + 60)
    school.begin(REHEARSAL, NINE + 600)
    rehearsed = school.raid(REHEARSAL, NINE + 660)
    assert [i.id for i in school.listed(severity=Severity.LOW)] == [real]
    shown = school.listed(drill=True)
    assert [i.id for i in shown] == [rehearsed]
    assert shown[0].drill
    assert not any(i.drill for i in school.listed(severity=Severity.INFO))


def test_pages_lose_and_repeat_nothing_when_many_opened_at_the_same_moment(school: School) -> None:
    school.begin(MATHS)
    opened = school.raid(MATHS, NINE + 60)
    with school.writer.begin() as db:
        like = db.execute(select(t.incidents).where(t.incidents.c.id == opened)).one()._asdict()
        db.execute(insert(t.incidents), [{**like, "id": f"twin-{n:02}"} for n in range(10)])
    seen: list[str] = []
    after, pages = "", 0
    while after or not pages:
        page = school.review.incidents(SCHOOL, Filter(), after=after, limit=3)
        seen, after, pages = [*seen, *(i.id for i in page.items)], page.next, pages + 1
    assert pages == 4
    assert sorted(seen) == sorted([opened, *(f"twin-{n:02}" for n in range(10))])
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIiwiYiJd", "%00", "ÿ", "e" * 5000])
def test_a_made_up_cursor_is_refused_in_words(school: School, cursor: str) -> None:
    with pytest.raises(Invalid, match="after"):
        school.review.incidents(SCHOOL, Filter(), after=cursor)


def test_the_record_tells_what_led_to_each_action_and_what_became_of_it(school: School) -> None:
    school.begin(MATHS)
    record = school.review.record(SCHOOL, school.raid(MATHS, NINE + 60))
    kinds = {row.number: row.kind for row in record.rows}
    hold = next(s for s in record.steps if s.action["kind"] == "hold")
    assert kinds[hold.cause or 0] == "participant.joined"
    assert (hold.rule, hold.reason, hold.outcome) == ("roster_only", "stranger", OutcomeKind.CONFIRMED)
    assert hold.action["target"]["name"] == STRANGER.name
    assert [kinds[n] for n in hold.outcomes] == ["outcome.settled"] * 2
    assert hold.requested_after == pytest.approx(0.6)
    assert hold.confirmed_after == pytest.approx(1.0)
    assert [(h.inside, h.waiting) for h in record.heads] == [(0, 0), (1, 0), (2, 0), (3, 0), (2, 1)]


def test_the_cause_of_an_action_is_not_mistaken_for_its_neighbour(school: School) -> None:
    """A share is stopped and taken back to the hosts; then the platform refuses the hold and the ladder steps up."""
    lesson = school.begin(MATHS)
    school.hear(MATHS, ev.ParticipantJoined(at=NINE + 60, participant=STRANGER))
    school.hear(MATHS, ev.ShareStarted(at=NINE + 61, participant=STRANGER))
    (hold,) = school.asked(lesson, "hold")
    school.settle(lesson, hold, OutcomeKind.REFUSED)
    record = school.review.record(SCHOOL, school.newest(lesson))
    kinds = {row.number: row.kind for row in record.rows}
    causes = {(s.rule, s.action["kind"]): kinds[s.cause or 0] for s in record.steps}
    assert causes[("share_guard", "stop_share")] == "share.started"
    stepped = [s for s in record.steps if s.reason == "did_not_help"]
    assert stepped
    assert {kinds[s.cause or 0] for s in stepped} == {"outcome.settled"}


def test_the_record_is_sealed_from_two_minutes_before_to_its_own_last_row(school: School) -> None:
    school.begin(MATHS)
    opened = school.raid(MATHS, NINE + 600)
    school.hear(MATHS, ev.AudioUnmuted(at=NINE + 3000, participant=STRANGER))
    record = school.review.record(SCHOOL, opened)
    assert record.rows[0].at >= NINE + 480
    assert record.rows[-1].incident == opened
    assert [r.number for r in record.rows] == list(range(record.rows[0].number, record.rows[-1].number + 1))
    assert record.heads[0].at == NINE  # the picture shows the whole lesson up to here


def test_a_verdict_is_kept_with_its_reviewer_and_can_be_taken_back(school: School) -> None:
    school.begin(MATHS)
    opened = school.raid(MATHS, NINE + 60)
    told = Judgement(verdict=Verdict.TRUE_POSITIVE, note="reported", reviewer="it@school.example")
    judged = school.review.judge(SCHOOL, opened, told)
    assert (judged.status, judged.verdict, judged.note) == (
        IncidentStatus.REVIEWED,
        Verdict.TRUE_POSITIVE,
        "reported",
    )
    assert (judged.reviewer, judged.reviewed_at) == ("it@school.example", school.at)
    back = school.review.judge(SCHOOL, opened, Judgement(verdict=Verdict.UNREVIEWED, note="", reviewer="x"))
    assert (back.status, back.reviewer, back.reviewed_at) == (IncidentStatus.OPEN, "", None)


def test_of_two_reviewers_at_once_the_second_is_told(school: School) -> None:
    school.begin(MATHS)
    opened = school.raid(MATHS, NINE + 60)
    mine = Judgement(verdict=Verdict.BENIGN, note="", reviewer="a@school.example", checked=True, seen=None)
    school.review.judge(SCHOOL, opened, mine)
    with pytest.raises(Conflict):
        school.review.judge(SCHOOL, opened, mine)
    assert school.review.incident(SCHOOL, opened).reviewer == "a@school.example"


def test_what_is_not_there_is_not_found(school: School) -> None:
    school.begin(MATHS)
    opened = school.raid(MATHS, NINE + 60)
    judged = Judgement(verdict=Verdict.BENIGN, note="", reviewer="x")
    for wrong in (lambda: school.review.record(SCHOOL, "nobody"), lambda: school.review.record("s-2", opened),
                  lambda: school.review.judge("s-2", opened, judged), lambda: school.review.proof("s-2", "x"),
                  lambda: list(school.review.walk(SCHOOL, "nowhere"))):  # fmt: skip
        with pytest.raises(NotFound):
            wrong()
    with pytest.raises(Invalid, match="note"):
        school.review.judge(SCHOOL, opened, Judgement(verdict=Verdict.BENIGN, note="x" * 4001, reviewer="x"))


def test_what_could_not_be_read_and_what_belongs_to_nobody_is_listed(school: School) -> None:
    school.garble(b"\xff\x00garbage", "not a webhook body")
    school.hear("foreign", ev.LessonStarted(at=NINE), ev.ParticipantJoined(at=NINE + 1, participant=STRANGER))
    (kept,) = school.review.quarantined(SCHOOL)
    assert (kept.connection, kept.reason, kept.size) == (CONNECTION, "not a webhook body", 9)
    (foreign,) = school.review.unclaimed(SCHOOL)
    assert (foreign.meeting, foreign.events, foreign.first_at, foreign.last_at) == ("foreign", 2, NINE, NINE + 1)


# --- letting go -------------------------------------------------------------------------------------------------------


def names_left(school: School, meeting: str) -> int:
    """Rows of a meeting's lesson that still hold a name or a text."""
    with school.reader.begin() as db:
        rows = db.execute(select(t.log.c.private).where(t.log.c.lesson_id == school.lesson(meeting))).scalars()
        return sum(bool(private) for private in rows)


def test_after_the_retention_no_name_is_left_outside_held_incidents(school: School) -> None:
    """Two lessons end; one was raided. A month later names go, but for the raid's evidence."""
    school.begin(MATHS)
    opened = school.raid(MATHS, NINE + 600)
    school.end(MATHS, NINE + 2400)
    school.begin(MUSIC, NINE + 10)
    school.hear(MUSIC, ev.ChatPosted(at=NINE + 400, participant=STRANGER, text="hello"))
    school.end(MUSIC, NINE + 2400)
    before = school.review.record(SCHOOL, opened)
    school.at = NINE + 40 * DAY
    erased = school.review.erase(school.at - 30 * DAY)
    assert erased.rows > 5
    assert names_left(school, MUSIC) == 0
    assert school.review.record(SCHOOL, opened).rows == before.rows
    assert all(row.number >= before.rows[0].number for row in before.rows if not row.erased)
    assert 0 < names_left(school, MATHS) <= len(before.rows)
    assert [w.broken for w in school.review.walk(SCHOOL)] == [None, None]
    assert sum(w.erased for w in school.review.walk(SCHOOL)) == erased.rows
    assert school.review.erase(school.at - 30 * DAY).rows == 0


@pytest.mark.parametrize(("verdict", "kept"), [(Verdict.FALSE_POSITIVE, False), (Verdict.TRUE_POSITIVE, True)])
def test_a_false_alarm_lets_its_names_go_and_a_true_one_keeps_them(
    school: School, verdict: Verdict, kept: bool
) -> None:
    school.begin(MATHS)
    opened = school.raid(MATHS, NINE + 60)
    school.end(MATHS, NINE + 2400)
    school.review.judge(SCHOOL, opened, Judgement(verdict=verdict, note="", reviewer="it@school.example"))
    school.at = NINE + 40 * DAY
    school.review.erase(school.at - 30 * DAY)
    assert bool(names_left(school, MATHS)) is kept
    record = school.review.record(SCHOOL, opened)
    assert any(row.erased for row in record.rows) is not kept
    assert (STRANGER.name in str(record)) is kept
    with school.reader.begin() as db:
        actions = db.execute(select(t.intents.c.action).where(t.intents.c.incident_id == opened)).scalars().all()
    assert any(STRANGER.name in text for text in actions) is kept


def test_a_recent_review_holds_its_evidence_for_one_more_retention(school: School) -> None:
    school.begin(MATHS)
    opened = school.raid(MATHS, NINE + 60)
    school.end(MATHS, NINE + 2400)
    school.at = NINE + 40 * DAY
    school.review.judge(SCHOOL, opened, Judgement(verdict=Verdict.BENIGN, note="", reviewer="it@school.example"))
    school.review.erase(school.at - 30 * DAY)
    assert not any(row.erased for row in school.review.record(SCHOOL, opened).rows)


def test_an_erased_lesson_still_folds_and_takes_late_events(school: School) -> None:
    school.begin(MUSIC)
    school.hear(MUSIC, ev.ChatPosted(at=NINE + 5, participant=STRANGER, text="hello"))
    school.hear(MUSIC, ev.Unknown(at=NINE + 6, name="poll.opened", raw="{}"))
    school.end(MUSIC, NINE + 10)
    lesson = school.lesson(MUSIC)
    school.at = NINE + 40 * DAY
    assert school.review.erase(school.at - 30 * DAY).rows
    school.hear(MUSIC, ev.ParticipantLeft(at=NINE + 9, participant=STRANGER))
    assert school.lesson(MUSIC) == lesson
    assert [w.broken for w in school.review.walk(SCHOOL)] == [None]


def test_a_lesson_that_never_ended_keeps_what_its_state_is_folded_from(school: School) -> None:
    school.begin(MATHS)
    school.at = NINE + 40 * DAY
    assert school.review.erase(school.at - 30 * DAY).rows == 0
    assert names_left(school, MATHS) > 0


def test_deliveries_outlive_every_retry_and_raw_bodies_do_not(school: School) -> None:
    school.begin(MATHS)
    school.garble(b"raw", "unreadable")
    school.at = NINE + 10 * DAY
    assert school.review.erase(school.at - 5 * DAY).deliveries == 0
    school.at = NINE + 40 * DAY
    erased = school.review.erase(school.at - 30 * DAY)
    assert (erased.deliveries, erased.quarantine) == (3, 0)  # the unreadable one went with the first sweep
    assert school.review.quarantined(SCHOOL) == ()


def test_an_intent_that_is_still_to_be_done_is_left_alone(school: School) -> None:
    lesson = school.begin(MATHS)
    school.hear(MATHS, ev.ParticipantJoined(at=NINE + 60, participant=STRANGER))
    opened = school.newest(lesson)
    school.end(MATHS, NINE + 100)
    school.change(update(t.incidents).where(t.incidents.c.id == opened).values(status="reviewed", verdict="benign"))
    school.at = NINE + 40 * DAY
    school.review.erase(school.at - 30 * DAY)
    (hold,) = school.asked(lesson, "hold")
    target = codec.action_from(hold.action).target
    assert target
    assert target.name == STRANGER.name


# --- what lessons were judged by --------------------------------------------------------------------------------------


def frames_of(school: School) -> list[tuple[str, bool]]:
    """The frames by their last use, and whether each still has its class list."""
    with school.reader.begin() as db:
        found = db.execute(select(t.frames).order_by(t.frames.c.used_at)).all()
    return [(row.id, bool(row.private)) for row in found]


def test_a_class_list_that_judged_is_erased_like_the_names_of_its_lessons(school: School) -> None:
    school.begin(MATHS)
    school.begin(MUSIC, NINE + 40 * DAY)
    before = frames_of(school)
    assert [listed for _, listed in before] == [True, True]
    school.review.erase(NINE + 30 * DAY)
    assert frames_of(school) == [(before[0][0], False), before[1]]
    with school.reader.begin() as db:
        told = db.execute(select(t.frames.c.told)).scalars().all()
    assert all("roster_only" in text and "王小明" not in text and "a-wang" not in text for text in told)


def test_a_list_that_still_judges_stays_and_one_that_judges_again_comes_back(school: School) -> None:
    school.begin(MATHS)
    ((frame, _),) = frames_of(school)
    school.review.erase(NINE + DAY / 2)  # the lesson may still run
    assert frames_of(school) == [(frame, True)]
    school.review.erase(NINE + 2 * DAY)
    assert frames_of(school) == [(frame, False)]
    school.hear(MATHS, ev.LessonEnded(at=NINE + 2 * DAY))
    school.begin(MATHS, NINE + 3 * DAY)
    assert frames_of(school) == [(frame, True)]


def test_a_replay_of_an_erased_lesson_says_so(school: School) -> None:
    lesson = school.begin(MATHS)
    school.raid(MATHS, NINE + 60)
    for case in school.listed():
        school.review.judge(SCHOOL, case.id, Judgement(verdict=Verdict.BENIGN, note="", reviewer="it@school.example"))
    school.hear(MATHS, ev.LessonEnded(at=NINE + 600))
    with school.reader.begin() as db:
        assert again(of_lesson(db, SCHOOL, lesson)).same
    school.at += 40 * DAY
    school.review.erase(school.at)
    with school.reader.begin() as db:
        found = again(of_lesson(db, SCHOOL, lesson))
    assert found.forgotten
    assert found.erased > 0
    assert found.unlisted == 1
