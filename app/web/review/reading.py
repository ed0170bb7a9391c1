"""An incident for somebody: found, allowed, and with as many names as are his business. Blocking."""

import structlog
from starlette.requests import Request

from app.domain.actions import Capabilities
from app.store.review import Incident, Record
from app.web import exports
from app.web.auth import Actor, Verb, demand_course, translator
from app.web.review.asked import Kind
from app.web.service import Service


def found(service: Service, actor: Actor, incident: str, verb: Verb = Verb.REVIEW) -> Incident:
    """The incident, if the actor may do this to it. Raises NotFound and NotAllowed."""
    case = service.review.incident(actor.school, incident)
    demand_course(service.desk, actor, verb, case.course)
    return case


def record(service: Service, actor: Actor, incident: str) -> Record:
    """The incident with its evidence, names included. Raises NotFound and NotAllowed."""
    found(service, actor, incident)
    return service.review.record(actor.school, incident)


def exported(service: Service, actor: Actor, incident: str, kind: Kind, request: Request) -> tuple[bytes, str]:
    """(the file, its name). `?names=1` shows the names, and is written down."""
    names = request.query_params.get("names", "") == "1"
    told = record(service, actor, incident)
    if names:
        revealed(actor, incident, f"export.{kind.value}")
    language = translator(request, actor).language
    body = exports.to_json(told, names=names) if kind is Kind.JSON else exports.to_csv(told, language, names=names)
    mark = f"-{exports.DRILL}" if told.incident.drill else ""
    return body, f"incident-{told.incident.id}{mark}.{kind.value}"


def revealed(actor: Actor, incident: str, where: str) -> None:
    """Write down who read the names of an incident."""
    structlog.get_logger("menshen.review").info(
        "names shown", school=actor.school, user=actor.user, incident=incident, where=where
    )


def capabilities(service: Service, case: Incident) -> Capabilities:
    """What the platform of an incident can do; nothing when its connection is gone."""
    known = service.connections.get(case.connection)
    return service.connections.capabilities(case.connection) if known else {}
