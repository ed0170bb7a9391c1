"""What a check of a connection found, thing by thing."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.actions import Words


class Finding(StrEnum):
    """How one probe ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNKNOWN = "unknown"  # cannot be found out from here; `detail` says how to settle it on the school's own tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One thing that `probe` looked at. `code` is stable; `detail` says what to do, in three languages."""

    code: str
    finding: Finding
    detail: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a probe of the connection found."""

    checked: tuple[Checked, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether nothing needs a person."""
        return all(c.finding is not Finding.PROBLEM for c in self.checked)
