"""Ten years of one patient, lived without a server: what is carried stays small."""

from datetime import timedelta

import pytest
from temporalio.api.common.v1 import Payload

from adapters.keyring import KeyRing
from adapters.temporal.codec import EncryptingCodec
from course.agenda.booster_booking import next_window
from course.agenda.worklist import needs, next_due
from course.model.terms import Role
from tests.support.life import Life
from tests.support.stories import give, maintained

YEARS = 10
GOOD = (1, 1, 1, 1, 1, 1, 1, 0, 0)
CARRIED_BYTES = 64 * 1024
"""The most that one run may hand to the next, as it is stored."""

IN_MEMORY_BYTES = 112 * 1024
"""The most that it may be as JSON, before it is deflated and encrypted."""


def book_and_give(life: Life) -> None:
    """The next thing that staff do: evaluate, book at the first nine o'clock that is open, or give."""
    record = life.record
    waiting = {need.kind for need in needs(record, life.now)}
    window = next_window(record)
    if "evaluate" in waiting:
        life.do("evaluate", decision="maintenance", reason="holds")
    elif record.open_sessions:
        session = record.open_sessions[0]
        life.go_to(session.start - timedelta(hours=1))
        life.do("measure", Role.NURSE, instrument="phq9", answers=GOOD)
        give(life)
    elif "book" in waiting and window is not None:
        wall = record.zone.local(window[0]).replace(hour=9, minute=0)
        while record.calendar.why_not_open(record.zone.lenient(wall), 40):
            wall += timedelta(days=1)
        life.do("booster", Role.COORDINATOR, at=record.zone.lenient(wall))
    else:
        ahead = next_due(record, life.now)
        assert ahead is not None
        life.go_to(ahead + timedelta(minutes=1))


@pytest.mark.timeout(120)
async def test_ten_years_of_boosters_are_carried_in_little() -> None:
    """Every dose and every score is kept, two hundred entries, and all of it within the budget as stored."""
    life = maintained()
    began = life.now
    while life.now < began + timedelta(days=365 * YEARS):
        book_and_give(life)
    record = life.record
    assert len(record.valid_doses) > 6 + 12 * YEARS
    assert len(record.primary_scores) > 12 * YEARS
    assert len(record.entries) == 200
    carried = record.model_dump_json().encode()
    assert len(carried) < IN_MEMORY_BYTES
    codec = EncryptingCodec(KeyRing.generate())
    (stored,) = await codec.encode([Payload(metadata={"encoding": b"json/plain"}, data=carried)])
    assert len(stored.data) < CARRIED_BYTES / 4
