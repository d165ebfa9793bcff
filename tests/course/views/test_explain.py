"""Why a course stands as it does: every need, gate and message has its rule, its values and who may override it."""

from collections.abc import Callable

import pytest

from activities import reminders
from course.agenda.withdrawn_messages import OVERTAKEN
from course.agenda.worklist import needs
from course.model.terms import GateKind, NeedKind, OccasionKind, OccasionState, Role, TaskKind
from course.phases import dosed_in_series
from course.rules.gates import gate_problems
from course.views.explain import Reason, explain, tags_of
from course.views.rules_in_words import GATES, MESSAGES, NEEDS, NOT_SENT, TASKS
from tests.support.life import Life
from tests.support.records import CLINIC_FOLDER
from tests.support.stories import BASELINE, cleared, enrolled, maintained, scheduled, treated

TAGS = tags_of((CLINIC_FOLDER / "protocols" / "depression.toml").read_text())
JOBS = {OccasionKind.ARCHIVE, OccasionKind.CALENDAR}


def why(life: Life, topic: str) -> list[Reason]:
    """What is explained of one sort."""
    return [one for one in explain(life.record, life.now, TAGS) if one.topic == topic]


def opted_out() -> Life:
    """Six visits planned for a patient who then wants no messages."""
    life = scheduled()
    life.do("contact", Role.PATIENT, opt_out=True)
    life.go_to(life.record.open_sessions[0].start)
    return life


def held() -> Life:
    """Held for psychosis four days before the first visit."""
    life = scheduled()
    life.do("hold", Role.NURSE, cause="psychosis", reason="hears voices")
    life.wait(days=1)
    return life


def relapsed() -> Life:
    """A response lost on two readings, three days apart."""
    life = maintained()
    for _ in range(2):
        life.wait(days=3)
        life.do("measure", Role.NURSE, instrument="phq9", answers=BASELINE)
    return life


def test_every_word_of_the_field_has_its_rule() -> None:
    """A new kind of need, task, gate or message is explained or this fails."""
    assert {*NEEDS, NeedKind.TASK} == set(NeedKind)
    assert set(TASKS) == set(TaskKind)
    assert set(GATES) == set(GateKind)
    assert {*MESSAGES, *JOBS} == set(OccasionKind)
    for reason in (reminders.UNKNOWN, reminders.NO_ADDRESS, reminders.NOBODY, reminders.REFUSED, OVERTAKEN):
        assert any(reason.startswith(known) for known in NOT_SENT), reason


@pytest.mark.parametrize("story", [enrolled, cleared, scheduled, held, opted_out, treated, maintained, relapsed])
def test_nothing_that_stands_is_left_unexplained(story: Callable[[], Life]) -> None:
    """Each need and each blocking gate with somebody who may mend it, each message with its values."""
    life = story()
    record = life.record
    assert len(why(life, "need") + why(life, "task")) == len(needs(record, life.now))
    blocking = gate_problems(record, life.now, 1 + dosed_in_series(record))
    assert [one.subject for one in why(life, "gate")] == [problem.gate for problem in blocking]
    assert all(one.may and one.rule and one.source for one in why(life, "need") + why(life, "task") + why(life, "gate"))
    messages = {name: mark for name, mark in record.occasions.items() if name.split("/")[1] not in JOBS}
    assert {one.subject for one in why(life, "sent") + why(life, "not sent")} == set(messages)
    assert {one.subject for one in why(life, "sent")} == {
        name for name, mark in messages.items() if mark.state is OccasionState.SENT
    }


def test_a_grave_hold_is_a_prescribers_to_release() -> None:
    """The rule names the seven days and the prescriber; a hold that the patient asked for is a nurse's too."""
    grave = held()
    hold = why(grave, "hold")[0]
    grave.wait(days=7)
    review = next(one for one in why(grave, "need") if one.subject == "hold")
    assert review.may == hold.may
    assert hold.inputs["cause"] == "psychosis"
    assert hold.may[0].startswith("release: prescriber, while held")
    assert "within 7 days" in hold.rule
    light = scheduled()
    light.do("hold", Role.COORDINATOR, cause="patient", reason="travels")
    assert why(light, "hold")[0].may[0].startswith("release: nurse, prescriber")
    assert why(light, "hold")[0].source == "[set]"


def test_a_message_that_was_not_sent_says_why_and_what_lets_the_next_one_go() -> None:
    """An opt-out: the rule, the visit that the message spoke of, and the act that changes it."""
    unsent = {one.subject: one for one in why(opted_out(), "not sent")}
    reminder = unsent["s1/visit_24h/1"]
    assert reminder.says == "visit 24h: suppressed, the patient opted out"
    assert "each message becomes a call" in reminder.rule
    assert reminder.inputs["the visit of"].startswith("Mon 09 Nov 2026 09:00")
    assert reminder.may == ("contact: coordinator, nurse, patient, prescriber",)
    assert reminder.source == "[set]; session.fasting_solids_hours [set]"


def test_a_relapse_shows_both_readings_and_the_brakes() -> None:
    """Baseline and both bad readings with their dates, the protocol's criterion with its source, who books early."""
    relapse = why(relapsed(), "relapse")[0]
    assert relapse.says == "relapse confirmed"
    assert relapse.inputs["baseline"] == "m1: 16 on 02 Nov 2026"
    assert [relapse.inputs[name].split(" on ")[0] for name in ("first", "second")] == ["m10: 16", "m11: 16"]
    assert relapse.inputs["maintenance.early_gap_days_min"] == "7"
    assert "McInnes 2022: drop of at least half" in relapse.source
    assert "maintenance.early_gap_days_min [set]" in relapse.source
    assert relapse.may[0].startswith("booster: prescriber")
    booster = why(relapsed(), "booster")[0]
    assert booster.inputs["interval in days"] == "28"
    assert "maintenance.interval_days [brief] monthly" in booster.source


def test_tags_are_read_from_the_comments_of_the_file() -> None:
    """A value's tag is the comment on its line, also behind a text and before a list of several lines."""
    assert TAGS["induction.sessions"] == "[brief]"
    assert TAGS["dose.basis"] == "Shiroma 2014"
    assert TAGS["measuring.cadence"].startswith("[set] weekly to week 12")
    assert "evidence.statement" not in TAGS
    assert tags_of('[a]\nb = "x # y"\n') == {}
