"""An incident as a file that leaves the house: JSON for programs, CSV for a spreadsheet. Pure.

Names and chat were written by attackers, so nothing in a file can act: no formula, no terminal sequence, no markup,
no turned text. A rehearsal says DRILL in every row.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from app.domain.actions import Severity, Words
from app.live import rfc3339
from app.store.review import Incident, LogRow, Record, Step
from app.store.review.record import INTENT, OUTCOME
from app.web.masking import masked
from app.web.views.text import shown
from app.web.words import Language

DRILL = "DRILL"
CHAIN = "SHA-256(0x01 || previous || told as UTF-8 || commitment); the first `previous` stands beside the rows"
_CELL = 4000  # characters; a spreadsheet's own limit is 32 767
_FORMULA = "=+-@\t\r\n＝＋－＠"
_INNER = re.compile(rf"([;,|]\s*)(?=[{re.escape(_FORMULA)}])")  # where other list separators start a cell
# Invisible or turning characters and what HTML would take for markup; JSON can say all of them in plain ASCII.
_ACTIVE = re.compile("[<>&\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


# --- JSON -------------------------------------------------------------------------------------------------------------


def to_json(record: Record, *, names: bool = False) -> bytes:
    """The whole record as UTF-8 JSON; names are masked unless asked for."""
    text = msgspec.json.format(msgspec.json.encode(document(record, names=names)), indent=1).decode()
    return _ACTIVE.sub(lambda m: f"\\u{ord(m[0]):04x}", text).encode()


def document(record: Record, *, names: bool = False) -> dict[str, Any]:
    """The whole record as plain values, the same for the API and for the file."""
    told = record if names else masked(record)
    case = told.incident
    return {
        **summary(case),
        "names": "shown" if names else "masked",
        "chain": {"how": CHAIN, "previous": told.previous.hex()},
        "steps": [_step(step, case.drill) for step in told.steps],
        "heads": [{"row": h.number, "at": rfc3339(h.at), "inside": h.inside, "waiting": h.waiting} for h in told.heads],
        "rows": [_row(row, case) for row in told.rows],
    }


def summary(case: Incident) -> dict[str, Any]:
    """One incident without its rows."""
    return {
        "id": case.id, "mark": _mark(case.drill), "drill": case.drill, "lesson": case.lesson, "title": case.title,
        "course": case.course, "course_name": case.course_name, "connection": case.connection,
        "opened_at": rfc3339(case.opened_at), "last_at": rfc3339(case.last_at), "severity": severity(case.severity),
        "rules": list(case.rules), "reason": case.reason, "actions": case.actions, "status": case.status.value,
        "about_pupil": case.pupil,
        "verdict": case.verdict.value, "note": case.note, "reviewer": case.reviewer,
        "reviewed_at": rfc3339(case.reviewed_at) if case.reviewed_at is not None else None,
    }  # fmt: skip


def severity(value: int) -> str:
    """The word of a severity in files and in the API."""
    return Severity(value).name.lower()


def _mark(drill: bool) -> str:
    return DRILL if drill else ""


def _step(step: Step, drill: bool) -> dict[str, Any]:
    return {
        "intent": step.intent, "mark": _mark(drill), "row": step.number, "answers": step.cause, "rule": step.rule,
        "reason": step.reason, "by": step.by, "observed": step.observed, "action": step.action,
        "outcome": step.outcome.value, "outcome_rows": list(step.outcomes),
        "requested_after": step.requested_after, "confirmed_after": step.confirmed_after,
    }  # fmt: skip


def _row(row: LogRow, case: Incident) -> dict[str, Any]:
    return {
        "row": row.number, "mark": _mark(case.drill), "at": rfc3339(row.at), "recorded_at": rfc3339(row.recorded_at),
        "kind": row.kind, "incident": row.incident, "erased": row.erased, "body": row.body, "told": row.told,
        "commitment": row.commitment.hex(), "hash": row.hash.hex(),
    }  # fmt: skip


# --- CSV --------------------------------------------------------------------------------------------------------------

COLUMNS: Mapping[str, Words] = {
    "mark": Words(zh="演练标记", vi="Đánh dấu diễn tập", en="Drill"),
    "incident": Words(zh="事件", vi="Sự cố", en="Incident"),
    "row": Words(zh="序号", vi="Số dòng", en="Row"),
    "at": Words(zh="发生时间 (UTC)", vi="Lúc xảy ra (UTC)", en="Time (UTC)"),
    "recorded_at": Words(zh="记录时间 (UTC)", vi="Lúc ghi nhận (UTC)", en="Recorded (UTC)"),
    "mine": Words(zh="属于本事件", vi="Thuộc sự cố này", en="Part of the incident"),
    "kind": Words(zh="类型", vi="Loại", en="Kind"),
    "person": Words(zh="姓名", vi="Tên", en="Name"),
    "presence": Words(zh="平台成员编号", vi="Mã trên nền tảng", en="Platform id"),
    "action": Words(zh="操作", vi="Hành động", en="Action"),
    "rule": Words(zh="规则", vi="Quy tắc", en="Rule"),
    "reason": Words(zh="原因", vi="Lý do", en="Reason"),
    "severity": Words(zh="严重程度", vi="Mức độ", en="Severity"),
    "outcome": Words(zh="结果", vi="Kết quả", en="Outcome"),
    "answers": Words(zh="起因序号", vi="Trả lời dòng", en="Answers row"),
    "requested_after": Words(zh="发送用时 (秒)", vi="Gửi sau (giây)", en="Sent after (s)"),
    "confirmed_after": Words(zh="生效用时 (秒)", vi="Có hiệu lực sau (giây)", en="In effect after (s)"),
    "by": Words(zh="操作人", vi="Người bấm", en="Pressed by"),
    "text": Words(zh="内容", vi="Nội dung", en="Text"),
    "hash": Words(zh="校验值", vi="Mã băm", en="Hash"),
}


def to_csv(record: Record, language: Language, *, names: bool = False) -> bytes:
    """One line per numbered row, with a byte order mark for spreadsheets; names are masked unless asked for."""
    told = record if names else masked(record)
    steps = {step.number: step for step in told.steps}
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    field = language.value.partition("-")[0]
    writer.writerow([getattr(words, field) for words in COLUMNS.values()])
    for row in told.rows:
        cells = _cells(row, steps.get(row.number), told.incident)
        writer.writerow([cell(cells.get(column)) for column in COLUMNS])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def cell(value: object) -> str:
    """A value that no spreadsheet takes for a formula and no terminal for a command."""
    if value is None:
        return ""
    text = str(value) if not isinstance(value, float) else f"{value:.3f}"
    line = _INNER.sub(r"\1'", shown(text, _CELL))
    return f"'{line}" if text[:1] in set(_FORMULA) or line[:1] in set(_FORMULA) else line


def _cells(row: LogRow, step: Step | None, case: Incident) -> dict[str, object]:
    body = row.body
    action, outcome = _mapping(body.get("action")), _mapping(body.get("outcome"))
    person = _mapping(action.get("target") or body.get("participant"))
    told = (body.get("text"), action.get("text"), outcome.get("code"), outcome.get("detail"), body.get("detail"))
    cells: dict[str, object] = {
        "mark": _mark(case.drill), "incident": case.id, "row": row.number, "at": rfc3339(row.at),
        "recorded_at": rfc3339(row.recorded_at), "mine": "1" if row.incident == case.id else "", "kind": row.kind,
        "person": person.get("name"), "presence": person.get("id") or body.get("participant"),
        "action": action.get("kind") or body.get("button"), "rule": body.get("rule"), "reason": body.get("reason"),
        "outcome": outcome.get("kind"), "by": body.get("by"),
        "text": _sentence((*told, body.get("error"), body.get("name"), body.get("raw"))), "hash": row.hash.hex(),
    }  # fmt: skip
    if row.kind == OUTCOME:
        cells["answers"] = str(body.get("intent", "")).rpartition(".")[2]
    if row.kind == INTENT:
        cells["severity"] = severity(body["severity"])
    if step:
        cells |= {"outcome": step.outcome.value, "answers": step.cause, "requested_after": step.requested_after,
                  "confirmed_after": step.confirmed_after}  # fmt: skip
    return cells


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sentence(parts: Iterable[object]) -> str:
    return " ".join(str(part) for part in parts if part)
