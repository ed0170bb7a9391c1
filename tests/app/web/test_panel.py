"""The teacher's panel over HTTP, and its live rows."""

import json

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from app.store.desk import TokenKind, UserRole
from app.store.engine import open_engine
from tests.app.web.houses import House


def test_a_colleague_has_a_name_however_many_there_are(school: House) -> None:
    for n in range(60):
        school.user(UserRole.CO_GUARD, f"colleague-{n}")
    teacher = school.user(UserRole.TEACHER, "zhao")  # the last by mail
    lesson = school.lesson(school.course(teachers=[teacher.mail]))
    link = school.desk.tokens.issue(teacher, TokenKind.LINK, ttl=600)
    school.client.post(f"/signin/{link}", data={"csrf": school.form(f"/signin/{link}")})
    page = school.client.get(f"/lessons/{lesson}").text
    assert teacher.name in page.split("<main", 1)[1]


def test_a_panel_that_comes_back_gets_what_it_missed_and_then_what_happens(school: House) -> None:
    course = school.course()
    lesson, headers = school.lesson(course, "p-1", "p-2"), school.token()
    rows = school.client.get(f"/api/v1/lessons/{lesson}/timeline", headers=headers).json()["items"]
    numbers = [row["number"] for row in rows]
    assert len(numbers) >= 3
    live = f"ws://{school.address}/live/{lesson}?after={numbers[0]}"
    with connect(live, additional_headers=headers, open_timeout=10) as panel:
        assert [json.loads(panel.recv(timeout=10)) for _ in numbers[1:]] == rows[1:]
        school.happens(course["connection"], "participant.joined", "p-3")
        fresh = json.loads(panel.recv(timeout=10))
        assert (fresh["number"], fresh["body"]["participant"]["id"]) == (numbers[-1] + 1, "p-3")


def test_a_panel_whose_rows_cannot_be_read_is_closed_and_that_is_logged(school: House) -> None:
    lesson, headers = school.lesson(school.course(), "p-1"), school.token()
    engine = open_engine(school.service.settings.database_url, writer=True)
    with engine.begin() as db:
        db.execute(text("ALTER TABLE log RENAME TO elsewhere"))
    engine.dispose()
    with capture_logs() as logged, connect(f"ws://{school.address}/live/{lesson}", additional_headers=headers) as panel:
        with pytest.raises(ConnectionClosed) as closed:
            panel.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1011
    assert [entry["event"] for entry in logged] == ["a panel stumbled"]
