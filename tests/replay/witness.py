"""Replays one run and tells what the code hands over: activities with their inputs, and the record it carries on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from temporalio.worker import (
    ContinueAsNewInput,
    Interceptor,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle
from typing_extensions import override

Handed = list[tuple[str, object]]
_handed: Handed = []


class Witness(Interceptor):
    """Writes down every input that leaves the workflow; it is one list, so it needs a workflow without a sandbox."""

    @override
    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """The inbound half."""
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    @override
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound))


class _Outbound(WorkflowOutboundInterceptor):
    @override
    def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:
        _handed.append((input.activity, input.args[0]))
        return super().start_activity(input)

    @override
    def continue_as_new(self, input: ContinueAsNewInput) -> NoReturn:
        _handed.append(("continue_as_new", input.args[0]))
        super().continue_as_new(input)


@contextmanager
def watching() -> Iterator[Handed]:
    """What is handed over while the block runs."""
    _handed.clear()
    yield _handed
