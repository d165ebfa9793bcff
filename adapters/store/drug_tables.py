"""The tables of the controlled-drug records; the migrations make them."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table

from adapters.store.columns import ExactDecimal, Sealed, UtcInstant
from adapters.store.tables import METADATA

VIALS = Table(
    "vials",
    METADATA,
    Column("vial_id", String(32), primary_key=True),
    Column("site", String(64), nullable=False),
    Column("drug", String(64), nullable=False),
    Column("form", String(64), nullable=False),
    Column("ndc", String(16), nullable=False),
    Column("lot", String(32), nullable=False),
    Column("mg_per_ml", ExactDecimal, nullable=False),
    Column("volume_ml", ExactDecimal, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("multi_dose", Boolean, nullable=False),
    Column("received_at", UtcInstant, nullable=False),
    Column("opened_at", UtcInstant),
    Column("discarded_at", UtcInstant),
)

DRUG_MOVES = Table(
    "drug_moves",
    METADATA,
    Column("move_id", Integer, primary_key=True),
    Column("vial_id", ForeignKey("vials.vial_id"), nullable=False),
    Column("at", UtcInstant, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("syringe_id", String(32), nullable=False),
    Column("ml", ExactDecimal, nullable=False),
    Column("mg", ExactDecimal, nullable=False),
    Column("course_id", String(32), nullable=False),
    Column("session_id", String(64), nullable=False),
    Column("patient_id", String(32), nullable=False),
    Column("account_id", ForeignKey("staff.account_id"), nullable=False),
    Column("witness", String(64), nullable=False),
    Column("reason", Sealed("drug_moves.reason"), nullable=False),
    Column("made_at", UtcInstant, nullable=False),
    Column("request_id", String(64), nullable=False, unique=True),
    CheckConstraint(
        "kind in ('received', 'drawn', 'given', 'wasted', 'discarded', 'returned_to_stock_count')",
        name="drug_moves_kind",
    ),
    CheckConstraint("witness <> account_id", name="drug_moves_witness"),
    Index("drug_moves_of_vial", "vial_id"),
    Index("drug_moves_of_syringe", "syringe_id"),
    Index("drug_moves_of_course", "course_id"),
    Index("drug_moves_at", "at"),
)
"""The database refuses to change or delete a row of this table."""

DRUG_DISCREPANCIES = Table(
    "drug_discrepancies",
    METADATA,
    Column("discrepancy_id", String(32), primary_key=True),
    Column("move_id", ForeignKey("drug_moves.move_id"), nullable=False, unique=True),
    Column("vial_id", ForeignKey("vials.vial_id"), nullable=False),
    Column("syringe_id", String(32), nullable=False),
    Column("ml", ExactDecimal, nullable=False),
    Column("mg", ExactDecimal, nullable=False),
    Column("found_at", UtcInstant, nullable=False),
    Column("owner", ForeignKey("staff.account_id"), nullable=False),
    Column("due", UtcInstant, nullable=False),
    Column("resolved_at", UtcInstant),
    Column("resolved_by", String(64), nullable=False),
    Column("resolution", Sealed("drug_discrepancies.resolution"), nullable=False),
)

CHARTED_DOSES = Table(
    "charted_doses",
    METADATA,
    Column("course_id", String(32), primary_key=True),
    Column("session_id", String(64), primary_key=True),
    Column("site", String(64), nullable=False),
    Column("mg", ExactDecimal, nullable=False),
    Column("at", UtcInstant, nullable=False),
    Column("account_id", String(64), nullable=False),
)
"""What a course said when it was last read; the course owns it."""

CHART_DISCREPANCIES = Table(
    "chart_discrepancies",
    METADATA,
    Column("discrepancy_id", String(32), primary_key=True),
    Column("course_id", String(32), nullable=False),
    Column("session_id", String(64), nullable=False),
    Column("site", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("charted", ExactDecimal),
    *(Column(name, ExactDecimal, nullable=False) for name in ("drawn", "given", "wasted", "left")),
    Column("found_at", UtcInstant, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("due", UtcInstant, nullable=False),
    Column("resolved_at", UtcInstant),
    Column("resolved_by", String(64), nullable=False),
    Column("resolution", Sealed("chart_discrepancies.resolution"), nullable=False),
    Index("chart_discrepancies_of_course", "course_id"),
)
"""Amounts are mg; `charted` is empty where no dose stands."""

ADDRESSES = Table(
    "addresses",
    METADATA,
    Column("patient_id", ForeignKey("patients.patient_id"), primary_key=True),
    Column("address", Sealed("addresses.address"), nullable=False),
)
