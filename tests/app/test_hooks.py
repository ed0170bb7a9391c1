"""The webhook routes: what each kind of delivery is answered, and how little a hostile one costs."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.base import Delivery
from app.pipeline import Pipeline
from app.web.hooks import MAX_BODY, Hooks
from tests.app.guarded import CONNECTION, Guarded, guarded
from tests.builders import pupil

PATH = f"/hooks/{CONNECTION}"


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Guarded]:
    with guarded(f"sqlite:///{tmp_path}/menshen.db") as made:
        yield made


async def ask(
    hooks: Hooks,
    chunks: Sequence[bytes],
    headers: dict[str, str] | None = None,
    *,
    method: str = "POST",
    path: str = PATH,
    disconnects: bool = False,
) -> tuple[int, dict[str, str]]:
    """One request as a server hands it over; gives status and headers of the answer."""
    given = [(k.encode(), v.encode()) for k, v in (headers or {}).items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": given}
    waiting: list[dict[str, Any]] = [{"type": "http.request", "body": c, "more_body": True} for c in chunks]
    if disconnects:
        waiting.append({"type": "http.disconnect"})
    else:
        waiting[-1]["more_body"] = False
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await hooks(scope, receive, send)
    return sent[0]["status"], {k.decode(): v.decode() for k, v in sent[0]["headers"]}


async def deliver(hooks: Hooks, delivery: Delivery, **more: Any) -> int:
    return (await ask(hooks, [delivery.body], dict(delivery.headers), **more))[0]


def test_what_is_stored_is_answered_200_and_nothing_else_is(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        hooks = Hooks(pipeline, school.now)
        good = school.post("participant.joined", pupil(1))
        assert await deliver(hooks, good) == 200
        assert await deliver(hooks, good) == 200  # again: known, and told so
        assert await deliver(hooks, school.signed(good.body, secret="guessed")) == 401
        assert await deliver(hooks, good, path="/hooks/nobody") == 404
        assert await deliver(hooks, good, path="/hooks/") == 404
        assert await deliver(hooks, good, method="PUT") == 405
        assert await deliver(hooks, good, method="GET") == 401  # a URL check proves itself too
        assert await deliver(hooks, school.signed(b"{")) == 200  # quarantined: sending it again would not help

    school.run(story)
    assert school.kinds().count("participant.joined") == 1
    assert len(school.rows("quarantine")) == 1


def test_a_body_in_pieces_is_one_body(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        post = school.post("participant.joined", pupil(1))
        pieces = [post.body[:9], post.body[9:50], post.body[50:]]
        assert (await ask(Hooks(pipeline, school.now), pieces, dict(post.headers)))[0] == 200

    school.run(story)
    assert "participant.joined" in school.kinds()


def test_a_sender_that_goes_away_half_way_has_sent_nothing(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        post = school.post("participant.joined", pupil(1))
        status, _ = await ask(Hooks(pipeline, school.now), [post.body[:40]], dict(post.headers), disconnects=True)
        assert status == 408

    school.run(story)
    assert school.rows("log") == school.rows("quarantine") == []


def test_a_sender_that_stops_half_way_is_not_waited_for(school: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.hooks.BODY_SECONDS", 0.0)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return await asyncio.Future()

    async def send(message: Any) -> None:
        sent.append(message)

    async def story(pipeline: Pipeline) -> None:
        scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": []}
        await Hooks(pipeline, school.now)(scope, receive, send)
        assert pipeline.counted == {"unfinished": 1}

    school.run(story)
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert school.rows("log") == school.rows("quarantine") == []


@pytest.mark.parametrize(
    ("chunks", "headers"),
    [
        ([b"x"], {"content-length": str(MAX_BODY + 1)}),
        ([b"x"], {"content-length": "many"}),
        ([b"x" * MAX_BODY, b"x"], {}),
        ([b"x" * (MAX_BODY + 1)], {}),
    ],
)
def test_too_large_is_refused_before_anything_else_is_done(
    school: Guarded, chunks: list[bytes], headers: dict[str, str]
) -> None:
    async def story(pipeline: Pipeline) -> None:
        assert (await ask(Hooks(pipeline, school.now), chunks, headers))[0] == 413
        assert pipeline.counted == {"too_large": 1}

    school.run(story)


def test_what_cannot_be_stored_now_is_asked_for_again(school: Guarded) -> None:
    school.limit = 2

    async def story(pipeline: Pipeline) -> None:
        hooks = Hooks(pipeline, school.now)
        posts = [school.post("participant.joined", pupil(n)) for n in range(1, 5)]
        answers = await asyncio.gather(*(ask(hooks, [p.body], dict(p.headers)) for p in posts))
        assert sorted(status for status, _ in answers) == [200, 200, 503, 503]
        assert {headers.get("retry-after") for status, headers in answers if status == 503} == {"1"}
        with school.engine.begin() as db:
            db.execute(text("DROP TABLE log"))
        assert await deliver(hooks, school.post("participant.joined", pupil(5))) == 503

    school.run(story)
