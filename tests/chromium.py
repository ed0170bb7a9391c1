"""A real browser for tests: the machine's own Chromium, driven by Playwright, talking to loopback only."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# No updates, no sync, no first-run pages, no lookups outside: what the test sees is what the test did.
QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def program() -> str | None:
    """The browser on this machine; None without one."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def running(executable: str) -> Iterator[Browser]:
    """Start the browser without a window, and stop it in the end."""
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium's sandbox does not work for root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*QUIET, *as_root])
        try:
            yield browser
        finally:
            browser.close()
