"""The licence of those who sign and give, and until when it holds."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("staff", sa.Column("licence", sa.String(64)))
    op.add_column("staff", sa.Column("licence_expires", sa.Date()))
