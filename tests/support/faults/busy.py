"""The smallest program that a restarted server can wedge."""

import asyncio
from datetime import timedelta

from temporalio import activity, workflow

SECONDS = timedelta(seconds=3)


@activity.defn
async def something_outside(takes_seconds: float) -> None:
    """Take a moment, as mail does, so that the server goes away in the middle of some."""
    await asyncio.sleep(takes_seconds)


@workflow.defn
class Busy:
    """The smallest course: acts start something outside, and what is started says what had come back by then."""

    def __init__(self) -> None:
        self.asked = self.begun = self.back = 0

    @workflow.run
    async def run(self, takes_seconds: float) -> None:
        """Begin something for each act, one at a time as they are seen."""
        while True:
            await workflow.wait_condition(lambda: self.begun < self.asked)
            self.begun += 1
            self.last = asyncio.create_task(self.outside(f"{self.begun} after {self.back}", takes_seconds))

    async def outside(self, name: str, takes_seconds: float) -> None:
        """Begin it, and count it when it is back."""
        await workflow.execute_activity(
            something_outside, takes_seconds, activity_id=name, start_to_close_timeout=SECONDS
        )
        self.back += 1

    @workflow.update
    async def act(self) -> int:
        """One more."""
        self.asked += 1
        return self.asked

    @workflow.query
    def read(self) -> int:
        """What has been asked for."""
        return self.asked
