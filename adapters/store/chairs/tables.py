"""The tables of chairs and of who waits for one; the migrations make them."""

from sqlalchemy import Column, Date, Index, String, Table

from adapters.store.columns import UtcInstant
from adapters.store.tables import METADATA

SLOTS = Table(
    "slots",
    METADATA,
    Column("course_id", String(32), primary_key=True),
    Column("session_id", String(64), primary_key=True),
    Column("begins", UtcInstant, primary_key=True),
    Column("ends", UtcInstant, nullable=False),
    Column("site", String(64), nullable=False),
    Column("reserved_at", UtcInstant, nullable=False),
    Index("slots_at", "site", "ends"),
)
"""One row a reserved visit; while a visit is being moved it has two."""

WAITLIST = Table(
    "waitlist",
    METADATA,
    Column("course_id", String(32), primary_key=True),
    Column("session_id", String(64), nullable=False),
    Column("site", String(64), nullable=False),
    Column("before", Date),
    Column("added_at", UtcInstant, nullable=False),
    Index("waitlist_at", "site"),
)
"""One row a course that wants an earlier visit."""
