"""Courses as everybody outside Temporal sees them: enrol, act, read, list, with what one course owes another."""

from collections.abc import Iterator
from datetime import datetime

from adapters.chairs.reserving import amend, plan
from adapters.chairs.slots import SlotError
from adapters.charting import CHARTING, tell_ledger
from adapters.clinic.files import snapshot
from adapters.clinic.zones import zone_snapshot
from adapters.store import StoreDownError
from adapters.store.log.book import Version
from adapters.store.people.access import Access
from adapters.store.people.directory import CourseRow, CourseState
from adapters.temporal import lists
from adapters.temporal.errors import (
    CourseError,
    EndedError,
    NoServerError,
    RefusedError,
    UnknownOutcomeError,
)
from adapters.temporal.lists import OPEN, Row
from course.acts.catalogue import Act, AmendOrder, BookBooster, Discharge, Reopen
from course.acts.room import CheckIn
from course.model.messages import CourseOrder, Receipt
from course.model.parts import Actor
from course.model.terms import Role
from course.scheduling.slots import PLANNING
from services.course_workflows import ANSWER_WITHIN, CourseWorkflows
from services.doses import PatientDose, doses_of, why_not_early, why_not_today
from services.person import closes, concerns_all, is_for

__all__ = [
    "ANSWER_WITHIN",
    "OPEN",
    "CourseError",
    "Courses",
    "EndedError",
    "NoServerError",
    "RefusedError",
    "Row",
    "UnknownOutcomeError",
]

EVERY_COURSE = 10_000
"""More open courses than a clinic has."""

DISCLOSURE = "disclosure to another clinic"


