"""The worklist by what it is about: one tab a question, with how many courses wait in each."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from adapters.store.people.access import Access, AccessQuery
from adapters.temporal.lists import ESCALATED
from course.model.terms import Action, NeedKind
from services.people.cover_gaps import gaps_ahead
from services.reading.course_list import ListedCourse, listed_courses, mine
from services.session import StaffSession


class Tab(StrEnum):
    """What somebody looks through."""

    MINE = "mine"
    CLINIC = "clinic"
    EVALUATIONS = "evaluations"
    SAFETY = "safety"
    HOLDS = "holds"
    BOOSTERS = "boosters"
    UNCONFIRMED = "unconfirmed"
    DONE = "done"


WAITING = "CourseNeeds IS NOT NULL"
WHERE: dict[Tab, str] = {
    Tab.CLINIC: WAITING,
    Tab.EVALUATIONS: f"CourseNeeds = '{NeedKind.EVALUATE}'",
    Tab.SAFETY: f"({ESCALATED} OR CourseNeeds = '{NeedKind.SCREEN}')",
    Tab.HOLDS: "CourseHeld = true",
    Tab.BOOSTERS: f"(CourseNeeds = '{NeedKind.BOOK}' OR CourseNeeds = '{NeedKind.LAPSED}')",
    Tab.UNCONFIRMED: f"CourseNeeds = '{NeedKind.CONFIRM}'",
}
"""Which open courses a tab shows; whose courses they are is asked beside it for what is one's own."""

DONE_MOST = 200


@dataclass(frozen=True)
class TabbedWork:
    """One tab's rows or what was done today, how many courses each tab has, and what runs by itself."""

    tab: Tab
    rows: list[ListedCourse]
    done: list[Access]
    counts: dict[Tab, int]
    running: int
    next_visit: datetime | None
    gaps: tuple[str, ...]


async def tabbed_work(at: StaffSession, tab: Tab, most: int = 50) -> TabbedWork:
    """What a tab of the worklist shows to whom asks; raises CourseError where no server answers."""
    asked = [one for one in Tab if one is not Tab.DONE]
    counts = await asyncio.gather(*(at.courses.count(_where(at, one)) for one in asked), at.courses.count())
    done = await _done_today(at)
    rows = [] if tab is Tab.DONE else await at.courses.rows(_where(at, tab), most)
    await at.log_access("", "needs")
    return TabbedWork(
        tab=tab,
        rows=await listed_courses(at, rows),
        done=done,
        counts={**dict(zip(asked, counts, strict=False)), Tab.DONE: len(done)},
        running=counts[-1],
        next_visit=None if rows else await _next_visit(at),
        gaps=await gaps_ahead(at.app, at.now, {at.account.site} & set(at.app.clinic.sites)),
    )


def _where(at: StaffSession, tab: Tab) -> str:
    return f"{WAITING} AND {mine(at)}" if tab is Tab.MINE else WHERE[tab]


async def _done_today(at: StaffSession) -> list[Access]:
    """What whoever asks has done today, newest first."""
    zone = at.site_zone(at.account.site)
    midnight = zone.lenient(zone.local(at.now).replace(hour=0, minute=0, second=0, microsecond=0))
    asked = AccessQuery(account_id=at.account.account_id, since=midnight, most=DONE_MOST)
    acts = set(Action)
    return [one for one in reversed(await at.app.store.access.latest(asked)) if one.what in acts]


async def _next_visit(at: StaffSession) -> datetime | None:
    """The next visit of any course, for whom nothing waits."""
    coming = [one.next_session for one in await at.courses.rows("CourseNextSession IS NOT NULL") if one.next_session]
    return min(coming, default=None)
