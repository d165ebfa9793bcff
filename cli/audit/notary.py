"""`notary`: says how the log stands, under a key of its own."""

from typing import Annotated

from cyclopts import Parameter

from adapters.settings import load_settings
from cli.output import FAILED, answer, complain
from cli.session import OutputOptions, command
from services.running.notarising import notarise


@command
async def notary(
    *,
    rotate: Annotated[bool, Parameter(negative="", help="put a fresh key in place of the old one")] = False,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Make a checkpoint of the log, and hand it to the witnesses; let a timer run this every day.

    Refused with the index of the first entry that is wrong where the log did not grow out of the last checkpoint. It
    needs the store and its own key, ST_NOTARY_KEY_FILE, which is made at the first start; neither the key ring nor a
    sign-in. Run it under an account that whoever runs the worker does not have.

    Example: starter.py notary
    """
    made = await notarise(load_settings(), rotate=rotate)
    if made.unreached:
        text = f"The checkpoint is made; it did not reach {', '.join(made.unreached)}."
        return complain(text, FAILED, json_=output.json)
    stands = made.vouched.checkpoint
    value = {
        "size": stands.size,
        "root": stands.root.hex(),
        "fresh": made.vouched.fresh,
        "note": made.vouched.note,
        "mailed": made.mailed,
    }
    news = "vouched for" if made.vouched.fresh else "vouched for already, and nothing was added since"
    return answer(value, f"{stands.size} entries are {news}.\n\n{made.vouched.note}", json_=output.json)
