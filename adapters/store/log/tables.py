"""The table of the log, and which tables it tells the story of."""

from sqlalchemy import Column, ColumnElement, Index, Integer, LargeBinary, String, Table, Text, true

from adapters.store.drug_tables import ADDRESSES, CHART_DISCREPANCIES, DRUG_DISCREPANCIES, DRUG_MOVES, VIALS
from adapters.store.tables import (
    ACCESS,
    ARCHIVE,
    CONTACTS,
    COURSES,
    LEAVES,
    METADATA,
    ONCALL_PEOPLE,
    ONCALL_TURNS,
    PATIENTS,
    SENDS,
    SIGNING_KEYS,
    STAFF,
)
from course.model.terms import OccasionState

LOG_ENTRIES = Table(
    "log_entries",
    METADATA,
    Column("leaf_index", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("entry", Text, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Index("log_entries_of_subject", "kind", "subject", "leaf_index"),
)
"""The database refuses to change or delete a row; kind and subject stand in the entry too, which is what is hashed."""

LOGGED: tuple[Table, ...] = (
    STAFF,
    SIGNING_KEYS,
    ONCALL_TURNS,
    ONCALL_PEOPLE,
    LEAVES,
    ACCESS,
    PATIENTS,
    CONTACTS,
    ADDRESSES,
    COURSES,
    SENDS,
    ARCHIVE,
    VIALS,
    DRUG_MOVES,
    DRUG_DISCREPANCIES,
    CHART_DISCREPANCIES,
)
"""Each row of these stands in the log as it is now; the log has every state that it had before."""

SETTLED = SENDS.c.state.in_([state for state in OccasionState if state.is_settled])


def told_of(table: Table) -> ColumnElement[bool]:
    """The rows of a table that the log tells of: all, and of messages those of which nothing more becomes."""
    return SETTLED if table is SENDS else true()
