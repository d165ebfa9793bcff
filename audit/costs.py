"""What a history costs: events, and the actions that Temporal Cloud bills, by kind."""

from collections import Counter
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

ACTIONS = {
    "WORKFLOW_EXECUTION_STARTED": "starts",
    "TIMER_STARTED": "timers",
    "ACTIVITY_TASK_SCHEDULED": "activities",
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": "updates",
    "WORKFLOW_EXECUTION_SIGNALED": "signals",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": "search attributes",
    "WORKFLOW_PROPERTIES_MODIFIED": "memo",
}
"""Events that each stand for one billable action; a continued run is billed as its next run's start."""

ONLY_UNDER_TIME_SKIPPING = frozenset(
    {"WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED", "WORKFLOW_EXECUTION_OPTIONS_UPDATED"}
)
"""Events that virtual time adds; no clinic has them."""


@dataclass(frozen=True)
class Cost:
    """Counts of one run or of several."""

    events: Counter[str]
    actions: Counter[str]

    @property
    def all_events(self) -> int:
        """Events in all, without those that only virtual time adds."""
        return sum(self.events.values())

    @property
    def all_actions(self) -> int:
        """Billable actions in all."""
        return sum(self.actions.values())


def cost(*histories: WorkflowHistory) -> Cost:
    """Count events and billable actions; a retried activity is billed again for each further try."""
    events: Counter[str] = Counter()
    actions: Counter[str] = Counter()
    for history in histories:
        for event in history.events:
            name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
            if name in ONLY_UNDER_TIME_SKIPPING:
                continue
            events[name] += 1
            if name in ACTIONS:
                actions[ACTIONS[name]] += 1
            if name == "ACTIVITY_TASK_STARTED":
                actions["activities"] += event.activity_task_started_event_attributes.attempt - 1
    return Cost(events, actions)
