"""A staffed clinic with a worker, its pages served over HTTP, and a browser in which somebody has signed in."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, async_playwright
from temporalio.testing import TimeSkipper

from adapters.identity.sign_in import hash_passphrase
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.wiring import Application
from cli.demo.still import BROWSERS
from pages.app import pages
from pages.serving import served
from tests.support.paged import PASSPHRASE, Clinic
from tests.support.served import house_of, worked


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of a process."""
    found = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if found is None:
        pytest.skip("no browser here: `apt-get install chromium`")
    async with async_playwright() as started:
        options = ["--no-sandbox", "--disable-background-networking"]
        opened = await started.chromium.launch(executable_path=found, args=options)
        yield opened
        await opened.close()


@pytest.fixture
async def app(settings: Settings, skipper: TimeSkipper, keyring: KeyRing) -> AsyncIterator[Application]:
    """A store of its own, a mailbox of its own, and a worker; everybody has the same passphrase."""
    settings = settings.model_copy(update={"patient_url": "http://127.0.0.1:1"})
    async with house_of(settings, skipper, keyring) as opened, worked(opened):
        hashed = hash_passphrase(PASSPHRASE)
        for one in await opened.store.staff.accounts():
            await opened.store.staff.set_passphrase(one.account_id, hashed)
        yield opened


@pytest.fixture
async def clinic(app: Application, browser: Browser) -> AsyncIterator[Clinic]:
    """The clinic's pages, on a clock that a test may move."""
    ahead = timedelta()
    web = pages(app, lambda: datetime.now(UTC) + house.ahead)
    async with served(web, 0) as address:
        house = Clinic(app, browser, address, ahead)
        yield house
        await house.leave()
