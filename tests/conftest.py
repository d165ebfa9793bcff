"""One real server for each test process; every test has a task queue of its own."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.temporal.plugin import course_plugin
from adapters.temporal.server import EmbeddedServer, embedded_server

for name in [name for name in os.environ if name.startswith(("ST_", "TEMPORAL_"))]:
    del os.environ[name]

# Examples may take as long as a busy machine needs; a build server tries the same ones each time.
hypothesis.settings.register_profile("here", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("here")


TOGETHER = (
    "tests/cli/scenarios/test_scenarios.py",
    "tests/cli/scenarios/test_scenarios_safety.py",
    "tests/cli/scenarios/test_scenarios_together.py",
)
"""Files whose tests share something that takes long to make: one process runs them all."""


class Spread(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives each process the next test, and the tests of some files to one process."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Spread:
    """Spread the tests over the processes as above."""
    return Spread(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what may take longest, so that no process waits for another at the end."""
    items.sort(key=lambda item: -max((mark.args[0] for mark in item.iter_markers("timeout")), default=0))


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[EmbeddedServer]:
    """A server in memory that lives as long as this test process."""
    async with embedded_server() as running:
        yield running


@pytest.fixture(scope="session")
def keyring() -> KeyRing:
    """One fresh key."""
    return KeyRing.generate()


@pytest.fixture(scope="session")
async def client(server: EmbeddedServer, keyring: KeyRing) -> Client:
    """A client of the server, with the converter and the codec of the program."""
    return await Client.connect(server.target, namespace=server.namespace, plugins=[course_plugin(keyring)])


@pytest.fixture(scope="session")
def skipper(client: Client) -> TimeSkipper:
    """Workflows started through `skipper.client` own a clock that moves only on `fast_forward`."""
    return TimeSkipper(
        client,
        config=TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=1_000_000),
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a data folder and a task queue that no other test has."""
    return Settings(
        _env_file=None, data_folder=tmp_path / "var", task_queue=f"test-{uuid4().hex}", graceful_shutdown_seconds=1
    )
