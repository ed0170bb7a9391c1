"""What a check of a connection found, as tests look at it."""

from adapters.health import Checked, Finding, Health


def checked(health: Health) -> dict[str, Checked]:
    """By code: each only once, and in three languages."""
    found = {c.code: c for c in health.checked}
    assert len(found) == len(health.checked)
    assert all(all((c.detail.zh, c.detail.vi, c.detail.en)) for c in health.checked)
    return found


def findings(health: Health) -> dict[str, Finding]:
    return {code: c.finding for code, c in checked(health).items()}


def said(health: Health, code: str) -> str:
    return checked(health)[code].detail.en
