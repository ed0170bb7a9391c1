"""Who is there and what he may do: sessions, sign-in pages, tokens, rights, and the headers of every page."""

from app.web.auth.edge import with_headers
from app.web.auth.framing import frame, translator
from app.web.auth.rights import Actor, Of, Reason, SignInNeeded, Verb, demand, demand_course, may, names_hidden
from app.web.auth.sessions import Genuine, Program, SignedIn, bearer, csrf, opened_state, signed_in, signed_state
from app.web.auth.signin import router
from app.web.auth.sockets import opened_by

__all__ = [
    "Actor", "Genuine", "Of", "Program", "Reason", "SignInNeeded", "SignedIn", "Verb", "bearer", "csrf", "demand",
    "demand_course", "frame", "may", "names_hidden", "opened_by", "opened_state", "router", "signed_in", "signed_state",
    "translator", "with_headers",
]  # fmt: skip
