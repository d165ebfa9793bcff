"""`audit verify`: whether what was recorded is still what it was."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from adapters.store.log.checking import Checked
from audit.bundle.verify import verify as verified
from cli.output import FAILED, OK, answer, as_json
from cli.session import OutputOptions, command, here, staff_session
from services.errors import InputError
from services.running.notarising import checked_log


@command
async def verify(
    bundle: Annotated[Path | None, Parameter(help="a bundle that `audit export` made")] = None,
    *,
    log: Annotated[bool, Parameter(negative="", help="the log of this store, and every row that it tells of")] = False,
    folder: Annotated[Path | None, Parameter(help="checkpoints, if not those of ST_WITNESS_FOLDER")] = None,
    key: Annotated[str, Parameter(help="the log's first key, as you were given it; else the folder's own")] = "",
    checkpoint: Annotated[Path | None, Parameter(help="the newest that you have: no bundle may be older")] = None,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Verify a bundle; or recompute the log, and name each entry, row and field that is not what was vouched for.

    Checkpoints are those of the folder, else of the witness, else of the notary; without any, the log is held against
    itself and its rows. Exit code 1 where anything is wrong. For ops and auditors.

    Example: starter.py audit verify --log --folder /media/witness
    """
    if bundle is not None and not log:
        return _bundle(bundle, key, _text(checkpoint), json_=output.json)
    if not log:
        raise InputError("say what to verify: a bundle, or --log")
    settings = here()
    kept = (settings.witness_folder, settings.notary_folder)
    held = folder or next((one for one in kept if one and one.is_dir()), None)
    async with staff_session() as at:
        found = await checked_log(at, held, key)
    if output.json:
        as_json({"size": found.size, "root": found.root.hex(), "faults": [vars(one) for one in found.faults]})
    else:
        _print(found, held)
    return FAILED if found.faults else OK


def _text(checkpoint: Path | None) -> str:
    try:
        return checkpoint.read_text("utf-8") if checkpoint is not None else ""
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{checkpoint} is no checkpoint: name the file that the notary or a witness has") from None


def _bundle(path: Path, key: str, newest: str, *, json_: bool) -> int:
    """What the bundle's own verifier finds."""
    report = verified(str(path), key, newest)
    lines = [*report.faults, *(f"note: {one}" for one in report.notes)]
    verdict = f"{len(report.faults)} faults" if report.faults else "nothing is wrong"
    answer(vars(report), "\n".join([*lines, f"{path}: {verdict}."]), json_=json_)
    return FAILED if report.faults else OK


def _print(found: Checked, held: Path | None) -> None:
    against = f"the checkpoints in {held}" if held else "itself and its rows; there is no checkpoint"
    for one in found.faults:
        print(one.shown)
    verdict = f"{len(found.faults)} faults" if found.faults else "nothing is wrong"
    print(f"{found.size} entries, held against {against}: {verdict}.")
