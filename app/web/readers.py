"""Who reads a page, from a request: language, the school's zone, the moment, and the names of colleagues. Blocking."""

from zoneinfo import ZoneInfo

from starlette.requests import Request

from app.web.auth import Actor, translator
from app.web.service import Service, service_of
from app.web.views import Reader


def reader_of(request: Request, actor: Actor) -> Reader:
    """Whoever sent this request, as pages need it."""
    service = service_of(request)
    names = service.desk.people.names(actor.school)
    return Reader(words=translator(request, actor), zone=zone_of(service, actor), now=service.now(), names=names)


def zone_of(service: Service, actor: Actor) -> ZoneInfo:
    """The zone in which this school reads times."""
    return ZoneInfo(service.desk.people.school(actor.school).zone)
