"""Who may speak for whom: seat keys of joined persons, and unforgeable tokens of the school's accounts."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from adapters.drill.classroom.people import Account, Person
from adapters.drill.classroom.room import MEMORY, Refusal, Room


class Seats:
    """Keys live until the room starts again or MEMORY newer ones were given out; tokens need no memory."""

    def __init__(self, secret: str, accounts: Iterable[Account]) -> None:
        self.accounts = {a.id: a for a in accounts}
        self._secret = secret.encode()
        self._taken: dict[str, tuple[str, str]] = {}  # key -> meeting, person

    def clear(self, room: Room) -> None:
        """Forget the keys of a room that starts again."""
        self._taken = {key: seat for key, seat in self._taken.items() if seat[0] != room.id}

    def seat(self, room: Room, person: Person) -> str:
        """A key with which this person's own page speaks for him."""
        key = secrets.token_urlsafe(18)
        self._taken[key] = (room.id, person.id)
        while len(self._taken) > MEMORY:
            del self._taken[next(iter(self._taken))]
        return key

    def seated(self, room: Room, key: str) -> str:
        """Whose key this is. Refused for a key of nobody in this room."""
        meeting, person = self._taken.get(key, ("", ""))
        if meeting != room.id:
            raise Refusal("no_seat")
        return person

    def signed(self, purpose: str, account: str) -> str:
        """An unforgeable token for an account: to sign in, or as the personal link of a pupil."""
        text = f"{purpose}:{account}".encode()
        digest = hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:32]
        return f"{account}.{digest}"

    def account_of(self, purpose: str, token: str) -> Account:
        """The account that a token was made for."""
        account = self.accounts.get(token.partition(".")[0])
        if account is None or not hmac.compare_digest(self.signed(purpose, account.id).encode(), token.encode()):
            raise Refusal("bad_token")
        return account
