"""Beside the infusions: therapies, medicines, long-term checks, requests; late entries, corrections, endings."""

from datetime import timedelta
from decimal import Decimal

import pytest

from course.actions import Refused
from course.agenda.worklist import needs
from course.model.base import days
from course.model.protocol.adjunct import LongTerm
from course.model.record import CourseRecord
from course.model.terms import EndCause, NeedKind, Phase, Role, TaskKind
from course.rules.followup import became, counted
from tests.support.life import STAFF, Life
from tests.support.ready import gate_acts
from tests.support.stories import enrolled, give, maintained, scheduled, treated

SECOND = STAFF[Role.PRESCRIBER].model_copy(update={"account_id": "okafor", "name": "Dr Okafor"})
URINARY = LongTerm(id="urinary", text="urinary symptoms", every_days=90)


def waiting(life: Life, kind: NeedKind) -> list[str]:
    """The rows of one kind on the worklist now."""
    return [need.subject for need in needs(life.record, life.now) if need.kind is kind]


def tasks(record: CourseRecord, kind: TaskKind) -> int:
    """How many tasks of a kind are open."""
    return sum(1 for task in record.tasks if task.kind is kind and task.resolved_at is None)


def test_a_therapy_comes_round_until_it_ends() -> None:
    """Each date is asked about once, a missed one counts as missed, and after its end nothing is asked."""
    life = maintained()
    life.do("attend", Role.COORDINATOR, therapy="integration", came=True)
    life.do("therapy", Role.COORDINATOR, name="talk therapy", every_days=7)
    assert waiting(life, NeedKind.THERAPY) == []
    life.wait(days=7)
    assert waiting(life, NeedKind.THERAPY) == ["a1"]
    life.do("attend", Role.COORDINATOR, therapy="a1", came=True)
    assert waiting(life, NeedKind.THERAPY) == []
    life.wait(days=20)
    life.do("attend", Role.NURSE, therapy="a1", came=False)
    (therapy,) = life.record.therapies
    assert (therapy.came, therapy.missed) == (1, 1)
    assert life.now < therapy.next_at <= life.now + days(7)
    life.do("therapy", Role.COORDINATOR, therapy="a1", ends=True)
    life.wait(days=8)
    assert waiting(life, NeedKind.THERAPY) == []
    with pytest.raises(Refused, match="no therapy a1 that goes on: there is none"):
        life.do("attend", Role.COORDINATOR, therapy="a1", came=True)


def test_an_ordered_change_of_a_medicine_is_reviewed_and_a_reported_one_is_not() -> None:
    """The software orders nothing: an order is a prescriber's and has its date; what a patient reports is written."""
    life = maintained()
    taken = {"name": "sertraline", "was": "100 mg", "now": "50 mg", "starts": life.now}
    with pytest.raises(Refused, match="ordered by a prescriber"):
        life.do("medicine", Role.NURSE, ordered=True, review_at=life.now + days(28), **taken)
    with pytest.raises(Refused, match="give the date with --review"):
        life.do("medicine", Role.PRESCRIBER, ordered=True, **taken)
    life.do("medicine", Role.NURSE, **taken)
    life.do(
        "medicine", Role.PRESCRIBER, ordered=True, review_at=life.now + days(28), **{**taken, "was": "50 mg", "now": ""}
    )
    assert [one.ordered for one in life.record.medicines] == [False, True]
    life.wait(days=28)
    assert waiting(life, NeedKind.MEDICINE) == ["d2"]
    life.do("review_medicine", medicine="d2", reason="sleeps well")
    assert waiting(life, NeedKind.MEDICINE) == []


def test_long_term_checks_come_round_and_a_yes_is_a_prescribers() -> None:
    """Every 90 days of maintenance; a positive one makes a task; one that the protocol does not ask is refused."""
    life = maintained()
    life.record = life.record.with_(protocol=life.record.protocol.with_(long_term=(URINARY,)))
    with pytest.raises(Refused, match="asks for no cognition: it asks for urinary"):
        life.do("check", Role.NURSE, check="cognition", positive=False)
    life.wait(days=89)
    assert waiting(life, NeedKind.CHECK) == []
    life.wait(days=1)
    assert waiting(life, NeedKind.CHECK) == ["urinary"]
    life.do("check", Role.NURSE, check="urinary", positive=True, detail="urgency at night")
    assert waiting(life, NeedKind.CHECK) == []
    assert tasks(life.record, TaskKind.LONG_TERM) == 1


