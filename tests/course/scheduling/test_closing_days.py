"""A site cannot open for some days: which visit is struck, and where it could go."""

from datetime import timedelta

import pytest

from course.model.base import days, hours, minutes
from course.model.terms import Series, SessionStatus
from course.scheduling.closing_days import SEARCH_DAYS, alternatives, struck
from course.scheduling.slots import Slot, on_chairs
from tests.support.records import FIRST
from tests.support.stories import scheduled

RECORD = scheduled().record
VISITS = RECORD.open_sessions
STAY = minutes(120)


def test_the_first_visit_inside_the_closed_days_is_struck() -> None:
    """From the first closed instant up to, and without, the first open one; who has arrived is treated."""
    second = VISITS[1]
    assert struck(RECORD, second.start, second.start + days(9)) == second
    assert struck(RECORD, VISITS[0].start + hours(1), second.start) is None
    assert struck(RECORD, VISITS[0].start + hours(1), second.start + minutes(1)) == second
    arrived = RECORD.with_session(second.with_(status=SessionStatus.ARRIVED))
    assert struck(arrived, second.start, second.start + days(9)) == VISITS[2]
    assert struck(RECORD, FIRST + days(300), FIRST + days(400)) is None


@pytest.mark.parametrize(
    ("closed", "ahead"), [(timedelta(0), 0), (minutes(1), 1), (days(1), 1), (days(1) + minutes(1), 2)]
)
def test_the_nearest_open_day_at_the_same_hour_comes_first(closed: timedelta, ahead: int) -> None:
    """The site is shut until some time after the first visit: the next day on which it is open at nine."""
    first = VISITS[0]
    offers = list(alternatives(RECORD, first, first.start + closed, (), 1))
    assert offers[0].to == first.start + days(ahead)
    assert all(one.to >= first.start + days(ahead) for one in offers)
    assert max(one.to for one in offers) <= first.start + days(SEARCH_DAYS + ahead + 1)
    for one in offers:
        assert not RECORD.why_not_open(one.to, first.minutes)


def test_a_full_hour_is_passed_over() -> None:
    """Somebody else has the only chair at nine: the same day when that visit has ended, nearest to nine."""
    first = VISITS[0]
    other = Slot("c-other", "s1", first.start, first.start + STAY)
    offers = [one.to for one in alternatives(RECORD, first, first.start, (other,), 1)]
    assert first.start not in offers
    assert offers[0] == first.start + STAY
    assert first.start in [one.to for one in alternatives(RECORD, first, first.start, (other,), 2)]


def test_the_visits_after_it_follow_within_a_series() -> None:
    """The last visit goes alone, as do boosters; of an earlier one the rest moves with it."""

    def scope(number: int) -> str:
        return next(alternatives(RECORD, VISITS[number], VISITS[number].start, (), 1)).scope

    assert [scope(number) for number in range(len(VISITS))] == ["rest"] * (len(VISITS) - 1) + ["only"]
    boosters = RECORD.with_(sessions=tuple(one.with_(series=Series.BOOSTER) for one in RECORD.sessions))
    first = boosters.open_sessions[0]
    assert next(alternatives(boosters, first, first.start, (), 1)).scope == "only"
    mixed = RECORD.with_(sessions=(VISITS[0], VISITS[1].with_(series=Series.BOOSTER)))
    assert next(alternatives(mixed, VISITS[0], VISITS[0].start, (), 1)).scope == "only"


def test_visits_that_touch_share_a_chair() -> None:
    """Who leaves at eleven makes room at eleven; a minute sooner another chair is needed."""
    first = Slot("c-1", "s1", FIRST, FIRST + STAY)
    after = Slot("c-2", "s1", FIRST + STAY, FIRST + STAY + STAY)
    sooner = Slot("c-3", "s1", FIRST + STAY - minutes(1), FIRST + STAY + STAY)
    assert on_chairs([first, after]) == [[first, after]]
    assert on_chairs([first, sooner, after]) == [[first, after], [sooner]]
    assert on_chairs([]) == []
