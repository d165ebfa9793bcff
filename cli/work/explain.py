"""`explain`: why a course stands as it does, in words."""

from typing import Annotated

from cyclopts import Parameter

from cli.output import OK, as_json
from cli.session import OutputOptions, command, staff_session
from services.reading.explaining import Explained, explained

SENT_SHOWN = 10


@command
async def explain_course(
    course: str,
    entry: Annotated[int | None, Parameter(help="an entry's number; by default everything that stands")] = None,
    *,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Why a course stands as it does: each rule in words, the values it read, its source, and who may override it.

    Example: starter.py explain c-1a2b3c 12
    """
    async with staff_session() as at:
        found = await explained(at, course, entry)
    if output.json:
        protocol = {name: getattr(found.record.protocol, name) for name in ("id", "version", "sha256")}
        reasons = [vars(one) for one in found.reasons]
        as_json({"protocol": protocol, "tags_known": found.tags_known, "reasons": reasons})
    else:
        _print(found)
    return OK


def _print(found: Explained) -> None:
    protocol, reasons = found.record.protocol, found.reasons
    print(f"Protocol {protocol.id}, version {protocol.version}, sha {protocol.sha256}")
    if not found.tags_known:
        print("Source tags of single values are not known: the clinic's file is another than this course began with.")
    sent = [one for one in reasons if one.topic == "sent"]
    for one in (*(one for one in reasons if one.topic != "sent"), *sent[-SENT_SHOWN:]):
        print(f"\n{one.topic.upper()} {one.subject}: {one.says}")
        lines = (
            ("rule", one.rule),
            ("read", "; ".join(f"{name} = {value}" for name, value in one.inputs.items())),
            ("source", one.source),
            ("who", " | ".join(one.may) or "nobody"),
        )
        for name, said in lines:
            if said:
                print(f"  {name:7}{said}")
    if len(sent) > SENT_SHOWN:
        print(f"\n{len(sent) - SENT_SHOWN} older messages were sent: --json lists them")
    if not reasons:
        print("Nothing waits, nothing blocks, nothing was sent.")
