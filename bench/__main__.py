"""The measured claims of the README in one command: `make bench` (or `python -m bench [part ...]`).

The service is pinned to one core; load, platform stub and panels run on the other. The load is open loop: every latency
counts from the instant at which the webhook should have been sent. Figures are as measured, in one run, beside a bare
application that only verifies the signature and answers.
"""

import asyncio
import itertools
import os
import resource
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.rules import rules
from bench.school import School
from bench.wire import Platform, Pool

PARTS = ("rules", "rates", "wave", "lessons", "panels", "replay")
SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))


@dataclass
class Figures:
    """One row of the report; latencies in milliseconds."""

    name: str
    sent: int
    per_second: float
    ack: tuple[float, float]
    act: tuple[float, float] | None = None
    note: str = ""

    def __str__(self) -> str:
        act = f"  act p50 {self.act[0]:7.1f} p99 {self.act[1]:7.1f}" if self.act else " " * 29
        ack = f"ack p50 {self.ack[0]:7.1f} p99 {self.ack[1]:7.1f}"
        return f"{self.name:<34} {self.per_second:8.0f}/s  {ack}{act}  {self.note}"


def percentiles(values: list[float]) -> tuple[float, float]:
    """(p50, p99) in milliseconds; nan without values."""
    if not values:
        return (float("nan"), float("nan"))
    ordered = sorted(values)
    return ordered[len(ordered) // 2] * 1000, ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000


def free_port() -> int:
    """A loopback port that nobody uses."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@asynccontextmanager
async def process(*arguments: str, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A measured process, ready to be asked."""
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.serve", *arguments)
    try:
        for _ in range(6000):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                if running.returncode is not None:
                    raise SystemExit("the measured process ended") from None
                await asyncio.sleep(0.05)
        yield running
    finally:
        if running.returncode is None:
            running.terminate()
            await asyncio.wait_for(running.wait(), 20)


@asynccontextmanager
async def measured(kind: str, lessons: int, delay: float = 0.0) -> AsyncIterator["Bench"]:
    """The service (or the bare application), a platform stub and an open pool of connections."""
    port, calls = free_port(), dict[bytes, list[float]]()
    school = School(lessons)
    platform = await asyncio.get_running_loop().create_server(
        lambda: Platform(calls, delay, school.listing, school.did), "127.0.0.1", 0
    )
    platform_port = platform.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        database = os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder}/menshen.db")
        arguments = ["bare", str(port)]
        if kind != "bare":
            there = (str(port), database)
            school_of = (sys.executable, "-m", "bench.serve", "service", *there, str(lessons), str(platform_port))
            made = await asyncio.create_subprocess_exec(*school_of)
            if await made.wait():
                raise SystemExit("the school of the bench could not be made")
            arguments = ["service", *there, "0", str(platform_port)]
        async with process(*arguments, port=port) as running:
            pool = Pool()
            await pool.open(port, 256)
            yield Bench(pool=pool, calls=calls, school=school, pid=running.pid, port=port, database=database)
            pool.close()
    platform.close()


