"""Is all well: each check says what it found, or what is wrong and what to do."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentRequest, GetSystemInfoRequest
from temporalio.service import RPCError

from adapters.clinic.files import load_clinic
from adapters.clinic.texts import load_texts
from adapters.identity.licences import all_wanting
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.store.drugs.chart import ChartDiscrepancy
from adapters.store.drugs.ledger import Discrepancy
from adapters.temporal import lists
from adapters.temporal.builds import unserved
from adapters.temporal.inspecting import inspect
from adapters.temporal.lists import OPEN
from adapters.temporal.plugin import build_id, connect
from adapters.temporal.search_attributes import refuse_missing
from adapters.wiring import Application, open_application, open_store
from services.failures import EXPECTED
from services.people.cover_gaps import gaps_ahead, within
from services.visits.chairs import fullness
from workflows.search_attribute_keys import ATTRIBUTES

RUNNING = "ExecutionStatus = 'Running'"
SHOWN = 20
MOST = 100_000


@dataclass(frozen=True)
class Finding:
    """One check; where it is not well, what to do."""

    check: str
    well: bool
    said: str


async def examine(settings: Settings) -> list[Finding]:
    """Settings, keys, clinic files, store and server; and where these are well, worker, courses, drugs and the rest."""
    found = [await _tried(name, check(settings)) for name, check in BEFORE.items()]
    if all(one.well for one in found):
        async with open_application(settings) as app:
            found += [await _tried(name, check(app)) for name, check in INSIDE.items()]
    return found


class NotWellError(Exception):
    """What is not well, and the next step."""


FAULTS: tuple[type[Exception], ...] = (NotWellError, *EXPECTED)


async def _tried(name: str, checking: Awaitable[str]) -> Finding:
    try:
        return Finding(name, well=True, said=await checking)
    except FAULTS as fault:
        return Finding(name, well=False, said=" ".join(str(fault).split()))
    except RPCError as fault:
        return Finding(name, well=False, said=f"the server refused ({fault.status.name.lower()}): see its log")


async def _keys(settings: Settings) -> str:
    return f"{len(KeyRing.load_or_create(settings.key_ring_file).key_ids)} in {settings.key_ring_file}"


async def _clinic(settings: Settings) -> str:
    clinic = load_clinic(settings.clinic_folder)
    load_texts(settings.clinic_folder, clinic.sites)
    return f"{len(clinic.protocols)} protocols, {len(clinic.instruments)} instruments, {len(clinic.sites)} sites"


async def _store(settings: Settings) -> str:
    async with open_store(settings) as store:
        await store.database.prove_writable()
        return store.database.shown


async def _server(settings: Settings) -> str:
    client = await connect(settings, KeyRing.load_or_create(settings.key_ring_file))
    info = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    return f"{client.service_client.config.target_host}, version {info.server_version}"


async def _attributes(app: Application) -> str:
    await refuse_missing(app.client)
    return f"{len(ATTRIBUTES)} registered"


async def _oncall(app: Application) -> str:
    await app.store.oncall.refuse_empty(app.clinic.sites, datetime.now(UTC))
    return f"somebody at each of {len(app.clinic.sites)} sites"


async def _cover(app: Application) -> str:
    gaps = await gaps_ahead(app, datetime.now(UTC))
    if gaps:
        raise NotWellError(f"{'; '.join(gaps)}: give somebody a turn then (`oncall turn`)")
    return f"somebody, and a prescriber, at each site in {within()}"


async def _licences(app: Application) -> str:
    days = app.clinic.limits.licence_days
    found = all_wanting(await app.store.staff.accounts(), datetime.now(UTC).date(), days)
    if found:
        raise NotWellError(f"{'; '.join(found)}: write it into clinic/staff.toml and `staff load`, or `staff disable`")
    return f"everybody who signs or gives has one for {days} days"


async def _worker(app: Application) -> str:
    name = app.settings.task_queue
    request = DescribeWorkerDeploymentRequest(namespace=app.client.namespace, deployment_name=name)
    try:
        found = await app.client.workflow_service.describe_worker_deployment(request)
    except RPCError:
        raise NotWellError("no worker has ever polled: run `python worker.py --make-current`") from None
    current = found.worker_deployment_info.routing_config.current_deployment_version.build_id
    if current != build_id():
        raise NotWellError(f"current is {current or 'no build'}, this code is {build_id()}: `make up`, or a new worker")
    return f"build {current} is current"


async def _courses(app: Application) -> str:
    troubled = f"TemporalReportedProblems IS NOT NULL AND {RUNNING}"
    failing = [one.id async for one in app.client.list_workflows(troubled, limit=SHOWN)]
    if failing:
        raise NotWellError(f"tasks fail on {', '.join(failing)}: read the worker's log")
    late = datetime.now(UTC) - timedelta(minutes=15)
    count = await app.client.count_workflows(f"CourseNeedDue < '{late.isoformat()}' AND {RUNNING}")
    return f"no failing tasks; {count.count} courses wait for a person over time"


async def _histories(app: Application) -> str:
    """What replays now also replays after the next restart; what is in a history was signed, and is still there."""
    found = await inspect(app.client, app.ring, f"{OPEN} AND TaskQueue = '{app.settings.task_queue}'")
    lines = [
        f"{_some(found.wedged)} no longer replay: `starter.py rescue COURSE --reason ...`" if found.wedged else "",
        f"acts that nobody signed are in {_some(tuple(found.unproven))}" if found.unproven else "",
        f"a reset undid acts of {_some(tuple(found.lost))}: `starter.py rescue COURSE --reason ...`"
        if found.lost
        else "",
    ]
    if any(lines):
        raise NotWellError("; ".join(one for one in lines if one))
    return "every running course of this build replays, every act was signed"


async def _builds(app: Application) -> str:
    still = await unserved(app.client, app.settings.task_queue, datetime.now(UTC))
    if still:
        named = "; ".join(f"build {build}: {_some(courses)}" for build, courses in sorted(still.items()))
        raise NotWellError(f"no worker serves what courses need: {named}: see docs/explanation/upgrades.md")
    return "a worker serves the build of every running course"


async def _strangers(app: Application) -> str:
    """Courses that nobody here enrolled, and rows that another program wrote into."""
    rows = await lists.rows(app.client, f"TaskQueue = '{app.settings.task_queue}'", MOST)
    known = {one.course_id for one in await app.store.directory.courses()}
    strange = [row.course_id for row in rows if row.course_id not in known]
    written = [row.course_id for row in rows if row.outside and row.course_id in known]
    lines = [
        f"nobody here enrolled {_some(strange)}: see who else reaches the server, then `temporal workflow terminate`"
        if strange
        else "",
        f"another program wrote into {_some(written)}: `starter.py proof` says what" if written else "",
    ]
    if any(lines):
        raise NotWellError("; ".join(one for one in lines if one))
    return f"none among {len(rows)} running courses"


def _some(courses: Sequence[str]) -> str:
    more = f" and {len(courses) - SHOWN} more" if len(courses) > SHOWN else ""
    return ", ".join(courses[:SHOWN]) + more


async def _drugs(app: Application) -> str:
    now = datetime.now(UTC)
    missing, differ = await app.store.drug_log.discrepancies(), await app.store.chart.open()
    found: list[Discrepancy | ChartDiscrepancy] = [*missing, *differ]
    overdue = [f"{one.discrepancy_id} ({one.owner})" for one in found if one.due < now]
    loose = await app.store.drug_log.unaccounted(now)
    if overdue:
        raise NotWellError(f"discrepancies are overdue: {', '.join(overdue)}: `starter.py discrepancy ID --reason`")
    if loose:
        raise NotWellError(f"syringes are not accounted for: {', '.join(loose)}: give, waste or count them")
    wait = ", ".join(f"{one.discrepancy_id} ({one.owner}): {one.sentence}" for one in found[:SHOWN])
    named = f" [{wait}]" if found else ""
    return f"discrepancies open: {len(found)}, none overdue{named}; every syringe accounted for within 24 hours"


async def _chairs(app: Application) -> str:
    if app.settings.scheduler_url is not None:
        return f"kept by {app.settings.scheduler_url}"
    full = await fullness(app, datetime.now(UTC))
    return f"taken in the next seven days: {', '.join(f'{site} {percent} %' for site, percent in full.items())}"


BEFORE: dict[str, Callable[[Settings], Awaitable[str]]] = {
    "keys": _keys,
    "clinic files": _clinic,
    "store": _store,
    "server": _server,
}
INSIDE: dict[str, Callable[[Application], Awaitable[str]]] = {
    "attributes": _attributes,
    "on call": _oncall,
    "cover": _cover,
    "licences": _licences,
    "worker": _worker,
    "courses": _courses,
    "histories": _histories,
    "builds": _builds,
    "strangers": _strangers,
    "drugs": _drugs,
    "chairs": _chairs,
}
