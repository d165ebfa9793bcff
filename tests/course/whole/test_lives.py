"""Random lives of a course, held against what must be true of every one."""

from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant

from course.agenda.withdrawn_messages import called_back
from course.agenda.worklist import next_owed
from course.model.base import days, minutes
from course.model.memoize import memoized
from course.model.messages import CalendarEntry
from course.model.record import CourseRecord
from course.model.terms import Audience, OccasionKind, OccasionState, SessionStatus
from tests.support.lives.care import Care
from tests.support.lives.decisions import Decisions
from tests.support.lives.promises import Promises
from tests.support.lives.putting_right import PuttingRight
from tests.support.lives.running import Running
from tests.support.lives.visits import Visits
from tests.support.stories import enrolled, letters

VISIT_MESSAGES = {OccasionKind.VISIT_72H, OccasionKind.VISIT_24H, OccasionKind.VISIT_2H}
CARRIED_BYTES = 128_000
"""What no ordinary life comes to; an unbounded one would."""


@memoized
def carried(record: CourseRecord) -> str:
    """A record as it is written: it reads back as the same, and is small; looked at once for each record."""
    written = record.model_dump_json()
    assert CourseRecord.model_validate_json(written) == record
    assert len(written.encode()) <= CARRIED_BYTES
    return written


class Lives(Visits, Decisions, Care, PuttingRight, Promises, Running):
    """All that staff, patients and machines do, and what holds at every step."""

    @invariant()
    def carried_state_is_the_record(self) -> None:
        """What is written and read back is the same record, so any crash point continues alike; it stays small."""
        carried(self.record)

    @invariant()
    def every_message_once(self) -> None:
        """An occasion is sent at most once; a kind at most once about one visit at one time, anew only after a hold."""
        sent = [(at, part) for at, order in self.life.to_patient() for part in order.parts]
        assert not [name for name, times in Counter(part.occasion for _, part in sent).items() if times > 1]
        if self.record.released_at is not None:
            self.releases.add(self.record.released_at)
        visits = defaultdict[tuple[str, OccasionKind, str], list[datetime]](list)
        for at, part in sent:
            if part.kind in VISIT_MESSAGES:
                visits[part.occasion.split("/")[0], part.kind, part.facts["when"]].append(at)
        for times in visits.values():
            for before, again in pairwise(times):
                assert any(before <= released <= again for released in self.releases)

    @invariant()
    def nobody_disappears(self) -> None:
        """An open course owes somebody something within 35 days."""
        if not self.record.closed:
            owed = next_owed(self.record)
            assert owed is not None
            assert owed - self.now <= days(35)

    @invariant()
    def no_message_against_the_patients_will(self) -> None:
        """From an opt-out, a consent taken back or a death on no letter is begun, and what was under way is stopped."""
        if not self.record.messaging.allowed and self.letters_when_silenced is not None:
            assert self.letters == self.letters_when_silenced
            assert not [one for one in self.life.in_flight if one.audience is Audience.PATIENT]

    @invariant()
    def nothing_is_late(self) -> None:
        """While the worker is there, nothing that falls due waits for more than a quarter of an hour."""
        assert self.life.latest <= minutes(15)

    @invariant()
    def whoever_is_on_call_is_told(self) -> None:
        """Each escalation was sent at least once, unless it was over before anybody could be told."""
        told = {part.occasion.split("/")[0] for order in self.life.orders for part in order.parts}
        assert {one.id for one in self.record.escalations} <= told

    @invariant()
    def nobody_is_reminded_of_what_has_begun(self) -> None:
        """However late the worker comes, a reminder speaks of a visit that lies ahead."""
        for order in self.life.orders[-3:]:
            for part in order.parts:
                mark = self.record.occasions.get(part.occasion)
                if part.kind in VISIT_MESSAGES and mark is not None and mark.about is not None:
                    assert mark.about > order.as_of

    @invariant()
    def what_is_overtaken_is_called_back(self) -> None:
        """No message stays in flight that no longer says what is true, and none for more than six hours."""
        for order in self.life.in_flight:
            assert not called_back(self.record, order)
            assert order.as_of + minutes(360) > self.now

    @invariant()
    def one_message_at_a_time(self) -> None:
        """Things due at one instant go out as one letter."""
        instants = Counter(order.as_of for order in self.life.orders if order.audience is Audience.PATIENT)
        assert all(times == 1 or self.acted_at(instant) for instant, times in instants.items())

    def acted_at(self, instant: datetime) -> bool:
        """Whether staff acted at this instant, which may add a letter."""
        return instant in self.life.acted or instant == self.record.opened_at

    @invariant()
    def told_the_truth(self) -> None:
        """Once the loop is at rest, the last time that a patient was told is where the visit stands."""
        record = self.record
        if (
            self.life.in_flight
            or not record.messaging.allowed
            or record.messaging.zone.local(self.now).hour not in range(8, 21)
        ):
            return
        for session in record.open_sessions:
            waits = f"{session.id}/moved/"
            moved = [mark for name, mark in record.occasions.items() if name.startswith(waits)]
            undelivered = [mark for mark in moved if mark.state is not OccasionState.SENT]
            if session.told is not None and session.start > self.now and not undelivered:
                assert session.told == session.start

    @invariant()
    def calendars_show_what_was_told(self) -> None:
        """A calendar that keeps the highest sequence of each visit shows it where the patient was last told it is.

        Of what was called back the record assumes the worse, that it arrived.
        """
        calendar: dict[str, CalendarEntry] = {}
        for _, order in self.life.to_patient():
            for entry in (entry for part in order.parts for entry in part.calendar):
                before = calendar.get(entry.session)
                if before is None or entry.sequence >= before.sequence:
                    calendar[entry.session] = entry
        doubtful = {part.occasion.split("/")[0] for order in self.life.called_back for part in order.parts}
        for session in self.record.sessions:
            if session.id in doubtful:
                continue
            if session.told is not None:
                assert calendar[session.id].starts == session.told
            elif session.id in calendar:
                assert calendar[session.id].cancelled

    @invariant()
    def doses_are_kept(self) -> None:
        """Every session that gave drug left one dose."""
        dosed = {one.id for one in self.record.sessions if one.status in {SessionStatus.GIVEN, SessionStatus.ABORTED}}
        assert dosed <= {dose.session for dose in self.record.doses}


Lives.TestCase.settings = settings(
    max_examples=2 * settings().max_examples,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
test_lives = pytest.mark.timeout(900)(Lives.TestCase)


def test_nothing_starts_before_its_time() -> None:
    """A fresh course sends its forms and its first questionnaire in one letter, then waits."""
    assert letters(enrolled()) == [("Mon 02 Nov 09:00", ["intake/forms/1", "ask1/measure/1"])]
