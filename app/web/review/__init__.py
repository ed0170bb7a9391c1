"""What school IT does after class: reads incidents, judges them, takes measures back, saves evidence.

Pages for people, the same for programs under /api/v1.
"""

from fastapi import APIRouter

from app.web.review import api, pages, replays

__all__ = ["router"]

router = APIRouter()
router.include_router(pages.router)
router.include_router(replays.router)
router.include_router(api.router)