@pytest.mark.parametrize(("apart", "forced"), [(27, True), (29, False)])
def test_three_requests_in_eight_weeks_owe_an_evaluation(apart: int, forced: bool) -> None:
    """Each is answered by somebody; three within 56 days are evaluated before the next booster, 58 days are not."""
    life = maintained()
    life.wait(days=1)
    for _ in range(3):
        life.do("ask_booster", Role.PATIENT)
        assert tasks(life.record, TaskKind.BOOSTER_ASKED) == 1
        life.record = life.record.with_(evaluations=life.record.evaluations[:1])
        life.now += timedelta(days=apart)
    texts = [need.text for need in needs(life.record, life.now) if need.kind is NeedKind.EVALUATE]
    assert any("three requests" in text for text in texts) is forced


def test_an_infusion_that_no_visit_knows_is_written_down_late() -> None:
    """It takes its time, its amounts and a second signature, counts as a dose, and cannot be entered twice."""
    life = treated()
    given = {
        "text": "network down",
        "reason": "downtime sheet",
        "mg": Decimal(35),
        "minutes": 40,
        "weight_kg": Decimal(70),
    }
    before = life.record
    yesterday = {**given, "effective_at": life.now - days(1)}
    for wrong, says in (
        (given, "says when it happened"),
        (yesterday, "a second person must sign"),
        ({**yesterday, "second": STAFF[Role.NURSE]}, "a second person must sign"),
        ({**yesterday, "effective_at": life.record.doses[-1].at, "second": SECOND}, "is on record: correct it instead"),
        ({**yesterday, "second": SECOND, "minutes": None}, "says its mg, minutes and weight"),
    ):
        with pytest.raises(Refused, match=says):
            life.do("late_entry", Role.NURSE, **wrong)
        assert life.record == before
    life.wait(days=2)
    receipt = life.do("late_entry", Role.NURSE, effective_at=life.now - days(1), second=SECOND, **given)
    assert "35 mg over 40 min as s7" in receipt.sentence
    assert len(life.record.valid_doses) == 7
    assert life.record.last_infusion_at == life.now - days(1)


def test_a_death_stops_everything_and_is_reviewed() -> None:
    """No letter leaves from that moment, what is planned is omitted without one, a prescriber reviews."""
    life = scheduled()
    life.wait(days=1)
    sent = len(life.to_patient())
    life.do("discharge", cause="died", reason="told by the family", effective_at=life.now)
    life.wait(days=20)
    assert len(life.to_patient()) == sent
    assert (life.record.phase, life.record.end_cause) == (Phase.CLOSED, EndCause.DIED)
    assert life.record.open_sessions == ()
    assert tasks(life.record, TaskKind.DEATH_REVIEW) == 1
    with pytest.raises(Refused, match="a second person must sign"):
        life.do("reopen", reason="another patient of that name")
    life.do("reopen", reason="another patient of that name", second=SECOND)
    assert life.record.phase is Phase.INDUCTION
    assert not life.record.messaging.stopped


def test_a_suicide_entered_after_discharge() -> None:
    """A closed course says how it ended after all: escalated, reviewed, and no letter ever after."""
    life = maintained()
    life.do("discharge", reason="in remission")
    life.wait(days=10)
    sent = len(life.to_patient())
    life.do(
        "late_entry",
        Role.PRESCRIBER,
        text="died by suicide",
        effective_at=life.now - days(2),
        died=True,
        serious=True,
        reason="told by the coroner",
    )
    assert life.record.end_cause is EndCause.DIED
    assert tasks(life.record, TaskKind.DEATH_REVIEW) == 1
    assert life.record.open_escalation is not None
    life.wait(days=5)
    assert len(life.to_patient()) == sent


def test_a_transfer_says_what_the_next_clinic_must_know() -> None:
    """It names the clinic, the number of infusions, the last dose with its time, and how the scores read."""
    life = maintained()
    with pytest.raises(Refused, match="names the clinic"):
        life.do("discharge", cause="transferred", reason="moves")
    receipt = life.do("discharge", cause="transferred", to="Lakeside Clinic", reason="moves")
    assert "transferred to Lakeside Clinic. 6 infusions given, the last on" in receipt.sentence
    assert "35 mg over 40 min (0.5 mg/kg)" in receipt.sentence
    assert life.record.end_cause is EndCause.TRANSFERRED


