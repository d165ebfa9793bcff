"""Random lives: time passes, mail fails or is slow, the worker is away, the page turns."""

import json
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import invariant, precondition, rule
from typing_extensions import override

from course.model.base import hours
from course.model.record import CourseRecord
from course.model.terms import OccasionState, Role
from tests.support.lives.acting import Acting

FROM_NEWER = {"written_by_a_newer_build": [1, "two"]}


def _newer(written: str) -> str:
    """A record as a newer build wrote it: with fields that this one does not know."""
    record = json.loads(written)
    for part in (record, record["messaging"], record["order"]):
        part["from_newer"] = FROM_NEWER
    return json.dumps(record)


def _lived(record: CourseRecord) -> dict[str, Any]:
    """All of a record that does not tell of its pages."""
    kept = {name: mark for name, mark in record.occasions.items() if not name.startswith("run-")}
    lived = json.loads(record.with_(occasions=kept, runs=1).model_dump_json())
    for part in (lived, lived["messaging"], lived["order"]):
        part.pop("from_newer", None)
    return dict(lived)


class Running(Acting):
    """What the machines do, or do not."""

    def __init__(self) -> None:
        super().__init__()
        self.newer = False

    @rule(hours=st.integers(1, 24 * 12))
    def wait(self, hours: int) -> None:
        """Let up to twelve days pass; what is escalated finds somebody within two hours."""
        standing = self.record.open_escalation
        if standing is not None and standing.acknowledged_at is None:
            self.life.wait(hours=min(hours, 2))
            self.attempt("acknowledge", Role.NURSE)
        self.life.wait(hours=hours)

    @rule(fate=st.sampled_from([OccasionState.UNCERTAIN, OccasionState.FAILED]))
    def mail_fails(self, fate: OccasionState) -> None:
        """Let the next letter fail."""
        self.fates.append(fate)

    @rule(count=st.integers(1, 3))
    def mail_is_slow(self, count: int) -> None:
        """Let the next messages stay in flight."""
        self.fates += [OccasionState.IN_FLIGHT] * count

    @precondition(lambda self: self.life.in_flight)
    @rule(
        which=st.integers(0, 3),
        after_minutes=st.integers(0, 420),
        state=st.sampled_from([OccasionState.SENT, OccasionState.UNCERTAIN, OccasionState.FAILED]),
    )
    def mail_arrives(self, which: int, after_minutes: int, state: OccasionState) -> None:
        """Let a message in flight come to its end; after six hours it has failed by itself."""
        order = self.life.in_flight[which % len(self.life.in_flight)]
        self.life.wait(minutes=after_minutes)
        self.life.arrive(order.key, state)

    @rule(span=st.integers(1, 200))
    def nobody_is_there(self, span: int) -> None:
        """Let no worker run for up to 200 hours, then let it do at once whatever has fallen due.

        An escalation that is open has been acknowledged before: what a stopped worker makes of one is not tested here.
        """
        self.attempt("acknowledge", Role.NURSE)
        begun = self.letters
        self.life.without_worker(hours(span))
        assert self.letters <= begun + 1, "what is due at one late instant goes out as one letter"

    @precondition(lambda self: not self.life.in_flight)
    @rule(newer=st.booleans())
    def turn_page(self, newer: bool) -> None:
        """Go on in a new run, which may have been written by a newer build."""
        before = self.record
        self.life.turn_page(_newer if newer else str)
        self.newer = self.newer or newer
        assert self.record.runs == before.runs + 1
        assert not self.record.archive_due, "the run before is archived at once"

    @invariant()
    def what_a_newer_build_wrote_is_kept(self) -> None:
        """Whatever is done, fields that this build does not know stay."""
        if self.newer:
            for part in (self.record, self.record.messaging, self.record.order):
                assert (part.model_extra or {})["from_newer"] == FROM_NEWER

    @override
    def teardown(self) -> None:
        """The same acts on one page make the same record as on many."""
        if self.life.pages > 1:
            assert _lived(self.life.again().record) == _lived(self.record)
