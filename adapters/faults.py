"""What a vendor's error means for us: a row of the platform's own table, or else what the HTTP status says."""

from collections.abc import Container
from dataclasses import dataclass

from app.domain.errors import AdapterError, Gone, Refused, Transient

PASSING = frozenset({408, 425, 429})  # client errors that may pass, besides everything from 500 on


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What one vendor code means for us. `wait` in seconds, None where the executor's own pauses will do."""

    error: type[AdapterError]
    detail: str
    wait: float | None = None


def refused(detail: str) -> Fault:
    """Asking again changes nothing."""
    return Fault(error=Refused, detail=detail)


def gone(detail: str) -> Fault:
    """What it was about is no longer there."""
    return Fault(error=Gone, detail=detail)


def busy(detail: str, wait: float | None = None) -> Fault:
    """It may pass."""
    return Fault(error=Transient, detail=detail, wait=wait)


def error(kind: type[AdapterError], platform: str, detail: str, *, code: str, wait: float | None) -> AdapterError:
    """The error of this kind; `wait` is for one that may pass."""
    if kind is Transient:
        return Transient(platform, detail, code=code, retry_after=wait)
    return kind(platform, detail, code=code)


def by_status(
    platform: str, status: int, detail: str, *, code: str, wait: float | None, passing: Container[int] = PASSING
) -> AdapterError:
    """For what a table lacks, such as the page of a proxy in between: a success that is none may pass too."""
    if status in (404, 410):
        return Gone(platform, detail, code=code)
    if status < 300 or status in passing or status >= 500:
        return Transient(platform, detail, code=code, retry_after=wait)
    return Refused(platform, detail, code=code)
