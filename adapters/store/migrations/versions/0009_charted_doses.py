"""What courses charted as given, and where the drug ledger says something else."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

INSTANT = sa.DateTime(timezone=True)
EXACT = sa.String(32)


def upgrade() -> None:
    op.create_table(
        "charted_doses",
        sa.Column("course_id", sa.String(32), primary_key=True),
        sa.Column("session_id", sa.String(64), primary_key=True),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("mg", EXACT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
    )
    op.create_table(
        "chart_discrepancies",
        sa.Column("discrepancy_id", sa.String(32), primary_key=True),
        sa.Column("course_id", sa.String(32), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("charted", EXACT),
        *(sa.Column(name, EXACT, nullable=False) for name in ("drawn", "given", "wasted", "left")),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("resolved_at", INSTANT),
        sa.Column("resolved_by", sa.String(64), nullable=False),
        sa.Column("resolution", sa.LargeBinary, nullable=False),
    )
    op.create_index("chart_discrepancies_of_course", "chart_discrepancies", ["course_id"])
    op.create_index("drug_moves_of_course", "drug_moves", ["course_id"])
