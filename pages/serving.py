"""Serving the pages over HTTP in this process, until whoever asked is done."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from services.errors import InputError

HOST, PORT = "127.0.0.1", 8080
WAITING = 128


class _Server(uvicorn.Server):
    """Stops when it is told to; signals are those of the process that serves."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(web: FastAPI, port: int, host: str = HOST) -> AsyncIterator[str]:
    """Serve on a port, 0 for any that is free, and give the address; raises InputError where the port is taken."""
    with _listening(host, port) as listening:
        server = _Server(
            uvicorn.Config(
                web, log_config=None, log_level="warning", access_log=False, server_header=False, lifespan="off"
            )
        )
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://{host}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that queues callers from now on."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError:
            raise InputError(f"port {port} is taken: stop what uses it, or choose another") from None
        listening.listen(WAITING)
        yield listening
