"""Proves every night that nobody has disappeared."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.proof import ProofDone, ProofOrder, Prover

ONE_TRY = timedelta(minutes=10)
WITHIN = timedelta(hours=6)
RETRY = RetryPolicy(initial_interval=timedelta(seconds=30), maximum_interval=timedelta(minutes=10))


@workflow.defn
class NightlyProof:
    """One report, mailed to ops; tried for six hours where the store, the server or the mail is down."""

    @workflow.run
    async def run(self, order: ProofOrder) -> ProofDone:
        """What the night's proof came to."""
        return await workflow.execute_activity_method(
            Prover.prove_nobody_is_missing,
            order.with_(as_of=order.as_of or workflow.now()),
            start_to_close_timeout=ONE_TRY,
            schedule_to_close_timeout=WITHIN,
            retry_policy=RETRY,
        )
