"""What a failing call turns into: one table of vendor codes, which wins over the HTTP status."""

import asyncio
import socket
import time
from typing import Any

import pytest
from aiohttp import web

from adapters.http import Http
from adapters.tencent_meeting import TencentMeetingAdapter
from adapters.tencent_meeting.errors import FAULTS
from app.domain.actions import Action, OutcomeKind
from app.domain.actions import ActionKind as Kind
from app.domain.errors import AdapterError, Gone, Refused, Transient
from app.domain.people import Participant, Role
from tests.adapters.tencent_meeting.cloud import MEETING, TEACHER, Cloud, Refusal, connected, settings

LOCK = Action(kind=Kind.LOCK, operator=Participant(id=f"{TEACHER}:1", address="1", role=Role.HOST))

EXPECTED: dict[type[AdapterError], set[int]] = {
    Transient: {190300, 190301, 200002, 190310, 190311, 190313, 9061, 190312, 500046},
    Gone: {9003, 13603, 201003},
    Refused: {
        190303, 190001, 200001, 200003, 200004, 200005, 200006, 190004, 9002, 9042, 9099, 9100, 9101, 9102, 500133,
        190315, 9098, 9103, 9104, 9008, 500029, 500168, 202002, 202005, 9093, 20001, 146000010,
    },
}  # fmt: skip
ROWS = [(code, error) for error, codes in EXPECTED.items() for code in codes]


def failing(cloud: Cloud, ask: Any = None, *, seconds: float = 5.0) -> AdapterError:
    async def run() -> None:
        async with connected(cloud, seconds=seconds) as adapter:
            await (ask(adapter) if ask else adapter.perform(MEETING, LOCK))

    with pytest.raises(AdapterError) as failed:
        asyncio.run(run())
    return failed.value


def cloud(*script: Any) -> Cloud:
    return Cloud(clock=time.time, script=list(script))


def test_the_table_is_the_one_of_the_vendors_page() -> None:
    assert {int(code) for code in FAULTS} == {code for code, _ in ROWS}


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize(("code", "error"), ROWS)
def test_a_code_decides_whatever_the_status(code: int, error: type[AdapterError], status: int) -> None:
    refusal = Refusal(code, status)
    asks = (None, lambda adapter: adapter.participants(f"{MEETING}:1"))
    for ask in asks[code in (9103, 9104) :]:  # an action answers to these that this device cannot do it
        failed = failing(cloud(*[refusal] * 4), ask)
        assert type(failed) is error
        assert (failed.code, failed.platform) == (str(code), "tencent_meeting")
        assert str(code) in failed.detail


@pytest.mark.parametrize("code", [190310, 190313, 9061])
def test_a_full_minute_says_how_long_to_wait(code: int) -> None:
    failed = failing(cloud(Refusal(code)))
    assert isinstance(failed, Transient)
    assert failed.retry_after == 60.0


@pytest.mark.parametrize("code", [190311, 190312])
def test_a_used_up_day_waits_for_the_next_one_in_beijing(code: int) -> None:
    evening = 1_795_132_800.0 + 15 * 3600  # 23:00 in Beijing
    failed = failing(Cloud(clock=lambda: evening, script=[Refusal(code)]))
    assert isinstance(failed, Transient)
    assert failed.retry_after == 3600.0


@pytest.mark.parametrize(("status", "error"), [(400, Refused), (500, Transient)])
def test_an_unknown_code_is_judged_by_its_status(status: int, error: type[AdapterError]) -> None:
    failed = failing(cloud(Refusal(777777, status)))
    assert type(failed) is error
    assert failed.code == "777777"


def test_an_error_in_a_body_with_status_200_is_an_error() -> None:
    body = {"error_info": {"error_code": 9042, "message": "x"}}
    assert type(failing(cloud(*[web.json_response(body), web.json_response(body)]))) is Refused


@pytest.mark.parametrize("code", ["9003", "09003", 9003])
def test_a_code_may_come_as_text(code: Any) -> None:
    assert type(failing(cloud(web.json_response({"error_info": {"error_code": code}}, status=400)))) is Gone


@pytest.mark.parametrize(
    "info",
    [None, [], "x", {}, {"error_code": None}, {"error_code": {}}, {"error_code": True}, {"error_code": "1" * 99}],
)
def test_an_error_without_a_readable_code_is_judged_by_its_status(info: Any) -> None:
    assert type(failing(cloud(web.json_response({"error_info": info}, status=500)))) is Transient
    assert type(failing(cloud(web.json_response({"error_info": info}, status=400)))) is Refused


BAD_PAGES: list[tuple[int, type[AdapterError]]] = [
    (200, Transient), (301, Refused), (400, Refused), (401, Refused), (403, Refused), (404, Gone), (429, Transient),
    (500, Transient), (502, Transient), (503, Transient), (504, Transient),
]  # fmt: skip


@pytest.mark.parametrize(("status", "error"), BAD_PAGES)
def test_a_page_of_a_proxy_instead_of_json(status: int, error: type[AdapterError]) -> None:
    def page() -> web.Response:
        return web.Response(status=status, text="<html>" + TEACHER, content_type="text/html")

    for ask in (None, lambda adapter: adapter.participants(f"{MEETING}:1")):
        failed = failing(cloud(page()), ask)
        assert type(failed) is error
        assert TEACHER not in f"{failed!r} {failed}"


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"ok"', b"\xff\xfe{}", b"[" * 100_000, b"   "])
def test_a_list_that_is_no_object_is_not_taken_for_an_empty_class(body: bytes) -> None:
    failed = failing(cloud(web.Response(body=body)), lambda adapter: adapter.participants(f"{MEETING}:1"))
    assert type(failed) is Transient


def test_retry_after_of_a_proxy_is_passed_on() -> None:
    failed = failing(cloud(web.Response(status=503, headers={"Retry-After": "7"})))
    assert isinstance(failed, Transient)
    assert failed.retry_after == 7.0


def test_no_answer_in_time_is_transient() -> None:
    async def never() -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    failed = failing(cloud(never), seconds=0.2)
    assert type(failed) is Transient


def test_nobody_listening_is_transient() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: a connection is refused

        async def run() -> None:
            http = Http()
            try:
                await TencentMeetingAdapter(settings(f"http://127.0.0.1:{taken.getsockname()[1]}"), http).perform(
                    MEETING, LOCK
                )
            finally:
                await http.close()

        with pytest.raises(Transient):
            asyncio.run(run())


def test_what_the_platform_cannot_do_is_unsupported_without_a_call() -> None:
    async def run(classroom: Cloud) -> set[OutcomeKind]:
        async with connected(classroom) as adapter:
            kinds = (Kind.SILENCE, Kind.ANNOUNCE, Kind.WARN, Kind.UNBAN, Kind.DELETE_MESSAGE, Kind.START_RECORDING)
            return {(await adapter.perform(MEETING, Action(kind=kind))).kind for kind in kinds}

    quiet = cloud()
    assert asyncio.run(run(quiet)) == {OutcomeKind.UNSUPPORTED}
    assert quiet.seen == []
