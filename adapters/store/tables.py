"""The tables of the store, as this release reads and writes them; the migrations make them."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from adapters.store.columns import Sealed, UtcInstant

METADATA = MetaData()


def _sealed(table: str, name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Sealed(f"{table}.{name}"), nullable=nullable)


PATIENTS = Table(
    "patients",
    METADATA,
    Column("patient_id", String(32), primary_key=True),
    _sealed("patients", "name"),
    _sealed("patients", "birth_date"),
    _sealed("patients", "mrn"),
)

INSTALLATION = Table(
    "installation",
    METADATA,
    Column("name", String(32), primary_key=True),
    _sealed("installation", "value"),
)

COURSES = Table(
    "courses",
    METADATA,
    Column("course_id", String(32), primary_key=True),
    Column("patient_id", ForeignKey("patients.patient_id"), nullable=False),
    Column("protocol_id", String(64), nullable=False),
    Column("site", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("beside", Boolean, nullable=False),
    Column("opened_at", UtcInstant, nullable=False),
    Column("closed_at", UtcInstant),
    CheckConstraint("state in ('opening', 'open', 'closed')", name="courses_state"),
    Index("courses_of_patient", "patient_id"),
    Index(
        "courses_one_open",
        "patient_id",
        unique=True,
        sqlite_where=text("state <> 'closed' and not beside"),
        postgresql_where=text("state <> 'closed' and not beside"),
    ),
)

CONTACTS = Table(
    "contacts",
    METADATA,
    Column("patient_id", ForeignKey("patients.patient_id"), primary_key=True),
    _sealed("contacts", "email"),
    _sealed("contacts", "phone"),
    Column("language", String(8), nullable=False),
    Column("preferred", String(8), nullable=False),
)

STAFF = Table(
    "staff",
    METADATA,
    Column("account_id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("site", String(64), nullable=False),
    _sealed("staff", "email"),
    _sealed("staff", "phone", nullable=True),
    Column("staff_language", String(8), nullable=True),
    Column("licence", String(64), nullable=True),
    Column("licence_expires", Date, nullable=True),
    Column("passphrase_hash", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
)

SIGNING_KEYS = Table(
    "signing_keys",
    METADATA,
    Column("key_id", String(32), primary_key=True),
    Column("account_id", ForeignKey("staff.account_id"), nullable=False),
    Column("algorithm", String(16), nullable=False),
    Column("public_key", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("enrolled_at", UtcInstant, nullable=False),
    Column("revoked_at", UtcInstant),
    Column("revoked_by", String(64), nullable=False),
    Index(
        "signing_keys_one_standing",
        "account_id",
        unique=True,
        sqlite_where=text("revoked_at is null"),
        postgresql_where=text("revoked_at is null"),
    ),
)
"""The private half is sealed under the person's passphrase, and gone once the key is revoked."""

SIGNINS = Table(
    "signins",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("staff.account_id"), nullable=False),
    Column("made_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant, nullable=False),
    Column("key_id", String(32)),
    Column("sealed_key", LargeBinary),
)
"""The private half of the signing key is sealed under the token, of which the store has only the hash."""

