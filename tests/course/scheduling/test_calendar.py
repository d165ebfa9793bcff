"""Wall clocks: a snapshot says what the tz database says, and refuses times that are none or two."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.clinic.zones import UnknownZoneError, zone_snapshot
from course.agenda.sending_hours import in_sending_hours
from course.model.calendar import Calendar, Hours, WallClockError, Zone, days_from

TAKEN = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = (
    *("America/New_York", "America/Los_Angeles", "America/Phoenix", "Europe/Berlin", "Australia/Lord_Howe"),
    *("Asia/Kathmandu", "America/Santiago", "Africa/Casablanca", "Pacific/Apia", "UTC"),
)
ZONES = {name: zone_snapshot(name, TAKEN, 3) for name in NAMES}
NEW_YORK = ZONES["America/New_York"]
NAMED = st.sampled_from(NAMES)
INSTANTS = st.datetimes(datetime(2017, 1, 1), datetime(2029, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001
NEAR_A_CHANGE = st.sampled_from([one.at for zone in ZONES.values() for one in zone.transitions[1:]]).flatmap(
    lambda at: st.integers(-180, 180).map(lambda minutes: at + timedelta(minutes=minutes))
)


@settings(deadline=None)
@given(NAMED, INSTANTS | NEAR_A_CHANGE)
def test_a_snapshot_tells_the_time_that_the_tz_database_tells(name: str, instant: datetime) -> None:
    """Offset and abbreviation agree with zoneinfo at any instant, and the wall time leads back to the instant."""
    zone, real = ZONES[name], instant.astimezone(ZoneInfo(name))
    assert zone.local(instant) == real.replace(tzinfo=None)
    assert zone.abbreviation(instant) == real.tzname()
    assert instant in zone.instants(zone.local(instant))


def test_before_its_horizon_a_snapshot_goes_on_with_its_first_offset() -> None:
    """What is entered of long ago is read with the oldest offset that is known, not with one of a far future."""
    zone = Zone(name="x", transitions=NEW_YORK.transitions[:2])
    first = zone.transitions[0]
    long_ago = first.at - timedelta(days=400)
    assert zone.transitions[1].offset_minutes != first.offset_minutes
    assert zone.local(long_ago) == long_ago.replace(tzinfo=None) + timedelta(minutes=first.offset_minutes)


def real_instants(name: str, wall: datetime) -> list[datetime]:
    """What zoneinfo makes of a wall time: no instant, one, or two."""
    both = {wall.replace(tzinfo=ZoneInfo(name), fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(one for one in both if one.astimezone(ZoneInfo(name)).replace(tzinfo=None) == wall)


@settings(deadline=None)
@given(NAMED, INSTANTS | NEAR_A_CHANGE, st.integers(-90, 90))
def test_a_wall_time_that_is_none_or_two_is_refused(name: str, near: datetime, minutes: int) -> None:
    """A gap and an overlap are refused strictly, everything else is one instant; leniently the first is taken."""
    zone = ZONES[name]
    wall = (near.astimezone(ZoneInfo(name)) + timedelta(minutes=minutes)).replace(tzinfo=None)
    real = real_instants(name, wall)
    assert list(zone.instants(wall)) == real
    if len(real) == 1:
        assert zone.strict(wall) == zone.lenient(wall) == real[0]
        return
    with pytest.raises(WallClockError) as refused:
        zone.strict(wall)
    assert ("happens twice" if real else "does not exist") in str(refused.value)
    lenient = zone.lenient(wall)
    assert lenient == real[0] if real else wall < zone.local(lenient) <= wall + timedelta(hours=1)


def test_the_sentences_name_both_readings_of_an_overlap() -> None:
    """An hour that happens twice is answered with both instants written out."""
    with pytest.raises(WallClockError) as refused:
        NEW_YORK.strict(datetime(2026, 11, 1, 1, 30))  # noqa: DTZ001
    assert str(refused.value) == (
        "2026-11-01 01:30 happens twice in America/New_York: write 2026-11-01T01:30-04:00 or 2026-11-01T01:30-05:00"
    )
    with pytest.raises(WallClockError, match="2027-03-14 02:30 does not exist in America/New_York"):
        NEW_YORK.strict(datetime(2027, 3, 14, 2, 30))  # noqa: DTZ001


@settings(deadline=None)
@given(NAMED, st.dates(date(2026, 1, 1), date(2029, 1, 1)), st.integers(-200, 200))
def test_nine_stays_nine(name: str, day: date, count: int) -> None:
    """Any number of days on or back, 09:00 is 09:00, whatever the clocks did in between."""
    zone = ZONES[name]
    there = days_from(zone, zone.strict(datetime.combine(day, time(9))), count)
    assert zone.local(there) == datetime.combine(day + timedelta(days=count), time(9))


@settings(deadline=None)
@given(NAMED, INSTANTS | NEAR_A_CHANGE)
def test_a_message_waits_for_sending_hours_and_no_longer(name: str, instant: datetime) -> None:
    """The instant is moved only forward, to 08:00 of the same or the next day, and only from outside 08:00-21:00."""
    zone = ZONES[name]
    sent, wall = in_sending_hours(zone, instant), zone.local(instant)
    at = zone.local(sent)
    if time(8) <= wall.time() < time(21):
        assert sent == instant
    else:
        assert at.time() == time(8)
        assert instant < sent < instant + timedelta(hours=13)


OPEN = Calendar(
    site="northside",
    zone=NEW_YORK,
    hours=(Hours(weekday=0, opens=time(8), closes=time(18)), Hours(weekday=2, opens=time(8), closes=time(18))),
    closed=(date(2026, 11, 25),),
    taken_at=TAKEN,
    horizon=TAKEN + timedelta(days=1000),
)


@pytest.mark.parametrize(
    ("wall", "minutes", "why"),
    [
        ("2026-11-23T08:00", 600, ""),
        ("2026-11-23T17:20", 40, ""),
        ("2026-11-23T17:21", 40, "17:21 for 40 minutes is outside the hours of northside on Mondays: 08:00 to 18:00"),
        ("2026-11-23T07:59", 40, "07:59 for 40 minutes is outside the hours of northside on Mondays: 08:00 to 18:00"),
        ("2026-11-23T17:00", 600, "17:00 for 600 minutes is outside the hours of northside on Mondays: 08:00 to 18:00"),
        ("2026-11-24T09:00", 40, "northside does not open on Tuesdays: choose another day"),
        ("2026-11-25T09:00", 40, "2026-11-25 is a closed day at northside: choose another day"),
    ],
)
def test_a_site_says_why_it_is_not_open(wall: str, minutes: int, why: str) -> None:
    """A visit stands inside the hours of one day, or a sentence says why not and what the hours are."""
    assert OPEN.why_not_open(NEW_YORK.strict(datetime.fromisoformat(wall)), minutes) == why


@pytest.mark.parametrize("name", ["Mars/Base", "../etc/passwd", "America", ""])
def test_an_unknown_zone_is_one_sentence(name: str) -> None:
    """A name outside the tz database is refused with a name that would do."""
    with pytest.raises(UnknownZoneError, match=r"is not in the tz database: write a name such as \w+"):
        zone_snapshot(name, TAKEN, 1)


def test_a_snapshot_knows_ten_years_back_and_the_years_asked_for() -> None:
    """An old visit keeps its printed hour, and the last change of the clocks lies in the third year ahead."""
    zone: Zone = NEW_YORK
    assert zone.local(datetime(2017, 7, 3, 13, tzinfo=UTC)) == datetime(2017, 7, 3, 9)  # noqa: DTZ001
    assert zone.transitions[-1].at == datetime(2029, 11, 4, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "minutes", "fits"),
    [
        ("2026-12-01T23:43", 120, True),  # a Tuesday that runs into a Wednesday
        ("2026-12-02T23:43", 120, False),  # the Thursday after it opens at 08:00 only
        ("2026-12-08T23:43", 120, False),  # the Wednesday after it is a closed day
        ("2026-12-09T23:43", 15, False),
    ],
)
def test_the_night_is_open_between_two_days_that_meet_at_midnight(wall: str, minutes: int, *, fits: bool) -> None:
    """A site that closes at its last minute and opens again with the next day takes visits across midnight."""
    spans = ((1, time(0), time(23, 59)), (2, time(0), time(23, 59)), (3, time(8), time(18)))
    site = OPEN.model_copy(
        update={
            "hours": tuple(Hours(weekday=day, opens=opens, closes=closes) for day, opens, closes in spans),
            "closed": (date(2026, 12, 9),),
        }
    )
    assert bool(site.why_not_open(NEW_YORK.strict(datetime.fromisoformat(wall)), minutes)) is not fits
