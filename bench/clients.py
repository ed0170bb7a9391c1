"""Which HTTP client for the wave: 250 requests a second to a platform that answers after 100 ms.

`python -m bench.clients`. Latency from the scheduled instant until the request arrives at the platform.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable

import httpx

from adapters.http import Http
from bench.__main__ import percentiles
from bench.wire import Platform

RATE, SECONDS, DELAY = 250, 6, 0.1
Ask = Callable[[str], Awaitable[object]]


async def wave(name: str, ask: Ask, address: str, calls: dict[bytes, list[float]]) -> None:
    """Send and print."""
    started = time.monotonic() + 0.2
    tasks: list[asyncio.Future[object]] = []
    due: dict[bytes, float] = {}
    for n in range(RATE * SECONDS):
        at = started + n / RATE
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        due[f"/{name}/{n}".encode()] = at
        tasks.append(asyncio.ensure_future(ask(f"{address}/{name}/{n}")))
    await asyncio.gather(*tasks, return_exceptions=True)
    waits = [calls[path][0] - at for path, at in due.items() if path in calls]
    p50, p99 = percentiles(waits)
    print(f"{name:<8} arrived {len(waits)} of {len(due)}: p50 {p50:.1f} p99 {p99:.1f} ms")


async def main() -> None:
    """Both clients in one run, one after the other."""
    calls: dict[bytes, list[float]] = {}
    loop = asyncio.get_running_loop()
    platform = await loop.create_server(lambda: Platform(calls, DELAY, lambda _: b"{}", lambda _: None), "127.0.0.1", 0)
    address = f"http://127.0.0.1:{platform.sockets[0].getsockname()[1]}"
    ours = Http()
    await wave("aiohttp", lambda url: ours.request("bench", "POST", url, body=b"{}"), address, calls)
    await ours.close()
    limits = httpx.Limits(max_connections=256, max_keepalive_connections=256)
    async with httpx.AsyncClient(limits=limits, trust_env=False, timeout=5) as client:
        await wave("httpx", lambda url: client.post(url, content=b"{}"), address, calls)
    platform.close()


if __name__ == "__main__":
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
    asyncio.run(main())
