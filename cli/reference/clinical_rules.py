"""The part of the clinical reference that stands in code: numbers, and each need, task and message in words."""

from collections.abc import Callable, Sequence
from datetime import time
from types import ModuleType

from course.agenda import evaluations, outbox, sending_hours
from course.handlers import decisions
from course.rules import clearance, holds, safety, vitals
from course.scores import outcome_rule
from course.views import proof
from course.views.rules_in_words import MESSAGES, NEEDS, TASKS

Table = Callable[[tuple[str, ...], Sequence[tuple[str, ...]]], str]
"""Draws rows under their heads."""

NUMBERS: tuple[tuple[str, ModuleType, str, str], ...] = (
    ("an escalation goes to the next on call after", safety, "ACKNOWLEDGE_MINUTES", "min"),
    ("what waits for a visit under a safety plan waits at most", safety, "WAITS_DAYS", "days"),
    ("a hold is reviewed within", holds, "REVIEW_DAYS", "days"),
    ("a death is reviewed within", decisions, "DEATH_REVIEW_DAYS", "days"),
    ("a lost response is confirmed by a reading later by", outcome_rule, "RELAPSE_DAYS_APART", "days"),
    ("consecutive early boosters that trigger an evaluation", evaluations, "EARLY_RUNNING", "boosters"),
    ("requests for a booster", evaluations, "REQUESTS_FORCE", "requests"),
    ("... within so many weeks that trigger an evaluation", evaluations, "REQUESTS_COUNT_WEEKS", "weeks"),
    ("identifiers before a dose", clearance, "IDENTIFIERS", ""),
    ("a reading counts as in time when later by at most", vitals, "LATE_MINUTES", "min"),
    ("messages a patient gets a day, at most", outbox, "DAY_CAP", "messages"),
    ("... in seven days, at most", outbox, "WEEK_CAP", "messages"),
    ("messages go out from", sending_hours, "SENDING_OPENS", "of the patient's zone"),
    ("... until", sending_hours, "SENDING_CLOSES", "of the patient's zone"),
    ("an open course shows a sign of life within", proof, "QUIET_DAYS", "days"),
)
"""What each number means, the module and the name under which it stands, and its unit."""


def rules(table: Table) -> str:
    """All of it as sections of a page."""
    numbers = [
        (what, _value(getattr(module, name)), unit, "[set]", f"`{module.__name__.replace('.', '/')}.py`")
        for what, module, name, unit in NUMBERS
    ]
    needs = [(kind.replace("_", " "), words.rule, ", ".join(words.keys) or words.tag) for kind, words in NEEDS.items()]
    tasks = [(kind.replace("_", " "), rule) for kind, rule in TASKS.items()]
    messages = [(kind.replace("_", " "), words.rule) for kind, words in MESSAGES.items()]
    return "\n\n".join(
        [
            "## Rules of every protocol",
            table(("value", "is", "unit", "source", "in"), numbers),
            "What waits for a person (`course/agenda/worklist.py`):",
            table(("need", "rule", "reads"), needs),
            "What becomes a task (`course/handlers`, by the act that opens it):",
            table(("task", "rule"), tasks),
            "What is sent (`course/model/occasions.py` says which rules, `course/agenda/outbox.py` takes what is due):",
            table(("message", "rule"), messages),
            "",
        ]
    )


def _value(value: object) -> str:
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


READ_BY = {
    "induction": ("course/scheduling/planner.py", "course/rules/induction.py"),
    "dose": ("course/rules/dosing.py",),
    "outcome": ("course/scores/outcome_rule.py",),
    "rated": ("course/scores/outcome_rule.py", "course/rules/stop_review.py"),
    "stop_review": ("course/rules/stop_review.py",),
    "measuring": ("course/rules/measuring.py", "course/agenda/questionnaires.py", "course/rules/clearance.py"),
    "screening": ("course/rules/screening.py",),
    "maintenance": (
        "course/rules/maintenance.py",
        "course/agenda/booster_booking.py",
        "course/agenda/worklist.py",
        "course/scores/booster_visits.py",
    ),
    "evaluations": ("course/agenda/evaluations.py",),
    "session": (
        "course/rules/clearance.py",
        "course/rules/vitals.py",
        "course/rules/leaving_criteria.py",
        "course/rules/dosing.py",
    ),
    "before_dose": ("course/rules/clearance.py",),
    "during": ("course/rules/vitals.py",),
    "leaving": ("course/rules/leaving_criteria.py",),
    "plausible": ("course/rules/plausibility.py",),
    "doubt": ("course/rules/plausibility.py", "course/rules/dosing.py", "course/rules/labs.py"),
    "gates": ("course/rules/gates.py",),
    "holds": ("course/rules/holds.py",),
}
"""Which rules read each table of a protocol."""
