"""Wrong passphrases by account and place, which slow down whoever guesses."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "passphrase_tries",
        sa.Column("account_hash", sa.String(64), primary_key=True),
        sa.Column("place", sa.String(64), primary_key=True),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("known_until", sa.DateTime(timezone=True)),
    )
    op.create_index("passphrase_tries_of_place", "passphrase_tries", ["place"])
