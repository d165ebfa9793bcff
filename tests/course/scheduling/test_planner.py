"""Session dates: inside the windows, hours and weekdays, or a sentence says where not."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapters.clinic.zones import zone_snapshot
from course.model.calendar import Calendar, Hours
from course.model.protocol.protocol import Induction
from course.scheduling.planner import check_series, plan_series, shift_rest

TAKEN = datetime(2026, 11, 23, tzinfo=UTC)
ZONES = tuple(zone_snapshot(name, TAKEN, 2) for name in ("America/New_York", "America/Los_Angeles", "Europe/Berlin"))
MOOD = Induction(
    sessions=6, sessions_min=4, sessions_max=8, weekdays=(0, 2, 4), gap_days_min=2, gap_days_max=7, span_days_max=21
)
DAILY = MOOD.with_(sessions=10, weekdays=(0, 1, 2, 3, 4), gap_days_min=1, gap_days_max=4, span_days_max=16)
TWICE = MOOD.with_(weekdays=(1, 3), span_days_max=28)
RULES = st.sampled_from([MOOD, DAILY, TWICE])
DAY = timedelta(days=1)


def calendar(*closed: date, zone: int = 0, weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Calendar:
    """A site that opens 08:00 to 18:00."""
    hours = tuple(Hours(weekday=day, opens=time(8), closes=time(18)) for day in weekdays)
    return Calendar(
        site="northside", zone=ZONES[zone], hours=hours, closed=closed, taken_at=TAKEN, horizon=TAKEN + 700 * DAY
    )


DATES = st.dates(date(2026, 11, 23), date(2027, 11, 30))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Induction, int, datetime, int, Calendar]:
    """A rule, sessions, a first visit on any day at any quarter of an hour, minutes, and a site with closed days."""
    rule, first = draw(RULES), draw(DATES)
    near = st.integers(0, 30).map(lambda ahead: first + ahead * DAY)
    weekdays = draw(st.sampled_from([(0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5), (0, 2, 3)]))
    site = calendar(*draw(st.sets(near, max_size=8)), zone=draw(st.integers(0, 2)), weekdays=weekdays)
    at = time(draw(st.integers(7, 18)), draw(st.sampled_from([0, 15, 30, 45])))
    minutes = draw(st.sampled_from([40, 240]))
    return rule, draw(st.integers(1, 10)), site.zone.strict(datetime.combine(first, at)), minutes, site


def left_windows(days: list[date], rule: Induction) -> int:
    """How many windows a series of days leaves."""
    gaps = [(later - sooner).days for sooner, later in pairwise(days)]
    outside = sum(not rule.gap_days_min <= gap <= rule.gap_days_max for gap in gaps)
    return outside + ((days[-1] - days[0]).days > rule.span_days_max)


@settings(deadline=None, max_examples=300)
@given(cases())
def test_a_series_keeps_its_rules_or_says_where_it_does_not(
    case: tuple[Induction, int, datetime, int, Calendar],
) -> None:
    """One wall time, the least gap, open days; no day passed over that would do; every window left is a sentence."""
    rule, sessions, first, minutes, site = case
    plan = plan_series(rule, sessions, first, rule.weekdays, minutes, site)
    walls = [site.zone.local(start) for start in plan.starts]
    days = [wall.date() for wall in walls]
    unopened = [one for one in plan.deviations if one.startswith("no open day is found")]
    assert len(walls) == sessions
    assert {wall.time() for wall in walls} == {site.zone.local(first).time()}
    assert all((later - sooner).days >= rule.gap_days_min for sooner, later in pairwise(days))
    assert sum(bool(site.why_not_open(start, minutes)) for start in plan.starts) == len(unopened)
    assert len(plan.deviations) - len(unopened) == left_windows(days, rule)
    if unopened:
        return
    for day in days:
        assert day.weekday() in rule.weekdays or str(day) in " ".join(plan.notes)
    for sooner, later in pairwise(days):
        passed = (sooner + ahead * DAY for ahead in range(rule.gap_days_min, (later - sooner).days))
        would_do = [day for day in passed if day.weekday() in rule.weekdays and day not in site.closed]
        assert all(day.weekday() not in {hours.weekday for hours in site.hours} for day in would_do)


@settings(deadline=None)
@given(cases(), st.data())
def test_moving_one_and_the_rest_keeps_what_came_before(
    case: tuple[Induction, int, datetime, int, Calendar], data: st.DataObject
) -> None:
    """Earlier visits stay, the moved one stands where it was put, later ones keep their time of day and the rules."""
    rule, sessions, first, minutes, site = case
    plan = plan_series(rule, sessions, first, rule.weekdays, minutes, site)
    index = data.draw(st.integers(0, sessions - 1))
    to = plan.starts[index] + data.draw(st.integers(1, 9)) * DAY + timedelta(hours=1)
    assume(not site.why_not_open(to, minutes) and not site.why_not_open(plan.starts[-1], minutes))
    moved = shift_rest(plan.starts, index, to, rule, site, minutes)
    assert moved.starts[: index + 1] == (*plan.starts[:index], to)
    assert {site.zone.local(start).time() for start in moved.starts[index + 1 :]} <= {site.zone.local(first).time()}
    days = [site.zone.local(start).date() for start in moved.starts]
    assert all((later - sooner).days >= rule.gap_days_min for sooner, later in pairwise(days[index:]))
    assert len(moved.deviations) == left_windows(days, rule)


def at(*days: str) -> tuple[datetime, ...]:
    """Days of 2026-27 at 09:00 in New York."""
    return tuple(ZONES[0].strict(datetime.fromisoformat(f"{day}T09:00")) for day in days)


def test_a_monday_wednesday_friday_series_crosses_daylight_saving() -> None:
    """Six visits from Friday 5 March 2027 stand at 09:00 on both sides of the change of 14 March."""
    plan = plan_series(MOOD, 6, at("2027-03-05")[0], (0, 2, 4), 40, calendar())
    assert plan.starts == at("2027-03-05", "2027-03-08", "2027-03-10", "2027-03-12", "2027-03-15", "2027-03-17")
    assert (plan.starts[3].hour, plan.starts[4].hour) == (14, 13)
    assert (plan.deviations, plan.notes) == ((), ())


def test_a_closed_day_moves_one_visit_and_the_next_keeps_the_gap() -> None:
    """Wednesday closed becomes Thursday; Friday would be one day later, so the series goes on on Monday."""
    plan = plan_series(MOOD, 4, at("2026-11-30")[0], (0, 2, 4), 40, calendar(date(2026, 12, 2)))
    assert plan.starts == at("2026-11-30", "2026-12-03", "2026-12-07", "2026-12-09")
    assert plan.deviations == ()
    assert plan.notes == ("2026-12-02 is a closed day at northside: the visit moves to Thursday 2026-12-03",)


def test_thanksgiving_and_a_long_closure_are_told_apart() -> None:
    """Daily visits step over one holiday silently inside the window, over a week only with a deviation."""
    first = at("2026-11-23")[0]
    one = plan_series(DAILY, 4, first, DAILY.weekdays, 240, calendar(date(2026, 11, 26)))
    assert one.starts == at("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27")
    assert one.deviations == ()
    week = [date(2026, 11, 25) + ahead * DAY for ahead in range(7)]
    long = plan_series(DAILY, 4, first, DAILY.weekdays, 240, calendar(*week))
    assert long.starts[2:] == at("2026-12-02", "2026-12-03")
    assert long.deviations == ("sessions 2 and 3 lie 8 days apart, the protocol asks for 1 to 4",)


def test_a_wall_time_that_no_day_has_is_a_deviation() -> None:
    """A visit asked for at 20:00 is planned as asked, and said to be outside the hours."""
    asked = ZONES[0].strict(datetime(2026, 11, 30, 20))  # noqa: DTZ001
    plan = plan_series(MOOD, 1, asked, (0, 2, 4), 40, calendar())
    assert plan.starts == (asked,)
    assert plan.deviations == (
        "no open day is found: 20:00 for 40 minutes is outside the hours of northside on Mondays: 08:00 to 18:00",
    )


def test_the_gap_to_the_last_infusion_counts() -> None:
    """A series taken up too soon, or too late, after its last infusion says so."""
    soon, late = at("2026-12-01", "2026-12-14")
    last = at("2026-11-30")[0]
    text = "the last infusion and the first of these visits lie {} apart, the protocol asks for 2 to 7"
    assert plan_series(MOOD, 2, soon, (1, 3), 40, calendar(), after=last).deviations == (text.format("1 day"),)
    assert plan_series(MOOD, 2, late, (0, 2), 40, calendar(), after=last).deviations == (text.format("14 days"),)
    assert plan_series(MOOD, 2, at("2026-12-02")[0], (0, 2), 40, calendar(), after=last).deviations == ()


def test_a_visit_on_another_weekday_is_noted() -> None:
    """A first visit on a Tuesday stands, with a note; the next is back on the ordered days."""
    plan = plan_series(MOOD, 2, at("2026-12-01")[0], (0, 2, 4), 40, calendar())
    assert plan.starts == at("2026-12-01", "2026-12-04")
    assert plan.notes == ("Tuesday 2026-12-01 is none of the ordered days: Monday, Wednesday, Friday",)


def test_a_series_that_leaves_its_windows_is_told_gap_by_gap() -> None:
    """Too near, too far and too long are three sentences; a fitting series has none, and neither has an empty one."""
    assert check_series(at("2026-11-30", "2026-12-01", "2026-12-09", "2026-12-22"), MOOD) == (
        "sessions 1 and 2 lie 1 day apart, the protocol asks for 2 to 7",
        "sessions 2 and 3 lie 8 days apart, the protocol asks for 2 to 7",
        "sessions 3 and 4 lie 13 days apart, the protocol asks for 2 to 7",
        "the series spans 22 days, the protocol asks for at most 21",
    )
    assert check_series(at("2026-11-30", "2026-12-02"), MOOD) == check_series((), MOOD) == ()


def test_the_orders_own_weekdays_come_before_the_protocols() -> None:
    """Ordered for Tuesday and Thursday, a Monday-Wednesday-Friday protocol is planned and moved on those days."""
    site = calendar()
    tuesday = datetime(2026, 12, 1, 14, tzinfo=UTC)
    plan = plan_series(MOOD, 4, tuesday, (1, 3), 40, site)
    assert [start.weekday() for start in plan.starts] == [1, 3, 1, 3]
    usual = plan_series(MOOD, 4, tuesday, (), 40, site)
    assert [start.weekday() for start in usual.starts[1:]] == [4, 0, 2]
    moved = shift_rest(plan.starts, 1, plan.starts[1] + DAY, MOOD, site, 40, weekdays=(1, 3))
    assert [start.weekday() for start in moved.starts] == [1, 4, 1, 3]


def test_a_series_as_long_as_its_span_keeps_it() -> None:
    """21 days from the first to the last are inside; a day more is said, with both numbers."""
    starts = tuple(datetime(2026, 12, 1, 14, tzinfo=UTC) + day * DAY for day in (0, 4, 8, 12, 16, 21))
    assert check_series(starts, MOOD) == ()
    (said,) = check_series((*starts[:-1], starts[-1] + DAY), MOOD)
    assert "22" in said
    assert "21" in said
    assert check_series((), MOOD) == ()


def test_which_two_sessions_lie_wrongly_is_said_by_their_numbers() -> None:
    """Counted from one: the third and the fourth."""
    starts = tuple(datetime(2026, 12, 1, 14, tzinfo=UTC) + day * DAY for day in (0, 2, 4, 5, 8))
    (said,) = check_series(starts, MOOD)
    assert said.startswith("sessions 3 and 4 lie 1 day")
