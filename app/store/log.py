"""The hot path's statements: lessons, their numbered log, deliveries, intents and incidents, in one transaction.

A `Writing` is one transaction for many deliveries. It hands out working copies of lessons, collects rows, and sends
them with a handful of executemany statements before the commit; what others may see (the shelf of folded states) is
replaced only after it.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Update, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.actions import FINAL, Action, Lane, OutcomeKind, Support
from app.domain.events import Event, OutcomeSettled
from app.domain.incidents import EVIDENCE, IncidentStatus, Verdict
from app.domain.state import Case, LessonState, Standing, Status, apply, note, rematch
from app.store import codec, ledger
from app.store import statements as sql
from app.store import tables as t
from app.store.courses import Course, Courses, Versions
from app.store.frames import Framed, keep
from app.store.hours import planned
from app.store.runs import Run, Runs, forget, waiting
from app.store.shelf import Shelf
from app.store.strikes import Offence, Strikes

RECENT = 20_000  # delivery ids at hand, so that a prompt repetition needs no look into the database
Claim = tuple[str, str, str]  # school, connection, delivery id
GATHERED = ("log", "intents", "incidents", "quarantine")  # tables whose rows are sent together at the end
SNAPSHOT_EVERY = 200  # rows that are folded again at the most when a lesson is loaded


@dataclass(slots=True, kw_only=True)
class Lesson:
    """The working copy of one lesson inside a transaction."""

    school: str
    id: str
    connection: str
    key: str
    run: int
    course: Course
    state: LessonState
    number: int
    head: bytes
    snapshot_number: int
    rows: list["Logged"] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A row as it goes to the panels: the timeline's unit."""

    lesson: str
    number: int
    at: float
    recorded_at: float
    kind: str
    incident: str | None
    body: str
    private: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """An intent that waits for the executor."""

    id: str
    school: str
    lesson: str
    lesson_key: str
    connection: str
    number: int
    at: float
    deadline: float
    lane: Lane
    action: Action
    status: OutcomeKind = OutcomeKind.PENDING


class Log:
    """The durable log of a service: opens transactions, keeps folded states at hand."""

    def __init__(self, writer: Engine, courses: Courses) -> None:
        self._engine = writer
        self._courses = courses
        self.shelf = Shelf()
        self._recent: dict[Claim, None] = {}
        self._runs: dict[Run, str] = {}

    @contextmanager
    def writing(self, now: float) -> Iterator["Writing"]:
        """One transaction. What it changed becomes visible, and its rows leave for the panels, only after commit."""
        with self._engine.begin() as connection:
            runs = Runs(connection, self._runs, now)
            writing = Writing(connection, self.shelf, self._courses, now, self._recent, runs)
            yield writing
            writing.flush()
        for lesson in writing.touched():
            self.shelf.put(lesson.id, lesson.state, lesson.number)
        self._recent.update(dict.fromkeys(writing.taken()))
        self._runs.update(runs.learned)
        for kept in (self._recent, self._runs):
            while len(kept) > RECENT:
                del kept[next(iter(kept))]

    def unfinished(self) -> tuple[Queued, ...]:
        """The intents that a stopped process left pending or requested, in order."""
        query = (
            select(t.intents, t.lessons.c.key)
            .join(
                t.lessons, and_(t.lessons.c.school_id == t.intents.c.school_id, t.lessons.c.id == t.intents.c.lesson_id)
            )
            .where(t.intents.c.status.in_([OutcomeKind.PENDING.value, OutcomeKind.REQUESTED.value]))
            .order_by(t.intents.c.at, t.intents.c.number)
        )
        with self._engine.begin() as connection:
            return tuple(_queued(row) for row in connection.execute(query))

    def knows(self, run: Run) -> bool:
        """Whether this process has learned which meeting a run belongs to."""
        return run in self._runs

    def parked(self) -> tuple[Run, ...]:
        """The runs whose meeting was not known when the process stopped."""
        with self._engine.begin() as connection:
            return waiting(connection)

    def forget_parked(self, before: float) -> None:
        """Take out facts that waited for a meeting since then."""
        with self._engine.begin() as connection:
            forget(connection, before)

    def live(self) -> tuple[tuple[str, str, str, str], ...]:
        """The lessons that were live when the process stopped: (school, lesson, connection, key)."""
        c = t.lessons.c
        query = select(c.school_id, c.id, c.connection_id, c.key).where(c.status == Status.LIVE.value)
        with self._engine.begin() as connection:
            return tuple((row[0], row[1], row[2], row[3]) for row in connection.execute(query))


