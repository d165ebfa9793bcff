"""Controlled drugs: vials, an append-only ledger, discrepancies; where patients live."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True)
EXACT = sa.String(32)
SEALED = sa.LargeBinary
KINDS = "kind in ('received', 'drawn', 'given', 'wasted', 'discarded', 'returned_to_stock_count')"


def upgrade() -> None:
    stock()
    ledger()
    op.create_table(
        "addresses",
        sa.Column("patient_id", sa.String(32), sa.ForeignKey("patients.patient_id"), primary_key=True),
        sa.Column("address", SEALED, nullable=False),
    )
    write_once("drug_moves")


def stock() -> None:
    op.create_table(
        "vials",
        sa.Column("vial_id", sa.String(32), primary_key=True),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("drug", sa.String(64), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("ndc", sa.String(16), nullable=False),
        sa.Column("lot", sa.String(32), nullable=False),
        sa.Column("mg_per_ml", EXACT, nullable=False),
        sa.Column("volume_ml", EXACT, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("multi_dose", sa.Boolean, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT),
        sa.Column("discarded_at", INSTANT),
    )


def ledger() -> None:
    op.create_table(
        "drug_moves",
        sa.Column("move_id", sa.Integer, primary_key=True),
        sa.Column("vial_id", sa.String(32), sa.ForeignKey("vials.vial_id"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("syringe_id", sa.String(32), nullable=False),
        sa.Column("ml", EXACT, nullable=False),
        sa.Column("mg", EXACT, nullable=False),
        sa.Column("course_id", sa.String(32), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(64), sa.ForeignKey("staff.account_id"), nullable=False),
        sa.Column("witness", sa.String(64), nullable=False),
        sa.Column("reason", SEALED, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False, unique=True),
        sa.CheckConstraint(KINDS, name="drug_moves_kind"),
        sa.CheckConstraint("witness <> account_id", name="drug_moves_witness"),
    )
    for name, column in (("of_vial", "vial_id"), ("of_syringe", "syringe_id"), ("at", "at")):
        op.create_index(f"drug_moves_{name}", "drug_moves", [column])
    op.create_table(
        "drug_discrepancies",
        sa.Column("discrepancy_id", sa.String(32), primary_key=True),
        sa.Column("move_id", sa.Integer, sa.ForeignKey("drug_moves.move_id"), nullable=False, unique=True),
        sa.Column("vial_id", sa.String(32), sa.ForeignKey("vials.vial_id"), nullable=False),
        sa.Column("syringe_id", sa.String(32), nullable=False),
        sa.Column("ml", EXACT, nullable=False),
        sa.Column("mg", EXACT, nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("owner", sa.String(64), sa.ForeignKey("staff.account_id"), nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("resolved_at", INSTANT),
        sa.Column("resolved_by", sa.String(64), nullable=False),
        sa.Column("resolution", SEALED, nullable=False),
    )


def write_once(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{change} before {change} on {table} "
                f"begin select raise(abort, '{table} is write-once'); end"
            )
        return
    op.execute(
        f"create function {table}_is_write_once() returns trigger language plpgsql as "
        f"$$ begin raise exception '{table} is write-once'; end $$"
    )
    op.execute(
        f"create trigger {table}_write_once before update or delete or truncate on {table} "
        f"for each statement execute function {table}_is_write_once()"
    )
