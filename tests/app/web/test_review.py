"""School IT works through the incidents of a day: reads, judges, takes back, and saves evidence that is inert."""

import csv
import hashlib
import io
import json
import re
import unicodedata

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.domain import events as ev
from app.domain.actions import Button, OutcomeKind
from app.domain.incidents import Verdict
from app.domain.people import Participant
from app.live import rfc3339
from app.store import tables as t
from app.store.review import Judgement
from app.web import exports
from app.web.masking import HIDDEN, _masked, mask
from app.web.words import Language
from tests.app.store.scripted import MATHS, MUSIC, NINE, REHEARSAL, SCHOOL, STRANGER
from tests.app.web.review_desk import ReviewDesk, fields, text_of

HOSTILE = {
    "formula": '=HYPERLINK("http://evil.example","7-3")',
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-2+3",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "wide": "＝1+1",
    "separators": "a;=1+1,|@SUM(1)",
    "quotes": '","=1+1","',
    "lines": "one\r\n=two\nthree",
    "terminal": "\x1b[31mred\x1b]0;title\x07\x9b2J",
    "turned": "\u202egnp.exe\u2066\u200b",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "long": "長" * 10_000,
    "nothing": "\u3164\u200b",
}


# --- files ------------------------------------------------------------------------------------------------------------


def raid_by(desk: ReviewDesk, name: str) -> str:
    """A raid by somebody of that name, who also writes it into the chat; the incident's id."""
    desk.school.begin(MATHS)
    intruder = Participant(id="p-9", name=name)
    desk.school.hear(MATHS, ev.ChatPosted(at=NINE + 30, participant=intruder, text=name, message="m-9"))
    return desk.school.raid(MATHS, NINE + 60, intruder)


def table(body: bytes) -> list[dict[str, str]]:
    """A CSV file as a spreadsheet reads it."""
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_name_or_chat_can_act_in_a_spreadsheet_or_a_terminal(review_desk: ReviewDesk, kind: str) -> None:
    record = review_desk.school.review.record(SCHOOL, raid_by(review_desk, HOSTILE[kind]))
    for names in (True, False):
        body = exports.to_csv(record, Language.EN, names=names)
        rows = table(body)
        assert len(rows) == len(record.rows)
        cells = [cell for row in rows for cell in row.values()]
        assert all(None not in row for row in rows)
        assert not any(cell[:1] in set("=+-@\t\r＝＋－＠") for cell in cells if cell)
        assert not any(re.search(r"[;,|]\s*[=+\-@]", cell) for cell in cells)
        hidden = {c for cell in cells for c in cell if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"}}
        assert hidden == set()
        assert max(map(len, cells)) < 5000
        assert all(ord(c) >= 32 or c in "\r\n" for c in body.decode())


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_json_file_keeps_the_evidence_and_is_inert(review_desk: ReviewDesk, kind: str) -> None:
    record = review_desk.school.review.record(SCHOOL, raid_by(review_desk, HOSTILE[kind]))
    body = exports.to_json(record, names=True)
    said = [row["body"]["text"] for row in json.loads(body)["rows"] if row["kind"] == "chat.posted"]
    assert HOSTILE[kind] in said
    assert not re.search("[<>\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", body.decode())


def test_a_file_speaks_the_readers_language(review_desk: ReviewDesk) -> None:
    record = review_desk.school.review.record(SCHOOL, raid_by(review_desk, "Guest"))
    heads = {language: exports.to_csv(record, language).decode("utf-8-sig").splitlines()[0] for language in Language}
    assert len(set(heads.values())) == 3
    assert "姓名" in heads[Language.ZH]
    assert "Quy tắc" in heads[Language.VI]
    assert '"Rule"' in heads[Language.EN]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王小明", "王**"), ("欧阳娜娜", "欧**"), ("Nguyễn Văn An", "N***"), ("đức", "đ***"), ("=SUM(1)", "S***"),
     ("☆王小明", "王**"), ("\u202e王", "王**"), ("☆☆", "***"), ("", ""), ("  ", ""), ("B", "B***")],
)  # fmt: skip
def test_a_masked_name_keeps_its_first_letter_and_nothing_of_its_length(name: str, shown: str) -> None:
    assert mask(name) == shown


