"""What the network says of a text message after it was handed over, and whether its course has heard of it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("sends", sa.Column("receipt", sa.String(16)))
    op.add_column("sends", sa.Column("receipt_at", INSTANT))
    op.add_column("sends", sa.Column("receipt_taken_at", INSTANT))
    op.create_index("sends_provider_id", "sends", ["provider_id"])
