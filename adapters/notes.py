"""What a connection has to remember across restarts: short texts by name, which only its own adapter understands.

Which booking an occurrence belongs to, a token that may be used once, what a probe found out about this tenant. This
one forgets with the process; the service gives each connection one that is stored, sealed (app/memory.py).
"""

from collections.abc import Mapping


class Notes:
    """Texts by name. Reading is quick; `put` and `forget` return when the change is durable."""

    def __init__(self, kept: Mapping[str, str] | None = None) -> None:
        self._kept = dict(kept or {})

    def get(self, name: str) -> str:
        """The text of that name, "" when there is none."""
        return self._kept.get(name, "")

    def under(self, prefix: str) -> Mapping[str, str]:
        """Every text whose name begins like that."""
        return {name: text for name, text in self._kept.items() if name.startswith(prefix)}

    async def put(self, name: str, text: str) -> None:
        """Remember. `name` has at most 255 characters."""
        self._kept[name] = text

    async def forget(self, name: str) -> None:
        """Unlearn, if it was there."""
        self._kept.pop(name, None)
