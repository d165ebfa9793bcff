"""Lets go of what a run was started with: protobuf keeps a whole message in memory while a part of it is held."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from temporalio.api.common.v1 import Payload, Payloads
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInstanceDetails,
    WorkflowInterceptorClassInput,
)
from typing_extensions import override


def by_itself(details: WorkflowInstanceDetails) -> WorkflowInstanceDetails:
    """What the SDK keeps of a run's start, copied out of the message that brought the whole record."""
    info = details.info
    return replace(
        details,
        info=replace(info, headers=_copied(info.headers), raw_memo=_copied(info.raw_memo)),
        last_completion_result=Payloads.FromString(details.last_completion_result.SerializeToString()),
    )


def _copied(payloads: Mapping[str, Payload]) -> dict[str, Payload]:
    return {name: Payload.FromString(payload.SerializeToString()) for name, payload in payloads.items()}


class LettingGo(Interceptor):
    """The same for what a run is called with."""

    @override
    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    @override
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        input.headers = _copied(input.headers)
        return await super().execute_workflow(input)
