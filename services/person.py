"""What concerns the person and not one course: it counts on all of the patient's open courses."""

from course.acts.care import Acknowledge, ChangeContact
from course.acts.catalogue import Act, Discharge, Evaluate, Withdraw
from course.acts.followup import LateEntry
from course.model.record import CourseRecord
from course.model.terms import Decision, EndCause


def concerns_all(act: Act) -> bool:
    """Whether an act on one course is meant for every course of the patient.

    A death, what the patient allows and where they live, and who has taken the patient's escalation on.
    """
    match act:
        case Discharge():
            return act.cause is EndCause.DIED
        case LateEntry():
            return act.died
        case ChangeContact() | Acknowledge():
            return True
        case _:
            return False


def closes(act: Act) -> bool:
    """Whether an act ends its course, so that the patient may be enrolled anew."""
    match act:
        case Discharge() | Withdraw():
            return True
        case Evaluate():
            return act.decision is Decision.DISCHARGE
        case LateEntry():
            return act.died
        case _:
            return False


def is_for(act: Act, record: CourseRecord) -> bool:
    """Whether the act has anything to do on this other course."""
    match act:
        case Acknowledge():
            standing = record.open_escalation
            return standing is not None and standing.acknowledged_at is None
        case Discharge():
            return not record.closed
        case _:
            return True