class Writing:
    """One transaction in the making. Not thread-safe: it belongs to the writer's thread."""

    def __init__(
        self,
        connection: Connection,
        shelf: Shelf,
        courses: Courses,
        now: float,
        recent: Container[Claim] = (),
        runs: Runs | None = None,
    ) -> None:
        self._db = connection
        self.runs = runs or Runs(connection, {}, now)
        self.strikes = Strikes(connection)
        self._shelf = shelf
        self._courses = courses
        self.now = now
        self._salts = ledger.Salts()
        self._recent = recent
        self._fresh: set[Claim] = set()
        self._taken: list[Claim] = []
        self._outcomes: list[tuple[str, str, OutcomeKind]] = []
        self._lessons: dict[str, Lesson] = {}
        self._by_key: dict[tuple[str, str, str], Lesson] = {}
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in GATHERED}
        self._settled: list[dict[str, Any]] = []
        self._grown: dict[str, dict[str, Any]] = {}
        self._opened: dict[str, dict[str, Any]] = {}

    # --- reading ----------------------------------------------------------------------------------------------

    def claim(self, deliveries: Iterable[Claim]) -> None:
        """Write down which deliveries this transaction takes; `first_time` answers from that.

        Nearly all are new, so they are inserted at once, for all connections together; only when the database knows
        one of them already is it asked which.
        """
        wanted = {c: None for c in deliveries if c not in self._recent}
        if not wanted:
            return
        try:
            with self._db.begin_nested():
                self._insert_claims(wanted)
        except IntegrityError:
            wanted = {c: None for c in wanted if c not in self._known(wanted)}
            self._insert_claims(wanted)
        self._fresh.update(wanted)

    def _insert_claims(self, claims: Iterable[Claim]) -> None:
        names = ("school_id", "connection_id", "delivery_id")
        if rows := [dict(zip(names, c, strict=True), received_at=self.now) for c in claims]:
            self._many(sql.INSERTS["deliveries"], rows)

    def _known(self, claims: Iterable[Claim]) -> set[Claim]:
        """Which of these deliveries are in the log already."""
        ids: dict[tuple[str, str], list[str]] = {}
        for school, connection, delivery in claims:
            ids.setdefault((school, connection), []).append(delivery)
        found: set[Claim] = set()
        for (school, connection), some in ids.items():
            params = {"school": school, "connection": connection, "ids": some}
            found.update((school, connection, d) for d in self._db.execute(sql.SEEN, params).scalars())
        return found

    def first_time(self, school: str, connection: str, delivery: str) -> bool:
        """Whether a claimed delivery is new, and not asked about before: a repetition ends here."""
        claim = (school, connection, delivery)
        if claim not in self._fresh:
            return False
        self._fresh.discard(claim)
        self._taken.append(claim)
        return True

    def taken(self) -> Sequence[Claim]:
        """The deliveries that were new."""
        return self._taken

    def load(self, school: str, wanted: Iterable[tuple[str, str]]) -> None:
        """Lock and fold the newest lessons of these (connection, key) pairs; pairs without one are absent afterwards.

        One statement for all, in the order of the ids, so that two processes never wait for each other in a circle.
        """
        pairs = [pair for pair in dict.fromkeys(wanted) if (school, *pair) not in self._by_key]
        for start in range(0, len(pairs), 500):
            some = set(pairs[start : start + 500])
            connections, keys = ([*dict.fromkeys(column)] for column in zip(*some, strict=True))
            params = {"school": school, "connections": connections, "keys": keys}
            for row in self._db.execute(sql.BY_KEY, params).all():
                if (row.connection_id, row.key) in some:
                    self._take(row)

    def lesson(self, school: str, connection: str, key: str) -> Lesson | None:
        """The newest lesson of a key, of those that were loaded."""
        return self._by_key.get((school, connection, key))

    def by_id(self, school: str, lesson: str) -> Lesson | None:
        """Any lesson of a school by its id; locks it."""
        if kept := self._lessons.get(lesson):
            return kept if kept.school == school else None
        row = self._db.execute(sql.BY_ID, {"school": school, "id": lesson}).one_or_none()
        return self._take(row) if row is not None else None

    def _take(self, row: Any) -> Lesson:
        versions = Versions(policy=row.policy_version, layers=row.layers_version, roster=row.roster_version)
        course = self._courses.get(self._db, row.school_id, row.course_id, versions, self.now)
        course = self._courses.for_lesson(self._db, course, row.id, row.layer_version, self.now)
        kept = self._shelf.get(row.id, row.number, course.roster)
        state = kept or self._fold(row, course)
        if state.roster_version != course.roster_version or state.roster_shrunk != course.shrunk:
            state = rematch(state, course.roster, course.roster_version).but(roster_shrunk=course.shrunk)
        terms = self._courses.vocabulary.at(self._db, row.school_id, row.terms_version)
        if state.terms is not terms:
            state = state.but(terms=terms)
        if state.roster_at != course.roster_at:
            state = state.but(roster_at=course.roster_at)
        lesson = Lesson(
            school=row.school_id, id=row.id, connection=row.connection_id, key=row.key, run=row.run, course=course,
            state=state, number=row.number, head=bytes(row.head), snapshot_number=row.snapshot_number,
        )  # fmt: skip
        return self._keep(lesson)

    def _keep(self, lesson: Lesson) -> Lesson:
        self._lessons[lesson.id] = lesson
        self._by_key[(lesson.school, lesson.connection, lesson.key)] = lesson
        return lesson

    def _fold(self, row: Any, course: Course) -> LessonState:
        """From the last snapshot on; what is not cached is folded from the log."""
        packed = None
        if row.snapshot_number:
            where = and_(t.lessons.c.school_id == row.school_id, t.lessons.c.id == row.id)
            packed = self._db.execute(select(t.lessons.c.snapshot).where(where)).scalar()
        state = (
            codec.state_from(bytes(packed), course.roster)
            if packed
            else LessonState(lesson=row.id, roster=course.roster, drill=course.drill, title=course.name)
        )
        params = {"school": row.school_id, "id": row.id, "after": row.snapshot_number, "upto": row.number}
        for kind, body, private in self._db.execute(sql.TAIL, params):
            state = refold(state, kind, body, private)
        return state

    # --- writing ----------------------------------------------------------------------------------------------

    def open_lesson(self, school: str, connection: str, key: str, course: Course, new_id: str) -> Lesson:
        """A new lesson of a course; an earlier one of the same key stops being the newest."""
        old = self._by_key.get((school, connection, key))
        run = old.run + 1 if old else 1
        if old:
            gone = and_(t.lessons.c.school_id == school, t.lessons.c.id == old.id)
            self._db.execute(update(t.lessons).where(gone).values(latest=False))
        course = self._courses.for_lesson(self._db, course, new_id, 0, self.now)
        state = LessonState(
            lesson=new_id, roster=course.roster, roster_version=course.roster_version, drill=course.drill,
            roster_shrunk=course.shrunk, roster_at=course.roster_at, title=course.name,
            terms=self._courses.vocabulary.newest(self._db, school),
        )  # fmt: skip
        self._db.execute(
            sql.INSERTS["lessons"],
            {
                "school_id": school, "id": new_id, "connection_id": connection, "key": key, "run": run, "latest": True,
                "course_id": course.id, "title": course.name, "status": Status.SCHEDULED.value, "scheduled_at": None,
                "started_at": None, "ended_at": None, "number": 0, "head": ledger.START, "snapshot": None,
                "snapshot_number": 0, "drill": course.drill,
            },
        )  # fmt: skip
        lesson = Lesson(
            school=school, id=new_id, connection=connection, key=key, run=run, course=course, state=state, number=0,
            head=ledger.START, snapshot_number=0,
        )  # fmt: skip
        return self._keep(lesson)

    def frame(self, lesson: Lesson, frame: Framed) -> None:
        """Keep what a lesson is judged by; the same frame is kept once."""
        keep(self._db, lesson.school, frame, self.now)

    def offend(self, offence: Offence) -> None:
        """Keep an offence that counts in later lessons, too."""
        self.strikes.keep(offence)

    def forgive(self, school: str, intent: str) -> None:
        """The offence of this intent does not count any more."""
        self.strikes.take_back(school, intent)

    def append(self, lesson: Lesson, event: Event, state: LessonState) -> None:
        """Write one event and take over the state that holds it."""
        incident = None
        if isinstance(event, OutcomeSettled):
            standing = lesson.state.intents.get(event.intent)
            incident = standing.incident if standing else None
            self._settle(lesson, event)
            self._outcomes.append((lesson.id, event.intent, event.outcome.kind))
        body, private = codec.event_row(event)
        lesson.state = state
        self._log(lesson, event.at, event.kind, incident, body, private)

    def intend(self, lesson: Lesson, standing: Standing, params: tuple[tuple[str, str], ...], support: Support,
               press: str = "") -> Queued:  # fmt: skip
        """Write one intent in its incident."""
        observed = standing.status is OutcomeKind.SIMULATED
        body, private = codec.intent_row(standing, params, observed)
        decided = replace(standing, action=replace(standing.action, operator=None))  # as the log gives it back
        lesson.state = note(lesson.state, decided)
        self._log(lesson, standing.at, "intent", standing.incident, body, private)
        self._rows["intents"].append(
            {
                "school_id": lesson.school, "id": standing.id, "lesson_id": lesson.id, "number": lesson.number,
                "connection_id": lesson.connection, "incident_id": standing.incident, "at": standing.at,
                "deadline": standing.deadline, "lane": int(standing.lane), "kind": standing.action.kind.value,
                "rule": standing.rule, "action": codec.action_text(standing.action), "status": standing.status.value,
                "settled_at": None, "press": press,
            }
        )  # fmt: skip
        self._incident(lesson, standing)
        return Queued(
            id=standing.id, school=lesson.school, lesson=lesson.id, lesson_key=lesson.key,
            connection=lesson.connection, number=lesson.number, at=standing.at, deadline=standing.deadline,
            lane=standing.lane, action=standing.action, status=standing.status,
        )  # fmt: skip

    def pressed(self, lesson: Lesson, press: str) -> tuple[str, ...]:
        """The intents that a press of this idempotency key led to."""
        where = and_(t.intents.c.school_id == lesson.school, t.intents.c.lesson_id == lesson.id)
        query = select(t.intents.c.id).where(where, t.intents.c.press == press).order_by(t.intents.c.number)
        same = (row for row in self._rows["intents"] if (row["lesson_id"], row["press"]) == (lesson.id, press))
        return (*self._db.execute(query).scalars(), *(row["id"] for row in same))

    def quarantine(self, school: str, connection: str, reason: str, body: bytes, new_id: str) -> None:
        """Keep what could not be read, for a person to look at; it never blocks the rest."""
        self._rows["quarantine"].append(
            {"school_id": school, "id": new_id, "connection_id": connection, "received_at": self.now,
             "reason": reason[:500], "body": body}
        )  # fmt: skip

    def unclaimed(self, school: str, connection: str, meeting: str, at: float) -> None:
        """Count an event of a meeting that belongs to no course; nothing of its content is kept."""
        where = and_(
            t.unclaimed.c.school_id == school,
            t.unclaimed.c.connection_id == connection,
            t.unclaimed.c.meeting == meeting,
        )
        grown = update(t.unclaimed).where(where).values(last_at=at, events=t.unclaimed.c.events + 1)
        if self._db.execute(grown).rowcount == 0:
            self._db.execute(
                insert(t.unclaimed).values(
                    school_id=school, connection_id=connection, meeting=meeting, first_at=at, last_at=at, events=1
                )
            )

    def course_of(self, school: str, connection: str, meeting: str) -> Course | None:
        """The course that a platform's meeting belongs to."""
        return self._courses.of_meeting(self._db, school, connection, meeting, self.now)

    def planned(self, lesson: Lesson, at: float) -> tuple[float, float] | None:
        """When a lesson that opens at `at` was planned to begin and to be over; None when nobody planned it."""
        return planned(self._db, lesson.school, lesson.course.id, lesson.connection, lesson.key, at)

    def settled(self) -> tuple[tuple[str, str, OutcomeKind], ...]:
        """(lesson, intent, outcome) of every outcome written."""
        return tuple(self._outcomes)

    def touched(self) -> Iterable[Lesson]:
        """Every lesson that was loaded or opened."""
        return self._lessons.values()

    def _log(self, lesson: Lesson, at: float, kind: str, incident: str | None, body: str, private: str) -> None:
        salt = self._salts.next()
        committed = ledger.commitment(salt, private)
        row = ledger.Row(
            lesson=lesson.id, number=lesson.number + 1, at=at, recorded_at=self.now, kind=kind, incident=incident,
            body=body, private=private, salt=salt, commitment=committed,
        )  # fmt: skip
        digest = ledger.link(lesson.head, row)
        self._rows["log"].append(
            {
                "school_id": lesson.school, "lesson_id": lesson.id, "number": row.number, "at": at,
                "recorded_at": self.now, "kind": kind, "incident_id": incident, "body": body, "private": private,
                "salt": salt, "commitment": committed, "hash": digest,
            }
        )  # fmt: skip
        lesson.number, lesson.head = row.number, digest
        lesson.rows.append(
            Logged(lesson=lesson.id, number=row.number, at=at, recorded_at=self.now, kind=kind, incident=incident,
                   body=body, private=private)
        )  # fmt: skip

    def _settle(self, lesson: Lesson, event: OutcomeSettled) -> None:
        self._settled.append(
            {"b_school": lesson.school, "b_id": event.intent, "status": event.outcome.kind.value,
             "settled_at": event.at if event.outcome.kind in FINAL else None}
        )  # fmt: skip

    def _incident(self, lesson: Lesson, standing: Standing) -> None:
        """Open the incident or let it grow by what the fold knows of it."""
        case = next(c for c in (lesson.state.incident, lesson.state.routine) if c and c.id == standing.incident)
        told = {"last_at": case.last_at, "severity": int(case.severity), "rules": f",{','.join(case.rules)},",
                "actions": case.actions, "pupil": case.pupil}  # fmt: skip
        if case.id in self._opened:
            self._opened[case.id].update(told)
        elif case.actions == 1:
            self._opened[case.id] = self._new_incident(lesson, case) | told
        else:
            self._grown[case.id] = {"b_school": lesson.school, "b_id": case.id, **told}

    def _new_incident(self, lesson: Lesson, case: Case) -> dict[str, Any]:
        return {
            "school_id": lesson.school, "id": case.id, "lesson_id": lesson.id, "course_id": lesson.course.id,
            "opened_at": case.opened_at, "reason": case.reason, "status": IncidentStatus.OPEN.value,
            "verdict": Verdict.UNREVIEWED.value, "note": "", "reviewer": "", "reviewed_at": None,
            "drill": lesson.course.drill, "evidence_from": self._evidence_from(lesson, case.opened_at),
        }  # fmt: skip

    def _evidence_from(self, lesson: Lesson, at: float) -> int:
        """The first row of the 120 s before the incident: from here on the log is its evidence.

        Looked for backwards, so that the length of the lesson does not matter.
        """
        for row in reversed(lesson.rows):
            if row.at < at - EVIDENCE:
                return row.number + 1
        query = (
            select(t.log.c.number)
            .where(t.log.c.school_id == lesson.school, t.log.c.lesson_id == lesson.id, t.log.c.at < at - EVIDENCE)
            .order_by(t.log.c.number.desc())
            .limit(1)
        )
        return (self._db.execute(query).scalar() or 0) + 1

    def flush(self) -> None:
        """Send everything collected, each table with one statement."""
        self._rows["incidents"].extend(self._opened.values())
        for name, rows in self._rows.items():
            if rows:
                self._many(sql.INSERTS[name], rows)
        for statement, params in ((sql.SETTLE, self._settled), (sql.GROW_INCIDENT, list(self._grown.values()))):
            if params:
                self._db.execute(statement, params)
        moved = [lesson for lesson in self._lessons.values() if lesson.rows]
        if moved:
            self._many(sql.MOVE_LESSON, [_moved(lesson) for lesson in moved])
        due = [x for x in moved if x.number - x.snapshot_number >= SNAPSHOT_EVERY]
        if due:
            self._db.execute(sql.KEEP_SNAPSHOT, [_snapshot(lesson) for lesson in due])

    def _many(self, statement: Insert | Update, rows: list[dict[str, Any]]) -> None:
        """One statement for many rows, handed to the driver as they are: nothing in them needs converting.

        SQLAlchemy compiles the statement once per dialect; to let it look at every value of every row again costs as
        much as the insert itself.
        """
        text, order = sql.compiled(statement, self._db.dialect)
        self._db.exec_driver_sql(text, [tuple(r[name] for name in order) for r in rows] if order else rows)


def refold(state: LessonState, kind: str, body: str, private: str | None) -> LessonState:
    """One stored row folded again."""
    if kind == "intent":
        return note(state, codec.intent_from(body, private)[0])
    return apply(state, codec.event_from(kind, body, private))


def _moved(lesson: Lesson) -> dict[str, Any]:
    s = lesson.state
    return {
        "b_school": lesson.school, "b_id": lesson.id, "title": s.title, "status": s.status.value,
        "scheduled_at": s.scheduled_at, "started_at": s.started_at, "ended_at": s.ended_at, "number": lesson.number,
        "head": lesson.head,
    }  # fmt: skip


def _snapshot(lesson: Lesson) -> Mapping[str, Any]:
    return {"b_school": lesson.school, "b_id": lesson.id, "snapshot": codec.snapshot(lesson.state),
            "snapshot_number": lesson.number}  # fmt: skip


def _queued(row: Any) -> Queued:
    return Queued(
        id=row.id, school=row.school_id, lesson=row.lesson_id, lesson_key=row.key, connection=row.connection_id,
        number=row.number, at=row.at, deadline=row.deadline, lane=Lane(row.lane),
        action=codec.action_from(row.action), status=OutcomeKind(row.status),
    )  # fmt: skip
