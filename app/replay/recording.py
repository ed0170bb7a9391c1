"""A recorded lesson: its numbered rows and the frames they name, from the database or from a file, read as a stream.

The file is JSON lines: a header, a line for each frame before the first row that names it, the rows by number, and a
last line that says how many there were. Whatever is wrong is told with its line; nothing is read into memory but the
line at hand and the frames.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import msgspec
from sqlalchemy import Connection, select

from app.domain.errors import Invalid, NotFound
from app.replay.frame import Frame, name_of
from app.store import frames
from app.store import tables as t

KIND, VERSION = "recording", 1
LONGEST = 4_000_000  # bytes of one line; a roster of ten thousand is smaller
FRAMES = 1000  # policies and rosters of one lesson; each change of them is one
FRAME_BYTES = 64_000_000  # of all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the log. `private` None = its names and texts were erased. `line` is its line in a file, if any."""

    number: int
    at: float
    recorded_at: float
    kind: str
    body: str
    private: str | None
    line: int = 0

    @property
    def where(self) -> str:
        """How people find it again."""
        return f"line {self.line}" if self.line else f"row {self.number}"


@dataclass(slots=True, kw_only=True)
class Recording:
    """The rows can be gone through once; `frames` fills as they come. Who does not read to the end closes it."""

    lesson: str
    key: str
    rows: Iterator[Row]
    frames: dict[str, Frame] = field(default_factory=dict)

    def close(self) -> None:
        """Let go of what the rows are read from."""
        if isinstance(self.rows, Generator):
            self.rows.close()


class _Header(msgspec.Struct):
    menshen: str
    version: int
    lesson: str = ""
    key: str = ""


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    n: int
    at: float
    recorded_at: float
    kind: str
    body: msgspec.Raw
    private: msgspec.Raw = msgspec.Raw(b"null")


class _FrameLine(msgspec.Struct, forbid_unknown_fields=True):
    frame: str
    told: str
    private: str = ""


class _EndLine(msgspec.Struct, forbid_unknown_fields=True):
    rows: int


_header = msgspec.json.Decoder(_Header)
_line: msgspec.json.Decoder[_Line | Any] = msgspec.json.Decoder(_Line)
_frame = msgspec.json.Decoder(_FrameLine)
_end = msgspec.json.Decoder(_EndLine)


