"""Takes a fresh snapshot of a site's calendar."""

from datetime import datetime
from typing import Protocol

from temporalio import activity

from course.model.calendar import Calendar, Zone
from course.model.messages import CalendarAnswer, CalendarOrder


class Sites(Protocol):
    """What the clinic's own files say of its sites."""

    def calendar(self, site: str, as_of: datetime) -> Calendar:
        """Hours, closed days and clock changes of a site from an instant on."""
        ...

    def zone(self, name: str, as_of: datetime) -> Zone:
        """The clock changes of any zone from an instant on."""
        ...


class Calendars:
    """Reads calendars for courses, which may not."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites

    @activity.defn
    async def take_calendar(self, order: CalendarOrder) -> CalendarAnswer:
        """The site's calendar and the patient's zone as they are known now."""
        zone = self._sites.zone(order.patient_zone, order.as_of) if order.patient_zone else None
        return CalendarAnswer(calendar=self._sites.calendar(order.site, order.as_of), patient_zone=zone)
