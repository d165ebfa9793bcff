"""Carries what lies in the store to its courses, until each has taken it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import structlog

from adapters.store.messages.inbox import Item, ItemKind
from adapters.store.messages.receipts import ReturnedMessage
from adapters.store.people.directory import CourseState
from adapters.wiring import Application
from course.acts.care import ChangeContact, ReportLost, TakeReply
from course.acts.catalogue import Act
from course.acts.replies import may_mean_the_visit, opts_out
from course.model.parts import COURSE, Actor
from course.model.terms import Role
from services.courses import Courses, EndedError
from services.replies.answers import measured

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 30
VIA = "sms"


@asynccontextmanager
async def carrying(app: Application) -> AsyncIterator[None]:
    """Carry what lies in the store to its courses for as long as something else is served."""
    task = asyncio.create_task(Carrier(Courses(app)).keep_carrying())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Carrier:
    """Takes answers and bad receipts to courses; what a course cannot take now waits for the next round."""

    def __init__(self, courses: Courses) -> None:
        self.courses = courses
        self.store = courses.app.store
        self._stirred = asyncio.Event()

    def stir(self) -> None:
        """There is something to carry."""
        self._stirred.set()

    async def keep_carrying(self) -> None:
        """Carry at once when something comes, and look again every half minute."""
        while True:
            self._stirred.clear()
            try:
                await self.carry()
            except Exception:
                log.exception("a round failed: the next one begins anew")
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_SECONDS):
                    await self._stirred.wait()

    async def carry(self) -> None:
        """One round; a course that does not answer holds up no other."""
        items = await self.store.inbox.waiting()
        returned = await self.store.receipts.returned()
        done = await asyncio.gather(
            *(self._item(one) for one in items), *(self._returned(one) for one in returned), return_exceptions=True
        )
        for problem in (one for one in done if isinstance(one, BaseException)):
            log.warning("something could not be taken to its course yet", exc_info=problem)

    async def _item(self, item: Item) -> None:
        if item.kind is ItemKind.ANSWER:
            await self._act(item.course_id, measured(item))
            await self.store.inbox.take(item.item_id, datetime.now(UTC))
            return
        actor = Actor(account_id=item.patient_id, name="the patient", role=Role.PATIENT, via=VIA)
        fields = {"request_id": item.item_id, "actor": actor, "made_at": datetime.now(UTC)}
        if opts_out(item.content):
            act: Act = ChangeContact.model_validate(
                {**fields, "opt_out": True, "perhaps_the_visit": may_mean_the_visit(item.content)}
            )
            await asyncio.gather(*(self._act(course_id, act) for course_id in await self._open_courses(item)))
        else:
            await self._act(item.course_id, TakeReply.model_validate({**fields, "item": item.item_id}))
        await self.store.inbox.take(item.item_id, datetime.now(UTC))

    async def _open_courses(self, item: Item) -> set[str]:
        courses = await self.store.directory.courses(patient_id=item.patient_id)
        return {item.course_id, *(one.course_id for one in courses if one.state is not CourseState.CLOSED)}

    async def _returned(self, returned: ReturnedMessage) -> None:
        act = ReportLost(
            request_id=f"receipt-{returned.provider_id}",
            actor=COURSE.with_(via=VIA),
            made_at=datetime.now(UTC),
            occasions=returned.occasions,
        )
        await self._act(returned.course_id, act)
        await self.store.receipts.take(returned, datetime.now(UTC))

    async def _act(self, course_id: str, act: Act) -> None:
        """Apply an act; a course that has ended for good sends nothing any more and needs to hear nothing."""
        try:
            await self.courses.act(course_id, act)
        except EndedError:
            log.info("a course that has ended was not told", course=course_id, action=act.action)
