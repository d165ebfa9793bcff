"""What the first year of a course leaves in the server: events, and actions that Temporal Cloud bills."""

from benchmarks.found import Answer, Found
from benchmarks.size import Size
from benchmarks.work import work_of

EVENTS, ACTIONS = 2_000, 520


def measure(size: Size) -> Answer:  # noqa: ARG001  counting costs nothing
    """Count them; `python -m benchmarks.cost` says where they go."""
    work = work_of()
    note = f"{work.runs} runs, {len(work.acts)} acts, {work.messages} messages and other jobs"
    stored = work.stored_bytes / 1024
    return Answer(
        rows=[
            Found("events", "events of the first year", (float(work.events),), "events", goal=EVENTS, note=note),
            Found("actions", "billable actions of the first year", (float(work.actions),), "actions", goal=ACTIONS),
            Found("tasks", "workflow tasks of the first year", (float(work.tasks),), "tasks"),
            Found("stored", "histories of the first year, as stored", (stored,), "KiB", note="deflated and encrypted"),
        ]
    )