def test_a_masked_person_has_no_account_of_any_kind() -> None:
    person = {"id": "p1", "role": "attendee", "account": "ou_1", "accounts": ["on_1", "u1"]}
    assert _masked(person, None) == {**person, "account": HIDDEN, "accounts": [HIDDEN, HIDDEN]}


def test_names_leave_the_house_only_when_asked_for_and_that_is_written_down(review_desk: ReviewDesk) -> None:
    opened = raid_by(review_desk, "赵六六")
    it = review_desk.as_program("it")
    for kind in ("json", "csv"):
        with capture_logs() as quiet:
            body = it.get(f"/api/v1/incidents/{opened}/export.{kind}").text
        for secret in ("赵六六", "王小明", "李老师", "a-wang", "a-li"):
            assert secret not in body
        assert "赵**" in body
        assert quiet == []
        with capture_logs() as told:
            assert "赵六六" in it.get(f"/api/v1/incidents/{opened}/export.{kind}?names=1").text
        assert [(line["event"], line["user"], line["incident"]) for line in told] == [
            ("names shown", review_desk.users["it"].id, opened)
        ]


def test_the_chain_can_be_recomputed_from_a_file_without_names(review_desk: ReviewDesk) -> None:
    told = json.loads(exports.to_json(review_desk.school.review.record(SCHOOL, raid_by(review_desk, "赵六六"))))
    previous = bytes.fromhex(told["chain"]["previous"])
    assert len(told["rows"]) > 5
    for row in told["rows"]:
        made = hashlib.sha256(b"\x01" + previous + row["told"].encode() + bytes.fromhex(row["commitment"])).digest()
        assert made.hex() == row["hash"], row["row"]
        previous = made


def test_a_rehearsal_says_drill_in_every_row_and_a_real_lesson_in_none(review_desk: ReviewDesk) -> None:
    school, it = review_desk.school, review_desk.as_program("it")
    school.begin(MATHS)
    real = school.raid(MATHS, NINE + 60)
    school.begin(REHEARSAL, NINE + 600)
    rehearsed = school.raid(REHEARSAL, NINE + 660)
    for opened, mark in ((real, ""), (rehearsed, "DRILL")):
        file = it.get(f"/api/v1/incidents/{opened}/export.csv")
        rows = table(file.content)
        assert {next(iter(row.values())) for row in rows} == {mark}
        assert ("DRILL" in file.headers["content-disposition"]) is bool(mark)
        told = it.get(f"/api/v1/incidents/{opened}/export.json").json()
        assert {row["mark"] for row in (*told["rows"], *told["steps"])} == {mark}
        assert told["drill"] is bool(mark)
    assert [i["id"] for i in it.get("/api/v1/incidents").json()["items"]] == [real]
    assert [i["id"] for i in it.get("/api/v1/incidents?drill=true").json()["items"]] == [rehearsed]


# --- programs ---------------------------------------------------------------------------------------------------------


def test_the_api_lists_filters_and_pages(review_desk: ReviewDesk) -> None:
    school, it = review_desk.school, review_desk.as_program("it")
    school.begin(MATHS)
    first = school.raid(MATHS, NINE + 60)
    school.begin(MUSIC, NINE + 1000)
    second = school.raid(MUSIC, NINE + 1060)

    def found(query: str = "") -> list[str]:
        answer = it.get(f"/api/v1/incidents?{query}")
        assert answer.status_code == 200, answer.text
        return [i["id"] for i in answer.json()["items"]]

    assert found() == [second, first]
    assert found("course=maths") == [first]
    assert found("rule=roster_only&status=open&verdict=unreviewed") == [second, first]
    assert found("rule=share_guard") == []
    assert found("from=2026-09-21T14:30:00Z") == [second]
    assert found("to=2026-09-21T14:30:00%2B00:00") == [first]
    assert found("from=2026-09-21&to=2026-09-21") == [second, first]
    assert found("to=2026-09-20") == []
    assert len(found("severity=info")) == 4
    page = it.get("/api/v1/incidents?limit=1").json()
    assert found(f"limit=1&after={page['next']}") == [first]
    (item, _) = it.get("/api/v1/incidents").json()["items"]
    assert (item["severity"], item["opened_at"], item["rules"]) == ("high", "2026-09-21T14:31:00.200Z", ["roster_only"])


