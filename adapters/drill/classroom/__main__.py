"""The practice platform as a command: `python -m adapters.drill.classroom --port 8001`."""

import argparse
import os
import signal
import sys
import threading

import uvicorn

from adapters.drill.classroom.server import create_classroom
from adapters.drill.classroom.settings import ClassroomSettings, Hidden


def main() -> None:
    """Read the command line and serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m adapters.drill.classroom", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--token", default=os.environ.get("DRILL_TOKEN", ""), help="bearer token of the control API")
    parser.add_argument("--secret", default=os.environ.get("DRILL_SECRET", ""), help="secret that signs webhooks")
    parser.add_argument("--webhook", default="", help="where events go; can be set later through the control API")
    parser.add_argument("--rate", type=float, default=20.0, help="control calls per second")
    parser.add_argument("--burst", type=int, default=40, help="control calls at once")
    parser.add_argument("--hide", action="append", default=[], choices=[h.value for h in Hidden])
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    given = parser.parse_args()
    if given.with_parent:
        threading.Thread(target=_stop_with_parent, daemon=True).start()
    if not given.token or not given.secret:
        parser.error("give --token and --secret, or DRILL_TOKEN and DRILL_SECRET")
    settings = ClassroomSettings(
        token=given.token,
        secret=given.secret,
        webhook=given.webhook,
        rate=given.rate,
        burst=given.burst,
        hides=frozenset(Hidden(h) for h in given.hide),
    )
    app = create_classroom(settings)
    uvicorn.run(
        app, host=given.host, port=given.port, log_level="warning", access_log=False, ws="websockets-sansio",
        ws_max_size=65536, timeout_graceful_shutdown=2,
    )  # fmt: skip


def _stop_with_parent() -> None:
    """Whoever started this keeps our standard input open; however he ends, it ends too."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
