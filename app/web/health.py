"""Whether the service lives, whether it is ready, and its figures for Prometheus."""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response

from app.web.auth import Program, Verb, demand
from app.web.service import Service, service_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """The log can be written: a round through the writer, which opens a transaction."""
    await service_of(request).pipeline.ready()
    return PlainTextResponse("ready\n")


@router.get("/metrics")
def metrics(request: Request, actor: Program) -> Response:
    """The figures, for school IT only: a Bearer token of role it or admin."""
    demand(actor, Verb.AUDIT)
    registry = CollectorRegistry()
    registry.register(_Figures(service_of(request)))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")


class _Figures(Collector):
    """Read at scrape time; nothing is counted twice."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        counted = CounterMetricFamily(
            "menshen_deliveries", "Webhook deliveries by what became of them", labels=["what"]
        )
        for what, number in sorted(self._service.pipeline.counted.items()):
            counted.add_metric([what], number)
        yield counted
        yield GaugeMetricFamily("menshen_waiting", "Deliveries waiting for a commit", self._service.pipeline.waiting)
        yield GaugeMetricFamily("menshen_panels", "Open panels", self._service.live.count())
