"""When an evaluation is owed: after the series, again after some weeks, and after so many boosters or weeks."""

from datetime import datetime

from course.model.base import days
from course.model.record import CourseRecord
from course.model.terms import Phase
from course.scores.booster_visits import boosters

FORCED_DAYS = 7
"""How soon an evaluation that something forces is due, from then on. [set]"""

EARLY_RUNNING = 2
"""So many early boosters running force an evaluation: tolerance, misuse. [set]"""

REQUESTS_COUNT_WEEKS = 8
REQUESTS_FORCE = 3
"""So many requests for a booster in so many weeks owe an evaluation: tolerance, misuse. [set]"""


def evaluation_due(record: CourseRecord) -> tuple[datetime, datetime, str] | None:
    """When an evaluation opens, when it is due, and why; None where none is owed."""
    rule = record.protocol.evaluations
    ended = record.induction_ended_at
    if record.phase is Phase.EVALUATION:
        base = max(ended or record.opened_at, record.phase_since or record.opened_at)
        opens = max((ended or base) + days(rule.first_days_min), record.phase_since or base)
        if record.ceased or ended is None:
            opens = base
        return opens, max(opens, (ended or base) + days(rule.first_days_max)), "the series is over: evaluate"
    if record.phase is not Phase.MAINTENANCE or record.maintained is None:
        return None
    forced = evaluation_forced(record)
    if forced:
        since = record.forced_since or record.last_infusion_at or record.maintained.since
        return since, since + days(FORCED_DAYS), forced
    last = max((one.at for one in record.evaluations), default=record.maintained.since)
    again_opens = (ended or record.maintained.since) + days(rule.again_days_min)
    if last < again_opens:
        return again_opens, (ended or record.maintained.since) + days(rule.again_days_max), "second evaluation"
    by_weeks = last + days(7 * rule.every_weeks)
    given = [one[-1].at for one in boosters(record) if one[0].at > last]
    if len(given) >= rule.every_boosters:
        opens = given[rule.every_boosters - 1]
        return opens, min(opens + days(7), by_weeks), f"{rule.every_boosters} boosters since the last evaluation"
    return by_weeks - days(7), by_weeks, f"{rule.every_weeks} weeks since the last evaluation"


def evaluation_forced(record: CourseRecord) -> str:
    """Why an evaluation is owed at once: two early boosters running, or three requests close by; else nothing."""
    evaluated = max((one.at for one in record.evaluations), default=record.opened_at)
    running = [one for one in boosters(record) if one[0].at > evaluated][-EARLY_RUNNING:]
    if len(running) == EARLY_RUNNING and all(one[0].early for one in running):
        return "two early boosters running: evaluate before the next"
    if _pressing(record.requests, evaluated):
        return "three requests for a booster in eight weeks: evaluate before the next"
    return ""


def _pressing(requests: tuple[datetime, ...], since: datetime) -> bool:
    """Whether the requests after an instant came too close to each other."""
    counted = sorted(one for one in requests if one > since)
    spans = zip(counted, counted[REQUESTS_FORCE - 1 :], strict=False)
    return any(last - first <= days(7 * REQUESTS_COUNT_WEEKS) for first, last in spans)
