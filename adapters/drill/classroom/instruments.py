"""What a rehearsal needs and a real platform has not: faults on order, raids, calm classes, failed deliveries."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.drill.classroom.answers import Endpoint, body_of, flag, number, ok, text
from adapters.drill.classroom.faults import read_rule
from adapters.drill.classroom.hosting import authorised
from adapters.drill.classroom.hub import Classroom
from adapters.drill.classroom.raid import Play, Step, plan_class, plan_raid
from adapters.drill.classroom.room import Refusal, Room


def instrument_routes(classroom: Classroom) -> list[Route]:
    """The instruments, for holders of the token; they do not count against the rate limit."""
    box = _Instruments(classroom)
    routes: list[tuple[str, str, Endpoint]] = [
        ("GET", "/api/faults", box.faults),
        ("PUT", "/api/faults", box.put_faults),
        ("DELETE", "/api/faults", box.clear_faults),
        ("PUT", "/api/webhook", box.put_webhook),
        ("GET", "/api/webhook/failed", box.failed),
        ("POST", "/api/webhook/failed/redeliver", box.redeliver),
        ("GET", "/api/meetings/{meeting}/raid", box.playing),
        ("POST", "/api/meetings/{meeting}/raid", box.raid),
        ("DELETE", "/api/meetings/{meeting}/raid", box.stop),
        ("GET", "/api/meetings/{meeting}/class", box.playing),
        ("POST", "/api/meetings/{meeting}/class", box.calm_class),
        ("DELETE", "/api/meetings/{meeting}/class", box.stop),
    ]
    return [Route(path, authorised(classroom, endpoint), methods=[method]) for method, path, endpoint in routes]


class _Instruments:
    def __init__(self, classroom: Classroom) -> None:
        self._classroom = classroom

    async def faults(self, request: Request) -> Response:
        rules = [
            {"where": r.where, "fault": r.fault, "match": dict(r.match), "value": r.value, "times": r.times}
            for r in self._classroom.faults.rules()
        ]
        return ok(rules=rules)

    async def put_faults(self, request: Request) -> Response:
        raw = (await body_of(request)).get("rules")
        if not isinstance(raw, list) or not all(isinstance(r, dict) for r in raw):
            raise Refusal("bad_rules")
        try:
            rules = tuple(read_rule(r) for r in raw)
        except ValueError as e:
            return JSONResponse({"ok": False, "error": {"code": "bad_rules", "detail": str(e)}}, status_code=422)
        self._classroom.faults.replace(rules)
        return ok(rules=len(rules))

    async def clear_faults(self, request: Request) -> Response:
        self._classroom.faults.replace(())
        return ok()

    async def put_webhook(self, request: Request) -> Response:
        """Point the webhooks somewhere; the address has to echo a challenge first, unless `check` is false."""
        body, sender = await body_of(request), self._classroom.sender
        before, sender.url = sender.url, text(body, "url")
        if sender.url and flag(body, "check", default=True) and not await sender.handshake():
            sender.url = before
            return JSONResponse({"ok": False, "error": {"code": "challenge_failed"}}, status_code=422)
        return ok(url=sender.url, verified=sender.verified)

    async def failed(self, request: Request) -> Response:
        rows = [
            {"delivery": f.outgoing.delivery, "event": f.outgoing.event, "meeting": f.outgoing.meeting,
             "tries": f.tries, "answer": f.answer}
            for f in self._classroom.sender.failed
        ]  # fmt: skip
        return ok(failed=rows)

    async def redeliver(self, request: Request) -> Response:
        return ok(redelivered=self._classroom.sender.redeliver())

    async def playing(self, request: Request) -> Response:
        return ok(playing=self._key(request) in self._classroom.plays)

    async def raid(self, request: Request) -> Response:
        body = await body_of(request)
        strangers = int(number(body, "strangers", default=6, least=1, most=200))
        seconds = number(body, "seconds", default=20, least=0.5, most=300)
        seed = int(number(body, "seed", default=1, least=0, most=2**31))
        room = self._classroom.room(request.path_params["meeting"])
        names = [a.name for a in self._classroom.settings.accounts]
        steps = plan_raid(seed=seed, strangers=strangers, seconds=seconds, names=names)
        play = Play(self._classroom, room, tag=f"raid-{seed}")
        return self._perform(request, room, play, steps, speed=_speed(body), clear=True)

    async def calm_class(self, request: Request) -> Response:
        body = await body_of(request)
        pupils = [a for a in self._classroom.settings.accounts if not a.staff]
        wanted = int(number(body, "pupils", default=24, least=0, most=len(pupils)))
        staff = [a for a in self._classroom.settings.accounts if a.staff][:1]
        seconds = number(body, "seconds", default=600, least=0.5, most=7200)
        seed = int(number(body, "seed", default=1, least=0, most=2**31))
        room = self._classroom.room(request.path_params["meeting"])
        cast = [*staff, *pupils[:wanted]]
        steps = plan_class(seed=seed, pupils=len(cast), seconds=seconds)
        play = Play(self._classroom, room, tag="class", cast=cast)
        return self._perform(request, room, play, steps, speed=_speed(body), clear=False)

    async def stop(self, request: Request) -> Response:
        task = self._classroom.plays.get(self._key(request))
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return ok(stopped=task is not None)

    def _key(self, request: Request) -> tuple[str, str]:
        return (self._classroom.room(request.path_params["meeting"]).id, request.url.path.rsplit("/", 1)[-1])

    def _perform(
        self, request: Request, room: Room, play: Play, steps: Sequence[Step], *, speed: float, clear: bool
    ) -> Response:
        """Start a play in the background. Its people leave when it is stopped, raiders also when it is over."""
        key, plays = self._key(request), self._classroom.plays
        if not room.live:
            raise Refusal("not_live")
        if key in plays:
            raise Refusal("playing")

        async def perform() -> None:
            finished = False
            try:
                await play.run(steps, speed=speed)
                finished = True
            finally:
                del plays[key]
                if clear or not finished:
                    play.leave()

        plays[key] = asyncio.create_task(perform())
        return JSONResponse({"ok": True, "steps": len(steps)}, status_code=202)


def _speed(body: dict[str, object]) -> float:
    return number(body, "speed", default=1.0, least=0.1, most=1000)
