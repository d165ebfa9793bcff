"""Where the staff stand: the record, the time, what the scenario says of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from course.actions import Refused, apply
from course.model.record import CourseRecord
from course.model.terms import Role
from play.scenario.acting import ActContext, act_of
from play.scenario.file import Scenario
from play.scenario.when import span
from play.staff.duty import staffed


@dataclass(frozen=True)
class Standpoint:
    """What the staff look at: the record, the time, and what the scenario says of them."""

    record: CourseRecord
    now: datetime
    scenario: Scenario

    def soon(self, since: datetime) -> datetime:
        """When somebody gets round to what has waited since then: in opening hours, never before now."""
        calendar = self.record.calendar
        observed = staffed(calendar, max(since, self.record.opened_at))
        at = staffed(calendar, observed + span(self.scenario.staff.reacts_after))
        return at if at > self.now else staffed(calendar, self.now)

    def accepts(self, fields: dict[str, Any], role: Role) -> bool:
        """Whether the course would take this act now."""
        moment = ActContext(now=self.now, start=self.record.opened_at, zone=self.record.zone, record=self.record)
        try:
            apply(self.record, act_of(fields, role, "would-it-be-taken", moment), self.now)
        except Refused:
            return False
        return True
