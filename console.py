"""Serves the pages: `python console.py`. Settings come from the environment, .env and Temporal's own profiles."""

import argparse
import asyncio
import signal
import sys

from adapters.logs import configure_logs
from adapters.settings import load_settings
from adapters.wiring import open_application
from pages.app import pages
from pages.serving import HOST, PORT, served
from services.errors import Kind
from services.failures import EXPECTED, kind_of
from services.replies.carrier import carrying

BAD_SETTINGS, NO_SERVICE = 2, 4


def main() -> int:
    """The exit code: 0 stopped as asked, 2 wrong settings or a port that is taken, 4 no server or store."""
    asked = _options().parse_args()
    try:
        asyncio.run(serve(asked.host, asked.port))
    except EXPECTED as error:
        print(error, file=sys.stderr)
        return NO_SERVICE if kind_of(error) is Kind.UNREACHABLE else BAD_SETTINGS
    return 0


async def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = load_settings()
    configure_logs(settings)
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    async with open_application(settings) as app, served(pages(app), port, host) as address, carrying(app):
        print(f"pages at {address}", flush=True)
        await asked_to_stop.wait()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Serve the pages of a clinic. Stop with ctrl-C or SIGTERM.",
        epilog="Put a proxy that speaks TLS before it where others than this machine are to reach it.",
    )
    parser.add_argument("--host", default=HOST, help="which address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=PORT, help="which port to listen on (default %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
