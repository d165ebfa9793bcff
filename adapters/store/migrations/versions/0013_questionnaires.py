"""Questionnaires that patients answer on pages: each behind a link of which the store knows the hash."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "questionnaires",
        sa.Column("link_hash", sa.String(64), primary_key=True),
        sa.Column("course_id", sa.String(32), nullable=False),
        sa.Column("patient_id", sa.String(32), sa.ForeignKey("patients.patient_id"), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft", sa.LargeBinary, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
    )
    op.create_index("questionnaires_of_course", "questionnaires", ["course_id", "opened_at"])
