"""What reaches across the courses of a scenario: drugs, an account that goes out of service, a site that closes."""

from dataclasses import replace
from functools import partial

from pydantic import Field

from adapters.store import StoreError
from course.acts.catalogue import Act
from course.model.record import CourseRecord
from course.model.terms import Role
from course.scheduling.closing_days import Alternative
from play.drugs import stock
from play.group import PlayedCourse
from play.scenario.file import Step, Table
from play.scenario.when import instant, span
from services.visits.closing_site import ClosedSite


class Disable(Table):
    """An account goes out of service, and a prescriber takes over what it answers for."""

    account: str = Field(description="Who leaves.")
    to: str = Field(description="Account of the prescriber who takes over.")


class CloseSite(Table):
    """A site that cannot open."""

    since: str = Field("+0m", description="From when on, such as `day 7 00:00`; as long as the step `lasts`.")


async def across(player: PlayedCourse, step: Step) -> tuple[str, str]:
    """Let it happen: what it came to, and what was said against it."""
    try:
        if step.do == "disable":
            return await _disable(player, Disable.model_validate(step.details), step.reason), ""
        if step.do == "close_site":
            return await _close(player, step), ""
        if step.do == "discrepancy":
            return await stock.account_for(player, step), ""
        return await stock.enter(player, step), ""
    except StoreError as refused:
        return "", str(refused)


async def _disable(player: PlayedCourse, value: Disable, reason: str) -> str:
    """Out of service at once; every course and open escalation of theirs is given to the other one."""
    staff = player.place.stage.app.store.staff
    found, heir = await staff.account(value.account), await staff.account(value.to)
    if found is None or heir is None:
        raise StoreError(f"There is no account {value.account if found is None else value.to}: see clinic/staff.toml.")
    await staff.change(replace(found, disabled=True))
    player.group.cast[Role.PRESCRIBER] = heir.actor().model_copy(update={"via": "simulate"})
    theirs = [one for one in await player.group.all_at(player) if _answers_for(one.record, value.account)]
    words = {"action": "reassign", "account": heir.account_id, "name": heir.name, "reason": reason}
    given = [await one.applies(one.act(words, Role.PRESCRIBER)) for one in theirs]
    return f"{found.name} is out of service: {sum(given)} of {len(given)} courses are reassigned to {heir.name}"


def _answers_for(record: CourseRecord, account: str) -> bool:
    return not record.closed and record.owner == account


async def _close(player: PlayedCourse, step: Step) -> str:
    """New times for every visit of the closed days: all proposed, one after the other, and then applied together."""
    value = CloseSite.model_validate(step.details)
    since = instant(value.since, start=player.start, base=player.now, zone=player.record.zone)
    until = since + span(step.lasts or "0m")
    closed = await ClosedSite.at(player.place.stage.app, player.record.site, since, until)
    found = []
    for one in await player.group.all_at(player):
        moved = closed.moves(one.record, one.place.name, one.now, partial(_deferral, one, step.reason))
        if moved is not None:
            found.append((one, moved))
    done = [moved.act is not None and await one.applies(moved.act) for one, moved in found]
    return f"{player.record.site} closes: {sum(done)} of {len(done)} courses are moved"


def _deferral(player: PlayedCourse, reason: str, move: Alternative) -> Act:
    to = {"session": move.session.id, "to": move.to, "scope": move.scope}
    return player.act({"action": "defer", "code": "clinic", "reason": reason, **to}, Role.COORDINATOR)
