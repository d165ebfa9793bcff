"""A persistent stack on this machine: server, worker, store, mailbox; ctrl-C and again, and nothing is lost."""

import asyncio
import os
import signal
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from adapters.logs import configure_logs, worker_runtime
from adapters.settings import Channel, Settings, load_settings
from adapters.temporal.builds import keep_watching
from adapters.temporal.plugin import build_id, course_worker, make_current
from adapters.temporal.schedules import keep_proving, keep_sweeping
from adapters.temporal.server import ServerError, embedded_server
from adapters.wiring import Application, open_application
from adapters.working import WORKFLOWS, course_activities
from cli.output import OK
from cli.session import command
from pages.app import pages
from pages.serving import PORT as PAGES
from pages.serving import served
from services.errors import InputError
from services.people.staffing import load_staff
from services.replies.carrier import carrying
from services.running.moving import move_to_this_build

PORT = 7233
LOWEST, HIGHEST, UI_ABOVE = 1024, 65_535, 1_000


@command
async def up(
    *,
    port: Annotated[int, Parameter(help="where Temporal listens; its web page is 1,000 higher")] = PORT,
    ui: Annotated[bool, Parameter(help="whether to serve Temporal's own web page")] = True,
    pages_port: Annotated[int, Parameter(help="where the clinic's pages are served, for this machine alone")] = PAGES,
) -> int:
    """Run a persistent stack until ctrl-C: Temporal on SQLite, a worker, the store, a mailbox folder, the pages.

    Example: starter.py up --port 7233
    """
    settings = load_settings()
    configure_logs(settings)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _free(port)
    runtime = worker_runtime(settings)
    print("starting Temporal ...", flush=True)
    async with (
        embedded_server(settings.data_folder, port=port, ui=ui) as server,
        open_application(settings, runtime=runtime) as app,
    ):
        await _staff(app, settings)
        await app.store.oncall.refuse_empty(app.clinic.sites, datetime.now(UTC))
        worker = course_worker(
            app.client, settings, workflows=WORKFLOWS, activities=course_activities(app), signer=app.signer
        )
        async with worker, served(pages(app), pages_port) as address, carrying(app):
            await make_current(app.client, settings)
            await keep_sweeping(app.client, settings)
            await keep_proving(app.client, settings)
            stay = await move_to_this_build(app)
            _greet(settings, address, server.target, server.ui_url, stay)
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(keep_watching(app.client, settings.task_queue, runtime))
                await stop.wait()
                watching.cancel()
            print("\nstopping: running activities are given their time ...", flush=True)
    print("stopped; `make up` goes on where this left off")
    return OK


def _free(port: int) -> None:
    """Say at once that a port is taken, or none."""
    if not LOWEST <= port <= HIGHEST - UI_ABOVE:
        raise InputError(f"--port is a number from {LOWEST} to {HIGHEST - UI_ABOVE}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise ServerError(f"port {port} is taken: stop what uses it, or choose another with --port") from None


async def _staff(app: Application, settings: Settings) -> None:
    """Bring in the staff file; passphrases of new accounts are shown once and kept for their owner alone."""
    fresh = await load_staff(app.store, settings.clinic_folder / "staff.toml", datetime.now(UTC))
    if not fresh:
        return
    lines = "".join(f"{account:10} {passphrase}\n" for account, passphrase in fresh.items())
    path = settings.data_folder / "first-passphrases.txt"
    _write_private(path, lines)
    print(f"\nnew accounts and their first passphrases (also in {path}: delete it once handed over):\n{lines}")


def _messages(settings: Settings) -> str:
    """Where e-mail goes."""
    if settings.email_channel is not None:
        return settings.email_channel
    if settings.channel is Channel.EMAIL:
        return f"{settings.smtp_host} (email)"
    return f"{settings.mailbox_folder} (mailbox)"


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def _greet(settings: Settings, address: str, target: str, ui_url: str | None, stay: dict[str, list[str]]) -> None:
    print(f"pages      {address}")
    print(f"Temporal   {target}" + (f"   {ui_url}" if ui_url else ""))
    print(f"build      {build_id()}")
    print(f"messages   {_messages(settings)}")
    if texts := settings.sms_channel or settings.sms_url:
        print(f"texts      {texts}")
    for build, courses in stay.items():
        print(f"not moved  {', '.join(courses)}: they need a worker of build {build}")
    print(
        "\nnext, in another terminal:\n"
        "  .venv/bin/python starter.py login cole\n"
        '  .venv/bin/python starter.py enrol "Ayla Demir" 1984-05-04 depression\n'
        "  .venv/bin/python starter.py needs --everybody\n"
        "ctrl-C stops; starting again loses nothing",
        flush=True,
    )
