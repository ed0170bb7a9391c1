"""Files that nobody should have to trust: without end, too large, cut off, not text; refused with their line."""

import io
import itertools
import re
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.domain.errors import Invalid
from app.replay import sides, trace
from app.replay.again import again
from app.replay.archive import recording_in
from app.replay.recording import FRAMES, LONGEST, lines_of, of_file
from app.replay.script import of_file as script_of
from app.replay.trace import traced
from tests.app.replay.recorded import file_of, raided

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MUCH = 30_000_000  # bytes; as much memory as reading a file of any size may take
ROW = b'{"n":%d,"at":1.0,"recorded_at":1.0,"kind":"clock.ticked","body":{"at":1.0},"private":""}\n'


class Endless(io.RawIOBase):
    """A file that goes on: its first lines, then as many made ones as somebody reads."""

    def __init__(self, first: bytes, more: Iterator[bytes]) -> None:
        self._parts = itertools.chain([first], more)
        self._left = b""
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: "WriteableBuffer", /) -> int:
        buffer = memoryview(into)
        if not self._left:
            self._left = next(self._parts, b"")
        part = self._left[: len(buffer)]
        self._left = self._left[len(part) :]
        buffer[: len(part)] = part
        self.given += len(part)
        return len(part)


def endless(first: bytes, more: Iterator[bytes]) -> tuple[Endless, Iterator[bytes]]:
    file = Endless(first, more)
    return file, lines_of(io.BufferedReader(file))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    with raided(tmp_path_factory.mktemp("raid")) as school:
        return file_of(school)


def without_end(file: bytes) -> tuple[bytes, int]:
    """The file before its last line, and the number of its last row."""
    lines = file.splitlines(keepends=True)
    return b"".join(lines[:-1]), int(lines[-1].split(b":")[1].rstrip(b"}\n"))


def problems(call: Callable[[], object]) -> str:
    with pytest.raises(Invalid) as e:
        call()
    return "; ".join(f"{where}: {what}" for where, what in e.value.problems)


def test_a_file_is_read_as_a_stream(file: bytes) -> None:
    """Sixty megabytes, of which nothing stays."""
    first, last = without_end(file)
    row = b'{"n":%d,"at":1.0,"recorded_at":1.0,"kind":"unknown","body":{"at":1.0},"private":{"name":"a","raw":"%s"}}\n'
    many = 1500
    body = b"x" * 40_000
    made = (row % (last + n, body) for n in range(1, many + 1))
    source, lines = endless(first, itertools.chain(made, [b'{"rows":%d}\n' % (last + many)]))
    tracemalloc.start()
    found = again(of_file(lines))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.rows == last + many
    assert source.given > 60_000_000
    assert peak < MUCH


def test_a_line_without_end_is_not_read_to_it(file: bytes) -> None:
    source, lines = endless(without_end(file)[0] + b'{"n":', (b"1" * 65536 for _ in itertools.count()))
    assert f"longer than {LONGEST} bytes" in problems(lambda: again(of_file(lines)))
    assert source.given < 3 * LONGEST


def test_frames_without_end_do_not_fill_the_memory(file: bytes) -> None:
    made = (b'{"frame":"%d","told":"%s"}\n' % (n, b"x" * 1000) for n in itertools.count())
    _, lines = endless(file.splitlines(keepends=True)[0], made)
    assert problems(lambda: again(of_file(lines))).startswith(f"line {FRAMES + 2}: frame: more than")


def test_what_is_compared_has_an_end(file: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    first, last = without_end(file)
    made = (ROW % n for n in itertools.count(last + 1))
    _, lines = endless(first, made)
    monkeypatch.setattr(trace, "MOST", last + 1000)
    assert "too long to be compared" in problems(lambda: traced(of_file(lines).rows))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda f: without_end(f)[0], r"rows: the file ends after row \d+ and before its last line"),
        (lambda f: b"\n".join(f.split(b"\n")[:-3]) + b"\n", "before its last line: it was cut off"),
        (lambda f: f.replace(b'{"rows":', b'{"rows":1'), "but .* were here"),
        (lambda f: f.replace(b'"name":"user8801"', b'"name":"\xff\xfe"', 1), "line 1[0-9]: .*"),
        (
            lambda f: f.replace(b'"kind":"intent","body":{', b'"kind":"intent","body":[{}],"x":{', 1),
            "unknown field `x`",
        ),
        (lambda f: f.replace(b'"recorded_at":', b'"recorded_at":"', 1), "line "),
        (lambda f: f.replace(b'"body":{"at":', b'"body":' + b"[" * 5000 + b"]" * 5000 + b',"y":{"at":', 1), "line "),
        (lambda f: f.replace(b"seminar", b"lecture", 1), "frame: its text was changed"),
    ],
    ids=["no last line", "rows lost", "counted wrongly", "no text", "another field", "wrong type", "deep", "policy"],
)
def test_it_is_refused_with_its_line(file: bytes, change: Callable[[bytes], bytes], problem: str) -> None:
    changed = change(file)
    assert changed != file
    told = problems(lambda: again(of_file(io.BytesIO(changed))))
    assert re.search(problem, told), told
    assert told.startswith("line ")


