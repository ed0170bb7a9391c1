"""Passwords, and how often somebody may try one."""

from collections import OrderedDict
from collections.abc import Callable

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.errors import Invalid

LEAST, LONGEST = 10, 256  # characters of a password
AT_ONCE = 2  # hashes computed side by side: each takes 64 MiB


class Passwords:
    """argon2id with the parameters of RFC 9106 for limited memory, which are the library's own."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """What is stored. Raises Invalid for one that is too short or too long."""
        if not LEAST <= len(password) <= LONGEST:
            raise Invalid(problems=(("password", f"{LEAST} to {LONGEST} characters"),))
        return self._hasher.hash(password.encode(errors="surrogatepass"))

    def fits(self, stored: str, password: str) -> bool:
        """Whether a password fits a hash. Takes as long for an account without a password, and then never fits."""
        try:
            given = password[: LONGEST + 1].encode(errors="surrogatepass")
            return self._hasher.verify(stored or self._nobody, given) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


class Throttle:
    """At most `tries` in any `seconds` per key. Remembers a bounded number of keys and forgets the oldest."""

    def __init__(self, now: Callable[[], float], *, tries: int, seconds: float, keys: int = 10_000) -> None:
        self._now, self._tries, self._seconds, self._keys = now, tries, seconds, keys
        self._tried: OrderedDict[str, list[float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Count a try; seconds until the next may be made, 0 when this one may."""
        now = self._now()
        recent = [at for at in self._tried.get(key, ()) if at > now - self._seconds]
        if len(recent) >= self._tries:
            return recent[0] + self._seconds - now
        self._tried[key] = [*recent, now]
        self._tried.move_to_end(key)
        while len(self._tried) > self._keys:
            self._tried.popitem(last=False)
        return 0.0

    def forgive(self, key: str) -> None:
        """It was really him."""
        self._tried.pop(key, None)


class Door:
    """What stands between a stranger and an account. One per service, used on its event loop.

    A whole school may come from one address, so an address may try much more often than a single mail; and a mail may
    be tried from many addresses before it is closed to all, so that nobody locks a teacher out by guessing.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._passwords = Passwords()
        self._limit = CapacityLimiter(AT_ONCE)
        self._by_both = Throttle(now, tries=8, seconds=900)
        self._by_mail = Throttle(now, tries=60, seconds=900)
        self._by_address = Throttle(now, tries=120, seconds=900)

    def wait(self, mail: str, address: str) -> float:
        """Count a try to sign in; seconds to wait before it may be made, 0 = go on."""
        if seconds := self._by_address.wait(address) or self._by_both.wait(f"{address} {mail}"):
            return seconds  # a try that is not made does not count against the mail
        return self._by_mail.wait(mail)

    def wait_link(self, address: str) -> float:
        """The same for a link."""
        return self._by_address.wait(address)

    def forgive(self, mail: str, address: str) -> None:
        """The right password was given."""
        self._by_both.forgive(f"{address} {mail}")

    async def fits(self, stored: str, password: str) -> bool:
        """Whether a password fits; at most two are computed at once."""
        return await to_thread.run_sync(self._passwords.fits, stored, password, limiter=self._limit)
