"""`audit export`: a course with its proofs, to take away."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from cli.output import answer
from cli.session import OutputOptions, command, staff_session
from services.exporting import export_course


@command
async def export(
    course: str,
    *,
    reason: Annotated[str, Parameter(help="why it is taken away; it stands on record")] = "",
    out: Annotated[Path, Parameter(help="folder for the bundle")] = Path(),
    output: OutputOptions = OutputOptions(),
) -> int:
    """Export one course with every proof as a zip that verifies itself, offline; auditors only.

    Example: starter.py audit export c-1a2b3c --reason "yearly review" --out bundles
    """
    async with staff_session() as at:
        made = await export_course(at, course, out, reason)
    told = (
        f"{made.path}: {made.runs} runs, {made.entries} log entries with their proofs\n"
        f"  check it anywhere: unzip -p {made.path} verify.py > verify.py && python verify.py {made.path}"
    )
    return answer(vars(made) | {"path": str(made.path)}, told, json_=output.json)