@pytest.mark.parametrize("body", [b"[]", b"3", b'"x"', b"null", b'{"participant":7}', b'{"at":"x"}', b"[[[]]]"])
@pytest.mark.parametrize("kind", [b"participant.joined", b"intent", b"lesson.framed", b"chat.posted", b"roster.polled"])
def test_rows_of_any_content_are_refused_or_differ(file: bytes, kind: bytes, body: bytes) -> None:
    first, last = without_end(file)
    row = b'{"n":%d,"at":1,"recorded_at":1,"kind":"%s","body":%s,"private":{"0":{},"a":[1],"participant":[]}}\n'
    forged = first + row % (last + 1, kind, body) + b'{"rows":%d}\n' % (last + 1)
    with suppress(Invalid):
        assert not again(of_file(io.BytesIO(forged))).same
    assert problems(lambda: traced(of_file(io.BytesIO(forged)).rows)).startswith("line ")


HEAD = b'{"menshen":"script","version":1,"title":"t","people":{"p":{"name":"An"}}}\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + b'{"at":5,"kind":"lesson.started"}\n{"at":4,"kind":"lesson.ended"}\n', "line 3: at: 4 after 5"),
        (HEAD + b'{"at":5,"kind":"lesson.flew"}\n', "line 2: kind or who: 'lesson.flew'"),
        (HEAD + b'{"at":5,"kind":"chat.posted","who":"q"}\n', "line 2: kind or who: 'q'"),
        (HEAD + b'{"at":5,"kind":"lesson.started","when":1}\n', "line 2: .*`when`"),
        (HEAD + b'{"at":"5","kind":"lesson.started"}\n', "line 2: .*at"),
        (HEAD + b'{"at":1e300,"kind":"lesson.started"}\n', "line 2: at: 1e.300"),
        (HEAD + b'{"at":5,"ki', "line 2: .*in the middle"),
        (HEAD + b'{"at":5,"kind":"lesson.started"}\n\xff\n', "line 3: "),
        (HEAD + b"[" * 100_000 + b"\n", "line 2: "),
        (HEAD.replace(b'"version":1', b'"version":7'), "line 1: version: 7"),
        (HEAD.replace(b'"title"', b'"titel"'), "line 1: .*titel|line 1: .*title"),
        (HEAD.replace(b'"name":"An"', b'"role":"king"'), "line 1: people.p: "),
        (b"[" * 100_000, "line 1: this is no file of Menshen"),
    ],
)
def test_a_script_is_refused_with_its_line(text: bytes, problem: str) -> None:
    told = problems(lambda: list(script_of(lines_of(io.BytesIO(text))).attempts))
    assert re.search(problem, told), told


def test_a_recording_is_compared_in_bounded_memory(file: bytes, tmp_path: Path) -> None:
    """Twenty thousand rows more: what is kept of them is no row."""
    first, last = without_end(file)
    many = 20_000
    path = tmp_path / "long.jsonl"
    with path.open("wb") as out:
        out.write(first)
        for n in range(1, many + 1):
            out.write(b'{"n":%d,"at":1790000000.0,"recorded_at":1790000000.0,"kind":"unknown",' % (last + n))
            out.write(b'"body":{"at":1790000000.0},"private":{"name":"a","raw":"%s"}}\n' % (b"y" * 1000))
        out.write(b'{"rows":%d}\n' % (last + many))
    tracemalloc.start()
    found = sides.of_recording(partial(recording_in, path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.again is not None
    assert found.again.rows == last + many
    assert peak < MUCH
