"""Who is there to be told: every instant has somebody, or the gap is named with its edges."""

from datetime import datetime

import hypothesis.strategies as st
from hypothesis import given

from course.model.base import days
from course.views.cover import NO_PRESCRIBER, NOBODY, Cover, Gap, Member, Span, ahead, opened
from tests.support.records import FIRST

NURSE = Member("ortiz", "northside", prescribes=False)
PRESCRIBER = Member("lee", "northside", prescribes=True)
ELSEWHERE = Member("haas", "westside", prescribes=True)
SITE = Cover("northside", (NURSE, PRESCRIBER, ELSEWHERE), standing=("lee", "ortiz"))


def span(begins: float, ends: float, *accounts: str) -> Span:
    """From one day to another."""
    return Span(FIRST + days(begins), FIRST + days(ends), accounts)


def gaps(cover: Cover) -> list[tuple[float, float | None, str]]:
    """The gaps from the first day on, in days."""

    def day(at: datetime) -> float:
        return (at - FIRST) / days(1)

    return [(day(one.begins), None if one.ends is None else day(one.ends), one.what) for one in cover.gaps(FIRST)]


def test_a_standing_list_covers_every_instant() -> None:
    """Nothing ends it but absence; without a prescriber on it that is said, without anybody that."""
    assert gaps(SITE) == []
    assert gaps(Cover("northside", (NURSE,), standing=("ortiz",))) == [(0, None, NO_PRESCRIBER)]
    assert gaps(Cover("northside", ())) == [(0, None, NOBODY)]
    unreached = Member("lee", "northside", prescribes=True, reached=False)
    assert gaps(Cover("northside", (unreached,), standing=("lee",))) == [(0, None, NOBODY)]


def test_who_is_away_is_not_there() -> None:
    """From the first instant of the absence until it ends; others stay."""
    away = Cover(SITE.site, SITE.members, SITE.standing, away=(span(2, 5, "lee"),))
    assert gaps(away) == [(2, 5, NO_PRESCRIBER)]
    both = Cover(SITE.site, SITE.members, SITE.standing, away=(span(2, 5, "lee"), span(3, 4, "ortiz")))
    assert gaps(both) == [(2, 3, NO_PRESCRIBER), (3, 4, NOBODY), (4, 5, NO_PRESCRIBER)]


def test_a_turn_comes_before_the_list_and_the_list_still_counts_as_prescribers() -> None:
    """A nurse alone on a turn is told first, and the prescriber of the list stands behind."""
    turn = Cover(SITE.site, SITE.members, SITE.standing, turns=(span(1, 2, "ortiz"),))
    assert gaps(turn) == []
    alone = Cover(SITE.site, (NURSE, PRESCRIBER), standing=(), turns=(span(1, 2, "ortiz"),))
    assert gaps(alone) == [(1, 2, NO_PRESCRIBER)]


def test_without_a_list_the_sites_own_people_are_told() -> None:
    """Those of another site are not, unless they are named."""
    assert gaps(Cover("northside", (PRESCRIBER,))) == []
    assert gaps(Cover("northside", (ELSEWHERE,))) == [(0, None, NOBODY)]
    assert gaps(Cover("northside", (ELSEWHERE,), standing=("haas",))) == []


def test_neighbouring_spans_of_one_lack_are_one_gap() -> None:
    """Two absences in a row read as one."""
    away = Cover(SITE.site, SITE.members, SITE.standing, away=(span(2, 3, "lee"), span(3, 6, "lee")))
    assert gaps(away) == [(2, 6, NO_PRESCRIBER)]


SPANS = st.lists(
    st.builds(
        lambda begins, length, who: span(begins, begins + length, *who),
        st.integers(-3, 20),
        st.integers(1, 6),
        st.lists(st.sampled_from(["ortiz", "lee", "haas"]), min_size=1, max_size=2, unique=True),
    ),
    max_size=4,
).map(tuple)


@given(turns=SPANS, away=SPANS, standing=st.sampled_from([(), ("lee",), ("ortiz", "lee")]))
def test_gaps_are_exactly_where_somebody_lacks(
    turns: tuple[Span, ...], away: tuple[Span, ...], standing: tuple[str, ...]
) -> None:
    """Held against a look at every half day."""
    cover = Cover(SITE.site, SITE.members, standing, turns, away)
    found = cover.gaps(FIRST)
    for half in range(60):
        at = FIRST + days(half / 2)
        gone = {name for one in away if one.begins <= at < one.ends for name in one.accounts}
        there = [one for one in SITE.members if one.account not in gone]
        turn = [one for one in there if any(s.begins <= at < s.ends and one.account in s.accounts for s in turns)]
        listed = [one for one in there if one.account in standing]
        told = turn or listed or [one for one in there if one.site == "northside"]
        lacks = NOBODY if not told else "" if any(one.prescribes for one in (*told, *listed)) else NO_PRESCRIBER
        assert [one.what for one in found if one.begins <= at and (one.ends is None or at < one.ends)] == (
            [lacks] if lacks else []
        )


def test_a_gap_is_named_a_fortnight_ahead_and_a_change_names_what_it_opens() -> None:
    """One that begins in fourteen days is not named yet; one that was there before was opened by nobody now."""
    for begins, named in ((13.9, 1), (14, 0)):
        away = Cover(SITE.site, SITE.members, SITE.standing, away=(span(begins, 20, "lee"),))
        assert len(ahead([away], FIRST)) == named
    before = Cover(SITE.site, SITE.members, SITE.standing, away=(span(1, 2, "lee"),))
    after = Cover(SITE.site, SITE.members, SITE.standing, away=(span(1, 2, "lee"), span(5, 6, "lee")))
    assert opened(before, after, FIRST) == (Gap("northside", FIRST + days(5), FIRST + days(6), NO_PRESCRIBER),)
    gone = SITE.without("lee")
    assert opened(SITE, gone, FIRST) == (Gap("northside", FIRST, None, NO_PRESCRIBER),)
