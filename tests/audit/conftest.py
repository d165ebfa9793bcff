"""Stores on both databases, and a bundle of a real course."""

from collections.abc import AsyncIterator

import pytest

from tests.support.bundles import Exported, exported_course
from tests.support.stores import postgres, store, store_url

__all__ = ["postgres", "store", "store_url"]


@pytest.fixture(scope="session")
async def exported(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exported]:
    """A course of some months, exported by the auditor of a clinic that runs."""
    async with exported_course(tmp_path_factory.mktemp("bundle")) as found:
        yield found
