"""`audit export`: courses with their proofs, to take away."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from cli.audit.progress import SlowLine
from cli.output import FAILED, OK, answer
from cli.session import OutputOptions, command, staff_session
from services.errors import InputError
from services.exporting import Exported, export_course
from services.exporting_all import ExportedAll, export_all


@command
async def export(
    course: str = "",
    *,
    all_: Annotated[bool, Parameter(name="--all", negative="", help="every course")] = False,
    since: Annotated[str, Parameter(help="with --all: open courses, and those in the log since this time")] = "",
    reason: Annotated[str, Parameter(help="why it is taken away; it stands on record")] = "",
    out: Annotated[Path, Parameter(help="folder for the bundles")] = Path(),
    output: OutputOptions = OutputOptions(),
) -> int:
    """Export one course, or all, with every proof as a zip that verifies itself, offline; auditors only.

    With --all, an export that was cut off goes on where it was: bundles of the same day, reason and checkpoint stand.

    Example: starter.py audit export c-1a2b3c --reason "yearly review" --out bundles
    """
    if bool(course) == all_:
        raise InputError("say which course, or --all")
    if since and not all_:
        raise InputError("--since goes with --all")
    async with staff_session() as at:
        if all_:
            return _all(await export_all(at, since, out, reason, SlowLine()), out, json_=output.json)
        made = await export_course(at, course, out, reason)
    told = (
        f"{made.path}: {made.runs} runs, {made.entries} log entries with their proofs\n"
        f"  check it anywhere: unzip -p {made.path} verify.py > verify.py && python verify.py {made.path}"
    )
    return answer(_row(made), told, json_=output.json)


def _all(found: ExportedAll, out: Path, *, json_: bool) -> int:
    """What became of each course; failed where one could not be exported."""
    told = [f"{course}: {why}" for course, why in found.failed.items()]
    told.append(f"{out}: {len(found.made)} written, {len(found.kept)} stood already, {len(found.failed)} failed")
    value = {"made": [_row(one) for one in found.made], "kept": [str(one) for one in found.kept]}
    answer(value | {"failed": found.failed}, "\n".join(told), json_=json_)
    return FAILED if found.failed else OK


def _row(made: Exported) -> dict[str, object]:
    return vars(made) | {"path": str(made.path)}
