"""The part of the clinical reference that stands in code: numbers, and each need, task and message in words."""

from collections.abc import Callable, Sequence

from course.agenda import outbox
from course.handlers import decisions, placing_holds
from course.model import calendar
from course.model.protocol import adjunct
from course.rules import safety, vitals
from course.rules.clearance import IDENTIFIERS
from course.scores import outcome_rule
from course.views import proof
from course.views.rules_in_words import MESSAGES, NEEDS, TASKS

Table = Callable[[tuple[str, ...], Sequence[tuple[str, ...]]], str]
"""Draws rows under their heads."""

NUMBERS: tuple[tuple[str, object, str], ...] = (
    ("an escalation goes to the next on call after", safety.ACKNOWLEDGE_MINUTES, "min"),
    ("what waits for a visit under a safety plan waits at most", safety.WAITS_DAYS, "days"),
    ("a hold is reviewed within", placing_holds.REVIEW_DAYS, "days"),
    ("a death is reviewed within", decisions.DEATH_REVIEW_DAYS, "days"),
    ("a lost response is confirmed by a reading later by", outcome_rule.RELAPSE_DAYS_APART, "days"),
    ("so many early boosters running owe an evaluation", outcome_rule.EARLY_RUNNING, "boosters"),
    ("so many requests for a booster", adjunct.REQUESTS_FORCE, "requests"),
    ("... in so many weeks owe an evaluation", adjunct.REQUESTS_COUNT_WEEKS, "weeks"),
    ("identifiers before a dose", IDENTIFIERS, ""),
    ("a reading counts as in time when later by at most", vitals.LATE_MINUTES, "min"),
    ("messages a patient gets a day, at most", outbox.DAY_CAP, "messages"),
    ("... in seven days, at most", outbox.WEEK_CAP, "messages"),
    ("messages go out from", f"{calendar.SENDING_OPENS:%H:%M}", "of the patient's zone"),
    ("... until", f"{calendar.SENDING_CLOSES:%H:%M}", "of the patient's zone"),
    ("an open course shows a sign of life within", proof.QUIET_DAYS, "days"),
)


def rules(table: Table) -> str:
    """All of it as sections of a page."""
    numbers = [(what, str(value), unit, "[set]") for what, value, unit in NUMBERS]
    needs = [(kind.replace("_", " "), words.rule, ", ".join(words.keys) or words.tag) for kind, words in NEEDS.items()]
    tasks = [(kind.replace("_", " "), rule) for kind, rule in TASKS.items()]
    messages = [(kind.replace("_", " "), words.rule) for kind, words in MESSAGES.items()]
    return "\n\n".join(
        [
            "## Rules of every protocol",
            table(("value", "is", "unit", "source"), numbers),
            "What waits for a person:",
            table(("need", "rule", "reads"), needs),
            "What becomes a task:",
            table(("task", "rule"), tasks),
            "What is sent:",
            table(("message", "rule"), messages),
            "",
        ]
    )
