"""`doctor`: what is well, and what is not, one line each."""

from cli.output import FAILED, OK, as_json
from cli.session import OutputOptions, command, here
from services.running.doctor import examine


@command
async def doctor(*, output: OutputOptions = OutputOptions()) -> int:
    """Check settings, keys, clinic files, store, server, worker and courses; each fault names the next step.

    Example: starter.py doctor
    """
    found = await examine(here())
    if output.json:
        as_json([vars(one) for one in found])
    else:
        for one in found:
            print(f"{'ok ' if one.well else 'NOT'}  {one.check:14} {one.said}")
    return OK if all(one.well for one in found) else FAILED
