"""A course in sentences: where it stands, what is ordered, how the patient is reached."""

from activities.ports import Contact
from course.model.parts import Order
from course.model.record import CourseRecord
from course.scores import outcome_rule
from services.typed.times import shown

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def state_of(record: CourseRecord) -> str:
    """Where the course stands, in one sentence."""
    given = f"{len(record.valid_doses)} infusions given"
    held = f", held since {shown(record.zone, record.held.since)} ({record.held.cause})" if record.held else ""
    reading = outcome_rule.latest(record)
    reads = f"; reads as {reading.sentence}" if reading else ""
    where = "Closed" if record.closed else f"In {record.phase}"
    return f"{where}{held}, {given}{reads}."


def order_of(order: Order, basis: str) -> str:
    """What is ordered, on which days, and who signed it."""
    on = ", ".join(DAYS[day] for day in order.weekdays)
    signed = f"signed by {order.signed.name}" if order.signed is not None else "NOT signed"
    dose = f"{order.amount} {basis} over {order.minutes} min, at most {order.max_mg} mg"
    return f"{dose}, {order.sessions} sessions on {on}; {signed}"


def reached_by(record: CourseRecord, contact: Contact | None) -> str:
    """Telephone and e-mail, in which language, and what the patient lets us write."""
    told = record.messaging
    where = [one for one in (contact.phone, contact.email) if one] if contact is not None else []
    consents = [name for name, given in (("e-mail", told.email), ("text message", told.sms)) if given]
    if told.opted_out_at is not None:
        may = "opted out: call"
    elif consents and told.allowed:
        may = f"letters by {' and '.join(consents)}"
    else:
        may = "no letters: call"
    return f"{', '.join(where) or 'nothing on file'}; language {told.language}; {may}"
