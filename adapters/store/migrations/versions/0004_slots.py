"""Chairs that visits have reserved, and who waits for an earlier one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "slots",
        sa.Column("course_id", sa.String(32), primary_key=True),
        sa.Column("session_id", sa.String(64), primary_key=True),
        sa.Column("begins", INSTANT, primary_key=True),
        sa.Column("ends", INSTANT, nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("reserved_at", INSTANT, nullable=False),
    )
    op.create_index("slots_at", "slots", ["site", "ends"])
    op.create_table(
        "waitlist",
        sa.Column("course_id", sa.String(32), primary_key=True),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("before", sa.Date),
        sa.Column("added_at", INSTANT, nullable=False),
    )
    op.create_index("waitlist_at", "waitlist", ["site"])
