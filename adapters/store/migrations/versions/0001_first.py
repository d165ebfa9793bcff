"""The first store: directory, contacts, staff, on-call, sends, inbox, access, archive."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)
SEALED = sa.LargeBinary
STANDING = sa.text("begins_at is null")
ONE_OPEN = sa.text("state <> 'closed' and not beside")
WRITE_ONCE = ("access", "archive")


def upgrade() -> None:
    people()
    staff()
    messages()
    proofs()
    for table in WRITE_ONCE:
        write_once(table)


def people() -> None:
    op.create_table(
        "patients",
        sa.Column("patient_id", sa.String(32), primary_key=True),
        sa.Column("name", SEALED, nullable=False),
        sa.Column("birth_date", SEALED, nullable=False),
        sa.Column("mrn", SEALED, nullable=False),
    )
    op.create_table(
        "courses",
        sa.Column("course_id", sa.String(32), primary_key=True),
        sa.Column("patient_id", sa.String(32), sa.ForeignKey("patients.patient_id"), nullable=False),
        sa.Column("protocol_id", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("beside", sa.Boolean, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.CheckConstraint("state in ('opening', 'open', 'closed')", name="courses_state"),
    )
    op.create_index("courses_of_patient", "courses", ["patient_id"])
    op.create_index(
        "courses_one_open", "courses", ["patient_id"], unique=True, sqlite_where=ONE_OPEN, postgresql_where=ONE_OPEN
    )
    op.create_table(
        "contacts",
        sa.Column("patient_id", sa.String(32), sa.ForeignKey("patients.patient_id"), primary_key=True),
        sa.Column("email", SEALED, nullable=False),
        sa.Column("phone", SEALED, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("preferred", sa.String(8), nullable=False),
    )


def staff() -> None:
    op.create_table(
        "staff",
        sa.Column("account_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("email", SEALED, nullable=False),
        sa.Column("passphrase_hash", sa.Text, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
    )
    op.create_table(
        "signins",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("account_id", sa.String(64), sa.ForeignKey("staff.account_id"), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_table(
        "oncall_turns",
        sa.Column("turn_id", sa.Integer, primary_key=True),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("begins_at", INSTANT),
        sa.Column("ends_at", INSTANT),
        sa.CheckConstraint(
            "(begins_at is null and ends_at is null) or begins_at < ends_at",
            name="oncall_turns_span",
        ),
    )
    op.create_index(
        "oncall_one_standing", "oncall_turns", ["site"], unique=True, sqlite_where=STANDING, postgresql_where=STANDING
    )
    op.create_table(
        "oncall_people",
        sa.Column("turn_id", sa.Integer, sa.ForeignKey("oncall_turns.turn_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account_id", sa.String(64), sa.ForeignKey("staff.account_id"), nullable=False),
        sa.UniqueConstraint("turn_id", "account_id", name="oncall_people_once"),
    )


def messages() -> None:
    op.create_table(
        "sends",
        sa.Column("course_id", sa.String(32), primary_key=True),
        sa.Column("occasion", sa.String(128), primary_key=True),
        sa.Column("patient_id", sa.String(32), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("resent", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("provider_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("to_account", sa.String(64), nullable=False),
        sa.Column("to_name", sa.Text, nullable=False),
        sa.Column("to_role", sa.String(16), nullable=False),
        sa.Column("subject", SEALED),
        sa.Column("body", SEALED),
        sa.CheckConstraint(
            "state in ('in_flight', 'later', 'sent', 'uncertain', 'failed', 'suppressed')",
            name="sends_state",
        ),
    )
    op.create_index("sends_as_of", "sends", ["as_of"])
    op.create_table(
        "send_parts",
        sa.Column("course_id", sa.String(32), primary_key=True),
        sa.Column("occasion", sa.String(128), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("letter", sa.String(128), nullable=False),
    )
    op.create_index("send_parts_of_letter", "send_parts", ["course_id", "letter"])
    op.create_table(
        "inbox",
        sa.Column("item_id", sa.String(64), primary_key=True),
        sa.Column("patient_id", sa.String(32), sa.ForeignKey("patients.patient_id"), nullable=False),
        sa.Column("course_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("content", SEALED, nullable=False),
        sa.Column("taken_at", INSTANT),
    )
    op.create_index("inbox_waiting", "inbox", ["course_id", "taken_at"])


def proofs() -> None:
    op.create_table(
        "access",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("course_id", sa.String(32), nullable=False),
    )
    op.create_index("access_of_course", "access", ["course_id"])
    op.create_table(
        "archive",
        sa.Column("course_id", sa.String(32), primary_key=True),
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("history", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("course_id", "ordinal", name="archive_ordinal"),
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
