"""One real Janus server with its receiver for all tests of the lab; every test has a class of its own."""

from collections.abc import Iterator

import pytest

from tests.lab.classes import Lab
from tests.lab.inbox import Inbox
from tests.lab.janus_server import JanusServer


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A running server whose events arrive in `lab.inbox`."""
    with Inbox() as inbox, JanusServer(event_url=inbox.url, event_user="menshen", event_password="lab-pw") as server:
        yield Lab(server, inbox)
