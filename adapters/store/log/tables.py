"""The table of the log, and which tables it tells the story of."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from adapters.store.drugs.tables import DRUG_DISCREPANCIES, DRUG_MOVES, VIALS
from adapters.store.tables import ACCESS, ARCHIVE, LEAVES, METADATA, ONCALL_PEOPLE, ONCALL_TURNS, STAFF

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
    ONCALL_TURNS,
    ONCALL_PEOPLE,
    LEAVES,
    ACCESS,
    ARCHIVE,
    VIALS,
    DRUG_MOVES,
    DRUG_DISCREPANCIES,
)
"""Each row of these stands in the log as it is now; the log has every state that it had before."""
