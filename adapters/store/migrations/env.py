"""Alembic starts here; it is given the one connection that holds the lock of the migration."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
