"""Moves a workflow's own clock."""

from datetime import datetime
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper


async def go_to(skipper: TimeSkipper, handle: WorkflowHandle[Any, Any], instant: datetime) -> bool:
    """Let everything before the instant happen, each at its own time; False if the workflow ended first."""
    ahead = instant - await skipper.get_current_time(handle)
    return ahead.total_seconds() <= 0 or await skipper.fast_forward(handle, ahead)
