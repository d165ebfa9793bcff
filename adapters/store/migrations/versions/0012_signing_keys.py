"""A signing key for each of the staff; while somebody is signed in, theirs stands with the sign-in too."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

STANDING = sa.text("revoked_at is null")


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("key_id", sa.String(32), primary_key=True),
        sa.Column("account_id", sa.String(64), sa.ForeignKey("staff.account_id"), nullable=False),
        sa.Column("algorithm", sa.String(16), nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_by", sa.String(64), nullable=False),
    )
    op.create_index(
        "signing_keys_one_standing",
        "signing_keys",
        ["account_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    op.add_column("signins", sa.Column("key_id", sa.String(32)))
    op.add_column("signins", sa.Column("sealed_key", sa.LargeBinary))