def of_lesson(db: Connection, school: str, lesson: str) -> Recording:
    """The recording of a lesson in the database. Raises NotFound."""
    lessons, log = t.lessons.c, t.log.c
    found = db.execute(
        select(lessons.key).where(lessons.school_id == school, lessons.id == lesson)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("no such lesson")
    mine = (log.school_id == school, log.lesson_id == lesson)
    named = db.execute(select(log.body).where(*mine, log.kind == "lesson.framed")).scalars()
    ids = [str(msgspec.json.decode(body).get("frame", "")) for body in named]
    kept = {i: Frame(id=i, told=told, private=private) for i, (told, private) in frames.read(db, school, ids).items()}
    query = select(t.log).where(*mine).order_by(log.number).execution_options(yield_per=500)
    return Recording(lesson=lesson, key=found, rows=_read_rows(db, query), frames=kept)


def _read_rows(db: Connection, query: Any) -> Generator[Row, None, None]:
    with db.execute(query) as found:
        for row in found:
            yield _stored(row)


def _stored(row: Any) -> Row:
    return Row(
        number=row.number, at=row.at, recorded_at=row.recorded_at, kind=row.kind, body=row.body, private=row.private
    )


def write(recording: Recording, out: IO[bytes]) -> int:
    """The recording as a file; how many rows it has. It holds names and chat as the log does."""
    header = {"menshen": KIND, "version": VERSION, "lesson": recording.lesson, "key": recording.key}
    out.write(msgspec.json.encode(header) + b"\n")
    for frame in recording.frames.values():
        line = _FrameLine(frame=frame.id, told=frame.told, private=frame.private)
        out.write(msgspec.json.encode(line) + b"\n")
    count = 0
    for row in recording.rows:
        count += 1
        told: dict[str, Any] = {"n": row.number, "at": row.at, "recorded_at": row.recorded_at, "kind": row.kind}
        told["body"] = msgspec.Raw(row.body.encode())
        told["private"] = msgspec.Raw(row.private.encode()) if row.private else "" if row.private == "" else None
        out.write(msgspec.json.encode(told) + b"\n")
    out.write(msgspec.json.encode(_EndLine(rows=count)) + b"\n")
    return count


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, none of them longer than LONGEST. Raises Invalid."""
    where = 0
    while line := file.readline(LONGEST + 1):
        where += 1
        if len(line) > LONGEST:
            raise _wrong(where, f"longer than {LONGEST} bytes")
        yield line


def of_file(lines: Iterable[bytes]) -> Recording:
    """A recording from a file's lines. Raises Invalid at once for the header, for the rest when it comes to it."""
    numbered = enumerate(lines, 1)
    _, first = next(numbered, (1, b""))
    header = header_of(first, KIND)
    recording = Recording(lesson=header["lesson"] or "replayed", key=header["key"], rows=iter(()))
    recording.rows = _rows(numbered, recording.frames)
    return recording


def header_of(line: bytes, kind: str) -> Mapping[str, Any]:
    """The first line of a file of this kind. Raises Invalid."""
    header = _header_line(line)
    if header.menshen != kind:
        raise _wrong(1, f"menshen: this is a {header.menshen[:40]!r}, wanted is a {kind!r}")
    if header.version != VERSION:
        raise _wrong(1, f"version: {header.version}; this Menshen reads version {VERSION}")
    return {"lesson": header.lesson[:32], "key": header.key[:255]}


def kind_of(line: bytes) -> str:
    """What the first line of a file says it is. Raises Invalid."""
    return _header_line(line).menshen


def _header_line(line: bytes) -> _Header:
    try:
        return _header.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        raise _wrong(1, f"this is no file of Menshen: {e}") from e


def _rows(lines: Iterable[tuple[int, bytes]], known: dict[str, Frame]) -> Iterator[Row]:
    last = where = size = 0
    for where, line in lines:
        if not line.strip():
            continue
        if len(line) > LONGEST:
            raise _wrong(where, f"longer than {LONGEST} bytes")
        if line.startswith(b'{"rows":'):
            if (told := _read(where, line, _end).rows) != last:
                raise _wrong(where, f"rows: {told}, but {last} were here")
            return
        if line.startswith(b'{"frame":'):
            size += len(line)
            if len(known) >= FRAMES or size > FRAME_BYTES:
                raise _wrong(where, f"frame: more than {FRAMES} of them, or {FRAME_BYTES} bytes")
            frame = _framed(where, _read(where, line, _frame))
            known[frame.id] = frame
            continue
        read = _read(where, line, _line)
        if read.n != last + 1:
            raise _wrong(where, f"n: {read.n} after {last}; rows are missing or out of order")
        last = read.n
        yield _row(where, read)
    raise _wrong(where + 1, f"rows: the file ends after row {last} and before its last line: it was cut off")


def _framed(where: int, told: _FrameLine) -> Frame:
    """A frame that is what its name says; one whose roster was erased cannot be compared with it any more."""
    if told.private and told.frame != name_of(told.told, told.private):
        raise _wrong(where, "frame: its text was changed, for it does not make this name")
    return Frame(id=told.frame, told=told.told, private=told.private)


def _row(where: int, read: _Line) -> Row:
    try:
        body, private = bytes(read.body).decode(), bytes(read.private).decode()
    except UnicodeDecodeError as e:
        raise _wrong(where, f"body: {e}") from e
    return Row(
        number=read.n, at=read.at, recorded_at=read.recorded_at, kind=read.kind, body=body, line=where,
        private={"null": None, '""': ""}.get(private, private),
    )  # fmt: skip


def _read(where: int, line: bytes, decoder: Any) -> Any:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        cut = "" if line.endswith(b"\n") else " (the file ends in the middle of this line)"
        raise _wrong(where, f"{e}{cut}") from e


def _wrong(where: int, problem: str) -> Invalid:
    return Invalid(problems=((f"line {where}", problem),))
