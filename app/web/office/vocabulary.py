"""The page on which school IT sees its own terms, adds to them, switches built-in ones off. Works without script."""

from collections.abc import Sequence
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.domain.errors import Invalid
from app.domain.terms import Terms
from app.store.desk import TermsChange
from app.web import term_sheets
from app.web.auth import Actor, Genuine, SignedIn, Verb, demand, frame
from app.web.pages import render
from app.web.service import Service, service_of
from policies.terms.lists import ANY, LANGUAGES, SEVERITIES, Term, built_in, checked, key, parsed, written
from policies.terms.search import searcher

router = APIRouter(prefix="/terms", include_in_schema=False)

SHOWN = 200  # lines of a list; the search finds the others


def replaced(service: Service, actor: Actor, terms: Sequence[Term], *, seen: int | None = None) -> TermsChange:
    """Put checked terms in force. Blocking.

    They are made ready first, so that no lesson waits for it: the version is the one they will most probably get.
    """
    text, before = written(terms), service.desk.terms.newest(actor.school)
    searcher(Terms(before.version + 1, text))
    made = service.desk.terms.put(actor.school, text, len(terms), by=actor.user, seen=seen)
    structlog.get_logger("menshen.web").info("terms changed", version=made.version, size=made.size, by=actor.user)
    return made


@router.get("")
def page(
    request: Request, actor: SignedIn, q: Annotated[str, Query(max_length=80)] = "",
    after: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:  # fmt: skip
    """The school's own terms, and the built-in ones that are searched for."""
    demand(actor, Verb.SET_TERMS)
    return _page(request, actor, q=q.strip(), after=after)


@router.post("/add", dependencies=[Genuine])
def add(
    request: Request, actor: SignedIn, severity: Annotated[str, Form(max_length=20)],
    term: Annotated[str, Form(max_length=500)], language: Annotated[str, Form(max_length=5)] = ANY,
    note: Annotated[str, Form(max_length=500)] = "", q: Annotated[str, Form(max_length=80)] = "",
) -> Response:  # fmt: skip
    """One more line. What does not fit is said above the form, and nothing changes."""
    demand(actor, Verb.SET_TERMS)
    service = service_of(request)
    terms = service.desk.terms.newest(actor.school)
    own = tuple(parsed(terms.text))
    site = severity == "site"
    new = Term(severity, ANY if site else language, term.strip().casefold() if site else term.strip(), note.strip())
    try:
        replaced(service, actor, checked((*own, new)), seen=terms.version)
    except Invalid as e:
        told = "; ".join(problem for _, problem in e.problems)
        return _page(request, actor, q=q, problem=told, status=422)
    return RedirectResponse("/terms#own", status_code=303)


@router.post("/remove", dependencies=[Genuine])
def remove(
    request: Request, actor: SignedIn, severity: Annotated[str, Form(max_length=20)],
    term: Annotated[str, Form(max_length=500)],
) -> Response:  # fmt: skip
    """Take out one of the school's own lines; somebody else may have done so already."""
    demand(actor, Verb.SET_TERMS)
    service = service_of(request)
    terms = service.desk.terms.newest(actor.school)
    own = tuple(parsed(terms.text))
    kept = tuple(t for t in own if (t.severity, t.term) != (severity, term))
    if kept != own:
        replaced(service, actor, kept, seen=terms.version)
    return RedirectResponse("/terms#own", status_code=303)


@router.post("/file", dependencies=[Genuine])
async def upload(request: Request, actor: SignedIn, file: UploadFile) -> Response:
    """A spreadsheet instead of all the school's own lines."""
    raw = await file.read()
    return await run_in_threadpool(_uploaded, request, actor, raw)


def _uploaded(request: Request, actor: Actor, raw: bytes) -> Response:
    demand(actor, Verb.SET_TERMS)
    try:
        replaced(service_of(request), actor, term_sheets.read("text/csv", raw))
    except Invalid as e:
        return _page(request, actor, wrong=e.problems, status=422)
    return RedirectResponse("/terms#own", status_code=303)


@router.get("/terms.csv")
def spreadsheet(request: Request, actor: SignedIn) -> Response:
    """The school's own lines as a file."""
    demand(actor, Verb.SET_TERMS)
    own = parsed(service_of(request).desk.terms.newest(actor.school).text)
    headers = {"content-disposition": 'attachment; filename="terms.csv"', "x-content-type-options": "nosniff"}
    return Response(term_sheets.write(own), headers=headers, media_type="text/csv; charset=utf-8")


def _page(
    request: Request, actor: Actor, *, q: str = "", after: int = 0, problem: str = "",
    wrong: Sequence[tuple[str, str]] = (), status: int = 200,
) -> Response:  # fmt: skip
    """The page. Blocking. Built-in terms are shown to who looks for them: nobody reads insults by opening a page."""
    service = service_of(request)
    own = tuple(parsed(service.desk.terms.newest(actor.school).text))
    found = tuple(t for t in own if _fits(t, q))
    off = {key(t.term) for t in own if t.severity == "off"}
    known = tuple((t, key(t.term) in off) for t in built_in() if q and t.severity in ("strong", "weak") and _fits(t, q))
    html = render(
        service.pages, "terms.html", frame(request, actor, problem=problem), own=found[after : after + SHOWN], q=q,
        size=len(own), built_in=known[:SHOWN], severities=SEVERITIES, languages=LANGUAGES, wrong=wrong,
        older=f"/terms?q={q}&after={after + SHOWN}" if len(found) > after + SHOWN else "",
    )  # fmt: skip
    return HTMLResponse(html, status)


def _fits(term: Term, q: str) -> bool:
    return q.casefold() in term.term.casefold() or q == term.language