@pytest.mark.parametrize(
    "query",
    ["status=closed-ish", "verdict=guilty", "severity=9", "from=yesterday", "to=2026-13-01", "from=0001-01-01T00:00",
     "after=nonsense", "limit=0", "limit=100000", "course=%00", "rule=%00", "to=9999-12-31"],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused_in_words(review_desk: ReviewDesk, query: str) -> None:
    answer = review_desk.as_program("it").get(f"/api/v1/incidents?{query}")
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 422:
        assert answer.json()["problems"]
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        assert query.startswith("from=0001")  # long ago, but a moment


def test_the_api_tells_the_whole_story_of_an_incident(review_desk: ReviewDesk) -> None:
    opened = raid_by(review_desk, "赵六六")
    told = review_desk.as_program("it").get(f"/api/v1/incidents/{opened}").json()
    hold = next(s for s in told["steps"] if s["action"]["kind"] == "hold")
    kinds = {row["row"]: row["kind"] for row in told["rows"]}
    assert kinds[hold["answers"]] == "participant.joined"
    assert (hold["rule"], hold["reason"], hold["outcome"]) == ("roster_only", "stranger", "confirmed")
    assert 0 < hold["requested_after"] < hold["confirmed_after"] < 5
    assert told["heads"][-1] == {**told["heads"][-1], "inside": 2, "waiting": 1}


def test_a_verdict_by_api_with_optimistic_concurrency(review_desk: ReviewDesk) -> None:
    opened = raid_by(review_desk, "Guest")
    it, path = review_desk.as_program("it"), f"/api/v1/incidents/{opened}"
    tag = it.get(path).headers["etag"]
    answer = it.patch(path, json={"verdict": "true_positive", "note": "报警"}, headers={"if-match": tag})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["status"], told["verdict"], told["note"]) == ("reviewed", "true_positive", "报警")
    assert (told["reviewer"], told["reviewed_at"]) == ("it@school.example", rfc3339(review_desk.school.at))
    assert it.patch(path, json={"verdict": "benign"}, headers={"if-match": tag}).status_code == 409
    assert it.patch(path, json={"note": "x"}, headers={"if-match": answer.headers["etag"]}).json()["note"] == "x"
    assert it.patch(path, json={"verdict": "test"}).json()["note"] == "x"
    refused: tuple[object, ...] = (
        {"verdict": "guilty"},
        {"status": "reviewed"},
        {"note": "x" * 4001},
        {"note": "a\0b"},
        [],
    )
    for wrong in refused:
        assert it.patch(path, json=wrong).status_code == 422, wrong
    for raw in (b'{"note": "\\ud800"}', b"{", b'{"note": 1}', b"\xff"):
        assert it.patch(path, content=raw, headers={"content-type": "application/json"}).status_code in (400, 422), raw
    assert it.patch(path, json={"note": "y"}, headers={"if-match": '"soon"'}).status_code == 422
    assert it.get(path).json()["note"] == "x"


def test_teachers_have_the_incidents_of_their_own_courses_and_no_others_exist_for_them(review_desk: ReviewDesk) -> None:
    school = review_desk.school
    school.begin(MATHS)
    mine = school.raid(MATHS, NINE + 60)
    school.begin(MUSIC, NINE + 1000)
    foreign = school.raid(MUSIC, NINE + 1060)
    intent = school.review.record(SCHOOL, foreign).steps[0].intent
    li, other = review_desk.as_program("li"), review_desk.as_program("other")
    assert [i["id"] for i in li.get("/api/v1/incidents").json()["items"]] == [mine]
    assert other.get("/api/v1/incidents").json()["items"] == []
    assert li.get(f"/api/v1/incidents/{mine}").status_code == 200
    for path in (f"incidents/{foreign}", f"incidents/{foreign}/export.csv", f"ledger/proof?intent={intent}",
                 "incidents/nowhere", "incidents/%00", "ledger/proof?intent=%00"):  # fmt: skip
        assert li.get(f"/api/v1/{path}").status_code == 404, path
    assert li.patch(f"/api/v1/incidents/{foreign}", json={"verdict": "benign"}).status_code == 404
    assert li.get("/api/v1/ledger/head").status_code == 403
    page = review_desk.as_page("li")
    assert page.get(f"/incidents/{foreign}").status_code == 404
    assert foreign not in page.get("/incidents").text
    assert review_desk.nobody().get("/api/v1/incidents").status_code == 401
    assert review_desk.nobody().get("/incidents").headers["location"].startswith("/signin")


