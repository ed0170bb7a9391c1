"""The tables. Every key starts with school_id, so that a district shards by school without a rewrite.

Times are seconds since the epoch (UTC, double precision). JSON is stored as text that nothing queries into.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Raw(LargeBinary):
    """Bytes that go to the driver as they are: both drivers take them, and wrapping costs more than the row."""

    def bind_processor(self, dialect: Dialect) -> None:
        """Nothing to convert."""
        return None


def _school() -> "Column[str]":
    return Column("school_id", String(32), primary_key=True)


schools = Table(
    "schools",
    metadata,
    _school(),
    Column("name", Text, nullable=False),
    Column("zone", String(64), nullable=False),  # IANA name; what people are shown
    Column("language", String(16), nullable=False),
    Column("created_at", Float, nullable=False),
)

users = Table(
    "users",
    metadata,
    _school(),
    Column("id", String(32), primary_key=True),
    Column("mail", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("password", Text, nullable=False),  # argon2id, "" = link sign-in only
    Column("language", String(16), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("school_id", "mail"),
)

# One table for everything that is a bearer secret: only the SHA-256 of it is stored.
tokens = Table(
    "tokens",
    metadata,
    _school(),
    Column("hash", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),  # session, link, api
    Column("user_id", String(32), nullable=False),
    Column("role", String(16), nullable=False),  # what an api token may do; "" for the user's own role
    Column("name", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=True),
    Column("used_at", Float, nullable=True),
    Index(None, "school_id", "user_id", "kind"),
)

connections = Table(
    "connections",
    metadata,
    _school(),
    Column("id", String(32), primary_key=True),
    Column("platform", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("settings", LargeBinary, nullable=False),  # sealed with MENSHEN_SECRET_KEY
    Column("created_at", Float, nullable=False),
    Index("ix_connections_id", "id", unique=True),
)

courses = Table(
    "courses",
    metadata,
    _school(),
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("connection_id", String(32), nullable=False),
    Column("policy", Text, nullable=False),
    Column("policy_version", Integer, nullable=False),
    Column("layers_version", Integer, nullable=False, server_default="0"),  # of what lies above and beside the policy
    Column("roster", Text, nullable=False),
    Column("roster_version", Integer, nullable=False),
    Column("roster_shrunk", Boolean, nullable=False),
    Column("roster_at", Float),  # when the list was last told as a whole; NULL = before this was kept
    Column("drill", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
)

layers = Table(  # policy documents beside those of the courses; the district's is kept with each of its schools
    "layers",
    metadata,
    _school(),
    Column("level", String(16), primary_key=True),  # district, school, lesson; relief = a course's hardening was ended
    Column("subject", String(32), primary_key=True),  # the lesson or course, "" for the school itself
    Column("document", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("by", String(64), nullable=False),
)

meetings = Table(
    "meetings",
    metadata,
    _school(),
    Column("connection_id", String(32), primary_key=True),
    Column("meeting", String(255), primary_key=True),
    Column("course_id", String(32), nullable=False),
)

guards = Table(  # who may look after a course: its teachers and co-guards
    "guards",
    metadata,
    _school(),
    Column("course_id", String(32), primary_key=True),
    Column("mail", String(255), primary_key=True),
    Column("part", String(16), nullable=False),  # teacher, co_guard
)

lessons = Table(
    "lessons",
    metadata,
    _school(),
    Column("id", String(32), primary_key=True),
    Column("connection_id", String(32), nullable=False),
    Column("key", String(255), nullable=False),  # meeting[:occurrence] as the platform names it
    Column("run", Integer, nullable=False),  # 1, 2 ... when the same meeting is held again
    Column("latest", Boolean, nullable=False),  # whether this is the newest run of its key
    Column("course_id", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("scheduled_at", Float, nullable=True),
    Column("started_at", Float, nullable=True),
    Column("ended_at", Float, nullable=True),
    Column("number", Integer, nullable=False),  # of the newest log row
    Column("head", Raw, nullable=False),  # hash of the newest log row
    Column("snapshot", Raw, nullable=True),  # the folded state at snapshot_number
    Column("snapshot_number", Integer, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("layer_version", Integer, nullable=False, server_default="0"),  # of the lesson's own policy, 0 = it has none
    UniqueConstraint("school_id", "connection_id", "key", "run"),
    Index(None, "school_id", "status"),
    Index(None, "school_id", "course_id"),
)

log = Table(
    "log",
    metadata,
    _school(),
    Column("lesson_id", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Float, nullable=False),  # by the platform's clock where it tells one
    Column("recorded_at", Float, nullable=False),  # by ours
    Column("kind", String(32), nullable=False),  # an event's kind, or "intent"
    Column("incident_id", String(48), nullable=True),
    Column("body", Text, nullable=False),  # what is no personal data
    Column("private", Text, nullable=True),  # names and chat: may be erased, the chain still verifies
    Column("salt", Raw, nullable=True),
    Column("commitment", Raw, nullable=False),  # SHA-256(salt || private)
    Column("hash", Raw, nullable=False),
    ForeignKeyConstraint(["school_id", "lesson_id"], ["lessons.school_id", "lessons.id"]),
)

frames = Table(  # what lessons are judged by: policy, roster and capabilities, each named by its hash
    "frames",
    metadata,
    _school(),
    Column("id", String(64), primary_key=True),
    Column("told", Text, nullable=False),  # what is no personal data
    Column("private", Text, nullable=True),  # the roster; may be erased
    Column("used_at", Float, nullable=False),  # when a lesson last began with it
)

deliveries = Table(
    "deliveries",
    metadata,
    _school(),
    Column("connection_id", String(32), primary_key=True),
    Column("delivery_id", String(128), primary_key=True),
    Column("received_at", Float, nullable=False),
    Index(None, "received_at"),
)

quarantine = Table(
    "quarantine",
    metadata,
    _school(),
    Column("id", String(32), primary_key=True),
    Column("connection_id", String(32), nullable=False),
    Column("received_at", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

unclaimed = Table(  # meetings that belong to no course: only that they exist, nothing of what happens in them
    "unclaimed",
    metadata,
    _school(),
    Column("connection_id", String(32), primary_key=True),
    Column("meeting", String(255), primary_key=True),
    Column("first_at", Float, nullable=False),
    Column("last_at", Float, nullable=False),
    Column("events", Integer, nullable=False),
)

intents = Table(
    "intents",
    metadata,
    _school(),
    Column("id", String(48), primary_key=True),
    Column("lesson_id", String(32), nullable=False),
    Column("connection_id", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("incident_id", String(48), nullable=False),
    Column("at", Float, nullable=False),
    Column("deadline", Float, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("rule", String(32), nullable=False),
    Column("action", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("settled_at", Float, nullable=True),
    Column("press", String(128), nullable=False),  # idempotency key of the button, "" for a rule's
    Index(None, "status"),
    Index(None, "school_id", "lesson_id", "press"),
    Index(None, "school_id", "incident_id"),
)

incidents = Table(
    "incidents",
    metadata,
    _school(),
    Column("id", String(48), primary_key=True),
    Column("lesson_id", String(32), nullable=False),
    Column("course_id", String(32), nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("last_at", Float, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("rules", Text, nullable=False),  # ",roster_only,share_guard," in order of appearance
    Column("reason", String(64), nullable=False),  # of the decision that opened it
    Column("actions", Integer, nullable=False),
    Column("evidence_from", Integer, nullable=False),  # first log row of the 120 s before it opened
    Column("status", String(16), nullable=False),  # open, reviewed
    Column("verdict", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("reviewed_at", Float, nullable=True),
    Column("drill", Boolean, nullable=False),
    Column("pupil", Boolean, nullable=False),  # an offence of somebody who belongs here is in it
    Index(None, "school_id", "opened_at"),
    Index(None, "school_id", "lesson_id"),
)

strikes = Table(  # offences that still count in the next lessons of a course; no names
    "strikes",
    metadata,
    _school(),
    Column("intent_id", String(48), primary_key=True),  # the measure that answered to it
    Column("course_id", String(32), nullable=False),
    Column("lesson_id", String(32), nullable=False),
    Column("person", String(300), nullable=False),  # the lasting key: an entry of the roster, or an account
    Column("rule", String(32), nullable=False),
    Column("at", Float, nullable=False),
    Column("until", Float, nullable=False),  # when it is forgotten
    Index(None, "school_id", "course_id", "until"),
)

terms = Table(  # a school's own words for the rules about chat: every version, because lessons were judged by it
    "terms",
    metadata,
    _school(),
    Column("version", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("size", Integer, nullable=False),  # lines
    Column("at", Float, nullable=False),
    Column("by", String(64), nullable=False),
)

# --- what connections remember ----------------------------------------------------------------------------------------

notes = Table(
    "notes",
    metadata,
    _school(),
    Column("connection_id", String(32), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("text", LargeBinary, nullable=False),  # sealed: tokens of teachers are among them
    Column("changed_at", Float, nullable=False),
)

usage = Table(  # what is used up of a platform's budgets, by the vendor's days; "" for what comes back little by little
    "usage",
    metadata,
    _school(),
    Column("account", String(128), primary_key=True),  # connections of one account share their budgets
    Column("budget", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),  # 2026-11-20
    Column("used", Float, nullable=False),  # never less than what was really sent
    Column("at", Float, nullable=False),
)

leases = Table(  # which process holds what only one may hold: the stream of an account
    "leases",
    metadata,
    _school(),
    Column("name", String(160), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", Float, nullable=False),
)

occurrences = Table(  # which meeting a run of it belongs to, where events name only the run
    "occurrences",
    metadata,
    _school(),
    Column("connection_id", String(32), primary_key=True),
    Column("occurrence", String(255), primary_key=True),
    Column("meeting", String(255), nullable=False),
    Column("at", Float, nullable=False),
)

parked = Table(  # facts of a run whose meeting is not known yet: they wait for it, a day at the most
    "parked",
    metadata,
    _school(),
    Column("connection_id", String(32), primary_key=True),
    Column("delivery_id", String(128), primary_key=True),
    Column("occurrence", String(255), nullable=False),
    Column("received_at", Float, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("private", Text, nullable=False),
    Index(None, "school_id", "connection_id", "occurrence"),
)

checks = Table(  # what the newest check of a connection found
    "checks",
    metadata,
    _school(),
    Column("connection_id", String(32), primary_key=True),
    Column("at", Float, nullable=False),
    Column("report", Text, nullable=False),
)

preparations = Table(  # what was set before a class, and what a person has to do by hand
    "preparations",
    metadata,
    _school(),
    Column("id", String(32), primary_key=True),
    Column("course_id", String(32), nullable=False),
    Column("connection_id", String(32), nullable=False),
    Column("meeting", String(255), nullable=False),
    Column("at", Float, nullable=False),
    Column("starts_at", Float, nullable=False),
    Column("by", String(64), nullable=False),
    Column("report", Text, nullable=False),
    Column("links", LargeBinary, nullable=False),  # sealed: whoever has a pupil's link comes in as that pupil
    Index(None, "school_id", "course_id", "at"),
)
