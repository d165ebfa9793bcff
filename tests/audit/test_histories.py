"""What is archived proves itself years later, so the same history is the same text, whoever writes it down."""

import asyncio
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HISTORY = min((ROOT / "tests" / "replay" / "histories").rglob("*.json.gz"))
PROGRAM = """
import gzip, hashlib, sys
from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory
from adapters.temporal.histories import canonical
read = WorkflowHistory.from_json("c", gzip.open(sys.argv[1]).read().decode())
sent = History.FromString(History(events=read.events).SerializeToString())
print(hashlib.sha256(canonical(WorkflowHistory("c", list(sent.events)))).hexdigest())
"""


async def digest() -> bytes:
    """The sha256 under which a process of its own would archive a history."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(HISTORY), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said


async def test_a_history_has_one_text_in_every_process() -> None:
    """A second worker that archives the same run agrees with the first, to the byte."""
    assert len({await digest() for _ in range(3)}) == 1
