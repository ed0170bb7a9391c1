"""Thousands of open panels on one lesson: how long until each has a new row."""

import asyncio
import time

from websockets.asyncio.client import ClientConnection, connect

from app.connections import Seal
from app.store.desk import Desk, TokenKind, UserRole
from app.store.engine import open_engine
from bench.school import School
from bench.wire import Pool

PUSHES = 12


async def fan_out(port: int, database: str, pool: Pool, school: School, number: int) -> str:
    """Open the panels, send one webhook a second, and measure from its sending to its row at each panel."""
    cookie, lesson, number_now = _session(database)
    headers = {"cookie": f"menshen={cookie}", "origin": "http://127.0.0.1"}
    address = f"ws://127.0.0.1:{port}/live/{lesson}?after={number_now}"
    panels: list[ClientConnection] = []
    for start in range(0, number, 100):
        opening = (
            connect(address, additional_headers=headers, compression=None, ping_interval=None, max_queue=64, proxy=None)
            for _ in range(min(100, number - start))
        )
        panels += await asyncio.gather(*opening)
    waits: list[float] = []
    for _ in range(PUSHES):
        seen = [asyncio.create_task(panel.recv()) for panel in panels]
        await asyncio.sleep(1.0)
        at = time.monotonic()

        def seen_now(_: object, at: float = at) -> None:
            waits.append(time.monotonic() - at)

        for task in seen:
            task.add_done_callback(seen_now)
        await pool.send(school.ordinary())
        await asyncio.wait(seen, timeout=10)
        for task in seen:
            task.cancel()
    for panel in panels:
        panel.transport.abort()
    waits.sort()
    p50, p99 = waits[len(waits) // 2] * 1000, waits[int(len(waits) * 0.99)] * 1000
    return f"{number} panels: row after p50 {p50:.0f} p99 {p99:.0f} ms ({len(waits)} of {number * PUSHES} rows)"


def _session(database: str) -> tuple[str, str, int]:
    """A teacher's session and the lesson that she watches."""
    writer, reader = open_engine(database, writer=True), open_engine(database)
    desk = Desk(reader, writer, Seal("bench" * 10), time.time)
    user = desk.people.create_user("bench", mail="it@bench.example", name="IT", role=UserRole.IT)
    lesson = desk.lessons.page("bench").items[0]
    secret = desk.tokens.issue(user, TokenKind.SESSION, ttl=3600)
    writer.dispose()
    reader.dispose()
    return secret, lesson.id, lesson.number
