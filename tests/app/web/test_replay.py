"""A lesson runs again for whoever may review it: on a page without script, over the API, in three languages."""

import re
import threading
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain import events as ev
from app.domain.incidents import Verdict
from app.replay import sides
from app.store.review import Judgement
from app.web import replaying
from tests.app.store.scripted import MATHS, NINE, SCHOOL
from tests.app.web.houses import House
from tests.app.web.review_desk import ReviewDesk, text_of


@pytest.fixture
def lesson(review_desk: ReviewDesk) -> str:
    """A raided lesson that is over."""
    school = review_desk.school
    school.begin(MATHS)
    school.raid(MATHS, NINE + 60)
    school.hear(MATHS, ev.LessonEnded(at=NINE + 600))
    return str(school.lesson(MATHS))


def test_the_form_comes_first_and_runs_nothing(review_desk: ReviewDesk, lesson: str) -> None:
    page = review_desk.as_page("it").get(f"/lessons/{lesson}/replay")
    assert page.status_code == 200
    assert 'method="get"' in page.text
    assert re.findall(r'<option value="([a-z_]+)"', page.text) == list(replaying.CHOICES)
    assert "<svg" not in page.text.partition("<main")[2].partition("run-form")[2].replace('<svg class="icon"', "")


@pytest.mark.parametrize("policy", replaying.CHOICES)
def test_every_choice_runs(review_desk: ReviewDesk, lesson: str, policy: str) -> None:
    page = review_desk.as_page("it").get(f"/lessons/{lesson}/replay?lang=en&policy={policy}")
    assert page.status_code == 200
    text = text_of(page.text)
    assert "The decisions follow" in text
    assert "Strangers who got in" in text
    assert f'<option value="{policy}" selected' in page.text
    assert "replay-title" in page.text


def test_by_other_rules_the_difference_is_listed(review_desk: ReviewDesk, lesson: str) -> None:
    text = text_of(review_desk.as_page("it").get(f"/lessons/{lesson}/replay?lang=en&policy=open_day").text)
    there = text[text.index("Only as it happened") : text.index("Only replayed:")]
    assert "u***" in there
    assert "user8812" not in text


@pytest.mark.parametrize(
    ("language", "word"),
    [("zh-Hans", "各项决定与当时情况相符"), ("vi", "Các quyết định đúng theo diễn biến"), ("en", "decisions follow")],
)
def test_it_speaks_the_readers_language(review_desk: ReviewDesk, lesson: str, language: str, word: str) -> None:
    page = review_desk.as_page("it").get(f"/lessons/{lesson}/replay?policy=lecture&lang={language}")
    assert word in page.text
    assert f'lang="{language}" class="replay"' in page.text


def test_names_are_masked_for_it_until_asked_for_and_that_is_written_down(review_desk: ReviewDesk, lesson: str) -> None:
    page = review_desk.as_page("it")
    with capture_logs() as quiet:
        masked = page.get(f"/lessons/{lesson}/replay?policy=open_day").text
    assert "user8812" not in masked
    assert "王小明" not in masked
    assert [line for line in quiet if line["event"] == "names shown"] == []
    with capture_logs() as written:
        assert "user8812" in page.get(f"/lessons/{lesson}/replay?policy=open_day&names=1").text
    assert [(line["event"], line["lesson"]) for line in written] == [("names shown", lesson)]
    assert "user8812" in review_desk.as_page("li").get(f"/lessons/{lesson}/replay?policy=open_day").text


def test_it_is_the_business_of_who_reviews_the_lesson(review_desk: ReviewDesk, lesson: str) -> None:
    for path in (f"/lessons/{lesson}/replay", f"/lessons/{lesson}/replay?policy=today"):
        assert review_desk.as_page("li").get(path).status_code == 200
        assert review_desk.as_page("other").get(path).status_code == 404
        assert review_desk.nobody().get(path).status_code in (303, 401)
    assert review_desk.as_page("it").get("/lessons/none/replay").status_code == 404


def test_what_cannot_run_is_said_on_the_page(
    review_desk: ReviewDesk, lesson: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = review_desk.as_page("it").get(f"/lessons/{lesson}/replay?policy=mild")
    assert wrong.status_code == 422
    assert "one of: today, recorded, lecture" in text_of(wrong.text)
    monkeypatch.setattr(replaying, "MOST_ROWS", 5)
    long = review_desk.as_page("it").get(f"/lessons/{lesson}/replay?policy=today")
    assert long.status_code == 422
    assert "use `menshen replay`" in text_of(long.text)


def test_of_an_erased_lesson_it_says_so(review_desk: ReviewDesk, lesson: str) -> None:
    school = review_desk.school
    for case in school.listed():
        school.review.judge(SCHOOL, case.id, Judgement(verdict=Verdict.BENIGN, note="", reviewer="it@school.example"))
    school.at += 40 * 86_400
    assert school.review.erase(school.at + 1).rows > 0
    page = review_desk.as_page("it").get(f"/lessons/{lesson}/replay?lang=en&policy=strict")
    assert page.status_code == 200
    text = text_of(page.text)
    assert "Names of this lesson are erased." in text
    assert "What other rules would have done can no longer be told." in text
    assert "Only replayed" not in text


# --- over the API -----------------------------------------------------------------------------------------------------


@pytest.fixture
def taught(school: House) -> str:
    """A lesson with two strangers in the whole service."""
    return school.lesson(school.course(roster=[{"id": "r1", "name": "An", "accounts": ["a"]}]), "p1", "p2")


def test_programs_get_the_same_as_json(school: House, taught: str) -> None:
    answer = school.client.get(f"/api/v1/lessons/{taught}/replay?policy=strict", headers=school.token())
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert told["reproduced"] == {
        "same": True, "rows": told["reproduced"]["rows"], "decisions": told["reproduced"]["decisions"], "erased": 0,
        "lists_erased": 0, "difference": None,
    }  # fmt: skip
    assert told["happened"]["strangers_in"] == 2
    assert told["listed"] == 1
    assert {"rule": "roster_only", "action": "deny", "count": 2} in told["replayed"]["actions"]
    assert told["only_replayed"]
    assert told["start"].endswith("Z")


def test_the_api_refuses_as_everywhere(school: House, taught: str) -> None:
    path = f"/api/v1/lessons/{taught}/replay"
    assert school.client.get(path).status_code == 401
    bad = school.client.get(f"{path}?policy=mild", headers=school.token())
    assert bad.status_code == 422
    assert bad.json()["problems"][0]["field"] == "policy"
    assert school.client.get("/api/v1/lessons/none/replay", headers=school.token()).status_code == 404
    document = school.client.get("/api/openapi.json").json()
    assert "/api/v1/lessons/{lesson}/replay" in document["paths"]


def test_replays_run_one_at_a_time(school: House, taught: str, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, real = [0], [0], sides.of_recording

    def counted(*args: Any) -> Any:
        running[0] += 1
        most[0] = max(most[0], running[0])
        try:
            return real(*args)
        finally:
            running[0] -= 1

    monkeypatch.setattr(sides, "of_recording", counted)
    headers = school.token()
    path = f"/api/v1/lessons/{taught}/replay"
    asking = [threading.Thread(target=lambda: school.client.get(path, headers=headers)) for _ in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert most == [1]
