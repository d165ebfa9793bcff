"""Safety questions are asked when they are due, however many messages a patient has had."""

from datetime import timedelta

from course.model.terms import OccasionKind, OccasionState, Role, TaskKind
from tests.support.stories import BASELINE, local, maintained, treated


def test_the_day_after_every_infusion_the_patient_is_asked() -> None:
    """A Monday-Wednesday-Friday series: six infusions, six check-ins, each on the day after its own."""
    life = treated()
    life.wait(days=2)
    asked = {
        part.occasion.split("/")[0]: life.record.zone.local(at).date()
        for at, order in life.to_patient()
        for part in order.parts
        if part.kind is OccasionKind.CHECKIN
    }
    given = {dose.session: life.record.zone.local(dose.at).date() for dose in life.record.valid_doses}
    assert asked == {session: day + timedelta(days=1) for session, day in given.items()}


def test_a_check_in_that_an_outage_makes_stale_is_a_call() -> None:
    """No worker ran for two days after the infusion: nothing is written so late, and somebody calls."""
    life = treated()
    last = life.record.valid_doses[-1].session
    life.without_worker(timedelta(days=2, hours=6))
    assert life.record.occasions[f"{last}/checkin/1"].state is OccasionState.SUPPRESSED
    (task,) = [task for task in life.record.tasks if task.session == f"{last}/checkin/1"]
    assert task.kind is TaskKind.CALL_INSTEAD


def test_a_response_lost_at_dawn_is_asked_about_within_48_hours() -> None:
    """Read at seven on a Tuesday: the second morning is past 48 hours, so the evening before asks."""
    life = maintained()
    life.go_to(life.record.zone.lenient(life.record.zone.local(life.now).replace(hour=7, minute=0) + timedelta(days=3)))
    lost = life.now
    life.do("measure", Role.PATIENT, instrument="phq9", answers=BASELINE)
    life.wait(days=3)
    asked = [at for at, order in life.to_patient() for part in order.parts if part.kind is OccasionKind.MEASURE]
    found = [at for at in asked if at > lost]
    assert found[0] <= lost + timedelta(hours=48), local(life, found[0])


def test_a_question_that_a_cap_had_put_off_is_asked_once_it_is_one_of_safety() -> None:
    """The next questionnaire waits for a day with room; a lost reading in between is asked about in its own time."""
    life = maintained()
    life.wait(days=2)
    first = life.now
    life.record = life.record.with_(sent_on=tuple(first + timedelta(minutes=n) for n in range(3)))
    life.do("measure", Role.PATIENT, instrument="phq9", answers=BASELINE)
    life.wait(hours=48)
    asked = [at for at, order in life.to_patient() for part in order.parts if part.kind is OccasionKind.MEASURE]
    assert asked[-1] > first
