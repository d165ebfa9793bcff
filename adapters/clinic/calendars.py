"""Calendars out of the clinic's files."""

from datetime import datetime

from adapters.clinic.files import Clinic, snapshot
from adapters.clinic.zones import zone_snapshot
from course.model.calendar import Calendar, Zone


class ClinicSites:
    """Takes snapshots for courses."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def calendar(self, site: str, as_of: datetime) -> Calendar:
        """A site's hours, closed days and clock changes from an instant on."""
        return snapshot(self._clinic.sites[site], as_of, self._clinic.limits.calendar_years)

    def zone(self, name: str, as_of: datetime) -> Zone:
        """Any zone's clock changes from an instant on."""
        return zone_snapshot(name, as_of, self._clinic.limits.calendar_years)
