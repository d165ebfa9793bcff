"""Who may do what is no act on a course; acts have a table of their own, `course.actions.PERMISSIONS`."""

from dataclasses import dataclass
from enum import StrEnum

from course.actions import FRONT
from course.model.terms import Role

HANDLERS = frozenset({Role.NURSE, Role.PRESCRIBER})
OPS = frozenset({Role.OPS})
WATCHING = frozenset({Role.OPS, Role.AUDITOR})


class Use(StrEnum):
    """What somebody asks for, in the words in which it is refused."""

    ENROL = "enrol"
    PUT_RIGHT = "put the directory right"
    ADDRESS = "write an address"
    REPLIES = "read what patients write"
    SHEETS = "print sheets"
    WAITING = "change the waiting list"
    DRUGS = "handle controlled drugs"
    DRUG_LOG = "read about controlled drugs"
    ON_CALL = "change who is on call"
    LOAD_STAFF = "load the staff"
    DISABLE = "disable an account"
    ENABLE = "enable an account"
    PASSPHRASES = "give passphrases"
    WAKE = "wake courses"
    RESCUE = "rescue courses"
    VERIFY = "verify the log"
    EXPORT = "export courses"
    ACCESS = "read the access log"
    AUDIT = "look as an auditor"


@dataclass(frozen=True)
class Permitted:
    """The roles that may, and what is right for whoever may not."""

    roles: frozenset[Role]
    right: str = "ask ops"


def _takes(roles: frozenset[Role]) -> Permitted:
    return Permitted(roles, f"it takes {' or '.join(sorted(roles))}")


USES: dict[Use, Permitted] = {
    Use.ENROL: Permitted(FRONT, "it takes coordinator, nurse or prescriber"),
    Use.PUT_RIGHT: Permitted(FRONT, "ask the front desk"),
    Use.ADDRESS: Permitted(FRONT, "it takes the front desk"),
    Use.REPLIES: Permitted(FRONT, "ask a nurse"),
    Use.SHEETS: Permitted(FRONT, "it takes the room's staff"),
    Use.WAITING: Permitted(FRONT, "ask the front desk"),
    Use.DRUGS: _takes(HANDLERS),
    Use.DRUG_LOG: _takes(HANDLERS | {Role.AUDITOR}),
    Use.ON_CALL: _takes(FRONT | OPS),
    Use.LOAD_STAFF: Permitted(OPS),
    Use.DISABLE: Permitted(OPS),
    Use.ENABLE: Permitted(OPS),
    Use.PASSPHRASES: Permitted(OPS),
    Use.WAKE: Permitted(OPS),
    Use.RESCUE: Permitted(OPS),
    Use.VERIFY: Permitted(WATCHING, "ask ops or an auditor"),
    Use.EXPORT: Permitted(frozenset({Role.AUDITOR}), "ask an auditor"),
    Use.ACCESS: Permitted(WATCHING, "ask ops or an auditor"),
    Use.AUDIT: Permitted(frozenset({Role.AUDITOR}), "ask an auditor"),
}
"""What is not here anybody may who has signed in; looks at patients stand in the access log."""
