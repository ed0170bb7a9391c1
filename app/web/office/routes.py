"""The pages of the office."""

from fastapi import APIRouter

from app.web.office import classes, consent, pages, policy_pages, vocabulary

router = APIRouter(include_in_schema=False)
for _part in (pages, classes, policy_pages, consent, vocabulary):
    router.include_router(_part.router)