def test_the_ledger_gives_a_receipt_and_a_proof(review_desk: ReviewDesk) -> None:
    opened = raid_by(review_desk, "Guest")
    it = review_desk.as_program("it")
    head = it.get("/api/v1/ledger/head").json()
    assert (head["lessons"], len(head["digest"])) == (1, 64)
    intent = it.get(f"/api/v1/incidents/{opened}").json()["steps"][0]["intent"]
    proof = it.get(f"/api/v1/ledger/proof?intent={intent}").json()
    made = hashlib.sha256(
        b"\x01" + bytes.fromhex(proof["previous"]) + proof["told"].encode() + bytes.fromhex(proof["commitment"])
    )
    assert made.hexdigest() == proof["hash"]


def test_an_unknown_kind_of_file_is_not_found(review_desk: ReviewDesk) -> None:
    opened = raid_by(review_desk, "Guest")
    assert review_desk.as_program("it").get(f"/api/v1/incidents/{opened}/export.exe").status_code == 404


# --- people -----------------------------------------------------------------------------------------------------------


def test_it_reads_an_incident_and_gives_its_verdict(review_desk: ReviewDesk) -> None:
    opened = raid_by(review_desk, "<script>alert(1)</script>")
    it = review_desk.as_page("it")
    assert f'href="/incidents/{opened}"' in it.get("/incidents").text
    page = it.get(f"/incidents/{opened}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    form = fields(page.text, f"/incidents/{opened}/verdict")
    answer = it.post(f"/incidents/{opened}/verdict", data={**form, "verdict": "true_positive", "note": "a\r\nb"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/incidents/{opened}")
    case = review_desk.school.review.incident(SCHOOL, opened)
    assert (case.verdict, case.note, case.reviewer) == ("true_positive", "a\nb", "it@school.example")
    again = it.post(f"/incidents/{opened}/verdict", data={**form, "verdict": "benign"})
    assert again.status_code == 409  # the form was drawn before the verdict
    fresh = fields(it.get(f"/incidents/{opened}").text, f"/incidents/{opened}/verdict")
    assert it.post(f"/incidents/{opened}/verdict", data={**fresh, "verdict": "benign"}).status_code == 303


def test_a_form_from_another_page_gives_no_verdict(review_desk: ReviewDesk) -> None:
    opened = raid_by(review_desk, "Guest")
    it = review_desk.as_page("it")
    assert it.post(f"/incidents/{opened}/verdict", data={"verdict": "benign", "csrf": "x"}).status_code == 403
    assert it.post(f"/incidents/{opened}/undo", data={"intent": "i", "key": "k" * 8}).status_code == 403
    assert review_desk.school.review.incident(SCHOOL, opened).verdict == "unreviewed"


def test_once_the_lesson_is_over_it_sees_masked_names_unless_it_asks(review_desk: ReviewDesk) -> None:
    opened = raid_by(review_desk, "赵六六")
    it, li = review_desk.as_page("it"), review_desk.as_page("li")
    assert "赵六六" in it.get(f"/incidents/{opened}").text  # while it runs, IT helps
    review_desk.school.end(MATHS, NINE + 2400)
    hidden = it.get(f"/incidents/{opened}").text
    assert "赵六六" not in hidden
    assert "赵**" in hidden
    assert f'href="/incidents/{opened}?names=1"' in hidden
    with capture_logs() as told:
        assert "赵六六" in it.get(f"/incidents/{opened}?names=1").text
    assert [line["event"] for line in told] == ["names shown"]
    assert "赵六六" in li.get(f"/incidents/{opened}").text  # who teaches them knows them


def test_an_incident_whose_names_were_erased_is_still_read_and_saved(review_desk: ReviewDesk) -> None:
    school, opened = review_desk.school, raid_by(review_desk, "赵六六")
    school.end(MATHS, NINE + 2400)
    school.review.judge(SCHOOL, opened, Judgement(verdict=Verdict.FALSE_POSITIVE, note="", reviewer="it"))
    school.at = NINE + 40 * 86_400
    assert school.review.erase(school.at - 30 * 86_400).rows
    li = review_desk.as_page("li")
    page = li.get(f"/incidents/{opened}")
    assert page.status_code == 200
    assert "赵六六" not in page.text
    for kind in ("csv", "json"):
        file = li.get(f"/incidents/{opened}/export.{kind}?names=1")
        assert file.status_code == 200
        assert "赵六六" not in file.text


def test_a_measure_is_taken_back_from_the_incident(review_desk: ReviewDesk) -> None:
    school = review_desk.school
    lesson = school.begin(MATHS)
    opened = school.raid(MATHS, NINE + 60)
    (lock,) = school.press(lesson, Button.LOCK)
    (asked,) = school.asked(lesson, "lock")
    school.settle(lesson, asked, OutcomeKind.REQUESTED)
    school.hear(MATHS, ev.SettingsChanged(at=school.at, switches=ev.Switches(locked=True)))
    it = review_desk.as_page("it")
    action = f"/incidents/{opened}/undo"
    page = it.get(f"/incidents/{opened}").text
    assert f'name="intent" value="{lock}"' in page
    form = {**fields(page, action), "intent": lock}
    assert it.post(action, data=form).status_code == 303
    assert it.post(action, data=form).status_code == 303  # pressed twice: counts once
    undone = school.asked(lesson, "unlock")
    assert len(undone) == 1
    assert it.post(action, data={**form, "intent": f"{lesson}.2"}).status_code == 404  # routine: another incident
    school.end(MATHS, school.at + 1)
    assert it.post(action, data={**form, "key": "another-key"}).status_code == 409
    assert action not in it.get(f"/incidents/{opened}").text
    with school.reader.begin() as db:
        rows = db.execute(select(t.log.c.body).where(t.log.c.kind == "button.pressed")).scalars().all()
    assert sum(f'"undo_of":"{lock}"' in body for body in rows) == 1


def test_the_list_page_keeps_its_filter_from_page_to_page(review_desk: ReviewDesk) -> None:
    school = review_desk.school
    school.begin(MATHS)
    for n in range(52):
        school.raid(MATHS, NINE + 60 + n * 700, Participant(id=f"p-{n}", name=f"user{n}"))
    it = review_desk.as_page("it")
    first = it.get("/incidents?rule=roster_only&from=2026-01-01&status=").text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    address = older[1].replace("&amp;", "&")
    assert "rule=roster_only" in address
    assert "from=2026-01-01" in address
    second = it.get(address).text
    seen = [re.findall(r'class="case-title" href="/incidents/([^"]+)"', page) for page in (first, second)]
    assert (len(seen[0]), len(seen[1])) == (50, 2)
    assert not set(seen[0]) & set(seen[1])
    assert it.get("/incidents?from=nonsense").status_code == 422


def test_a_page_saves_the_file_under_a_plain_name(review_desk: ReviewDesk) -> None:
    opened = raid_by(review_desk, "Guest")
    it = review_desk.as_page("it")
    page = it.get(f"/incidents/{opened}").text
    for kind, media in (("csv", "text/csv; charset=utf-8"), ("json", "application/json")):
        assert f"/incidents/{opened}/export.{kind}" in page
        file = it.get(f"/incidents/{opened}/export.{kind}")
        assert file.headers["content-type"] == media
        assert file.headers["content-disposition"] == f'attachment; filename="incident-{opened}.{kind}"'
    assert STRANGER.name not in text_of(page)
