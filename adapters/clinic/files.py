"""The clinic folder: its sites, protocols and instruments, read strictly, every mistake with its file and line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from adapters.clinic.zones import UnknownZoneError, forward, zone_of, zone_snapshot
from course.library.findings import Finding, at_least, identified, rising, spoken
from course.library.loading import Fault, LoadError, decoded, load_instrument, load_protocol, read
from course.model.calendar import Calendar, Hours
from course.model.protocol.instrument import Instrument
from course.model.protocol.protocol import Protocol

Loaded = TypeVar("Loaded", Instrument, Protocol)

_MONDAY, _SUNDAY = 0, 6

ROOMY = 1000
"""So many chairs and nurses has a site that names none: nothing is ever full."""


class _FromFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Site(_FromFile):
    """One place where patients are treated, with room for as many at once as it has chairs and its nurses can watch."""

    id: str = Field(description="Lower-case letters, digits, - and _; courses know their site by it, so it stays.")
    name: str = Field(description="As letters say it.")
    zone: str = Field(description="Time zone of its clocks, such as America/New_York.")
    address: str = Field(description="Where patients come to.")
    phone: str = Field(description="Called with questions.")
    after_hours: str = Field("", description="Called while the site is closed. Default: its phone.")
    crisis_line: str = Field("", description="Where the site lies where another one is called.")
    emergency: str = Field("", description="Where the site lies where another number is called.")
    chairs: int = Field(ROOMY, description="How many patients can sit there at once; the default limits nothing.")
    nurses: int = Field(ROOMY, description="How many nurses are on duty.")
    patients_per_nurse: int = Field(ROOMY, description="How many patients one nurse can watch.")
    hours: tuple[Hours, ...] = Field(description="When it is open, at most one span a weekday.")
    closed: tuple[date, ...] = Field((), description="Days on which it is closed, besides the clinic's.")
    keeps_clinic_days: bool = Field(default=True, description="Whether it is closed on the clinic's days too.")

    @property
    def capacity(self) -> int:
        """How many patients can be there at once."""
        return min(self.chairs, self.nurses * self.patients_per_nurse)


class Limits(_FromFile):
    """Numbers that the whole clinic shares."""

    calendar_years: int = Field(description="How far ahead a course knows clocks and closed days, 1 to 20.")
    safety_plan_days: int = Field(
        0,
        description="With 30, an unchanged item 9 of 1 waits for the next visit within seven days, under a safety plan "
        "signed within 30 days. 0: never.",
    )
    licence_days: int = Field(30, description="So long before a licence expires ops are told.")


class ClinicFile(_FromFile):
    """What clinic.toml says."""

    name: str = Field(description="The clinic's name.")
    crisis_line: str = Field("", description="Called and texted in a crisis, by day and night; every letter names it.")
    emergency: str = Field("", description="Called in an emergency; every letter names it.")
    limits: Limits = Field(description="Numbers of the whole clinic.")
    sites: tuple[Site, ...] = Field(description="At least one; the first is that of people who name none.")
    closed: tuple[date, ...] = Field((), description="Days on which every site is closed.")


@dataclass(frozen=True)
class Clinic:
    """Everything that the clinic folder says; sites carry the closed days of the whole clinic too."""

    name: str
    limits: Limits
    sites: dict[str, Site]
    protocols: dict[str, Protocol]
    instruments: dict[str, Instrument]


def load_clinic(folder: Path) -> Clinic:
    """Read clinic.toml, instruments/ and protocols/; raises LoadError with all mistakes of all files."""
    there(folder)
    faults: list[Fault] = []
    found = _site_file(folder, faults)
    tried = dict(_each(folder, "instruments", faults, load_instrument))
    instruments = {name: instrument for name, instrument in tried.items() if instrument is not None}
    protocols = dict(_each(folder, "protocols", faults, lambda text, file: load_protocol(text, file, tried)))
    if faults or found is None:
        raise LoadError(faults)
    return Clinic(
        name=found.name,
        limits=found.limits,
        sites={one.id: _as_the_clinic(one, found) for one in found.sites},
        protocols={name: protocol for name, protocol in protocols.items() if protocol is not None},
        instruments=instruments,
    )


def snapshot(site: Site, taken_at: datetime, years: int) -> Calendar:
    """A site's calendar as a course carries it: clocks, hours and closed days, known for `years` ahead."""
    zone = zone_snapshot(site.zone, taken_at, years)
    horizon = forward(taken_at, years)
    today, last = zone.local(taken_at).date(), zone.local(horizon).date()
    return Calendar(
        site=site.id,
        zone=zone,
        hours=site.hours,
        closed=tuple(sorted(day for day in set(site.closed) if today <= day <= last)),
        taken_at=taken_at,
        horizon=horizon,
    )


