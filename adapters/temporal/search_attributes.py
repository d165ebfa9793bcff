"""The search attributes on a server that this program did not start: which are missing, and making them."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal.errors import unreachable
from adapters.temporal.server import ServerError
from workflows.search_attribute_keys import ATTRIBUTES


async def missing(client: Client) -> tuple[str, ...]:
    """The names of those that the namespace does not know."""
    if await _known(client, " AND ".join(f"{one.name} IS NULL" for one in ATTRIBUTES)):
        return ()
    return tuple([one.name for one in ATTRIBUTES if not await _known(client, f"{one.name} IS NULL")])


async def refuse_missing(client: Client) -> None:
    """Raise ServerError where one is missing: no course could begin, and no list would show it."""
    lacking = await missing(client)
    if lacking:
        raise ServerError(
            f"the namespace {client.namespace} lacks the search attributes {', '.join(lacking)}: "
            "make them with `starter.py search-attributes`"
        )


async def register(client: Client) -> tuple[str, ...]:
    """Make those that are missing; their names. Raises ServerError where the server refuses."""
    lacking = await missing(client)
    if not lacking:
        return ()
    kinds = {
        one.name: IndexedValueType.ValueType(one.indexed_value_type.value) for one in ATTRIBUTES if one.name in lacking
    }
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=kinds)
        )
    except RPCError as error:
        raise ServerError(
            f"the server does not let this account make search attributes ({error.status.name.lower()}): "
            f"have its owner make {', '.join(lacking)} as docs/reference/settings.md lists them"
        ) from None
    return lacking


async def _known(client: Client, query: str) -> bool:
    try:
        await client.count_workflows(query)
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:
            return False
        raise unreachable(error) from None
    return True
