"""A worker that holds a run does not hold the message that started it."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import InitializeWorkflow
from temporalio.worker import WorkflowInstanceDetails
from temporalio.workflow import Info

from adapters.temporal.letting_go import by_itself

RUNS, RECORD_BYTES, PAGE_BYTES = 20, 4_000_000, 4096
STATM = Path("/proc/self/statm")


def in_memory() -> int:
    """Bytes of this process in memory."""
    return int(STATM.read_text().split()[1]) * PAGE_BYTES


def started() -> WorkflowInstanceDetails:
    """What the SDK keeps of the message that starts a run with a large record."""
    said = InitializeWorkflow(arguments=[Payload(data=bytes(RECORD_BYTES))])
    said.memo.fields["card"].data = b"shown"
    start = InitializeWorkflow.FromString(said.SerializeToString())
    nothing: dict[str, Any] = dict.fromkeys(one.name for one in fields(Info))
    info = Info(**nothing | {"headers": dict(start.headers), "raw_memo": dict(start.memo.fields)})
    nothing = dict.fromkeys(one.name for one in fields(WorkflowInstanceDetails))
    return WorkflowInstanceDetails(**nothing | {"info": info, "last_completion_result": start.last_completion_result})


@pytest.mark.skipif(not STATM.exists(), reason="memory is read where Linux tells it")
@pytest.mark.parametrize(("kept", "let_go"), [(by_itself, True), (lambda details: details, False)])
def test_a_held_run_does_not_hold_its_start(
    kept: Callable[[WorkflowInstanceDetails], WorkflowInstanceDetails], let_go: bool
) -> None:
    """The memo is there, the record is not; without the copies every record stays."""
    before = in_memory()
    runs = [kept(started()) for _ in range(RUNS)]
    grown = in_memory() - before
    assert all(one.info.raw_memo["card"].data == b"shown" for one in runs)
    assert (grown < RUNS * RECORD_BYTES / 2) is let_go
