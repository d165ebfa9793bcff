"""What each column of the store holds: nothing that names or describes a patient stands in it readable."""

from sqlalchemy import Column

from adapters.store.columns import Sealed
from adapters.store.tables import METADATA

SEALED = {
    "addresses": "address",
    "chart_discrepancies": "resolution",
    "contacts": "email phone",
    "drug_discrepancies": "resolution",
    "drug_moves": "reason",
    "inbox": "content",
    "installation": "value",
    "patients": "name birth_date mrn",
    "questionnaires": "draft",
    "sends": "subject body",
    "staff": "email phone",
}
"""Sealed by the key ring, by the column's own type."""

SEALED_ELSEWHERE = {
    "archive.history": "payloads are sealed by the codec, as in the server",
    "log_entries.entry": "each secret part is sealed before the entry is written",
    "signing_keys.sealed": "a private key under its person's passphrase",
    "signins.sealed_key": "a private key under the token of the signed-in machine",
}

HASHES = {
    "archive": "sha256",
    "log_entries": "leaf_hash",
    "passphrase_tries": "account_hash place",
    "questionnaires": "link_hash",
    "signins": "token_hash",
    "staff": "passphrase_hash",
}
"""From none of these can what was hashed be told."""

OPAQUE = {
    "access": "number course_id",
    "addresses": "patient_id",
    "archive": "course_id run_id ordinal",
    "chart_discrepancies": "discrepancy_id course_id session_id",
    "charted_doses": "course_id session_id",
    "contacts": "patient_id",
    "courses": "course_id patient_id",
    "drug_discrepancies": "discrepancy_id move_id vial_id syringe_id",
    "drug_moves": "move_id vial_id syringe_id course_id session_id patient_id request_id",
    "inbox": "item_id patient_id course_id",
    "log_entries": "leaf_index subject",
    "oncall_people": "turn_id position",
    "oncall_turns": "turn_id",
    "patients": "patient_id",
    "questionnaires": "course_id patient_id subject",
    "send_parts": "course_id occasion letter",
    "sends": "course_id occasion patient_id provider_id",
    "signing_keys": "key_id",
    "signins": "key_id",
    "slots": "course_id session_id",
    "vials": "vial_id",
    "waitlist": "course_id session_id",
}
"""Numbers and random names, and names of sessions and occasions, which say no more than when and what kind."""

STAFF = {
    "access": "account_id",
    "chart_discrepancies": "owner resolved_by",
    "charted_doses": "account_id",
    "drug_discrepancies": "owner resolved_by",
    "drug_moves": "account_id witness",
    "leaves": "account_id",
    "oncall_people": "account_id",
    "sends": "to_account to_name to_role",
    "signing_keys": "account_id algorithm public_key revoked_by",
    "signins": "account_id",
    "staff": "account_id name role site staff_language licence licence_expires disabled",
}
"""About those who work here: who did it is not a secret, and an auditor reads it without the key ring."""

TIMES = {
    "access": "at",
    "archive": "closed_at",
    "chart_discrepancies": "found_at due resolved_at",
    "charted_doses": "at",
    "courses": "opened_at closed_at",
    "drug_discrepancies": "found_at due resolved_at",
    "drug_moves": "at made_at",
    "inbox": "received_at taken_at",
    "leaves": "begins_at ends_at",
    "oncall_turns": "begins_at ends_at",
    "passphrase_tries": "tried_at known_until",
    "questionnaires": "opened_at expires_at answered_at",
    "sends": "as_of recorded_at receipt_at receipt_taken_at",
    "signing_keys": "enrolled_at revoked_at",
    "signins": "made_at expires_at",
    "slots": "begins ends reserved_at",
    "waitlist": "before added_at",
}
"""When, of a course or a person that stands there as an opaque id."""

MEANS = {
    "access": "what",
    "chart_discrepancies": "site kind charted drawn given wasted left",
    "charted_doses": "site mg",
    "contacts": "language preferred",
    "courses": "protocol_id site state beside",
    "drug_discrepancies": "ml mg",
    "drug_moves": "kind ml mg",
    "inbox": "kind",
    "installation": "name",
    "log_entries": "kind",
    "oncall_turns": "site",
    "passphrase_tries": "wrong told",
    "questionnaires": "language",
    "send_parts": "kind",
    "sends": "site audience state resent channel reason receipt",
    "slots": "site",
    "vials": "site drug form ndc lot mg_per_ml volume_ml expires_on multi_dose received_at opened_at discarded_at",
    "waitlist": "site",
}
"""Kinds, states, counts, amounts of drug and sentences of this program: the store searches, sums or checks by them."""

READABLE = (HASHES, OPAQUE, STAFF, TIMES, MEANS)


def columns() -> dict[str, Column[object]]:
    """Every column of every table."""
    return {f"{table.name}.{column.name}": column for table in METADATA.tables.values() for column in table.columns}


def named(listed: dict[str, str]) -> list[str]:
    """The columns of one list."""
    return [f"{table}.{name}" for table, names in listed.items() for name in names.split()]


def test_what_each_column_holds_is_listed_once() -> None:
    """A new column stands in one list before it is in a release, and none stands there that is gone."""
    listed = [*named(SEALED), *SEALED_ELSEWHERE, *(name for one in READABLE for name in named(one))]
    assert sorted(listed) == sorted(columns())


def test_exactly_the_sealed_columns_are_sealed_and_bound_to_their_place() -> None:
    """A value that is moved from one column to another does not open there."""
    sealed = {name: column.type.column for name, column in columns().items() if isinstance(column.type, Sealed)}
    assert sealed == {name: name for name in named(SEALED)}
