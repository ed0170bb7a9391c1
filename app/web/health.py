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
async def metrics(request: Request, actor: Program) -> Response:
    """The figures, for school IT only: a Bearer token of role it or admin. Budgets live on the event loop."""
    demand(actor, Verb.AUDIT)
    registry = CollectorRegistry()
    registry.register(_Figures(service_of(request), actor.school))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")


class _Figures(Collector):
    """Read at scrape time; nothing is counted twice."""

    def __init__(self, service: Service, school: str) -> None:
        self._service, self._school = service, school

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
        yield from self._connections()

    def _connections(self) -> Iterator[Metric]:
        """The budgets and streams of this school."""
        left = GaugeMetricFamily(
            "menshen_budget_left", "Calls or events left of a platform's budget", labels=["connection", "budget"]
        )
        ends = GaugeMetricFamily(
            "menshen_budget_ends_seconds",
            "Seconds until nothing is left at today's pace; none where it comes back before that",
            labels=["connection", "budget"],
        )
        stream = GaugeMetricFamily("menshen_stream_open", "1 = a stream is open, 0 = it is not", labels=["connection"])
        for connected in self._service.connections.all():
            if connected.school != self._school:
                continue
            for budget in connected.allowance.left():
                labels = [connected.id, budget.budget.key]
                left.add_metric(labels, budget.left)
                if budget.ends_at is not None:
                    ends.add_metric(labels, max(0.0, budget.ends_at - self._service.now()))
            if (ear := self._service.listening.ear(connected)) is not None:
                stream.add_metric([connected.id], 1.0 if ear.open else 0.0)
        yield from (left, ends, stream)
