"""The append-only log of what must be provable."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TABLE = "log_entries"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("leaf_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
    )
    op.create_index("log_entries_of_subject", TABLE, ["kind", "subject", "leaf_index"])
    write_once()


def write_once() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("update", "delete"):
            op.execute(
                f"create trigger {TABLE}_no_{change} before {change} on {TABLE} "
                f"begin select raise(abort, '{TABLE} is write-once'); end"
            )
        return
    op.execute(
        f"create function {TABLE}_is_write_once() returns trigger language plpgsql as "
        f"$$ begin raise exception '{TABLE} is write-once'; end $$"
    )
    op.execute(
        f"create trigger {TABLE}_write_once before update or delete or truncate on {TABLE} "
        f"for each statement execute function {TABLE}_is_write_once()"
    )