def test_a_dose_put_right_flags_what_stood_on_it() -> None:
    """The wrong time of an infusion is corrected by two people; the evaluation after it is looked at again."""
    life = maintained()
    dose = life.record.valid_doses[-1]
    with pytest.raises(Refused, match="that differ"):
        life.do("correct", Role.NURSE, item=dose.session, mg=dose.mg, reason="typed 53", second=SECOND)
    at = dose.at - timedelta(hours=1)
    receipt = life.do("correct", Role.NURSE, item=dose.session, started_at=at, reason="clock", second=SECOND)
    assert receipt.before != receipt.after
    assert life.record.valid_doses[-1].at == at
    assert life.record.evaluations[-1].inputs_changed
    assert tasks(life.record, TaskKind.INPUTS_CHANGED) == 1


def test_nothing_of_this_is_planned_in_the_past() -> None:
    """A date that has passed, or lies years off, is refused and changes nothing."""
    life = enrolled()
    for wrong in (life.now - days(1), life.now + days(500)):
        before = life.record
        with pytest.raises(Refused, match="lies ahead, at most 400 days"):
            life.do("therapy", Role.COORDINATOR, name="mindfulness", every_days=7, next_at=wrong)
        assert life.record == before


def test_later_answers_stand_beside_their_baseline() -> None:
    """Nobody signs before both checks and the medicines were asked; a later yes is told with what it was at intake."""
    life = enrolled()
    for role, said in gate_acts(life.record.protocol):
        life.do("gate", role, **said)
    life.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 0))
    life.do("measure", Role.NURSE, instrument="audit_c", answers=(0, 0, 0))
    with pytest.raises(Refused) as refused:
        life.do("clear")
    for owed in ("urinary has no baseline", "cognition has no baseline", "there is no list of medicines"):
        assert f"{owed}" in str(refused.value)
    life.do("check", Role.NURSE, check="urinary", positive=True, detail="urgency since 2020")
    life.do("check", Role.NURSE, check="cognition", positive=False)
    assert not life.record.tasks, "what was there before treatment is no alarm"
    for name, dose in (("sertraline", "100 mg"), ("lorazepam", "2 mg"), ("quetiapine", "50 mg"), ("zolpidem", "1")):
        life.do("medicine", Role.NURSE, name=name, now=dose, starts=life.now, at_intake=True)
    life.do("clear")
    life.do("check", Role.NURSE, check="urinary", positive=True)
    assert "yes, at intake yes (urgency since 2020): see the patient" in life.record.tasks[-1].text
    for name, was, now in (
        ("Lorazepam", "2 mg", "1 mg"), ("quetiapine", "50 mg", ""), ("sertraline", "100 mg", "150 mg"),
        ("zolpidem", "1", "0.5"), ("lithium", "", "900 mg"),
    ):  # fmt: skip
        life.do("medicine", Role.NURSE, name=name, was=was, now=now, starts=life.now)
    assert [(one.name, became(one)) for one in life.record.taken] == [
        ("sertraline", "increased"), ("lorazepam", "reduced"), ("quetiapine", "stopped"), ("zolpidem", "changed"),
        ("lithium", "begun since intake"),
    ]  # fmt: skip
    assert counted(life.record.taken).startswith("4 at intake; now 1 increased, 1 reduced, 1 stopped")


def test_somebody_speaks_with_the_patient_after_each_infusion() -> None:
    """From a day after it until it was done, overdue after three; nobody reached leaves it waiting."""
    life = scheduled()
    with pytest.raises(Refused, match="no infusion lies before this contact"):
        life.do("attend", Role.COORDINATOR, therapy="integration", came=True)
    give(life)
    infused = life.record.valid_doses[0].at
    life.go_to(infused + timedelta(hours=23))
    assert waiting(life, NeedKind.THERAPY) == []
    life.go_to(infused + timedelta(hours=25))
    life.do("attend", Role.COORDINATOR, therapy="integration", came=False)
    assert waiting(life, NeedKind.THERAPY) == ["integration"]
    (need,) = [one for one in needs(life.record, life.now) if one.kind is NeedKind.THERAPY]
    assert need.due == infused + timedelta(hours=72)
    life.do("attend", Role.COORDINATOR, therapy="integration", came=True)
    assert waiting(life, NeedKind.THERAPY) == []
    assert (life.record.contacts, life.record.contacts_missed) == (1, 1)
    give(life)
    life.go_to(life.record.valid_doses[1].at + timedelta(hours=25))
    assert waiting(life, NeedKind.THERAPY) == ["integration"], "each infusion has its own"
