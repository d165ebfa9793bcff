"""Runs courses: `python worker.py`. Settings come from the environment, .env and Temporal's own profiles."""

import argparse
import asyncio
import signal
import sys
from datetime import UTC, datetime

import structlog

from adapters.keyring import KeyRingError
from adapters.logs import configure_logs, worker_runtime
from adapters.settings import Settings, SettingsError, load_settings
from adapters.store import StoreError
from adapters.store.people.oncall import NobodyOnCallError
from adapters.temporal.builds import keep_watching
from adapters.temporal.errors import CourseError
from adapters.temporal.plugin import build_id, course_worker, make_current
from adapters.temporal.schedules import keep_proving, keep_sweeping
from adapters.temporal.search_attributes import refuse_missing
from adapters.temporal.server import ServerError
from adapters.wiring import open_application
from adapters.working import WORKFLOWS, course_activities
from course.library.loading import LoadError

log = structlog.get_logger("worker")

BAD_SETTINGS, NO_SERVICE = 2, 4


def main() -> int:
    """The exit code: 0 stopped as asked, 2 wrong settings or clinic files, or nobody on call, 4 no server or store."""
    options = _options().parse_args()
    try:
        settings = load_settings()
        configure_logs(settings)
        asyncio.run(work(settings, current=options.make_current))
    except (SettingsError, LoadError, KeyRingError, NobodyOnCallError) as error:
        print(error, file=sys.stderr)
        return BAD_SETTINGS
    except (ServerError, CourseError, StoreError) as error:
        print(error, file=sys.stderr)
        return NO_SERVICE
    return 0


async def work(settings: Settings, *, current: bool) -> None:
    """Poll until SIGTERM or SIGINT, then give running activities their time and stop."""
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    runtime = worker_runtime(settings)
    async with open_application(settings, runtime=runtime) as app:
        await refuse_missing(app.client)
        await app.store.oncall.refuse_empty(app.clinic.sites, datetime.now(UTC))
        worker = course_worker(
            app.client, settings, workflows=WORKFLOWS, activities=course_activities(app), signer=app.signer
        )
        async with worker:
            log.info("worker polls", task_queue=settings.task_queue, build=build_id())
            if current:
                await make_current(app.client, settings)
                await keep_sweeping(app.client, settings)
                await keep_proving(app.client, settings)
                log.info("build is current", build=build_id())
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(keep_watching(app.client, settings.task_queue, runtime))
                await asked_to_stop.wait()
                watching.cancel()
            log.info("worker stops", seconds=settings.graceful_shutdown_seconds)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Run treatment courses. Stop with ctrl-C or SIGTERM: running activities are given their time.",
        epilog="Settings: see docs/reference/settings.md. Example: ST_CHANNEL=email python worker.py --make-current",
    )
    parser.add_argument(
        "--make-current", action="store_true", help="give new courses and turned pages to this worker's build"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
