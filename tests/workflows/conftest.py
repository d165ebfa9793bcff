"""A staffed house with a worker for each test."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import TimeSkipper

from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.wiring import Application
from tests.support.served import Served, house_of, worked


@pytest.fixture
async def app(settings: Settings, skipper: TimeSkipper, keyring: KeyRing) -> AsyncIterator[Application]:
    """A store of its own, a mailbox of its own, and a worker."""
    async with house_of(settings, skipper, keyring) as opened, worked(opened):
        yield opened


@pytest.fixture
async def course(app: Application, skipper: TimeSkipper) -> Served:
    """A course that has just begun."""
    return await Served.begin(app, skipper)
