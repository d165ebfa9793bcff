"""Workflows that begin at a virtual instant to come."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from typing_extensions import override

_BEGINS: ContextVar[datetime | None] = ContextVar("begins", default=None)


@contextmanager
def beginning_at(instant: datetime) -> Iterator[None]:
    """Workflows started inside take up their work at this instant of their own clock."""
    token = _BEGINS.set(instant)
    try:
        yield
    finally:
        _BEGINS.reset(token)


class DelayedStart(Interceptor):
    """Delays the start of a workflow; the delay passes in virtual time."""

    @override
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Outbound(next)


class _Outbound(OutboundInterceptor):
    @override
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        begins = _BEGINS.get()
        if begins is not None:
            input.start_delay = max(begins - datetime.now(begins.tzinfo), timedelta())
        return await super().start_workflow(input)
