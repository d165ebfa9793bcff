"""Who is on leave, and is passed over by every roster."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "leaves",
        sa.Column("account_id", sa.String(64), sa.ForeignKey("staff.account_id"), primary_key=True),
        sa.Column("begins_at", INSTANT, primary_key=True),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.CheckConstraint("begins_at < ends_at", name="leaves_span"),
    )
