"""Documents with a version: the ETag that a reader gets, and the If-Match by which a writer says what he has read."""

from typing import Annotated, Any

from fastapi import Header
from starlette.responses import JSONResponse, Response

from app.domain.errors import Invalid

IfMatch = Annotated[str, Header(alias="If-Match", max_length=40, description="ETag of the version you have read")]


def etag(version: int) -> str:
    """As it stands in the header."""
    return f'"{version}"'


def seen(if_match: str) -> int | None:
    """The version that the caller has read; None when it does not matter. Raises Invalid."""
    told = if_match.strip().removeprefix("W/").strip('"')
    if told in ("", "*"):
        return None
    if not (told.isascii() and told.isdigit()):
        raise Invalid(problems=(("If-Match", "the ETag of an earlier answer"),))
    return int(told)


def versioned(content: Any, version: int) -> Response:
    """A document with its ETag."""
    return JSONResponse(content, headers={"etag": etag(version)})
