"""Brings a database to the shape that this release reads and writes."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from adapters.store.database import Database
from adapters.store.errors import StoreError

SCRIPTS = Path(__file__).parent / "migrations"
LOCK = 7_307_213_004
"""Of all programs that start at once, the first takes this lock and migrates; the others find it done."""


async def migrate(database: Database) -> None:
    """Run the migrations that the database has not seen, all of them or none."""
    try:
        async with database.writing() as connection:
            if not database.is_sqlite:
                await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.run_sync(_upgrade)
    except CommandError:
        raise StoreError(
            f"The store at {database.shown} was written by a newer release: run that release, or restore a backup."
        ) from None


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
