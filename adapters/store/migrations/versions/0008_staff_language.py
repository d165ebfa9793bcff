"""In which language each of the staff is written to; without one, in the clinic's."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("staff", sa.Column("staff_language", sa.String(8)))
