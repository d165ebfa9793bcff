"""`python -m benchmarks.plan`: what a hundred clinics with a million open courses need, from what was measured."""

import argparse
from dataclasses import dataclass
from math import ceil, log2

from benchmarks.found import answer_of, load, number

CLINICS, OPEN = 100, 1_000_000
YEAR_SECONDS = 365 * 86_400
YEAR_DAYS = 365
RUNS_A_YEAR = 12.2
BUSY = 5
"""The busiest hour against the mean of the year: staff work a quarter of all hours, and mornings more. [assumed]"""

RETAINED_DAYS = 90
"""As long as Temporal Cloud keeps a closed run at most; the archive in the store keeps it after that."""

TIERS = ((5e6, 50), (10e6, 45), (20e6, 40), (50e6, 35), (100e6, 30), (200e6, 25))
OVER_TIERS = 25
"""Dollars a million actions of one month, up to so many; beyond 200 million the price is agreed upon."""

ACTIVE_GBH, RETAINED_GBH, HOURS_A_MONTH = 0.042, 0.00105, 730
PLAN_LEAST, PLAN_PART = 500, 0.10
PRICES = "https://docs.temporal.io/cloud/pricing, read in December 2026"
TASKS_A_PARTITION, PARTITIONS_LEAST, TASKS_A_SHARD, SHARDS_LEAST = 500, 4, 5, 512
"""Tasks a second that one partition of a queue, and one history shard, take without strain. [assumed, cautious]"""

ROWS_A_TASK = 3
"""Rows of history, transfer and timer tables that one workflow task writes, most of them for a short time."""


class PlanError(Exception):
    """What has to be measured first."""


@dataclass(frozen=True)
class Measured:
    """One course-year, as measured."""

    worker_ms: float
    server_ms: float
    tasks: float
    actions: float
    stored_kib: float
    memory_kib: float
    forgotten: float


def measured() -> Measured:
    """The newest of each; raises PlanError."""
    kept = load()
    found: dict[str, float] = {}
    for size in ("quick", "full", "long"):
        for said in kept.get(size, {}).values():
            found |= {row.key: row.median for row in answer_of(said).rows}
    keys = ("worker ms", "server ms", "tasks", "actions", "stored", "memory kib", "act of a forgotten course")
    missing = [key for key in keys if key not in found]
    if missing:
        raise PlanError(f"measure first: {', '.join(missing)}")
    return Measured(*(found[key] for key in keys))


def plan(one: Measured, clinics: int, open_courses: int) -> list[tuple[str, str, str]]:
    """What is needed, how it was reckoned, and what it scales with."""
    return [*_processes(one, open_courses), *_cluster(one, open_courses), *_stored(one, clinics, open_courses)]


def _processes(one: Measured, open_courses: int) -> list[tuple[str, str, str]]:
    busy = one.worker_ms / 1000 * open_courses / YEAR_SECONDS * BUSY
    cold = busy * one.forgotten
    cores = f"{number(busy)} if each course is in memory, {number(cold)} if none is"
    why = f"{number(one.worker_ms)} ms a course-year, times {number(one.forgotten)} where a page is replayed"
    held = f"{number(10_000 * one.memory_kib / 1024**2)} GiB for each 10,000 courses that are to be held"
    limit = f"{number(one.memory_kib)} KiB a course; a choice, not a need: `ST_MAX_CACHED_WORKFLOWS`"
    return [
        ("worker cores in the busiest hour", cores, f"{why}; acts and messages"),
        (
            "worker processes",
            f"{max(2, ceil(cold * 2))}, each half busy with one core",
            "worker cores; never fewer than 2",
        ),
        ("worker memory", held, limit),
    ]


def _cluster(one: Measured, open_courses: int) -> list[tuple[str, str, str]]:
    tasks = one.tasks * open_courses / YEAR_SECONDS
    busy = tasks * BUSY
    server = one.server_ms / 1000 * open_courses / YEAR_SECONDS * BUSY
    shards = max(SHARDS_LEAST, 2 ** ceil(log2(busy / TASKS_A_SHARD)))
    partitions = max(PARTITIONS_LEAST, ceil(busy / TASKS_A_PARTITION))
    return [
        (
            "workflow tasks a second",
            f"{number(tasks)}, {number(busy)} in the busiest hour",
            f"{number(one.tasks)} a course-year; open courses",
        ),
        (
            "server cores in the busiest hour",
            number(server),
            f"{number(one.server_ms)} ms a course-year on SQLite, more on a cluster, for its network; tasks",
        ),
        (
            "history shards",
            f"{shards:,}",
            f"at most {TASKS_A_SHARD} tasks a second each; fixed for good, so be generous",
        ),
        ("partitions of the task queue", str(partitions), f"{TASKS_A_PARTITION} tasks a second each; tasks"),
        ("PostgreSQL, rows written a second", f"{number(busy * ROWS_A_TASK)} in the busiest hour", "tasks"),
    ]


def _stored(one: Measured, clinics: int, open_courses: int) -> list[tuple[str, str, str]]:
    year_gb = open_courses * one.stored_kib * 1024 / 1e9
    active_gb, retained_gb = year_gb / RUNS_A_YEAR / 2, year_gb * RETAINED_DAYS / YEAR_DAYS
    closed = number(open_courses * RUNS_A_YEAR * RETAINED_DAYS / YEAR_DAYS)
    actions = one.actions * open_courses / 12
    dollars = cloud_dollars(actions, active_gb, retained_gb)
    cents = number(dollars * 12 / open_courses * 100)
    return [
        (
            "PostgreSQL, rows of visibility",
            f"{number(open_courses)} open runs, {closed} closed in {RETAINED_DAYS} days",
            "open courses; retention",
        ),
        ("open histories", f"{number(active_gb)} GB", "half a page of each open course"),
        ("closed histories", f"{number(retained_gb)} GB in {RETAINED_DAYS} days", "retention"),
        ("archive in the store", f"{number(year_gb)} GB a year", f"{number(one.stored_kib)} KiB a course-year; years"),
        ("open courses of one clinic", number(open_courses / clinics), "what its lists have to go through, by site"),
        ("billable actions", f"{number(actions / 1e6)} million a month", f"{number(one.actions)} a course-year"),
        ("Temporal Cloud, list price", f"${dollars:,.0f} a month, {cents} cents a course-year", f"actions ({PRICES})"),
    ]


def cloud_dollars(actions: float, active_gb: float, retained_gb: float) -> float:
    """A month's bill on the Business plan."""
    spent, below = 0.0, 0.0
    for upper, dollars in TIERS:
        spent += max(0.0, min(actions, upper) - below) / 1e6 * dollars
        below = upper
    spent += max(0.0, actions - below) / 1e6 * OVER_TIERS
    spent += (active_gb * ACTIVE_GBH + retained_gb * RETAINED_GBH) * HOURS_A_MONTH
    return spent + max(PLAN_LEAST, spent * PLAN_PART)


def table(clinics: int = CLINICS, open_courses: int = OPEN) -> str:
    """The plan as a table."""
    rows = plan(measured(), clinics, open_courses)
    head = f"| {clinics:,} clinics, {open_courses:,} open courses | | from, and scales with |\n|---|---|---|\n"
    return head + "\n".join(f"| {what} | {much} | {scales} |" for what, much, scales in rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plan", description=__doc__)
    parser.add_argument("--clinics", type=int, default=CLINICS)
    parser.add_argument("--open", type=int, default=OPEN, help="open courses in all")
    given = parser.parse_args()
    try:
        print(table(given.clinics, given.open))
    except PlanError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
