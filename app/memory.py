"""What connections remember across restarts: their notes, and what is used up of their accounts' budgets."""

from collections.abc import Iterable, Mapping

from starlette.concurrency import run_in_threadpool

from adapters.notes import Notes
from app.store.notes import NotesStore
from app.store.usage import UsageStore, Used


class StoredNotes(Notes):
    """The notes of one connection: read whole at the start, written through."""

    def __init__(self, store: NotesStore, school: str, connection: str) -> None:
        super().__init__(store.of(school, connection))
        self._store, self._of = store, (school, connection)

    async def put(self, name: str, text: str) -> None:
        """Write it down, then know it."""
        if self.under(name).get(name) != text:
            await run_in_threadpool(self._store.put, *self._of, name, text)
            await super().put(name, text)

    async def forget(self, name: str) -> None:
        """Take it out, then no longer know it."""
        if name in self.under(name):
            await run_in_threadpool(self._store.forget, *self._of, name)
            await super().forget(name)


class ConnectionMemory:
    """The stored memory of every connection of a service."""

    def __init__(self, notes: NotesStore, usage: UsageStore) -> None:
        self._notes, self._usage = notes, usage

    def notes(self, school: str, connection: str) -> Notes:
        """The notes of one connection, read from the database."""
        return StoredNotes(self._notes, school, connection)

    def used(self, school: str, account: str) -> Iterable[Used]:
        """What is used up of an account's budgets."""
        return self._usage.of(school, account)

    def save(self, school: str, rows: Mapping[str, Iterable[Used]]) -> None:
        """Write down what is used up, by account."""
        self._usage.save(school, rows)

    def forget_used(self, before: float) -> None:
        """Usage that no budget counts any more."""
        self._usage.forget(before)
