"""Which rooms of the pages somebody finds in the head of each page."""

from services.permissions import USES, Use
from services.session import StaffSession

ROOMS: tuple[tuple[str, str, Use | None], ...] = (
    ("Worklist", "/", None),
    ("Roster", "/roster", None),
    ("Day", "/day", Use.SHEETS),
    ("Enrol", "/enrol", Use.ENROL),
    ("Drugs", "/drugs", Use.DRUG_LOG),
    ("On call", "/on-call", None),
    ("Staff", "/staff", None),
    ("Access", "/access", Use.ACCESS),
)
"""Name, address, and what somebody must be allowed to do who finds it."""


def rooms_for(at: StaffSession) -> list[tuple[str, str]]:
    """The rooms that are of use to whoever has signed in."""
    return [(name, path) for name, path, use in ROOMS if use is None or at.account.role in USES[use].roles]
