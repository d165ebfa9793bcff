"""What the course and the clinic say in each kind of message."""

from adapters.clinic.files import Site
from course.model.terms import OccasionKind

NUMBERS = frozenset({"crisis_line", "emergency", "after_hours"})
COMMON = frozenset({"site", "address", "phone"}) | NUMBERS
VISIT = frozenset({"when", "minutes", "solids_hours", "fluids_hours"})
FACTS: dict[OccasionKind, frozenset[str]] = {
    OccasionKind.FORMS: frozenset(),
    OccasionKind.PLAN: frozenset({"dates"}),
    OccasionKind.VISIT_72H: VISIT,
    OccasionKind.VISIT_24H: VISIT,
    OccasionKind.VISIT_2H: VISIT,
    OccasionKind.MOVED: VISIT | {"was"},
    OccasionKind.CANCELLED: frozenset({"was"}),
    OccasionKind.NO_SHOW: frozenset(),
    OccasionKind.CHECKIN: frozenset(),
    OccasionKind.MEASURE: frozenset(),
    OccasionKind.BOOK: frozenset({"opens", "closes"}),
    OccasionKind.LAPSED: frozenset(),
    OccasionKind.CLOSED: frozenset(),
    OccasionKind.ESCALATION: frozenset({"course", "triggers", "urgency"}),
}
"""What the course says of each kind that is a message."""

PREPARED = (OccasionKind.VISIT_24H, OccasionKind.VISIT_2H)
"""Letters that say how to get ready; one letter says it once."""

CRISIS = (OccasionKind.CHECKIN, OccasionKind.NO_SHOW, OccasionKind.LAPSED, OccasionKind.CLOSED)
"""Messages after which nobody is expected soon: their text messages name the crisis line, as every letter does."""

MOMENTS = frozenset({"when", "was", "dates"})
DAYS = frozenset({"opens", "closes"})
"""Facts that the course carries in ISO 8601 and that each language writes in its own way."""

LONG = frozenset({"dates", "triggers", "address"})
"""Facts that only a body has room for."""

STAFF_WORDS = (
    "urgent",
    "prompt",
    "item",
    "of",
    "or more",
    "laboratory value",
    "dose over order",
    "vital signs",
    "serious adverse event",
)
"""Words in which the course speaks to the staff; each language writes them in its own."""


def said_of(site: Site) -> dict[str, str]:
    """What every message may say of a site."""
    return {
        "site": site.name,
        "address": site.address,
        "phone": site.phone,
        "crisis_line": site.crisis_line,
        "emergency": site.emergency,
        "after_hours": site.after_hours or site.phone,
    }
