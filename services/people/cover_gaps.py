"""What the lists of who is on call leave open, in words."""

from collections.abc import Callable, Iterable
from datetime import datetime

from adapters.clinic.files import snapshot
from adapters.wiring import Application
from course.views.cover import COVER_DAYS, Cover, Gap, ahead, opened
from services.errors import ServiceError
from services.session import StaffSession
from services.typed.times import shown


async def gaps_ahead(app: Application, now: datetime, sites: Iterable[str] = ()) -> tuple[str, ...]:
    """The gaps of the next days at these sites, or at all, one sentence each."""
    covers = [await app.store.oncall.cover(site, now) for site in sites or app.clinic.sites]
    return tuple(_sentence(app, one, now) for one in ahead(covers, now))


async def refuse_gaps(at: StaffSession, change: Callable[[Cover], Cover], *, sure: bool) -> tuple[str, ...]:
    """What a change of the lists would leave open, which only `--sure` allows; raises ServiceError."""
    covers = [await at.app.store.oncall.cover(site, at.now) for site in at.app.clinic.sites]
    found = [gap for one in covers for gap in opened(one, change(one), at.now)]
    value = tuple(_sentence(at.app, gap, at.now) for gap in found)
    if value and not sure:
        raise ServiceError(f"{'; '.join(value)}: give somebody a turn then (`oncall turn`), or add --sure")
    return value


def _sentence(app: Application, gap: Gap, now: datetime) -> str:
    zone = snapshot(app.clinic.sites[gap.site], now, app.clinic.limits.calendar_years).zone
    since = "from now" if gap.begins <= now else f"from {shown(zone, gap.begins)}"
    until = f"to {shown(zone, gap.ends)}" if gap.ends is not None else "on, until somebody is named"
    return f"{gap.what} at {gap.site} {since} {until}"


def within() -> str:
    """How far ahead gaps are named."""
    return f"the next {COVER_DAYS} days"
