"""Lets a query see a course only as of a workflow task that has begun.

A query that waited while the server was away reaches the worker with the history as it stands by then: events of a
task that nobody has begun may hang at its end. The SDK's core hands those to the workflow before it answers. The task
itself then brings only what came after, such as an update; on replay both come together, updates first, and the
course's commands differ from its history for good. So what a query brings along is refused: the SDK forgets the
cached course, the query fails, and whoever asked asks again (docs/decisions/0016).
"""

import asyncio
from typing import Any

import structlog
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    QueryWorkflowInput,
    WorkflowQueryFailedError,
)
from temporalio.converter import WorkflowSerializationContext
from temporalio.plugin import SimplePlugin
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.workflow import Info
from typing_extensions import override

from adapters.temporal.letting_go import LettingGo, by_itself

TOO_EARLY = "a query came before the workflow task whose events it brought"
ASK_AGAIN_SECONDS = (0.05, 0.2, 0.5, 1.0, 2.0)
BRINGS_NOTHING = frozenset({"query_workflow", "remove_from_cache"})

log = structlog.get_logger("whole_tasks")


class WholeTasks(SimplePlugin):
    """Belongs to every live worker; a replayer has no use for it, since no task of a replayed history is to come."""

    def __init__(self) -> None:
        super().__init__("whole-tasks", workflow_runner=_around, interceptors=[LettingGo()])


def _around(runner: WorkflowRunner | None) -> WorkflowRunner:
    return WholeTaskRunner(runner or UnsandboxedWorkflowRunner())


class WholeTaskRunner(WorkflowRunner):
    """Runs workflows as another runner does, and refuses what comes before its task."""

    def __init__(self, runner: WorkflowRunner) -> None:
        self._runner = runner

    @override
    def prepare_workflow(self, defn: Any) -> None:
        self._runner.prepare_workflow(defn)

    @override
    def set_worker_level_failure_exception_types(self, types: Any) -> None:
        self._runner.set_worker_level_failure_exception_types(types)

    @override
    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _WholeTasks(self._runner.create_instance(by_itself(det)), det.info)


class _WholeTasks(WorkflowInstance):
    """One cached run. A task's activations carry the instant at which it began: events without one have none yet."""

    def __init__(self, instance: WorkflowInstance, info: Info) -> None:
        self._instance = instance
        self._workflow_id = info.workflow_id
        self._own = WorkflowSerializationContext(namespace=info.namespace, workflow_id=info.workflow_id)
        self._task = (0, 0)

    @override
    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        began, seen = self._task
        self._task = (act.timestamp.ToNanoseconds(), act.history_length)
        brings = any(job.WhichOneof("variant") not in BRINGS_NOTHING for job in act.jobs)
        if brings and not act.is_replaying and self._task[0] == began and self._task[1] > seen:
            log.warning("a query came before its workflow task: it is asked again", course=self._workflow_id)
            refused = WorkflowActivationCompletion(run_id=act.run_id)
            refused.failed.failure.message = TOO_EARLY
            return refused
        return self._instance.activate(act)

    @override
    def get_serialization_context(self, command_info: Any) -> Any:
        """The workflow's own where no command is named, kept: every payload asks."""
        return self._own if command_info is None else self._instance.get_serialization_context(command_info)

    @override
    def get_external_store_context(self, command_info: Any) -> Any:
        return self._instance.get_external_store_context(command_info)

    @override
    def get_info(self) -> Any:
        return self._instance.get_info()

    @override
    def get_thread_id(self) -> int | None:
        return self._instance.get_thread_id()


class AskAgain(Interceptor):
    """Asks a query again that came before its workflow task, for some seconds."""

    @override
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Asking(next)


class _Asking(OutboundInterceptor):
    @override
    async def query_workflow(self, input: QueryWorkflowInput) -> Any:
        for pause in ASK_AGAIN_SECONDS:
            try:
                return await super().query_workflow(input)
            except WorkflowQueryFailedError as failed:
                if TOO_EARLY not in str(failed):
                    raise
                await asyncio.sleep(pause)
        return await super().query_workflow(input)