def with_room_for_all(clinic: Clinic) -> Clinic:
    """The clinic with chairs and nurses for any number: made-up patients who are played side by side do not meet."""
    room = {"chairs": ROOMY, "nurses": ROOMY, "patients_per_nurse": ROOMY}
    return replace(clinic, sites={name: site.model_copy(update=room) for name, site in clinic.sites.items()})


def _as_the_clinic(site: Site, clinic: ClinicFile) -> Site:
    """A site with what it shares with the others: closed days, and who is called in need."""
    days = clinic.closed if site.keeps_clinic_days else ()
    shared = {
        "closed": tuple(sorted({*site.closed, *days})),
        "crisis_line": site.crisis_line or clinic.crisis_line,
        "emergency": site.emergency or clinic.emergency,
    }
    return site.model_copy(update=shared)


def load_sites(folder: Path) -> dict[str, Site]:
    """The sites that clinic.toml names, whatever the other files say; none where it cannot be read."""
    found = _site_file(folder, [])
    return {} if found is None else {one.id: _as_the_clinic(one, found) for one in found.sites}


def there(folder: Path) -> None:
    """Raise LoadError where there is no folder at all."""
    if not folder.is_dir():
        raise LoadError([Fault(str(folder), 0, "there is no such folder: ST_CLINIC_FOLDER names the clinic's own")])


def _site_file(folder: Path, faults: list[Fault]) -> ClinicFile | None:
    try:
        return read(_text(folder / "clinic.toml", "clinic.toml"), "clinic.toml", ClinicFile, _findings)
    except LoadError as error:
        faults += error.faults
        return None


def _each(
    folder: Path, kind: str, faults: list[Fault], load: Callable[[str, str], Loaded]
) -> Iterator[tuple[str, Loaded | None]]:
    """Each file of one kind by its name; None, and its faults, where it cannot be read."""
    paths = sorted((folder / kind).glob("*.toml"))
    if not paths:
        faults.append(Fault(f"{kind}/", 0, f"there are no {kind}: put one TOML file for each into this folder"))
    for path in paths:
        file = f"{kind}/{path.name}"
        try:
            loaded = load(_text(path, file), file)
            if loaded.id != path.stem:
                faults.append(Fault(file, 0, f'its id is "{loaded.id}": name the file {loaded.id}.toml'))
            yield path.stem, loaded
        except LoadError as error:
            faults += error.faults
            yield path.stem, None


def _text(path: Path, file: str) -> str:
    try:
        return decoded(path.read_bytes(), file)
    except OSError:
        raise LoadError([Fault(file, 0, "there is no such file that can be read")]) from None


YEARS_MOST = 20
"""How far ahead the rules of clocks and closed days are known at all. [set]"""


def _findings(clinic: ClinicFile) -> Iterator[Finding]:
    yield from spoken((), clinic, "name")
    yield from at_least(("limits",), clinic.limits, 1, "calendar_years")
    if clinic.limits.calendar_years > YEARS_MOST:
        text = f"no calendar reaches further than {YEARS_MOST} years: a course takes a new one as it goes on"
        yield ("limits", "calendar_years"), text
    yield from at_least(("limits",), clinic.limits, 0, "safety_plan_days")
    if not clinic.sites:
        yield ("sites",), "a clinic has at least one site: add [[sites]]"
    seen: set[str] = set()
    for number, site in enumerate(clinic.sites):
        path = ("sites", number)
        if site.id in seen:
            yield (*path, "id"), f'the site "{site.id}" stands twice: keep one'
        seen.add(site.id)
        yield from _site(path, site)


def _site(path: tuple[str | int, ...], site: Site) -> Iterator[Finding]:
    yield from identified(path, site.id)
    yield from spoken(path, site, "name", "address", "phone")
    yield from at_least(path, site, 1, "chairs", "nurses", "patients_per_nurse")
    try:
        zone_of(site.zone)
    except UnknownZoneError as error:
        yield (*path, "zone"), str(error)
    if not site.hours:
        yield (*path, "hours"), "a site opens on at least one weekday"
    days: set[int] = set()
    for number, hours in enumerate(site.hours):
        where = (*path, "hours", number)
        yield from rising(where, hours, "weekday", low=_MONDAY, high=_SUNDAY)
        if hours.weekday in days:
            yield (*where, "weekday"), f"weekday {hours.weekday} stands twice: keep one span a day"
        days.add(hours.weekday)
        if hours.opens >= hours.closes:
            yield (*where, "opens"), f"it opens at {hours.opens:%H:%M}, so it closes later, not at {hours.closes:%H:%M}"
