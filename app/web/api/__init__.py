"""The API under /api/v1, for programs with a token. Each subject has its file; shapes.py says what goes in and out."""

from typing import Any

from fastapi import APIRouter, Security
from fastapi.security import HTTPBearer

from app.web.api import connections, courses, lessons, policies, preparations, replays, terms
from app.web.api.shapes import ProblemDocument

_PROBLEM: dict[str, Any] = {"model": ProblemDocument}
_SCHEME = HTTPBearer(auto_error=False, description="a token from `menshen token create --role it`")

router = APIRouter(
    prefix="/api/v1",
    dependencies=[Security(_SCHEME)],  # for the documentation: who it is, each handler asks with `Program`
    responses={
        401: _PROBLEM | {"description": "No valid token"},
        403: _PROBLEM | {"description": "The token may not do this"},
        404: _PROBLEM | {"description": "Nothing by that name, or not yours"},
        409: _PROBLEM | {"description": "Somebody else holds or changed it"},
        422: _PROBLEM | {"description": "The input does not fit; `problems` names each field"},
        502: _PROBLEM | {"description": "The platform refused: check its credentials and rights"},
        503: _PROBLEM | {"description": "The platform or Menshen is busy; `Retry-After` says when to come again"},
    },
)
for _part in (connections, courses, policies, preparations, lessons, replays, terms):
    router.include_router(_part.router)
