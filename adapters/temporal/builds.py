"""Builds that courses need, held against the builds that workers serve: a course on any other stands still."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, TypedSearchAttributes
from temporalio.runtime import Runtime
from temporalio.service import RPCError

log = structlog.get_logger(__name__)

VERSION = SearchAttributeKey.for_keyword("TemporalWorkerDeploymentVersion")
POLLED_WITHIN = timedelta(minutes=2)
"""A worker asks for work at least every minute; one that has not for two has gone."""

WATCH_SECONDS = 300
GAUGE = "courses_without_worker"


def build_of(value: TypedSearchAttributes) -> str:
    """The build that a course is pinned to; empty before its first task."""
    return value.get(VERSION, "").rpartition(":")[2]


async def served(client: Client, task_queue: str, at: datetime) -> frozenset[str]:
    """The builds whose workers ask for work."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    found = await client.workflow_service.describe_task_queue(request)
    return frozenset(
        one.deployment_options.build_id
        for one in found.pollers
        if one.last_access_time.ToDatetime(tzinfo=UTC) > at - POLLED_WITHIN
    )


async def unserved(client: Client, task_queue: str, at: datetime) -> dict[str, list[str]]:
    """Running courses by the build that they need, where no worker serves it."""
    have = await served(client, task_queue, at)
    found: dict[str, list[str]] = {}
    mine = f"WorkflowType = 'TreatmentCourse' AND ExecutionStatus = 'Running' AND TaskQueue = '{task_queue}'"
    async for one in client.list_workflows(mine):
        build = build_of(one.typed_search_attributes)
        if build and build not in have:
            found.setdefault(build, []).append(one.id)
    return found


async def keep_watching(client: Client, task_queue: str, runtime: Runtime | None) -> None:
    """Look every five minutes: a metric counts those courses by the build they need, and the log names what is new."""
    gauge = runtime.metric_meter.create_gauge(GAUGE, "Courses whose build no worker serves") if runtime else None
    before: dict[str, list[str]] = {}
    while True:
        try:
            found = await unserved(client, task_queue, datetime.now(UTC))
        except RPCError:
            log.warning("nobody knows which builds are served: the server did not say")
            found = before
        for build in sorted(before.keys() | found.keys()):
            courses = found.get(build, [])
            if gauge is not None:
                gauge.set(len(courses), {"needed_build": build})
            if courses and courses != before.get(build):
                log.warning("courses stand still: no worker serves their build", needed_build=build, courses=courses)
        before = found
        await asyncio.sleep(WATCH_SECONDS)
