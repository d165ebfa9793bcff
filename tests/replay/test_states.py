"""Carried records read by other builds than the one that wrote them."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from course.model.record import SCHEMA, CourseRecord
from tests.support.stories import maintained

STATES = sorted((Path(__file__).parent / "states").glob("*.json"))


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_a_stored_state_is_read_and_nothing_is_lost(path: Path) -> None:
    """What an earlier release wrote comes back to the letter."""
    stored = json.loads(path.read_text())
    record = CourseRecord.model_validate(stored)
    assert json.loads(record.model_dump_json()) == stored


def test_there_are_states_to_read() -> None:
    """An empty folder would prove nothing."""
    assert STATES


MAPS = {"sources", "loinc"}
"""Objects whose keys are data."""


def planted(value: Any) -> Any:
    """The same state with a field in every object that this build does not know."""
    if isinstance(value, dict):
        known = {key: one if key in MAPS else planted(one) for key, one in value.items()}
        return {**known, "from_next_year": {"kept": [1, "x"]}}
    return [planted(one) for one in value] if isinstance(value, list) else value


def test_an_older_build_keeps_what_a_newer_one_wrote() -> None:
    """Unknown fields survive reading, acting and writing wherever they stand, but in what the act replaced."""
    life = maintained()
    stored = json.loads(life.record.model_dump_json())
    free = {"protocol", "messaging", "order", "clearance", "maintained", "scores", "doses", "evaluations"}
    newer = {key: planted(value) if key in free else value for key, value in stored.items()}
    newer["from_next_year"] = "kept"
    life.record = CourseRecord.model_validate(newer)
    life.do("note", text="seen")
    written = json.loads(life.record.model_dump_json())
    assert {key: written[key] for key in free} == {key: newer[key] for key in free}
    assert written["from_next_year"] == "kept"


def test_a_higher_schema_is_refused() -> None:
    """A build that would misread a record does not run it."""
    stored = json.loads(maintained().record.model_dump_json())
    with pytest.raises(ValidationError, match=f"reads up to {SCHEMA}: run it under a newer build"):
        CourseRecord.model_validate({**stored, "schema_version": SCHEMA + 1})