@dataclass
class Bench:
    """One arrangement under load."""

    pool: Pool
    calls: dict[bytes, list[float]]
    school: School
    pid: int
    port: int
    database: str

    async def fill(self, inside: int) -> None:
        """Start every lesson and let some pupils come; not measured."""
        await self._all(self.school.start(c) for c in self.school.classes)
        await self._all(self.school.join(c, p) for c in self.school.classes for p in c.pupils[:inside])
        await asyncio.sleep(1.0)

    async def _all(self, requests: Iterable[bytes]) -> None:
        made = iter(requests)
        while some := list(itertools.islice(made, 256)):
            await asyncio.gather(*map(self.pool.send, some))

    async def steady(self, name: str, rate: int, strangers: float, seconds: float = SECONDS) -> Figures:
        """Open loop at `rate` events a second, a share of them strangers who must be held."""
        total = int(rate * seconds)
        acks: list[float] = []
        acts: dict[bytes, float] = {}
        bad = 0
        every = max(1, round(1 / strangers)) if strangers else 0
        started = time.monotonic() + 0.2

        async def one(at: float, request: bytes) -> None:
            nonlocal bad
            status = await self.pool.send(request)
            acks.append(time.monotonic() - at)
            bad += status != 200

        tasks = []
        for n in range(total):
            at = started + n / rate
            if every and n % every == 0:
                request, path = self.school.stranger(self.school.any_class())
                acts[path] = at
            else:
                request = self.school.ordinary()
            wait = at - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            tasks.append(asyncio.create_task(one(at, request)))
        await asyncio.gather(*tasks)
        took = time.monotonic() - started
        await asyncio.sleep(1.5)
        return self._figures(name, total, took, acks, acts, bad)

    def _figures(
        self, name: str, total: int, took: float, acks: list[float], acts: dict[bytes, float], bad: int
    ) -> Figures:
        latencies = [self.calls[path][0] - at for path, at in acts.items() if path in self.calls]
        missed = sum(path not in self.calls for path in acts)
        doubled = sum(len(self.calls.get(path, ())) > 1 for path in acts)
        note = f"not 200: {bad}" if bad else ""
        if acts:
            note += f" held {len(latencies)} missed {missed} doubled {doubled}"
        return Figures(
            name, total, total / took, percentiles(acks), percentiles(latencies) if acts else None, note.strip()
        )

    async def saturate(self, name: str, seconds: float = SECONDS, in_flight: int = 256) -> Figures:
        """Closed loop: as many as it takes; 5 % strangers."""
        acks: list[float] = []
        acts: dict[bytes, float] = {}
        bad = done = 0
        requests = []
        for n in range(int(12_000 * seconds) if "bare" in name else int(9_000 * seconds)):
            if n % 20 == 0:
                request, path = self.school.stranger(self.school.any_class())
                requests.append((request, path))
            else:
                requests.append((self.school.ordinary(), b""))
        turn: Iterator[tuple[bytes, bytes]] = iter(requests)
        began = cpu(self.pid)
        started = time.monotonic()

        async def worker() -> None:
            nonlocal bad, done
            for request, path in turn:
                at = time.monotonic()
                if at - started > seconds:
                    return
                if path:
                    acts[path] = at
                status = await self.pool.send(request)
                acks.append(time.monotonic() - at)
                bad += status != 200
                done += 1

        await asyncio.gather(*(worker() for _ in range(in_flight)))
        took = time.monotonic() - started
        spent = cpu(self.pid) - began
        await asyncio.sleep(2.0)
        figures = self._figures(name, done, took, acks, acts if "bare" not in name else {}, bad)
        figures.note += f" cpu {1e6 * spent / max(done, 1):.0f} us/event"
        return figures


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Resident MiB of a process."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def rates(show: Callable[[object], None]) -> None:
    """100, 500, 1 000 events/s and saturation, beside the bare application."""
    async with measured("bare", 100) as bench:
        show(await bench.saturate("bare: verify and answer, saturated"))
        show(await bench.steady("bare at 500/s", 500, 0.0))
    async with measured("service", 100) as bench:
        await bench.fill(10)
        for rate in (100, 500, 1000):
            show(await bench.steady(f"menshen at {rate}/s", rate, 0.05))
        show(await bench.saturate("menshen, saturated"))
        show(f"{'':<34} resident {memory(bench.pid):.0f} MiB")


async def wave(show: Callable[[object], None]) -> None:
    """Half of 500 events a second are strangers, and the platform answers after 100 ms."""
    async with measured("service", 100, delay=0.1) as bench:
        await bench.fill(10)
        show(await bench.steady("attack wave: 250 strangers/s", 500, 0.5))


async def lessons(show: Callable[[object], None]) -> None:
    """Cost per event and memory from 1 to 5 000 lessons of 40 pupils."""
    for number in (1, 100, 1000, 5000):
        async with measured("service", number) as bench:
            await bench.fill(40)
            show(await bench.saturate(f"menshen, {number} lessons of 40", seconds=SECONDS / 2))
            show(f"{'':<34} resident {memory(bench.pid):.0f} MiB")


async def panels(show: Callable[[object], None], number: int = 3000) -> None:
    """One row to many open panels at once."""
    from bench.panels import fan_out

    async with measured("service", 1) as bench:
        await bench.fill(5)
        show(await fan_out(bench.port, bench.database, bench.pool, bench.school, number))


async def replay(show: Callable[[object], None]) -> None:
    """A long recorded lesson run again, in this process."""
    from bench.replays import measured as lesson_again

    for line in lesson_again():
        show(line)


async def main(parts: list[str]) -> None:
    """Run the parts and keep the figures."""
    lines: list[str] = []

    def show(line: object) -> None:
        lines.append(str(line))
        print(line, flush=True)

    for part in parts:
        show(f"--- {part}")
        if part == "rules":  # pure functions: nothing to wait for
            rules(show)
        else:
            parts_by_name = {"rates": rates, "wave": wave, "lessons": lessons, "panels": panels, "replay": replay}
            await parts_by_name[part](show)


if __name__ == "__main__":
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[-1]})
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    uvloop.run(main(sys.argv[1:] or list(PARTS)))
