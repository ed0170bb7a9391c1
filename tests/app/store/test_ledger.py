"""Nobody changes the record unseen: whatever is touched in a stored lesson, the check names the place."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from app.domain.incidents import Verdict
from app.store import tables as t
from app.store.review import Judgement, Walked, verify
from tests.app.store.scripted import MATHS, MUSIC, NINE, SCHOOL, School

log, lessons = t.log.c, t.lessons.c


@pytest.fixture
def raided(school: School) -> str:
    """A lesson with a raid in it, and another one beside it."""
    school.begin(MUSIC)
    lesson = school.begin(MATHS)
    school.raid(MATHS, NINE + 60)
    return lesson


def walked(school: School, lesson: str) -> Walked:
    (found,) = school.review.walk(SCHOOL, lesson)
    return found


def row(lesson: str, number: int) -> Any:
    return update(t.log).where(log.lesson_id == lesson, log.number == number)


def test_an_untouched_record_holds(school: School, raided: str) -> None:
    found = list(school.review.walk(SCHOOL))
    assert {w.lesson for w in found} == {raided, school.lesson(MUSIC)}
    assert all(w.broken is None and w.rows > 2 and w.erased == 0 for w in found)


Tamper = Callable[[str], Any]
TAMPERED: dict[str, tuple[int, Tamper]] = {
    "one letter of the body": (4, lambda x: row(x, 4).values(body=func.replace(log.body, "quiet", "quieu"))),
    "one letter of a name": (6, lambda x: row(x, 6).values(private=func.replace(log.private, "a-li", "a-lj"))),
    "a name taken away, its salt kept": (6, lambda x: row(x, 6).values(private="")),
    "the platform's time": (5, lambda x: row(x, 5).values(at=log.at + 1)),
    "our time": (5, lambda x: row(x, 5).values(recorded_at=log.recorded_at - 0.001)),
    "the kind": (7, lambda x: row(x, 7).values(kind="participant.left")),
    "moved to another incident": (9, lambda x: row(x, 9).values(incident_id="elsewhere")),
    "moved to no incident": (9, lambda x: row(x, 9).values(incident_id=None)),
    "a number": (6, lambda x: row(x, 6).values(number=500)),
    "the salt": (6, lambda x: row(x, 6).values(salt=b"0" * 16)),
    "the commitment": (6, lambda x: row(x, 6).values(commitment=b"0" * 32, private=None, salt=None)),
    "the hash": (6, lambda x: row(x, 6).values(hash=b"0" * 32)),
    "a row removed": (8, lambda x: delete(t.log).where(log.lesson_id == x, log.number == 8)),
    "the first row removed": (1, lambda x: delete(t.log).where(log.lesson_id == x, log.number == 1)),
    "the tail cut off": (12, lambda x: delete(t.log).where(log.lesson_id == x, log.number > 12)),
    "the lesson's count set back": (13, lambda x: update(t.lessons).where(lessons.id == x).values(number=12)),
    "the lesson's head": (13, lambda x: update(t.lessons).where(lessons.id == x).values(head=b"0" * 32)),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_is_changed_the_check_names_the_row(school: School, raided: str, what: str) -> None:
    number, tamper = TAMPERED[what]
    assert school.change(tamper(raided)) >= 1
    found = walked(school, raided)
    assert found.broken is not None, what
    assert (found.broken.lesson, found.broken.number) == (raided, number)
    assert walked(school, school.lesson(MUSIC)).broken is None


def test_two_rows_that_changed_places_are_found(school: School, raided: str) -> None:
    for old, new in ((7, 600), (8, 7), (600, 8)):
        assert school.change(row(raided, old).values(number=new)) == 1
    broken = walked(school, raided).broken
    assert broken
    assert broken.number == 7


def test_every_single_byte_counts(school: School, raided: str) -> None:
    """One byte after the other of one row is flipped and put back."""
    with school.reader.begin() as db:
        kept = db.execute(select(t.log).where(log.lesson_id == raided, log.number == 9)).one()
    tried = 0
    for column in ("body", "private"):
        text = getattr(kept, column)
        for at in range(0, len(text), 7):
            flipped = text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]
            school.change(row(raided, 9).values({column: flipped}))
            assert walked(school, raided).broken is not None, (column, at)
            tried += 1
        school.change(row(raided, 9).values({column: text}))
    assert tried > 20
    assert walked(school, raided).broken is None


def test_an_incident_that_was_taken_away_is_missed(school: School, raided: str) -> None:
    opened = school.newest(raided)
    assert school.change(delete(t.incidents).where(t.incidents.c.id == opened)) == 1
    broken = walked(school, raided).broken
    assert broken
    assert "incident" in broken.problem
    assert broken.number == 9


def test_a_tail_cut_off_with_the_lesson_set_back_to_match_leaves_its_actions_behind(
    school: School, raided: str
) -> None:
    with school.reader.begin() as db:
        eight = db.execute(select(log.hash).where(log.lesson_id == raided, log.number == 8)).scalar_one()
    school.change(delete(t.log).where(log.lesson_id == raided, log.number > 8))
    school.change(update(t.lessons).where(lessons.id == raided).values(number=8, head=eight))
    broken = walked(school, raided).broken
    assert broken
    assert broken.number == 9


def test_a_row_rewritten_with_a_fresh_chain_behind_it_changes_the_head(school: School, raided: str) -> None:
    """Who can rewrite everything can make a chain that holds; the receipt that somebody else keeps tells."""
    receipt = school.review.head(SCHOOL)
    assert receipt == school.review.head(SCHOOL)
    school.change(update(t.lessons).where(lessons.id == raided).values(head=b"1" * 32))
    assert school.review.head(SCHOOL).digest != receipt.digest
    assert (receipt.lessons, receipt.rows) == (2, 13 + walked(school, school.lesson(MUSIC)).rows)


def test_anyone_can_recompute_the_proof_of_an_intent(school: School, raided: str) -> None:
    record = school.review.record(SCHOOL, school.newest(raided))
    proof = school.review.proof(SCHOOL, record.steps[0].intent)
    made = hashlib.sha256(
        b"\x01" + bytes.fromhex(proof.previous) + proof.told.encode() + bytes.fromhex(proof.commitment)
    )
    assert made.hexdigest() == proof.hash
    assert (proof.number, proof.incident) == (record.steps[0].number, record.incident.id)
    hashes = {r.number: r.hash.hex() for r in record.rows}
    assert (proof.previous, proof.following) == (hashes[proof.number - 1], hashes[proof.number + 1])
    assert "user8812" not in proof.told


def test_erased_names_leave_a_chain_that_holds(school: School, raided: str) -> None:
    judged = Judgement(verdict=Verdict.FALSE_POSITIVE, note="", reviewer="it@school.example")
    school.review.judge(SCHOOL, school.newest(raided), judged)
    for meeting in (MATHS, MUSIC):
        school.end(meeting, NINE + 100)
    school.at = NINE + 40 * 86_400
    assert school.review.erase(school.at - 86_400).rows > 10
    found = list(school.review.walk(SCHOOL))
    assert all(w.broken is None and w.erased == w.rows and w.bare == 0 for w in found)
    assert school.change(row(raided, 4).values(body=func.replace(log.body, "quiet", "quieu"))) == 1
    assert walked(school, raided).broken is not None


def test_verify_says_line_by_line_what_it_found(school: School, raided: str) -> None:
    lines: list[str] = []
    assert verify(school.reader, lines.append)
    assert len(lines) == 1
    assert lines[0].startswith("OK")
    assert school.review.head(SCHOOL).digest in lines[0]
    school.change(row(raided, 4).values(kind="unknown"))
    lines.clear()
    assert not verify(school.reader, lines.append)
    assert [line.startswith("BROKEN") for line in lines] == [True, True]
    assert f"lesson {raided}, row 4" in lines[0]


def test_verify_of_an_empty_house_finds_nothing_wrong(school: School) -> None:
    lines: list[str] = []
    assert verify(school.reader, lines.append)
    assert len(lines) == 1
    assert "0 lessons" in lines[0]


def test_verify_points_out_names_that_somebody_erased_from_held_evidence(school: School, raided: str) -> None:
    school.change(row(raided, 10).values(private=None, salt=None))
    lines: list[str] = []
    assert verify(school.reader, lines.append)
    assert any(line.startswith("NOTE") and raided in line for line in lines)
