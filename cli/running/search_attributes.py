"""`search-attributes`: makes on an external server what lists and courses need."""

from adapters.keyring import KeyRing
from adapters.settings import load_settings
from adapters.temporal.plugin import connect
from adapters.temporal.search_attributes import register
from cli.output import answer
from cli.session import OutputOptions, command


@command
async def search_attributes(*, output: OutputOptions = OutputOptions()) -> int:
    """Create the search attributes that a Temporal server of your own lacks; once, before its first worker.

    Example: starter.py search-attributes
    """
    settings = load_settings()
    client = await connect(settings, KeyRing.generate())  # nothing is encrypted or read here: the keys stay away
    made = await register(client)
    text = f"made {', '.join(made)}" if made else "every search attribute is there"
    return answer({"namespace": client.namespace, "made": list(made)}, text, json_=output.json)
