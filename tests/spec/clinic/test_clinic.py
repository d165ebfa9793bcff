"""The clinic folder: read as a whole, refused as a whole with everything that is wrong in it."""

import re
import shutil
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from adapters.clinic.files import load_clinic, snapshot
from course.library.loading import LoadError
from course.model.calendar import Calendar

SHIPPED = Path("clinic")
TAKEN = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped folder."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "clinic"))


def edit(path: Path, old: str, new: str) -> int:
    """Change a file once; the line of the change."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def faults(folder: Path) -> list[str]:
    """What is said of a folder."""
    with pytest.raises(LoadError) as refused:
        load_clinic(folder)
    return str(refused.value).split("\n")


def taken(site: str) -> Calendar:
    """A shipped site's calendar for three years."""
    return snapshot(load_clinic(SHIPPED).sites[site], TAKEN, 3)


def test_sites_in_two_zones() -> None:
    """The shipped clinic has made-up sites on the two coasts and a training room, with hours, chairs and phone."""
    sites = load_clinic(SHIPPED).sites
    assert {name: site.zone for name, site in sites.items()} == {
        "northside": "America/New_York",
        "westside": "America/Los_Angeles",
        "training": "America/New_York",
    }
    assert all(site.chairs and site.phone and site.address and len(site.hours) >= 5 for site in sites.values())


def test_nine_in_the_morning_is_two_instants() -> None:
    """09:00 on one day is 14:00 UTC on one coast and 17:00 UTC on the other, and both sites are open."""
    nine = datetime(2026, 11, 24, 9)  # noqa: DTZ001
    east, west = taken("northside"), taken("westside")
    assert (east.zone.strict(nine).hour, west.zone.strict(nine).hour) == (14, 17)
    assert not east.why_not_open(east.zone.strict(nine), 240)
    assert not west.why_not_open(west.zone.strict(nine), 240)


def test_closed_days_are_the_clinics_and_the_sites() -> None:
    """Thanksgiving closes both sites and not the training room; a snapshot carries days ahead, up to its horizon."""
    east, west = taken("northside"), taken("westside")
    assert taken("training").closed == ()
    assert date(2026, 11, 26) in east.closed
    assert date(2026, 11, 26) in west.closed
    assert date(2027, 3, 31) in west.closed
    assert date(2027, 3, 31) not in east.closed
    assert TAKEN.date() <= min(west.closed) <= max(west.closed) <= west.horizon.date()


def test_every_protocol_fits_into_a_day_of_every_site() -> None:
    """The longest ordered visit fits between opening and closing on each weekday of each protocol's pattern."""
    clinic = load_clinic(SHIPPED)
    for site in clinic.sites.values():
        open_minutes = {
            hours.weekday: (hours.closes.hour - hours.opens.hour) * 60 + hours.closes.minute - hours.opens.minute
            for hours in site.hours
        }
        for protocol in clinic.protocols.values():
            for day in protocol.induction.weekdays:
                assert protocol.dose.minutes_max + protocol.session.leave_minutes <= open_minutes[day]


def test_the_faults_of_all_files_are_listed_together(folder: Path) -> None:
    """Three broken files give three sentences; a protocol is not blamed for an instrument that cannot be read."""
    chairs = edit(folder / "clinic.toml", "chairs = 6 ", "chairs = 0 ")
    edit(folder / "instruments" / "phq9.toml", "items = 9 ", "items = 8 ")
    sessions = edit(folder / "protocols" / "crps.toml", "sessions = 10 ", "session = 10 ")
    value = faults(folder)
    assert {one.split(" line ")[0] for one in value} == {"clinic.toml", "instruments/phq9.toml", "protocols/crps.toml"}
    assert value[0] == f'clinic.toml line {chairs}: "chairs" is at least 1, not 0'
    assert (
        f'protocols/crps.toml line {sessions}: "session" is not a field of induction: did you mean "sessions"?' in value
    )
    assert f'protocols/crps.toml line {sessions - 1}: induction lacks "sessions": add it' in value


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"America/New_York"', '"America/New_Yrok"',
         '"America/New_Yrok" is not in the tz database: write a name such as America/New_York'),
        ('id = "westside"', 'id = "northside"', 'the site "northside" stands twice: keep one'),
        ("weekday = 1, opens = 08:00:00", "weekday = 0, opens = 08:00:00",
         "weekday 0 stands twice: keep one span a day"),
        ("weekday = 4, opens = 08:00:00", "weekday = 7, opens = 08:00:00", '"weekday" is at most 6, not 7'),
        ("opens = 08:00:00", "opens = 19:00:00", "it opens at 19:00, so it closes later, not at 18:00"),
        ("opens = 08:00:00", 'opens = "eight"',
         '"opens" should be in a valid time format, but is "eight"'),
        ("2025-01-01, 2025-05-26", '"2025-01-32", 2025-05-26',
         '"closed entry 1" should be a valid date in the format YYYY-MM-DD, but is "2025-01-32"'),
        ("calendar_years = 3", "calendar_years = 0", '"calendar_years" is at least 1, not 0'),
        ('phone = "+1 212 555 0100"', 'phone = ""', '"phone" may not be empty: write what people should read'),
    ],
)  # fmt: skip
def test_a_malformed_clinic_file_is_explained(folder: Path, old: str, new: str, sentence: str) -> None:
    """Zones, hours, dates and ids of clinic.toml are refused with the line and what would be right."""
    line = edit(folder / "clinic.toml", old, new)
    assert faults(folder) == [f"clinic.toml line {line}: {sentence}"]


def test_files_that_are_missing_misnamed_or_no_text(folder: Path) -> None:
    """What is wrong with a file as a whole is said without a line."""
    (folder / "clinic.toml").unlink()
    (folder / "protocols" / "crps.toml").rename(folder / "protocols" / "pain.toml")
    (folder / "instruments" / "gad7.toml").write_bytes(b'id = "gad7"\ntitle = "\xff"\n')
    assert faults(folder) == [
        "clinic.toml: there is no such file that can be read",
        "instruments/gad7.toml line 2: this is not UTF-8 text: save it as UTF-8",
        'protocols/pain.toml: its id is "crps": name the file crps.toml',
    ]


def test_an_empty_folder_says_what_belongs_there(tmp_path: Path) -> None:
    """Nothing at all is three sentences."""
    assert faults(tmp_path) == [
        "clinic.toml: there is no such file that can be read",
        "instruments/: there are no instruments: put one TOML file for each into this folder",
        "protocols/: there are no protocols: put one TOML file for each into this folder",
    ]


def test_a_new_instrument_is_one_new_file(folder: Path) -> None:
    """A copied file with another id is another instrument, and every protocol may name it."""
    text = (folder / "instruments" / "gad7.toml").read_text().replace('id = "gad7"', 'id = "gad7b"')
    (folder / "instruments" / "gad7b.toml").write_text(text)
    protocol = folder / "protocols" / "crps.toml"
    named, count = re.subn(r"(?m)^(instruments = \[.*)\]", r'\1, "gad7b"]', protocol.read_text())
    assert count == 1
    protocol.write_text(named)
    clinic = load_clinic(folder)
    assert clinic.protocols["crps"].instruments[-1] == "gad7b"
    assert clinic.sites["northside"].hours[0].opens == time(8)
