"""One tree of errors, named by what happened.

MenshenError
  AdapterError(platform, detail)   NotAuthentic | Malformed | Refused | Gone | Transient(retry_after)
  StoreError                       Duplicate | Conflict
  PanelError                       NotFound | NotAllowed(reason) | Invalid(field, problem)

A class docstring is the message shown to people; `detail` adds what this one case needs. HTTP status codes
live in app/web/errors.py alone.
"""


class MenshenError(Exception):
    """Something in Menshen went wrong."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or (self.__doc__ or "").splitlines()[0])
        self.detail = detail


class AdapterError(MenshenError):
    """The platform could not be used."""

    def __init__(self, platform: str, detail: str = "", *, code: str = "") -> None:
        super().__init__(detail)
        self.platform = platform
        self.code = code  # the vendor's own code, as text, for the intent's note


class NotAuthentic(AdapterError):
    """The delivery does not prove that it comes from the platform."""


class Malformed(AdapterError):
    """The delivery is authentic but cannot be read."""


class Refused(AdapterError):
    """The platform refused: check the credentials, the licence and the teacher's role."""


class Gone(AdapterError):
    """The person or the lesson is no longer there."""


class Transient(AdapterError):
    """The platform is busy or unreachable: worth another try."""

    def __init__(self, platform: str, detail: str = "", *, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(platform, detail, code=code)
        self.retry_after = retry_after  # seconds, as the platform asked for; None when it did not say


class StoreError(MenshenError):
    """The log could not be written."""


class Duplicate(StoreError):
    """This is already in the log."""


class Conflict(StoreError):
    """Somebody else changed this first: load it again."""


class PanelError(MenshenError):
    """The request cannot be fulfilled."""


class NotFound(PanelError):
    """There is nothing here by that name."""


class NotAllowed(PanelError):
    """You may not do this."""


class Invalid(PanelError):
    """The input does not validate; what was in force stays in force."""

    def __init__(self, detail: str = "", *, problems: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail or "; ".join(f"{field}: {problem}" for field, problem in problems))
        self.problems = problems  # (field, what is allowed) pairs
