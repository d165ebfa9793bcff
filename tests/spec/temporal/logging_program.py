"""Logs all that may go wrong, with one word that must not be seen."""

import asyncio
import logging

import structlog
from pydantic import BaseModel

from adapters.keyring import KeyRing, KeyRingError
from adapters.logs import configure_logs
from adapters.settings import Settings


class Form(BaseModel):
    """A form that wants a number."""

    score: int


def library_line(message: str) -> None:
    """Log as if a file outside of this project did."""
    logger = logging.getLogger("library")
    logger.handle(logger.makeRecord("library", logging.WARNING, "/usr/lib/library.py", 1, message, (), None))


def read_form() -> None:
    """Fail with an exception that quotes its input."""
    Form.model_validate({"score": "PRIVATE"})


async def forgotten_task() -> None:
    """Leave an exception to asyncio."""
    asyncio.get_running_loop().create_task(fail())
    await asyncio.sleep(0)


async def fail() -> None:
    """Fail in a task."""
    read_form()


def main() -> None:
    """Log."""
    configure_logs(Settings(_env_file=None))
    log = structlog.get_logger("ours")
    log.info("sent: one", course="c1")
    try:
        read_form()
    except ValueError as error:
        library_line(f"could not read: {error}")
        log.error("refused", exc_info=error)  # noqa: TRY400  as a handler of results does
    try:
        KeyRing({}, "k1")
    except KeyRingError:
        log.exception("stopped")
    logging.getLogger("ours").warning("kept: %s", "whole", extra={"course": "c2"})
    logging.getLogger("ours").debug("too much")
    asyncio.run(forgotten_task())


if __name__ == "__main__":
    main()
