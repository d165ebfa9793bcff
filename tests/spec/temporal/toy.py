"""A small workflow that waits, turns pages, answers updates and calls an activity."""

from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError


class Ledger(BaseModel, frozen=True):
    """What is carried from page to page."""

    pages_left: int
    every_days: int = 30
    notes: tuple[str, ...] = ()
    instants: tuple[datetime, ...] = ()
    dose_mg: Decimal = Decimal(0)


@activity.defn
async def double(dose_mg: Decimal) -> Decimal:
    """Twice the dose; less than nothing is no dose."""
    if dose_mg < 0:
        raise ApplicationError(f"{dose_mg} mg is not a dose", non_retryable=True)
    return 2 * dose_mg


@workflow.defn
class Toy:
    """Waits `every_days`, doubles the dose by an activity, turns the page, ends after the last one."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    @workflow.run
    async def run(self, ledger: Ledger) -> Ledger:
        """One page."""
        await workflow.sleep(timedelta(days=ledger.every_days))
        dose_mg = await workflow.execute_activity(
            double, ledger.dose_mg, start_to_close_timeout=timedelta(seconds=10), summary=f"double {ledger.dose_mg} mg"
        )
        turned = Ledger(
            pages_left=ledger.pages_left - 1,
            every_days=ledger.every_days,
            notes=(*ledger.notes, *self.notes),
            instants=(*ledger.instants, workflow.now()),
            dose_mg=dose_mg,
        )
        if turned.pages_left:
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(turned)
        return turned

    @workflow.update
    def write(self, note: str) -> int:
        """Keep a note; the answer is how many this page has."""
        self.notes.append(note)
        return len(self.notes)

    @write.validator
    def refuse_empty(self, note: str) -> None:
        """An empty note is refused."""
        if not note:
            raise ValueError("A note needs words: write some.")
