"""What becomes of a patient's answer, and of a message that came back."""

from datetime import timedelta

import pytest

from course.acts.replies import asks_for_help, may_mean_the_visit, opts_out
from course.agenda.worklist import needs
from course.model.terms import OccasionState, Role, TaskKind
from tests.support.stories import enrolled, scheduled


@pytest.mark.parametrize(
    "text",
    ["STOP", " stop\n", "StopAll", "stop all", "Quit.", "END", "Revoke!", "OPT OUT", "optout", "Opt-out", "CANCEL",
     "“Unsubscribe”", "alto", "PARAR", "Cancelar.", "no más", "¡Baja!"],
)  # fmt: skip
def test_words_that_end_all_messages(text: str) -> None:
    """In any case, with any space or punctuation around them."""
    assert opts_out(text)


@pytest.mark.parametrize("text", ["", "👍", "please stop", "STOP it hurts", "I cancel my visit", "ending", "ok"])
def test_any_other_answer_is_for_a_person(text: str) -> None:
    """A sentence that holds such a word means something else."""
    assert not opts_out(text)


def test_some_words_may_mean_the_visit_and_some_ask_for_help() -> None:
    """CANCEL does, STOP does not; HELP and its Spanish sister end nothing."""
    words = ("cancel", "Cancelar", "STOP", "alto", "HELP", "ayuda", "info")
    assert [one for one in words if may_mean_the_visit(one)] == ["cancel", "Cancelar"]
    assert [one for one in words if asks_for_help(one)] == ["HELP", "ayuda", "info"]
    assert not [one for one in words if asks_for_help(one) and opts_out(one)]


def test_cancel_in_answer_to_a_reminder_is_asked_about() -> None:
    """Messages stop as carriers demand, the visit stands, and one task names it; another answer does not close it."""
    life = scheduled()
    life.go_to(life.record.open_sessions[0].start - timedelta(hours=20))
    sent = len(life.to_patient())
    life.do("contact", Role.PATIENT, opt_out=True, perhaps_the_visit=True)
    life.do("contact", Role.PATIENT, opt_out=True, perhaps_the_visit=True)
    life.do("take_reply", Role.PATIENT, item="SM1:p-1")
    (task,) = [task for task in life.record.tasks if task.kind is TaskKind.VISIT_MEANT]
    assert (task.role, task.due - task.opened_at) == (Role.COORDINATOR, timedelta(hours=4))
    assert "whether session s1 on Mon 09 Nov 2026 09:00 EST was meant; it stands" in task.text
    assert any(need.subject == task.id for need in needs(life.record, life.now))
    life.go_to(life.record.open_sessions[0].start)
    assert (life.record.open_sessions[0].id, len(life.to_patient())) == ("s1", sent)


def test_cancel_where_no_visit_lies_ahead_asks_nothing() -> None:
    """There is nothing else that it could have meant."""
    life = enrolled()
    life.do("contact", Role.PATIENT, opt_out=True, perhaps_the_visit=True)
    assert life.record.messaging.opted_out_at is not None
    assert not [task for task in life.record.tasks if task.kind is TaskKind.VISIT_MEANT]


def test_an_answer_is_one_task_that_is_never_closed_unread() -> None:
    """Each answer gives the one open task a new id, so that who read only the first cannot close it; it stays due."""
    life = scheduled()
    life.do("take_reply", Role.PATIENT, item="SM1:p-1")
    (first,) = [task for task in life.record.tasks if task.kind is TaskKind.REPLY]
    life.wait(hours=1)
    for number in range(2, 300):
        life.do("take_reply", Role.PATIENT, item=f"SM{number}:p-1")
    (task,) = [task for task in life.record.tasks if task.kind is TaskKind.REPLY]
    assert (task.role, task.due) == (Role.NURSE, first.due)
    assert any(need.subject == task.id for need in needs(life.record, life.now))
    with pytest.raises(ValueError, match=f"there is no open item {first.id}: open items are {task.id}"):
        life.do("resolve", Role.NURSE, item=first.id)
    life.do("resolve", Role.NURSE, item=task.id)
    life.do("take_reply", Role.PATIENT, item="SM999:p-1")
    assert [one.resolved_at is None for one in life.record.tasks if one.kind is TaskKind.REPLY] == [False, True]


def test_a_message_that_came_back_is_a_call() -> None:
    """Each of its parts has failed, one task says so, and hearing it twice adds nothing; staff may not make it up."""
    life = scheduled()
    life.wait(days=4, hours=23)
    occasions = tuple(part.occasion for part in life.to_patient()[-1][1].parts)
    fields = {"occasions": occasions, "request_id": "receipt-SM1"}
    first = life.do("report_lost", Role.COURSE, **fields)
    again = life.do("report_lost", Role.COURSE, **fields)
    assert (first.entry, again.entry, again.repeated) == (first.entry, first.entry, True)
    assert {life.record.occasions[one].state for one in occasions} == {OccasionState.FAILED}
    (task,) = [task for task in life.record.tasks if task.kind is TaskKind.FAILED_MESSAGE]
    assert task.text.endswith("message was not delivered: call the patient")
    with pytest.raises(ValueError, match="a nurse may not report lost"):
        life.do("report_lost", Role.NURSE, occasions=occasions)