PASSPHRASE_TRIES = Table(
    "passphrase_tries",
    METADATA,
    Column("account_hash", String(64), primary_key=True),
    Column("place", String(64), primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("tried_at", UtcInstant, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("known_until", UtcInstant),
    Index("passphrase_tries_of_place", "place"),
)
"""What was typed as an account stands here as a keyed hash: it may have been a passphrase."""

ONCALL_TURNS = Table(
    "oncall_turns",
    METADATA,
    Column("turn_id", Integer, primary_key=True),
    Column("site", String(64), nullable=False),
    Column("begins_at", UtcInstant),
    Column("ends_at", UtcInstant),
    CheckConstraint(
        "(begins_at is null and ends_at is null) or begins_at < ends_at",
        name="oncall_turns_span",
    ),
    Index(
        "oncall_one_standing",
        "site",
        unique=True,
        sqlite_where=text("begins_at is null"),
        postgresql_where=text("begins_at is null"),
    ),
)
"""A turn without instants is the site's standing list."""

ONCALL_PEOPLE = Table(
    "oncall_people",
    METADATA,
    Column("turn_id", ForeignKey("oncall_turns.turn_id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("account_id", ForeignKey("staff.account_id"), nullable=False),
    UniqueConstraint("turn_id", "account_id", name="oncall_people_once"),
)

LEAVES = Table(
    "leaves",
    METADATA,
    Column("account_id", ForeignKey("staff.account_id"), primary_key=True),
    Column("begins_at", UtcInstant, primary_key=True),
    Column("ends_at", UtcInstant, nullable=False),
    CheckConstraint("begins_at < ends_at", name="leaves_span"),
)
"""Spans in which somebody is passed over by every roster."""

SENDS = Table(
    "sends",
    METADATA,
    Column("course_id", String(32), primary_key=True),
    Column("occasion", String(128), primary_key=True),
    Column("patient_id", String(32), nullable=False),
    Column("site", String(64), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("as_of", UtcInstant, nullable=False),
    Column("recorded_at", UtcInstant, nullable=False),
    Column("resent", Integer, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("to_account", String(64), nullable=False),
    Column("to_name", Text, nullable=False),
    Column("to_role", String(16), nullable=False),
    _sealed("sends", "subject", nullable=True),
    _sealed("sends", "body", nullable=True),
    Column("receipt", String(16)),
    Column("receipt_at", UtcInstant),
    Column("receipt_taken_at", UtcInstant),
    CheckConstraint(
        "state in ('in_flight', 'later', 'sent', 'uncertain', 'failed', 'suppressed')",
        name="sends_state",
    ),
    Index("sends_as_of", "as_of"),
    Index("sends_provider_id", "provider_id"),
)
"""One row a message, under its first occasion; its receipt is what the network said later."""

SEND_PARTS = Table(
    "send_parts",
    METADATA,
    Column("course_id", String(32), primary_key=True),
    Column("occasion", String(128), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("letter", String(128), nullable=False),
    Index("send_parts_of_letter", "course_id", "letter"),
)
"""One row an occasion: the message that it was last part of."""

INBOX = Table(
    "inbox",
    METADATA,
    Column("item_id", String(64), primary_key=True),
    Column("patient_id", ForeignKey("patients.patient_id"), nullable=False),
    Column("course_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("received_at", UtcInstant, nullable=False),
    _sealed("inbox", "content"),
    Column("taken_at", UtcInstant),
    Index("inbox_waiting", "course_id", "taken_at"),
)

QUESTIONNAIRES = Table(
    "questionnaires",
    METADATA,
    Column("link_hash", String(64), primary_key=True),
    Column("course_id", String(32), nullable=False),
    Column("patient_id", ForeignKey("patients.patient_id"), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("opened_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant, nullable=False),
    _sealed("questionnaires", "draft"),
    Column("answered_at", UtcInstant),
    Index("questionnaires_of_course", "course_id", "opened_at"),
)
"""What a patient has typed so far stands in `draft`; what was sent stands in the inbox."""

ACCESS = Table(
    "access",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("at", UtcInstant, nullable=False),
    Column("account_id", String(64), nullable=False),
    Column("what", String(64), nullable=False),
    Column("course_id", String(32), nullable=False),
    Index("access_of_course", "course_id"),
)

ARCHIVE = Table(
    "archive",
    METADATA,
    Column("course_id", String(32), primary_key=True),
    Column("run_id", String(64), primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("closed_at", UtcInstant, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("history", LargeBinary, nullable=False),
    UniqueConstraint("course_id", "ordinal", name="archive_ordinal"),
)
"""Closed runs; the database refuses to change or delete a row of this table and of `access`."""
