"""The command as ops start it."""

import asyncio
import os
import sys
from pathlib import Path

from adapters.keyring import KeyRing
from adapters.temporal.server import EmbeddedServer
from tests.support.outside.posts import PUBLIC, post
from tests.support.outside.texting import ACCOUNT, NUMBER, SID, TOKEN
from tests.support.records import CLINIC_FOLDER


async def started(environment: dict[str, str]) -> asyncio.subprocess.Process:
    """`starter.py webhook` in a process of its own."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("ST_", "TEMPORAL_"))}
    words = (sys.executable, "starter.py", "webhook")
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*words, env={**known, **environment}, stdout=pipe, stderr=pipe)


async def test_it_takes_signed_posts_until_it_is_stopped(
    server: EmbeddedServer, tmp_path: Path, unused_port: int
) -> None:
    """It says where it listens, answers who may post and turns others away, logs no number, and stops when asked to."""
    KeyRing.load_or_create(tmp_path / "keys.json")
    process = await started(
        {
            "ST_DATA_FOLDER": str(tmp_path),
            "ST_CLINIC_FOLDER": str(CLINIC_FOLDER),
            "TEMPORAL_ADDRESS": server.target,
            "TEMPORAL_NAMESPACE": server.namespace,
            "ST_SMS_URL": "https://sms.example",
            "ST_SMS_ACCOUNT": ACCOUNT,
            "ST_SMS_TOKEN": TOKEN,
            "ST_SMS_FROM": NUMBER,
            "ST_SMS_WEBHOOK_URL": PUBLIC,
            "ST_WEBHOOK_ADDRESS": f"127.0.0.1:{unused_port}",
        }
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line == f"listening on 127.0.0.1:{unused_port} for /inbound and /status below {PUBLIC}\n"
    form = {"MessageSid": f"{SID}0", "From": "+19995550000", "Body": "hello"}
    assert (await post(unused_port, "/inbound", form)).status == 200
    assert (await post(unused_port, "/inbound", form, signature="")).status == 403
    process.terminate()
    _, errors = await process.communicate()
    assert process.returncode == 0
    assert b'"path": "/inbound"' in errors
    assert b"9995550000" not in errors


async def test_it_needs_text_messages_to_be_set_up(tmp_path: Path) -> None:
    """One sentence, and no traceback."""
    process = await started({"ST_DATA_FOLDER": str(tmp_path)})
    said, errors = await process.communicate()
    assert (process.returncode, said) == (2, b"")
    assert errors == b"ST_SMS_URL and ST_SMS_WEBHOOK_URL are needed to take text messages.\n"