class Courses(CourseWorkflows):
    """The gateway to all courses: what crosses courses of a patient, chairs and the drug ledger is seen to here."""

    async def enrol(self, row: CourseRow, order: CourseOrder) -> None:
        """Start the workflow of a directory row; starting twice is starting once.

        The log has each version of a protocol and of an instrument from its first use on.
        """
        await self.app.store.log.used(_versions(order))
        await self.start(row, await self.signers.enrolling(order))
        await self.app.store.directory.mark_open(row.course_id)

    def order(self, row: CourseRow, actor: Actor, owner: Actor, now: datetime, **patient: object) -> CourseOrder:
        """What a course starts from: protocol, instruments and calendar as they stand now."""
        clinic = self.app.clinic
        protocol = clinic.protocols[row.protocol_id]
        years = clinic.limits.calendar_years
        zone = str(patient.pop("zone", "") or "")
        return CourseOrder(
            course_id=row.course_id,
            patient_id=row.patient_id,
            site=row.site,
            owner=owner.account_id,
            owner_name=owner.name,
            protocol=protocol,
            instruments={name: clinic.instruments[name] for name in protocol.instruments},
            calendar=snapshot(clinic.sites[row.site], now, years),
            patient_zone=zone_snapshot(zone, now, years) if zone else None,
            enrolled_by=actor,
            enrolled_at=now,
            amendment_days=self.app.settings.amendment_days,
            safety_plan_days=clinic.limits.safety_plan_days,
            asks_apart=True,
        ).with_(**patient)

    async def act(self, course_id: str, act: Act) -> Receipt:
        """Sign an act at the edge and apply it; asking again under the same request id is safe.

        A check-in looks at the patient's other courses first: who was dosed there today takes a prescriber's reason.
        So does an early booster, whose brakes count the doses of all courses. A transfer is logged as a disclosure.
        An act that plans reserves chairs first; one that charts a dose is held against the drug ledger. What concerns
        the person is then done on the other courses too, and the receipt's warnings say on which.
        """
        try:
            receipt = await self._one(course_id, act)
            if act.action in CHARTING:
                notes = await tell_ledger(self.app.store.chart, lambda: self.unless_ended(course_id), act)
                receipt = receipt.with_(warnings=(*receipt.warnings, *notes))
            if isinstance(act, Discharge) and act.to:
                await self.app.store.access.note(Access(act.actor.account_id, DISCLOSURE, act.made_at, course_id))
            if not concerns_all(act):
                return receipt
            others = await self._beside(course_id)
            also = [told for other in others if (told := await self._also(other, act))]
        except StoreDownError as down:
            raise StoreDownError(f"{down} {self._became(course_id, act)}") from None
        return receipt.with_(warnings=(*receipt.warnings, *also)) if also else receipt

    def _became(self, course_id: str, act: Act) -> str:
        """What became of an act whose store went away under it."""
        receipt = self.answered.get((course_id, act.request_id))
        if receipt is None:
            return "The act was not sent: nothing was changed."
        return (
            f"The act stands in the course [entry {receipt.entry}]: ask again with --request-id {act.request_id} "
            "once the store answers, for what the store has to know of it."
        )

    async def _also(self, course_id: str, act: Act) -> str:
        """Do on another course of the patient what concerns the person; what came of it, if it was for this one."""
        try:
            record = await self.unless_ended(course_id)
            if record is None or not is_for(act, record):
                return ""
            await self._one(course_id, act)
        except CourseError as why:
            return f"NOT on {course_id}, of the same patient: {why}"
        return f"also on {course_id}, of the same patient"

    async def _beside(self, course_id: str) -> list[str]:
        """The other open courses of a course's patient."""
        mine = await self.app.store.directory.course(course_id)
        rows = await self.app.store.directory.courses(patient_id=mine.patient_id) if mine is not None else ()
        return [one.course_id for one in rows if one.course_id != course_id and one.state is not CourseState.CLOSED]

    async def _one(self, course_id: str, act: Act) -> Receipt:
        """One act on one course, with what other courses have to say about it."""
        if isinstance(act, CheckIn) and not (act.actor.role is Role.PRESCRIBER and act.reason):
            why = await why_not_today(self.app.store.directory, self.unless_ended, course_id, act.happened_at)
            if why:
                raise RefusedError(f"{why}: a prescriber may go on, with --reason")
        if isinstance(act, BookBooster) and act.early:
            why = await why_not_early(self.app.store.directory, self.unless_ended, course_id, act.at)
            if why:
                raise RefusedError(f"{why} (all courses of the patient)")
        if isinstance(act, Reopen):
            await self._refuse_beside(course_id)
        receipt = await self._planned(course_id, act)
        if isinstance(act, Reopen):
            await self.app.store.directory.mark_open(course_id)
        elif closes(act):
            await self.app.store.directory.mark_closed(course_id, act.made_at)
        return receipt

    async def _refuse_beside(self, course_id: str) -> None:
        """A patient has one open course, unless a prescriber allowed a second at its enrolment."""
        mine = await self.app.store.directory.course(course_id)
        others = await self._beside(course_id)
        if others and mine is not None and not mine.beside:
            raise RefusedError(f"the patient has the open course {others[0]}: close that one first")

    async def _planned(self, course_id: str, act: Act) -> Receipt:
        """One act, with the chairs that it needs."""
        if isinstance(act, AmendOrder):
            return await amend(
                self.app.slots,
                act,
                lambda: self.record(course_id),
                lambda value: self.send(course_id, value),
                RefusedError,
            )
        if act.action not in PLANNING:
            return await self.send(course_id, act)
        try:
            return await plan(
                self.app.slots,
                act,
                lambda: self.record(course_id),
                lambda: self.send(course_id, act),
                RefusedError,
            )
        except SlotError as full:
            raise RefusedError(str(full)) from None

    async def doses(self, patient_id: str) -> tuple[PatientDose, ...]:
        """What a patient was given on all courses and at all sites, oldest first."""
        return await doses_of(self.app.store.directory, self.unless_ended, patient_id)

    async def rows(self, where: str = "", most: int = 50) -> list[Row]:
        """Open courses by when something is due, soonest first."""
        return await lists.rows(self.app.client, where, most)

    async def count(self, where: str = "") -> int:
        """How many open courses match."""
        return await lists.count(self.app.client, where)


def _versions(order: CourseOrder) -> Iterator[Version]:
    """The files that a course starts from."""
    if order.protocol is not None:
        yield Version("protocol", order.protocol.id, order.protocol.version, order.protocol.sha256)
    for one in order.instruments.values():
        yield Version("instrument", one.id, one.version, one.sha256)
