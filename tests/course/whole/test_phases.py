"""What ends a phase, what follows, and from when the next one counts."""

from course.model.base import days
from course.model.terms import Decision, EndCause, Phase, Role
from tests.support.life import Life
from tests.support.stories import enrolled, give, maintained, scheduled, treated


def test_a_series_ends_with_its_last_infusion_however_late_that_is_known() -> None:
    """The last visit is left out days later: the evaluation still counts from the infusion before it."""
    life = scheduled()
    while len(life.record.open_sessions) > 1:
        give(life)
    infused = life.record.valid_doses[-1].at
    life.wait(days=6)
    last = life.record.open_sessions
    if last:
        life.do("omit", Role.COORDINATOR, session=last[0].id, code="cost", reason="cost")
    assert life.record.phase is Phase.EVALUATION
    assert life.record.induction_ended_at == infused


def test_a_series_without_an_infusion_ends_when_it_is_ceased() -> None:
    """There is nothing to count from but the day of the decision."""
    life = scheduled()
    life.do("cease", reason="changed their mind")
    assert (life.record.phase, life.record.induction_ended_at) == (Phase.EVALUATION, life.now)


def test_a_new_series_counts_anew_and_an_extension_goes_on() -> None:
    """Reinduction is the second series; an extension is the same one with so many more sessions."""
    life = maintained()
    life.do("evaluate", decision=Decision.REINDUCT, reason="relapse")
    assert (life.record.phase, life.record.series_number, life.record.series_target) == (Phase.INDUCTION, 2, 6)
    life = treated()
    life.do("evaluate", decision=Decision.EXTEND, sessions=2, reason="a little more")
    assert (life.record.phase, life.record.series_number, life.record.series_target) == (Phase.INDUCTION, 1, 8)


def test_one_left_out_is_one_less_unless_more_are_booked_than_ordered() -> None:
    """Six are ordered and booked: one omitted leaves five. A seventh that was booked beside them is no loss."""
    life = scheduled()
    extra = life.record.open_sessions[-1].with_(id="s9", start=life.record.open_sessions[-1].start + days(3))
    spare = scheduled()
    spare.record = spare.record.with_(sessions=(*spare.record.sessions, extra))
    for one, target in ((life, 5), (spare, 6)):
        last = one.record.open_sessions[-1].id
        one.do("omit", Role.COORDINATOR, session=last, code="cost", reason="cost")
        assert one.record.series_target == target


def reopened(life: Life) -> Phase:
    """In which phase a course goes on that was closed and reopened."""
    life.do("discharge", cause=EndCause.DISCHARGED, reason="in remission")
    life.do("reopen", reason="came back")
    return life.record.phase


def test_a_reopened_course_is_evaluated_or_begins_at_intake() -> None:
    """By whether anything was given."""
    assert reopened(maintained()) is Phase.EVALUATION
    assert reopened(enrolled()) is Phase.INTAKE


def test_maintenance_begins_with_the_protocols_interval_and_later_keeps_its_own() -> None:
    """Evaluated again, an interval that a prescriber has set stays; the plan counts from the new decision."""
    life = maintained()
    assert life.record.maintained is not None
    assert life.record.maintained.interval_days == 28
    life.do("interval", interval_days=35, reason="holds longer")
    life.wait(days=5)
    life.do("evaluate", decision=Decision.MAINTENANCE, reason="holds")
    assert life.record.maintained is not None
    assert (life.record.maintained.interval_days, life.record.maintained.since) == (35, life.now)


def test_a_closed_course_takes_amendments_for_thirty_days_and_holds_nothing() -> None:
    """A hold ends with the course."""
    life = scheduled()
    life.do("hold", Role.NURSE, cause="patient", review_at=life.now + days(2), reason="a cold")
    life.do("withdraw", Role.COORDINATOR, reason="no more")
    assert (life.record.phase, life.record.held, life.record.end_cause) == (Phase.CLOSED, None, EndCause.WITHDRAWN)
    assert life.record.amend_until == life.now + days(30)
