"""Settings pages to look at: a school's, a class's under a lock with errors and a hardening, and the second step."""

from collections.abc import Iterator
from typing import Any

from app.web.office.previewing import DAYS, Preview
from app.web.views import policy as views
from app.web.views.policy import Sheet
from app.web.views.reader import Reader
from policies.documents import Layers, merge
from policies.merged import Level
from tests.app.web.rooms import START

SCHOOL: dict[str, Any] = {
    "preset": "seminar", "late_lock": {"minutes": 8, "hard_minutes": 12}, "quiet_start": {"mode": "observe"},
    "locked": ["late_lock.minutes", "roster_only.strangers"],
}  # fmt: skip
CLASS: dict[str, Any] = {
    "late_lock": {"minutes": 12}, "quiet_start": {"minutes": 999, "chat": "x"}, "share_guard": {"who": "everyone"},
    "roster_only": {"strangers": "watch"},
}  # fmt: skip
LOOKED = Preview(
    lessons=20, classes=7, actions={"roster_only": (31, 52), "share_guard": (4, 4)}, pupils=(2, 3), strangers=(9, 1),
    left_out=194, unfit=1,
)  # fmt: skip
REHEARSED = Preview(lessons=1, actions={"roster_only": (0, 4)}, left_out=1, drill=True)
NAMES = {Level.DISTRICT: "All schools", Level.SCHOOL: "第一中学 Trường THCS số 1"}
ACTIONS = {Level.DISTRICT: "/policy/district", Level.SCHOOL: "/policy", Level.LESSON: "/lessons/l1/policy"}


def sheet(
    level: Level, document: dict[str, Any], above: Layers, *, may_change: bool = True, typed: bool = False,
    over: bool = False,
) -> Sheet:  # fmt: skip
    """A page of this layer; `typed` = somebody has just sent it, so that what is too loose is an error."""
    merged = merge([*above, (level, document)], hardened_until=START + 5 * 86_400 if level is Level.COURSE else None)
    own = {"preset": document["preset"]} if "preset" in document else {}
    return Sheet(
        level=level, name=NAMES.get(level, "7-3 数学"), document=document, version=3, over=over, schools=12,
        action=ACTIONS.get(level, "/classes/k1/policy"), course="k1", lesson="l1", now=merged,
        without=merge([*above, (level, own)]), problems=merged.problems_of(level) if typed else (),
        may_change=may_change,
    )  # fmt: skip


def shown(reader: Reader) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, template and context of every page."""
    above: Layers = [(Level.DISTRICT, {"locked": ["sharing.mode"]}), (Level.SCHOOL, SCHOOL)]
    yield "policy-school", "policy.html", {"view": views.page(sheet(Level.SCHOOL, SCHOOL, above[:1]), reader)}
    wrong = sheet(Level.COURSE, CLASS, above, typed=True)
    yield "policy-errors", "policy.html", {"view": views.page(wrong, reader)}
    stored = {"late_lock": {"minutes": 12}, "gravity": {}}
    yield "policy-class", "policy.html", {"view": views.page(sheet(Level.COURSE, stored, above), reader)}
    yield "policy-look", "policy.html", {"view": views.page(sheet(Level.COURSE, {}, above, may_change=False), reader)}
    for name, may_change in (("policy-district", True), ("policy-district-look", False)):
        district = sheet(Level.DISTRICT, {"locked": ["roster_only.mode"]}, [], may_change=may_change)
        yield name, "policy.html", {"view": views.page(district, reader)}
    below: Layers = [*above, (Level.COURSE, {"quiet_start": {"minutes": 9}})]
    lesson = sheet(Level.LESSON, {"late_lock": {"minutes": 12}, "share_guard": {"who": "everyone"}}, below)
    yield "policy-lesson", "policy.html", {"view": views.page(lesson, reader)}
    over = sheet(Level.LESSON, {}, below, may_change=False, over=True)
    yield "policy-lesson-over", "policy.html", {"view": views.page(over, reader)}
    before, after = merge([]), merge([(Level.SCHOOL, SCHOOL | {"preset": "exam"})])
    context: dict[str, Any] = {
        "title": "7-3 数学", "level": "school", "action": "/policy", "days": DAYS, "document": "{}", "version": 3,
        "changes": views.changes(before, after, reader.words), "locks": views.locks(before, after, reader.words),
    }  # fmt: skip
    yield "policy-preview", "policy_preview.html", {**context, "preview": LOOKED}
    yield "policy-preview-lesson", "policy_preview.html", {**context, "level": "lesson", "preview": REHEARSED}
    yield "policy-unknown", "policy_preview.html", {**context, "changes": (), "locks": (), "preview": None}
