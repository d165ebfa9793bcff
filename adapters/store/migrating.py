"""Brings a database to the shape that this release reads and writes."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from adapters.store.database import Database
from adapters.store.errors import StoreError

SCRIPTS = Path(__file__).parent / "migrations"
NEWEST = max((SCRIPTS / "versions").glob("[0-9]*.py")).name.partition("_")[0]
"""The revision to which the last migration leads; files are named by theirs."""

LOCK = 7_307_213_004
"""Of all programs that start at once, the first takes this lock and migrates; the others find it done."""


async def migrate(database: Database) -> None:
    """Run the migrations that the database has not seen, all of them or none."""
    async with database.reading() as connection:
        if await connection.run_sync(_revision) == NEWEST:
            return
    from alembic.util import CommandError  # noqa: PLC0415  alembic takes longer to import than to find nothing to do

    try:
        async with database.writing() as connection:
            if not database.is_sqlite:
                await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.run_sync(_upgrade)
    except CommandError:
        raise StoreError(
            f"The store at {database.shown} was written by a newer release: run that release, or restore a backup."
        ) from None


def _revision(connection: Connection) -> str | None:
    """The revision that the database has, or None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar_one_or_none()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
